import {
  type Cart,
  type CartItem,
  type CurrencyCode,
  type priceProducts,
  type ReplyOf,
  sumMinor,
  toMajor,
} from '@shopfleet/contracts'

/** Whose cart: a user's, or that of the guest who holds the token with this hash. */
export type Owner = { user_id: string } | { token_hash: Uint8Array }

/** A cart as it is kept: what and how many, no names and prices. */
export interface CartRow {
  id: string
  user_id: string | null
  updated_at: string
  coupon_code: string | null
  lines: { id: string; product_id: string; quantity: number }[]
}

export type Price = ReplyOf<typeof priceProducts>['items'][number]

export const defaultCurrency: CurrencyCode = 'USD'

/** A line as it is shown in a cart of this currency. */
export function showLine(
  { id, product_id, quantity }: CartRow['lines'][number],
  price: Price | undefined,
  currency: string,
): CartItem {
  if (!price) {
    const gone = { sku: null, slug: null, name: null, image_url: null, price: 0, subtotal: 0 }
    return { id, product_id, quantity, ...gone, currency, available: false, stock_quantity: 0 }
  }
  const { sku, slug, name, image_url, price_minor, stock_quantity } = price
  const forSale = isForSale(price, currency)
  return {
    id,
    product_id,
    sku,
    slug,
    name,
    image_url,
    quantity,
    price: toMajor(price_minor, price.currency),
    currency: price.currency,
    subtotal: toMajor(price_minor * quantity, price.currency),
    available: forSale && stock_quantity >= quantity,
    stock_quantity: forSale ? stock_quantity : 0,
  }
}

const isForSale = (price: Price, currency: string) => price.is_active && price.currency === currency

/**
 * The cart as it is shown. Its currency is that of its oldest line with a price; a line in another currency, one that
 * is not for sale and one whose product is gone stay to be seen and removed, and are not in the subtotal.
 */
export function showCart(
  row: CartRow | undefined,
  prices: ReadonlyMap<string, Price>,
  cart_token: string | null,
): Cart {
  const lines = row?.lines ?? []
  const currency =
    lines.map(line => prices.get(line.product_id)?.currency).find(c => c !== undefined) ?? defaultCurrency
  const counted = lines.flatMap(({ product_id, quantity }) => {
    const price = prices.get(product_id)
    return price && isForSale(price, currency) ? [price.price_minor * quantity] : []
  })
  return {
    id: row?.id ?? null,
    user_id: row?.user_id ?? null,
    cart_token,
    items: lines.map(line => showLine(line, prices.get(line.product_id), currency)),
    item_count: lines.reduce((sum, line) => sum + line.quantity, 0),
    subtotal: toMajor(sumMinor(counted), currency),
    currency,
    coupon: row?.coupon_code ? { code: row.coupon_code } : null,
    updated_at: row?.updated_at ?? null,
  }
}

/** A line, or a part of one, that was not ordered. */
export interface Left {
  product_id: string
  quantity: number
  /** How much of the product was. */
  ordered: number
}

/** What of the lines was not ordered; nothing where it is not known what was. */
export function leftAfter(
  lines: readonly { product_id: string; quantity: number }[],
  items: readonly { product_id: string; quantity: number }[] | undefined,
): Left[] {
  if (!items) return []
  const ordered = new Map(items.map(item => [item.product_id, item.quantity]))
  return lines
    .map(({ product_id, quantity }) => {
      const taken = Math.min(quantity, ordered.get(product_id) ?? 0)
      return { product_id, quantity: quantity - taken, ordered: taken }
    })
    .filter(line => line.quantity > 0)
}
