import { fileURLToPath } from 'node:url'
import { type FileStore, openFiles } from '@shopfleet/files'
import { type Context, createService, type Overrides } from '@shopfleet/service-kit'
import type { ProductConfig } from './config.ts'
import { handlers } from './events.ts'
import { createImages, type Images } from './images.ts'
import { finishImports, forgetImports } from './import/apply-import.ts'
import { createKnownProducts, type KnownProducts } from './known-products.ts'
import { createPriceMemory, type PriceMemory } from './price-memory.ts'
import { createReadAhead } from './read-ahead.ts'
import { routes } from './routes.ts'
import { listWords } from './search-store.ts'
import { createVocabulary, mostKnownWords, type Vocabulary } from './search-words.ts'
import { createWordMemory, type WordMemory } from './word-memory.ts'

export { ProductConfig } from './config.ts'
export type Ctx = Context<ProductConfig> & {
  files: FileStore
  images: Images
  known: KnownProducts
  prices: PriceMemory
  vocabulary: Vocabulary
  words: WordMemory
}

const demoImages = fileURLToPath(new URL('../../../data/images', import.meta.url))

/** The catalogue: products, categories, pictures, search. */
export const createProductService = (config: ProductConfig, overrides?: Overrides) =>
  createService<ProductConfig, Ctx>({
    name: 'product',
    config,
    overrides,
    plans: 'custom',
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    extend(ctx) {
      const files = openFiles(config)
      return {
        ...ctx,
        files,
        images: createImages(config.IMAGES_DIR ?? demoImages, files),
        known: createKnownProducts(),
        prices: createPriceMemory(ctx.sql),
        vocabulary: createVocabulary(() => listWords(ctx.sql, mostKnownWords)),
        words: createWordMemory(ctx.sql, config.DEFAULT_CURRENCY),
      }
    },
    routes,
    gather_ms: 100,
    handlers,
    sweeps: ctx => [
      { name: 'finish imports', interval_ms: 2000, run: () => finishImports(ctx) },
      { name: 'read ahead for searches', interval_ms: 50, run: createReadAhead(ctx.words) },
      { name: 'forget old imports', interval_ms: 3_600_000, run: () => forgetImports(ctx) },
    ],
  })
