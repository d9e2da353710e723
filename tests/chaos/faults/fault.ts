import type { Random } from '@shopfleet/testing'
import type { Figures } from '../figures.ts'
import type { Platform } from '../platform.ts'
import type { Program } from '../program.ts'

/** What a fault has in reach. */
export interface FaultScene {
  platform: Platform
  figures: Figures
  /** Milliseconds a fault that lasts may last at most. */
  longest_ms: number
  /** Parts a fault works on just now: no second one works on the same. */
  busy: Set<string>
  measures: Measures
  say: (line: string) => void
  /** Shorter when the run is told to end. */
  sleep: (ms: number) => Promise<void>
}

/** Times the figures are made of, milliseconds. */
export interface Measures {
  /** From the death of a service to the word that it is ready. */
  ready_after_kill_ms: number[]
  /** From PostgreSQL's first answer after it was gone to the first 2xx that needed it. */
  first_2xx_after_postgres_ms: number[]
}

/** What was broken, how long it stays so, and how it is mended. */
export type Injection =
  | { target: string; details?: object; hold_ms: number; end: () => Promise<void> }
  | { skip: string; forGood?: boolean }

export type Fault = (scene: FaultScene & { random: Random }) => Promise<Injection>

type Scene = Parameters<Fault>[0]

const usual_ms = 5000
const longShare = 0.03

/** How long a fault lasts: seconds, mostly few; in a long run now and then as long as may be. */
export function duration({ random, longest_ms }: Scene, least_ms = 1000): number {
  const most_ms = random.next() < longShare ? longest_ms : Math.min(usual_ms, longest_ms)
  return Math.round(least_ms + random.next() ** 2 * Math.max(0, most_ms - least_ms))
}

/** As long as a statement may take that holds something. */
export const statementDuration = (scene: Scene): number => Math.min(9000, duration(scene, 800))

/** Programs nothing else works on; the gateway less often, since without it nobody sees anything. */
export function freePrograms({ platform, busy, random }: Scene): Program[] {
  const free = platform.running.filter(program => !busy.has(program.name) && program.isReady())
  return free.length > 1 && random.next() < 0.5 ? free.filter(program => program.name !== 'gateway') : free
}

/** Puts a part aside for one fault; the answer gives it back. */
export function claim({ busy }: Scene, ...names: string[]): () => void {
  for (const name of names) busy.add(name)
  return () => {
    for (const name of names) busy.delete(name)
  }
}

export const nothingFree: Injection = { skip: 'everything is broken already' }
