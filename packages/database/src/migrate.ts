import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { errorCode } from './errors.ts'
import type { ReservedSql, Sql } from './sql.ts'

interface Migration {
  name: string
  path: string
  text: string
  sha256: string
}

interface Applied {
  name: string
  sha256: string
}

const fileName = /^\d{4}_[a-z0-9_-]+\.sql$/
const lock = 727468

function readMigrations(directory: string): Migration[] {
  const owner = basename(dirname(resolve(directory)))
  const files = readdirSync(directory).filter(file => file.endsWith('.sql'))
  return files.sort().map(file => {
    const path = join(directory, file)
    if (!fileName.test(file)) throw new Error(`${path}: a migration is named NNNN_name.sql`)
    const text = readFileSync(path, 'utf8')
    return { name: `${owner}/${file}`, path, text, sha256: createHash('sha256').update(text).digest('hex') }
  })
}

function pendingOf(migrations: Migration[], applied: readonly Applied[]): Migration[] {
  const known = new Map(applied.map(row => [row.name, row.sha256]))
  for (const { name, path, sha256 } of migrations) {
    const before = known.get(name)
    if (before !== undefined && before !== sha256) {
      throw new Error(`${path} was changed after it had been applied; restore it and add a new migration instead`)
    }
  }
  return migrations.filter(migration => !known.has(migration.name))
}

async function readApplied(sql: Sql | ReservedSql): Promise<readonly Applied[]> {
  try {
    return await sql<Applied[]>`select name, sha256 from schema_migrations`
  } catch (error) {
    if (errorCode(error) === '42P01') return []
    throw error
  }
}

async function apply(connection: ReservedSql, { name, path, text, sha256 }: Migration): Promise<void> {
  await connection.unsafe('begin')
  try {
    await connection.unsafe(text)
    await connection`insert into schema_migrations (name, sha256) values (${name}, ${sha256})`
    await connection.unsafe('commit')
  } catch (error) {
    await connection.unsafe('rollback').catch(() => {})
    if (error instanceof Error) error.message = `${path}: ${error.message}`
    throw error
  }
}

/**
 * Applies the `NNNN_name.sql` files of one or several directories, in order, each in its own transaction, and returns
 * the names applied (`<parent folder>/<file>`, e.g. `order/0001_orders.sql`). Forward only. Processes that start
 * together wait for each other. With nothing to do it costs one query. Throws, naming the file, when a file fails or
 * when an applied file has changed.
 */
export async function migrate(sql: Sql, directories: string | readonly string[]): Promise<string[]> {
  const migrations = [directories].flat().flatMap(directory => readMigrations(directory))
  if (pendingOf(migrations, await readApplied(sql)).length === 0) return []

  const connection = await sql.reserve()
  try {
    // Waiting for another process may take as long as its longest migration. A lock on a table may not: it would hold up
    // the shop, so lock_timeout applies again afterwards.
    await connection.unsafe(`set statement_timeout = '10min'; set lock_timeout = 0`)
    await connection`select pg_advisory_lock(${lock})`
    await connection.unsafe('reset lock_timeout')
    await connection.unsafe(`create table if not exists schema_migrations (
      name text primary key, sha256 text not null, applied_at timestamptz not null default now())`)
    const pending = pendingOf(migrations, await readApplied(connection))
    for (const migration of pending) await apply(connection, migration)
    return pending.map(migration => migration.name)
  } finally {
    await connection
      .unsafe(`select pg_advisory_unlock_all(); reset statement_timeout; reset lock_timeout`)
      .catch(() => {})
    connection.release()
  }
}
