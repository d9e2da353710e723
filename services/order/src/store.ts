import {
  type EventType,
  type OrderStatus,
  orderPaymentChanged,
  orderPlaced,
  type PaymentStatus,
  Problem,
  type ProblemBody,
} from '@shopfleet/contracts'
import { type Queryable, type RunMany, type Sql, seeded, type Tx } from '@shopfleet/database'
import { type Cause, currentCause } from '@shopfleet/messaging'
import { type Goal, maxAttempts, type PricedLine, type Totals } from './order.ts'

export interface ItemRow {
  id: string
  product_id: string
  sku: string
  product_name: string
  quantity: number
  price_minor: number
  subtotal_minor: number
  refunded_quantity: number
  refunded_minor: number
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
  refused: boolean
  /** Given back so far; what an order that is not settled yet was given back it may know already. */
  refunded_minor: number
  currency: string
  shipping_address: object | null
  cart_id: string | null
  coupon_code: string | null
  expires_at: string | null
  created_at: string
  updated_at: string
  items: ItemRow[]
}

/** An order with its items; `o` is the order. */
export const columns = (sql: Queryable) => sql`
  o.id, o.number, o.user_id, o.email, o.status, o.payment_status, o.goal, o.paid_at_once, o.attempt, o.payment_method,
  o.cancel_reason, o.refused, o.refunded_minor, o.currency, o.subtotal_minor, o.discount_minor, o.shipping_minor, o.tax_minor, o.total_minor,
  o.shipping_address, o.cart_id, o.coupon_code, o.expires_at, o.created_at, o.updated_at,
  (select jsonb_agg(jsonb_build_object('id', i.id, 'product_id', i.product_id, 'sku', i.sku, 'product_name',
     i.product_name, 'quantity', i.quantity, 'price_minor', i.price_minor, 'subtotal_minor', i.subtotal_minor,
     'refunded_quantity', i.refunded_quantity, 'refunded_minor', i.refunded_minor)
     order by i.id) from order_items i where i.order_id = o.id) as items`

/** What every order event carries and never changes; with its number, and how the order stands. */
const eventFacts = (o: Pick<OrderRow, 'id' | 'user_id' | 'cart_id' | 'currency' | 'total_minor'>) => ({
  order_id: o.id,
  user_id: o.user_id,
  cart_id: o.cart_id,
  currency: o.currency,
  total_minor: o.total_minor,
})
const eventItem = ({ product_id, quantity, price_minor }: ItemRow) => ({ product_id, quantity, price_minor })

export interface NewOrder extends Totals {
  id: string
  user_id: string | null
  email: string | null
  goal: 'hold' | 'pay'
  payment_method: string | null
  currency: string
  shipping_address: object | null
  cart_id: string | null
  coupon_code: string | null
  /** It is the only order of its customer with that coupon. */
  coupon_once: boolean
  hold_s: number
  lease_ms: number
  idempotency_scope: string | null
  idempotency_key: string | null
  request_hash: string
  lines: PricedLine[]
}

/**
 * Records an order with its items, its first line of history, its first attempt and order.placed, in one statement.
 * Violates `orders_key_once` or `orders_cart_once` if it exists already, `orders_coupon_once_user` or `_email` if its
 * customer has used the coupon.
 */
export function insertOrder(sql: Sql, order: NewOrder): Promise<OrderRow> {
  return sql.gather('insertOrder', { ...order, ...currentCause() }, insertOrders)
}

/** The same within a transaction. */
export async function insertOrderIn(tx: Tx, order: NewOrder): Promise<OrderRow> {
  return (await insertAll(tx, [{ ...order, ...currentCause() }]))[0]!
}

type Made = Pick<
  OrderRow,
  'id' | 'number' | 'status' | 'payment_status' | 'expires_at' | 'created_at' | 'updated_at' | 'items'
>

const insertOrders: RunMany<NewOrder & Cause, OrderRow> = (sql, orders) => insertAll(sql, orders)

async function insertAll(sql: Queryable, orders: (NewOrder & Cause)[]): Promise<OrderRow[]> {
  const rows = await sql<Made[]>`
    with asked as materialized (
      select * from jsonb_to_recordset(${orders.map(askedFor) as never}::jsonb) as a(id uuid, user_id uuid, email text,
        goal text, lease_ms float8, payment_method text, currency text, subtotal_minor bigint, discount_minor bigint,
        shipping_minor bigint, tax_minor bigint, total_minor bigint, shipping_address jsonb, cart_id uuid,
        coupon_code text, coupon_once boolean, hold_s float8,
        idempotency_scope text, idempotency_key text, request_hash text, lines jsonb, said jsonb, correlation_id text,
        traceparent text)
    ), o as (
      insert into orders (id, user_id, email, goal, due_at, paid_at_once, attempt, payment_method, currency,
        subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, shipping_address, cart_id, coupon_code,
        coupon_once, expires_at, idempotency_scope, idempotency_key)
      select id, user_id, email, goal, now() + lease_ms * interval '1 millisecond', goal = 'pay', (goal = 'pay')::int,
        payment_method, currency, subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, shipping_address,
        cart_id, coupon_code, coupon_once, now() + make_interval(secs => hold_s), idempotency_scope, idempotency_key
      from asked order by idempotency_scope, idempotency_key, cart_id
      returning id, number, status, payment_status, attempt, expires_at, created_at, updated_at
    ), added as (
      insert into order_items (order_id, product_id, sku, product_name, quantity, price_minor, subtotal_minor)
      select a.id, l.* from asked a, jsonb_to_recordset(a.lines) as l(product_id uuid, sku text, product_name text,
        quantity int, price_minor bigint, subtotal_minor bigint)
      returning id, order_id, product_id, sku, product_name, quantity, price_minor, subtotal_minor, refunded_quantity,
        refunded_minor
    ), noted as (
      insert into order_history (order_id, status, payment_status) select id, status, payment_status from o
    ), tried as (
      insert into payment_attempts (order_id, attempt, request_hash)
      select id, attempt, request_hash from o join asked using (id)
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${orderPlaced.name}, ${orderPlaced.version}::int, id, said || jsonb_build_object('number', number,
        'status', status, 'payment_status', payment_status), correlation_id, traceparent
      from o join asked using (id)
    )
    select id, number, status, payment_status, expires_at, created_at, updated_at,
      (select jsonb_agg(to_jsonb(added) - 'order_id' order by id) from added where order_id = o.id) as items
    from o`
  const made = new Map(rows.map(row => [row.id, row]))
  return orders.map(order => asRecorded(order, made.get(order.id)!))
}

const attemptOf = ({ goal }: NewOrder) => (goal === 'pay' ? 1 : 0)

function askedFor(order: NewOrder & Cause) {
  const { discount_minor, shipping_minor, tax_minor, coupon_code } = order
  const said = {
    ...eventFacts(order),
    items: order.lines.map(({ subtotal_minor: _, ...line }) => line),
    paid_at_once: order.goal === 'pay',
    ...{ discount_minor, shipping_minor, tax_minor, coupon_code },
  }
  return { ...order, said }
}

function asRecorded(order: NewOrder & Cause, made: Made): OrderRow {
  const {
    lines: _l,
    hold_s: _h,
    lease_ms: _d,
    idempotency_scope: _s,
    idempotency_key: _k,
    request_hash: _r,
    coupon_once: _o,
    ...rest
  } = order
  const { correlation_id: _c, traceparent: _t, ...row } = rest
  const paid = { paid_at_once: order.goal === 'pay', attempt: attemptOf(order), refunded_minor: 0 }
  return { ...row, ...paid, cancel_reason: null, refused: false, ...made }
}

export function findOrder(sql: Sql, id: string): Promise<OrderRow | undefined> {
  return sql.gatherRead('findOrder', id, findOrders)
}

const findOrders: RunMany<string, OrderRow | undefined> = async (sql, ids) => {
  const rows = await sql<OrderRow[]>`select ${columns(sql)} from orders o where o.id = any(${ids}::uuid[])`
  const found = new Map(rows.map(row => [row.id, row]))
  return ids.map(id => found.get(id.toLowerCase()))
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

/** Rows if anybody was ever told that there is this order `o`: not of one that was refused at once, and left nothing. */
const acknowledgements = (sql: Queryable) => sql`
  select 1 from payment_attempts t where t.order_id = o.id and t.outcome in ('held', 'paid')
  union all
  select 1 from order_history h where h.order_id = o.id and h.payment_status in ('authorised', 'in_doubt', 'paid')`

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
export async function moveOrder(sql: Sql, order: OrderRow, move: Transition): Promise<OrderRow | undefined> {
  const { event, extra, with_items, answer, ...rest } = move
  const payload = event && {
    ...eventFacts(order),
    number: order.number,
    ...extra,
    ...(with_items ? { items: order.items.map(eventItem) } : {}),
  }
  const what = event?.name ?? move.to.goal ?? move.to.payment_status
  const shape = JSON.stringify({ ...rest, told: answer instanceof Problem ? answer.toBody() : answer })
  const item = { id: order.id, payload, ...currentCause() }
  const moved = await sql.gather(`moveOrder ${what}`, item, (on, all) => moveAll(on, all, move), shape)
  return moved && { ...order, ...moved }
}

interface Moving extends Cause {
  id: string
  payload: object | undefined
}
/** What of an order may be another after a move. */
const movedColumns = (sql: Queryable) => sql`
  email, shipping_address, status, payment_status, goal, attempt, payment_method, cancel_reason, refused, refunded_minor,
  expires_at, updated_at`
type Moved = Pick<
  OrderRow,
  | 'email'
  | 'shipping_address'
  | 'status'
  | 'payment_status'
  | 'goal'
  | 'attempt'
  | 'payment_method'
  | 'cancel_reason'
  | 'refused'
  | 'refunded_minor'
  | 'expires_at'
  | 'updated_at'
>

/** Many that make the same move. */
async function moveAll(
  sql: Queryable,
  orders: Moving[],
  { from, to, event, note, answer }: Transition,
): Promise<(Moved | undefined)[]> {
  const isCancelled = to.status === 'cancelled'
  const said = event
    ? sql`, said as (
        insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
        select ${event.name}, ${event.version}::int, id, payload || jsonb_build_object('status', status,
          'payment_status', payment_status ${isCancelled ? sql`, 'refused', refused` : sql``}), correlation_id, traceparent
        from moved)`
    : sql``
  const noted =
    (to.status || to.payment_status || event) && !(seeded('history-skipped') && to.status === 'processing')
      ? sql`, noted as (
          insert into order_history (order_id, status, payment_status, note)
          select id, status, payment_status, ${note ?? null} from moved)`
      : sql``
  const tried = answer ? sql`, tried as (${decideAttempt(sql, answer)})` : sql``
  // In one order, so that of two who move some of the same neither waits for the other in a circle.
  const asked = orders.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const rows = await sql<(Moved & { id: string })[]>`
    with asked as materialized (
      select * from jsonb_to_recordset(${asked as never}::jsonb) as a(id uuid, payload jsonb, correlation_id text, traceparent text)
    ), moved as (
      update orders o set
        status = coalesce(${to.status ?? null}, o.status),
        payment_status = ${to.payment_status === 'paid' ? paidStatus(sql, sql`refunded_minor`) : sql`coalesce(${to.payment_status ?? null}, payment_status)`},
        goal = coalesce(${to.goal ?? null}, goal),
        due_at = case when coalesce(${to.goal ?? null}, goal) = 'none' then null
                      when ${to.due_in_s ?? null}::float8 is null then due_at
                      else clock_timestamp() + make_interval(secs => ${to.due_in_s ?? 0}) end,
        tries = case when ${to.goal ?? null}::text is null then tries else 0 end,
        cancel_reason = coalesce(${to.cancel_reason ?? null}, cancel_reason),
        ${isCancelled ? sql`refused = not exists (${acknowledgements(sql)}),` : sql``}
        payment_method = case when coalesce(${to.goal ?? null}, goal) = 'pay' then payment_method end,
        expires_at = case when ${to.settled ?? false} then null else expires_at end,
        idempotency_key = case when ${to.free_key ?? false} then null else idempotency_key end,
        updated_at = now()
      -- Named twice: how many there are the planner knows of a list only.
      from asked a
      where o.id = a.id and o.id = any(${asked.map(order => order.id)}::uuid[])
        ${from.statuses ? sql`and status = any(${from.statuses})` : sql``}
        ${from.goals ? sql`and goal = any(${from.goals})` : sql``}
        ${from.payment_statuses ? sql`and payment_status = any(${from.payment_statuses})` : sql``}
        ${from.attempt === undefined ? sql`` : sql`and attempt = ${from.attempt}`}
        ${from.unclaimed ? sql`and tries = 0` : sql``}
      returning o.*, a.payload, a.correlation_id, a.traceparent
    ) ${noted} ${said} ${tried}
    select id, ${movedColumns(sql)} from moved`
  const moved = new Map(rows.map(({ id, ...row }) => [id, row]))
  return orders.map(({ id }) => moved.get(id))
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
      -- As a list, of which the planner knows that it is short.
      where id = any(array(select id from due))
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
      where id = any(array(select id from overdue))
      returning id, attempt
    )
    ${decideAttempt(sql, refusal)}`
}

/** The sweeper should look at these orders now: something about their payments became known. */
export async function hasten(sql: Queryable, ids: string[]): Promise<void> {
  await sql`
    update orders set due_at = clock_timestamp()
    where id = any(${ids}::uuid[]) and goal <> 'none' and (payment_status = 'in_doubt' or tries > 0)`
}

/** Money went back, so much in all. An order that is not settled yet is told when it is. */
export async function noteRefund(sql: Queryable, id: string, refunded_minor: number): Promise<void> {
  const { correlation_id, traceparent } = currentCause()
  await sql`
    with moved as (
      update orders set refunded_minor = ${refunded_minor}, updated_at = now(),
        payment_status = case when goal = 'none' and status in ('processing', 'shipped', 'delivered')
          then ${paidStatus(sql, sql`${refunded_minor}::bigint`)} else payment_status end
      where id = ${id} and refunded_minor < ${refunded_minor}
      returning id, number, user_id, cart_id, currency, total_minor, status, payment_status,
        old.payment_status <> new.payment_status as is_told
    ), noted as (
      insert into order_history (order_id, status, payment_status, note)
      select id, status, payment_status, 'money given back' from moved where is_told
    )
    insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
    select ${orderPaymentChanged.name}, ${orderPaymentChanged.version}::int, id, jsonb_build_object('order_id', id,
      'number', number, 'user_id', user_id, 'cart_id', cart_id, 'currency', currency, 'total_minor', total_minor,
      'status', status, 'payment_status', payment_status), ${correlation_id}, ${traceparent}
    from moved where is_told`
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
