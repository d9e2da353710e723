import { type Cart, type CurrencyCode, type priceProducts, type ReplyOf, sumMinor, toMajor } from '@shopfleet/contracts'

/** Whose cart: a user's, or that of the guest who holds the token with this hash. */
export type Owner = { user_id: string } | { token_hash: Uint8Array }

/** A cart as it is kept: what and how many, no names and prices. */
export interface CartRow {
  id: string
  user_id: string | null
  updated_at: string
  lines: { id: string; product_id: string; quantity: number }[]
}

export type Price = ReplyOf<typeof priceProducts>['items'][number]

const defaultCurrency: CurrencyCode = 'USD'

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
  const counted: number[] = []
  const items = lines.map(({ id, product_id, quantity }) => {
    const price = prices.get(product_id)
    const gone = {
      sku: null,
      slug: null,
      name: null,
      image_url: null,
      price: 0,
      currency,
      subtotal: 0,
      available: false,
    }
    if (!price) return { id, product_id, quantity, ...gone }
    const { sku, slug, name, image_url, price_minor, stock_quantity } = price
    const subtotal_minor = price_minor * quantity
    const forSale = price.is_active && price.currency === currency
    if (forSale) counted.push(subtotal_minor)
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
      subtotal: toMajor(subtotal_minor, price.currency),
      available: forSale && stock_quantity >= quantity,
    }
  })
  return {
    id: row?.id ?? null,
    user_id: row?.user_id ?? null,
    cart_token,
    items,
    item_count: lines.reduce((sum, line) => sum + line.quantity, 0),
    subtotal: toMajor(sumMinor(counted), currency),
    currency,
    updated_at: row?.updated_at ?? null,
  }
}
