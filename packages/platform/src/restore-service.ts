import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, errorCode, LauncherError, provision, type Sql } from '@shopfleet/database'
import {
  copyDatabase,
  openReplication,
  placeCluster,
  type Recovered,
  recover,
  startAside,
} from '@shopfleet/database/backup'
import { catchUp, chooseBackup } from './backup.ts'
import { type Backup, verifyBackup, walFolderOf } from './backup-folder.ts'
import { databaseNameOf, databaseUrlOf } from './databases.ts'
import { migrateBusAt, migrateService } from './migrations.ts'
import type { Options } from './options.ts'
import type { Progress } from './progress.ts'
import { type RestoreTarget, stampOf } from './restore.ts'
import type { Secrets } from './secrets.ts'

export interface ServiceRestoreOptions extends Pick<Options, 'dataDir' | 'backupDir'> {
  /** Services, or `bus`. Several change places in the same instant. */
  names: string[]
  target: RestoreTarget
  /** Of the server that works, which goes on working. */
  adminUrl: string
  secrets: Pick<Secrets, 'databasePasswords'>
  progress: Progress
  now: Date
}

export interface ServiceRestore {
  backup: Backup
  recovered: Recovered
  /** By the name of the service. */
  rows: Record<string, number>
  /** Databases that are kept as they were. */
  aside: string[]
  seconds: number
}

const asideMark = '_before_'
/** What is on its way for longer than this will not finish any more. */
const exchange_ms = 60_000

/**
 * What the rest of the shop remembers of a service, and compares by "the highest wins", must not go back with it. The
 * statement runs on the restored database before anybody sees it.
 */
const afterSetBack: Record<string, string> = {
  inventory: 'update stock set revision = revision + 1000000000',
}

const at = (serverUrl: string, database: string) => {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

async function fill(
  name: string,
  {
    adminUrl,
    asideUrl,
    password,
    tell,
  }: { adminUrl: string; asideUrl: string; password: string; tell: (detail: string) => void },
): Promise<number> {
  const database = databaseNameOf(name)
  const draft = `${database}_restoring`
  const admin = connect(adminUrl, { name: 'shopfleet restore', max: 1 })
  try {
    await admin.unsafe(`drop database if exists "${draft}" with (force)`)
  } finally {
    await admin.end({ timeout: 1 })
  }
  // The tables are made as the service makes them, here and there: a backup of an older version is brought up to this one.
  await provision(adminUrl, [{ database: draft, role: database, password }])
  const own = new URL(databaseUrlOf(adminUrl, name, password))
  own.pathname = `/${draft}`
  const source = at(asideUrl, database)
  tell('tables')
  if (name === 'bus') await Promise.all([migrateBusAt(source), migrateBusAt(own.href)])
  else await Promise.all([migrateService(name, source), migrateService(name, own.href)])
  const { rows } = await copyDatabase({ from: source, to: own.href, beside: at(adminUrl, database), tell })
  const statement = afterSetBack[name]
  if (statement) {
    const sql = connect(own.href, { name: 'shopfleet restore', max: 1 })
    try {
      await sql.unsafe(statement)
    } finally {
      await sql.end({ timeout: 1 })
    }
  }
  return rows
}

/** Ends the sessions of databases again and again, until told to stop: services come back at once. */
function endSessions(sql: Sql, databases: string[]): { stop(): Promise<void> } {
  let going = true
  const running = (async () => {
    while (going) {
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = any(${databases}) and pid <> pg_backend_pid()`
      await sleep(20)
    }
  })()
  return {
    async stop() {
      going = false
      await running
    },
  }
}

/**
 * The restored databases take the names of the others, all in one transaction. Renaming holds off new sessions; those
 * there are end, and what they were doing is undone, as in a crash.
 */
async function exchangeDatabases(adminUrl: string, names: string[], now: Date): Promise<string[]> {
  const mark = stampOf(now)
    .toLowerCase()
    .replaceAll(/[^0-9tz]/g, '')
  const databases = names.map(databaseNameOf)
  const sql = connect(adminUrl, { name: 'shopfleet restore', max: 2 })
  const until_ms = performance.now() + exchange_ms
  try {
    for (;;) {
      const ending = endSessions(sql, databases)
      try {
        await sql.begin(async tx => {
          for (const database of databases) {
            await tx.unsafe(`alter database "${database}" rename to "${database}${asideMark}${mark}"`)
            await tx.unsafe(`alter database "${database}_restoring" rename to "${database}"`)
          }
        })
        return databases.map(database => `${database}${asideMark}${mark}`)
      } catch (error) {
        // Somebody came in between, or holds on.
        if (!['55006', '55P03', '40P01'].includes(errorCode(error) ?? '') || performance.now() > until_ms) throw error
      } finally {
        await ending.stop()
      }
    }
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/**
 * Sets the databases of some services back to a time, while all others, and those services themselves, go on. What was
 * there is kept beside it under another name.
 */
export async function restoreServices(options: ServiceRestoreOptions): Promise<ServiceRestore> {
  const { names, target, adminUrl, dataDir, backupDir, secrets, progress, now } = options
  const began_ms = performance.now()
  const replication = openReplication(adminUrl)
  const { system } = await replication.identify().finally(() => replication.close())
  const until = target === 'latest' ? undefined : target
  const backup = chooseBackup(backupDir, until, system)
  const { manifest } = backup
  await progress.step('log up to now', () => catchUp(adminUrl, backupDir))
  await progress.step('verification of the backup', () => verifyBackup(backup))
  const { username, password } = new URL(adminUrl)
  const asideDir = join(dataDir, 'aside')
  const cluster = placeCluster(asideDir, { requireDataDir: false })
  try {
    const recovered = await progress.step('recovery beside the shop', tell =>
      recover({
        cluster,
        base: backup.folder,
        from: BigInt(manifest.start),
        timeline: manifest.timeline,
        segmentSize: manifest.segment_bytes,
        wal: [walFolderOf(backupDir, system)],
        target: until,
        isWhole: true,
        isForeign: true,
        tell,
      }),
    )
    const server = await startAside(cluster)
    const rows: Record<string, number> = {}
    try {
      const asideUrl = `postgres://${username}:${password}@127.0.0.1:${server.port}/postgres`
      for (const name of names) {
        const own = secrets.databasePasswords[name]!
        rows[name] = await progress.step(`data of ${name}`, tell =>
          fill(name, { adminUrl, asideUrl, password: own, tell }),
        )
      }
    } finally {
      await server.stop()
    }
    const aside = await progress.step('exchange', () => exchangeDatabases(adminUrl, names, now))
    return { backup, recovered, rows, aside, seconds: (performance.now() - began_ms) / 1000 }
  } finally {
    rmSync(cluster.folder, { recursive: true, force: true })
    rmSync(asideDir, { recursive: true, force: true })
  }
}

/** Databases that restores of single services have kept, oldest first. */
export async function keptDatabases(adminUrl: string): Promise<string[]> {
  const sql = connect(adminUrl, { name: 'shopfleet restore', max: 1 })
  try {
    const rows = await sql<{ datname: string }[]>`
      select datname from pg_database where datname ~ ${`^shopfleet_.*${asideMark}[0-9tz]+$`} order by 1`
    return rows.map(row => row.datname)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

export async function discardDatabases(adminUrl: string): Promise<string[]> {
  const names = await keptDatabases(adminUrl)
  const sql = connect(adminUrl, { name: 'shopfleet restore', max: 1 })
  try {
    for (const name of names) await sql.unsafe(`drop database "${name}" with (force)`)
    return names
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Reads `--service order,payment`. */
export function parseServices(text: string, known: readonly string[]): string[] {
  const names = [...new Set(text.split(',').map(name => name.trim()))]
  const unknown = names.filter(name => !known.includes(name))
  if (unknown.length === 0) return names
  throw new LauncherError(`No service ${unknown.join(', ')} has a database`, `Those that have: ${known.join(', ')}.`)
}
