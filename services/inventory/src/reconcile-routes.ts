import * as api from '@shopfleet/contracts'
import { type Route, route } from '@shopfleet/service-kit'
import { balanceStock } from './reconcile.ts'
import * as facts from './reconcile-store.ts'
import type { Ctx } from './service.ts'

/** What the reconciler asks of this service. */
export const reconcileRoutes = (ctx: Ctx): Route[] => [
  route(api.changedReservations, async ({ query }) => ({
    items: await facts.listChangedReservations(ctx.sql, query),
  })),
  route(api.changedStock, async ({ query }) => ({ items: await facts.listChangedStock(ctx.sql, query) })),
  route(api.readReservationFacts, async ({ body }) => ({ items: await facts.listReservationFacts(ctx.sql, body.ids) })),
  route(api.readStockFacts, async ({ body }) => ({ items: await facts.listStockFacts(ctx.sql, body.ids) })),
  route(api.balanceStock, async ({ body }) => ({ done: await balanceStock(ctx, body.id) })),
  route(api.resayStock, async ({ body }) => ({ done: await facts.sayAbove(ctx.sql, body.id, body.above_revision) })),
]
