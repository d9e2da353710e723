import { fileURLToPath } from 'node:url'
import type { EventMessage } from '@shopfleet/contracts'
import { connect, migrate, type Sql } from '@shopfleet/database'
import { deleteInSteps, pruneStep } from './prune.ts'

/** An event at its place in its topic. */
export interface Delivery {
  position: number
  message: EventMessage
}

/** An append-only log of events, a topic per speaking service. */
export interface Bus {
  /** Appends in this order. A message whose id is there already is passed over. Durable when it returns. */
  append(topic: string, messages: EventMessage[]): Promise<void>
  /** The next messages of a topic after a position, oldest first. */
  read(topic: string, after: number, limit: number): Promise<Delivery[]>
  /** Calls `heard` when a topic may have grown; a hint that may get lost. Answers how to stop. */
  listen(heard: (topic: string) => void): Promise<() => void>
  /**
   * Forgets events older than this, read or not: who has been away for longer has missed them. Answers how many. A bus
   * that keeps its own retention has none.
   */
  prune?(older_than_days: number): Promise<number>
  /** The highest position an event of the topic can have now; undefined where the bus does not say. */
  highest?(topic: string): Promise<number | undefined>
  close(): Promise<void>
}

const migrations = fileURLToPath(new URL('../bus-migrations', import.meta.url))

/** Creates the bus's tables; safe from several processes at once. */
export async function migrateBus(sql: Sql): Promise<void> {
  await migrate(sql, migrations)
}

/**
 * Deletes the events of the bus that are older than so many days, whether every listener has read them or not. Answers
 * how many. In small steps: one long statement over a log that was never pruned would end at its time limit, each time.
 */
export async function pruneBus(sql: Sql, older_than_days: number): Promise<number> {
  return deleteInSteps(
    () => sql`
      delete from events where (topic, position) in (
        select topic, position from events where appended_at < now() - make_interval(days => ${older_than_days})
        limit ${pruneStep} for update skip locked)`,
  )
}

/** The bus as a log in PostgreSQL: enough for one machine, nothing to install. */
export async function connectPostgresBus(
  url: string,
  options: { migrated?: boolean; password?: () => string } = {},
): Promise<Bus> {
  const sql = connect(url, { name: 'bus', max: 8, password: options.password })
  try {
    if (!options.migrated) await migrateBus(sql)
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
        select position, message from events
        where topic = ${topic} and position > ${after} order by position limit ${limit}`
    },
    async listen(heard) {
      // A listener that cannot connect at first goes on trying without an owner to end it: ask before whether there is a bus.
      await sql`select 1`
      listening ??= sql.listen(
        'bus',
        topic => {
          for (const listener of listeners) listener(topic)
        },
        () => {
          // After a lost connection anything may have been missed.
          for (const listener of listeners) listener('*')
        },
      )
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
    prune: older_than_days => pruneBus(sql, older_than_days),
    async highest() {
      // Of all topics, because the last event of one may have been pruned.
      const [row] = await sql<[{ highest: number }]>`
        select coalesce(pg_sequence_last_value(pg_get_serial_sequence('events', 'position')::regclass), 0) as highest`
      return row.highest
    },
    async close() {
      listeners.clear()
      await sql.end({ timeout: 2 })
    },
  }
}
