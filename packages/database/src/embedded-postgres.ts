import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { LauncherError } from './launcher-error.ts'
import { type Cluster, openCluster, superuser } from './postgres-cluster.ts'
import {
  clearForeignPid,
  freePort,
  isAlive,
  isPostgres,
  type Postmaster,
  readPostmaster,
  signalPostgres,
  spawnPostgres,
  stopPostgres,
  untilReady,
} from './postgres-process.ts'

export interface EmbeddedPostgresOptions {
  /** Everything is kept here; made if need be. */
  dataDir: string
  /** 0: the port of the last time if it is free, else any. */
  port?: number
  /** False for tests only: fast, and lost with the machine. */
  durable?: boolean
  maxConnections?: number
  /** More settings of postgresql.conf. */
  settings?: Record<string, string | number>
  /** As root: fail rather than keep PostgreSQL's own files in a system folder. */
  requireDataDir?: boolean
  /** Receives the few lines a person should see. */
  log?: (line: string) => void
}

export interface EmbeddedPostgres {
  /** URL of the superuser on the database `postgres`. */
  adminUrl: string
  port: number
  /** The server was still running: its last launcher had been killed. */
  adopted: boolean
  /** Where PostgreSQL's own files are. */
  folder: string
  /** Of the server's main process. */
  pid(): number
  /** Fast shutdown; returns when the process is gone. May be called twice. */
  stop(): Promise<void>
}

const launcherLock = 727467
const lockWaitMs = 2_000
const adoptMs = 30_000
const restarts = { count: 5, withinMs: 60_000 }

function settingsFor({ durable = true, maxConnections = 300, settings }: EmbeddedPostgresOptions) {
  const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', wal_init_zero: 'off' }
  return {
    max_connections: maxConnections,
    shared_buffers: '128MB',
    synchronous_commit: 'on',
    wal_compression: 'on',
    max_wal_size: '1GB',
    // The log waits for a backup that reads it (`npm run backup`), but not without end.
    max_slot_wal_keep_size: '4GB',
    checkpoint_timeout: '15min',
    jit: 'off',
    // A parallel plan takes the core another request needs, and shared memory that containers limit to 64 MB.
    max_parallel_workers_per_gather: 0,
    max_logical_replication_workers: 0,
    huge_pages: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : quick),
    ...settings,
  }
}

function adminUrl({ password }: Cluster, port: number): string {
  return `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`
}

function openSession(url: string, onclose?: () => void) {
  return postgres(url, {
    ...{ max: 1, fetch_types: false, max_lifetime: null, connect_timeout: 5, onnotice() {}, onclose },
    connection: { application_name: 'shopfleet launcher' },
  })
}

async function isOurs(cluster: Cluster, { pid, port }: Postmaster): Promise<boolean> {
  const session = openSession(adminUrl(cluster, port))
  try {
    const [row] = await session`select split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int as pid,
      current_setting('data_directory') as folder`
    return row?.pid === pid && row.folder === cluster.folder
  } catch {
    return false
  } finally {
    await session.end({ timeout: 0 })
  }
}

/** A server of this cluster that is running; one that is still starting or stopping is waited for. */
async function findRunning(cluster: Cluster): Promise<Postmaster | undefined> {
  const deadline = Date.now() + adoptMs
  for (;;) {
    const postmaster = readPostmaster(cluster.folder)
    if (!postmaster || !isPostgres(postmaster.pid)) return undefined
    if (postmaster.ready && (await isOurs(cluster, postmaster))) return postmaster
    if (Date.now() > deadline) {
      throw new LauncherError(
        `A PostgreSQL (process ${postmaster.pid}) is running on ${cluster.folder} and does not let us in`,
        `Stop it (kill ${postmaster.pid}) and try again.`,
      )
    }
    await sleep(50)
  }
}

async function choosePort(dataDir: string, port: number): Promise<number> {
  if (port !== 0) {
    if (await freePort(port)) return port
    throw new LauncherError(
      `Port ${port} is in use`,
      'Stop what uses it, or choose another port for PostgreSQL (0: any).',
    )
  }
  const file = join(dataDir, 'postgres-port')
  const last = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  const chosen = (last > 0 && (await freePort(last))) || (await freePort(0))
  if (!chosen) throw new LauncherError('127.0.0.1 has no free port', 'Check the network settings of this machine.')
  writeFileSync(file, String(chosen))
  return chosen
}

/** Starts the server. Returns undefined when another launcher, or what is left of a crashed server, was in the way. */
async function tryStart(cluster: Cluster, port: number, settings: Record<string, string | number>) {
  clearForeignPid(cluster.folder)
  const { child, logFrom } = spawnPostgres(cluster, port, settings)
  try {
    await untilReady(cluster, child, logFrom)
    return child
  } catch (error) {
    const passing = /postmaster\.pid" already exists|shared memory block .* still in use|could not create any TCP/
    if (error instanceof Error && passing.test(error.message)) return undefined
    throw error
  }
}

async function startOrAdopt(cluster: Cluster, options: EmbeddedPostgresOptions) {
  const deadline = Date.now() + adoptMs
  for (;;) {
    const running = await findRunning(cluster)
    if (running) return { pid: running.pid, port: running.port, child: undefined }
    const port = await choosePort(cluster.dataDir, options.port ?? 0)
    const child = await tryStart(cluster, port, settingsFor(options))
    if (child) return { pid: child.pid!, port, child }
    if (Date.now() > deadline) {
      throw new LauncherError(
        `Processes of a PostgreSQL that was killed still hold ${cluster.folder}`,
        'Wait a moment, or end the remaining postgres processes, and try again.',
      )
    }
    await sleep(100)
  }
}

/** Holds the launcher's lock for as long as the session lives, so that no second copy works on the same data. */
async function takeLock(url: string, dataDir: string, onLost: () => void) {
  let held = false
  const session = openSession(url, () => held && onLost())
  const deadline = Date.now() + lockWaitMs
  try {
    for (;;) {
      const [row] = await session`select pg_try_advisory_lock(${launcherLock}) as granted`
      held = row?.granted
      if (held) break
      if (Date.now() > deadline) {
        throw new LauncherError(
          `Shopfleet is already running on this data folder (${dataDir})`,
          'Stop it with npm stop, or use another --data-dir.',
        )
      }
      await sleep(50)
    }
  } catch (error) {
    await session.end({ timeout: 0 })
    throw error
  }
  return {
    async release() {
      held = false
      await session.end({ timeout: 1 })
    },
  }
}

/**
 * Starts PostgreSQL on `dataDir`, on 127.0.0.1, and makes its data the first time. Data persists. A server left behind
 * by a launcher that was killed is taken over; one that dies is started again. Only one launcher at a time may hold a
 * data folder. Throws `LauncherError` with a hint for the person.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log = () => {}, requireDataDir = false } = options
  const dataDir = resolve(options.dataDir)
  const cluster = openCluster(dataDir, { requireDataDir })
  if (!cluster.folder.startsWith(dataDir)) log(`PostgreSQL keeps its files in ${cluster.folder}`)
  const started = await startOrAdopt(cluster, options)
  const { port } = started
  const url = adminUrl(cluster, port)
  let { pid } = started
  let stopping: Promise<void> | undefined
  let starts: number[] = []
  let watched = false
  let lock: { release(): Promise<void> } | undefined

  const onProcessExit = () => signalPostgres(cluster, pid, 'INT')

  function fail(error: unknown) {
    if (!stopping) log(`PostgreSQL is not running: ${error instanceof Error ? error.message : error}`)
  }

  async function restart() {
    starts = [...starts.filter(time => time > Date.now() - restarts.withinMs), Date.now()]
    if (starts.length > restarts.count) throw new Error(`it stopped ${restarts.count} times in a minute; see its log`)
    log('PostgreSQL stopped unexpectedly and is started again')
    const deadline = Date.now() + adoptMs
    while (!stopping && Date.now() < deadline) {
      const child = await tryStart(cluster, port, settingsFor(options))
      if (child) {
        pid = child.pid!
        watch(child)
        return
      }
      await sleep(100)
    }
  }

  function watch(child: ChildProcess) {
    watched = true
    child.once('exit', () => stopping ?? restart().catch(fail))
  }

  // The session ends with every crash of a server process, even one that PostgreSQL survives.
  async function retakeLock() {
    const deadline = Date.now() + adoptMs
    while (!stopping && Date.now() < deadline) {
      await sleep(100)
      if (!watched && !isAlive(pid)) await restart().catch(fail)
      lock = await takeLock(url, dataDir, () => void retakeLock()).catch(() => undefined)
      if (lock) return
    }
  }

  async function stop() {
    await lock?.release()
    await stopPostgres(cluster, pid)
    process.off('exit', onProcessExit)
  }

  try {
    lock = await takeLock(url, dataDir, () => void retakeLock())
  } catch (error) {
    // A launcher that was faster to the lock now relies on the server, whoever started it.
    if (started.child && !(error instanceof LauncherError)) await stopPostgres(cluster, pid)
    throw error
  }
  process.on('exit', onProcessExit)
  if (started.child) watch(started.child)
  return {
    ...{ adminUrl: url, port, adopted: !started.child, folder: cluster.folder, pid: () => pid },
    stop: () => (stopping ??= stop()),
  }
}
