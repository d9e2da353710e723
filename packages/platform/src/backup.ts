import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, LauncherError } from '@shopfleet/database'
import {
  openReplication,
  type Replication,
  receiveWal,
  superuser,
  syncPath,
  takeBase,
  walSlot,
} from '@shopfleet/database/backup'
import {
  type Backup,
  type BackupManifest,
  baseFolderOf,
  checksumOf,
  filesBelow,
  listBackups,
  manifestName,
  openBackupDir,
  pruneBackups,
  unfinished,
  verifyBackup,
  walFolderOf,
} from './backup-folder.ts'
import { saveShopFiles } from './backup-shop-files.ts'
import type { Options } from './options.ts'
import type { Progress } from './progress.ts'

/** How many backups are kept when nobody says how many. */
export const keptByDefault = 7

export interface BackupOptions extends Pick<Options, 'dataDir' | 'databaseUrl' | 'backupDir'> {
  /** Of the server: a superuser's, or one of a role with the right REPLICATION. */
  adminUrl: string
  keep: number
  /** Followed by the log, so that any later time can be restored; else a copy by itself, as of when it was made. */
  isFollowed: boolean
  progress: Progress
}

export interface BackupOutcome {
  backup: Backup
  seconds: number
  /** On the disk. */
  bytes: number
  deleted: string[]
}

/** The administrator's URL of the embedded server that runs on a data folder. */
export function embeddedAdminUrl(dataDir: string): string {
  const read = (name: string) => readFileSync(join(dataDir, name), 'utf8').trim()
  return `postgres://${superuser}:${read('postgres-password')}@127.0.0.1:${read('postgres-port')}/postgres`
}

async function clockOf(adminUrl: string): Promise<{ now: string; version: string }> {
  const sql = connect(adminUrl, { name: 'shopfleet backup', max: 1 })
  try {
    const [row] = await sql<[{ now: string; version: string }]>`
      select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now,
        current_setting('server_version') as version`
    return row
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** From the slot on the server keeps its log until it is kept here. One it had to give up is made anew. */
async function keepSlot(replication: Replication): Promise<void> {
  if (await replication.slot(walSlot)) return
  await replication.dropSlot(walSlot)
  await replication.createSlot(walSlot)
}

/** How long the shop that is running may take to keep what was written until now. */
const follow_ms = 30_000

/** False when somebody else began to do so just before. */
async function fetchLog(url: string, folder: string, until: bigint): Promise<boolean> {
  try {
    await receiveWal({ url, folder, signal: new AbortController().signal, until })
    return true
  } catch (error) {
    if (/is active for PID/.test(String(error))) return false
    throw error
  }
}

/** Brings the kept log up to now; the shop that is running does that itself, and is waited for. */
export async function catchUp(adminUrl: string, backupDir: string): Promise<void> {
  const replication = openReplication(adminUrl)
  try {
    const { system, position } = await replication.identify()
    const slot = await replication.slot(walSlot)
    if (!slot) throw new LauncherError('There is no backup yet that the log could follow', 'Make one: npm run backup')
    const until_ms = performance.now() + follow_ms
    for (let now = slot; now.position < position; now = (await replication.slot(walSlot)) ?? now) {
      if (!now.active && (await fetchLog(adminUrl, walFolderOf(backupDir, system), position))) return
      if (performance.now() > until_ms) {
        throw new LauncherError(
          'Whoever keeps the log of this server does not keep up with it',
          'Is another Shopfleet, or another backup of it, running on the same server?',
        )
      }
      await sleep(100)
    }
  } finally {
    await replication.close()
  }
}

/** Makes a backup of everything, while it is used, reads it again, and deletes the oldest. */
export async function makeBackup(options: BackupOptions): Promise<BackupOutcome> {
  const { dataDir, backupDir, adminUrl, keep, progress } = options
  const began_ms = performance.now()
  openBackupDir(backupDir)
  const { now: started_at, version } = await clockOf(adminUrl)
  const name = started_at.replace(/\.\d+Z$/, 'Z').replaceAll(':', '-')
  const draft = join(baseFolderOf(backupDir), `${unfinished}${name}`)
  const replication = openReplication(adminUrl)
  try {
    const { system } = await replication.identify()
    const segment_bytes = await replication.segmentSize()
    if (options.isFollowed) await keepSlot(replication)
    mkdirSync(draft, { mode: 0o700 })
    const base = await progress.step('copy of the databases', tell =>
      takeBase(replication, draft, {
        label: `shopfleet ${name}`,
        tell: bytes => tell(`${Math.round(bytes / 1e6)} MB`),
      }),
    )
    const { now: finished_at } = await clockOf(adminUrl)
    await progress.step('secrets, pictures, journals', async () =>
      saveShopFiles(dataDir, join(draft, 'files'), backupDir),
    )
    if (options.isFollowed) await progress.step('log up to now', () => catchUp(adminUrl, backupDir))
    const files: BackupManifest['files'] = {}
    for (const file of filesBelow(draft)) files[file] = await checksumOf(join(draft, file))
    const manifest: BackupManifest = {
      format: 1,
      system,
      timeline: base.timeline,
      start: String(base.start),
      end: String(base.end),
      segment_bytes,
      postgres_version: version,
      started_at,
      finished_at,
      database_bytes: base.bytes,
      embedded: options.databaseUrl === undefined,
      files,
    }
    await progress.step('verification', () => verifyBackup({ name, folder: draft, manifest }))
    const text = `${JSON.stringify(manifest, null, 2)}\n`
    writeFileSync(join(draft, manifestName), text, { mode: 0o600, flush: true })
    const folder = join(baseFolderOf(backupDir), name)
    renameSync(draft, folder)
    syncPath(baseFolderOf(backupDir))
    const { backups: deleted } = pruneBackups(backupDir, system, keep)
    const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0)
    return { backup: { name, folder, manifest }, seconds: (performance.now() - began_ms) / 1000, bytes, deleted }
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw error
  } finally {
    await replication.close()
  }
}

/** The newest backup of a server that was finished before a time. Throws with what there is instead. */
export function chooseBackup(backupDir: string, before: string | undefined, system?: string): Backup {
  const all = listBackups(backupDir).filter(({ manifest }) => system === undefined || manifest.system === system)
  const [oldest] = all
  if (!oldest) {
    throw new LauncherError(
      `There is no backup in ${backupDir}${system ? ' of this server' : ''}`,
      'Name the folder with --from.',
    )
  }
  const chosen = all.findLast(({ manifest }) => before === undefined || manifest.finished_at <= before)
  if (chosen) return chosen
  throw new LauncherError(
    `No backup is as old as ${before}: the first was finished at ${oldest.manifest.finished_at}`,
    'Choose a later time. All backups: npm run backup -- --list',
  )
}
