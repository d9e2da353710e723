import type { ShownStock } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'

/** The stock as the product's page shows it. */
export async function listShownStock(sql: Queryable, ids: string[]): Promise<ShownStock[]> {
  return sql<ShownStock[]>`
    -- Of a product with variants it is theirs, which the inventory knows by themselves.
    select id as product_id, case when variant_count = 0 then stock_available end as available, stock_revision as revision
    from products where id = any(${ids}::uuid[])`
}
