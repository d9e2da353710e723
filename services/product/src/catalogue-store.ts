import type { Queryable } from '@shopfleet/database'
import type { ProductRow } from './product.ts'
import { type Filters, filterOf, orderOf, productColumns, type Sort, type SortKey, subtree } from './store.ts'

/**
 * What staff see of the catalogue: also what is not for sale, and variants by their parent. Sorted on the spot: nobody waits
 * for it with money in hand.
 */

export interface CatalogueFilter extends Pick<Filters, 'category' | 'currency' | 'in_stock'> {
  q?: string
  is_active?: boolean
  sort: Sort
  after?: SortKey
  limit: number
}

export async function listCatalogue(
  sql: Queryable,
  { q, is_active, category, sort, after, limit, ...filters }: CatalogueFilter,
): Promise<(ProductRow & { sort_key: SortKey })[]> {
  const { order, key, beyond } = orderOf(sql, sort, after)
  const like = q === undefined ? undefined : `%${q.trim().replace(/[\\%_]/g, '\\$&')}%`
  return sql`
    select ${productColumns(sql)}, ${key} as sort_key
    from products p left join categories c on c.id = p.category_id
    where p.deleted_at is null and p.parent_id is null
      ${
        like === undefined
          ? sql``
          : sql`and (p.name ilike ${like} or p.sku ilike ${like} or p.variant_count > 0 and exists (
              select 1 from products v where v.parent_id = p.id and v.deleted_at is null and v.sku ilike ${like}))`
      }
      ${is_active === undefined ? sql`` : sql`and p.is_active = ${is_active}`}
      ${category === undefined ? sql`` : sql`and p.category_id in (${subtree(sql, category)})`}
      ${filterOf(sql, { ...filters, attributes: [] })} ${beyond}
    order by ${order} limit ${limit}` as never
}

export async function findInCatalogue(sql: Queryable, id: string): Promise<ProductRow | undefined> {
  const [row] = await sql<ProductRow[]>`
    select ${productColumns(sql)} from products p left join categories c on c.id = p.category_id
    where p.id = ${id} and p.deleted_at is null`
  return row
}
