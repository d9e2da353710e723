import type { Random } from '../../packages/testing/src/random.ts'

/** How often what goes wrong, while things go wrong. Each world has its own mix, so that some are rid of all but one fault. */
export interface Faults {
  lostRequest: number
  lostAnswer: number
  duplicate: number
  late: number
  crash: number
  databaseGone: number
  providerError: number
  webhooksNever: number
}
export type FaultName = keyof Faults

const likely: Faults = {
  lostRequest: 0.08,
  lostAnswer: 0.08,
  duplicate: 0.1,
  late: 0.06,
  crash: 0.012,
  databaseGone: 0.02,
  providerError: 0.08,
  webhooksNever: 0.5,
}
export const faultNames = Object.keys(likely) as FaultName[]

/** A mix of faults for one world: calm, one kind only, some, or all. */
export function mix(random: Random, without: readonly FaultName[]): Faults {
  const kind = random.below(10)
  const only = random.pick(faultNames)
  const entries = faultNames.map(name => {
    const factor = random.pick([0.3, 1, 1, 3])
    const chosen = kind === 0 ? false : kind === 1 ? name === only : kind < 6 ? random.next() < 0.5 : true
    return [name, chosen && !without.includes(name) ? Math.min(1, likely[name] * factor) : 0]
  })
  return Object.fromEntries(entries)
}
