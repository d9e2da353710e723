import {
  type EventMessage,
  type LiveMessage,
  orderPlaced,
  type PayloadOf,
  productDeleted,
  productUpdated,
  stockChanged,
  toMajor,
} from '@shopfleet/contracts'
import { ownBytes } from '../own-bytes.ts'

/** An event as it is told on sockets: made once, however many hear it. */
export interface Notice {
  /** The message, ready to be sent. */
  text: Buffer
  /** Who follows one of these is told. */
  keys: string[]
  /** Of several with this mark only the last matters to who is late. */
  collapse?: string
}

/** What can be followed. Two of them are what somebody is, not what is looked at: see `whose`. */
export const followed = {
  order: (order_id: string) => `order:${order_id}`,
  /** All orders of a user. Only ever followed by that user. */
  whose: (user_id: string) => `user:${user_id}`,
  product: (product_id: string) => `product:${product_id}`,
  staffOrders: 'staff-orders',
}

const notice = (message: LiveMessage, keys: string[], collapse?: string): Notice => ({
  text: ownBytes(Buffer.from(JSON.stringify(message))),
  keys,
  collapse,
})

type OrderEvent = Omit<PayloadOf<typeof orderPlaced>, 'items'>

/** Whose an order is, the event itself says: nothing is remembered here of one that came before. */
function ofOrder({ name, payload, occurred_at }: EventMessage, position: string): Notice[] {
  const { order_id, user_id, number, status, payment_status, total_minor, currency } = payload as OrderEvent
  // Said by a version that did not tell yet.
  if (status === undefined || payment_status === undefined) return []
  const facts = {
    event: name,
    order_id,
    number,
    status,
    payment_status,
    total: toMajor(total_minor, currency),
    currency,
    at: occurred_at,
    position,
  }
  return [
    notice({ type: 'order', ...facts }, [
      followed.order(order_id),
      ...(user_id === null ? [] : [followed.whose(user_id)]),
    ]),
    notice({ type: 'staff-order', ...facts }, [followed.staffOrders]),
  ]
}

function ofStock({ name, payload }: EventMessage, position: string): Notice[] {
  const { product_id, available } = payload as PayloadOf<typeof stockChanged>
  const message = { type: 'stock', event: name, product_id, stock: available, position } as const
  return [notice(message, [followed.product(product_id)], `stock:${product_id}`)]
}

function ofProduct({ name, payload }: EventMessage, position: string): Notice[] {
  const { product_id } = payload as { product_id: string }
  const { is_active, price_minor, currency } =
    name === productDeleted.name ? { is_active: false as const } : (payload as PayloadOf<typeof productUpdated>)
  const message = {
    type: 'product',
    event: name,
    product_id,
    is_active,
    // What is not for sale has no price for the public.
    price: is_active ? toMajor(price_minor!, currency!) : null,
    currency: is_active ? currency! : null,
    position,
  } as const
  return [notice(message, [followed.product(product_id)], `product:${product_id}`)]
}

/** What sockets are told of an event, if anything. `position` is its place, as a client keeps it. */
export function noticesOf(message: EventMessage, position: string): Notice[] {
  if (message.service === orderPlaced.service) return ofOrder(message, position)
  if (message.name === stockChanged.name) return ofStock(message, position)
  if (message.name === productUpdated.name || message.name === productDeleted.name) return ofProduct(message, position)
  return []
}

/** How an order stands, in the form of a notice about it. */
export const orderAsItStands = (order: Omit<Extract<LiveMessage, { type: 'order' }>, 'type' | 'event'>): Buffer =>
  Buffer.from(JSON.stringify({ type: 'order', event: null, ...order } satisfies LiveMessage))
