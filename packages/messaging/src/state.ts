import type { EventMessage } from '@shopfleet/contracts'
import { type Sql, transaction } from '@shopfleet/database'
import type { Bus } from './bus.ts'

/** How speaking and hearing of one service stand. */
export interface MessagingState {
  outbox: { waiting: number; oldest_s: number }
  topics: {
    topic: string
    position: number
    /** The highest position there can be; null where the bus does not say. A reader beyond it reads another log. */
    highest: number | null
    /** How long the first event that was not heard has waited. */
    unheard_s: number
  }[]
  dead_letters: { open: number; oldest_s: number }
}

export async function readMessagingState(sql: Sql, bus: Bus, now_ms: number): Promise<MessagingState> {
  const [outbox] = await sql<[{ waiting: number; oldest_s: number }]>`
    select count(*)::int as waiting, coalesce(extract(epoch from now() - min(occurred_at)), 0)::float8 as oldest_s from outbox`
  const [dead_letters] = await sql<[{ open: number; oldest_s: number }]>`
    select count(*)::int as open, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_s
    from dead_letters where replayed_at is null`
  const offsets = await sql<{ topic: string; position: number }[]>`
    select topic, position from consumer_offsets order by topic`
  const topics = await Promise.all(
    offsets.map(async ({ topic, position }) => {
      const name = topic.replace(/^own:/, '')
      const [next] = await bus.read(name, position, 1)
      const unheard_s = next ? Math.max(0, (now_ms - Date.parse(next.message.occurred_at)) / 1000) : 0
      return { topic, position, highest: (await bus.highest?.(name)) ?? null, unheard_s }
    }),
  )
  return { outbox, topics, dead_letters }
}

/**
 * Sets readers that are beyond the end of their topic back to its beginning: the bus was set back, and what it is told
 * from now on takes places they believe to have read. The inbox passes over all that was applied. Answers which.
 */
export async function rewindBeyondEnd(sql: Sql, bus: Bus): Promise<string[]> {
  const offsets = await sql<{ topic: string; position: number }[]>`select topic, position from consumer_offsets`
  const rewound: string[] = []
  for (const { topic, position } of offsets) {
    const highest = await bus.highest?.(topic.replace(/^own:/, ''))
    if (highest === undefined || position <= highest) continue
    const moved = await sql`update consumer_offsets set position = 0 where topic = ${topic} and position = ${position}`
    if (moved.count === 1) rewound.push(topic)
  }
  return rewound
}

export interface DeadLetterRow {
  id: number
  topic: string
  event_id: string
  aggregate_id: string
  message: EventMessage
  original: EventMessage | null
  error: string
  attempts: number
  created_at: string
  replayed_at: string | null
  outcome: 'replayed' | 'discarded' | null
}

export async function listDeadLetters(
  sql: Sql,
  { state, after, limit }: { state: 'open' | 'closed'; after?: number; limit: number },
): Promise<DeadLetterRow[]> {
  return sql<DeadLetterRow[]>`
    select id, topic, event_id, aggregate_id, message, original, error, attempts, created_at, replayed_at,
      case when replayed_at is not null then coalesce(outcome, 'replayed') end as outcome
    from dead_letters where (replayed_at is null) = ${state === 'open'} and id > ${after ?? 0} order by id limit ${limit}`
}

export async function findDeadLetter(sql: Sql, event_id: string): Promise<DeadLetterRow | undefined> {
  const [row] = await sql<DeadLetterRow[]>`
    select id, topic, event_id, aggregate_id, message, original, error, attempts, created_at, replayed_at,
      case when replayed_at is not null then coalesce(outcome, 'replayed') end as outcome
    from dead_letters where event_id = ${event_id}`
  return row
}

/** Mends what an open letter says. What it said first is kept. False: it is closed. */
export async function editDeadLetter(sql: Sql, event_id: string, payload: object): Promise<boolean> {
  const rows = await sql`
    update dead_letters set original = coalesce(original, message),
      message = jsonb_set(message, '{payload}', ${payload as never}::jsonb)
    where event_id = ${event_id} and replayed_at is null`
  return rows.count === 1
}

/** Closes an open letter without applying it, for good: the inbox knows it from here on. False: it is closed. */
export async function discardDeadLetter(sql: Sql, event_id: string): Promise<boolean> {
  return transaction(sql, async tx => {
    const rows = await tx`
      update dead_letters set replayed_at = now(), outcome = 'discarded'
      where event_id = ${event_id} and replayed_at is null`
    if (rows.count === 0) return false
    await tx`insert into inbox (event_id) values (${event_id}) on conflict do nothing`
    return true
  })
}

export interface OwnFindingRow {
  id: string
  aggregate_id: string
  event_name: string
  how: string | null
  evidence: Record<string, unknown>
  at: string
}

/** What was lost and learnt again, oldest first. A little of what was seen before is in it: ids become visible late. */
export async function listOwnFindings(sql: Sql, after: string | undefined, limit: number): Promise<OwnFindingRow[]> {
  return sql<OwnFindingRow[]>`
    select id, aggregate_id, event_name, how, evidence, at from own_findings
    where true ${after === undefined ? sql`` : sql`and id > ${after}::uuid`} order by id limit ${limit}`
}
