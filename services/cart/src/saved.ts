import { type CartItem, maxCartLines, maxSavedItems, Problem } from '@shopfleet/contracts'
import { isCheckViolation } from '@shopfleet/database'
import { defaultCurrency, showLine } from './cart.ts'
import type { Shopper } from './owner.ts'
import { askPrices } from './read-cart.ts'
import * as store from './saved-store.ts'
import type { Ctx } from './service.ts'

/** What the shopper has saved for later, with the prices of now. */
export async function listSaved(ctx: Ctx, shopper: Shopper | undefined): Promise<CartItem[]> {
  const rows = shopper ? await store.listSaved(ctx.sql, shopper.owner) : []
  const prices = await askPrices(
    ctx,
    rows.map(row => row.product_id),
  )
  return rows.map(row => {
    const price = prices.get(row.product_id)
    return showLine(row, price, price?.currency ?? defaultCurrency)
  })
}

/** Puts a line of the cart aside. Nothing is moved where it does not fit. */
export async function saveItem(ctx: Ctx, shopper: Shopper | undefined, item_id: string): Promise<Shopper> {
  const saving = shopper ? store.saveLine(ctx.sql, shopper.owner, item_id) : Promise.resolve(false)
  const detail = `at most ${maxSavedItems} products are saved for later`
  if (!(await within('saved_items_bound', detail, saving))) throw new Problem('not-found')
  return shopper!
}

/** Puts a saved product back into the cart, also one that cannot be bought just now: the cart says so. */
export async function moveToCart(ctx: Ctx, shopper: Shopper | undefined, item_id: string): Promise<Shopper> {
  const moving = shopper ? store.moveSavedToCart(ctx.sql, shopper.owner, item_id) : Promise.resolve(false)
  const detail = `a cart has at most ${maxCartLines} lines`
  if (!(await within('cart_items_lines', detail, moving))) throw new Problem('not-found')
  return shopper!
}

/** What a bound refuses, in words. */
async function within<T>(bound: string, detail: string, write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    if (!isCheckViolation(error, bound)) throw error
    throw new Problem('validation-failed', { errors: [{ pointer: 'params/item_id', detail }] })
  }
}
