import { maxWishlistItems, Problem, toMajor, type WishlistItem } from '@shopfleet/contracts'
import { isCheckViolation, transaction } from '@shopfleet/database'
import { askProducts, findForSale } from '../products.ts'
import type { Ctx } from '../service.ts'
import * as store from './wishlist-store.ts'

/** What somebody wishes for, newest first, with what it costs now. */
export async function listWishlist(ctx: Ctx, user_id: string): Promise<WishlistItem[]> {
  const items = await store.listItems(ctx.sql, user_id)
  const asked = await askProducts(
    ctx,
    items.map(item => item.product_id),
  )
  const products = new Map(asked.map(product => [product.product_id, product]))
  return items.flatMap(({ product_id, added_price_minor, currency, created_at }) => {
    const now = products.get(product_id)
    if (!now) return []
    return {
      product_id,
      sku: now.sku,
      slug: now.slug,
      name: now.name,
      image_url: now.image_url,
      price: toMajor(now.price_minor, now.currency),
      currency: now.currency,
      added_price: currency === now.currency ? toMajor(added_price_minor, currency) : null,
      available: now.is_active && now.stock_quantity > 0,
      added_at: created_at,
    }
  })
}

/** Puts a product on a wishlist, with what the catalogue says of it now: later news is measured against that. */
export async function addToWishlist(ctx: Ctx, user_id: string, product_id: string): Promise<void> {
  const asked_at = new Date(ctx.clock.now()).toISOString()
  const product = await findForSale(ctx, product_id)
  if (!product) throw new Problem('not-found')
  try {
    await transaction(ctx.sql, tx => store.insertItem(tx, user_id, product, asked_at))
  } catch (error) {
    if (!isCheckViolation(error, 'wishlist_items_bound')) throw error
    throw new Problem('too-many', { detail: `A wishlist has at most ${maxWishlistItems} products.` })
  }
}
