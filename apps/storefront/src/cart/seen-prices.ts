import type { InCart } from '../cart-lines.ts'
import { keep, kept } from '../kept.ts'

/**
 * What a product cost when it was put into the cart. The platform shows the price of now; this browser remembers the one
 * that was seen first, so that a change is told and not only charged.
 */

const pricesKey = 'seen-prices'
type Seen = Record<string, { price: number; currency: string }>

function read(): Seen {
  try {
    return JSON.parse(kept(pricesKey) ?? '{}') as Seen
  } catch {
    return {}
  }
}

/** Adds what is new, drops what has left, and answers the earlier price of every line whose price has changed. Pure. */
export function comparePrices(items: readonly InCart[], seen: Seen): { seen: Seen; before: Record<string, number> } {
  const next: Seen = {}
  const before: Record<string, number> = {}
  for (const { product_id, price, currency, name } of items) {
    // One that has left the catalogue has no price; what it cost is kept for when it is back.
    if (name === null) {
      if (seen[product_id]) next[product_id] = seen[product_id]
      continue
    }
    const known = seen[product_id]
    next[product_id] = known?.currency === currency ? known : { price, currency }
    if (next[product_id].price !== price) before[product_id] = next[product_id].price
  }
  return { seen: next, before }
}

/** The earlier prices of those lines that cost something else now, by product. */
export function earlierPrices(items: readonly InCart[]): Record<string, number> {
  const known = read()
  const { seen, before } = comparePrices(items, known)
  const text = JSON.stringify(seen)
  if (text !== JSON.stringify(known)) keep(pricesKey, text)
  return before
}
