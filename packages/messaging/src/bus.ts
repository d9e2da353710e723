import { fileURLToPath } from 'node:url'
import type { EventMessage } from '@shopfleet/contracts'
import { connect, migrate, type Sql } from '@shopfleet/database'
import { deleteInSteps, pruneStep } from './prune.ts'

/** An event at its place in its topic. */
export interface Delivery {
  position: number
  message: EventMessage
}

/** One that may be left out, but for its place, because its reader did not ask for it. */
export interface Passing {
  position: number
  message: EventMessage | null
}

/** An append-only log of events, a topic per speaking service. */
export interface Bus {
  /** Appends in this order. A message whose id is there already is passed over. Durable when it returns. */
  append(topic: string, messages: EventMessage[]): Promise<void>
  /** The next messages of a topic after a position, oldest first; fewer than `limit` where there are no more. */
  read(topic: string, after: number, limit: number): Promise<Delivery[]>
  /**
   * The same for a reader of some events: others may come without what they say. With `asOf_ms` (of `performance.now()`) it
   * is content with what was there at that moment: when it was told that there is something.
   */
  readOf?(topic: string, after: number, limit: number, names: string[], asOf_ms?: number): Promise<Passing[]>
  /** Calls `heard` when a topic may have grown; a hint that may get lost. Answers how to stop. */
  listen(heard: (topic: string) => void): Promise<() => void>
  /**
   * Forgets a topic's events older than this, read or not: who has been away for longer has missed them. Answers how many.
   * A bus that keeps its own retention has none.
   */
  prune?(topic: string, older_than_days: number): Promise<number>
  /** The highest position an event of the topic can have now; undefined where the bus does not say. */
  highest?(topic: string): Promise<number | undefined>
  /** The position after which lie the last so many events of a topic; 0 where there are fewer. */
  before?(topic: string, count: number): Promise<number>
  close(): Promise<void>
}

const migrations = fileURLToPath(new URL('../bus-migrations', import.meta.url))

/** Creates the bus's tables; safe from several processes at once. */
export async function migrateBus(sql: Sql): Promise<void> {
  await migrate(sql, migrations)
}

/**
 * Deletes the events of a topic that are older than so many days, whether every listener has read them or not. Answers
 * how many. In small steps: one long statement over a log that was never pruned would end at its time limit, each time.
 */
export async function pruneTopic(sql: Sql, topic: string, older_than_days: number): Promise<number> {
  return deleteInSteps(
    () => sql`
      -- The oldest come first, so nothing of the log behind them is looked at.
      with oldest as materialized (
        select position, appended_at from events where topic = ${topic} order by position limit ${pruneStep}
      )
      delete from events where topic = ${topic} and position = any(array(
        select position from oldest where appended_at < now() - make_interval(days => ${older_than_days})))`,
  )
}

/** What may be read of the log by who tells it to the outside, and nothing else of it. */
const outwardEvents = 'outward_events'
const outwardBefore = 'outward_before(text, int)'

/**
 * Lets a role read what of the log may be told outside, and nothing more: `connectPostgresBus` with `outward`. By the owner
 * of the database. A role that does not exist is passed over; answers whether it does.
 */
export async function admitReader(sql: Sql, role: string): Promise<boolean> {
  const [row] = await sql<[{ database: string; role: string; is_admitted: boolean }?]>`
    select quote_ident(current_database()) as database, quote_ident(rolname) as role,
      has_database_privilege(oid, current_database(), 'connect') and has_schema_privilege(oid, 'public', 'usage')
        and has_table_privilege(oid, ${outwardEvents}, 'select')
        and has_function_privilege(oid, ${outwardBefore}, 'execute')
        and has_sequence_privilege(oid, 'events_position_seq', 'select') as is_admitted
    from pg_roles where rolname = ${role}`
  if (!row) return false
  if (row.is_admitted) return true
  await sql.unsafe(`
    grant connect on database ${row.database} to ${row.role};
    grant usage on schema public to ${row.role};
    grant execute on function ${outwardBefore} to ${row.role};
    grant select on ${outwardEvents}, events_position_seq to ${row.role}`)
  return true
}

/**
 * The bus as a log in PostgreSQL: enough for one machine, nothing to install. With `outward` it is read only, and shows
 * what may be told outside: the topics of orders, stock and products, without what nobody out there needs.
 */
export async function connectPostgresBus(
  url: string,
  options: { migrated?: boolean; password?: () => string; outward?: boolean } = {},
): Promise<Bus> {
  const sql = connect(url, { name: 'bus', max: options.outward ? 3 : 8, plans: 'generic', password: options.password })
  const log = sql(options.outward ? outwardEvents : 'events')
  try {
    if (!options.migrated && !options.outward) await migrateBus(sql)
  } catch (error) {
    await sql.end({ timeout: 0 })
    throw error
  }
  const listeners = new Set<(topic: string) => void>()
  let listening: Promise<{ unlisten(): Promise<void> }> | undefined

  return {
    async append(topic, messages) {
      if (messages.length === 0) return
      await sql`
        with turn as materialized (select pg_advisory_xact_lock(hashtextextended('bus:' || ${topic}, 0))),
        added as (
          insert into events (topic, event_id, message)
          select ${topic}, (m->>'id')::uuid, m
          from turn, jsonb_array_elements(${messages as never}::jsonb) with ordinality as list(m, n)
          order by n
          on conflict on constraint events_once do nothing
        )
        select pg_notify('bus', ${topic}) from turn`
    },
    async read(topic, after, limit) {
      return await sql<Delivery[]>`
        select position, message from ${log}
        where topic = ${topic} and position > ${after} order by position limit ${limit}`
    },
    async readOf(topic, after, limit, names) {
      return await sql<Passing[]>`
        select position, case when message->>'name' = any(${names}) then message end as message from ${log}
        where topic = ${topic} and position > ${after} order by position limit ${limit}`
    },
    async before(topic, count) {
      const [row] = await (options.outward
        ? sql<[{ position: number | null }]>`select outward_before(${topic}, ${count}) as position`
        : sql<[{ position: number }?]>`
            select position from events where topic = ${topic} order by position desc offset ${count} limit 1`)
      return row?.position ?? 0
    },
    async listen(heard) {
      listening ??= sql.listen('bus', {
        heard(topic) {
          for (const listener of listeners) listener(topic)
        },
        // After a lost connection anything may have been missed.
        ready() {
          for (const listener of listeners) listener('*')
        },
      })
      try {
        await listening
      } catch (error) {
        // The next one may find the bus up again.
        listening = undefined
        throw error
      }
      listeners.add(heard)
      return () => listeners.delete(heard)
    },
    prune: (topic, older_than_days) => pruneTopic(sql, topic, older_than_days),
    async highest() {
      // Of all topics, because the last event of one may have been pruned.
      const [row] = await sql<[{ highest: number }]>`
        select coalesce(pg_sequence_last_value('events_position_seq'), 0) as highest`
      return row.highest
    },
    async close() {
      listeners.clear()
      await sql.end({ timeout: 2 })
    },
  }
}
