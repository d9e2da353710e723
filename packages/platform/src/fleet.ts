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
