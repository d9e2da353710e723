import {
  type EventMessage,
  type OrderStatus,
  orderCancelled,
  orderDelivered,
  orderPaid,
  orderPaymentFailed,
  orderPlaced,
  orderRefunded,
  orderShipped,
  type PayloadOf,
} from '@shopfleet/contracts'
import type { Tx } from '@shopfleet/database'
import type { Learnt } from '@shopfleet/messaging'
import { totalsOf } from './order.ts'
import * as store from './relearn-store.ts'

/*
 * Makes good what this database does not know of its own events: it was set back in time, and the orders of the lost
 * time were acknowledged. What they do not carry is lost: e-mail, address, and the key of the request (see
 * docs/decisions/0012). Nobody is charged by it: an order without a known end waits, and the reconciler looks for its money.
 */

/** How far an order is by each event; one that is as far knows it. */
const reached: Record<string, OrderStatus> = {
  [orderPaid.name]: 'processing',
  [orderShipped.name]: 'shipped',
  [orderDelivered.name]: 'delivered',
  [orderCancelled.name]: 'cancelled',
}
const before: Partial<Record<OrderStatus, OrderStatus[]>> = {
  processing: ['pending'],
  shipped: ['pending', 'processing'],
  delivered: ['pending', 'processing', 'shipped'],
  cancelled: ['pending', 'processing'],
}

export async function relearn(tx: Tx, messages: EventMessage[]): Promise<Learnt[]> {
  const telling: ReadonlySet<string> = new Set([
    orderPlaced.name,
    orderPaymentFailed.name,
    orderRefunded.name,
    ...Object.keys(reached),
  ])
  const said = messages.filter(message => telling.has(message.name))
  if (said.length === 0) return []
  const ids = [...new Set(said.map(message => message.aggregate_id))]
  const statusOf = new Map((await store.listKnown(tx, ids)).map(row => [row.id, row.status]))
  const learnt: Learnt[] = []
  const note = ({ aggregate_id, name }: EventMessage, how: string | null, evidence: object = {}) =>
    learnt.push({ aggregate_id, event_name: name, how, evidence })
  const made = new Set<string>()
  let highest = 0

  for (const message of said) {
    const id = message.aggregate_id
    const known = statusOf.get(id)
    if (message.name === orderPlaced.name) {
      if (known) continue
      const order = message.payload as PayloadOf<typeof orderPlaced>
      await store.insertLearnt(tx, { ...readPlaced(order), id, placed_at: message.occurred_at })
      statusOf.set(id, 'pending')
      made.add(id)
      highest = Math.max(highest, Number(/\d+$/.exec(order.number)?.[0] ?? 0))
      note(message, 'made the order again as it was placed', { lost: ['email', 'shipping_address', 'idempotency_key'] })
      continue
    }
    if (message.name === orderPaymentFailed.name) {
      // The next card is another attempt: under the number of this one the payment service would answer what came of it.
      if (made.has(id)) await store.noteFailedAttempt(tx, id)
      continue
    }
    if (message.name === orderRefunded.name) {
      const refund = message.payload as PayloadOf<typeof orderRefunded>
      if (known && (await store.insertLearntRefund(tx, refund, message.occurred_at)))
        note(message, 'noted what was given back')
      continue
    }
    const status = reached[message.name]!
    if (!known) note(message, null, { why: 'order.placed of it is no longer on the bus' })
    else if (before[status]!.includes(known)) {
      const { reason, refused = false } = message.payload as { reason?: string; refused?: boolean }
      const paid = message.name === orderPaid.name
      const moved = await store.moveOn(tx, id, {
        from: before[status]!,
        status,
        payment_status: paid ? 'paid' : null,
        cancel_reason: status === 'cancelled' ? (reason ?? 'cancelled') : null,
        refused,
        outcome: paid ? 'paid' : null,
      })
      if (moved) note(message, `brought the order from ${known} to ${status}`)
      statusOf.set(id, status)
    }
  }
  if (highest > 0) await store.passNumber(tx, highest)
  return learnt
}

/** The order in the event. What an event of an older version does not carry is filled in so that it still adds up. */
function readPlaced(order: PayloadOf<typeof orderPlaced>): Omit<store.LearntOrder, 'id' | 'placed_at'> {
  const lines = order.items.map(item => ({
    product_id: item.product_id,
    sku: item.sku ?? 'unknown',
    product_name: item.product_name ?? 'unknown',
    quantity: item.quantity,
    price_minor: item.price_minor,
    subtotal_minor: item.quantity * item.price_minor,
  }))
  const { subtotal_minor } = totalsOf(lines)
  const rest = order.total_minor - subtotal_minor
  return {
    number: order.number,
    user_id: order.user_id,
    cart_id: order.cart_id,
    currency: order.currency,
    paid_at_once: order.paid_at_once ?? true,
    lines,
    subtotal_minor,
    discount_minor: order.discount_minor ?? Math.max(0, -rest),
    shipping_minor: order.shipping_minor ?? Math.max(0, rest),
    tax_minor: order.tax_minor ?? 0,
    total_minor: order.total_minor,
    coupon_code: order.coupon_code ?? null,
  }
}
