import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { root } from '@shopfleet/platform/options'
import { createRandom, type Random } from '@shopfleet/testing'
import { createShopClient } from './client.ts'
import { type Aim, drills } from './drills.ts'
import type { FaultScene, Measures } from './faults/fault.ts'
import { createFigures, recovery_ms } from './figures.ts'
import { createRunClock, openLines } from './history.ts'
import { judge } from './judge.ts'
import { keepTopics } from './kafka.ts'
import { keepTables } from './keep.ts'
import { type ChaosOptions, defaultOptions } from './options.ts'
import { type Platform, startPlatform } from './platform.ts'
import { showProgress } from './progress.ts'
import { type Quiet, replayEverything, untilQuiet } from './quiet.ts'
import { type RunFacts, writeReport } from './report.ts'
import { startSamples } from './samples.ts'
import { shopTillItCloses } from './shoppers/crowd.ts'
import { signInStaff, stockShelves } from './shoppers/staff.ts'
import { cardsOf, createRecent, type Shop } from './shoppers/store.ts'
import { createStorm } from './storm.ts'

export interface Verdict {
  /** `invalid`: under 90 % success outside fault windows, or the run itself failed; it proves nothing. */
  outcome: 'pass' | 'violations' | 'invalid'
  violations: Violation[]
  /** Why the run is invalid. */
  reasons: string[]
  /** Figures of a drill that were not reached. */
  missed: string[]
}

export interface Violation {
  /** Number of the guarantee in the design. */
  guarantee: number
  what: string
  evidence?: unknown
}

export interface ChaosRun {
  folder: string
  verdict: Verdict
}

/** Starts a platform, lets shoppers shop while things break, waits for quiet, keeps the evidence and has it judged. */
export async function runChaos(given: Partial<ChaosOptions>): Promise<ChaosRun> {
  const options: ChaosOptions = { ...defaultOptions, ...given }
  const startedAt = new Date()
  const folder = folderFor(options, startedAt)
  const randomOf = (name: string) => createRandom(seedOf(options.seed, name))
  const ending = new AbortController()
  const end = () => ending.abort()
  options.signal?.addEventListener('abort', end, { once: true })
  if (options.signal?.aborted) end()

  options.say(`chaos with seed ${options.seed}, kept in ${folder}`)
  const platform = await startPlatform(options, folder, randomOf('ports'))
  try {
    const facts = await run(options, { platform, folder, startedAt, randomOf, ending })
    const verdict = await judge(folder, facts)
    writeReport(folder, facts, verdict)
    return { folder, verdict }
  } finally {
    options.signal?.removeEventListener('abort', end)
    end()
    await platform.stop()
  }
}

interface Scene {
  platform: Platform
  folder: string
  startedAt: Date
  randomOf: (name: string) => Random
  /** Aborted when the load is to end before its time. */
  ending: AbortController
}

async function run(options: ChaosOptions, { platform, folder, startedAt, randomOf, ending }: Scene): Promise<RunFacts> {
  const clock = createRunClock()
  const history = openLines(join(folder, 'history.jsonl'))
  const faultJournal = openLines(join(folder, 'faults.jsonl'))
  const sampleJournal = openLines(join(folder, 'samples.jsonl'))
  const figures = createFigures()
  // An open loop waits for nobody, also not for a connection.
  const connections = options.drill === 'overload' ? 8192 : 256
  const client = createShopClient({ url: platform.gatewayUrl, history, clock, onEnded: figures.onEnded, connections })
  const sleep = (ms: number) => interruptible(ms, ending.signal)
  const shop: Shop = {
    client,
    random: randomOf('shop'),
    products: [],
    cards: cardsOf(options.cards),
    hot: [],
    coupons: [],
    paid: createRecent(500),
    foreign: createRecent(500),
    customers: createRecent(200),
    isOver: () => ending.signal.aborted,
    sleep,
  }
  const measures: Measures = { ready_after_kill_ms: [], first_2xx_after_postgres_ms: [] }
  const scene: FaultScene = {
    ...{ platform, figures, measures, sleep, say: options.say },
    busy: new Set(),
    longest_ms: options.minutes > 5 ? 60_000 : 5000,
  }
  const random = randomOf('faults')
  const storm = createStorm({ faults: options.faults, random, scene, journal: faultJournal, clock })

  const staff = await signInStaff(shop, platform.administrator)
  await stockShelves(shop, staff)
  const samples = startSamples(platform, sampleJournal, clock)
  const load_ms = options.minutes * 60_000
  const progress = showProgress({ options, figures, storm, clock, client, load_ms })
  const closing = setTimeout(() => ending.abort(), load_ms)
  const drill = options.drill ? drills[options.drill] : undefined
  const shopping = drill?.shoppers === false ? undefined : shopTillItCloses(shop, staff, options.shoppers, randomOf)
  let aims: Aim[] = []
  if (drill) {
    clearTimeout(closing)
    aims = await drill.run({ scene, storm, shop, load_ms })
    ending.abort()
  } else await storm.run(ending.signal)
  await shopping
  clearTimeout(closing)
  progress.stop()
  const loadEnded_ms = clock.t_ms()

  mend(platform)
  options.say('the shop is closed; waiting for quiet …')
  const patience = { folder, seconds: options.quiet_s }
  let quiet: Quiet = await untilQuiet(platform, patience)
  if (quiet.after_ms !== null) {
    options.say(`at rest after ${(quiet.after_ms / 1000).toFixed(1)} s; every event is read a second time …`)
    await replayEverything(platform)
    const again = await untilQuiet(platform, patience)
    quiet = again.after_ms === null ? again : quiet
  }
  samples.stop()
  await client.close()
  options.say('keeping the evidence …')
  await keepTables(platform, folder)
  if (platform.kafka) await keepTopics(platform.kafka, folder)
  await Promise.all([history.close(), faultJournal.close(), sampleJournal.close()])

  const facts: RunFacts = {
    seed: options.seed,
    ...revision(),
    layout: options.layout,
    minutes: options.minutes,
    started_at: startedAt.toISOString(),
    ended_at: new Date().toISOString(),
    quiet_after_ms: quiet.after_ms,
    not_quiet: quiet.open,
    recovery_ms,
    options: { faults: options.faults, shoppers: options.shoppers, quiet_s: options.quiet_s },
    env: platform.settings,
    seeded_bug: options.seeded_bug ?? null,
    aims,
    interrupted: options.signal?.aborted === true,
    figures: {
      load_ms: loadEnded_ms,
      requests: { ...figures.counts },
      operations: Object.fromEntries([...figures.operations].sort()),
      refusals: Object.fromEntries([...figures.problems].sort((a, b) => b[1] - a[1])),
      checkouts: figures.checkouts(),
      paid: figures.paid(),
      success: figures.success(storm.lines, loadEnded_ms),
      faults: countFaults(storm.lines),
      skipped: Object.fromEntries(storm.skipped),
      ready_after_kill_ms: measures.ready_after_kill_ms,
      first_2xx_after_postgres_ms: measures.first_2xx_after_postgres_ms,
    },
  }
  writeFileSync(join(folder, 'run.json'), `${JSON.stringify(facts, null, 2)}\n`)
  return facts
}

function countFaults(lines: readonly { phase: string; fault: string }[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { phase, fault } of lines) if (phase === 'begin') counts[fault] = (counts[fault] ?? 0) + 1
  return counts
}

/** Everything that could still be broken is whole again. */
function mend(platform: Platform): void {
  for (const edge of platform.edges) edge.set(undefined)
  platform.disk.free()
  for (const program of [...platform.running, platform.provider, platform.mail]) {
    program.signal('SIGCONT')
    program.tell({ clock_shift_ms: 0 })
  }
}

function folderFor(options: ChaosOptions, startedAt: Date): string {
  const stamp = startedAt.toISOString().slice(0, 19).replaceAll(':', '-')
  const folder = options.folder ? resolve(options.folder) : join(root, '.data/chaos', `${stamp}-${options.seed}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return folder
}

function revision(): { commit: string; dirty: boolean } {
  const git = (...args: string[]) => {
    try {
      return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    } catch {
      return ''
    }
  }
  return { commit: git('rev-parse', 'HEAD') || 'unknown', dirty: git('status', '--porcelain') !== '' }
}

/** A seed of its own for each name, so that one shopper's luck does not change another's. */
function seedOf(seed: number, name: string): number {
  let hash = seed >>> 0
  for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0
  return hash
}

function interruptible(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}
