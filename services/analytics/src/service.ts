import { fileURLToPath } from 'node:url'
import { type Context, createService, type Overrides } from '@shopfleet/service-kit'
import type { AnalyticsConfig } from './config.ts'
import { handlers } from './events.ts'
import { readPersonalData } from './personal-data-store.ts'
import { routes } from './routes.ts'
import * as store from './store.ts'

export { AnalyticsConfig } from './config.ts'
export type Ctx = Context<AnalyticsConfig>

/** How the shop does: facts and roll-ups, built from what the services say happened. */
export const createAnalyticsService = (config: AnalyticsConfig, overrides?: Overrides) =>
  createService({
    name: 'analytics',
    config,
    // A report of a day and one of a year are best run differently.
    plans: 'custom',
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    routes,
    gather_ms: 1000,
    handlers,
    personalData: readPersonalData,
    sweeps: ctx => [
      {
        name: 'forget erasures',
        interval_ms: 600_000,
        // A day more than the log keeps them, as the inbox does.
        run: async () =>
          (await store.unlinkErased(ctx.sql)) +
          (await store.deleteOldErasures(ctx.sql, config.EVENT_RETENTION_DAYS + 1)),
      },
    ],
  })
