import { type EventType, type OrderStatus, orderDelivered, orderShipped, Problem } from '@shopfleet/contracts'
import { cancelOrder } from './cancel-order.ts'
import { mayMove, statusesBefore } from './order.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/** Moves staff may make by hand. Paying is no such move: only a payment makes an order `processing`. */
const byHand: Partial<Record<OrderStatus, EventType>> = { shipped: orderShipped, delivered: orderDelivered }

export async function setStatus(ctx: Ctx, order: store.OrderRow, to: OrderStatus): Promise<store.OrderRow> {
  if (to === 'cancelled') return cancelOrder(ctx, order, 'cancelled by the shop')
  if (order.status === to) return order
  const event = byHand[to]
  const moved =
    event &&
    mayMove(order.status, to) &&
    (await store.moveOrder(ctx.sql, order, {
      from: { statuses: statusesBefore(to), goals: ['none'] },
      to: { status: to },
      event,
      // Who may speak of a product is who got it.
      with_items: to === 'delivered',
    }))
  if (moved) ctx.orders.told(to as 'shipped' | 'delivered')
  if (moved) return moved
  const now = (await store.findOrder(ctx.sql, order.id))!
  if (now.status === to) return now
  throw new Problem('transition-not-allowed', {
    detail: `An order that is ${now.status} cannot become ${to}${now.goal === 'cancel' ? ': it is being cancelled' : ''}.`,
    from: now.status,
    to,
  })
}
