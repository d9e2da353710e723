import { type Static, Type } from 'typebox'
import { CouponCode, CouponProblem } from './coupon.ts'
import { event } from './event.ts'
import {
  Address,
  Amount,
  Currency,
  Email,
  Id,
  IdParams,
  maxAmount,
  nullable,
  page,
  pageQuery,
  Quantity,
  Timestamp,
} from './fields.ts'
import { operation } from './operation.ts'

/** Orders: checkout, history, status, cancel. */

export const orderStatuses = ['pending', 'processing', 'shipped', 'delivered', 'cancelled'] as const
export type OrderStatus = (typeof orderStatuses)[number]
export const paymentStatuses = [
  'unpaid',
  'authorised',
  'paid',
  'in_doubt',
  'failed',
  'refunded',
  'partially_refunded',
] as const
export type PaymentStatus = (typeof paymentStatuses)[number]

export const OrderItem = Type.Object({
  id: Id,
  product_id: Id,
  sku: Type.String(),
  product_name: Type.String(),
  quantity: Type.Integer(),
  price: Amount,
  subtotal: Amount,
  paid: Type.Number({ description: 'What was paid for the line: less its share of the discount, with its tax' }),
  refunded_quantity: Type.Integer({ description: 'Units that were given back' }),
  refunded: Type.Number({ description: 'What was given back for them' }),
})

export const Order = Type.Object({
  id: Id,
  number: Type.String({ description: 'For people: short, spoken on the telephone' }),
  user_id: nullable(Id),
  email: nullable(Type.String()),
  status: Type.Enum([...orderStatuses]),
  payment_status: Type.Enum([...paymentStatuses]),
  items: Type.Array(OrderItem),
  currency: Currency,
  subtotal: Amount,
  discount: Amount,
  shipping: Amount,
  tax: Amount,
  total: Amount,
  total_amount: Amount,
  refunded: Type.Number({ description: 'Given back so far, in all' }),
  coupon_code: nullable(Type.String({ description: 'Of the coupon that `discount` is of' })),
  shipping_address: nullable(Address),
  cart_id: nullable(Id),
  cancel_reason: nullable(Type.String()),
  refused: Type.Boolean({
    description: 'It was cancelled before anybody was told that there is such an order: out of stock, declined at once',
  }),
  expires_at: nullable(Timestamp),
  order_token: Type.Optional(
    Type.String({ description: 'Of a guest, only in the answer to the order: send it back as X-Order-Token' }),
  ),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Order = Static<typeof Order>

/** Lines one order may have. */
export const maxOrderLines = 100
export const PaymentMethod = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^[A-Za-z0-9_-]+$',
  description: "A token of the payment provider; the simulator's are tok_approve, tok_decline, …",
})

export const OrderLine = Type.Object({ product_id: Id, quantity: Quantity }, { additionalProperties: false })

export const PlaceOrder = Type.Object(
  {
    items: Type.Optional(Type.Array(OrderLine, { minItems: 1, maxItems: maxOrderLines })),
    product_id: Type.Optional(Id),
    quantity: Type.Optional(Quantity),
    cart_id: Type.Optional(Id),
    user_id: Type.Optional(Id),
    email: Type.Optional(Email),
    currency: Type.Optional(Currency),
    coupon_code: Type.Optional(CouponCode),
    expected_total: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: maxAmount,
        description: 'The total the shopper saw: another one is refused as price-changed',
      }),
    ),
    shipping_address: Type.Optional(Address),
    payment_method: Type.Optional(PaymentMethod),
  },
  { additionalProperties: false },
)

export const placeOrder = operation({
  service: 'order',
  name: 'placeOrder',
  load: 'checkout',
  method: 'POST',
  path: '/api/orders',
  auth: 'guest',
  demo_open: true,
  summary: 'Place an order',
  description: `From \`items\`, from one \`product_id\` with \`quantity\`, or from a \`cart_id\`. With \`payment_method\` it is paid at
once and answers 201 when it is paid, 202 when the provider has not said yet. Without, it is \`pending\` with its
stock held until \`expires_at\`. A guest gives \`email\` and keeps the \`order_token\` of the answer. A cart of a guest
is named by \`X-Cart-Token\` too. The coupon is \`coupon_code\`, else the cart's. Prices are the catalogue's. A refusal leaves nothing behind.`,
  body: PlaceOrder,
  replies: { 201: Order, 202: Order },
  problems: [
    'unknown-product',
    'not-for-sale',
    'out-of-stock',
    'payment-declined',
    'invalid-payment-method',
    'order-not-payable',
    'cart-empty',
    'cart-ordered',
    'not-found',
    'wrong-currency',
    'invalid-coupon',
    'price-changed',
    'unauthenticated',
    'forbidden',
    'validation-failed',
  ],
  idempotent: true,
  example: {
    body: {
      items: [{ product_id: '{product_id}', quantity: 1 }],
      email: 'ada@example.com',
      payment_method: 'tok_approve',
    },
  },
})

export const quoteOrder = operation({
  service: 'order',
  name: 'quoteOrder',
  load: 'checkout',
  method: 'POST',
  path: '/api/orders/quote',
  auth: 'guest',
  summary: 'Totals before buying',
  description:
    'A coupon that cannot be used refuses nothing here: `coupon_problem` says why, and nothing is taken off.',
  body: Type.Object(
    {
      items: Type.Optional(Type.Array(OrderLine, { minItems: 1, maxItems: maxOrderLines })),
      cart_id: Type.Optional(Id),
      currency: Type.Optional(Currency),
      coupon_code: Type.Optional(CouponCode),
    },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      items: Type.Array(
        Type.Object({
          product_id: Id,
          sku: Type.String(),
          product_name: Type.String(),
          quantity: Type.Integer(),
          price: Amount,
          subtotal: Amount,
        }),
      ),
      currency: Currency,
      subtotal: Amount,
      discount: Amount,
      shipping: Amount,
      tax: Amount,
      total: Amount,
      coupon: nullable(Type.Object({ code: Type.String(), description: Type.String() })),
      coupon_problem: nullable(CouponProblem),
    }),
  },
  problems: [
    'unknown-product',
    'not-for-sale',
    'cart-empty',
    'cart-ordered',
    'not-found',
    'wrong-currency',
    'validation-failed',
  ],
})

export const payOrder = operation({
  service: 'order',
  name: 'payOrder',
  load: 'checkout',
  method: 'POST',
  path: '/api/orders/:id/pay',
  auth: 'guest',
  summary: 'Pay a pending order',
  description: 'A declined card leaves the order pending: another one may be tried until `expires_at`.',
  params: IdParams,
  body: Type.Object({ payment_method: PaymentMethod }, { additionalProperties: false }),
  replies: { 200: Order, 202: Order },
  problems: [
    'not-found',
    'order-not-payable',
    'payment-declined',
    'invalid-payment-method',
    'out-of-stock',
    'request-in-progress',
  ],
  idempotent: true,
  example: { body: { payment_method: 'tok_approve' } },
})

export const cancelOrder = operation({
  service: 'order',
  name: 'cancelOrder',
  method: 'PUT',
  path: '/api/orders/:id/cancel',
  auth: 'guest',
  summary: 'Cancel an order, while it has not been shipped',
  description:
    'Money is given back and stock returned. Repeating it changes nothing. 202 while the provider has not confirmed.',
  params: IdParams,
  body: Type.Object(
    { reason: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })) },
    { additionalProperties: false },
  ),
  body_optional: true,
  replies: { 200: Order, 202: Order },
  problems: ['not-found', 'transition-not-allowed'],
})

export const setOrderStatus = operation({
  service: 'order',
  name: 'setOrderStatus',
  method: 'PUT',
  path: '/api/orders/:id/status',
  auth: { staff: 'orders' },
  summary: 'Ship, deliver or cancel an order',
  params: IdParams,
  body: Type.Object({ status: Type.Enum([...orderStatuses]) }, { additionalProperties: false }),
  replies: { 200: Order, 202: Order },
  problems: ['not-found', 'transition-not-allowed'],
  example: { body: { status: 'shipped' } },
})

export const getOrder = operation({
  service: 'order',
  name: 'getOrder',
  method: 'GET',
  path: '/api/orders/:id',
  auth: 'guest',
  summary: 'One order',
  params: IdParams,
  replies: { 200: Order },
  problems: ['not-found'],
})

const ListQuery = Type.Object(
  {
    ...pageQuery,
    status: Type.Optional(Type.Enum([...orderStatuses])),
    payment_status: Type.Optional(Type.Enum([...paymentStatuses])),
    number: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9-]{1,40}$', description: 'As it is spoken: SF-100001' })),
    email: Type.Optional(Type.String({ minLength: 3, maxLength: 254, description: 'Exact e-mail of a guest' })),
    refused: Type.Optional(
      Type.Boolean({ default: false, description: 'Only placements that were refused, which are left out otherwise' }),
    ),
    from: Type.Optional(Timestamp),
    to: Type.Optional(Timestamp),
  },
  { additionalProperties: false },
)

export const listOrders = operation({
  service: 'order',
  name: 'listOrders',
  method: 'GET',
  path: '/api/orders',
  auth: 'customer',
  summary: 'Your orders, newest first; all of them for staff',
  query: ListQuery,
  replies: { 200: page(Order) },
  problems: ['invalid-cursor'],
})

export const listUserOrders = operation({
  service: 'order',
  name: 'listUserOrders',
  method: 'GET',
  path: '/api/orders/user/:user_id',
  auth: { own_or_staff: 'orders' },
  summary: "A user's orders",
  params: Type.Object({ user_id: Id }),
  query: ListQuery,
  replies: { 200: page(Order) },
  problems: ['not-found', 'invalid-cursor'],
})

export const getOrderTimeline = operation({
  service: 'order',
  name: 'getOrderTimeline',
  method: 'GET',
  path: '/api/orders/:id/timeline',
  auth: 'guest',
  summary: 'What happened to an order, step by step',
  params: IdParams,
  replies: {
    200: Type.Object({
      items: Type.Array(
        Type.Object({
          status: Type.Enum([...orderStatuses]),
          payment_status: Type.Enum([...paymentStatuses]),
          note: nullable(Type.String()),
          at: Timestamp,
        }),
      ),
    }),
  },
  problems: ['not-found'],
})

/** An order for the message about it: names and addresses are in no event. */
export const readOrder = operation({
  service: 'order',
  name: 'readOrder',
  method: 'GET',
  path: '/internal/orders/:id',
  auth: { service: ['notification'] },
  summary: 'An order, for a message about it',
  params: IdParams,
  replies: {
    200: Type.Object({
      order: Order,
      acknowledged: Type.Boolean({ description: 'Somebody was told of it: it was not refused when it was placed' }),
      cancelling: Type.Boolean({ description: 'It is being undone' }),
    }),
  },
  problems: ['not-found'],
})

const Line = Type.Object({ product_id: Id, quantity: Type.Integer(), price_minor: Type.Integer() })
/** All an order needs to be made again should its database be lost; optional, because older events carry less. */
const PlacedLine = Type.Object({
  ...Line.properties,
  sku: Type.Optional(Type.String()),
  product_name: Type.Optional(Type.String()),
})
export const orderFacts = {
  order_id: Id,
  number: Type.String(),
  user_id: nullable(Id),
  cart_id: nullable(Id),
  currency: Currency,
  total_minor: Type.Integer(),
  /** As they are after what happened. Optional, because older events do not say. */
  status: Type.Optional(Type.Enum([...orderStatuses])),
  payment_status: Type.Optional(Type.Enum([...paymentStatuses])),
}

export const orderPlaced = event({
  service: 'order',
  name: 'order.placed',
  version: 1,
  schema: Type.Object({
    ...orderFacts,
    items: Type.Array(PlacedLine),
    paid_at_once: Type.Optional(Type.Boolean()),
    discount_minor: Type.Optional(Type.Integer()),
    shipping_minor: Type.Optional(Type.Integer()),
    tax_minor: Type.Optional(Type.Integer()),
    coupon_code: Type.Optional(nullable(Type.String())),
  }),
  summary: 'An order was recorded; its stock is not held yet',
})
export const orderReserved = event({
  service: 'order',
  name: 'order.reserved',
  version: 1,
  schema: Type.Object({ ...orderFacts, expires_at: Timestamp, items: Type.Optional(Type.Array(Line)) }),
  summary: 'The stock of an unpaid order is held until its deadline',
})
export const orderPaid = event({
  service: 'order',
  name: 'order.paid',
  version: 1,
  schema: Type.Object({ ...orderFacts, items: Type.Array(Line) }),
  summary: 'An order was paid and is being prepared',
})
export const orderPaymentFailed = event({
  service: 'order',
  name: 'order.payment-failed',
  version: 1,
  schema: Type.Object({ ...orderFacts, reason: Type.String() }),
  summary: 'A payment was declined; the order waits for another',
})
export const orderPaymentChanged = event({
  service: 'order',
  name: 'order.payment-changed',
  version: 1,
  schema: Type.Object(orderFacts),
  summary:
    'How a payment stands is another, without the order going on: in doubt, held, or given back in part or whole',
})
export const orderCancelled = event({
  service: 'order',
  name: 'order.cancelled',
  version: 1,
  // Optional, because older events do not say.
  schema: Type.Object({ ...orderFacts, reason: Type.String(), refused: Type.Optional(Type.Boolean()) }),
  summary:
    'An order was cancelled: nothing is owed, nothing is held. `refused`: nobody was ever told that there is one',
})
export const orderShipped = event({
  service: 'order',
  name: 'order.shipped',
  version: 1,
  schema: Type.Object(orderFacts),
  summary: 'An order left the warehouse',
})
export const orderDelivered = event({
  service: 'order',
  name: 'order.delivered',
  version: 1,
  // Optional, because older events do not say.
  schema: Type.Object({ ...orderFacts, items: Type.Optional(Type.Array(Line)) }),
  summary: 'An order arrived',
})
