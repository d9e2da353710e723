import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { Id, maxQuantity, page, pageQuery, Timestamp } from './fields.ts'
import { operation } from './operation.ts'

/** Stock: what is there, what is reserved, and every movement. */

/** Units staff can bring a product to. */
export const maxStock = 100_000_000

export const Stock = Type.Object({
  product_id: Id,
  on_hand: Type.Integer({ description: 'Units in the warehouse, reserved ones included' }),
  reserved: Type.Integer({ description: 'Units held for orders that are not paid yet' }),
  available: Type.Integer({ description: 'on_hand − reserved' }),
  updated_at: Timestamp,
})
export type Stock = Static<typeof Stock>

export const Movement = Type.Object({
  id: Id,
  product_id: Id,
  delta: Type.Integer(),
  reason: Type.String(),
  order_id: Type.Union([Id, Type.Null()]),
  on_hand: Type.Integer({ description: 'On hand after the movement' }),
  created_at: Timestamp,
})

const ProductParams = Type.Object({ product_id: Id })

export const getStock = operation({
  service: 'inventory',
  name: 'getStock',
  method: 'GET',
  path: '/api/inventory/:product_id',
  auth: { staff: 'stock' },
  summary: 'Stock of one product',
  params: ProductParams,
  replies: { 200: Stock },
  problems: ['not-found'],
})

export const listStock = operation({
  service: 'inventory',
  name: 'listStock',
  method: 'GET',
  path: '/api/inventory',
  auth: { staff: 'stock' },
  summary: 'Stock of all products',
  query: Type.Object(
    {
      ...pageQuery,
      below: Type.Optional(
        Type.Integer({ minimum: 0, maximum: maxStock, description: 'Only where fewer are available' }),
      ),
    },
    { additionalProperties: false },
  ),
  replies: { 200: page(Stock) },
  problems: ['invalid-cursor'],
  example: { query: { below: 10 } },
})

export const setStock = operation({
  service: 'inventory',
  name: 'setStock',
  method: 'PUT',
  path: '/api/inventory/:product_id',
  auth: { staff: 'stock' },
  summary: 'Set what is on hand (a stock take)',
  description: 'Recorded as a movement of the difference. Not below what is reserved.',
  params: ProductParams,
  body: Type.Object({ on_hand: Type.Integer({ minimum: 0, maximum: maxStock }) }, { additionalProperties: false }),
  replies: { 200: Stock },
  problems: ['not-found', 'stock-below-reserved'],
  example: { body: { on_hand: 100 } },
})

export const adjustStock = operation({
  service: 'inventory',
  name: 'adjustStock',
  method: 'POST',
  path: '/api/inventory/:product_id/adjustments',
  auth: { staff: 'stock' },
  summary: 'Add to or take from what is on hand',
  description: 'With an Idempotency-Key a repeated call moves the stock once.',
  params: ProductParams,
  body: Type.Object(
    {
      delta: Type.Integer({ minimum: -maxStock, maximum: maxStock, not: { const: 0 } }),
      reason: Type.String({ minLength: 1, maxLength: 200 }),
    },
    { additionalProperties: false },
  ),
  replies: { 201: Movement },
  problems: ['not-found', 'stock-below-reserved', 'validation-failed'],
  idempotent: true,
  example: { body: { delta: 24, reason: 'delivery' } },
})

export const listMovements = operation({
  service: 'inventory',
  name: 'listMovements',
  method: 'GET',
  path: '/api/inventory/:product_id/movements',
  auth: { staff: 'stock' },
  summary: 'Movements of one product, newest first',
  params: ProductParams,
  query: Type.Object({ ...pageQuery }, { additionalProperties: false }),
  replies: { 200: page(Movement) },
  problems: ['not-found', 'invalid-cursor'],
})

export const ReservationItem = Type.Object(
  { product_id: Id, quantity: Type.Integer({ minimum: 1, maximum: maxQuantity * 100 }) },
  { additionalProperties: false },
)

export const Reservation = Type.Object({
  order_id: Id,
  status: Type.Enum(['held', 'committed', 'released', 'expired']),
  expires_at: Timestamp,
})
export type Reservation = Static<typeof Reservation>

const OrderParams = Type.Object({ order_id: Id })

/** How the stock of an order stands, for staff who look at the order. */
export const getReservation = operation({
  service: 'inventory',
  name: 'getReservation',
  method: 'GET',
  path: '/api/inventory/reservations/:order_id',
  auth: { staff: 'orders' },
  summary: 'The stock held or sold for an order',
  params: OrderParams,
  replies: {
    200: Type.Object({ ...Reservation.properties, created_at: Timestamp, updated_at: Timestamp }),
  },
  problems: ['not-found'],
})

/** Holds stock for an order, or sells it at once. Repeating it for the same order changes nothing and answers what is. */
export const reserveStock = operation({
  service: 'inventory',
  name: 'reserveStock',
  method: 'POST',
  path: '/api/inventory/reservations',
  auth: { service: ['order', 'admin'] },
  summary: 'Hold stock for an order until a deadline',
  body: Type.Object(
    {
      order_id: Id,
      items: Type.Array(ReservationItem, { minItems: 1, maxItems: 100 }),
      expires_in_s: Type.Integer({ minimum: 1, maximum: 86_400 }),
      sell: Type.Optional(
        Type.Boolean({
          description:
            'Takes the units out of stock at once: the order is paid now, or released by whoever asks. It has no deadline.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  replies: { 200: Reservation },
  problems: ['out-of-stock', 'reservation-closed', 'validation-failed'],
  idempotent: true,
})

export const commitReservation = operation({
  service: 'inventory',
  name: 'commitReservation',
  method: 'POST',
  path: '/api/inventory/reservations/:order_id/commit',
  auth: { service: ['order', 'admin'] },
  summary: 'Take the held stock out: the order is sold',
  description: 'After the deadline it reserves again if there is enough, otherwise it refuses. Never assumes.',
  params: OrderParams,
  replies: { 200: Reservation },
  problems: ['not-found', 'out-of-stock', 'reservation-closed'],
  idempotent: true,
})

export const releaseReservation = operation({
  service: 'inventory',
  name: 'releaseReservation',
  method: 'POST',
  path: '/api/inventory/reservations/:order_id/release',
  auth: { service: ['order', 'admin'] },
  summary: 'Give the stock back, sold units included',
  description: 'Also for an order that never reserved: a reservation that arrives later is refused.',
  params: OrderParams,
  replies: { 200: Reservation },
  idempotent: true,
})

/** Opening stock of a product just created, so that it can be sold at once. Keyed by the product. */
export const openStock = operation({
  service: 'inventory',
  name: 'openStock',
  method: 'PUT',
  path: '/internal/inventory/:product_id/opening',
  auth: { service: ['product'] },
  summary: 'Opening stock of a new product',
  params: ProductParams,
  body: Type.Object({ quantity: Type.Integer({ minimum: 0, maximum: maxStock }) }, { additionalProperties: false }),
  replies: { 200: Stock },
  idempotent: true,
})

/** Stock set from the product form. */
export const setStockFromCatalogue = operation({
  ...setStock,
  name: 'setStockFromCatalogue',
  path: '/internal/inventory/:product_id/available',
  auth: { service: ['product'] },
  summary: 'Set what is available (on hand becomes that plus what is reserved)',
  body: Type.Object({ available: Type.Integer({ minimum: 0, maximum: maxStock }) }, { additionalProperties: false }),
  problems: ['not-found'],
  example: undefined,
})

/** Stock moved by an import of products, or moved back. Keyed: repeating it moves nothing. */
export const moveStockFromCatalogue = operation({
  ...adjustStock,
  name: 'moveStockFromCatalogue',
  method: 'PUT',
  path: '/internal/inventory/:product_id/adjustments/:key',
  auth: { service: ['product'] },
  summary: 'Add to or take from what is on hand, once for a key',
  description: undefined,
  params: Type.Object({ product_id: Id, key: Type.String({ minLength: 1, maxLength: 100 }) }),
  replies: { 200: Movement },
  problems: ['not-found', 'stock-below-reserved', 'idempotency-key-reused', 'validation-failed'],
  idempotent: undefined,
  example: undefined,
})

export const stockChanged = event({
  service: 'inventory',
  name: 'stock.changed',
  version: 1,
  schema: Type.Object({
    product_id: Id,
    available: Type.Integer(),
    on_hand: Type.Integer(),
    reserved: Type.Integer(),
    revision: Type.Integer({ description: 'Counts up with each change of the product: a listener keeps the highest' }),
  }),
  summary: 'What can be ordered of a product changed',
})
