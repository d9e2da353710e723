import type { Runnable } from './services.ts'

/** The services at work, however they are laid out. */
export interface Fleet {
  /** The gateway first, then the others. */
  stop(): Promise<void>
  /** At once, without asking. */
  kill(): void
  /** A service that runs in this very process. */
  service(name: string): Runnable | undefined
}

/** What starting the services is told besides. */
export interface FleetStart {
  /** Aborted when the person does not want to wait any longer: no further service is started then. */
  signal: AbortSignal
  /** How far it is. */
  tell: (detail: string) => void
  say: (line: string) => void
}
