import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { databaseNames } from '@shopfleet/platform/databases'
import type { Platform } from './platform.ts'

/* What is kept of the databases: every table, a row a line, without what is secret. */

const secretColumns = /password_hash|token_hash|private|secret|sealed|_key_enc|totp|recovery/
/** Tables nobody judges, whose rows are secrets or code. */
const passedOver = new Set(['schema_migrations', 'signing_keys'])

interface Table {
  name: string
  columns: string[]
  /** Columns of the primary key. */
  key: string[]
}

export async function keepTables(platform: Platform, folder: string): Promise<void> {
  for (const database of databaseNames) {
    const sql = platform.sql(database)
    const tables = await sql<Table[]>`
      select table_name as name, array_agg(column_name::text order by ordinal_position) as columns,
        array(select attname::text from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
          where indrelid = format('%I.%I', table_schema, table_name)::regclass and indisprimary
          order by array_position(indkey::int2[], attnum)) as key
      from information_schema.columns join information_schema.tables using (table_schema, table_name)
      where table_schema = 'public' and table_type = 'BASE TABLE'
      group by table_schema, table_name order by table_name`
    mkdirSync(join(folder, 'tables', database), { recursive: true })
    for (const table of tables) if (!passedOver.has(table.name)) await keepTable(platform, database, { table, folder })
  }
}

async function keepTable(
  platform: Platform,
  database: string,
  { table, folder }: { table: Table; folder: string },
): Promise<void> {
  const hidden = table.columns.filter(column => secretColumns.test(column))
  // As it happened where that can be told: the event log by its positions, ids by their time.
  const order = table.columns.includes('position') && table.name === 'events' ? ['position'] : table.key
  const orderBy = order.length > 0 ? `order by ${order.map(column => `t."${column}"`).join(', ')}` : ''
  const file = createWriteStream(join(folder, 'tables', database, `${table.name}.jsonl`))
  await platform.sql(database).begin('isolation level repeatable read', async tx => {
    await tx`declare rows no scroll cursor for
      select (to_jsonb(t) - ${hidden}::text[])::text as line from ${tx(table.name)} t ${tx.unsafe(orderBy)}`
    for (;;) {
      const rows = await tx<{ line: string }[]>`fetch 2000 from rows`
      if (rows.length === 0) break
      if (!file.write(`${rows.map(row => row.line).join('\n')}\n`)) await once(file, 'drain')
    }
  })
  await new Promise(done => file.end(done))
}
