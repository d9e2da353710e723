import * as api from '@shopfleet/contracts'
import { type Route, route } from '@shopfleet/service-kit'
import { askProviderAgain, readBalances } from './reconcile.ts'
import * as facts from './reconcile-store.ts'
import type { Ctx } from './service.ts'

/** What the reconciler asks of this service. */
export const reconcileRoutes = (ctx: Ctx): Route[] => [
  route(api.changedPayments, async ({ query }) => ({ items: await facts.listChanged(ctx.sql, query) })),
  route(api.readPaymentFacts, async ({ body }) => ({ items: await facts.listFacts(ctx.sql, body.ids) })),
  route(api.readProviderBalance, async () => ({ items: await readBalances(ctx) })),
  route(api.listProviderStrangers, async () => ({ items: [...(await facts.listStrangers(ctx.sql, 200))] })),
  route(api.askProviderAgain, async ({ body }) => ({ done: await askProviderAgain(ctx, body.id) })),
]
