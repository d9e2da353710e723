import { type listOwnReviews, type listUnreviewed, type QueryOf, type ReplyOf, Unavailable } from '@shopfleet/contracts'
import { decodeCursor, pageOf } from '@shopfleet/service-kit'
import { askProducts, type CatalogueProduct } from './products.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/** What somebody has reviewed, and what they could. */

const shown = ({ slug, name, image_url }: CatalogueProduct) => ({ slug, name, image_url })

/** One's reviews with the products as they are now; without them where the catalogue does not answer. */
export async function listOwn(
  ctx: Ctx,
  user_id: string,
  query: QueryOf<typeof listOwnReviews>,
): Promise<ReplyOf<typeof listOwnReviews>> {
  const [before] = decodeCursor('own reviews', ['id'], query.cursor) ?? []
  const limit = query.limit!
  const rows = await store.listOwn(ctx.sql, user_id, before, limit + 1)
  const page = pageOf('own reviews', rows, limit, row => [row.id])
  const products = await productsOf(ctx, page.items).catch(error => {
    if (!(error instanceof Unavailable)) throw error
    return new Map<string, CatalogueProduct>()
  })
  const items = page.items.map(review => {
    const product = products.get(review.product_id)
    return { ...review, product: product ? shown(product) : null }
  })
  return { ...page, items }
}

export async function listToWrite(
  ctx: Ctx,
  user_id: string,
  query: QueryOf<typeof listUnreviewed>,
): Promise<ReplyOf<typeof listUnreviewed>> {
  const after = decodeCursor('to review', ['time', 'id'], query.cursor) as [string, string] | undefined
  const limit = query.limit!
  const rows = await store.listUnreviewed(ctx.sql, user_id, { after, limit: limit + 1 })
  const page = pageOf('to review', rows, limit, row => [row.key, row.product_id])
  const products = await productsOf(ctx, page.items)
  const items = page.items.flatMap(({ product_id, delivered_at }) => {
    const product = products.get(product_id)
    return product ? [{ product_id, ...shown(product), delivered_at }] : []
  })
  return { ...page, items }
}

async function productsOf(ctx: Ctx, of: { product_id: string }[]): Promise<Map<string, CatalogueProduct>> {
  const found = await askProducts(ctx, [...new Set(of.map(one => one.product_id))])
  return new Map(found.filter(product => product.is_shown).map(product => [product.product_id, product]))
}
