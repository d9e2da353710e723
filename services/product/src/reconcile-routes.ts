import * as api from '@shopfleet/contracts'
import { type Route, route } from '@shopfleet/service-kit'
import { listShownStock } from './reconcile-store.ts'
import type { Ctx } from './service.ts'

/** What the reconciler asks of this service. */
export const reconcileRoutes = (ctx: Ctx): Route[] => [
  route(api.readShownStock, async ({ body }) => ({ items: await listShownStock(ctx.sql, body.ids) })),
]
