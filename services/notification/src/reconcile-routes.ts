import * as api from '@shopfleet/contracts'
import { type Route, route } from '@shopfleet/service-kit'
import { listConfirmed } from './reconcile-store.ts'
import type { Ctx } from './service.ts'

/** What the reconciler asks of this service. */
export const reconcileRoutes = (ctx: Ctx): Route[] => [
  route(api.readConfirmedOrders, async ({ body }) => ({ items: await listConfirmed(ctx.sql, body.ids) })),
]
