import { isUniqueViolation } from '@shopfleet/database'
import { type Line, mergeLines } from './reservation.ts'
import type { Ctx } from './service.ts'
import { returnLines } from './store.ts'

/**
 * Takes units of a sold order back into stock, once for a key: of each line at most what was sold and is not back yet.
 * Nothing of an order whose stock is not sold, or was given back as a whole. Answers how many units moved.
 */
export async function returnStock(ctx: Ctx, order_id: string, key: string, items: Line[]): Promise<number> {
  try {
    return await returnLines(ctx.sql, order_id, key, mergeLines(items))
  } catch (error) {
    // The same call at the same time was first.
    if (isUniqueViolation(error, 'movements_once')) return 0
    throw error
  }
}
