import { fileURLToPath } from 'node:url'
import { type Context, createService, type Overrides } from '@shopfleet/service-kit'
import type { ProductConfig } from './config.ts'
import { handlers } from './events.ts'
import { createImageFolder, type ImageFolder } from './images.ts'
import { routes } from './routes.ts'

export { ProductConfig } from './config.ts'
export type Ctx = Context<ProductConfig> & { images: ImageFolder }

const demoImages = fileURLToPath(new URL('../../../data/images', import.meta.url))

/** The catalogue: products, categories, pictures, search. */
export const createProductService = (config: ProductConfig, overrides?: Overrides) =>
  createService<ProductConfig, Ctx>({
    name: 'product',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    extend: ctx => ({ ...ctx, images: createImageFolder(config.IMAGES_DIR ?? demoImages) }),
    routes,
    handlers,
  })
