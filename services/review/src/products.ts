import { priceProducts, type ReplyOf } from '@shopfleet/contracts'
import type { Ctx } from './service.ts'

export type CatalogueProduct = ReplyOf<typeof priceProducts>['items'][number]

/** What the catalogue says of products now, up to a hundred; those it does not have are left out. */
export async function askProducts(ctx: Ctx, ids: string[]): Promise<CatalogueProduct[]> {
  if (ids.length === 0) return []
  return (await ctx.call(priceProducts, { query: { ids: ids.join(',') } })).items
}

/** A product as it is reviewed: of a variant the one it belongs to. Undefined for what not everybody can see. */
export async function findReviewed(ctx: Ctx, id: string): Promise<CatalogueProduct | undefined> {
  const [product] = await askProducts(ctx, [id])
  if (product?.parent_id) return findReviewed(ctx, product.parent_id)
  return product?.is_shown ? product : undefined
}

/** A product that can be bought: one that comes in variants is not, one of them is. */
export async function findForSale(ctx: Ctx, id: string): Promise<CatalogueProduct | undefined> {
  const [product] = await askProducts(ctx, [id])
  return product?.is_active ? product : undefined
}
