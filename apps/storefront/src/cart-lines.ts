import type { Cart } from '@shopfleet/contracts'

/** What a cart will look like after a change, before the server has said so. Pure. */

export type InCart = Cart['items'][number]

/** What a line shows of its product. */
export interface Purchasable {
  id: string
  sku: string | null
  slug: string | null
  name: string | null
  price: number
  currency: string
  image_url: string | null
  stock_quantity: number
}

export type CartChange =
  | { kind: 'add'; product: Purchasable; quantity: number }
  | { kind: 'quantity'; item_id: string; quantity: number }
  | { kind: 'remove'; item_id: string }
  | { kind: 'clear' }

export const emptyCart: Cart = {
  id: null,
  user_id: null,
  cart_token: null,
  items: [],
  item_count: 0,
  subtotal: 0,
  currency: 'USD',
  coupon: null,
  updated_at: null,
}

/** Only for the screen: whole hundredths, so that what is shown until the server answers has no stray digits. */
const rounded = (amount: number) => Math.round(amount * 100) / 100

function withTotals(cart: Cart, items: InCart[]): Cart {
  return {
    ...cart,
    items,
    item_count: items.reduce((sum, item) => sum + item.quantity, 0),
    subtotal: rounded(items.reduce((sum, item) => sum + item.subtotal, 0)),
    currency: items[0]?.currency ?? cart.currency,
  }
}

const withQuantity = (item: InCart, quantity: number): InCart => ({
  ...item,
  quantity,
  subtotal: rounded(item.price * quantity),
})

export function changedCart(cart: Cart, change: CartChange): Cart {
  switch (change.kind) {
    case 'clear':
      return withTotals(cart, [])
    case 'remove':
      return withTotals(
        cart,
        cart.items.filter(item => item.id !== change.item_id),
      )
    case 'quantity':
      return withTotals(
        cart,
        cart.items.map(item => (item.id === change.item_id ? withQuantity(item, change.quantity) : item)),
      )
    case 'add': {
      const { product, quantity } = change
      if (cart.items.some(item => item.product_id === product.id)) {
        return withTotals(
          cart,
          cart.items.map(item =>
            item.product_id === product.id ? withQuantity(item, item.quantity + quantity) : item,
          ),
        )
      }
      const { id, ...shown } = product
      const line = { ...shown, id: `new-${id}`, product_id: id, quantity, subtotal: 0, available: true }
      return withTotals(cart, [...cart.items, withQuantity(line, quantity)])
    }
  }
}
