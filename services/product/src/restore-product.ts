import { Problem, type Product } from '@shopfleet/contracts'
import { findInCatalogue } from './catalogue-store.ts'
import { refusalOf } from './create-product.ts'
import { toProduct } from './product.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'
import { listVariants } from './variant-store.ts'

/** Takes a deletion back, unless somebody has its names by now. */
export async function restoreProduct(ctx: Ctx, id: string): Promise<Product> {
  const isBack = await store.restoreProduct(ctx.sql, id).catch(error => {
    throw refusalOf(error)
  })
  const row = isBack ? await findInCatalogue(ctx.sql, id) : undefined
  if (!row) throw new Problem('not-found')
  return toProduct(row, await listVariants(ctx.sql, id, { all: true }))
}
