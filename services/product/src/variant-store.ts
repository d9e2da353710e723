import type { Queryable } from '@shopfleet/database'
import type { VariantRow } from './product.ts'
import { firstPicture } from './store.ts'

/** The variants of a product in the order they were made; those not for sale too, if they are asked for. */
export async function listVariants(sql: Queryable, parent_id: string, { all = false } = {}): Promise<VariantRow[]> {
  return sql<VariantRow[]>`
    select p.id, p.sku, p.slug, p.name, p.options, p.price_minor, p.currency, p.stock_available as stock_quantity,
      ${firstPicture(sql)} as image_url, p.is_active
    from products p
    where p.parent_id = ${parent_id} and p.deleted_at is null ${all ? sql`` : sql`and p.is_active`}
    order by p.id`
}
