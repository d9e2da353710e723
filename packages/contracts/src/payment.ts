import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { Amount, Currency, Id, IdParams, nullable, PositiveAmount, page, pageQuery, Timestamp } from './fields.ts'
import { maxMinor } from './money.ts'
import { operation } from './operation.ts'
import { PaymentMethod } from './order.ts'

/** Money: payments at the provider, refunds, and the double-entry ledger. */

/**
 * `authorising` asked, no answer yet · `in_doubt` the provider did not answer: asked again until known.
 * A capture, void or refund that the provider did not confirm in time is answered with the status `in_doubt` as well,
 * while the payment itself stays where it is known to be; its event tells the end, and so does repeating the call.
 */
export const paymentStates = [
  'authorising',
  'in_doubt',
  'authorised',
  'captured',
  'declined',
  'voided',
  'refunded',
  'partially_refunded',
] as const
export type PaymentState = (typeof paymentStates)[number]

export const Payment = Type.Object({
  id: Id,
  order_id: Id,
  attempt: Type.Integer(),
  status: Type.Enum([...paymentStates]),
  amount: Amount,
  captured: Amount,
  refunded: Amount,
  currency: Currency,
  provider: Type.String(),
  provider_reference: nullable(Type.String()),
  decline_code: nullable(Type.String()),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Payment = Static<typeof Payment>

/**
 * Authorises one attempt to pay an order, or pays it at once. The key is (order_id, attempt): repeating it answers what is
 * known.
 * An order has at most one live payment; an order that was closed takes none.
 */
export const authorisePayment = operation({
  service: 'payment',
  name: 'authorisePayment',
  method: 'POST',
  path: '/api/payments',
  auth: { service: ['order'] },
  summary: 'Authorise a payment of an order',
  body: Type.Object(
    {
      order_id: Id,
      attempt: Type.Integer({ minimum: 1, maximum: 1000 }),
      amount_minor: Type.Integer({ minimum: 0, maximum: maxMinor }),
      currency: Currency,
      payment_method: PaymentMethod,
      capture: Type.Optional(
        Type.Boolean({ description: 'Takes the money at once. Only for an order whose stock is sold.' }),
      ),
    },
    { additionalProperties: false },
  ),
  replies: { 200: Payment },
  problems: ['payment-not-allowed', 'invalid-payment-method', 'validation-failed'],
  idempotent: true,
})

/** Ends all paying of an order: voids what is authorised, refunds what is captured, refuses what comes later. */
export const closePayments = operation({
  service: 'payment',
  name: 'closePayments',
  method: 'POST',
  path: '/internal/payments/close',
  auth: { service: ['order', 'admin'] },
  summary: 'Undo every payment of an order and take no more',
  body: Type.Object(
    { order_id: Id, reason: Type.String({ minLength: 1, maxLength: 200 }) },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      order_id: Id,
      settled: Type.Boolean({ description: 'False while the provider has not confirmed: ask again' }),
      captured_minor: Type.Integer(),
      refunded_minor: Type.Integer(),
    }),
  },
  idempotent: true,
})

export const capturePayment = operation({
  service: 'payment',
  name: 'capturePayment',
  method: 'POST',
  path: '/api/payments/:id/capture',
  auth: { staff: 'payments' },
  summary: 'Capture an authorised payment',
  params: IdParams,
  replies: { 200: Payment },
  problems: ['not-found', 'payment-not-allowed'],
  idempotent: true,
})

/**
 * The same as capturePayment, asked by the order service as a step of checkout. A payment that ended otherwise is
 * answered (`voided`, `declined`), not refused; `in_doubt` is not known yet: repeat it, or wait for payment.captured or
 * payment.voided. Refused (`payment-not-allowed`) when it is not authorised yet or its order was closed.
 */
export const captureForOrder = operation({
  ...capturePayment,
  name: 'captureForOrder',
  path: '/internal/payments/:id/capture',
  auth: { service: ['order', 'admin'] },
})

export const voidPayment = operation({
  service: 'payment',
  name: 'voidPayment',
  method: 'POST',
  path: '/api/payments/:id/void',
  auth: { staff: 'payments' },
  summary: 'Let go of an authorised payment',
  params: IdParams,
  replies: { 200: Payment },
  problems: ['not-found', 'payment-not-allowed'],
  idempotent: true,
})

export const refundPayment = operation({
  service: 'payment',
  name: 'refundPayment',
  method: 'POST',
  path: '/api/payments/:id/refund',
  auth: { staff: 'payments' },
  summary: 'Give money back, all or in parts',
  description: 'Without `amount` all that is left. With an Idempotency-Key a repeated call refunds once.',
  params: IdParams,
  body: Type.Object(
    {
      amount: Type.Optional(PositiveAmount),
      currency: Type.Optional(Currency),
      reason: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    },
    { additionalProperties: false },
  ),
  body_optional: true,
  replies: { 200: Payment },
  problems: [
    'not-found',
    'payment-not-allowed',
    'refund-exceeds-captured',
    'wrong-currency',
    'request-in-progress',
    'validation-failed',
  ],
  idempotent: true,
  example: { body: { amount: 5 } },
})

export const getPayment = operation({
  service: 'payment',
  name: 'getPayment',
  method: 'GET',
  path: '/api/payments/:id',
  auth: { staff: 'payments' },
  summary: 'One payment',
  params: IdParams,
  replies: { 200: Payment },
  problems: ['not-found'],
})

export const listPayments = operation({
  service: 'payment',
  name: 'listPayments',
  method: 'GET',
  path: '/api/payments',
  auth: { staff: 'payments' },
  summary: 'Payments, newest first',
  query: Type.Object({ ...pageQuery, order_id: Type.Optional(Id) }, { additionalProperties: false }),
  replies: { 200: page(Payment) },
  problems: ['invalid-cursor'],
})

export const PaymentStep = Type.Object({
  at: Timestamp,
  payment_id: Id,
  attempt: Type.Integer(),
  step: Type.Enum(
    [
      'asked',
      'silent',
      'in_doubt',
      'authorised',
      'declined',
      'voided',
      'captured',
      'refund_asked',
      'refunded',
      'refund_refused',
    ],
    { description: '`silent`: the provider was asked, and did not answer' },
  ),
  amount: Amount,
  currency: Currency,
  reason: nullable(Type.String({ description: 'Why it was declined, is given back, or was not answered' })),
  times: Type.Integer({ description: 'How often: of silence' }),
})
export type PaymentStep = Static<typeof PaymentStep>

export const listPaymentSteps = operation({
  service: 'payment',
  name: 'listPaymentSteps',
  method: 'GET',
  path: '/api/payments/steps',
  auth: { staff: 'payments' },
  summary: 'What happened to the payments of an order, oldest first',
  query: Type.Object({ order_id: Id }, { additionalProperties: false }),
  replies: { 200: Type.Object({ items: Type.Array(PaymentStep) }) },
})

export const receiveWebhook = operation({
  service: 'payment',
  name: 'receiveWebhook',
  load: 'checkout',
  limit: 'webhook',
  method: 'POST',
  path: '/api/payments/webhooks/:provider',
  auth: 'public',
  summary: 'What the provider tells us; its signature is checked',
  params: Type.Object({ provider: Type.String({ pattern: '^[a-z]{2,20}$' }) }),
  body: Type.Object(
    {
      id: Type.String({ maxLength: 100 }),
      type: Type.String({ maxLength: 100 }),
      payment: Type.Optional(
        Type.Object(
          {
            id: Type.String({ maxLength: 200 }),
            key: Type.String({ maxLength: 200 }),
            status: Type.String({ maxLength: 100 }),
            decline_code: Type.Optional(Type.String({ maxLength: 100 })),
            amount: Type.Integer({ minimum: 0, maximum: maxMinor }),
            currency: Type.String({ maxLength: 10 }),
            captured: Type.Integer({ minimum: 0, maximum: maxMinor }),
            refunded: Type.Integer({ minimum: 0, maximum: maxMinor }),
          },
          { additionalProperties: true, maxProperties: 50 },
        ),
      ),
    },
    { additionalProperties: true, maxProperties: 50 },
  ),
  replies: { 200: Type.Object({ received: Type.Boolean() }) },
  problems: ['invalid-signature', 'not-found'],
})

export const LedgerEntry = Type.Object({
  id: Id,
  transaction_id: Id,
  account: Type.String(),
  amount: Amount,
  currency: Currency,
  payment_id: Id,
  order_id: Id,
  kind: Type.String(),
  created_at: Timestamp,
})

export const listLedger = operation({
  service: 'payment',
  name: 'listLedger',
  method: 'GET',
  path: '/api/payments/ledger',
  auth: { staff: 'payments' },
  summary: 'Entries of the ledger, newest first, and what they add up to',
  description: 'Debits are positive, credits negative; each transaction adds up to zero.',
  query: Type.Object(
    {
      ...pageQuery,
      account: Type.Optional(Type.String({ pattern: '^[a-z_]{1,40}$' })),
      from: Type.Optional(Timestamp),
      to: Type.Optional(Timestamp),
    },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      items: Type.Array(LedgerEntry),
      next_cursor: nullable(Type.String()),
      balances: Type.Array(Type.Object({ account: Type.String(), currency: Currency, amount: Amount })),
    }),
  },
  problems: ['invalid-cursor'],
})

const paymentFacts = {
  payment_id: Id,
  order_id: Id,
  attempt: Type.Integer(),
  amount_minor: Type.Integer(),
  currency: Currency,
}
export const paymentAuthorised = event({
  service: 'payment',
  name: 'payment.authorised',
  version: 1,
  schema: Type.Object(paymentFacts),
  summary: 'The provider holds the money',
})
export const paymentDeclined = event({
  service: 'payment',
  name: 'payment.declined',
  version: 1,
  schema: Type.Object({ ...paymentFacts, decline_code: Type.String() }),
  summary: 'The provider said no',
})
export const paymentCaptured = event({
  service: 'payment',
  name: 'payment.captured',
  version: 1,
  schema: Type.Object(paymentFacts),
  summary: 'The money is ours',
})
export const paymentVoided = event({
  service: 'payment',
  name: 'payment.voided',
  version: 1,
  schema: Type.Object(paymentFacts),
  summary: 'An authorisation was let go',
})
export const paymentRefunded = event({
  service: 'payment',
  name: 'payment.refunded',
  version: 1,
  schema: Type.Object({
    ...paymentFacts,
    refund_id: Id,
    refund_minor: Type.Integer(),
    captured_minor: Type.Integer(),
    refunded_minor: Type.Integer({ description: 'All refunds of the payment so far' }),
  }),
  summary: 'Money went back',
})
