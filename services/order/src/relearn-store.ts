import type { OrderStatus, orderRefunded, PayloadOf, PaymentStatus } from '@shopfleet/contracts'
import type { Queryable, Tx } from '@shopfleet/database'
import type { PricedLine, Totals } from './order.ts'

/* Statements that make an order again from what was said of it. Nothing is said by them: it was said before. */

export interface KnownRow {
  id: string
  status: OrderStatus
}

export async function listKnown(sql: Queryable, ids: string[]): Promise<KnownRow[]> {
  return sql<KnownRow[]>`select id, status from orders where id = any(${ids}::uuid[])`
}

export interface LearntOrder extends Totals {
  id: string
  number: string
  user_id: string | null
  cart_id: string | null
  currency: string
  coupon_code: string | null
  paid_at_once: boolean
  placed_at: string
  lines: PricedLine[]
}

/**
 * An order as it was placed, at rest and unpaid. Its deadline is some minutes off whatever it was: the reconciler looks
 * for a payment of it before it expires. Its cart may have gone to another order of this database: that one keeps it. It
 * counts as a use of its coupon if that is known here, but keeps its customer from no other one.
 */
export async function insertLearnt(tx: Tx, order: LearntOrder): Promise<void> {
  const { lines } = order
  await tx`
    with o as (
      insert into orders (id, number, user_id, cart_id, goal, paid_at_once, attempt, currency, subtotal_minor, discount_minor,
        shipping_minor, tax_minor, total_minor, coupon_code, expires_at, created_at)
      select ${order.id}, ${order.number}, ${order.user_id}::uuid,
        case when not exists (select 1 from orders where cart_id = ${order.cart_id}::uuid and goal <> 'cancel' and status <> 'cancelled')
          then ${order.cart_id}::uuid end,
        'none', ${order.paid_at_once}, ${order.paid_at_once ? 1 : 0}, ${order.currency}, ${order.subtotal_minor}::bigint,
        ${order.discount_minor}::bigint, ${order.shipping_minor}::bigint, ${order.tax_minor}::bigint, ${order.total_minor}::bigint,
        (select code from coupons where code = ${order.coupon_code}), now() + interval '15 minutes', ${order.placed_at}::timestamptz
      on conflict (id) do nothing returning id, status, payment_status, attempt
    ), added as (
      insert into order_items (order_id, product_id, sku, product_name, quantity, price_minor, subtotal_minor)
      select o.id, l.* from o, unnest(
        ${lines.map(l => l.product_id)}::uuid[], ${lines.map(l => l.sku)}::text[],
        ${lines.map(l => l.product_name)}::text[], ${lines.map(l => l.quantity)}::int[],
        ${lines.map(l => l.price_minor)}::bigint[], ${lines.map(l => l.subtotal_minor)}::bigint[]) as l
    ), noted as (
      insert into order_history (order_id, status, payment_status, note)
      select id, status, payment_status, 'learnt again from its events' from o
    )
    insert into payment_attempts (order_id, attempt, request_hash, outcome) select id, attempt, '', 'held' from o`
}

/** No number is given out twice: the sequence was set back as well. */
export async function passNumber(tx: Tx, highest: number): Promise<void> {
  await tx`select setval('order_numbers', greatest(last_value, ${highest}::bigint)) from order_numbers`
}

/** Brings an order to where it was said to be, if that is further on. Answers whether it was. */
export async function moveOn(
  tx: Tx,
  id: string,
  to: {
    from: OrderStatus[]
    status: OrderStatus
    payment_status: PaymentStatus | null
    cancel_reason: string | null
    refused: boolean
    outcome: 'paid' | null
  },
): Promise<boolean> {
  const rows = await tx`
    with moved as (
      update orders set status = ${to.status},
        payment_status = case when ${to.status} = 'cancelled' and payment_status in ('paid', 'partially_refunded') then 'refunded'
          else coalesce(${to.payment_status}::text, payment_status) end,
        attempt = greatest(attempt, case when ${to.outcome}::text is null then attempt else 1 end),
        goal = 'none', due_at = null, payment_method = null, expires_at = null, tries = 0,
        cancel_reason = coalesce(${to.cancel_reason}::text, cancel_reason), refused = ${to.refused}, updated_at = now()
      where id = ${id} and status = any(${to.from})
      returning id, status, payment_status, attempt
    ), noted as (
      insert into order_history (order_id, status, payment_status, note)
      select id, status, payment_status, 'learnt again from its events' from moved
    ), open as (
      update payment_attempts t set outcome = 'paid' from moved
      where t.order_id = moved.id and t.attempt = moved.attempt and ${to.outcome}::text is not null and t.refusal is null
    ), undecided as (
      -- An attempt has no outcome only as long as its order is driven towards it.
      update payment_attempts t set outcome = 'refused',
        refusal = jsonb_build_object('type', 'https://shopfleet.dev/problems/order-not-payable', 'order_id', t.order_id)
      from moved where t.order_id = moved.id and t.outcome is null and not (t.attempt = moved.attempt and ${to.outcome}::text is not null)
    )
    select 1 from moved`
  return rows.count === 1
}

/** A refund as it was made. False: it is known. How much came back in all, the payment service says. */
export async function insertLearntRefund(
  tx: Tx,
  refund: PayloadOf<typeof orderRefunded>,
  made_at: string,
): Promise<boolean> {
  const rows = await tx`
    with r as (
      insert into order_refunds as known (id, order_id, amount_minor, restock, status, request_hash, created_at)
      values (${refund.refund_id}, ${refund.order_id}, ${refund.refund_minor}, ${refund.restocked}, 'made', '', ${made_at})
      on conflict (id) do nothing returning id, order_id
    ), line as materialized (
      select r.id as refund_id, i.id as item_id, l.quantity, l.amount_minor
      from r join order_items i on i.order_id = r.order_id
      join jsonb_to_recordset(${refund.items as never}::jsonb) as l(product_id uuid, quantity int, amount_minor bigint)
        on l.product_id = i.product_id
      where i.refunded_quantity + l.quantity <= i.quantity
    ), kept as (
      insert into order_refund_lines (refund_id, item_id, quantity, amount_minor)
      select refund_id, item_id, quantity, amount_minor from line
    ), counted as (
      update order_items i set refunded_quantity = i.refunded_quantity + line.quantity,
        refunded_minor = i.refunded_minor + line.amount_minor
      from line where i.id = line.item_id
    )
    select 1 from r`
  return rows.count === 1
}

/** One card of a learnt order was declined. */
export async function noteFailedAttempt(tx: Tx, id: string): Promise<void> {
  await tx`
    update orders set attempt = attempt + (not paid_at_once)::int, payment_status = 'failed', updated_at = now()
    where id = ${id} and status = 'pending'`
}
