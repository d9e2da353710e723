import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { Amount, Currency, Id, IdParams, maxAmount, nullable, Timestamp } from './fields.ts'
import { maxMinor, sliceOf } from './money.ts'
import { operation } from './operation.ts'
import { maxOrderLines, orderFacts } from './order.ts'

/** Refunds of an order: of lines, of an amount beside them, or both. */

export const orderRefundStates = ['asked', 'made', 'refused'] as const

export const OrderRefund = Type.Object({
  id: Id,
  order_id: Id,
  status: Type.Enum([...orderRefundStates], {
    description: '`asked` until the provider has confirmed it and what comes back is in stock',
  }),
  amount: Amount,
  currency: Currency,
  lines: Type.Array(
    Type.Object({
      item_id: Id,
      product_name: Type.String(),
      quantity: Type.Integer(),
      amount: Amount,
    }),
  ),
  is_restocked: Type.Boolean({ description: 'What was given back is in stock again' }),
  reason: nullable(Type.String({ description: 'Null unless staff ask' })),
  created_at: Timestamp,
})
export type OrderRefund = Static<typeof OrderRefund>

export const refundOrder = operation({
  service: 'order',
  name: 'refundOrder',
  method: 'POST',
  path: '/api/orders/:id/refunds',
  auth: { staff: 'payments' },
  summary: 'Give back lines of an order, or an amount',
  description: `Of a line comes back what was paid for it: its share of the discount is taken off, rounded so that all parts
together are exactly what was paid. \`amount\` comes beside the lines: shipping, or for a dent; below zero it is kept back of
them. 201 when it is made, 202 while the provider has not confirmed: it is asked on until it is known.`,
  params: IdParams,
  body: Type.Object(
    {
      lines: Type.Optional(
        Type.Array(
          Type.Object(
            { item_id: Id, quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }) },
            { additionalProperties: false },
          ),
          { maxItems: maxOrderLines },
        ),
      ),
      amount: Type.Optional(
        Type.Number({ minimum: -maxAmount, maximum: maxAmount, description: 'Beside the lines, in major units' }),
      ),
      expected_total: Type.Optional(
        Type.Number({
          minimum: 0,
          maximum: maxAmount,
          description:
            'What it came to when it was looked at: if it is another by now, it is refused as changed-meanwhile',
        }),
      ),
      restock: Type.Optional(
        Type.Boolean({ default: false, description: 'The goods of the lines are in stock again' }),
      ),
      reason: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    },
    { additionalProperties: false },
  ),
  replies: { 201: OrderRefund, 202: OrderRefund },
  problems: ['not-found', 'payment-not-allowed', 'refund-exceeds-captured', 'changed-meanwhile', 'validation-failed'],
  idempotent: true,
  example: { body: { amount: 5, reason: 'a dent in the corner' } },
})

export const listOrderRefunds = operation({
  service: 'order',
  name: 'listOrderRefunds',
  method: 'GET',
  path: '/api/orders/:id/refunds',
  auth: 'guest',
  summary: 'What was given back of an order, by line',
  description: 'Those that were refused are shown to staff only.',
  params: IdParams,
  replies: { 200: Type.Object({ items: Type.Array(OrderRefund) }) },
  problems: ['not-found'],
})

/** A refund for the message about it. None: the money went back otherwise, without the order's doing. */
export const readOrderRefund = operation({
  service: 'order',
  name: 'readOrderRefund',
  method: 'GET',
  path: '/internal/orders/refunds/:id',
  auth: { service: ['notification'] },
  summary: 'A refund, for the message about it',
  params: IdParams,
  replies: { 200: Type.Object({ refund: nullable(OrderRefund) }) },
})

/** A refund as a step of `refundOrder`. The id is the key: repeating it answers what is known. */
export const refundForOrder = operation({
  service: 'payment',
  name: 'refundForOrder',
  method: 'PUT',
  path: '/internal/payments/refunds/:id',
  auth: { service: ['order'] },
  summary: 'Give money of an order back, once for an id',
  params: IdParams,
  body: Type.Object(
    {
      order_id: Id,
      amount_minor: Type.Integer({ minimum: 1, maximum: maxMinor }),
      reason: nullable(Type.String({ maxLength: 200 })),
    },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      status: Type.Enum(['pending', 'succeeded', 'failed'], { description: '`pending`: ask again' }),
      refunded_minor: Type.Integer({ description: 'Of the order, in all' }),
    }),
  },
  problems: ['payment-not-allowed', 'refund-exceeds-captured', 'idempotency-key-reused'],
})

/** Units of a line that was sold come back into stock. Keyed: repeating it moves nothing. */
export const returnStock = operation({
  service: 'inventory',
  name: 'returnStock',
  method: 'PUT',
  path: '/internal/inventory/reservations/:order_id/returns/:key',
  auth: { service: ['order'] },
  summary: 'Take units of a sold order back into stock, once for a key',
  description: 'Never more than were sold, and none of an order whose stock was given back as a whole.',
  params: Type.Object({ order_id: Id, key: Id }),
  body: Type.Object(
    {
      items: Type.Array(
        Type.Object(
          { product_id: Id, quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }) },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: maxOrderLines },
      ),
    },
    { additionalProperties: false },
  ),
  replies: { 200: Type.Object({ units: Type.Integer({ description: 'That this call moved' }) }) },
})

/** `items` by product: an order that is made again from its events has other ids of its items. */
export const orderRefunded = event({
  service: 'order',
  name: 'order.refunded',
  version: 1,
  schema: Type.Object({
    ...orderFacts,
    refund_id: Id,
    refund_minor: Type.Integer(),
    items: Type.Array(Type.Object({ product_id: Id, quantity: Type.Integer(), amount_minor: Type.Integer() })),
    restocked: Type.Boolean(),
  }),
  summary: 'Lines of an order, or an amount, were given back',
})

/** A line as far as its refunds go; amounts in minor units. */
export interface RefundableLine {
  quantity: number
  /** What was paid for the whole line. */
  paid_minor: number
  refunded_quantity: number
  refunded_minor: number
}

/**
 * What `quantity` more units of a line come to. It is what they bring the line to, less what was given back of it before:
 * so whatever was refused on the way, a line that is given back whole comes to exactly what was paid for it.
 */
export function refundOfLine(line: RefundableLine, quantity: number): number {
  const to = line.refunded_quantity + quantity
  return Math.max(0, sliceOf(line.paid_minor, { from: 0, to, of: line.quantity }) - line.refunded_minor)
}
