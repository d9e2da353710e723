// From a base backup and the log behind it to a server as it was at some time.

import type { ChildProcess } from 'node:child_process'
import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LauncherError } from './launcher-error.ts'
import { unpackBase } from './postgres-base.ts'
import type { Cluster } from './postgres-cluster.ts'
import {
  explainExit,
  freePort,
  lastLines,
  logSize,
  readPostmaster,
  spawnPostgres,
  stopPostgres,
} from './postgres-process.ts'
import { segmentName } from './postgres-replication.ts'
import { listWal, unpackSegment, type WalFile } from './postgres-wal.ts'

export interface RecoveryOptions {
  /** Where the recovered files go: they must not be there yet. Its `folder` is what is made. */
  cluster: Cluster
  /** The folder of the base backup. */
  base: string
  /** The log is needed from here on. */
  from: bigint
  timeline: number
  segmentSize: number
  /** Folders that hold segments of the log, the most trusted last. */
  wal: string[]
  /** ISO 8601; undefined: as late as the log goes. */
  target: string | undefined
  /** The log is known to be whole up to the target: where it ends before, nothing happened since. */
  isWhole: boolean
  /** Of a server whose own settings are not for this machine: they are put aside. */
  isForeign?: boolean
  tell: (detail: string) => void
}

export interface Recovered {
  /** When the last transaction that is in it was committed; undefined when the log held none. */
  lastCommit: string | undefined
  segments: number
  /** Of the log that is kept, something behind this is there as well, but could not be reached from here. */
  isBroken: boolean
}

/** The number by which a server's files and its log know each other; undefined where there are none. */
export function systemOf(folder: string): string | undefined {
  const file = join(folder, 'global', 'pg_control')
  if (!existsSync(file)) return undefined
  const fd = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(8)
    readSync(fd, bytes, 0, 8, 0)
    return String(bytes.readBigUInt64LE())
  } finally {
    closeSync(fd)
  }
}

/**
 * The segments from a place on, up to the first that is missing. What is there more than once comes from the last
 * folder. `isBroken`: later ones are there, behind a gap or on another timeline.
 */
function chooseSegments(folders: string[], { from, timeline, segmentSize }: RecoveryOptions) {
  const all = new Map(folders.flatMap(folder => listWal(folder)).map(file => [file.segment, file] as const))
  const segments: WalFile[] = []
  for (let position = from; ; position += BigInt(segmentSize)) {
    const file = all.get(segmentName(timeline, position, segmentSize))
    if (!file) break
    segments.push(file)
  }
  const last = segments.at(-1)?.segment
  return { segments, isBroken: last !== undefined && [...all.keys()].some(segment => segment > last) }
}

/** Settings are read before PostgreSQL knows the names of time zones, Z among them. */
const inNumbers = (time: string) => new Date(time).toISOString().replace('T', ' ').replace('Z', '+00')

const quiet = {
  // Nobody asks it anything before it is what it shall be, so settings of the server it was do not bind it.
  hot_standby: 'off',
  restore_command: 'exit 1',
  recovery_target_timeline: 'current',
  recovery_target_action: 'promote',
  log_startup_progress_interval: '1s',
  archive_mode: 'off',
  max_wal_size: '4GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

function give({ account }: Cluster, path: string): void {
  if (account) chownSync(path, account.uid, account.gid)
}

/** Settings that let only this machine in, whatever those of the server it comes from say. */
function foreignSettings(cluster: Cluster): Record<string, string> {
  const files = {
    config_file: 'shopfleet-aside.conf',
    hba_file: 'shopfleet-aside-hba.conf',
    ident_file: 'shopfleet-aside-ident.conf',
  }
  for (const name of [...Object.values(files), 'postgresql.auto.conf']) {
    const path = join(cluster.folder, name)
    writeFileSync(path, name === files.hba_file ? 'host all all 127.0.0.1/32 scram-sha-256\n' : '', { mode: 0o600 })
    give(cluster, path)
  }
  return Object.fromEntries(Object.entries(files).map(([name, file]) => [name, join(cluster.folder, file)]))
}

const logOf = ({ dataDir }: Cluster, from: number) =>
  readFileSync(join(dataDir, 'postgres.log')).subarray(from).toString()

/** Waits until the server has gone through the log and writes its own. False when the log ended before the target. */
async function untilPromoted(
  cluster: Cluster,
  child: ChildProcess,
  { logFrom, tell }: { logFrom: number; tell: (detail: string) => void },
): Promise<boolean> {
  let ended = false
  child.once('exit', () => {
    ended = true
  })
  child.once('error', () => {
    ended = true
  })
  for (;;) {
    const postmaster = readPostmaster(cluster.folder)
    if (!ended && postmaster?.ready && postmaster.pid === child.pid) return true
    const log = logOf(cluster, logFrom)
    if (ended) {
      if (/recovery ended before configured recovery target was reached/.test(log)) return false
      throw explainExit(lastLines(cluster.dataDir, logFrom), cluster)
    }
    const at = [...log.matchAll(/redo in progress.*current LSN: (\S+)/g)].at(-1)?.[1]
    if (at) tell(`log applied to ${at}`)
    await sleep(50)
  }
}

/** Unpacks a base backup and lets PostgreSQL apply the log up to the target. What is made is a server at rest. */
export async function recover(options: RecoveryOptions): Promise<Recovered> {
  const { cluster, base, target, tell } = options
  const { folder } = cluster
  rmSync(folder, { recursive: true, force: true })
  await unpackBase(base, folder, {
    account: cluster.account,
    tell: bytes => tell(`${Math.round(bytes / 1e6)} MB unpacked`),
  })
  const { segments, isBroken } = chooseSegments(options.wal, options)
  for (const [index, file] of segments.entries()) {
    const path = join(folder, 'pg_wal', file.segment)
    unpackSegment(file, path, options.segmentSize)
    give(cluster, path)
    if (index % 10 === 9) tell(`log ${index + 1} of ${segments.length}`)
  }
  const settings: Record<string, string> = {
    ...quiet,
    // One call for the whole file system instead of one a file, where the system has it.
    ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
    // What stands aside for a while need not survive a power cut.
    ...(options.isForeign ? { fsync: 'off', ...foreignSettings(cluster) } : {}),
  }
  const logFrom = logSize(cluster.dataDir)
  const attempt = async (until: string | undefined) => {
    const signalFile = join(folder, 'recovery.signal')
    writeFileSync(signalFile, '')
    give(cluster, signalFile)
    const port = (await freePort(0))!
    const started = spawnPostgres(cluster, port, {
      ...settings,
      ...(until ? { recovery_target_time: inNumbers(until) } : {}),
    })
    const reached = await untilPromoted(cluster, started.child, { logFrom: started.logFrom, tell })
    if (reached) await stopPostgres(cluster, started.child.pid!)
    return reached
  }
  const lastCommit = () =>
    [...logOf(cluster, logFrom).matchAll(/last completed transaction was at log time (\S+) (\S+)/g)]
      .at(-1)
      ?.slice(1)
      .join('T')
  if (!(await attempt(target))) {
    if (!options.isWhole || isBroken) {
      throw new LauncherError(
        `The log that was kept ends before ${target}: its last transaction is of ${lastCommit() ?? 'the base backup'}`,
        'Restore to that time, or to the end: --to latest.',
      )
    }
    await attempt(undefined)
  }
  // Or the next start would want to recover once more.
  for (const name of ['recovery.signal', 'backup_label.old']) rmSync(join(folder, name), { force: true })
  const committed = lastCommit()
  return { lastCommit: committed && `${committed.replace(/\+00$/, '')}Z`, segments: segments.length, isBroken }
}

/** A server beside the one that works, for as long as something is read from it. */
export async function startAside(cluster: Cluster): Promise<{ port: number; stop(): Promise<void> }> {
  const port = (await freePort(0))!
  const files = existsSync(join(cluster.folder, 'shopfleet-aside.conf')) ? foreignSettings(cluster) : {}
  const { child, logFrom } = spawnPostgres(cluster, port, { ...files, max_wal_size: '1GB', fsync: 'off', jit: 'off' })
  await untilPromoted(cluster, child, { logFrom, tell: () => {} })
  return { port, stop: () => stopPostgres(cluster, child.pid!) }
}

/** Puts recovered files in the place of the others, which are kept beside them. Answers where; undefined: there were none. */
export function exchange(recovered: string, folder: string, name: string): string | undefined {
  const aside = join(dirname(folder), name)
  const hadOne = existsSync(folder)
  if (hadOne) renameSync(folder, aside)
  renameSync(recovered, folder)
  return hadOne ? aside : undefined
}

/** What was kept beside the files of a server when others took their place, the newest first. */
export function listAside(folder: string, prefix: string): string[] {
  return readdirSync(dirname(folder))
    .filter(name => name.startsWith(prefix))
    .sort()
    .reverse()
    .map(name => join(dirname(folder), name))
}
