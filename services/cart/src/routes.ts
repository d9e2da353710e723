import * as api from '@shopfleet/contracts'
import { type Call, type Caller, mayAccess, type Route, reply, route, userIdOf } from '@shopfleet/service-kit'
import { addItem } from './add-item.ts'
import { applyCoupon } from './apply-coupon.ts'
import { mergeCart } from './merge-cart.ts'
import { hashOf, type Shopper, shopperOf, userShopper } from './owner.ts'
import { readCart, readCustomerCart } from './read-cart.ts'
import { reconcileRoutes } from './reconcile-routes.ts'
import { listSaved, moveToCart, saveItem } from './saved.ts'
import * as savedStore from './saved-store.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

const shopperIn = ({ caller, header }: Pick<Call<unknown>, 'caller' | 'header'>) =>
  shopperOf(caller, header('x-cart-token'))

/** The cart, and for a guest its token in a header too. */
const answer = (status: number, cart: api.Cart) =>
  reply(status, cart, cart.cart_token === null ? undefined : { 'x-cart-token': cart.cart_token })

function shopperFor(caller: Caller, user_id: string): Shopper {
  if (!mayAccess(caller, user_id, 'orders')) throw new api.Problem('not-found')
  return userShopper(user_id)
}

async function setQuantity(
  ctx: Ctx,
  shopper: Shopper | undefined,
  item_id: string,
  quantity: number,
): Promise<api.Cart> {
  if (!shopper || !(await store.setQuantity(ctx.sql, shopper.owner, item_id, quantity)))
    throw new api.Problem('not-found')
  return readCart(ctx, shopper)
}

async function removeItem(ctx: Ctx, shopper: Shopper | undefined, item_id: string): Promise<api.Cart> {
  if (!shopper || !(await store.deleteItem(ctx.sql, shopper.owner, item_id))) throw new api.Problem('not-found')
  return readCart(ctx, shopper)
}

export const routes = (ctx: Ctx): Route[] => [
  ...reconcileRoutes(ctx),
  route(api.getCart, async call => answer(200, await readCart(ctx, shopperIn(call)))),
  route(api.clearCart, async call => {
    const shopper = shopperIn(call)
    if (shopper) await store.deleteItems(ctx.sql, shopper.owner)
    return null
  }),
  route(api.addCartItem, async call => answer(201, await addItem(ctx, shopperIn(call), call.body))),
  route(api.updateCartItem, async call => {
    return answer(200, await setQuantity(ctx, shopperIn(call), call.params.item_id, call.body.quantity))
  }),
  route(api.removeCartItem, async call => answer(200, await removeItem(ctx, shopperIn(call), call.params.item_id))),
  route(api.applyCoupon, async call => answer(200, await applyCoupon(ctx, shopperIn(call), call.body.code))),
  route(api.removeCoupon, async call => {
    const shopper = shopperIn(call)
    if (shopper) await store.setCoupon(ctx.sql, shopper.owner, null)
    return answer(200, await readCart(ctx, shopper))
  }),
  route(api.mergeCart, ({ caller, body }) => mergeCart(ctx, userIdOf(caller)!, body.cart_token)),

  route(api.listSavedItems, async call => ({ items: await listSaved(ctx, shopperIn(call)) })),
  route(api.saveCartItem, async call => {
    return answer(200, await readCart(ctx, await saveItem(ctx, shopperIn(call), call.params.item_id)))
  }),
  route(api.moveSavedItem, async call => {
    return answer(200, await readCart(ctx, await moveToCart(ctx, shopperIn(call), call.params.item_id)))
  }),
  route(api.removeSavedItem, async call => {
    const shopper = shopperIn(call)
    if (!shopper || !(await savedStore.deleteSaved(ctx.sql, shopper.owner, call.params.item_id)))
      throw new api.Problem('not-found')
    return null
  }),

  route(api.getUserCart, async ({ caller, params }) => readCart(ctx, shopperFor(caller, params.user_id))),
  route(api.addUserCartItem, async ({ caller, params, body }) =>
    addItem(ctx, shopperFor(caller, params.user_id), body),
  ),
  route(api.removeUserCartItem, async ({ caller, params }) => {
    return removeItem(ctx, shopperFor(caller, params.user_id), params.item_id)
  }),

  route(api.readAbandonedCart, async ({ params }) => {
    const cart = await readCustomerCart(ctx, params.cart_id)
    if (!cart) throw new api.Problem('not-found')
    return cart
  }),
  route(api.readCartForOrder, async ({ params, body }) => {
    const token_hash = body.cart_token === null ? null : hashOf(body.cart_token)
    const cart = await store.findCartOf(ctx.sql, params.cart_id, { user_id: body.user_id, token_hash })
    if (!cart || cart.status === 'merged') throw new api.Problem('not-found')
    if (cart.status === 'ordered') throw new api.Problem('cart-ordered', { cart_id: params.cart_id })
    return { cart_id: params.cart_id, items: cart.items, coupon_code: cart.coupon_code }
  }),
]
