import {
  paymentAuthorised,
  paymentCaptured,
  paymentDeclined,
  paymentRefunded,
  paymentVoided,
  userErased,
} from '@shopfleet/contracts'
import { type Handler, on, onMany } from '@shopfleet/messaging'
import { hastenRefund } from './refunds/refund-store.ts'
import * as store from './store.ts'

export const handlers = (): Handler[] => [
  // A payment that was in doubt has become known: finish its order now rather than at the next try.
  ...onMany([paymentAuthorised, paymentCaptured, paymentDeclined, paymentVoided], (tx, payments) =>
    store.hasten(
      tx,
      payments.map(payment => payment.order_id),
    ),
  ),

  // Money given back by staff shows at once; what a cancellation gives back the cancellation itself records.
  on(paymentRefunded, async (tx, payment) => {
    await store.noteRefund(tx, payment.order_id, payment.refunded_minor)
    await store.hasten(tx, [payment.order_id])
    await hastenRefund(tx, payment.refund_id)
  }),

  on(userErased, async (tx, { user_id }) => {
    await store.forgetUser(tx, user_id)
  }),
]
