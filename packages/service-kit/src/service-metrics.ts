import type { Sql } from '@shopfleet/database'
import type { Bus } from '@shopfleet/messaging'
import type { Clock } from './clock.ts'
import type { Metrics } from './metrics.ts'
import type { Peers } from './peers.ts'

interface Backlog {
  outbox: number
  outbox_oldest_s: number
  dead_letters: number
}

/** More are not counted: whether it is ten thousand or a million makes no difference to whoever is called. */
const countedAtMost = 10_000

/** What every service with a database tells of itself beside its requests. At a scrape it asks the database twice. */
export function watchService({
  metrics,
  sql,
  bus,
  clock,
  peers,
}: {
  metrics: Metrics
  sql: Sql
  bus: Pick<Bus, 'read'>
  clock: Clock
  peers: Peers
}): void {
  const own = (name: string, help: string, value: () => number) => metrics.gauge(name, help, set => set(value()))
  own('db_connections_active', 'Connections to the database in use', () => sql.usage().in_use)
  own('db_connections_idle', 'Connections to the database that wait for work', () => sql.usage().idle)
  own('db_connections_max', 'Connections to the database at most', () => sql.usage().max)
  own('db_queries_waiting', 'Statements that wait for a connection', () => sql.usage().waiting)

  /** Asked for once a scrape, by whichever of the gauges comes first. */
  let asked: Promise<Backlog> | undefined
  const backlog = () => {
    asked ??= readBacklog(sql).finally(() => {
      asked = undefined
    })
    return asked
  }
  metrics.gauge('db_up', 'Whether the database answers', set =>
    backlog().then(
      () => set(1),
      () => set(0),
    ),
  )
  const counted = (name: string, help: string, key: keyof Backlog) =>
    metrics.gauge(name, help, async set => set((await backlog())[key]))
  counted('outbox_events', `Events that wait for the relay, at most ${countedAtMost}`, 'outbox')
  counted('outbox_oldest_seconds', 'How long the first event in the outbox has waited', 'outbox_oldest_s')
  counted('dead_letters', 'Events that could not be applied', 'dead_letters')

  metrics.gauges(
    'event_lag_seconds',
    'How long the first event that was not heard has waited, by topic',
    ['topic'],
    async set => {
      for (const { topic, waited_s } of await readLag(sql, bus, clock.now())) set({ topic }, waited_s)
    },
  )
  metrics.gauges(
    'circuit_breaker_open',
    'Whether what was asked there failed so often that it is left alone',
    ['target'],
    set => {
      for (const { service, is_open } of peers.breakers()) set({ target: service }, is_open ? 1 : 0)
    },
  )
}

async function readBacklog(sql: Sql): Promise<Backlog> {
  const [row] = await sql<[Backlog]>`
    select (select count(*) from (select from outbox limit ${countedAtMost}) as counted)::int as outbox,
      coalesce((select extract(epoch from clock_timestamp() - occurred_at) from outbox order by seq limit 1), 0)::float8
        as outbox_oldest_s,
      (select count(*) from (select from dead_letters where replayed_at is null limit ${countedAtMost}) as open)::int
        as dead_letters`
  return row
}

/** Of topics it listens to; its own it only reads back now and then. */
async function readLag(
  sql: Sql,
  bus: Pick<Bus, 'read'>,
  now_ms: number,
): Promise<{ topic: string; waited_s: number }[]> {
  const places = await sql<{ topic: string; position: number }[]>`
    select topic, position from consumer_offsets where topic not like 'own:%'`
  return Promise.all(
    places.map(async ({ topic, position }) => {
      const [next] = await bus.read(topic, position, 1)
      return { topic, waited_s: next ? Math.max(0, (now_ms - Date.parse(next.message.occurred_at)) / 1000) : 0 }
    }),
  )
}
