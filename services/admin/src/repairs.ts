import {
  askProviderAgain,
  balanceStock,
  captureForOrder,
  closeCartOfOrder,
  closePayments,
  commitReservation,
  everyService,
  type FindingKind,
  finishCancelling,
  noteOrderRefund,
  Problem,
  readOrderFacts,
  readPaymentFacts,
  readReservationFacts,
  readShownStock,
  releaseReservation,
  resayOrderPaid,
  resayStock,
  reserveStock,
  restockRefunds,
  resumeOrder,
  type ServiceName,
} from '@shopfleet/contracts'
import { traceOfCancelling } from './difference.ts'
import type { Ctx } from './service.ts'
import type { FindingRow } from './store.ts'

/** Thrown by a repair that would do harm, or has done what it can. Its message tells people what to do. */
export class LeftToStaff extends Error {}

/** Repairs one finding through the verbs of the shop, each of which may be repeated. Answers what was done, in words. */
type Repair = (ctx: Ctx, finding: FindingRow) => Promise<string>

const factsOf = async (ctx: Ctx, id: string) => ({
  order: (await ctx.call(readOrderFacts, { body: { ids: [id] } })).items[0],
  payment: (await ctx.call(readPaymentFacts, { body: { ids: [id] } })).items[0],
})
const orderOf = async (ctx: Ctx, id: string) => {
  const { order, payment } = await factsOf(ctx, id)
  if (!order) throw new LeftToStaff('The order has gone since. Look at it again at the next comparison.')
  return { order, payment }
}
/** The order may have been learnt again since it was missed: then nothing of it may be undone. */
async function assertNoOrder(ctx: Ctx, id: string): Promise<void> {
  if ((await factsOf(ctx, id)).order) throw new Error('the order is known again')
}

/** Sends and hears what waits; a log that was set back is read from its beginning, and the inbox passes over what is known. */
const hasten: Repair = async (ctx, { subject }) => {
  const service = subject.split('/')[0] as ServiceName
  const { done, rewound } = await ctx.call(everyService(service).hastenMessaging, {})
  return `had ${done} events sent or heard${rewound.length > 0 ? `, ${rewound.join(', ')} from the beginning` : ''}`
}

export const repairs: Partial<Record<FindingKind, Repair>> = {
  'outbox-stuck': hasten,
  'consumer-behind': hasten,
  'consumer-ahead': hasten,

  async 'paid-not-captured'(ctx, { subject: id }) {
    await ctx.call(askProviderAgain, { body: { id } })
    const { order, payment } = await orderOf(ctx, id)
    const captured = payment?.captured_minor ?? 0
    const refunded = payment?.refunded_minor ?? 0
    if (captured === order.total_minor && refunded > order.refunded_minor) {
      await ctx.call(noteOrderRefund, { params: { id }, body: { refunded_minor: refunded } })
      return 'noted at the order what was given back'
    }
    if (captured === order.total_minor && refunded === order.refunded_minor) return "followed the provider's book"
    if (captured === 0 && payment?.live?.status === 'authorised' && payment.live.amount_minor === order.total_minor) {
      await ctx.call(captureForOrder, { params: { id: payment.live.id } })
      return 'captured what was authorised'
    }
    throw new LeftToStaff(
      'The provider has not taken what the order says was paid. If the goods have not left, cancel the order; otherwise ' +
        'ask the customer to pay again. Nothing is charged by itself.',
    )
  },

  async 'money-of-undone-order'(ctx, { subject: order_id }) {
    await ctx.call(closePayments, { body: { order_id, reason: 'the order was cancelled' } })
    return 'closed the payments: let go of what was held, gave back what was captured'
  },

  async 'payment-without-order'(ctx, { subject: order_id }) {
    await assertNoOrder(ctx, order_id)
    await ctx.call(closePayments, { body: { order_id, reason: 'there is no such order' } })
    return 'gave the money back: the order could not be learnt again'
  },

  async 'captured-but-unpaid'(ctx, { subject: id, evidence }) {
    const { payment } = await orderOf(ctx, id)
    const attempt = payment?.live?.attempt ?? Number(evidence.attempt)
    const { done } = await ctx.call(resumeOrder, { params: { id }, body: { attempt } })
    return done ? 'took the order up again: its payment is known, so nothing is charged' : 'the order had moved on'
  },

  async 'reservation-without-order'(ctx, { subject: order_id }) {
    await assertNoOrder(ctx, order_id)
    await ctx.call(releaseReservation, { params: { order_id } })
    return 'gave the stock free'
  },

  async 'stock-of-undone-order'(ctx, { subject: order_id }) {
    await ctx.call(releaseReservation, { params: { order_id } })
    return 'gave the stock back'
  },

  async 'paid-without-stock'(ctx, { subject: order_id }) {
    const { order } = await orderOf(ctx, order_id)
    try {
      await ctx.call(reserveStock, { body: { order_id, items: order.items, expires_in_s: 300 } })
      await ctx.call(commitReservation, { params: { order_id } })
      return 'sold the stock of the order'
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const why = error.problem === 'out-of-stock' ? 'There is not enough left' : 'Its reservation was given back'
      throw new LeftToStaff(
        `${why}, so the stock of this paid order cannot be booked. Deliver from elsewhere and adjust the stock, or cancel ` +
          'the order: then the money goes back.',
      )
    }
  },

  async 'returned-stock-differs'(ctx, { subject: id }) {
    const { done } = await ctx.call(restockRefunds, { body: { id } })
    if (done) return 'had the goods of its refunds come into stock'
    throw new LeftToStaff(
      'More came back into stock than its refunds say, or its stock does not know the units. Look at the refunds of the order ' +
        'and at the movements of its products, count, and set the stock.',
    )
  },

  async 'cancellation-forgotten'(ctx, { subject: id }) {
    const { order, payment } = await orderOf(ctx, id)
    const [reservation] = (await ctx.call(readReservationFacts, { body: { ids: [id] } })).items
    if (!traceOfCancelling({ order_id: id, payment, reservation })) throw new Error('nothing of it is undone any more')
    if (order.status === 'shipped' || order.status === 'delivered')
      throw new LeftToStaff(
        'The goods left although the order was being cancelled, and the money went back. Ask the customer for the one or ' +
          'the other.',
      )
    const { done } = await ctx.call(finishCancelling, { params: { id } })
    return done ? 'cancelled the order: its cancellation had begun, and was forgotten' : 'it was cancelled already'
  },

  async 'cart-of-order-open'(ctx, { evidence }) {
    await ctx.call(closeCartOfOrder, { body: { id: String(evidence.cart_id) } })
    return 'marked the cart as ordered'
  },

  async 'confirmation-missing'(ctx, { subject: id }) {
    await ctx.call(resayOrderPaid, { body: { id } })
    return 'said order.paid again'
  },

  async 'ledger-of-order-differs'(ctx, { subject: id }) {
    await ctx.call(askProviderAgain, { body: { id } })
    const { payment } = await factsOf(ctx, id)
    if (payment && payment.ledger_minor === payment.captured_minor - payment.refunded_minor)
      return 'booked what was missing'
    throw new LeftToStaff(
      'The ledger says something else than the payments, and not for an entry that is missing. The ledger is append-only: ' +
        'compare the entries of this order with the provider, then book the correction.',
    )
  },

  async 'stock-differs'(ctx, { subject: id }) {
    await ctx.call(balanceStock, { body: { id } })
    return 'booked the difference as a movement and counted what is held anew'
  },

  async 'page-stock-differs'(ctx, { subject: id }) {
    const [shown] = (await ctx.call(readShownStock, { body: { ids: [id] } })).items
    await ctx.call(resayStock, { body: { id, above_revision: shown?.revision ?? 0 } })
    return 'said the stock again'
  },
}

/** What people should do about what no machine should. */
export const advice: Partial<Record<FindingKind, string>> = {
  'dead-letters-open': 'Look at the dead letters of the service: mend and replay them, or discard what is of no use.',
  'order-stuck':
    'The order service drives it every minute and does not get it to an end: its log has the reason under the id of the ' +
    'order. Cancelling it undoes everything.',
  'stock-lines-differ':
    'The order and its reservation speak of other units. Count the products and set the stock; the order stands.',
  'cart-without-order':
    'The order of this cart is lost, with what the customer wrote. Look for a payment or a message of it; the customer ' +
    'can order again with a new cart.',
  'ledger-differs':
    'No single payment differs, but the sum does. The payment service goes on comparing; look for strangers at the provider.',
  'provider-stranger':
    "Look the payment up in the provider's office. If it is not of this shop, nothing is to be done; if it is, give it back there.",
  'stock-without-product':
    'The catalogue has lost the product: create it again with the same id by an import, or set its stock to zero.',
  'event-without-aggregate': 'The service has lost it and its events do not carry enough to make it again.',
}

/** Kinds whose repair takes something away from what may only be unknown for a while. */
export const undoing: ReadonlySet<FindingKind> = new Set(['payment-without-order', 'reservation-without-order'])
