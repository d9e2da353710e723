import {
  paymentAuthorised,
  paymentCaptured,
  paymentDeclined,
  paymentRefunded,
  paymentVoided,
  userErased,
} from '@shopfleet/contracts'
import { type Handler, on } from '@shopfleet/messaging'
import * as store from './store.ts'

export const handlers = (): Handler[] => [
  // A payment that was in doubt has become known: finish its order now rather than at the next try.
  ...[paymentAuthorised, paymentCaptured, paymentDeclined, paymentVoided].map(event =>
    on(event, async (tx, payment) => {
      await store.hasten(tx, payment.order_id)
    }),
  ),

  // Money given back by staff; what a cancellation gives back the cancellation itself records.
  on(paymentRefunded, async (tx, payment) => {
    const whole = payment.refunded_minor === payment.captured_minor
    await store.moveOrder(tx, payment.order_id, {
      from: {
        statuses: ['processing', 'shipped', 'delivered'],
        goals: ['none'],
        payment_statuses: whole ? ['paid', 'partially_refunded'] : ['paid'],
      },
      to: { payment_status: whole ? 'refunded' : 'partially_refunded' },
      note: 'money given back',
    })
  }),

  on(userErased, async (tx, { user_id }) => {
    await store.forgetUser(tx, user_id)
  }),
]
