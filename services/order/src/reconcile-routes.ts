import * as api from '@shopfleet/contracts'
import { type Route, route } from '@shopfleet/service-kit'
import { cancelOrder } from './cancel-order.ts'
import * as facts from './reconcile-store.ts'
import { restockAgain } from './refunds/refund-order.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/** What the reconciler asks of this service. */
export const reconcileRoutes = (ctx: Ctx): Route[] => [
  route(api.changedOrders, async ({ query }) => ({ items: await facts.listChanged(ctx.sql, query) })),
  route(api.readOrderFacts, async ({ body }) => ({ items: await facts.listFacts(ctx.sql, body.ids) })),
  route(api.readOrdersOfCarts, async ({ body }) => ({ items: await facts.listOrdersOfCarts(ctx.sql, body.ids) })),
  route(api.resumeOrder, async ({ params, body }) => ({ done: await facts.resume(ctx.sql, params.id, body.attempt) })),
  route(api.finishCancelling, async ({ params }) => {
    const order = await store.findOrder(ctx.sql, params.id)
    if (!order) throw new api.Problem('not-found')
    if (order.status === 'cancelled') return { done: false }
    await cancelOrder(ctx, order, 'its cancellation had begun before')
    return { done: true }
  }),
  route(api.noteOrderRefund, async ({ params, body }) => {
    await store.noteRefund(ctx.sql, params.id, body.refunded_minor)
    return { done: true }
  }),
  route(api.restockRefunds, async ({ body }) => ({ done: (await restockAgain(ctx, body.id)) > 0 })),
  route(api.resayOrderPaid, async ({ body }) => ({ done: await facts.sayPaidAgain(ctx.sql, body.id) })),
]
