import type { FaultName } from './faults.ts'
import type { Shop } from './load.ts'

/** What makes one world. */
export interface WorldOptions {
  seed: number
  shop: Shop
  /** Faults that are switched off, to find out which ones a failure needs. */
  without?: readonly FaultName[]
  /** Fewer orders than the seed has. */
  orders?: number
  trace?: (line: string) => void
}
