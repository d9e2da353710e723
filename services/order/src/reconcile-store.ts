import { type OrderFacts, orderPaid } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'

/* Statements of the reconciler's questions about orders, and of the repairs that are no verb of the shop. */

export interface ChangedRow {
  id: string
  at: string
}

/** Oldest change first, after a place in the walk. The time is the database's own text: it keeps the microseconds. */
export async function listChanged(
  sql: Queryable,
  { at, id, limit }: { at: string; id?: string; limit: number },
): Promise<ChangedRow[]> {
  return sql<ChangedRow[]>`
    select id, updated_at::text as at from orders
    where updated_at >= ${at}::timestamptz
      ${id === undefined ? sql`` : sql`and (updated_at, id) > (${at}::timestamptz, ${id}::uuid)`}
    order by updated_at, id limit ${limit}`
}

export async function listFacts(sql: Queryable, ids: string[]): Promise<OrderFacts[]> {
  return sql<OrderFacts[]>`
    select id as order_id, status, payment_status, goal, attempt, total_minor, refunded_minor, currency, cart_id,
      coalesce(greatest(extract(epoch from now() - due_at), 0), 0)::float8 as overdue_s,
      case when status = 'pending' then coalesce(greatest(extract(epoch from now() - expires_at), 0), 0) else 0 end::float8 as expired_s,
      (select jsonb_agg(jsonb_build_object('product_id', product_id, 'quantity', quantity) order by product_id) from (
        select product_id, sum(quantity)::int as quantity from order_items where order_id = orders.id group by product_id
      ) as line) as items,
      coalesce((select jsonb_agg(jsonb_build_object('product_id', product_id, 'quantity', quantity) order by product_id) from (
        select i.product_id, sum(l.quantity)::int as quantity
        from order_refunds r join order_refund_lines l on l.refund_id = r.id join order_items i on i.id = l.item_id
        where r.order_id = orders.id and r.status = 'made' and r.restock group by i.product_id
      ) as line), '[]') as restocked
    from orders where id = any(${ids}::uuid[])`
}

/** Of each cart the order it was made into, one that is not undone if there is one. */
export async function listOrdersOfCarts(
  sql: Queryable,
  cart_ids: string[],
): Promise<{ cart_id: string; order_id: string }[]> {
  return sql<{ cart_id: string; order_id: string }[]>`
    -- Two halves: each has an index of its own.
    select distinct on (cart_id) cart_id, id as order_id
    from (
      select cart_id, id, false as is_undone from orders
      where cart_id = any(${cart_ids}::uuid[]) and goal <> 'cancel' and status <> 'cancelled'
      union all
      select cart_id, id, true from orders
      where cart_id = any(${cart_ids}::uuid[]) and (status = 'cancelled' or goal = 'cancel')
    ) o
    order by cart_id, is_undone, id desc`
}

/** An unpaid order at rest is driven to paid again, by the payment of the attempt named. The token is never used. */
export async function resume(sql: Queryable, id: string, attempt: number): Promise<boolean> {
  const moved = await sql`
    with moved as (
      update orders set goal = 'pay', attempt = ${attempt}, payment_method = 'known', due_at = clock_timestamp(), tries = 0,
        updated_at = now()
      where id = ${id} and status = 'pending' and goal = 'none'
      returning id, attempt
    )
    insert into payment_attempts as t (order_id, attempt, request_hash) select id, attempt, '' from moved
    on conflict (order_id, attempt) do update set outcome = null, refusal = null`
  return moved.count === 1
}

/** Says order.paid of a paid order once more, as it was said. False: it is not paid. */
export async function sayPaidAgain(sql: Queryable, id: string): Promise<boolean> {
  const { correlation_id, traceparent } = currentContext()
  const said = await sql`
    insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
    select ${orderPaid.name}, ${orderPaid.version}::int, o.id, jsonb_build_object('order_id', o.id, 'number', o.number,
      'user_id', o.user_id, 'cart_id', o.cart_id, 'currency', o.currency, 'total_minor', o.total_minor,
      'status', o.status, 'payment_status', o.payment_status, 'items',
      (select jsonb_agg(jsonb_build_object('product_id', product_id, 'quantity', quantity, 'price_minor', price_minor))
       from order_items where order_id = o.id)), ${correlation_id}, ${traceparent}
    from orders o where id = ${id} and status in ('processing', 'shipped', 'delivered')`
  return said.count === 1
}
