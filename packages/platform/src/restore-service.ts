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
import { catchUpWithLog } from './learn-again.ts'
import { migrateBusAt, migrateService } from './migrations.ts'
import type { Options } from './options.ts'
import type { Progress } from './progress.ts'
import { type RestoreTarget, stampOf } from './restore.ts'
import type { Secrets } from './secrets.ts'

export interface ServiceRestoreOptions extends Pick<Options, 'dataDir' | 'backupDir'> {
  /** Settings of the shop, for where its event log is; a database of its own without them. */
  env?: Record<string, string | undefined>
  /** Services, or `bus`. Several change places in the same instant. */
  names: string[]
  target: RestoreTarget
  /** Of the server that works, which goes on working. */
  adminUrl: string
  secrets: Secrets
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

/** A database of a service, as its own role. */
function ownUrl(adminUrl: string, name: string, { secrets, database }: { secrets: Secrets; database: string }): string {
  return at(databaseUrlOf(adminUrl, name, secrets.databasePasswords[name]!), database)
}

async function fill(
  name: string,
  {
    adminUrl,
    asideUrl,
    secrets,
    tell,
  }: { adminUrl: string; asideUrl: string; secrets: Secrets; tell: (detail: string) => void },
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
  await provision(adminUrl, [{ database: draft, role: database, password: secrets.databasePasswords[name]! }])
  const own = ownUrl(adminUrl, name, { secrets, database: draft })
  const source = at(asideUrl, database)
  tell('tables')
  if (name === 'bus') await Promise.all([migrateBusAt(source), migrateBusAt(own)])
  else await Promise.all([migrateService(name, source), migrateService(name, own)])
  const { rows } = await copyDatabase({ from: source, to: own, beside: at(adminUrl, database), tell })
  const statement = afterSetBack[name]
  if (statement) {
    const sql = connect(own, { name: 'shopfleet restore', max: 1 })
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

type Renaming = [from: string, to: string][]

/** Renames databases in one transaction. That holds off new sessions; those there are end, as in a crash. */
async function rename(sql: Sql, renamings: Renaming): Promise<void> {
  const until_ms = performance.now() + exchange_ms
  for (;;) {
    const ending = endSessions(
      sql,
      renamings.map(([from]) => from),
    )
    try {
      await sql.begin(async tx => {
        for (const [from, to] of renamings) await tx.unsafe(`alter database "${from}" rename to "${to}"`)
      })
      return
    } catch (error) {
      // Somebody came in between, or holds on.
      if (!['55006', '55P03', '40P01'].includes(errorCode(error) ?? '') || performance.now() > until_ms) throw error
    } finally {
      await ending.stop()
    }
  }
}

/**
 * The restored databases take the place of the others. Between the two the services have none, and answer that they are
 * not available: what was said until then is carried to the event log, and each service learns from its own events there
 * what it did since that time, before anything else of it works with the restored data.
 */
async function exchangeDatabases(options: ServiceRestoreOptions): Promise<string[]> {
  const { names, adminUrl, secrets, now, dataDir, env = {} } = options
  const mark = stampOf(now)
    .toLowerCase()
    .replaceAll(/[^0-9tz]/g, '')
  const databases = names.map(databaseNameOf)
  const away: Renaming = databases.map(database => [database, `${database}${asideMark}${mark}`])
  const sql = connect(adminUrl, { name: 'shopfleet restore', max: 2 })
  try {
    await rename(sql, away)
    try {
      // With the event log set back as well, all of them are as they were at one moment: nothing is missing.
      if (!names.includes('bus')) {
        for (const [index, name] of names.entries()) {
          await catchUpWithLog(name, {
            before: at(adminUrl, away[index]![1]),
            restored: ownUrl(adminUrl, name, { secrets, database: `${databases[index]}_restoring` }),
            bus: databaseUrlOf(adminUrl, 'bus', secrets.databasePasswords.bus!),
            secrets,
            dataDir,
            env,
          })
        }
      }
      await rename(
        sql,
        databases.map(database => [`${database}_restoring`, database]),
      )
    } catch (error) {
      await rename(
        sql,
        away.map(([from, to]) => [to, from]),
      )
      throw error
    }
    return away.map(([, to]) => to)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/**
 * Sets the databases of some services back to a time, while all others, and those services themselves, go on. What was
 * there is kept beside it under another name.
 */
export async function restoreServices(options: ServiceRestoreOptions): Promise<ServiceRestore> {
  const { names, target, adminUrl, dataDir, backupDir, secrets, progress } = options
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
        rows[name] = await progress.step(`data of ${name}`, tell => fill(name, { adminUrl, asideUrl, secrets, tell }))
      }
    } finally {
      await server.stop()
    }
    const aside = await progress.step('exchange', () => exchangeDatabases(options))
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
