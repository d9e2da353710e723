import type { Sql } from '@shopfleet/database'

/**
 * Keeps what a database holds now, and answers how to put it back: as if it had been restored from a backup. Triggers
 * and foreign keys are off meanwhile, as in a restore.
 */
export async function keep(sql: Sql): Promise<() => Promise<void>> {
  const tables = await sql<{ name: string; columns: string }[]>`
    select c.table_name as name, string_agg(quote_ident(c.column_name), ', ' order by c.ordinal_position) as columns
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER' and table_name <> 'schema_migrations'
    group by c.table_name`
  const kept: { name: string; columns: string; rows: unknown }[] = []
  for (const { name, columns } of tables) {
    const [row] = await sql.unsafe(`select coalesce(jsonb_agg(to_jsonb(t)), '[]') as rows from "${name}" t`)
    kept.push({ name, columns, rows: row!.rows })
  }
  const sequences = await sql<{ name: string; last: number | null }[]>`
    select sequencename as name, last_value as last from pg_sequences where schemaname = 'public'`
  return () =>
    sql.begin(async tx => {
      await tx`set local session_replication_role = replica`
      for (const { name } of kept) await tx.unsafe(`delete from "${name}"`)
      for (const { name, columns, rows } of kept) {
        await tx.unsafe(
          `insert into "${name}" (${columns}) overriding system value
           select ${columns} from jsonb_populate_recordset(null::"${name}", $1::jsonb)`,
          [rows as never],
        )
      }
      for (const { name, last } of sequences) {
        await tx`select setval(${name}::regclass, ${last ?? 1}, ${last !== null})`
      }
    })
}
