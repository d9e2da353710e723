import * as api from '@shopfleet/contracts'
import {
  type Call,
  decodeCursor,
  isStaff,
  mayAccess,
  pageOf,
  type Route,
  reply,
  route,
  userIdOf,
} from '@shopfleet/service-kit'
import { cancelOrder } from './cancel-order.ts'
import { couponRoutes } from './coupons/routes.ts'
import { listOrders } from './list-store.ts'
import { payOrder } from './pay-order.ts'
import { placeOrder } from './place-order.ts'
import { quoteOrder } from './quote-order.ts'
import { reconcileRoutes } from './reconcile-routes.ts'
import { refundRoutes } from './refunds/routes.ts'
import type { Ctx } from './service.ts'
import { setStatus } from './set-status.ts'
import * as store from './store.ts'
import { assertAccess, guestToken, toWire } from './view.ts'

type ListCall = Pick<Call<typeof api.listOrders>, 'query'>

export const routes = (ctx: Ctx): Route[] => {
  const accessible = async (call: Pick<Call<typeof api.getOrder>, 'params' | 'caller' | 'header'>) =>
    assertAccess(ctx, await store.findOrder(ctx.sql, call.params.id), call.caller, call.header('x-order-token'))

  async function list({ query }: ListCall, user_id: string | undefined) {
    const [before] = decodeCursor('orders', ['id'], query.cursor) ?? []
    const limit = query.limit!
    const { cursor: _, ...filter } = query
    const rows = await listOrders(ctx.sql, { ...filter, user_id, before, limit: limit + 1 })
    const page = pageOf('orders', rows, limit, row => [row.id])
    return { ...page, items: page.items.map(row => toWire(row)) }
  }

  /** 202 while the provider has not confirmed: the cancellation is on its way, and the order's status will tell. */
  const underWay = (row: store.OrderRow) => (row.goal === 'none' ? 200 : 202)

  return [
    ...reconcileRoutes(ctx),
    ...couponRoutes(ctx),
    ...refundRoutes(ctx),

    route(api.placeOrder, async ({ body, caller, idempotency_key, header }) => {
      const { order, done } = await placeOrder(ctx, {
        body,
        caller,
        idempotency_key,
        cart_token: header('x-cart-token'),
      })
      const token = order.user_id === null ? guestToken(ctx, order.id) : undefined
      return reply(done ? 201 : 202, toWire(order, token), { location: `/api/orders/${order.id}` })
    }),

    route(api.quoteOrder, ({ body, caller, header }) =>
      quoteOrder(ctx, { body, caller, cart_token: header('x-cart-token') }),
    ),

    route(api.payOrder, async call => {
      const { body, idempotency_key } = call
      const { order, done } = await payOrder(ctx, await accessible(call), { ...body, idempotency_key })
      return reply(done ? 200 : 202, toWire(order))
    }),

    route(api.cancelOrder, async call => {
      const cancelled = await cancelOrder(ctx, await accessible(call), call.body.reason ?? 'cancelled by the customer')
      return reply(underWay(cancelled), toWire(cancelled))
    }),

    route(api.setOrderStatus, async call => {
      const order = await setStatus(ctx, await accessible(call), call.body.status)
      return reply(underWay(order), toWire(order))
    }),

    route(api.getOrder, async call => toWire(await accessible(call))),

    route(api.readOrder, async ({ params }) => {
      const order = await store.findOrder(ctx.sql, params.id)
      if (!order) throw new api.Problem('not-found')
      return {
        // A guest's message leads to the order without a sign-in.
        order: toWire(order, order.user_id === null ? guestToken(ctx, order.id) : undefined),
        acknowledged: !order.refused,
        cancelling: order.goal === 'cancel',
      }
    }),

    route(api.getOrderTimeline, async call => {
      const order = await accessible(call)
      return { items: await store.listHistory(ctx.sql, order.id) }
    }),

    route(api.listOrders, ({ query, caller }) =>
      list({ query }, isStaff(caller, 'orders') ? undefined : userIdOf(caller)!),
    ),

    route(api.listUserOrders, ({ query, caller, params }) => {
      if (!mayAccess(caller, params.user_id, 'orders')) throw new api.Problem('not-found')
      return list({ query }, params.user_id)
    }),
  ]
}
