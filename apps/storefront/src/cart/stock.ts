import type { InCart } from '../cart-lines.ts'

/** What stands in the way of buying a line as it is. Pure. */
export type Obstacle =
  | { kind: 'gone' }
  | { kind: 'sold-out' }
  /** There are some, fewer than wanted. */
  | { kind: 'short'; available: number }

export function obstacleOf(item: InCart): Obstacle | undefined {
  if (item.name === null) return { kind: 'gone' }
  if (item.available) return undefined
  return item.stock_quantity > 0 ? { kind: 'short', available: item.stock_quantity } : { kind: 'sold-out' }
}

/** How many there are of a product, as a refusal says: newer than what the cart was shown with. */
export interface Left {
  product_id: string
  available: number
}

/** A line as it stands with what a refusal said of its product. */
export function withLeft(item: InCart, told: readonly Left[]): InCart {
  const left = told.find(one => one.product_id === item.product_id)
  return left ? { ...item, stock_quantity: left.available, available: left.available >= item.quantity } : item
}

/** How many there are, where there are few enough to say so: fewer than the shop is set to. */
export const fewLeft = (item: InCart, threshold: number): number | undefined =>
  item.available && item.stock_quantity < threshold ? item.stock_quantity : undefined
