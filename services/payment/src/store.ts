import {
  type PaymentState,
  paymentAuthorised,
  paymentCaptured,
  paymentDeclined,
  paymentRefunded,
  paymentVoided,
} from '@shopfleet/contracts'
import { type Queryable, type RunMany, type Sql, seeded } from '@shopfleet/database'
import { type Cause, currentCause, currentContext } from '@shopfleet/messaging'
import { attemptOf, movesFrom, type PaymentRow, type RefundRow, type Seen } from './payment.ts'

type Fragment = ReturnType<Queryable>

const columns = (sql: Queryable) => sql`
  id, order_id, attempt, provider_key, status, amount_minor, captured_minor, refunded_minor, refunding_minor, currency,
  provider, provider_reference, decline_code, payment_method, at_once, wanted, correlation_id, created_at, updated_at`
const refundColumns = (sql: Queryable) => sql`id, payment_id, amount_minor, status, asked_minor`

/** Later than the provider's journal is read again: what that shows needs no question of its own. */
const later = (sql: Queryable) => sql`now() + interval '90 seconds'`
/** A part of a statement that changed payments, `changed`: has them compared with the provider's book. */
export const compareChanged = (sql: Queryable, at = later(sql)) => sql`
  compared as (
    insert into comparisons (payment_id, compare_at, status, refunded_minor)
    select id, ${at}, status, refunded_minor from changed where provider_reference is not null
    on conflict (payment_id) do update set
      compare_at = excluded.compare_at, status = excluded.status, refunded_minor = excluded.refunded_minor
  )`
const inMs = (sql: Queryable, ms: number) => sql`now() + ${ms}::float8 * interval '1 millisecond'`
/** When to ask again: twice as late each time, a minute at most. */
const backoff = (sql: Queryable, after_ms: number) => sql`
  now() + least(${after_ms}::float8 * power(2, least(checks, 20)), 60000) * interval '1 millisecond'`

export interface NewPayment {
  order_id: string
  attempt: number
  amount_minor: number
  currency: string
  provider: string
  payment_method: string | null
  at_once: boolean
}

/**
 * Lets an attempt in, unless its order was closed, has another live payment, or has this attempt already: then
 * undefined. The order's row is locked against a closing at the same time.
 */
export function insertPayment(sql: Sql, payment: NewPayment, after_ms: number): Promise<PaymentRow | undefined> {
  const { correlation_id } = currentContext()
  return sql.gather('insertPayment', { ...payment, after_ms, correlation_id }, insertPayments)
}

const insertPayments: RunMany<NewPayment & { after_ms: number }, PaymentRow | undefined> = async (sql, payments) => {
  const rows = await sql<PaymentRow[]>`
    with asked as materialized (
      select * from jsonb_to_recordset(${payments as never}::jsonb) as a(order_id uuid, attempt int, amount_minor bigint,
        currency text, provider text, payment_method text, at_once boolean, after_ms float8, correlation_id text)
    ), open as materialized (
      -- An update and no plain look, because it sees a closing that was committed while it waited.
      insert into orders (order_id) select order_id from asked order by order_id
      on conflict (order_id) do update set checks = orders.checks where orders.closed_at is null
      returning order_id
    )
    insert into payments (order_id, attempt, status, amount_minor, currency, provider, payment_method, at_once, next_check_at, correlation_id)
    select order_id, attempt, 'authorising', amount_minor, currency, provider, payment_method, at_once,
           now() + after_ms * interval '1 millisecond', correlation_id
    from asked join open using (order_id)
    on conflict do nothing
    returning ${columns(sql)}`
  const made = new Map(rows.map(row => [row.order_id, row]))
  return payments.map(payment => made.get(payment.order_id))
}

export async function findPayment(sql: Queryable, id: string): Promise<PaymentRow | undefined> {
  const [row] = await sql<PaymentRow[]>`select ${columns(sql)} from payments where id = ${id}`
  return row
}

export async function findAttempt(sql: Queryable, order_id: string, attempt: number): Promise<PaymentRow | undefined> {
  const [row] = await sql<PaymentRow[]>`
    select ${columns(sql)} from payments where order_id = ${order_id} and attempt = ${attempt}`
  return row
}

/** The payment a webhook speaks of, and whether that webhook was dealt with before. */
export async function findForWebhook(
  sql: Queryable,
  provider_key: string,
  event_id: string,
): Promise<(PaymentRow & { heard: boolean }) | undefined> {
  const [row] = await sql<(PaymentRow & { heard: boolean })[]>`
    select ${columns(sql)}, exists (select 1 from webhook_events e where e.id = ${event_id}) as heard
    from payments where order_id = ${attemptOf(provider_key)?.order_id ?? null} and provider_key = ${provider_key}`
  return row
}

export async function recordWebhook(sql: Queryable, id: string, type: string): Promise<void> {
  await sql`insert into webhook_events (id, type) values (${id}, ${type}) on conflict do nothing`
}

export async function pruneWebhooks(sql: Queryable): Promise<void> {
  await sql`delete from webhook_events where received_at < now() - interval '30 days'`
}

/** Newest first; `after` is the id of the last row seen. */
export async function listPayments(
  sql: Queryable,
  { order_id, after, limit }: { order_id?: string; after?: string; limit: number },
): Promise<PaymentRow[]> {
  return sql<PaymentRow[]>`
    select ${columns(sql)} from payments
    where true
    ${order_id === undefined ? sql`` : sql`and order_id = ${order_id}`}
    ${after === undefined ? sql`` : sql`and id < ${after}::uuid`}
    order by id desc limit ${limit}`
}

interface News extends Seen, Cause {
  id: string
}

/**
 * Moves a payment to where the provider has it, if that is forward: row, ledger and events in one statement. Undefined
 * when it was no news.
 */
export async function settlePayment(sql: Sql, id: string, seen: Seen): Promise<PaymentRow | undefined> {
  const from = [...movesFrom(seen.status), ...(seeded('webhook-books-again') ? [seen.status] : [])]
  if (from.length === 0) return undefined
  const news: News = { ...seen, ...currentCause(), id }
  return sql.gather(`settlePayment ${seen.status}`, news, (on, all) => settlePayments(on, all, from as PaymentState[]))
}

/** All of one status. */
async function settlePayments(sql: Queryable, news: News[], from: PaymentState[]): Promise<(PaymentRow | undefined)[]> {
  const { status } = news[0]!
  const said = {
    authorised: paymentAuthorised,
    declined: paymentDeclined,
    captured: paymentCaptured,
    voided: paymentVoided,
  }[status as 'authorised' | 'declined' | 'captured' | 'voided']
  const rows = await sql<PaymentRow[]>`
    with seen as materialized (
      select * from jsonb_to_recordset(${news as never}::jsonb) as s(id uuid, captured_minor bigint, provider_reference text,
        decline_code text, correlation_id text, traceparent text)
    ), changed as (
      update payments p set
        status = ${status},
        captured_minor = seen.captured_minor,
        provider_reference = coalesce(p.provider_reference, seen.provider_reference),
        decline_code = seen.decline_code,
        payment_method = null, wanted = null, next_check_at = null, checks = 0, updated_at = now()
      -- Named twice: how many there are the planner knows of a list only.
      from seen where p.id = seen.id and p.id = any(${news.map(one => one.id)}::uuid[]) and p.status = any(${from})
      returning p.*, old.status as was, seen.correlation_id as cause, seen.traceparent
    ), ${compareChanged(sql)}, entries as (
      insert into ledger_entries (transaction_id, account, amount_minor, currency, payment_id, order_id, kind)
      select id, account, sign * captured_minor, currency, id, order_id, 'capture'
      from changed, (values ('provider_clearing', 1), ('sales', -1)) as side(account, sign)
      where captured_minor > 0 ${seeded('ledger-one-sided') ? sql`and account = 'sales'` : sql``}
    ), said as (
      -- A payment that is found further on than expected passed through authorised, and its listeners are told so, unless
      -- the provider was asked to take the money at once.
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select e.name, e.version, order_id, ${facts(sql)} || e.more, cause, traceparent
      from changed, lateral (values
        (1, ${paymentAuthorised.name}, ${paymentAuthorised.version}::int, '{}'::jsonb,
          status <> 'declined' and was <> 'authorised' and (status = 'authorised' or not at_once)),
        (2, ${said.name}, ${said.version}::int,
          case status when 'declined' then jsonb_build_object('decline_code', coalesce(decline_code, 'declined')) else '{}' end,
          status <> 'authorised')
      ) as e(n, name, version, more, due)
      where e.due order by e.n
    )
    select ${columns(sql)} from changed`
  const found = new Map(rows.map(row => [row.id, row]))
  return news.map(({ id }) => {
    const row = found.get(id)
    // Whoever says the same of it at the same time, a webhook perhaps, brings no news.
    found.delete(id)
    return row
  })
}

const facts = (sql: Queryable) => sql`
  jsonb_build_object('payment_id', id, 'order_id', order_id, 'attempt', attempt, 'amount_minor', amount_minor,
    'currency', currency)`

/** The provider did not answer an authorisation. */
export async function markInDoubt(sql: Queryable, id: string): Promise<boolean> {
  const marked = await sql`
    update payments set status = 'in_doubt', updated_at = now() where id = ${id} and status = 'authorising'`
  return marked.count === 1
}

/**
 * Begins to capture an authorised payment of an open order. Undefined when it is not authorised, is being voided, or
 * the order was closed; the order's row is locked against a closing at the same time.
 */
export function wantCapture(sql: Sql, id: string, after_ms: number): Promise<PaymentRow | undefined> {
  return sql.gather('wantCapture', id, (on, ids) => wantCaptures(on, ids, after_ms))
}

async function wantCaptures(sql: Queryable, ids: string[], after_ms: number): Promise<(PaymentRow | undefined)[]> {
  const rows = await sql<PaymentRow[]>`
    with open as materialized (
      select o.order_id from orders o
      where o.order_id = any(array(select order_id from payments where id = any(${ids}::uuid[]))) and o.closed_at is null
      order by o.order_id for share
    )
    update payments set wanted = 'capture', next_check_at = ${inMs(sql, after_ms)}
    where id = any(${ids}::uuid[]) and order_id in (select order_id from open) and status = 'authorised'
      and wanted is distinct from 'void'
    returning ${columns(sql)}`
  const begun = new Map(rows.map(row => [row.id, row]))
  return ids.map(id => begun.get(id))
}

/** Begins to void an authorised payment. One that is being captured only for a closed order: `even_captured`. */
export async function wantVoid(
  sql: Queryable,
  id: string,
  { even_captured, after_ms }: { even_captured: boolean; after_ms: number },
): Promise<PaymentRow | undefined> {
  const [row] = await sql<PaymentRow[]>`
    update payments set wanted = 'void', next_check_at = ${inMs(sql, after_ms)}
    where id = ${id} and status = 'authorised' and (${even_captured} or wanted is distinct from 'capture')
    returning ${columns(sql)}`
  return row
}

/**
 * Sets an amount aside and records the refund of it, before the provider is asked; without an amount all that is left.
 * Undefined when there is not that much. Violates `refunds_once` for a repeated key, `refunds_pkey` for an id that is known.
 */
export async function insertRefund(
  sql: Queryable,
  payment_id: string,
  refund: { id?: string; amount_minor: number | null; reason: string | null; idempotency_key: string | null },
  after_ms: number,
): Promise<RefundRow | undefined> {
  const [row] = await sql<RefundRow[]>`
    with held as (
      update payments set refunding_minor = refunding_minor
        + coalesce(${refund.amount_minor}::bigint, captured_minor - refunded_minor - refunding_minor)
      where id = ${payment_id} and status in ('captured', 'partially_refunded')
        and captured_minor - refunded_minor - refunding_minor >= coalesce(${refund.amount_minor}::bigint, 1)
      returning id as payment_id, new.refunding_minor - old.refunding_minor as amount_minor
    )
    insert into refunds (id, payment_id, amount_minor, reason, idempotency_key, asked_minor, next_check_at)
    select coalesce(${refund.id ?? null}::uuid, uuidv7()), payment_id, amount_minor, ${refund.reason}, ${refund.idempotency_key}, ${refund.amount_minor}::bigint, ${inMs(sql, after_ms)}
    from held
    returning ${refundColumns(sql)}`
  return row
}

export async function findRefund(sql: Queryable, id: string): Promise<RefundRow | undefined> {
  const [row] = await sql<RefundRow[]>`select ${refundColumns(sql)} from refunds where id = ${id}`
  return row
}

export async function findRefundByKey(sql: Queryable, payment_id: string, key: string): Promise<RefundRow | undefined> {
  const [row] = await sql<RefundRow[]>`
    select ${refundColumns(sql)} from refunds where payment_id = ${payment_id} and idempotency_key = ${key}`
  return row
}

/** Takes up a pending refund that nobody is asking about just now. */
export async function claimRefund(sql: Queryable, id: string, after_ms: number): Promise<RefundRow | undefined> {
  const [row] = await sql<RefundRow[]>`
    update refunds set next_check_at = ${inMs(sql, after_ms)}
    where id = ${id} and status = 'pending' and next_check_at <= now()
    returning ${refundColumns(sql)}`
  return row
}

export async function listPendingRefunds(sql: Queryable, payment_id: string): Promise<RefundRow[]> {
  return sql<RefundRow[]>`
    select ${refundColumns(sql)} from refunds where payment_id = ${payment_id} and status = 'pending' order by id`
}

/** The ledger entries and events of refunds that have happened; `rows` is payments with refund_id and refund_minor. */
export function bookRefund(sql: Queryable, rows: Fragment): Fragment {
  const { correlation_id, traceparent } = currentContext()
  return sql`
    entries as (
      insert into ledger_entries (transaction_id, account, amount_minor, currency, payment_id, order_id, kind)
      select refund_id, account, sign * refund_minor, currency, id, order_id, 'refund'
      from ${rows}, (values ('refunds', 1), ('provider_clearing', -1)) as side(account, sign)
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${paymentRefunded.name}, ${paymentRefunded.version}::int, order_id, ${facts(sql)} || jsonb_build_object(
        'refund_id', refund_id, 'refund_minor', refund_minor, 'captured_minor', captured_minor,
        'refunded_minor', refunded_minor), ${correlation_id}, ${traceparent}
      from ${rows}
    )`
}

/** A pending refund was made: money, ledger and event in one statement. False when it was no news. */
export async function settleRefundMade(sql: Queryable, id: string, provider_reference: string): Promise<boolean> {
  const rows = await sql`
    with done as (
      update refunds set status = 'succeeded', provider_reference = ${provider_reference}, next_check_at = null, updated_at = now()
      where id = ${id} and status = 'pending'
      returning id as refund_id, payment_id as refund_of, amount_minor as refund_minor
    ), changed as (
      update payments set
        refunding_minor = refunding_minor - refund_minor,
        refunded_minor = refunded_minor + refund_minor,
        status = case when refunded_minor + refund_minor = captured_minor then 'refunded' else 'partially_refunded' end,
        updated_at = now()
      from done where id = refund_of
      returning ${columns(sql)}, refund_id, refund_minor
    ), ${compareChanged(sql)}, ${bookRefund(sql, sql`changed`)}
    select 1 from changed`
  return rows.count === 1
}

/** A pending refund was refused for good: what was set aside is free again. */
export async function settleRefundFailed(sql: Queryable, id: string): Promise<boolean> {
  const rows = await sql`
    with done as (
      update refunds set status = 'failed', next_check_at = null, updated_at = now()
      where id = ${id} and status = 'pending'
      returning payment_id as refund_of, amount_minor as refund_minor
    ), changed as (
      update payments set refunding_minor = refunding_minor - refund_minor
      from done where id = refund_of
      returning id, status, refunded_minor, provider_reference
    ), ${compareChanged(sql, sql`now()`)}
    select 1 from changed`
  return rows.count === 1
}

/**
 * Books what the provider refunded without our asking, in its own office say. Only when none of ours is pending: then
 * all of ours are counted, and what is more is not ours. Undefined when there is nothing more.
 */
export async function insertForeignRefund(
  sql: Queryable,
  payment_id: string,
  seen: Seen,
): Promise<PaymentRow | undefined> {
  const [row] = await sql<PaymentRow[]>`
    with more as (
      update payments set refunded_minor = ${seen.refunded_minor}::bigint,
        status = case when ${seen.refunded_minor}::bigint = captured_minor then 'refunded' else 'partially_refunded' end,
        updated_at = now()
      where id = ${payment_id} and status in ('captured', 'partially_refunded')
        and refunding_minor = 0 and refunded_minor < ${seen.refunded_minor}::bigint
      returning ${columns(sql)}, new.refunded_minor - old.refunded_minor as refund_minor
    ), kept as (
      insert into refunds (payment_id, amount_minor, status, reason)
      select id, refund_minor, 'succeeded', 'made at the provider' from more
      returning id as refund_id, payment_id as refund_of
    ), changed as (
      select more.*, refund_id from more join kept on refund_of = more.id
    ), ${compareChanged(sql)}, ${bookRefund(sql, sql`changed`)}
    select ${columns(sql)} from changed`
  return row
}

export interface OrderSums {
  captured_minor: number
  refunded_minor: number
  settled: boolean
}

/** Closes an order: from here on no attempt is let in and no capture begun. Repeating it changes nothing. */
export async function closeOrder(sql: Queryable, order_id: string, reason: string, after_ms: number): Promise<void> {
  await sql`
    insert into orders (order_id, closed_at, close_reason, next_check_at)
    values (${order_id}, now(), ${reason}, ${inMs(sql, after_ms)})
    on conflict (order_id) do update
    set closed_at = excluded.closed_at, close_reason = excluded.close_reason, next_check_at = excluded.next_check_at
    where orders.closed_at is null`
}

export async function isOrderClosed(sql: Queryable, order_id: string): Promise<boolean> {
  const rows = await sql`select 1 from orders where order_id = ${order_id} and closed_at is not null`
  return rows.count === 1
}

export async function listOrderPayments(sql: Queryable, order_id: string): Promise<PaymentRow[]> {
  return sql<PaymentRow[]>`select ${columns(sql)} from payments where order_id = ${order_id} order by attempt`
}

/** What a closed order comes to; when nothing is left and nothing in doubt, its closing is done. */
export async function finishClosing(sql: Queryable, order_id: string): Promise<OrderSums> {
  const [row] = await sql<[OrderSums]>`
    with sums as materialized (
      select coalesce(sum(captured_minor), 0)::bigint as captured_minor,
             coalesce(sum(refunded_minor), 0)::bigint as refunded_minor,
             coalesce(bool_and(
               status in ('declined', 'voided')
               or (status in ('captured', 'refunded', 'partially_refunded') and refunded_minor = captured_minor)), true) as settled
      from payments where order_id = ${order_id}
    ), done as (
      update orders set next_check_at = null where order_id = ${order_id} and (select settled from sums)
    )
    select captured_minor, refunded_minor, settled from sums`
  return row
}

/** Takes up payments of open orders whose question has waited long enough. Closed orders are taken up as a whole. */
export async function claimDuePayments(sql: Queryable, after_ms: number, limit: number): Promise<PaymentRow[]> {
  return sql<PaymentRow[]>`
    update payments set checks = checks + 1, next_check_at = ${backoff(sql, after_ms)}
    where id = any(array(
      select p.id from payments p join orders o using (order_id)
      where p.next_check_at <= now() and o.closed_at is null
      order by p.next_check_at limit ${limit} for update of p skip locked))
    returning ${columns(sql)}`
}

export async function claimDueRefunds(sql: Queryable, after_ms: number, limit: number): Promise<RefundRow[]> {
  return sql<RefundRow[]>`
    update refunds set checks = checks + 1, next_check_at = ${backoff(sql, after_ms)}
    where id = any(array(
      select id from refunds where next_check_at <= now() order by next_check_at limit ${limit} for update skip locked))
    returning ${refundColumns(sql)}`
}

export async function claimDueClosings(
  sql: Queryable,
  after_ms: number,
  limit: number,
): Promise<{ order_id: string; close_reason: string }[]> {
  return sql<{ order_id: string; close_reason: string }[]>`
    update orders set checks = checks + 1, next_check_at = ${backoff(sql, after_ms)}
    where order_id = any(array(
      select order_id from orders where next_check_at <= now() order by next_check_at limit ${limit} for update skip locked))
    returning order_id, close_reason`
}

export async function readOpenQuestions(sql: Queryable): Promise<{ n: number; oldest_s: number }> {
  const [row] = await sql<[{ n: number; oldest_s: number }]>`
    select count(*)::int as n, coalesce(extract(epoch from now() - min(since)), 0)::float8 as oldest_s
    from (
      select updated_at as since from payments where next_check_at is not null
      union all select created_at from refunds where next_check_at is not null
    ) as open`
  return row
}

/**
 * Takes up payments to compare with the provider's book; none with a question open, those are asked about anyway. An
 * authorisation that stays open is compared every five minutes.
 */
export async function claimToCompare(sql: Queryable, limit: number): Promise<PaymentRow[]> {
  return sql<PaymentRow[]>`
    with due as materialized (
      select c.payment_id from comparisons c join payments p on p.id = c.payment_id
      where c.compare_at <= now() and p.next_check_at is null and p.refunding_minor = 0
      order by c.compare_at limit ${limit} for update of c skip locked
    ), taken as (
      update comparisons set
        compare_at = now() + case status when 'authorised' then interval '5 minutes' else interval '1 minute' end
      where payment_id = any(array(select payment_id from due))
    )
    select ${columns(sql)} from payments where id = any(array(select payment_id from due))`
}

/** It agreed: it is compared again when it changes. */
export function markCompared(sql: Sql, { id, status, refunded_minor }: PaymentRow): Promise<void> {
  return sql.gatherAside('markCompared', { id, status, refunded_minor }, markAllCompared)
}

async function markAllCompared(
  sql: Queryable,
  compared: Pick<PaymentRow, 'id' | 'status' | 'refunded_minor'>[],
): Promise<undefined[]> {
  await sql`
    delete from comparisons c
    using jsonb_to_recordset(${compared as never}::jsonb) as s(id uuid, status text, refunded_minor bigint)
    where c.payment_id = s.id and c.payment_id = any(${compared.map(one => one.id)}::uuid[])
      and c.status = s.status and c.refunded_minor = s.refunded_minor and c.status <> 'authorised'`
  return compared.map(() => undefined)
}

/** The provider did not answer a step: noted once for each cause, with how often. */
export async function noteSilence(sql: Queryable, payment_id: string, step: string, cause: string): Promise<void> {
  await sql`
    insert into provider_silences as s (payment_id, step, cause) values (${payment_id}, ${step}, ${cause.slice(0, 200)})
    on conflict (payment_id, step, cause) do update set times = s.times + 1, last_at = excluded.last_at`
}
