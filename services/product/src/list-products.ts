import type { listProducts as listProductsOperation, Page, Product, QueryOf } from '@shopfleet/contracts'
import { decodeCursor, encodeCursor } from '@shopfleet/service-kit'
import { filtersOf } from './filters.ts'
import { toProduct } from './product.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/** A page of the catalogue. A cursor is good for the sort it was made with. */
export async function listProducts(ctx: Ctx, query: QueryOf<typeof listProductsOperation>): Promise<Page<Product>> {
  const { sort = 'newest', limit = 20, cursor } = query
  const after = decodeCursor(`products ${sort}`, store.sortKeys[sort], cursor)
  const filters = filtersOf(query, ctx.config.DEFAULT_CURRENCY)
  const rows = await store.listProducts(ctx.sql, { ...filters, sort, after, limit: limit + 1 })
  const items = rows.slice(0, limit)
  const next = rows.length > limit ? encodeCursor(`products ${sort}`, [...items.at(-1)!.sort_key]) : null
  return { items: items.map(({ sort_key: _, ...row }) => toProduct(row)), next_cursor: next }
}
