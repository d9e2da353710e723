import { type Cart, priceProducts } from '@shopfleet/contracts'
import { findCustomerCart } from './abandoned-store.ts'
import { type CartRow, type Price, showCart } from './cart.ts'
import type { Shopper } from './owner.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/** Catalogue prices by product; undefined for a product that was asked for and is not there. */
export type Prices = Map<string, Price | undefined>

/** Asks the catalogue for those prices that are not known yet, all in one call. */
export async function askPrices(ctx: Ctx, product_ids: string[], known: Prices = new Map()): Promise<Prices> {
  const missing = product_ids.filter(id => !known.has(id))
  if (missing.length === 0) return known
  const { items } = await ctx.call(priceProducts, { query: { ids: missing.join(',') } })
  const found = new Map(items.map(item => [item.product_id, item]))
  return new Map([...known, ...missing.map(id => [id, found.get(id)] as const)])
}

/** The shopper's cart with the prices of now. A guest without a cart has an empty one that is not kept. */
export async function readCart(ctx: Ctx, shopper: Shopper | undefined, known?: Prices): Promise<Cart> {
  const row = shopper && (await store.findOpenCart(ctx.sql, shopper.owner))
  return row ? showRow(ctx, row, shopper.cart_token, known) : showCart(undefined, new Map(), null)
}

/** What a customer has in their open cart; undefined where there is nothing, and no such cart. */
export async function readCustomerCart(ctx: Ctx, cart_id: string): Promise<Cart | undefined> {
  const row = await findCustomerCart(ctx.sql, cart_id)
  return row && row.lines.length > 0 ? showRow(ctx, row, null) : undefined
}

async function showRow(ctx: Ctx, row: CartRow, cart_token: string | null, known?: Prices): Promise<Cart> {
  const prices = await askPrices(
    ctx,
    row.lines.map(line => line.product_id),
    known,
  )
  return showCart(row, knownOf(prices), cart_token)
}

/** Of the prices asked for those that there are. */
export const knownOf = (prices: Prices) =>
  new Map([...prices].filter((entry): entry is [string, Price] => entry[1] !== undefined))
