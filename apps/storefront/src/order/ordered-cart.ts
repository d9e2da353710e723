import type { Cart, Order } from '@shopfleet/contracts'
import { keep, kept } from '../kept.ts'

/**
 * Which cart an order was made of. The platform closes an ordered cart a moment after the order; until then, and while
 * a payment is in doubt, the browser knows better than to offer the same cart again.
 */

const orderedKey = 'ordered-cart'

export interface OrderedCart {
  cart_id: string
  order_id: string
  /** Paid: the cart is as good as closed. Otherwise it may come back, when the order comes to nothing. */
  is_settled: boolean
}

export function orderedCart(): OrderedCart | undefined {
  try {
    return JSON.parse(kept(orderedKey) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

const recent_ms = 60 * 60_000

/** The order placed last in this browser, if that was a short while ago: an id begins with the time it was made at. */
export function recentOrder(now_ms: number): string | undefined {
  const id = orderedCart()?.order_id
  const placed_ms = id ? Number.parseInt(id.replace('-', '').slice(0, 12), 16) : Number.NaN
  return now_ms - placed_ms < recent_ms ? id : undefined
}

/** Notes how an order stands, as far as its cart is concerned. */
export function noteOrderOfCart({ id, cart_id, status }: Pick<Order, 'id' | 'cart_id' | 'status'>): void {
  if (!cart_id) return
  const known = orderedCart()
  if (status === 'cancelled') {
    if (known?.order_id === id && !known.is_settled) keep(orderedKey, undefined)
    return
  }
  // An older order that is looked at again says nothing about the cart of now.
  if (known && known.order_id > id) return
  keep(orderedKey, JSON.stringify({ cart_id, order_id: id, is_settled: status !== 'pending' } satisfies OrderedCart))
}

/** The order that this cart is being made into, while that is not known to have come to nothing. */
export function orderOfCart(cart: Pick<Cart, 'id'> | undefined): OrderedCart | undefined {
  const ordered = orderedCart()
  return ordered !== undefined && ordered.cart_id === cart?.id ? ordered : undefined
}
