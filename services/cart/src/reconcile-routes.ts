import * as api from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import { type Route, route } from '@shopfleet/service-kit'
import * as facts from './reconcile-store.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/** What the reconciler asks of this service. */
export const reconcileRoutes = (ctx: Ctx): Route[] => [
  route(api.changedCarts, async ({ query }) => ({ items: await facts.listChanged(ctx.sql, query) })),
  route(api.readCartFacts, async ({ body }) => ({ items: await facts.listFacts(ctx.sql, body.ids) })),
  route(api.closeCartOfOrder, async ({ body }) => {
    await transaction(ctx.sql, tx => store.markOrdered(tx, [{ cart_id: body.id, items: undefined }]))
    return { done: true }
  }),
]
