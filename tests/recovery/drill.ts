import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as api from '@shopfleet/contracts'
import { makeBackup } from '@shopfleet/platform/backup'
import { roleNames } from '@shopfleet/platform/databases'
import { createProgress } from '@shopfleet/platform/progress'
import { restoreAll } from '@shopfleet/platform/restore'
import { restoreServices } from '@shopfleet/platform/restore-service'
import { keepSecrets } from '@shopfleet/platform/secrets'
import { startWalKeeper, type WalKeeper } from '@shopfleet/platform/wal-keeper'
import { createRandom } from '@shopfleet/testing'
import { defaultOptions } from '../chaos/options.ts'
import { type Platform, startPlatform } from '../chaos/platform.ts'
import { type Buyers, startBuyers, type Told } from './buyers.ts'
import { disagreements } from './guarantees.ts'

/*
 * Practising a restore on a shop that is bought from: a base backup under load, then one service after the other set back
 * while the rest goes on, then everything. After each, the shop must come to stand by what it acknowledged, and agree
 * with the payment provider, whose books nobody sets back.
 */

export interface DrillOptions {
  /** Kept here: journals, logs, the data folder. Deleted first. */
  folder: string
  services: readonly string[]
  /** And everything, at the end. */
  whole: boolean
  /** How far back. */
  back_s: number
  buyers: number
  seed: number
  /** How long reconciliation may take. */
  patience_s: number
  say: (line: string) => void
}

export interface DrillResult {
  what: string
  /** Orders that were acknowledged in the time that was taken back, and that have to be there nevertheless. */
  acknowledged_since: number
  /** Orders everybody but the buyer has forgotten: only after everything was set back. */
  lost: number
  restore_s: number
  /** From the end of the restore, or of the start after it, until everything agreed. */
  agreed_s: number
  disagreements: string[]
}

export interface Drill {
  backup: { seconds: number; database_bytes: number; bytes: number }
  results: DrillResult[]
}

/** Shorter than in life, so that minutes show what takes a quarter of an hour. */
const env = { RECONCILE_MS: '3000', RECONCILE_GRACE_S: '12', RECONCILE_MAX_UNDO: '100000' }

export async function runDrill(options: DrillOptions): Promise<Drill> {
  const { folder, say } = options
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const progress = createProgress({ quiet: true })
  const random = createRandom(options.seed)
  const open = () =>
    startPlatform({ ...defaultOptions, layout: 'one', faults: [], keep: true, env, say }, folder, random)
  const backupDir = join(folder, 'backups')
  let platform = await open()
  let keeper: WalKeeper | undefined
  let buyers: Buyers | undefined
  try {
    const dataDir = platform.disk.dataDir
    const products = await fillShelves(platform)
    buyers = startBuyers(platform.gatewayUrl, products, options.buyers)
    await untilBought(buyers)
    const adminUrl = platform.postgres.adminUrl
    const base = { dataDir, databaseUrl: undefined, backupDir, progress }
    const made = await makeBackup({ ...base, adminUrl, keep: 7, isFollowed: true })
    const backup = { seconds: made.seconds, database_bytes: made.backup.manifest.database_bytes, bytes: made.bytes }
    say(`base backup under load: ${(backup.database_bytes / 1e6).toFixed(0)} MB in ${made.seconds.toFixed(1)} s`)
    keeper = startWalKeeper({ adminUrl, backupDir, say })
    const secrets = keepSecrets(dataDir, roleNames, {})
    const results: DrillResult[] = []
    for (const service of options.services) {
      await sleep(options.back_s * 1000 + 1000)
      const target_ms = Date.now() - options.back_s * 1000
      const now = new Date()
      const restored = await restoreServices({
        ...{ names: [service], adminUrl, dataDir, backupDir, secrets, progress, now },
        target: new Date(target_ms).toISOString(),
      })
      const restored_ms = performance.now()
      // The shop goes on being bought from for a while with what it has.
      await untilBought(buyers)
      await buyers.stop()
      const owed = [...buyers.told.values()]
      const agreed = await untilAgreed(platform, { folder, told: owed, patience_s: options.patience_s })
      results.push({
        what: `${service} set back ${options.back_s} s`,
        acknowledged_since: owed.filter(order => order.placed_ms > target_ms && order.placed_ms < now.getTime()).length,
        lost: 0,
        restore_s: restored.seconds,
        agreed_s: (performance.now() - restored_ms) / 1000,
        disagreements: agreed,
      })
      tell(say, results.at(-1)!)
      const told = buyers.told
      buyers = startBuyers(platform.gatewayUrl, products, options.buyers)
      // What was promised before the restore is still promised after the next one.
      for (const [id, order] of told) buyers.told.set(id, order)
    }
    if (options.whole) {
      await sleep(options.back_s * 1000 + 1000)
      // Before the shop is stopped, which may take longer than that.
      const target_ms = Date.now() - options.back_s * 1000
      await buyers.stop()
      await keeper.stop()
      await platform.stop()
      const restored = await restoreAll({
        ...{ dataDir, backupDir, progress, now: new Date() },
        target: new Date(target_ms).toISOString(),
      })
      platform = await open()
      const began_ms = performance.now()
      // An answer on its way at that time may have been of something that was not written yet.
      const owed = [...buyers.told.values()].filter(order => order.at_ms < target_ms)
      const agreed = await untilAgreed(platform, { folder, told: owed, patience_s: options.patience_s })
      const since = [...buyers.told.values()].filter(order => order.placed_ms > target_ms).length
      results.push({
        what: `everything set back ${options.back_s} s`,
        acknowledged_since: since,
        lost: since,
        restore_s: restored.seconds,
        agreed_s: (performance.now() - began_ms) / 1000,
        disagreements: agreed,
      })
      tell(say, results.at(-1)!)
    }
    return { backup, results }
  } finally {
    await buyers?.stop()
    await keeper?.stop()
    await platform.stop()
    say(`kept: ${folder}`)
  }
}

function tell(say: (line: string) => void, result: DrillResult): void {
  const { what, restore_s, agreed_s, acknowledged_since, lost, disagreements } = result
  say(
    `${what}: restored in ${restore_s.toFixed(1)} s, ${acknowledged_since} orders acknowledged since (${lost} lost), ` +
      (disagreements.length === 0
        ? `all agrees after ${agreed_s.toFixed(1)} s`
        : `${disagreements.length} disagreements`),
  )
  for (const line of disagreements.slice(0, 10)) say(`  ${line}`)
}

/** Orders that must be acknowledged before a drill goes on: one of a shop nobody buys from shows nothing. */
const enough = 20
const enough_ms = 120_000

async function untilBought({ count, told }: Buyers): Promise<void> {
  const [before, until_ms] = [told.size, performance.now() + enough_ms]
  while (told.size < before + enough) {
    if (performance.now() > until_ms)
      throw new Error(`only ${told.size - before} orders in two minutes: ${JSON.stringify(count)}`)
    await sleep(100)
  }
}

/** Waits until nothing disagrees any more. Answers what still does when patience ends. */
async function untilAgreed(
  platform: Platform,
  { folder, told, patience_s }: { folder: string; told: Told[]; patience_s: number },
): Promise<string[]> {
  const until_ms = performance.now() + patience_s * 1000
  for (;;) {
    const found = await disagreements({ sql: name => platform.sql(name), folder }, told).catch(error => [String(error)])
    if (found.length === 0 || performance.now() > until_ms) return found
    await sleep(500)
  }
}

async function fillShelves(platform: Platform): Promise<string[]> {
  const client = api.createClient({ baseUrl: platform.gatewayUrl })
  const { email, password } = platform.administrator
  const { access_token } = await client.call(api.login, { body: { email, password } })
  const headers = { authorization: `Bearer ${access_token}` }
  const ids: string[] = []
  for (let n = 0; n < 8; n++) {
    const body = { name: `Drill ${n}`, price: 3 + n * 1.25, currency: 'USD', stock: 1_000_000 }
    ids.push((await client.call(api.createProduct, { body }, headers)).id)
  }
  return ids
}
