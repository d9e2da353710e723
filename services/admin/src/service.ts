import { fileURLToPath } from 'node:url'
import { type Context, createService, type Overrides } from '@shopfleet/service-kit'
import type { AdminConfig } from './config.ts'
import { routes } from './routes.ts'

export { AdminConfig } from './config.ts'
export type Ctx = Context<AdminConfig>

/** Say here in one line what this service is for. */
export const createAdminService = (config: AdminConfig, overrides?: Overrides) =>
  createService({
    name: 'admin',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    routes,
  })
