import {
  cartAbandoned,
  orderCancelled,
  orderDelivered,
  orderPaid,
  orderPaymentFailed,
  orderPlaced,
  orderShipped,
  paymentRefunded,
  settingsChanged,
  userErased,
  userRegistered,
  wishlistBackInStock,
  wishlistPriceDropped,
} from '@shopfleet/contracts'
import { seeded } from '@shopfleet/database'
import { type Handler, on, onMany } from '@shopfleet/messaging'
import { queueOrderMessage, queueOrderMessages, queueWishlistNews } from './queue-message.ts'
import type { Ctx } from './service.ts'
import { saveShop } from './shop-store.ts'
import * as store from './store.ts'

export const handlers = (ctx: Ctx): Handler[] => [
  ...onMany([seeded('confirmed-unpaid') ? orderPlaced : orderPaid], (tx, _orders, messages) =>
    queueOrderMessages(
      tx,
      messages.map(({ payload: { order_id, user_id }, correlation_id, traceparent }) => {
        return { template: 'order-confirmed', order_id, user_id, correlation_id, traceparent }
      }),
    ),
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
      data: { refund_id, refund_minor, currency },
    }),
  ),

  on(userRegistered, (tx, { user_id }) =>
    store.insertMessages(tx, [{ key: `welcome:${user_id}`, template: 'welcome', user_id, data: {} }]),
  ),
  // The review service has decided that it is worth a message; one is made of each that was said.
  ...onMany([wishlistBackInStock], (tx, news, messages) => queueWishlistNews(tx, 'back-in-stock', news, messages)),
  ...onMany([wishlistPriceDropped], (tx, news, messages) => queueWishlistNews(tx, 'price-dropped', news, messages)),
  // Only to those who asked for it. What is in the cart by then is asked for when it is sent.
  ...onMany([cartAbandoned], (tx, carts, messages) =>
    store.insertCartReminders(
      tx,
      carts.map((cart, i) => ({ ...cart, correlation_id: messages[i]!.correlation_id })),
    ),
  ),
  on(settingsChanged, saveShop),
  on(userErased, (tx, { user_id }) => store.forgetUser(tx, user_id)),
]
