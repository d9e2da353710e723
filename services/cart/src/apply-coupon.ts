import { type Cart, checkCoupon, Problem, toMinor } from '@shopfleet/contracts'
import type { Shopper } from './owner.ts'
import { readCart } from './read-cart.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/**
 * Keeps a code with the cart, if it can be used now for what is in it. The order service knows; it asks itself again when
 * the order is made.
 */
export async function applyCoupon(ctx: Ctx, shopper: Shopper | undefined, typed: string): Promise<Cart> {
  const cart = await readCart(ctx, shopper)
  if (!shopper || cart.items.length === 0) throw new Problem('cart-empty')
  const { code } = await ctx.call(checkCoupon, {
    body: {
      code: typed,
      subtotal_minor: toMinor(cart.subtotal, cart.currency),
      currency: cart.currency,
      user_id: cart.user_id,
    },
  })
  // Ordered or emptied meanwhile: the next cart is another.
  if (!(await store.setCoupon(ctx.sql, shopper.owner, code))) throw new Problem('cart-empty')
  return { ...cart, coupon: { code } }
}
