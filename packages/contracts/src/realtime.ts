import { type Static, Type } from 'typebox'
import { Amount, Currency, Id, nullable, Timestamp } from './fields.ts'
import type { Auth } from './operation.ts'
import { orderStatuses, paymentStatuses } from './order.ts'

/**
 * The realtime channel: what goes over the WebSocket at `/ws`, in both directions, as JSON text. The server, the browser's
 * client, the documents and the tests read these values. docs/decisions/0016 says how it works.
 */

/** Products and other things one socket may follow. */
export const maxFollowed = 200
/** Subscriptions in one message. */
export const maxSubscriptions = 50
/** Longest message taken, in bytes. */
export const maxMessageBytes = 16 * 1024

/**
 * A place in the log of events: the topic, and a number that grows. A client keeps the highest of each topic it saw, and
 * resumes with those.
 */
export const Position = Type.String({
  pattern: '^[a-z0-9/-]{1,40}:(0|[1-9][0-9]{0,15})$',
  maxLength: 60,
  description: 'Topic and place: `order:4711`',
})
export const Positions = Type.Array(Position, { maxItems: 64 })

const SubscriptionId = Type.String({
  pattern: '^[A-Za-z0-9_.:-]{1,64}$',
  description: 'Chosen by the client, one of its own for each subscription of a socket',
})

/** What can be subscribed to, by whom (as for operations), and what a subscription says. */
export const realtimeChannels = {
  orders: {
    auth: 'customer',
    summary: 'Every order of yours',
    schema: Type.Object({ id: SubscriptionId, channel: Type.Literal('orders') }, { additionalProperties: false }),
  },
  order: {
    auth: 'guest',
    summary: 'One order: yours, a guest’s with its `order_token`, or any for staff with “orders”',
    schema: Type.Object(
      {
        id: SubscriptionId,
        channel: Type.Literal('order'),
        order_id: Id,
        order_token: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      },
      { additionalProperties: false },
    ),
  },
  products: {
    auth: 'public',
    summary: 'Stock and price of products',
    schema: Type.Object(
      {
        id: SubscriptionId,
        channel: Type.Literal('products'),
        product_ids: Type.Array(Id, { minItems: 1, maxItems: maxFollowed }),
      },
      { additionalProperties: false },
    ),
  },
  'staff-orders': {
    auth: { staff: 'orders' },
    summary: 'Every order of the shop, as it is placed, paid, shipped, …',
    schema: Type.Object({ id: SubscriptionId, channel: Type.Literal('staff-orders') }, { additionalProperties: false }),
  },
} as const satisfies Record<string, { auth: Auth; summary: string; schema: unknown }>
export type RealtimeChannel = keyof typeof realtimeChannels
export type LiveSubscription = {
  [C in RealtimeChannel]: Static<(typeof realtimeChannels)[C]['schema']>
}[RealtimeChannel]

export const Subscribe = Type.Object(
  {
    type: Type.Literal('subscribe'),
    subscriptions: Type.Array(
      Type.Object({ id: SubscriptionId, channel: Type.Enum(Object.keys(realtimeChannels) as RealtimeChannel[]) }),
      { minItems: 1, maxItems: maxSubscriptions },
    ),
    after: Type.Optional(
      Type.Array(Position, {
        maxItems: 64,
        description: 'The highest positions of the connection before: what came since is sent first, if still known',
      }),
    ),
  },
  { additionalProperties: false },
)

/** What a client sends, by `type`. */
export const clientMessages = {
  authenticate: Type.Object(
    {
      type: Type.Literal('authenticate'),
      access_token: Type.String({ minLength: 1, maxLength: 4096, pattern: '^[\\w.~+/=-]+$' }),
    },
    { additionalProperties: false },
  ),
  subscribe: Subscribe,
  unsubscribe: Type.Object(
    {
      type: Type.Literal('unsubscribe'),
      ids: Type.Array(SubscriptionId, { minItems: 1, maxItems: maxFollowed }),
    },
    { additionalProperties: false },
  ),
  ping: Type.Object({ type: Type.Literal('ping') }, { additionalProperties: false }),
} as const
export type ClientMessage =
  | Static<(typeof clientMessages)['authenticate' | 'unsubscribe' | 'ping']>
  | { type: 'subscribe'; subscriptions: LiveSubscription[]; after?: string[] }

const orderFacts = {
  event: nullable(Type.String({ maxLength: 60, description: 'What happened; null: how it stands at subscription' })),
  order_id: Id,
  number: Type.String(),
  status: Type.Enum([...orderStatuses]),
  payment_status: Type.Enum([...paymentStatuses]),
  total: Amount,
  currency: Currency,
  at: Timestamp,
  position: Position,
}
const productFacts = { event: Type.String({ maxLength: 60 }), product_id: Id }

/** What the server sends, by `type`. Clients pass over types and members they do not know. */
export const serverMessages = {
  welcome: Type.Object(
    {
      type: Type.Literal('welcome'),
      user_id: nullable(Id),
      expires_at: nullable(Timestamp),
      heartbeat_s: Type.Number({ description: 'Nothing for much longer than this: the connection is dead' }),
    },
    { description: 'Who you are: at the beginning, and after `authenticate`' },
  ),
  subscribed: Type.Object(
    {
      type: Type.Literal('subscribed'),
      ids: Type.Array(SubscriptionId),
      resumed: Type.Boolean({
        description:
          'Everything since `after` follows. Otherwise read afresh what is shown: something may have been missed',
      }),
      positions: Type.Array(Position, { description: 'Where the subscription begins, if `resumed` is false' }),
    },
    { description: 'From here on events of these arrive' },
  ),
  unsubscribed: Type.Object({ type: Type.Literal('unsubscribed'), ids: Type.Array(SubscriptionId) }),
  order: Type.Object(
    { type: Type.Literal('order'), ...orderFacts },
    { description: 'An order you follow by `orders` or `order`' },
  ),
  'staff-order': Type.Object(
    { type: Type.Literal('staff-order'), ...orderFacts },
    { description: 'The same of any order, by `staff-orders`' },
  ),
  stock: Type.Object(
    {
      type: Type.Literal('stock'),
      ...productFacts,
      stock: Type.Integer({ description: 'What can be ordered' }),
      position: Position,
    },
    { description: 'Stock of a product. While a socket is slow only the latest of a product is kept for it' },
  ),
  product: Type.Object(
    {
      type: Type.Literal('product'),
      ...productFacts,
      is_active: Type.Boolean({ description: 'Whether it can be bought' }),
      price: nullable(Amount),
      currency: nullable(Currency),
      position: Position,
    },
    { description: 'A product changed; price and currency are null once it is gone' },
  ),
  heartbeat: Type.Object(
    { type: Type.Literal('heartbeat'), positions: Positions },
    { description: 'Everything up to here was sent to you, if you follow it' },
  ),
  pong: Type.Object({ type: Type.Literal('pong') }),
  error: Type.Object(
    {
      type: Type.Literal('error'),
      id: nullable(SubscriptionId),
      problem: Type.Object(
        {
          type: Type.String(),
          title: Type.String(),
          status: Type.Integer(),
          detail: Type.Optional(Type.String()),
          errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
        },
        { description: 'As in the answers of the API' },
      ),
    },
    { description: 'A message, or the subscription named, was refused. The socket stays' },
  ),
} as const
export type ServerMessageType = keyof typeof serverMessages
export type ServerMessageOf<T extends ServerMessageType> = Static<(typeof serverMessages)[T]>
export type ServerMessage = { [T in ServerMessageType]: ServerMessageOf<T> }[ServerMessageType]
/** Something that happened. */
export type LiveMessage = ServerMessageOf<'order' | 'staff-order' | 'stock' | 'product'>
