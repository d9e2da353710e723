import { type SeededBugName, seededBugs } from '@shopfleet/database'
import type { ChaosOptions, FaultName } from './options.ts'
import { UsageError } from './options.ts'
import { runChaos, type Violation } from './run-chaos.ts'

/*
 * `npm run chaos -- --seeded-bugs [names]`: a short run for each deliberate fault in our own code, with the load, the
 * settings and the faults that bring it out. The checker must find each, and say the guarantee that is broken.
 */

interface Hunt {
  /** The guarantees of which one at least must be found violated. */
  guarantees: readonly number[]
  minutes?: number
  faults?: readonly FaultName[]
  env?: Record<string, string>
  cards?: Record<string, number>
}

/** What makes services forget what they were doing. */
const deaths: FaultName[] = ['kill', 'kill-pair', 'backend-kill', 'postgres-kill']
const shortHolds = { HOLD_S: '2' }

export const hunts: Readonly<Record<SeededBugName, Hunt>> = {
  'drop-stock-condition': { guarantees: [5] },
  // The bank takes longer than stock is held.
  'commit-assumes-stock': { guarantees: [5], minutes: 0.7, env: { HOLD_S: '1' }, cards: { tok_slow: 300 } },
  'release-unmarked': { guarantees: [5] },
  'sale-without-movement': { guarantees: [5] },
  'hold-never-expires': { guarantees: [5, 8], env: shortHolds },
  'cancel-keeps-money': { guarantees: [2] },
  'settle-twice': { guarantees: [8, 9], minutes: 0.5, env: { DRIVE_LEASE_MS: '100', SWEEP_MS: '50' } },
  'cancelled-unsaid': { guarantees: [9] },
  'paid-before-capture': { guarantees: [2] },
  'ship-cancelled': { guarantees: [8], minutes: 0.5 },
  'total-without-quantity': { guarantees: [4] },
  'float-money': { guarantees: [4] },
  'prices-remembered': { guarantees: [4] },
  'key-ignored': { guarantees: [7], minutes: 0.5 },
  'key-for-any-body': { guarantees: [7], minutes: 0.5 },
  'cart-ordered-twice': { guarantees: [6], minutes: 0.5 },
  'coupon-overused': { guarantees: [11], minutes: 0.7 },
  'coupon-for-any-basket': { guarantees: [4] },
  'history-skipped': { guarantees: [8] },
  'orders-of-others': { guarantees: [12] },
  'provider-key-per-try': { guarantees: [1] },
  'silence-means-declined': { guarantees: [1, 2] },
  'webhook-books-again': { guarantees: [3] },
  'refund-taken-for-made': { guarantees: [1, 3], minutes: 0.7, faults: ['provider-kill', 'provider-stop'] },
  'refund-key-per-try': { guarantees: [1], minutes: 0.7, faults: ['provider-kill', 'provider-stop'] },
  // Of money that is not known to be back the order service asks again.
  'line-refund-per-try': { guarantees: [1], minutes: 0.7, faults: ['provider-kill', 'provider-stop'] },
  'ledger-one-sided': { guarantees: [3] },
  'relay-deletes-first': { guarantees: [5, 9], minutes: 0.8, faults: deaths },
  'relay-polls-last': { guarantees: [9], minutes: 0.5 },
  'ack-before-effect': { guarantees: [9], minutes: 0.8, faults: deaths },
  'no-inbox': { guarantees: [9] },
  'inbox-by-aggregate': { guarantees: [9, 10] },
  // Only while something is held are they two numbers.
  'reserved-shown-as-free': { guarantees: [10], env: { HOLD_S: '600' } },
  'confirmed-unpaid': { guarantees: [11] },
  'confirmed-twice': { guarantees: [11] },
  'recipient-logged': { guarantees: [12] },
}

export interface Caught {
  name: SeededBugName
  /** The guarantee that was found violated; undefined: missed. */
  guarantee: number | undefined
  seconds: number
  evidence: string
}

const shortLoad = 0.3
const lineLength = 160

function evidenceOf(found: Violation | undefined, others: readonly Violation[], reasons: readonly string[]): string {
  if (found) return `${found.what} ${JSON.stringify(found.evidence ?? '')}`.replace(/\s+/g, ' ').slice(0, lineLength)
  if (others.length > 0) return `only ${[...new Set(others.map(one => one.guarantee))].join(', ')}: ${others[0]!.what}`
  return reasons.join('; ') || 'no violation was found'
}

/** Runs with the bug, and says what the checker made of it. */
export async function hunt(name: SeededBugName, given: Partial<ChaosOptions> = {}): Promise<Caught> {
  const { guarantees, minutes = shortLoad, faults = [], env = {}, cards } = hunts[name]
  const began_ms = performance.now()
  const { verdict } = await runChaos({ minutes, faults, env, cards, quiet_s: 45, seeded_bug: name, ...given })
  const found = verdict.violations.find(one => guarantees.includes(one.guarantee))
  return {
    name,
    guarantee: found?.guarantee,
    seconds: Math.round((performance.now() - began_ms) / 1000),
    evidence: evidenceOf(found, verdict.violations, verdict.reasons),
  }
}

const lineOf = ({ name, guarantee, seconds, evidence }: Caught) =>
  `| ${name} | ${seededBugs[name].what} | ${guarantee ?? '**missed**'} | ${seconds} s | ${evidence.replaceAll('|', '\\|')} |`

/** The names on the command line after `--seeded-bugs`, with commas or without; all when there are none. */
export function namesFrom(args: readonly string[]): SeededBugName[] {
  const after = args.slice(args.indexOf('--seeded-bugs') + 1)
  const end = after.findIndex(arg => arg.startsWith('--'))
  const names = (end < 0 ? after : after.slice(0, end)).flatMap(arg => arg.split(',')).filter(Boolean)
  const unknown = names.filter(name => !Object.hasOwn(seededBugs, name))
  if (unknown.length > 0) {
    throw new UsageError(`no seeded bug ${unknown.join(', ')}; there are ${Object.keys(seededBugs).join(', ')}`)
  }
  return (names.length > 0 ? names : Object.keys(seededBugs)) as SeededBugName[]
}

/** A run that could not be made is told like one that found nothing; the next ones are made all the same. */
async function huntOrTell(name: SeededBugName): Promise<Caught> {
  const began_ms = performance.now()
  try {
    return await hunt(name, { say: () => {} })
  } catch (error) {
    const seconds = Math.round((performance.now() - began_ms) / 1000)
    return { name, guarantee: undefined, seconds, evidence: `the run failed: ${(error as Error).message}` }
  }
}

/** Answers the exit code: 0 when each was caught. */
export async function huntSeededBugs(args: readonly string[]): Promise<number> {
  const names = namesFrom(args)
  const table = ['| bug | what it does | caught by guarantee | after | evidence |', '| --- | --- | --- | --- | --- |']
  let missed = 0
  for (const [i, name] of names.entries()) {
    console.log(`seeded bug ${i + 1} of ${names.length}: ${name} …`)
    const caught = await huntOrTell(name)
    if (caught.guarantee === undefined) missed++
    table.push(lineOf(caught))
    console.log(table.at(-1))
  }
  console.log(`\n${table.join('\n')}\n\n${names.length - missed} of ${names.length} caught`)
  return missed === 0 ? 0 : 1
}
