import { type Static, Type } from 'typebox'
import { Amount, Currency, Id, maxQuantity, nullable, Quantity, Timestamp } from './fields.ts'
import { operation } from './operation.ts'

/** Carts of guests and of signed-in users. A guest's cart is named by the `X-Cart-Token` header it was answered with. */

export const CartItem = Type.Object({
  id: Id,
  product_id: Id,
  sku: nullable(Type.String()),
  slug: nullable(Type.String()),
  name: nullable(Type.String()),
  image_url: nullable(Type.String()),
  quantity: Type.Integer(),
  price: Amount,
  currency: Currency,
  subtotal: Amount,
  available: Type.Boolean({ description: 'For sale and enough in stock, as far as the catalogue knows' }),
})

export const Cart = Type.Object({
  id: nullable(Id),
  user_id: nullable(Id),
  cart_token: nullable(Type.String({ description: 'Of a guest: send it back as X-Cart-Token' })),
  items: Type.Array(CartItem),
  item_count: Type.Integer({ description: 'Sum of the quantities' }),
  subtotal: Amount,
  currency: Currency,
  updated_at: nullable(Timestamp),
})
export type Cart = Static<typeof Cart>

/** Lines one cart may have. */
export const maxCartLines = 100

const AddItem = Type.Object({ product_id: Id, quantity: Type.Optional(Quantity) }, { additionalProperties: false })
const ItemParams = Type.Object({ item_id: Id })
const UserParams = Type.Object({ user_id: Id })

export const getCart = operation({
  service: 'cart',
  name: 'getCart',
  load: 'checkout',
  method: 'GET',
  path: '/api/cart',
  auth: 'guest',
  summary: 'Your cart',
  replies: { 200: Cart },
})

export const clearCart = operation({
  service: 'cart',
  name: 'clearCart',
  method: 'DELETE',
  path: '/api/cart',
  auth: 'guest',
  summary: 'Empty your cart',
  replies: { 204: Type.Null() },
})

export const addCartItem = operation({
  service: 'cart',
  name: 'addCartItem',
  load: 'checkout',
  method: 'POST',
  path: '/api/cart/items',
  auth: 'guest',
  summary: 'Put a product into your cart',
  description: `Adds to the quantity if it is there already; one line holds at most ${maxQuantity}.`,
  body: AddItem,
  replies: { 201: Cart },
  problems: ['unknown-product', 'not-for-sale', 'validation-failed'],
})

export const updateCartItem = operation({
  service: 'cart',
  name: 'updateCartItem',
  load: 'checkout',
  method: 'PUT',
  path: '/api/cart/items/:item_id',
  auth: 'guest',
  summary: 'Change the quantity of a line',
  params: ItemParams,
  body: Type.Object({ quantity: Quantity }, { additionalProperties: false }),
  replies: { 200: Cart },
  problems: ['not-found'],
  example: { body: { quantity: 3 } },
})

export const removeCartItem = operation({
  service: 'cart',
  name: 'removeCartItem',
  load: 'checkout',
  method: 'DELETE',
  path: '/api/cart/items/:item_id',
  auth: 'guest',
  summary: 'Take a line out of your cart',
  params: ItemParams,
  replies: { 200: Cart },
  problems: ['not-found'],
})

export const mergeCart = operation({
  service: 'cart',
  name: 'mergeCart',
  method: 'POST',
  path: '/api/cart/merge',
  auth: 'customer',
  summary: 'Move a guest cart into your own, at sign-in',
  description: 'Repeating it changes nothing: the guest cart is gone after the first time.',
  body: Type.Object({ cart_token: Type.String({ minLength: 20, maxLength: 100 }) }, { additionalProperties: false }),
  replies: { 200: Cart },
})

export const getUserCart = operation({
  service: 'cart',
  name: 'getUserCart',
  method: 'GET',
  path: '/api/cart/:user_id',
  auth: { own_or_staff: 'orders' },
  summary: "A user's cart",
  params: UserParams,
  replies: { 200: Cart },
  problems: ['not-found'],
})

export const addUserCartItem = operation({
  service: 'cart',
  name: 'addUserCartItem',
  method: 'POST',
  path: '/api/cart/:user_id/items',
  auth: { own_or_staff: 'orders' },
  summary: "Put a product into a user's cart",
  params: UserParams,
  body: AddItem,
  replies: { 201: Cart },
  problems: ['not-found', 'unknown-product', 'not-for-sale', 'validation-failed'],
})

export const removeUserCartItem = operation({
  service: 'cart',
  name: 'removeUserCartItem',
  method: 'DELETE',
  path: '/api/cart/:user_id/items/:item_id',
  auth: { own_or_staff: 'orders' },
  summary: "Take a line out of a user's cart",
  params: Type.Object({ user_id: Id, item_id: Id }),
  replies: { 200: Cart },
  problems: ['not-found'],
})

/** What an order is made from: the lines of an open cart, if it belongs to who asks. */
export const readCartForOrder = operation({
  service: 'cart',
  name: 'readCartForOrder',
  method: 'POST',
  path: '/internal/carts/:cart_id/read',
  auth: { service: ['order'] },
  summary: 'Lines of an open cart for its owner',
  params: Type.Object({ cart_id: Id }),
  body: Type.Object(
    { user_id: nullable(Id), cart_token: nullable(Type.String({ maxLength: 100 })) },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({ cart_id: Id, items: Type.Array(Type.Object({ product_id: Id, quantity: Type.Integer() })) }),
  },
  problems: ['not-found', 'cart-ordered'],
  idempotent: true,
})
