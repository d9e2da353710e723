import type { Random } from '@shopfleet/testing'
import type { Fault, FaultScene, Injection } from './faults/fault.ts'
import { allFaults } from './faults/index.ts'
import type { Lines, RunClock } from './history.ts'
import type { FaultName } from './options.ts'

/*
 * When things break: storms of faults, several at once, with calm between them, in which what was broken must work as
 * if nothing had been.
 */

export interface FaultLine {
  t_ms: number
  at: string
  phase: 'begin' | 'end'
  id: number
  fault: FaultName | 'overload'
  target: string
  details?: object
}

export interface Storm {
  lines: readonly FaultLine[]
  /** What is broken just now. */
  current(): string[]
  /** Faults that cannot be had here, with the reason. */
  skipped: ReadonlyMap<FaultName, string>
  /** Breaks things until it is told to stop; then everything is mended. */
  run(signal: AbortSignal): Promise<void>
  /** One fault, for as long as the work takes. */
  during<T>(name: FaultName, work: () => Promise<T>): Promise<T>
  /** More is asked for than can be done, by whoever does the work. */
  overload<T>(work: () => Promise<T>): Promise<T>
}

const storm = { atOnce: 3, lasts_ms: 12_000, gap_ms: 900 }
const calm_ms = 8000
/** Of the faults of a storm, at least so many are kills. */
const kills: readonly FaultName[] = ['kill', 'kill', 'kill', 'kill-pair', 'backend-kill', 'postgres-kill']
const faultsPerStorm = 14

export function createStorm(options: {
  faults: readonly FaultName[]
  random: Random
  scene: FaultScene
  journal: Lines
  clock: RunClock
}): Storm {
  const { faults, random, scene, journal, clock } = options
  const lines: FaultLine[] = []
  const current = new Map<number, string>()
  const skipped = new Map<FaultName, string>()
  let ids = 0

  function note(line: Omit<FaultLine, 't_ms' | 'at'>): void {
    const whole = { t_ms: clock.t_ms(), at: clock.at(), ...line }
    lines.push(whole)
    journal.write(whole)
  }

  async function inject(name: FaultName): Promise<(() => Promise<void>) | undefined> {
    const fault: Fault = allFaults[name]
    const id = ++ids
    let injection: Injection | undefined
    const began = { t_ms: clock.t_ms(), at: clock.at() }
    try {
      injection = await fault({ ...scene, random })
    } catch (error) {
      scene.say(`${name} could not be had: ${(error as Error).message}`)
      return undefined
    }
    if ('skip' in injection) {
      if (injection.forGood) skipped.set(name, injection.skip)
      return undefined
    }
    const { target, details, hold_ms, end } = injection
    const line: FaultLine = { ...began, phase: 'begin', id, fault: name, target, details }
    lines.push(line)
    journal.write(line)
    current.set(id, `${name} ${target}`)
    return async () => {
      await scene.sleep(hold_ms)
      try {
        await end()
      } catch (error) {
        scene.say(`${name} ${target} did not end well: ${(error as Error).message}`)
      }
      current.delete(id)
      note({ phase: 'end', id, fault: name, target })
    }
  }

  function shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list]
    for (let i = rest.length - 1; i > 0; i--) {
      const j = random.below(i + 1)
      ;[rest[i], rest[j]] = [rest[j]!, rest[i]!]
    }
    return rest
  }

  /** The faults of one storm: kills and others in turn, so that a slow machine, too, sees enough of both. */
  function plan(): FaultName[] {
    const possible = faults.filter(name => !skipped.has(name))
    const deadly = shuffled(kills.filter(name => possible.includes(name)))
    const others = possible.filter(name => !kills.includes(name))
    const list: FaultName[] = []
    while (list.length < faultsPerStorm && possible.length > 0) {
      const killing = deadly.pop()
      if (killing) list.push(killing)
      list.push(random.pick(others.length > 0 ? others : possible))
    }
    return list
  }

  return {
    lines,
    skipped,
    current: () => [...current.values()],
    async run(signal) {
      await scene.sleep(3000)
      while (!signal.aborted && faults.length > 0) {
        const until_ms = clock.t_ms() + storm.lasts_ms
        const underWay = new Set<Promise<void>>()
        for (const name of plan()) {
          while (underWay.size >= storm.atOnce) await Promise.race(underWay)
          if (signal.aborted || clock.t_ms() > until_ms) break
          const ending = await inject(name)
          if (!ending) continue
          const one = ending().finally(() => underWay.delete(one))
          underWay.add(one)
          await scene.sleep(random.below(2 * storm.gap_ms))
        }
        await Promise.all(underWay)
        if (!signal.aborted) await scene.sleep(calm_ms)
      }
    },
    async overload(work) {
      const id = ++ids
      note({ phase: 'begin', id, fault: 'overload', target: 'gateway' })
      try {
        return await work()
      } finally {
        note({ phase: 'end', id, fault: 'overload', target: 'gateway' })
      }
    },
    async during(name, work) {
      const ending = await inject(name)
      try {
        return await work()
      } finally {
        await ending?.()
      }
    },
  }
}
