import type { Cart } from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import { hashOf, userShopper } from './owner.ts'
import { readCart } from './read-cart.ts'
import * as saved from './saved-store.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/**
 * Moves the lines of a guest's cart, its coupon, and what the guest saved for later to the user's. Signing in must not fail for a full cart: quantities stop at the
 * bound of a line, and lines that no longer fit are left out. A token that is closed or none of ours moves nothing.
 */
export async function mergeCart(ctx: Ctx, user_id: string, cart_token: string): Promise<Cart> {
  await transaction(ctx.sql, async tx => {
    // Closing comes first: it locks, and of two merges of one cart the second finds nothing.
    const token_hash = hashOf(cart_token)
    const guest_id = await store.closeGuestCart(tx, token_hash)
    if (!guest_id && !(await saved.hasSaved(tx, { token_hash }))) return
    const own_id = await store.openUserCart(tx, user_id)
    if (guest_id) {
      await store.moveLines(tx, guest_id, own_id)
      await store.moveCoupon(tx, guest_id, own_id)
    }
    await saved.moveSavedToUser(tx, token_hash, user_id)
  })
  return readCart(ctx, userShopper(user_id))
}
