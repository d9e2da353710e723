import { addCartItem, type Cart, type Order, Problem } from '@shopfleet/contracts'
import { obstacleOf } from '../cart/stock.ts'
import { useCart } from '../cart.tsx'
import { useShop } from '../shop.tsx'

export interface Reordered {
  /** Pieces that are in the cart now. */
  added: number
  /** Names of what is not to be had, or not in that number. */
  missing: string[]
}

/** Puts everything of an order into the cart, and says what is not to be had any more. */
export function useReorder(): (order: Pick<Order, 'items'>) => Promise<Reordered> {
  const { api } = useShop()
  const { change } = useCart()
  return async order => {
    let cart: Cart | undefined
    const done: Reordered = { added: 0, missing: [] }
    for (const { product_id, product_name, quantity } of order.items) {
      try {
        await change(null, async () => {
          cart = await api.call(addCartItem, { body: { product_id, quantity } })
          return cart
        })
        done.added += quantity
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500) throw error
        done.missing.push(product_name)
      }
    }
    for (const item of cart?.items ?? []) {
      const line = order.items.find(one => one.product_id === item.product_id)
      // It stays in the cart, where it is said how many there are.
      if (line && obstacleOf(item)) done.missing.push(line.product_name)
    }
    return done
  }
}
