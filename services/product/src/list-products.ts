import {
  type listProducts as listProductsOperation,
  type Page,
  Problem,
  type Product,
  type QueryOf,
} from '@shopfleet/contracts'
import { decodeCursor, encodeCursor } from '@shopfleet/service-kit'
import { filtersOf } from './filters.ts'
import { toProduct } from './product.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

const id = (part: unknown) => store.isUuid(part)
const text = (part: unknown) => typeof part === 'string' && !part.includes('\0')
const integer = (part: unknown) => Number.isSafeInteger(part)
const count = (part: unknown) => integer(part) && Math.abs(part as number) < 2 ** 31
const number = (part: unknown) => typeof part === 'number'

/** What the parts of each sort's key are: a cursor comes from outside. */
const keys: Record<store.Sort, ((part: unknown) => boolean)[]> = {
  newest: [id],
  price: [integer, id],
  '-price': [integer, id],
  name: [text, id],
  '-name': [text, id],
  rating: [number, count, id],
}

/** A page of the catalogue. A cursor is good for the sort it was made with. */
export async function listProducts(ctx: Ctx, query: QueryOf<typeof listProductsOperation>): Promise<Page<Product>> {
  const { sort = 'newest', limit = 20, cursor } = query
  const checks = keys[sort]
  const after = decodeCursor(`products ${sort}`, checks.length, cursor)
  if (after?.some((part, i) => !checks[i]!(part))) throw new Problem('invalid-cursor')
  const filters = filtersOf(query, ctx.config.DEFAULT_CURRENCY)
  const rows = await store.listProducts(ctx.sql, { ...filters, sort, after, limit: limit + 1 })
  const items = rows.slice(0, limit)
  const next = rows.length > limit ? encodeCursor(`products ${sort}`, [...items.at(-1)!.sort_key]) : null
  return { items: items.map(({ sort_key: _, ...row }) => toProduct(row)), next_cursor: next }
}
