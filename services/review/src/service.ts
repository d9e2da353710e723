import { fileURLToPath } from 'node:url'
import { type FileStore, openFiles } from '@shopfleet/files'
import { type Context, createService, type Overrides } from '@shopfleet/service-kit'
import type { ReviewConfig } from './config.ts'
import { handlers } from './events.ts'
import { readPersonalData } from './personal-data-store.ts'
import { deleteDropped } from './photos.ts'
import { routes } from './routes.ts'
import { tellHeldBack } from './wishlist/wishlist-store.ts'

export { ReviewConfig } from './config.ts'
export type Ctx = Context<ReviewConfig> & { files: FileStore }

/** What customers say of products, and which they wish for. */
export const createReviewService = (config: ReviewConfig, overrides?: Overrides) =>
  createService<ReviewConfig, Ctx>({
    name: 'review',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    extend: ctx => ({ ...ctx, files: openFiles(config) }),
    routes,
    gather_ms: 500,
    handlers,
    personalData: readPersonalData,
    sweeps: ctx => [
      { name: 'delete dropped photos', interval_ms: 60_000, run: () => deleteDropped(ctx, 50) },
      { name: 'tell wishers', interval_ms: config.WISHLIST_SWEEP_MS, run: () => tellHeldBack(ctx.sql, 500) },
    ],
  })
