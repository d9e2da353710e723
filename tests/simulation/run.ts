import { type FaultName, faultNames } from './faults.ts'
import { judge, restOf, watch } from './invariants.ts'
import type { Shop } from './load.ts'
import { startPeople } from './people.ts'
import { createWorld, type World } from './world.ts'
import type { WorldOptions } from './world-options.ts'

export interface Outcome {
  seed: number
  orders: number
  steps: number
  violations: string[]
  faults: Partial<Record<FaultName, number>>
  /** Virtual milliseconds from the moment nothing goes wrong any more until everything was at rest. */
  settled_ms: number
}

/** Virtual time a world may take to come to rest once nothing goes wrong: the longest hold, wait and lease one after another. */
export const deadline_ms = ({ config }: World): number => (3 * config.HOLD_S + 400) * 1000 + 2 * config.DRIVE_LEASE_MS
/** Events one world may have, far more than any has: a decider gone wrong must not spin. */
const maxSteps = 60_000

interface Running {
  world: World
  people: ReturnType<typeof startPeople>
  isAtRest: ReturnType<typeof restOf>
  deadline_ms: number
  seed: number
}

function begin(options: WorldOptions): Running {
  const world = createWorld(options)
  watch(world)
  world.start()
  return {
    world,
    people: startPeople(world),
    isAtRest: restOf(world),
    deadline_ms: world.quietFrom_ms + deadline_ms(world),
    seed: options.seed,
  }
}

/** One step of a world; its outcome when that was the last. */
function advance({ world, people, isAtRest, deadline_ms, seed }: Running): Outcome | undefined {
  const rest = world.now >= world.quietFrom_ms && isAtRest(world, people)
  const late = world.now > deadline_ms || world.steps > maxSteps
  if (!rest && !late && world.violations.length === 0 && world.step()) return undefined
  if (rest) judge(world, people)
  else if (world.violations.length === 0) {
    const left = [...world.tables.orders.values()].map(o => `${o.status} ${o.payment_status}, driven to ${o.goal}`)
    world.violate(
      `not at rest in time: ${people.active} people, ${world.eventsPending} events, orders ${left.join('; ')}`,
    )
  }
  world.close()
  return {
    seed,
    orders: world.tables.orders.size,
    steps: world.steps,
    violations: world.violations,
    faults: world.counts,
    settled_ms: Math.max(0, world.now - world.quietFrom_ms),
  }
}

/** Steps one turn of the event loop has room for. */
const turn = 256

/**
 * Takes step after step until one answers true. Between two of them everything that the first has set going runs to its
 * next wait: Node does all that is to be done at once before it comes to the next of its immediates.
 */
function stepByStep(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let ahead = 0
    let over = false
    const go = () => {
      ahead--
      if (over) return
      try {
        over = step()
        if (over) resolve()
        else if (ahead === 0) fill()
      } catch (error) {
        over = true
        reject(error)
      }
    }
    const fill = () => {
      for (; ahead < turn; ahead++) setImmediate(go)
    }
    fill()
  })
}

/** Plays one seed to its end. */
export async function play(options: WorldOptions): Promise<Outcome> {
  const running = begin(options)
  let outcome: Outcome | undefined
  await stepByStep(() => {
    outcome = advance(running)
    return outcome !== undefined
  })
  return outcome!
}

export interface Sum {
  worlds: number
  sagas: number
  steps: number
  seconds: number
  failed: Outcome[]
  faults: Partial<Record<FaultName, number>>
  longest_ms: number
}

/** Plays seed after seed, until so many sagas have ended, the time is up, or one has failed (`all`: not even then). */
export async function playMany(
  shop: Shop,
  {
    from,
    sagas = Infinity,
    seconds = Infinity,
    all = false,
  }: { from: number; sagas?: number; seconds?: number; all?: boolean },
): Promise<Sum> {
  const started_ms = performance.now()
  const passed = () => (performance.now() - started_ms) / 1000
  const sum: Sum = { worlds: 0, sagas: 0, steps: 0, seconds: 0, failed: [], faults: {}, longest_ms: 0 }
  // Where an error was made costs more than the rest of it; the seed played again tells.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  // One world after the other: what a step works with is still at hand from the step before.
  let seed = from
  let running = begin({ seed, shop })
  await stepByStep(() => {
    const outcome = advance(running)
    if (!outcome) return false
    count(sum, outcome)
    if (sum.sagas >= sagas || passed() >= seconds || (sum.failed.length > 0 && !all)) return true
    seed++
    running = begin({ seed, shop })
    return false
  })
  Error.stackTraceLimit = stackTraceLimit
  sum.seconds = passed()
  return sum
}

function count(sum: Sum, outcome: Outcome): void {
  sum.worlds++
  sum.sagas += outcome.orders
  sum.steps += outcome.steps
  sum.longest_ms = Math.max(sum.longest_ms, outcome.settled_ms)
  for (const [name, n] of Object.entries(outcome.faults)) {
    sum.faults[name as FaultName] = (sum.faults[name as FaultName] ?? 0) + n
  }
  if (outcome.violations.length > 0) sum.failed.push(outcome)
}

/** The same seed with as few kinds of faults and as few orders as still fail. */
export async function shrink(shop: Shop, seed: number): Promise<{ without: FaultName[]; orders: number | undefined }> {
  let without: FaultName[] = []
  let orders: number | undefined
  const fails = async (options: Partial<WorldOptions>) =>
    (await play({ seed, shop, without, orders, ...options })).violations.length > 0
  for (const name of faultNames) if (await fails({ without: [...without, name] })) without = [...without, name]
  for (let n = 1; n < 6; n++)
    if (await fails({ orders: n })) {
      orders = n
      break
    }
  return { without, orders }
}
