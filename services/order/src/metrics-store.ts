import type { Queryable } from '@shopfleet/database'

export interface Unfinished {
  orders: number
  orders_oldest_s: number
  refunds: number
  refunds_oldest_s: number
}

/** Orders on their way to their goal, and refunds to their end. Both have an index that holds nothing else. */
export async function readUnfinished(sql: Queryable): Promise<Unfinished> {
  const [row] = await sql<[Unfinished]>`
    select o.n as orders, o.oldest_s as orders_oldest_s, r.n as refunds, r.oldest_s as refunds_oldest_s
    from (
      select count(*)::int as n, coalesce(extract(epoch from now() - min(updated_at)), 0)::float8 as oldest_s
      from orders where goal <> 'none'
    ) as o, (
      select count(*)::int as n, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_s
      from order_refunds where due_at is not null
    ) as r`
  return row
}
