import { type Static, type TSchema, Type } from 'typebox'
import { Currency, Id, nullable } from './fields.ts'
import { maxMinor } from './money.ts'
import { operation, type ServiceName } from './operation.ts'
import { orderStatuses, paymentStatuses } from './order.ts'
import { paymentStates } from './payment.ts'

/**
 * What the reconciler asks of the services: facts of many things at once, which of them changed lately, and the few
 * repairs that are no verb of the shop. Never forwarded by the gateway.
 */

/** Things one question may be about. */
export const maxFacts = 200
const Ids = Type.Array(Id, { minItems: 1, maxItems: maxFacts })
const Ask = Type.Object({ ids: Ids }, { additionalProperties: false })
const factsOf = <S extends TSchema>(item: S) => Type.Object({ items: Type.Array(item) })
const Done = Type.Object({ done: Type.Boolean({ description: 'False: there was nothing to do' }) })

/** Where a walk through what changed has come to: the time as the database writes it, and the id beside it. */
const ChangedQuery = Type.Object(
  {
    at: Type.String({ pattern: '^[0-9 :.+-]{10,40}$', description: 'Changed at or after' }),
    id: Type.Optional(Id),
    limit: Type.Integer({ minimum: 1, maximum: 1000 }),
  },
  { additionalProperties: false },
)
const Changed = Type.Object({ items: Type.Array(Type.Object({ id: Id, at: Type.String() })) })

function changed<const Service extends ServiceName, const Name extends string>(
  service: Service,
  name: Name,
  what: string,
) {
  return operation({
    service,
    name,
    method: 'GET',
    path: `/internal/reconcile/${what}/changed`,
    auth: { service: ['admin'] },
    summary: `Ids of ${what} that changed, oldest change first`,
    query: ChangedQuery,
    replies: { 200: Changed },
  })
}
const facts = <S extends TSchema>(service: ServiceName, name: string, what: string, item: S) =>
  operation({
    service,
    name,
    method: 'POST',
    path: `/internal/reconcile/${what}`,
    auth: { service: ['admin'] },
    summary: `Facts of ${what}, of those that exist`,
    body: Ask,
    replies: { 200: factsOf(item) },
    idempotent: true,
  })

export const changedOrders = changed('order', 'changedOrders', 'orders')
export const changedPayments = changed('payment', 'changedPayments', 'payments')
export const changedReservations = changed('inventory', 'changedReservations', 'reservations')
export const changedStock = changed('inventory', 'changedStock', 'stock')
export const changedCarts = changed('cart', 'changedCarts', 'carts')

const Line = Type.Object({ product_id: Id, quantity: Type.Integer() })

export const OrderFacts = Type.Object({
  order_id: Id,
  status: Type.Enum([...orderStatuses]),
  payment_status: Type.Enum([...paymentStatuses]),
  goal: Type.Enum(['hold', 'pay', 'cancel', 'none']),
  attempt: Type.Integer(),
  total_minor: Type.Integer(),
  refunded_minor: Type.Integer(),
  currency: Currency,
  cart_id: nullable(Id),
  overdue_s: Type.Number({ description: 'How long its sweeper has been due; 0 at rest' }),
  expired_s: Type.Number({ description: 'How long a pending order is past its deadline; 0 before' }),
  items: Type.Array(Line),
  restocked: Type.Array(Line, { description: 'Of those what refunds say came back into stock' }),
})
export type OrderFacts = Static<typeof OrderFacts>
export const readOrderFacts = facts('order', 'readOrderFacts', 'orders', OrderFacts)

export const readOrdersOfCarts = facts(
  'order',
  'readOrdersOfCarts',
  'orders-of-carts',
  Type.Object({ cart_id: Id, order_id: Id }),
)

export const PaymentFacts = Type.Object({
  order_id: Id,
  closed: Type.Boolean(),
  captured_minor: Type.Integer(),
  refunded_minor: Type.Integer(),
  ledger_minor: Type.Integer({ description: 'What the provider owes us for the order, by the ledger' }),
  open: Type.Boolean({ description: 'A question to the provider has no answer yet' }),
  live: nullable(
    Type.Object({
      id: Id,
      attempt: Type.Integer(),
      status: Type.Enum([...paymentStates]),
      amount_minor: Type.Integer(),
    }),
  ),
})
export type PaymentFacts = Static<typeof PaymentFacts>
export const readPaymentFacts = facts('payment', 'readPaymentFacts', 'payments', PaymentFacts)

export const ReservationFacts = Type.Object({
  order_id: Id,
  status: Type.Enum(['held', 'committed', 'released', 'expired']),
  items: Type.Array(Line),
  returned: Type.Array(Line, { description: 'Of those what came back into stock' }),
})
export type ReservationFacts = Static<typeof ReservationFacts>
export const readReservationFacts = facts('inventory', 'readReservationFacts', 'reservations', ReservationFacts)

export const StockFacts = Type.Object({
  product_id: Id,
  on_hand: Type.Integer(),
  reserved: Type.Integer(),
  revision: Type.Integer(),
  moved: Type.Integer({ description: 'Σ movements' }),
  held: Type.Integer({ description: 'Σ lines of held reservations' }),
})
export type StockFacts = Static<typeof StockFacts>
export const readStockFacts = facts('inventory', 'readStockFacts', 'stock', StockFacts)

export const ShownStock = Type.Object({
  product_id: Id,
  available: nullable(
    Type.Integer({
      description: 'Null of a product with variants: what it shows is theirs, and none of it is its own',
    }),
  ),
  revision: Type.Integer(),
})
export type ShownStock = Static<typeof ShownStock>
export const readShownStock = facts('product', 'readShownStock', 'shown-stock', ShownStock)

export const CartFacts = Type.Object({ cart_id: Id, status: Type.Enum(['open', 'ordered', 'merged']) })
export type CartFacts = Static<typeof CartFacts>
export const readCartFacts = facts('cart', 'readCartFacts', 'carts', CartFacts)

/** Orders whose confirmation was queued, sent or dropped: those that are not answered have none. */
export const readConfirmedOrders = facts(
  'notification',
  'readConfirmedOrders',
  'confirmed-orders',
  Type.Object({ order_id: Id }),
)

/** Our ledger's account at the provider beside the provider's own figure, per currency, with what is under way. */
export const readProviderBalance = operation({
  service: 'payment',
  name: 'readProviderBalance',
  method: 'GET',
  path: '/internal/reconcile/provider-balance',
  auth: { service: ['admin'] },
  summary: 'The ledger beside the balance at the provider',
  replies: {
    200: factsOf(
      Type.Object({
        currency: Currency,
        lowest_minor: Type.Integer({ description: 'What the ledger allows the provider to have' }),
        highest_minor: Type.Integer(),
        provider_minor: Type.Integer(),
      }),
    ),
  },
})

export const listProviderStrangers = operation({
  service: 'payment',
  name: 'listProviderStrangers',
  method: 'GET',
  path: '/internal/reconcile/provider-strangers',
  auth: { service: ['admin'] },
  summary: 'Payments the provider has that could not be taken into the books',
  replies: {
    200: factsOf(Type.Object({ provider_reference: Type.String(), provider_key: Type.String(), why: Type.String() })),
  },
})

/** Takes an unpaid order at rest up again, to finish a payment that is known to exist. */
export const resumeOrder = operation({
  service: 'order',
  name: 'resumeOrder',
  method: 'POST',
  path: '/internal/reconcile/orders/:id/resume',
  auth: { service: ['admin'] },
  summary: 'Finish an order whose payment exists',
  params: Type.Object({ id: Id }),
  body: Type.Object({ attempt: Type.Integer({ minimum: 1, maximum: 1000 }) }, { additionalProperties: false }),
  replies: { 200: Done },
  idempotent: true,
})

/** Takes a cancellation to its end that the order service has forgotten: its database was set back in the midst of it. */
export const finishCancelling = operation({
  service: 'order',
  name: 'finishCancelling',
  method: 'POST',
  path: '/internal/reconcile/orders/:id/finish-cancelling',
  auth: { service: ['admin'] },
  summary: 'Cancel an order whose cancellation had begun',
  params: Type.Object({ id: Id }),
  replies: { 200: Done },
  problems: ['not-found', 'transition-not-allowed'],
  idempotent: true,
})

/** What the payment service says was given back becomes the order's. Only ever more. */
export const noteOrderRefund = operation({
  service: 'order',
  name: 'noteOrderRefund',
  method: 'POST',
  path: '/internal/reconcile/orders/:id/refunded',
  auth: { service: ['admin'] },
  summary: 'Note what was given back of an order',
  params: Type.Object({ id: Id }),
  body: Type.Object(
    { refunded_minor: Type.Integer({ minimum: 1, maximum: maxMinor }) },
    { additionalProperties: false },
  ),
  replies: { 200: Done },
  idempotent: true,
})

const repair = (service: ServiceName, name: string, path: string, summary: string) =>
  operation({
    service,
    name,
    method: 'POST',
    path: `/internal/reconcile/${path}`,
    auth: { service: ['admin'] },
    summary,
    body: Type.Object({ id: Id }, { additionalProperties: false }),
    replies: { 200: Done },
    idempotent: true,
  })

export const resayOrderPaid = repair(
  'order',
  'resayOrderPaid',
  'orders/say-paid',
  'Say order.paid of a paid order again',
)
export const restockRefunds = repair(
  'order',
  'restockRefunds',
  'orders/restock-refunds',
  'Have the goods of refunds come back into stock that should have',
)
export const askProviderAgain = repair(
  'payment',
  'askProviderAgain',
  'payments/ask-again',
  "Compare an order's payments with the provider's book now, and book what the ledger lacks",
)
export const closeCartOfOrder = repair('cart', 'closeCartOfOrder', 'carts/close', 'Mark a cart as ordered')
export const balanceStock = repair(
  'inventory',
  'balanceStock',
  'stock/balance',
  'Book the difference between on hand and the movements, and count what is held anew',
)
/** The stock as it is, above the revision a listener has seen. */
export const resayStock = operation({
  service: 'inventory',
  name: 'resayStock',
  method: 'POST',
  path: '/internal/reconcile/stock/say',
  auth: { service: ['admin'] },
  summary: 'Say stock.changed again',
  body: Type.Object(
    { id: Id, above_revision: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }) },
    { additionalProperties: false },
  ),
  replies: { 200: Done },
  idempotent: true,
})
