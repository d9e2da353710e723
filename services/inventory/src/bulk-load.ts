import type { Sql } from '@shopfleet/database'

/**
 * Opening stock of thousands of products directly, for measuring: no events are said, so no other service hears of it,
 * and its revision is that of a product of which nothing was said.
 * A product that has stock is passed over. Answers how many were opened.
 */
export async function bulkLoadStock(
  sql: Sql,
  stock: readonly { product_id: string; on_hand: number }[],
): Promise<number> {
  const [row] = await sql<[{ opened: number }]>`
    with opened as (
      insert into stock (product_id, on_hand, revision)
      select product_id, on_hand, 0 from unnest(
        ${stock.map(s => s.product_id)}::uuid[], ${stock.map(s => s.on_hand)}::int[]) as s (product_id, on_hand)
      on conflict do nothing returning product_id, on_hand
    ), moved as (
      insert into movements (product_id, delta, reason, on_hand)
      select product_id, on_hand, 'opening', on_hand from opened where on_hand > 0
    )
    select count(*)::int as opened from opened`
  return row.opened
}
