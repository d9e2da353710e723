import type { Queryable, ReservedSql } from '@shopfleet/database'
import { remake, rollups } from './rollup-store.ts'

/* Everything made anew in a schema beside the one that is in use, and put in its place at once. */

export const besides = 'rebuild'

const facts = ['people', 'erasures', 'orders', 'order_lines', 'refunds']
/** Of these the log need not tell the beginning: a product may be older than all that is sold of it. */
const projections = ['products', 'stock']
const told = ['attention', 'attention_totals', 'searches']
const messaging = ['inbox', 'consumer_offsets']
const tables = [...facts, ...projections, ...Object.keys(rollups), ...messaging]
const views = ['order_parts', 'line_parts']

export async function makeSchema(on: Queryable): Promise<void> {
  await dropSchema(on)
  await on.unsafe(`create schema ${besides}`)
}

export async function dropSchema(on: Queryable): Promise<void> {
  await on.unsafe(`drop schema if exists ${besides} cascade`)
}

/** When the first thing happened that facts of a topic tell of; topics without facts are left out. */
export async function firstTimes(on: Queryable): Promise<{ topic: string; at: string }[]> {
  return on<{ topic: string; at: string }[]>`
    select topic, at from (
      select 'order' as topic, min(least(placed_at, paid_at, shipped_at, delivered_at, cancelled_at)) as at from orders
      union all select 'payment', min(made_at) from refunds
      union all select 'user', min(registered_at) from people
      union all select 'analytics', (
        select min(at) + interval '15 minutes' from (
          select at from attention where grain = 'quarter_hour' union all select at from searches where grain = 'quarter_hour'
        ) t)
    ) firsts where at is not null`
}

const copy = (names: string[]) =>
  names.map(name => `insert into ${besides}.${name} select * from public.${name} on conflict do nothing`).join(';\n')

export async function copyProjections(on: Queryable): Promise<void> {
  await on.unsafe(copy(projections))
}

export async function copyFacts(on: Queryable): Promise<void> {
  await on.unsafe(copy(facts))
}

export async function countDeadLetters(on: Queryable): Promise<{ n: number; error: string | null }> {
  const [row] = await on<[{ n: number; error: string | null }]>`
    select count(*)::int as n, min(error) as error from ${on(besides)}.dead_letters`
  return row
}

/** Holds up whoever hears events, to the end of the transaction. */
export async function holdListeners(on: Queryable): Promise<void> {
  await on`lock table public.consumer_offsets in access exclusive mode`
}

/** What is not made anew where the log no longer tells it: what storefronts told, and how far it was heard. */
export async function copyTold(on: Queryable): Promise<void> {
  await on.unsafe(copy([...told, 'inbox']))
  await on.unsafe(`insert into ${besides}.consumer_offsets select * from public.consumer_offsets where topic = 'analytics'
    on conflict (topic) do update set position = excluded.position`)
}

/** Makes the roll-ups of the copied facts. `on` looks into the schema beside. */
export const remakeBeside = (on: ReservedSql): Promise<void> => remake(on)

export async function swap(on: Queryable): Promise<void> {
  for (const name of views) await on.unsafe(`drop view public.${name}`)
  await on.unsafe(`drop table ${tables.map(name => `public.${name}`).join(', ')}`)
  for (const name of tables) await on.unsafe(`alter table ${besides}.${name} set schema public`)
  for (const name of views) await on.unsafe(`alter view ${besides}.${name} set schema public`)
  await dropSchema(on)
}

/** Copying and summing take longer than a statement of a request may. */
export async function takeTime(on: ReservedSql): Promise<void> {
  await on.unsafe(`set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0`)
}

/** One at a time. */
const rebuildLock = 811_012
export async function takeTurn(on: ReservedSql): Promise<boolean> {
  await takeTime(on)
  const [row] = await on<[{ granted: boolean }]>`select pg_try_advisory_lock(${rebuildLock}) as granted`
  return row.granted
}

export async function giveTurn(on: ReservedSql): Promise<void> {
  await on.unsafe('select pg_advisory_unlock_all(); reset all').catch(() => {})
}
