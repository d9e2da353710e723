import { fileURLToPath } from 'node:url'
import { type Context, createService, type Overrides } from '@shopfleet/service-kit'
import type { InventoryConfig } from './config.ts'
import { handlers } from './events.ts'
import { expireOverdue } from './reserve.ts'
import { routes } from './routes.ts'

export { InventoryConfig } from './config.ts'
export type Ctx = Context<InventoryConfig>

/** Stock, reservations with a deadline, movements. */
export const createInventoryService = (config: InventoryConfig, overrides?: Overrides) =>
  createService({
    name: 'inventory',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    routes,
    handlers,
    sweeps: ctx => [
      { name: 'expire reservations', interval_ms: config.EXPIRY_SWEEP_MS, run: () => expireOverdue(ctx) },
    ],
  })
