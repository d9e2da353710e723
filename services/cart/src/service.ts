import { fileURLToPath } from 'node:url'
import { type Context, createService, type Overrides } from '@shopfleet/service-kit'
import { tellAbandoned } from './abandoned-store.ts'
import type { CartConfig } from './config.ts'
import { handlers } from './events.ts'
import { readPersonalData } from './personal-data-store.ts'
import { routes } from './routes.ts'
import { deleteIdleSaved } from './saved-store.ts'
import * as store from './store.ts'

export { CartConfig } from './config.ts'
export type Ctx = Context<CartConfig>

/** Carts of guests and users, and their lines. Names and prices stay with the product service. */
export const createCartService = (config: CartConfig, overrides?: Overrides) =>
  createService({
    name: 'cart',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    routes,
    handlers,
    personalData: readPersonalData,
    sweeps: ctx => [
      {
        name: 'tell of abandoned carts',
        interval_ms: config.CART_WATCH_MS,
        run: () => tellAbandoned(ctx.sql, config.CART_ABANDONED_AFTER_S, 500),
      },
      {
        name: 'delete idle carts',
        interval_ms: config.CART_SWEEP_MS,
        run: () => store.deleteIdleCarts(ctx.sql, config.GUEST_CART_DAYS, 500),
      },
      {
        name: 'delete what guests saved',
        interval_ms: config.CART_SWEEP_MS,
        run: () => deleteIdleSaved(ctx.sql, config.GUEST_CART_DAYS, 500),
      },
    ],
  })
