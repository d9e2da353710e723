import type { listCatalogue as listCatalogueOperation, Page, Product, QueryOf } from '@shopfleet/contracts'
import { decodeCursor, encodeCursor } from '@shopfleet/service-kit'
import * as catalogue from './catalogue-store.ts'
import { toProduct } from './product.ts'
import type { Ctx } from './service.ts'
import { sortKeys } from './store.ts'

/** A page of everything there is, for staff. */
export async function listCatalogue(ctx: Ctx, query: QueryOf<typeof listCatalogueOperation>): Promise<Page<Product>> {
  const { sort = 'newest', limit = 20, cursor, ...filter } = query
  const after = decodeCursor(`catalogue ${sort}`, sortKeys[sort], cursor)
  const currency = ctx.config.DEFAULT_CURRENCY
  const rows = await catalogue.listCatalogue(ctx.sql, { ...filter, currency, sort, after, limit: limit + 1 })
  const items = rows.slice(0, limit)
  const next = rows.length > limit ? encodeCursor(`catalogue ${sort}`, [...items.at(-1)!.sort_key]) : null
  return { items: items.map(({ sort_key: _, ...row }) => toProduct(row)), next_cursor: next }
}
