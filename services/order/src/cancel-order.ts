import { Problem, Unavailable } from '@shopfleet/contracts'
import { drive } from './checkout.ts'
import { statusesBefore } from './order.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/**
 * Cancels an order that has not been shipped: money back, stock back. Once it is written down it will happen; the
 * answer may come before the provider has confirmed it. Repeating it changes nothing.
 */
export async function cancelOrder(ctx: Ctx, order: store.OrderRow, reason: string): Promise<store.OrderRow> {
  if (order.status === 'cancelled' || order.goal === 'cancel') return order
  const turned = await store.moveOrder(ctx.sql, order, {
    from: { statuses: statusesBefore('cancelled'), goals: ['none', 'hold', 'pay'] },
    to: { goal: 'cancel', cancel_reason: reason, due_in_s: ctx.config.DRIVE_LEASE_MS / 1000 },
    // For a request that is placing or paying it just now.
    answer: new Problem('order-not-payable', { detail: 'The order was cancelled meanwhile.', order_id: order.id }),
  })
  if (!turned) {
    const now = (await store.findOrder(ctx.sql, order.id))!
    if (now.status === 'cancelled' || now.goal === 'cancel') return now
    throw new Problem('transition-not-allowed', {
      detail: `An order that is ${now.status} cannot be cancelled.`,
      from: now.status,
      to: 'cancelled',
    })
  }
  try {
    return (await drive(ctx, turned)).order
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    await store.postpone(ctx.sql, order.id, 1)
    return (await store.findOrder(ctx.sql, order.id))!
  }
}
