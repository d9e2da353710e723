import { orderRefunded, type ProblemBody } from '@shopfleet/contracts'
import { type Queryable, type Sql, type Tx, transaction } from '@shopfleet/database'
import { currentCause } from '@shopfleet/messaging'
import { columns, noteRefund, type OrderRow } from '../store.ts'
import type { RefundRow } from './refund.ts'

/** A refund `r` with its lines. */
const refundColumns = (sql: Queryable) => sql`
  r.id, r.order_id, r.amount_minor, r.restock, r.reason, r.status, r.refusal, r.request_hash, r.created_at,
  (select currency from orders o where o.id = r.order_id) as currency,
  coalesce((select jsonb_agg(jsonb_build_object('item_id', i.id, 'product_id', i.product_id, 'product_name', i.product_name,
      'quantity', l.quantity, 'amount_minor', l.amount_minor) order by i.id)
    from order_refund_lines l join order_items i on i.id = l.item_id where l.refund_id = r.id), '[]') as lines`

/**
 * Locks an order to the end of the transaction: refunds of it come one after the other, and none begins while it turns to
 * being cancelled. Its lines have to be read by a statement after this one.
 */
export async function lockOrder(tx: Tx, id: string): Promise<OrderRow | undefined> {
  await tx`select 1 from orders where id = ${id} for update`
  const [row] = await tx<OrderRow[]>`select ${columns(tx)} from orders o where o.id = ${id}`
  return row
}

export interface NewRefund {
  id: string
  order_id: string
  amount_minor: number
  restock: boolean
  reason: string | null
  idempotency_key: string | null
  request_hash: string
  lines: { item_id: string; quantity: number; amount_minor: number }[]
}

/** Records a refund and counts its lines as given back, under the lock of its order. */
export async function insertRefund(tx: Tx, refund: NewRefund, lease_ms: number): Promise<RefundRow> {
  const { lines } = refund
  await tx`
    with r as (
      insert into order_refunds (id, order_id, amount_minor, restock, reason, idempotency_key, request_hash, due_at)
      values (${refund.id}, ${refund.order_id}, ${refund.amount_minor}, ${refund.restock}, ${refund.reason},
        ${refund.idempotency_key}, ${refund.request_hash}, clock_timestamp() + make_interval(secs => ${lease_ms / 1000}))
    ), line as materialized (
      select * from jsonb_to_recordset(${lines as never}::jsonb) as l(item_id uuid, quantity int, amount_minor bigint)
    ), kept as (
      insert into order_refund_lines (refund_id, item_id, quantity, amount_minor)
      select ${refund.id}::uuid, item_id, quantity, amount_minor from line
    )
    update order_items i set refunded_quantity = i.refunded_quantity + line.quantity,
      refunded_minor = i.refunded_minor + line.amount_minor
    from line where i.id = line.item_id and i.id = any(${lines.map(line => line.item_id)}::uuid[])`
  return (await findRefund(tx, refund.id))!
}

export async function findRefund(sql: Queryable, id: string): Promise<RefundRow | undefined> {
  const [row] = await sql<RefundRow[]>`select ${refundColumns(sql)} from order_refunds r where r.id = ${id}`
  return row
}

export async function findRefundByKey(sql: Queryable, order_id: string, key: string): Promise<RefundRow | undefined> {
  const [row] = await sql<RefundRow[]>`
    select ${refundColumns(sql)} from order_refunds r where r.order_id = ${order_id} and r.idempotency_key = ${key}`
  return row
}

/** The first one first. */
export async function listRefunds(sql: Queryable, order_id: string): Promise<RefundRow[]> {
  return sql<
    RefundRow[]
  >`select ${refundColumns(sql)} from order_refunds r where r.order_id = ${order_id} order by r.id`
}

/** Ends a refund that went back, `refunded_minor` being what went back of the order in all. False: it had ended before. */
export async function settleMade(sql: Sql, { id, order_id }: RefundRow, refunded_minor: number): Promise<boolean> {
  const { correlation_id, traceparent } = currentCause()
  return transaction(sql, async tx => {
    const done = await tx`
      with made as (
        update order_refunds set status = 'made', due_at = null where id = ${id} and status = 'asked'
        returning id, order_id, amount_minor, restock
      )
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${orderRefunded.name}, ${orderRefunded.version}::int, o.id, jsonb_build_object('order_id', o.id,
        'number', o.number, 'user_id', o.user_id, 'cart_id', o.cart_id, 'currency', o.currency, 'total_minor', o.total_minor,
        'status', o.status, 'payment_status', o.payment_status, 'refund_id', made.id, 'refund_minor', made.amount_minor,
        'restocked', made.restock, 'items', coalesce((
          select jsonb_agg(jsonb_build_object('product_id', i.product_id, 'quantity', l.quantity,
            'amount_minor', l.amount_minor) order by i.id)
          from order_refund_lines l join order_items i on i.id = l.item_id where l.refund_id = made.id), '[]')),
        ${correlation_id}, ${traceparent}
      from made join orders o on o.id = made.order_id`
    if (done.count === 0) return false
    await noteRefund(tx, order_id, refunded_minor)
    return true
  })
}

/** Ends a refund of which nothing went back: its lines are free again. False: it had ended before. */
export async function settleRefused(sql: Queryable, id: string, refusal: ProblemBody): Promise<boolean> {
  const rows = await sql`
    with refused as (
      update order_refunds set status = 'refused', due_at = null, refusal = ${refusal as never}::jsonb
      where id = ${id} and status = 'asked' returning id
    ), freed as (
      update order_items i set refunded_quantity = i.refunded_quantity - l.quantity,
        refunded_minor = i.refunded_minor - l.amount_minor
      from order_refund_lines l join refused on l.refund_id = refused.id
      where i.id = l.item_id
    )
    select 1 from refused`
  return rows.count === 1
}

/** Takes refunds that are not at their end, for `lease_ms`: of several sweepers each gets others. */
export async function claimDueRefunds(
  sql: Queryable,
  limit: number,
  lease_ms: number,
): Promise<(RefundRow & { tries: number })[]> {
  return sql<(RefundRow & { tries: number })[]>`
    with due as materialized (
      select id from order_refunds where due_at <= now() order by due_at limit ${limit} for update skip locked
    ), r as (
      update order_refunds set due_at = clock_timestamp() + make_interval(secs => ${lease_ms / 1000}), tries = tries + 1
      where id = any(array(select id from due)) returning order_refunds.*
    )
    select r.tries, ${refundColumns(sql)} from r`
}

export async function postponeRefund(sql: Queryable, id: string, delay_s: number): Promise<void> {
  await sql`
    update order_refunds set due_at = clock_timestamp() + make_interval(secs => ${delay_s}) where id = ${id} and status = 'asked'`
}

/** What is known of the money of a refund became another: it is looked at now. */
export async function hastenRefund(sql: Queryable, id: string): Promise<void> {
  await sql`update order_refunds set due_at = clock_timestamp() where id = ${id} and status = 'asked' and tries > 0`
}
