import { maxStock, Problem, type Stock } from '@shopfleet/contracts'
import { isUniqueViolation, transaction } from '@shopfleet/database'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/** Sets what is on hand, as a stock take does: a movement of the difference, never below what is reserved. */
export async function setOnHand(ctx: Ctx, product_id: string, on_hand: number): Promise<Stock> {
  return transaction(ctx.sql, async tx => {
    const stock = await store.lockStock(tx, product_id)
    if (!stock) throw new Problem('not-found')
    if (on_hand < stock.reserved) throw belowReserved(stock)
    if (on_hand !== stock.on_hand)
      await store.moveStock(tx, { product_id, delta: on_hand - stock.on_hand, reason: 'stock take' })
    return (await store.findStock(tx, product_id))!
  })
}

/** Sets what can be ordered; what is reserved stays on top of it. */
export async function setAvailable(ctx: Ctx, product_id: string, available: number): Promise<Stock> {
  return transaction(ctx.sql, async tx => {
    const stock = await store.lockStock(tx, product_id)
    if (!stock) throw new Problem('not-found')
    const delta = available - stock.available
    if (delta !== 0) await store.moveStock(tx, { product_id, delta, reason: 'set in the catalogue' })
    return (await store.findStock(tx, product_id))!
  })
}

/** Adds to or takes from what is on hand; with a key, once. */
export async function adjust(
  ctx: Ctx,
  product_id: string,
  { delta, reason, idempotency_key }: { delta: number; reason: string; idempotency_key?: string },
): Promise<store.MovementRow> {
  const request = { delta, reason }
  try {
    const movement = await store.moveStock(ctx.sql, {
      product_id,
      delta,
      reason,
      most: maxStock,
      idempotency_key,
      request,
    })
    if (movement) return movement
  } catch (error) {
    if (!isUniqueViolation(error, 'movements_once')) throw error
  }
  if (idempotency_key) {
    const before = await store.findMovementByKey(ctx.sql, product_id, idempotency_key)
    if (before) {
      const { request: asked, ...movement } = before
      const { delta: askedDelta, reason: askedReason } = asked as typeof request
      if (askedDelta !== delta || askedReason !== reason) throw new Problem('idempotency-key-reused')
      return movement
    }
  }
  const stock = await store.findStock(ctx.sql, product_id)
  if (!stock) throw new Problem('not-found')
  if (delta < 0) throw belowReserved(stock)
  const detail = `there are ${stock.on_hand}, and at most ${maxStock} can be`
  throw new Problem('validation-failed', { errors: [{ pointer: '/delta', detail }] })
}

function belowReserved(stock: Stock): Problem {
  return new Problem('stock-below-reserved', {
    detail: `${stock.reserved} of ${stock.on_hand} are reserved for orders.`,
    on_hand: stock.on_hand,
    reserved: stock.reserved,
  })
}
