import { transaction } from '@shopfleet/database'
import * as facts from './reconcile-store.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/**
 * Makes a product's books agree with its stock: sales go by on hand, so the movements get the difference, written as
 * such; what is reserved is counted from the reservations that hold. Answers whether anything differed.
 */
export async function balanceStock(ctx: Ctx, product_id: string): Promise<boolean> {
  return transaction(ctx.sql, async tx => {
    if (!(await store.lockStock(tx, product_id))) return false
    const { on_hand, reserved, moved, held } = await facts.sumStock(tx, product_id)
    if (on_hand !== moved) await facts.insertDifference(tx, product_id, on_hand - moved, on_hand)
    const recounted = reserved !== held && (await facts.setReserved(tx, product_id, held))
    return on_hand !== moved || recounted
  })
}
