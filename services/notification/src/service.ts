import { fileURLToPath } from 'node:url'
import { type Context, createService, type Overrides } from '@shopfleet/service-kit'
import type { NotificationConfig } from './config.ts'
import { routes } from './routes.ts'

export { NotificationConfig } from './config.ts'
export type Ctx = Context<NotificationConfig>

/** Say here in one line what this service is for. */
export const createNotificationService = (config: NotificationConfig, overrides?: Overrides) =>
  createService({
    name: 'notification',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    routes,
  })
