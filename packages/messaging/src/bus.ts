import { fileURLToPath } from 'node:url'
import type { EventMessage } from '@shopfleet/contracts'
import { connect, migrate, type Sql } from '@shopfleet/database'

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
  close(): Promise<void>
}

const migrations = fileURLToPath(new URL('../bus-migrations', import.meta.url))

/** Creates the bus's tables; safe from several processes at once. */
export async function migrateBus(sql: Sql): Promise<void> {
  await migrate(sql, migrations)
}

/** The bus as a log in PostgreSQL: enough for one machine, nothing to install. */
export async function connectPostgresBus(url: string, options: { migrated?: boolean } = {}): Promise<Bus> {
  const sql = connect(url, { name: 'bus', max: 8 })
  if (!options.migrated) await migrateBus(sql)
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
      listeners.add(heard)
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
      await listening
      return () => listeners.delete(heard)
    },
    async close() {
      listeners.clear()
      await sql.end({ timeout: 2 })
    },
  }
}
