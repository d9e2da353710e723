import { type Cart, maxCartLines, maxQuantity, Problem } from '@shopfleet/contracts'
import { isCheckViolation } from '@shopfleet/database'
import { showCart } from './cart.ts'
import { hashOf, newToken, type Shopper } from './owner.ts'
import { askPrices, knownOf, readCart } from './read-cart.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/**
 * Puts a product into the shopper's cart, or more of it into its line. The first thing makes the cart; a guest who
 * brings no token of ours is given one.
 */
export async function addItem(
  ctx: Ctx,
  shopper: Shopper | undefined,
  { product_id, quantity = 1 }: { product_id: string; quantity?: number },
): Promise<Cart> {
  const prices = await askPrices(ctx, [product_id])
  const product = prices.get(product_id)
  if (!product) throw new Problem('unknown-product', { detail: 'There is no such product.', product_id })
  if (!product.is_active) throw new Problem('not-for-sale', { product_id })

  if (shopper && 'user_id' in shopper.owner) {
    const { user_id } = shopper.owner
    await withinBounds(store.addToUserCart(ctx.sql, user_id, { product_id, quantity }))
    return readCart(ctx, shopper, prices)
  }
  const fresh = newToken()
  const given = shopper && 'token_hash' in shopper.owner ? shopper.owner.token_hash : null
  const line = { product_id, quantity }
  const added = await withinBounds(store.addToGuestCart(ctx.sql, { given, fresh: hashOf(fresh) }, line))
  if (added.made) return showCart(added.made, knownOf(prices), fresh)
  return readCart(ctx, shopper, prices)
}

/** What the bounds of a line and of a cart refuse, in words. */
async function withinBounds<T extends { added: boolean }>(write: Promise<T>): Promise<T> {
  try {
    const written = await write
    if (written.added) return written
  } catch (error) {
    if (!isCheckViolation(error, 'cart_items_lines')) throw error
    const detail = `a cart has at most ${maxCartLines} lines`
    throw new Problem('validation-failed', { errors: [{ pointer: '/product_id', detail }] })
  }
  const detail = `one line has at most ${maxQuantity}, with what is in the cart`
  throw new Problem('validation-failed', { errors: [{ pointer: '/quantity', detail }] })
}
