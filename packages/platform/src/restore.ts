import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { connect, LauncherError, startEmbeddedPostgres } from '@shopfleet/database'
import {
  type Cluster,
  exchange,
  isPostgres,
  listAside,
  placeCluster,
  type Recovered,
  type RecoveryOptions,
  readPostmaster,
  recover,
  systemOf,
} from '@shopfleet/database/backup'
import { chooseBackup } from './backup.ts'
import { type Backup, verifyBackup, walFolderOf } from './backup-folder.ts'
import { restoreShopFiles } from './backup-shop-files.ts'
import { databaseNameOf } from './databases.ts'
import type { Options } from './options.ts'
import type { Progress } from './progress.ts'
import { claimDataDir } from './running-copy.ts'

/** ISO 8601 with its zone, or `latest`. */
export type RestoreTarget = string

export interface RestoreOptions extends Pick<Options, 'dataDir' | 'backupDir'> {
  target: RestoreTarget
  progress: Progress
  /** Names what is kept aside; by the clock of the caller. */
  now: Date
}

export interface WholeRestore {
  backup: Backup
  recovered: Recovered
  /** Where the data that was there before is kept; undefined when there was none. */
  aside: string | undefined
  putBack: string[]
  seconds: number
}

export const asidePrefix = 'postgres-before-'
/** Order numbers after a restore begin this much later: those that were given out meanwhile are on customers' papers. */
const numberGap = 10_000

/** Reads `--to`. */
export function parseTarget(text: string, now: Date): RestoreTarget {
  if (text === 'latest') return text
  const hint = 'For instance 2026-11-28T20:15:00Z, or latest.'
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new LauncherError(`${text} is not a time with its zone`, hint)
  }
  const time = new Date(text)
  if (time > now) throw new LauncherError(`${text} is still to come`, hint)
  return time.toISOString()
}

/** The time a recovery stops at; undefined: at the end of the log. */
const stopAt = (target: RestoreTarget) => (target === 'latest' ? undefined : target)

export const stampOf = (now: Date) =>
  now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')

/** A server that outlived its launcher writes on: it is stopped first, so that its log is whole. */
async function stopLeftOver({ folder, dataDir }: Cluster, progress: Progress): Promise<void> {
  const postmaster = existsSync(folder) ? readPostmaster(folder) : undefined
  if (!postmaster || !isPostgres(postmaster.pid)) return
  await progress.step('PostgreSQL of a killed run stops', async () => {
    const server = await startEmbeddedPostgres({ dataDir })
    await server.stop()
  })
}

/** Numbers that are on papers of customers are not given a second time to somebody else. */
async function skipNumbers(dataDir: string): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir })
  try {
    const url = new URL(server.adminUrl)
    url.pathname = `/${databaseNameOf('order')}`
    const sql = connect(url.href, { name: 'shopfleet restore', max: 1 })
    try {
      await sql`
        select setval(c.oid::regclass, s.last_value + ${numberGap})
        from pg_sequences s join pg_class c on c.oid = format('%I.%I', s.schemaname, s.sequencename)::regclass
        where s.sequencename = 'order_numbers' and s.last_value is not null`
    } finally {
      await sql.end({ timeout: 1 })
    }
  } finally {
    await server.stop()
  }
}

/** Nothing is left behind of a recovery that fails. */
async function recoverInto(options: RecoveryOptions): Promise<Recovered> {
  try {
    return await recover(options)
  } catch (error) {
    rmSync(options.cluster.folder, { recursive: true, force: true })
    throw error
  }
}

/**
 * Sets the embedded databases, all of them, back to a time. The shop must be stopped. The data that was there is kept
 * beside the new, and part of what is restored: its own log reaches to its last moment.
 */
export async function restoreAll({ dataDir, backupDir, target, progress, now }: RestoreOptions): Promise<WholeRestore> {
  const began_ms = performance.now()
  mkdirSync(dataDir, { recursive: true })
  const claim = claimDataDir(dataDir, 'no gateway')
  try {
    // On a new machine there is no password yet: it comes out of the backup, before one is made up.
    const newest = chooseBackup(backupDir, stopAt(target))
    if (!newest.manifest.embedded) {
      throw new LauncherError(
        `${newest.folder} is of a server that is not the embedded one`,
        'Restore it there: npm run restore -- --database-url <URL> --to <time>.',
      )
    }
    const putBack = restoreShopFiles(join(newest.folder, 'files'), dataDir)
    const cluster = placeCluster(dataDir, { requireDataDir: false })
    await stopLeftOver(cluster, progress)
    const system = systemOf(cluster.folder)
    const backup = system === undefined ? newest : chooseBackup(backupDir, stopAt(target), system)
    const { manifest } = backup
    await progress.step('verification of the backup', () => verifyBackup(backup))
    const draft = { ...cluster, folder: `${cluster.folder}-restoring` }
    const wal = [walFolderOf(backupDir, manifest.system)]
    if (system !== undefined) wal.push(join(cluster.folder, 'pg_wal'))
    const recovered = await progress.step('recovery', tell =>
      recoverInto({
        cluster: draft,
        base: backup.folder,
        from: BigInt(manifest.start),
        timeline: manifest.timeline,
        segmentSize: manifest.segment_bytes,
        wal,
        target: stopAt(target),
        isWhole: system !== undefined,
        tell,
      }),
    )
    const aside = exchange(draft.folder, cluster.folder, `${asidePrefix}${stampOf(now)}`)
    if (aside === undefined || target !== 'latest') await progress.step('order numbers', () => skipNumbers(dataDir))
    return { backup, recovered, aside, putBack, seconds: (performance.now() - began_ms) / 1000 }
  } finally {
    claim.release()
  }
}

/** Folders of data that restores have kept aside, the newest first. */
export function keptAside(dataDir: string): string[] {
  const { folder } = placeCluster(dataDir, { requireDataDir: false })
  return existsSync(dirname(folder)) ? listAside(folder, asidePrefix) : []
}

/** Deletes what restores have kept aside. Answers which folders. */
export function discardAside(dataDir: string): string[] {
  const folders = keptAside(dataDir)
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  return folders
}

/** Puts the data back that the last restore has set aside; what that restore made is kept aside instead. */
export async function undoRestore(dataDir: string, now: Date): Promise<{ back: string; aside: string | undefined }> {
  const claim = claimDataDir(dataDir, 'no gateway')
  try {
    const cluster = placeCluster(dataDir, { requireDataDir: false })
    const [back] = listAside(cluster.folder, asidePrefix)
    if (!back || !readdirSync(back).includes('PG_VERSION')) {
      throw new LauncherError('No restore has kept anything aside here', 'Restore to another time instead.')
    }
    const postmaster = readPostmaster(cluster.folder)
    if (postmaster && isPostgres(postmaster.pid)) {
      throw new LauncherError(
        `PostgreSQL (process ${postmaster.pid}) is running`,
        `Stop it first: kill ${postmaster.pid}.`,
      )
    }
    const aside = exchange(back, cluster.folder, `postgres-undone-${stampOf(now)}`)
    return { back: basename(back), aside }
  } finally {
    claim.release()
  }
}
