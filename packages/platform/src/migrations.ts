import { join } from 'node:path'
import { connect, migrate } from '@shopfleet/database'
import { admitReader, messagingMigrations, migrateBus } from '@shopfleet/messaging'
import { databaseNameOf } from './databases.ts'
import { root } from './options.ts'
import { services } from './services.ts'

/** Brings the event log's database up to date and lets the gateway read in it; the services do their own when they start. */
export async function migrateBusAt(url: string): Promise<void> {
  const sql = connect(url, { name: 'shopfleet migrate', max: 1 })
  try {
    await migrateBus(sql)
    await admitReader(sql, databaseNameOf('gateway'))
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Brings the database of one service up to date. Answers the migrations it applied. */
export async function migrateService(name: string, url: string): Promise<string[]> {
  const sql = connect(url, { name: 'shopfleet migrate', max: 1 })
  try {
    return await migrate(sql, [messagingMigrations, join(root, 'services', name, 'migrations')])
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Brings all databases up to date. `urls` is by the name of the service, and `bus`. Answers what was applied. */
export async function migrateAll(urls: Record<string, string>): Promise<Record<string, string[]>> {
  const names = services.filter(entry => entry.hasDatabase).map(entry => entry.name)
  const [applied] = await Promise.all([
    Promise.all(names.map(name => migrateService(name, urls[name]!))),
    migrateBusAt(urls.bus!),
  ])
  return Object.fromEntries(names.map((name, i) => [name, applied[i]!]))
}
