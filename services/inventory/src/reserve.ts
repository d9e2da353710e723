import { Problem, type Reservation } from '@shopfleet/contracts'
import { isUnavailable, isUniqueViolation } from '@shopfleet/database'
import { type Line, mergeLines } from './reservation.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/**
 * Holds stock for an order until a deadline, or sells it at once; all lines or none. The order is the key: whoever repeats
 * it gets what is. Its undo is `release`.
 */
export async function reserve(
  ctx: Ctx,
  order_id: string,
  items: Line[],
  { expires_in_s, sell = false }: { expires_in_s: number; sell?: boolean },
): Promise<Reservation> {
  const lines = mergeLines(items)
  let short: store.Short[] = []
  try {
    const result = await store.insertReservation(ctx.sql, order_id, lines, { expires_in_s, sell })
    if (result.outcome === 'held')
      return { order_id, status: sell ? 'committed' : 'held', expires_at: result.expires_at }
    if (result.outcome === 'short') short = result.short
  } catch (error) {
    // Two at once for one order: the other one won, and the whole of this one was undone.
    if (!isUniqueViolation(error)) throw error
  }
  // Too little may be left because the other one of two at once took it for this very order.
  const existing = await store.findReservation(ctx.sql, order_id)
  if (!existing) {
    ctx.shortages.inc()
    throw outOfStock(lines, short)
  }
  if (existing.status === 'released') throw new Problem('reservation-closed')
  return existing
}

/**
 * Sells what is held: the units leave on_hand. After the deadline the stock may be someone else's, so it is taken
 * again if there is enough, and refused otherwise.
 */
export async function commit(ctx: Ctx, order_id: string): Promise<Reservation> {
  const committed = await store.commitHeld(ctx.sql, order_id)
  if (committed) return committed
  const existing = await store.findReservation(ctx.sql, order_id)
  if (!existing) throw new Problem('not-found')
  if (existing.status === 'committed') return existing
  if (existing.status === 'released') throw new Problem('reservation-closed')
  await store.closeReservation(ctx.sql, order_id, 'expired')
  const again = await store.commitExpired(ctx.sql, order_id)
  if (again) return again
  const now = await store.findReservation(ctx.sql, order_id)
  if (now?.status === 'committed') return now
  if (now?.status === 'released') throw new Problem('reservation-closed')
  ctx.shortages.inc()
  throw new Problem('out-of-stock', { detail: 'The reservation ran out and the stock has gone to someone else.' })
}

/** Gives back what the order holds or bought. Repeating it changes nothing. */
export async function release(ctx: Ctx, order_id: string): Promise<Reservation> {
  const released = await store.closeReservation(ctx.sql, order_id, 'released')
  if (released) return released
  await store.insertTombstone(ctx.sql, order_id)
  // A reservation that came in between the two is released like any other.
  return (
    (await store.closeReservation(ctx.sql, order_id, 'released')) ?? (await store.findReservation(ctx.sql, order_id))!
  )
}

/** Reservations one sweep looks at before it asks for more. */
const batch = 100

/** Lets go of all held stock whose deadline has passed. Answers how many reservations. */
export async function expireOverdue(ctx: Ctx): Promise<number> {
  let expired = 0
  for (let after: store.OverdueKey | undefined; ; ) {
    const overdue = await store.listOverdue(ctx.sql, batch, after)
    for (const { order_id } of overdue) if (await expire(ctx, order_id)) expired++
    if (overdue.length < batch) return expired
    after = overdue.at(-1)
  }
}

/** One that cannot be let go holds up no other: it is passed over and met again at the next sweep. */
async function expire(ctx: Ctx, order_id: string): Promise<boolean> {
  try {
    return (await store.closeReservation(ctx.sql, order_id, 'expired')) !== undefined
  } catch (error) {
    if (isUnavailable(error)) throw error
    ctx.metrics.errors.inc({ kind: 'expire reservations' })
    ctx.log.error({ orderId: order_id, error }, 'a reservation could not be let go')
    return false
  }
}

function outOfStock(lines: Line[], short: store.Short[]): Problem {
  const available = new Map(short.map(s => [s.product_id, s.available]))
  const items = lines
    .filter(line => available.has(line.product_id))
    .map(line => ({
      product_id: line.product_id,
      requested: line.quantity,
      available: available.get(line.product_id)!,
    }))
  return new Problem('out-of-stock', {
    detail: items.map(i => `${i.available} available, ${i.requested} wanted`).join('; '),
    items,
  })
}
