import {
  type EventType,
  type OrderStatus,
  orderPlaced,
  type PaymentStatus,
  Problem,
  type ProblemBody,
} from '@shopfleet/contracts'
import { type Queryable, seeded } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import { type Goal, maxAttempts, type PricedLine, type Totals } from './order.ts'

export interface ItemRow {
  id: string
  product_id: string
  sku: string
  product_name: string
  quantity: number
  price_minor: number
  subtotal_minor: number
}

export interface OrderRow extends Totals {
  id: string
  number: string
  user_id: string | null
  email: string | null
  status: OrderStatus
  payment_status: PaymentStatus
  goal: Goal
  paid_at_once: boolean
  attempt: number
  payment_method: string | null
  cancel_reason: string | null
  currency: string
  shipping_address: object | null
  cart_id: string | null
  expires_at: string | null
  created_at: string
  updated_at: string
  items: ItemRow[]
}

/** An order with its items; `o` is the order. */
const columns = (sql: Queryable) => sql`
  o.id, o.number, o.user_id, o.email, o.status, o.payment_status, o.goal, o.paid_at_once, o.attempt, o.payment_method,
  o.cancel_reason, o.currency, o.subtotal_minor, o.discount_minor, o.shipping_minor, o.tax_minor, o.total_minor,
  o.shipping_address, o.cart_id, o.expires_at, o.created_at, o.updated_at,
  (select jsonb_agg(jsonb_build_object('id', i.id, 'product_id', i.product_id, 'sku', i.sku, 'product_name',
     i.product_name, 'quantity', i.quantity, 'price_minor', i.price_minor, 'subtotal_minor', i.subtotal_minor)
     order by i.id) from order_items i where i.order_id = o.id) as items`

/** What every order event carries; `o` is the order. */
const eventFacts = (sql: Queryable) => sql`
  jsonb_build_object('order_id', o.id, 'number', o.number, 'user_id', o.user_id, 'cart_id', o.cart_id,
                     'currency', o.currency, 'total_minor', o.total_minor)`

export interface NewOrder extends Totals {
  id: string
  user_id: string | null
  email: string | null
  goal: 'hold' | 'pay'
  payment_method: string | null
  currency: string
  shipping_address: object | null
  cart_id: string | null
  hold_s: number
  lease_ms: number
  idempotency_scope: string | null
  idempotency_key: string | null
  request_hash: string
  lines: PricedLine[]
}

/**
 * Records an order with its items, its first line of history, its first attempt and order.placed, in one statement. Violates `orders_key_once` or `orders_cart_once` if it exists already.
 */
export async function insertOrder(sql: Queryable, order: NewOrder): Promise<OrderRow> {
  const { correlation_id, traceparent } = currentContext()
  const { lines } = order
  const [row] = await sql<[Omit<OrderRow, 'items'> & { items: ItemRow[] }]>`
    with o as (
      insert into orders (id, user_id, email, goal, due_at, paid_at_once, attempt, payment_method, currency,
        subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, shipping_address, cart_id, expires_at,
        idempotency_scope, idempotency_key)
      values (${order.id}, ${order.user_id}, ${order.email}, ${order.goal},
        now() + make_interval(secs => ${order.lease_ms / 1000}), ${order.goal === 'pay'}, ${order.goal === 'pay' ? 1 : 0},
        ${order.payment_method}, ${order.currency}, ${order.subtotal_minor}, ${order.discount_minor},
        ${order.shipping_minor}, ${order.tax_minor}, ${order.total_minor}, ${order.shipping_address as never}::jsonb,
        ${order.cart_id}, now() + make_interval(secs => ${order.hold_s}), ${order.idempotency_scope},
        ${order.idempotency_key})
      returning *
    ), added as (
      insert into order_items (order_id, product_id, sku, product_name, quantity, price_minor, subtotal_minor)
      select o.id, l.* from o, unnest(
        ${lines.map(l => l.product_id)}::uuid[], ${lines.map(l => l.sku)}::text[],
        ${lines.map(l => l.product_name)}::text[], ${lines.map(l => l.quantity)}::int[],
        ${lines.map(l => l.price_minor)}::bigint[], ${lines.map(l => l.subtotal_minor)}::bigint[]) as l
      returning id, product_id, sku, product_name, quantity, price_minor, subtotal_minor
    ), noted as (
      insert into order_history (order_id, status, payment_status) select id, status, payment_status from o
    ), tried as (
      insert into payment_attempts (order_id, attempt, request_hash) select id, attempt, ${order.request_hash} from o
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${orderPlaced.name}, ${orderPlaced.version}::int, o.id, ${eventFacts(sql)} || jsonb_build_object('items', (
        select jsonb_agg(jsonb_build_object('product_id', product_id, 'quantity', quantity, 'price_minor', price_minor,
          'sku', sku, 'product_name', product_name)) from added), 'paid_at_once', o.paid_at_once,
        'discount_minor', o.discount_minor, 'shipping_minor', o.shipping_minor, 'tax_minor', o.tax_minor),
        ${correlation_id}, ${traceparent}
      from o
    )
    select o.id, o.number, o.user_id, o.email, o.status, o.payment_status, o.goal, o.paid_at_once, o.attempt,
      o.payment_method, o.cancel_reason, o.currency, o.subtotal_minor, o.discount_minor, o.shipping_minor, o.tax_minor,
      o.total_minor, o.shipping_address, o.cart_id, o.expires_at, o.created_at, o.updated_at,
      (select jsonb_agg(to_jsonb(added) order by id) from added) as items
    from o`
  return row
}

export async function findOrder(sql: Queryable, id: string): Promise<OrderRow | undefined> {
  const [row] = await sql<OrderRow[]>`select ${columns(sql)} from orders o where o.id = ${id}`
  return row
}

/** An order as it stands for one attempt to place or to pay it. */
export interface AttemptRow extends OrderRow {
  request_hash: string
  /** Null while the order is driven towards it. */
  outcome: 'held' | 'paid' | 'refused' | null
  refusal: ProblemBody | null
}

const attemptColumns = (sql: Queryable) => sql`t.request_hash, t.outcome, t.refusal, ${columns(sql)}`

export async function findAttempt(sql: Queryable, order_id: string, attempt: number): Promise<AttemptRow | undefined> {
  const [row] = await sql<AttemptRow[]>`
    select ${attemptColumns(sql)} from payment_attempts t join orders o on o.id = t.order_id
    where t.order_id = ${order_id} and t.attempt = ${attempt}`
  return row
}

/** The attempt an order was placed with, by the key of the request. */
export async function findPlacing(sql: Queryable, scope: string, key: string): Promise<AttemptRow | undefined> {
  const [row] = await sql<AttemptRow[]>`
    select ${attemptColumns(sql)} from orders o join payment_attempts t on t.order_id = o.id and t.attempt = o.paid_at_once::int
    where o.idempotency_scope = ${scope} and o.idempotency_key = ${key}`
  return row
}

/** An attempt to pay an order, by the key of the request. */
export async function findPaying(sql: Queryable, order_id: string, key: string): Promise<AttemptRow | undefined> {
  const [row] = await sql<AttemptRow[]>`
    select ${attemptColumns(sql)} from payment_attempts t join orders o on o.id = t.order_id
    where t.order_id = ${order_id} and t.idempotency_key = ${key}`
  return row
}

export interface ListFilter {
  user_id?: string
  status?: OrderStatus
  before?: string
  limit: number
}

/** Newest first. */
export async function listOrders(sql: Queryable, { user_id, status, before, limit }: ListFilter): Promise<OrderRow[]> {
  return sql<OrderRow[]>`
    select ${columns(sql)} from orders o
    where true ${user_id === undefined ? sql`` : sql`and o.user_id = ${user_id}`}
      ${status === undefined ? sql`` : sql`and o.status = ${status}`}
      ${before === undefined ? sql`` : sql`and o.id < ${before}::uuid`}
    order by o.id desc limit ${limit}`
}

export interface HistoryRow {
  status: OrderStatus
  payment_status: PaymentStatus
  note: string | null
  at: string
}

export async function listHistory(sql: Queryable, order_id: string): Promise<HistoryRow[]> {
  return sql<HistoryRow[]>`
    select status, payment_status, note, at from order_history where order_id = ${order_id} order by id`
}

/** Whether anybody was ever told that there is this order: not of one that was refused at once, and left nothing. */
export async function wasAcknowledged(sql: Queryable, order_id: string): Promise<boolean> {
  const rows = await sql`
    select 1 from payment_attempts where order_id = ${order_id} and outcome in ('held', 'paid')
    union all
    select 1 from order_history where order_id = ${order_id} and payment_status in ('in_doubt', 'paid')
    limit 1`
  return rows.count > 0
}

export interface Transition {
  /** Only from here: zero rows otherwise, and nothing happened. */
  from: {
    statuses?: OrderStatus[]
    goals?: Goal[]
    payment_statuses?: PaymentStatus[]
    attempt?: number
    /** Only while the request that wrote the goal is alone with the order: no sweeper has taken it up. */
    unclaimed?: boolean
  }
  to: {
    status?: OrderStatus
    payment_status?: PaymentStatus
    goal?: Goal
    cancel_reason?: string
    /** Seconds until the sweeper takes over; given whenever the goal is not `none`. */
    due_in_s?: number
    /** The order is settled: the card token goes, and with it the deadline of the stock. */
    settled?: boolean
    /** Lets the Idempotency-Key be used again: the request had no effect. */
    free_key?: boolean
  }
  note?: string
  event?: EventType
  /** Members of the event beside the common ones. */
  extra?: object
  /** The event carries the items. */
  with_items?: boolean
  /** What the current attempt came to. It stands: one that was decided before is not changed. */
  answer?: Answer
}
export type Answer = 'held' | 'paid' | Problem

/** Moves an order, notes it in the history and says it, in one statement. Undefined: it was not where it had to be. */
export async function moveOrder(
  sql: Queryable,
  id: string,
  { from, to, ...rest }: Transition,
): Promise<OrderRow | undefined> {
  const { correlation_id, traceparent } = currentContext()
  const { event, note = null, extra = {}, answer } = rest
  const said = event
    ? sql`, said as (
        insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
        select ${event.name}, ${event.version}::int, o.id, ${eventFacts(sql)} || ${extra as never}::jsonb
          ${rest.with_items ? sql`|| jsonb_build_object('items', (select jsonb_agg(jsonb_build_object('product_id', product_id, 'quantity', quantity, 'price_minor', price_minor)) from order_items where order_id = o.id))` : sql``},
          ${correlation_id}, ${traceparent}
        from moved o)`
    : sql``
  const noted =
    (to.status || to.payment_status || event) && !(seeded('history-skipped') && to.status === 'processing')
      ? sql`, noted as (
          insert into order_history (order_id, status, payment_status, note)
          select id, status, payment_status, ${note} from moved)`
      : sql``
  const tried = answer ? sql`, tried as (${decideAttempt(sql, answer)})` : sql``
  const [row] = await sql<OrderRow[]>`
    with moved as (
      update orders set
        status = coalesce(${to.status ?? null}, status),
        payment_status = ${to.payment_status === 'paid' ? paidStatus(sql, sql`refunded_minor`) : sql`coalesce(${to.payment_status ?? null}, payment_status)`},
        goal = coalesce(${to.goal ?? null}, goal),
        due_at = case when coalesce(${to.goal ?? null}, goal) = 'none' then null
                      when ${to.due_in_s ?? null}::float8 is null then due_at
                      else clock_timestamp() + make_interval(secs => ${to.due_in_s ?? 0}) end,
        tries = case when ${to.goal ?? null}::text is null then tries else 0 end,
        cancel_reason = coalesce(${to.cancel_reason ?? null}, cancel_reason),
        payment_method = case when coalesce(${to.goal ?? null}, goal) = 'pay' then payment_method end,
        expires_at = case when ${to.settled ?? false} then null else expires_at end,
        idempotency_key = case when ${to.free_key ?? false} then null else idempotency_key end,
        updated_at = now()
      where id = ${id}
        ${from.statuses ? sql`and status = any(${from.statuses})` : sql``}
        ${from.goals ? sql`and goal = any(${from.goals})` : sql``}
        ${from.payment_statuses ? sql`and payment_status = any(${from.payment_statuses})` : sql``}
        ${from.attempt === undefined ? sql`` : sql`and attempt = ${from.attempt}`}
        ${from.unclaimed ? sql`and tries = 0` : sql``}
      returning *
    ) ${noted} ${said} ${tried}
    select ${columns(sql)} from moved o`
  return row
}

/**
 * The statement that decides the attempts of the relation `moved`, where nothing was decided yet. They are there always;
 * but an attempt that began while this statement waited for its order is seen by the conflict only, not by an update.
 */
const decideAttempt = (sql: Queryable, answer: Answer) => {
  const refusal = answer instanceof Problem ? answer.toBody() : null
  return sql`
    insert into payment_attempts as t (order_id, attempt, request_hash, outcome, refusal)
    select id, attempt, '', ${refusal ? 'refused' : (answer as string)}, ${refusal as never}::jsonb from moved
    on conflict (order_id, attempt) do update set outcome = excluded.outcome, refusal = excluded.refusal
    where t.outcome is null`
}

/** How a paid order's payment stands, with so much given back. */
const paidStatus = (sql: Queryable, refunded_minor: ReturnType<Queryable>) => sql`
  case when ${refunded_minor} = 0 then 'paid' when ${refunded_minor} < total_minor then 'partially_refunded' else 'refunded' end`

/**
 * Starts an attempt to pay an order at rest. Undefined: it is not pending, not at rest, past its deadline, or was tried
 * `maxAttempts` times. Violates `payment_attempts_key_once` when the key was used.
 */
export async function beginPayment(
  sql: Queryable,
  id: string,
  {
    payment_method,
    idempotency_key,
    request_hash,
    lease_ms,
  }: { payment_method: string; idempotency_key: string | null; request_hash: string; lease_ms: number },
): Promise<OrderRow | undefined> {
  const [row] = await sql<OrderRow[]>`
    with moved as (
      update orders set goal = 'pay', attempt = attempt + 1, payment_method = ${payment_method}, tries = 0,
        due_at = clock_timestamp() + make_interval(secs => ${lease_ms / 1000}), updated_at = now()
      where id = ${id} and status = 'pending' and goal = 'none' and payment_status in ('unpaid', 'failed')
        and expires_at > clock_timestamp() and attempt < ${maxAttempts}
      returning *
    ), tried as (
      insert into payment_attempts (order_id, attempt, idempotency_key, request_hash)
      select id, attempt, ${idempotency_key}, ${request_hash} from moved
    )
    select ${columns(sql)} from moved o`
  return row
}

/** Takes orders whose request has not finished them, for `lease_ms`: of several sweepers each gets others. */
export async function claimDue(
  sql: Queryable,
  limit: number,
  lease_ms: number,
): Promise<(OrderRow & { tries: number })[]> {
  return sql<(OrderRow & { tries: number })[]>`
    with due as materialized (
      -- now(), because clock_timestamp() is volatile: it would be no bound of the index, only a filter of all it holds.
      select id from orders where goal <> 'none' and due_at <= now()
      order by due_at limit ${limit} for update skip locked
    ), claimed as (
      update orders set due_at = clock_timestamp() + make_interval(secs => ${lease_ms / 1000}), tries = tries + 1
      from due where orders.id = due.id
      returning orders.*
    )
    select tries, ${columns(sql)} from claimed o`
}

/**
 * Turns orders past their deadline to undoing: unpaid ones at rest, and those whose request was lost before anybody was
 * told that they are on their way. Nobody is charged long after they have given up.
 */
export async function expireOverdue(sql: Queryable, limit: number, refusal: Problem): Promise<void> {
  await sql`
    with overdue as materialized (
      select id from orders
      where status = 'pending' and goal <> 'cancel' and expires_at <= now()
        and (goal = 'none' or (payment_status in ('unpaid', 'failed') and due_at <= now()))
      order by expires_at limit ${limit} for update skip locked
    ), moved as (
      update orders set goal = 'cancel', cancel_reason = 'expired', due_at = clock_timestamp(), tries = 0,
        payment_method = null, updated_at = now()
      from overdue where orders.id = overdue.id
      returning orders.id, attempt
    )
    ${decideAttempt(sql, refusal)}`
}

/** The sweeper should look at the order now: something about its payment became known. */
export async function hasten(sql: Queryable, id: string): Promise<void> {
  await sql`
    update orders set due_at = clock_timestamp()
    where id = ${id} and goal <> 'none' and (payment_status = 'in_doubt' or tries > 0)`
}

/** Money went back, so much in all. An order that is not settled yet is told when it is. */
export async function noteRefund(sql: Queryable, id: string, refunded_minor: number): Promise<void> {
  await sql`
    with moved as (
      update orders set refunded_minor = ${refunded_minor}, updated_at = now(),
        payment_status = case when goal = 'none' and status in ('processing', 'shipped', 'delivered')
          then ${paidStatus(sql, sql`${refunded_minor}::bigint`)} else payment_status end
      where id = ${id} and refunded_minor < ${refunded_minor}
      returning id, status, payment_status, old.payment_status as before
    )
    insert into order_history (order_id, status, payment_status, note)
    select id, status, payment_status, 'money given back' from moved where payment_status <> before`
}

/** Puts off the next try. */
export async function postpone(sql: Queryable, id: string, delay_s: number): Promise<void> {
  await sql`
    update orders set due_at = clock_timestamp() + make_interval(secs => ${delay_s}) where id = ${id} and goal <> 'none'`
}

/** Drops what names a person; the books keep the order. */
export async function forgetUser(sql: Queryable, user_id: string): Promise<void> {
  await sql`update orders set email = null, shipping_address = null, updated_at = now() where user_id = ${user_id}`
}
