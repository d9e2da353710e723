import type { PaymentFacts } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import { attemptOf } from './payment.ts'
import { bookRefund, compareChanged } from './store.ts'

/* Statements of the reconciler's questions about payments, and of its repairs. */

export interface ChangedRow {
  id: string
  at: string
}

/** Oldest change first, after a place in the walk; the id is the order's, whose payments are judged together. */
export async function listChanged(
  sql: Queryable,
  { at, id, limit }: { at: string; id?: string; limit: number },
): Promise<ChangedRow[]> {
  return sql<ChangedRow[]>`
    select order_id as id, updated_at::text as at from payments
    where updated_at >= ${at}::timestamptz
      ${id === undefined ? sql`` : sql`and (updated_at, order_id) > (${at}::timestamptz, ${id}::uuid)`}
    order by updated_at, order_id limit ${limit}`
}

export async function listFacts(sql: Queryable, order_ids: string[]): Promise<PaymentFacts[]> {
  return sql<PaymentFacts[]>`
    select o.order_id, o.closed_at is not null as closed,
      coalesce(sum(p.captured_minor), 0)::bigint as captured_minor, coalesce(sum(p.refunded_minor), 0)::bigint as refunded_minor,
      coalesce(sum((select sum(amount_minor) from ledger_entries where payment_id = p.id and account = 'provider_clearing')), 0)::bigint as ledger_minor,
      o.next_check_at is not null or coalesce(bool_or(p.next_check_at is not null or p.refunding_minor > 0), false) as open,
      (select jsonb_build_object('id', id, 'attempt', attempt, 'status', status, 'amount_minor', amount_minor) from payments
       where order_id = o.order_id and status in ('authorising', 'in_doubt', 'authorised', 'captured', 'partially_refunded')) as live
    from orders o left join payments p using (order_id)
    where o.order_id = any(${order_ids}::uuid[])
    group by o.order_id`
}

/** What was added up before, as of its moment, and the entries since; before the first time, or `fully`, all entries. */
const clearing = (sql: Queryable, fully = false) => sql`(
  ${fully ? sql`` : sql`select currency, minor, until from added_up union all`}
  select currency, amount_minor, created_at from ledger_entries where account = 'provider_clearing'
  ${fully ? sql`` : sql`and created_at >= (select coalesce(max(until), '-infinity') from added_up)`}
) as entry (currency, minor, as_of)`

/** Keeps what the ledger comes to up to a while ago: longer than any transaction lasts, so that nothing is added before. */
export async function addUp(sql: Queryable): Promise<void> {
  await sql`
    with until as materialized (select date_trunc('milliseconds', now() - interval '2 minutes') as at)
    insert into added_up (currency, until, minor)
    select currency, at, sum(minor) from until, ${clearing(sql)} where as_of < at group by currency, at
    on conflict (currency) do update set until = excluded.until, minor = excluded.minor
    where added_up.until < excluded.until`
}

/**
 * The ledger's account at the provider, and how much may be on its way there and back. `fully` adds up every entry there
 * is, and not only those since the last time it agreed.
 */
export async function sumClearing(
  sql: Queryable,
  fully = false,
): Promise<{ currency: string; ledger_minor: number; capturing_minor: number; refunding_minor: number }[]> {
  return sql<{ currency: string; ledger_minor: number; capturing_minor: number; refunding_minor: number }[]>`
    with booked as (
      select currency, sum(minor)::bigint as minor from ${clearing(sql, fully)} group by currency
    ), under_way as (
      select currency, sum(amount_minor) filter (where wanted = 'capture' or status in ('authorising', 'in_doubt'))::bigint as capturing,
             sum(refunding_minor)::bigint as refunding
      from payments where id = any(array(
        select id from payments where next_check_at is not null union select id from payments where refunding_minor > 0))
      group by currency
    )
    select currency, coalesce(minor, 0) as ledger_minor, coalesce(capturing, 0) as capturing_minor,
           coalesce(refunding, 0) as refunding_minor
    from booked full join under_way using (currency)`
}

/**
 * Books what the ledger lacks of a payment: its capture, and what was given back beyond what is booked. A movement that
 * is booked already meets its key. Answers whether anything was missing.
 */
export async function bookMissing(sql: Queryable, order_id: string): Promise<boolean> {
  const rows = await sql`
    with lacking as (
      select p.id as payment_id, p.order_id, p.currency, t.id as transaction_id, t.kind, t.minor
      from payments p cross join lateral (
        select p.id, 'capture' as kind, p.captured_minor as minor where p.captured_minor > 0
        union all
        select r.id, 'refund', r.amount_minor from refunds r where r.payment_id = p.id and r.status = 'succeeded'
      ) t
      where p.order_id = ${order_id}
    )
    insert into ledger_entries (transaction_id, account, amount_minor, currency, payment_id, order_id, kind)
    select transaction_id, side.account, side.sign * minor, currency, payment_id, order_id, lacking.kind
    from lacking join (values ('capture', 'provider_clearing', 1), ('capture', 'sales', -1),
                              ('refund', 'refunds', 1), ('refund', 'provider_clearing', -1)) as side(kind, account, sign)
      on side.kind = lacking.kind
    where not exists (select 1 from ledger_entries e where e.transaction_id = lacking.transaction_id)
    on conflict do nothing returning 1`
  return rows.count > 0
}

/** How far the provider's journal was read. */
export async function readJournalPosition(sql: Queryable, provider: string): Promise<number> {
  const [row] = await sql<[{ position: number }?]>`select position from provider_journal where provider = ${provider}`
  return row?.position ?? 0
}

/** Moves on, but only from where was read: of two instances one goes on. */
export async function moveJournalPosition(sql: Queryable, provider: string, from: number, to: number): Promise<void> {
  await sql`
    insert into provider_journal as j (provider, position) values (${provider}, ${to})
    on conflict (provider) do update set position = excluded.position where j.position = ${from}`
}

/** Of payments at the provider, those we have: by their reference there, or by the key they were asked for with. */
export async function listKnown(sql: Queryable, references: string[], keys: string[]): Promise<Set<string>> {
  const order_ids = keys.flatMap(key => attemptOf(key)?.order_id ?? [])
  const rows = await sql<{ known: string }[]>`
    select provider_reference as known from payments where provider_reference = any(${references})
    union all select provider_key from payments where order_id = any(${order_ids}::uuid[])`
  return new Set(rows.map(row => row.known))
}

/** How a payment stands in the provider's journal. */
export interface Standing {
  reference: string
  status: string
  captured_minor: number
  currency: string
}

/** Payments that stand here as they do in the provider's journal need not be compared with its book one by one. */
export async function markAgreeing(sql: Queryable, standing: Standing[]): Promise<void> {
  if (standing.length === 0) return
  await sql`
    delete from comparisons c
    using payments p, jsonb_to_recordset(${standing as never}::jsonb) as s(reference text, status text, captured_minor bigint, currency text)
    where p.provider_reference = s.reference and p.provider_reference = any(${standing.map(one => one.reference)})
      and p.captured_minor = s.captured_minor and p.currency = s.currency and p.refunding_minor = 0
      and c.payment_id = p.id and c.status = s.status and c.refunded_minor = 0`
}

/**
 * Takes in a payment that only the provider has. It is not known yet how it stands: the sweep asks, if whoever calls
 * this does not come to it. Undefined: another payment of the order is in its place.
 */
export async function adoptPayment(
  sql: Queryable,
  p: { order_id: string; attempt: number; amount_minor: number; currency: string; provider: string },
): Promise<string | undefined> {
  const { correlation_id } = currentContext()
  const [row] = await sql<{ id: string }[]>`
    with known as (insert into orders (order_id) values (${p.order_id}) on conflict do nothing)
    insert into payments (order_id, attempt, status, amount_minor, currency, provider, next_check_at, correlation_id)
    values (${p.order_id}, ${p.attempt}, 'in_doubt', ${p.amount_minor}, ${p.currency}, ${p.provider},
      now() + interval '10 seconds', ${correlation_id})
    on conflict do nothing returning id`
  return row?.id
}

/** An order that takes no more payments has money again: its closing goes on. */
export async function reopenClosing(sql: Queryable, order_id: string): Promise<void> {
  await sql`update orders set next_check_at = now() where order_id = ${order_id} and closed_at is not null`
}

/** Of refunds at the provider, by the ids they were asked for with, those we have. */
export async function listKnownRefunds(sql: Queryable, ids: string[]): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`select id from refunds where id = any(${ids}::uuid[])`
  return new Set(rows.map(row => row.id))
}

/**
 * Takes in a refund that only the provider has, under the id it was asked for with: money, ledger and event in one
 * statement. Not beyond what the provider has given back of the payment in all. False: it was booked otherwise already.
 */
export async function adoptRefund(
  sql: Queryable,
  r: {
    id: string
    provider_payment: string
    amount_minor: number
    provider_reference: string
    refunded_in_all: number
  },
): Promise<boolean> {
  const rows = await sql`
    with changed as (
      update payments set refunded_minor = refunded_minor + ${r.amount_minor}::bigint,
        status = case when refunded_minor + ${r.amount_minor}::bigint = captured_minor then 'refunded' else 'partially_refunded' end,
        updated_at = now()
      where provider_reference = ${r.provider_payment} and status in ('captured', 'partially_refunded')
        and refunded_minor + refunding_minor + ${r.amount_minor}::bigint <= ${r.refunded_in_all}::bigint
        and not exists (select 1 from refunds where id = ${r.id})
      returning *, ${r.id}::uuid as refund_id, ${r.amount_minor}::bigint as refund_minor
    ), kept as (
      insert into refunds (id, payment_id, amount_minor, status, reason, provider_reference)
      select refund_id, id, refund_minor, 'succeeded', 'learnt from the provider', ${r.provider_reference} from changed
    ), ${compareChanged(sql, sql`now() + interval '10 seconds'`)}, ${bookRefund(sql, sql`changed`)}
    select 1 from changed`
  return rows.count === 1
}

export async function noteStranger(sql: Queryable, reference: string, key: string, why: string): Promise<void> {
  await sql`
    insert into provider_strangers (provider_reference, provider_key, why) values (${reference}, ${key}, ${why})
    on conflict (provider_reference) do update set why = excluded.why`
}

export async function settleStranger(sql: Queryable, reference: string): Promise<void> {
  await sql`update provider_strangers set settled_at = now() where provider_reference = ${reference} and settled_at is null`
}

export interface Stranger {
  provider_reference: string
  provider_key: string
  why: string
}

export async function listStrangers(sql: Queryable, limit: number): Promise<Stranger[]> {
  return sql<Stranger[]>`
    select provider_reference, provider_key, why from provider_strangers where settled_at is null
    order by provider_reference limit ${limit}`
}
