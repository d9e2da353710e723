import { cartAbandoned } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import type { CartRow } from './cart.ts'

/* Statements about carts that their owners left behind. */

/**
 * Looks at those carts of customers whose time has come, and says of each with something in it that nobody has touched for
 * so long that it was left behind, once: that is noted in the same statement. A cart that was changed after the statement
 * began shows it by `updated_at`, which is read under the lock. Of several instances each gets others. Answers how many it
 * looked at.
 */
export async function tellAbandoned(sql: Queryable, after_s: number, limit: number): Promise<number> {
  const { correlation_id, traceparent } = currentContext()
  const looked = await sql`
    with due as materialized (
      select id, updated_at from carts where status = 'open' and user_id is not null and watch_at <= now()
      order by watch_at limit ${limit} for no key update skip locked
    ), watched as (
      update carts set watch_at = case
        when due.updated_at > now() - make_interval(secs => ${after_s}) then due.updated_at + make_interval(secs => ${after_s})
        when exists (select 1 from cart_items i where i.cart_id = carts.id) then 'infinity'
        end
      from due where carts.id = due.id
      returning carts.id, carts.user_id, carts.updated_at, carts.watch_at
    ), told as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${cartAbandoned.name}, ${cartAbandoned.version}::int, id,
        jsonb_build_object('cart_id', id, 'user_id', user_id, 'left_at', updated_at), ${correlation_id}, ${traceparent}
      from watched where watch_at = 'infinity'
    )
    select id from watched`
  return looked.count
}

/** A customer's open cart, oldest line first. */
export async function findCustomerCart(sql: Queryable, id: string): Promise<CartRow | undefined> {
  const [row] = await sql<CartRow[]>`
    select id, user_id, updated_at, coupon_code, coalesce((
      select jsonb_agg(jsonb_build_object('id', i.id, 'product_id', i.product_id, 'quantity', i.quantity) order by i.id)
      from cart_items i where i.cart_id = carts.id), '[]') as lines
    from carts where id = ${id} and user_id is not null and status = 'open'`
  return row
}
