import { type Static, Type } from 'typebox'
import { CouponCode } from './coupon.ts'
import { event } from './event.ts'
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
  stock_quantity: Type.Integer({ description: 'How many can be bought, as far as the catalogue knows' }),
})
export type CartItem = Static<typeof CartItem>

export const Cart = Type.Object({
  id: nullable(Id),
  user_id: nullable(Id),
  cart_token: nullable(Type.String({ description: 'Of a guest: send it back as X-Cart-Token' })),
  items: Type.Array(CartItem),
  item_count: Type.Integer({ description: 'Sum of the quantities' }),
  subtotal: Amount,
  currency: Currency,
  coupon: nullable(
    Type.Object({ code: Type.String() }, { description: 'Kept for the order; a quote says what it takes off' }),
  ),
  updated_at: nullable(Timestamp),
})
export type Cart = Static<typeof Cart>

/** Lines one cart may have. */
export const maxCartLines = 100
/** Products one shopper may have saved for later. */
export const maxSavedItems = 100

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

export const applyCoupon = operation({
  service: 'cart',
  name: 'applyCoupon',
  method: 'POST',
  path: '/api/cart/coupon',
  auth: 'guest',
  summary: 'Put a coupon on your cart',
  description: `In place of the one that is there. A code that cannot be used now is refused as \`invalid-coupon\` with a
\`reason\`. The cart keeps no use of it: the order takes one, and is refused when there is none left.`,
  body: Type.Object({ code: CouponCode }, { additionalProperties: false }),
  replies: { 200: Cart },
  problems: ['invalid-coupon', 'cart-empty'],
  example: { body: { code: 'WELCOME10' } },
})

export const removeCoupon = operation({
  service: 'cart',
  name: 'removeCoupon',
  method: 'DELETE',
  path: '/api/cart/coupon',
  auth: 'guest',
  summary: 'Take the coupon off your cart',
  replies: { 200: Cart },
})

export const mergeCart = operation({
  service: 'cart',
  name: 'mergeCart',
  method: 'POST',
  path: '/api/cart/merge',
  auth: 'customer',
  summary: 'Move a guest cart into your own, at sign-in',
  description:
    'With what the guest has saved for later, and the coupon if your own cart has none. Repeating it changes nothing: the guest cart is gone after the first time.',
  body: Type.Object({ cart_token: Type.String({ minLength: 20, maxLength: 100 }) }, { additionalProperties: false }),
  replies: { 200: Cart },
})

export const listSavedItems = operation({
  service: 'cart',
  name: 'listSavedItems',
  method: 'GET',
  path: '/api/cart/saved',
  auth: 'guest',
  summary: 'What you saved for later, newest first',
  replies: { 200: Type.Object({ items: Type.Array(CartItem) }) },
})

export const saveCartItem = operation({
  service: 'cart',
  name: 'saveCartItem',
  method: 'POST',
  path: '/api/cart/items/:item_id/save',
  auth: 'guest',
  summary: 'Save a line of your cart for later',
  description: `It leaves the cart. At most ${maxSavedItems} products are kept so; one that is there already becomes more.`,
  params: ItemParams,
  replies: { 200: Cart },
  problems: ['not-found', 'validation-failed'],
})

export const moveSavedItem = operation({
  service: 'cart',
  name: 'moveSavedItem',
  method: 'POST',
  path: '/api/cart/saved/:item_id/move',
  auth: 'guest',
  summary: 'Move what you saved into your cart',
  description: `Adds to the quantity if it is there already, up to ${maxQuantity}.`,
  params: ItemParams,
  replies: { 200: Cart },
  problems: ['not-found', 'validation-failed'],
})

export const removeSavedItem = operation({
  service: 'cart',
  name: 'removeSavedItem',
  method: 'DELETE',
  path: '/api/cart/saved/:item_id',
  auth: 'guest',
  summary: 'Forget what you saved for later',
  params: ItemParams,
  replies: { 204: Type.Null() },
  problems: ['not-found'],
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
    200: Type.Object({
      cart_id: Id,
      items: Type.Array(Type.Object({ product_id: Id, quantity: Type.Integer() })),
      coupon_code: Type.Optional(nullable(Type.String())),
    }),
  },
  problems: ['not-found', 'cart-ordered'],
  idempotent: true,
})

export const cartAbandoned = event({
  service: 'cart',
  name: 'cart.abandoned',
  version: 1,
  schema: Type.Object({
    cart_id: Id,
    user_id: Id,
    left_at: Type.Unsafe<string>({ ...Timestamp, description: 'When it was touched last' }),
  }),
  summary: 'A customer left things in their cart; said once of a cart',
})

export const readAbandonedCart = operation({
  service: 'cart',
  name: 'readAbandonedCart',
  method: 'GET',
  path: '/internal/carts/:cart_id/abandoned',
  auth: { service: ['notification'] },
  summary: 'What is still in the cart a customer left behind, with the prices of now',
  description: 'A cart that was ordered or emptied meanwhile is not there.',
  params: Type.Object({ cart_id: Id }),
  replies: { 200: Cart },
  problems: ['not-found'],
})
