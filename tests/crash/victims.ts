import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceName } from '@shopfleet/contracts'
import { bundlePrograms } from '@shopfleet/platform/bundle'

/** What a victim is told. */
export interface Order {
  /** Start with these settings. */
  start?: Record<string, string>
  /** Where each piece of work stops. What was counted before is forgotten. */
  hold?: Record<string, string>
  /** Do all background work there is. */
  drain?: number
}

/** What a victim tells. */
export interface Told {
  loaded?: true
  started?: true
  ordered?: true
  reached?: { work: string; place: string }
  held?: string
  drained?: number
  done?: number
}

/** A service in a process of its own, to be killed. */
export interface Victim {
  /** Places each piece of work went through since the last order, as `name #occurrence`. */
  reached: { work: string; place: string }[]
  held: Set<string>
  hold(places: Record<string, string>): Promise<void>
  /** Waits until this work is held; false when it is not for so long. */
  isHeld(work: string, within_ms: number): Promise<boolean>
  /** Background work; undefined when it came to no end because it is held. */
  drain(): Promise<number | undefined>
  /** SIGKILL. */
  kill(): Promise<void>
}

const program = join(import.meta.dirname, 'victim.ts')
/** Hundreds of them are started: from few files they are ready in a third of the time. */
const runnable = (await bundlePrograms([program]))(program)
/** A process that says nothing for so long has gone wrong. */
const patience_ms = 60_000

function start(service: ServiceName, cache: string) {
  const child: ChildProcess = fork(runnable, [service], {
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.setMaxListeners(0)
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const listeners = new Set<(told: Told) => void>()
  child.on('message', (told: Told) => {
    for (const listener of listeners) listener(told)
  })
  /** Waits for a word. */
  const hear = (isIt: (told: Told) => boolean, within_ms = patience_ms) =>
    new Promise<Told | undefined>((resolve, reject) => {
      const end = (told?: Told) => {
        clearTimeout(timer)
        listeners.delete(listener)
        child.off('exit', gone)
        resolve(told)
      }
      const gone = () => reject(new Error(`${service} ended by itself`))
      const listener = (told: Told) => {
        if (isIt(told)) end(told)
      }
      const timer = setTimeout(end, within_ms)
      listeners.add(listener)
      child.once('exit', gone)
    })
  const needed = async (word: Promise<Told | undefined>) => {
    const told = await word
    if (!told) throw new Error(`${service} does not answer`)
    return told
  }
  const loaded = needed(hear(told => told.loaded === true))
  loaded.catch(() => {})
  return { child, exited, listeners, hear, needed, loaded }
}

/**
 * Victims of one service, one after the other. While one is busy dying, the next has its code loaded already: starting a
 * program is the dearest part.
 */
export function createVictims(service: ServiceName, settings: Record<string, string>) {
  const cache = mkdtempSync(join(tmpdir(), 'shopfleet-crash-'))
  let spare = start(service, cache)
  const alive = new Set<ChildProcess>([spare.child])
  let drains = 0

  return {
    async next(): Promise<Victim> {
      const { child, exited, listeners, hear, needed, loaded } = spare
      await loaded
      const started = needed(hear(told => told.started === true))
      child.send({ start: settings } satisfies Order)
      await started
      spare = start(service, cache)
      alive.add(spare.child)
      const victim: Victim = {
        reached: [],
        held: new Set(),
        async hold(places) {
          const ordered = needed(hear(told => told.ordered === true))
          child.send({ hold: places } satisfies Order)
          await ordered
          victim.reached.length = 0
          victim.held.clear()
        },
        async isHeld(work, within_ms) {
          if (victim.held.has(work)) return true
          return (await hear(told => told.held === work, within_ms)) !== undefined
        },
        async drain() {
          if (victim.held.has('background')) return undefined
          const number = ++drains
          const end = hear(told => told.drained === number || told.held === 'background')
          child.send({ drain: number } satisfies Order)
          return (await needed(end)).done
        },
        async kill() {
          child.kill('SIGKILL')
          await exited
          alive.delete(child)
        },
      }
      listeners.add(told => {
        if (told.reached) victim.reached.push(told.reached)
        if (told.held) victim.held.add(told.held)
      })
      return victim
    },
    async stop() {
      const ends = [...alive].map(child => new Promise(resolve => child.once('exit', resolve)))
      for (const child of alive) child.kill('SIGKILL')
      await Promise.all(ends)
      rmSync(cache, { recursive: true, force: true })
    },
  }
}
export type Victims = ReturnType<typeof createVictims>
