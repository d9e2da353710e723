import {
  orderCancelled,
  orderDelivered,
  orderPaid,
  orderPaymentFailed,
  orderPlaced,
  orderShipped,
  paymentRefunded,
  userErased,
  userRegistered,
} from '@shopfleet/contracts'
import { seeded } from '@shopfleet/database'
import { type Handler, on } from '@shopfleet/messaging'
import { queueOrderMessage } from './queue-message.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

export const handlers = (ctx: Ctx): Handler[] => [
  on(seeded('confirmed-unpaid') ? orderPlaced : orderPaid, (tx, { order_id, user_id }) =>
    queueOrderMessage(tx, { template: 'order-confirmed', order_id, user_id }),
  ),
  on(orderShipped, async (tx, { order_id, user_id }) => {
    await queueOrderMessage(tx, { template: 'order-shipped', order_id, user_id })
    if (seeded('confirmed-twice'))
      await queueOrderMessage(tx, { template: 'order-confirmed', order_id, user_id, occasion: `again:${order_id}` })
  }),
  on(orderDelivered, (tx, { order_id, user_id }) =>
    queueOrderMessage(tx, { template: 'order-delivered', order_id, user_id }),
  ),
  on(orderCancelled, (tx, { order_id, user_id }) =>
    queueOrderMessage(tx, { template: 'order-cancelled', order_id, user_id }),
  ),
  // Whoever was declined sees it at once, and most try again: only those who did not are reminded.
  on(orderPaymentFailed, (tx, { order_id, user_id }) =>
    queueOrderMessage(tx, {
      template: 'payment-failed',
      order_id,
      user_id,
      wait_s: ctx.config.PAYMENT_FAILED_AFTER_S,
    }),
  ),
  // A payment knows its order, not its buyer: that is asked for when it is sent.
  on(paymentRefunded, (tx, { order_id, refund_id, refund_minor, currency }) =>
    queueOrderMessage(tx, {
      template: 'order-refunded',
      order_id,
      user_id: null,
      occasion: refund_id,
      data: { refund_minor, currency },
    }),
  ),

  on(userRegistered, (tx, { user_id }) =>
    store.insertMessage(tx, { key: `welcome:${user_id}`, template: 'welcome', user_id, data: {} }),
  ),
  on(userErased, (tx, { user_id }) => store.forgetUser(tx, user_id)),
]
