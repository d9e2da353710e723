import type { CartFacts } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'

/* Statements of the reconciler's questions about carts. */

/** Carts that were ordered, oldest change first, after a place in the walk. */
export async function listChanged(
  sql: Queryable,
  { at, id, limit }: { at: string; id?: string; limit: number },
): Promise<{ id: string; at: string }[]> {
  return sql<{ id: string; at: string }[]>`
    select id, updated_at::text as at from carts
    where status = 'ordered' and updated_at >= ${at}::timestamptz
      ${id === undefined ? sql`` : sql`and (updated_at, id) > (${at}::timestamptz, ${id}::uuid)`}
    order by updated_at, id limit ${limit}`
}

export async function listFacts(sql: Queryable, ids: string[]): Promise<CartFacts[]> {
  return sql<CartFacts[]>`select id as cart_id, status from carts where id = any(${ids}::uuid[])`
}
