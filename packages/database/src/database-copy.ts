// The contents of one database, moved into another that has the same tables.

import { pipeline } from 'node:stream/promises'
import postgres from 'postgres'

export interface CopyOutcome {
  tables: number
  rows: number
}

interface Table {
  name: string
  columns: string
}

/** Tables that others refer to come before those. */
function inOrder(tables: readonly Table[], references: readonly { child: string; parent: string }[]): Table[] {
  const ordered: Table[] = []
  const done = new Set<string>()
  const visit = (table: Table, path: Set<string>) => {
    if (done.has(table.name) || path.has(table.name)) return
    for (const { child, parent } of references) {
      if (child === table.name) visit(tables.find(other => other.name === parent)!, new Set(path).add(table.name))
    }
    done.add(table.name)
    ordered.push(table)
  }
  for (const table of tables) visit(table, new Set())
  return ordered
}

function open(url: string) {
  return postgres(url, {
    max: 1,
    fetch_types: false,
    max_lifetime: null,
    connect_timeout: 10,
    onnotice() {},
    connection: { application_name: 'shopfleet restore', TimeZone: 'UTC', statement_timeout: 0, lock_timeout: 0 },
  })
}

type Session = Pick<ReturnType<typeof open>, 'unsafe'>

const tablesOf = (sql: Session) =>
  sql.unsafe<Table[]>(`
  select c.oid::regclass::text as name,
    string_agg(quote_ident(a.attname), ', ' order by a.attname) filter (where a.attgenerated = '') as columns
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  group by c.oid order by 1`)

const referencesOf = (sql: Session) =>
  sql.unsafe<{ child: string; parent: string }[]>(`
  select conrelid::regclass::text as child, confrelid::regclass::text as parent
  from pg_constraint where contype = 'f' and conrelid <> confrelid`)

const sequencesOf = (sql: Session) =>
  sql.unsafe<{ name: string; last: string }[]>(`
  select format('%I.%I', schemaname, sequencename) as name, coalesce(last_value, start_value - increment_by)::text as last
  from pg_sequences`)

/**
 * Replaces all rows of `to` by those of `from`, in one transaction. Both must have the same tables. Sequences go on
 * behind the highest number any of the databases has given out, `beside` among them: no number is given twice.
 */
export async function copyDatabase({
  from,
  to,
  beside,
  tell,
}: {
  from: string
  to: string
  beside: string | undefined
  tell: (detail: string) => void
}): Promise<CopyOutcome> {
  const source = open(from)
  const target = open(to)
  const third = beside === undefined ? undefined : open(beside)
  try {
    const [tables, wanted, references] = [await tablesOf(source), await tablesOf(target), await referencesOf(target)]
    const same = JSON.stringify(tables) === JSON.stringify(wanted)
    if (!same) throw new Error('the two databases do not have the same tables')
    const ordered = inOrder(wanted, references)
    let rows = 0
    await target.begin(async tx => {
      const all = ordered.map(table => table.name).join(', ')
      // Append-only tables refuse to be emptied, and what a trigger would count is counted already.
      for (const { name } of ordered) await tx.unsafe(`alter table ${name} disable trigger user`)
      if (ordered.length > 0) await tx.unsafe(`truncate ${all}`)
      for (const { name, columns } of ordered) {
        tell(name)
        const out = await source.unsafe(`copy ${name} (${columns}) to stdout (format binary)`).readable()
        const into = await tx.unsafe(`copy ${name} (${columns}) from stdin (format binary)`).writable()
        await pipeline(out, into)
        // The driver pauses its socket while a reader is slow, and goes on when it is asked for more. Of a stream that
        // has ended nobody asks, and that the copy is complete would never be heard: the next question would wait for ever.
        out._read(0)
        const [[had], [has]] = [
          await source.unsafe(`select count(*) as n from ${name}`),
          await tx.unsafe(`select count(*) as n from ${name}`),
        ]
        if (had!.n !== has!.n) throw new Error(`${name}: ${has!.n} of ${had!.n} rows arrived`)
        rows += Number(has!.n)
      }
      for (const { name } of ordered) await tx.unsafe(`alter table ${name} enable trigger user`)
      const given = new Map<string, bigint>()
      for (const sql of [source, ...(third ? [third] : [])]) {
        for (const { name, last } of await sequencesOf(sql)) {
          const known = given.get(name)
          if (known === undefined || BigInt(last) > known) given.set(name, BigInt(last))
        }
      }
      for (const { name } of await sequencesOf(tx)) {
        const last = given.get(name)
        if (last !== undefined && last > 0n) await tx.unsafe(`select setval('${name}', ${last})`)
      }
    })
    await target.unsafe('analyze')
    return { tables: ordered.length, rows }
  } finally {
    await Promise.all([source, target, third].map(sql => sql?.end({ timeout: 1 })))
  }
}
