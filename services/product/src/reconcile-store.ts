import type { ShownStock } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'

/** The stock as the product's page shows it. */
export async function listShownStock(sql: Queryable, ids: string[]): Promise<ShownStock[]> {
  return sql<ShownStock[]>`
    select id as product_id, stock_available as available, stock_revision as revision from products
    where id = any(${ids}::uuid[])`
}
