import * as api from '@shopfleet/contracts'
import { type Route, reply, route } from '@shopfleet/service-kit'
import { addImage, arrangeImages, removeImage } from './arrange-images.ts'
import { findInCatalogue } from './catalogue-store.ts'
import { treeOf } from './category.ts'
import { listCategories } from './category-store.ts'
import { changeCategory, createCategory, deleteCategory } from './change-category.ts'
import { createProduct } from './create-product.ts'
import { createVariant } from './create-variant.ts'
import { listFacets } from './facets.ts'
import { importRoutes } from './import/import-routes.ts'
import { listCatalogue } from './list-catalogue.ts'
import { listProducts } from './list-products.ts'
import { toProduct } from './product.ts'
import { reconcileRoutes } from './reconcile-routes.ts'
import { restoreProduct } from './restore-product.ts'
import { search } from './search.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'
import { suggest } from './suggest.ts'
import { updateProduct } from './update-product.ts'
import { listVariants } from './variant-store.ts'

/** Something or a 404. */
function found<T>(value: T | undefined): T {
  if (value === undefined) throw new api.Problem('not-found')
  return value
}

function idsOf(text: string): string[] {
  const ids = text.split(',')
  if (ids.length <= 100 && ids.every(store.isUuid)) return ids
  throw new api.Problem('validation-failed', {
    errors: [{ pointer: 'query/ids', detail: 'must be up to 100 UUIDs, joined by commas' }],
  })
}

/** Who changes the catalogue is answered when nobody is told of a price of before any more. */
function heardOf(ctx: Ctx, { operation, handle }: Route): Route {
  if (operation.method === 'GET') return { operation, handle }
  return { operation, handle: call => handle(call).finally(() => ctx.prices.caughtUp()) }
}

export const routes = (ctx: Ctx): Route[] => mounted(ctx).map(each => heardOf(ctx, each))

const mounted = (ctx: Ctx): Route[] => [
  ...reconcileRoutes(ctx),
  ...importRoutes(ctx),
  route(api.listProducts, ({ query }) => listProducts(ctx, query)),
  route(api.searchProducts, ({ query }) => search(ctx, query)),
  route(api.listFacets, ({ query }) => listFacets(ctx, query)),
  route(api.suggestProducts, async ({ query }) => ({ items: await suggest(ctx, query.q, query.limit!) })),
  route(api.getProduct, async ({ params }) => {
    const row = found(await store.findListedProduct(ctx.sql, params.id))
    return toProduct(row, row.variant_count > 0 ? await listVariants(ctx.sql, row.id) : [])
  }),
  route(api.listCatalogue, ({ query }) => listCatalogue(ctx, query)),
  route(api.getCatalogueProduct, async ({ params }) => {
    const row = found(await findInCatalogue(ctx.sql, params.id))
    return toProduct(row, await listVariants(ctx.sql, row.id, { all: true }))
  }),
  route(api.priceProducts, async ({ query }) => ({ items: await ctx.prices.priceOf(idsOf(query.ids)) })),

  route(api.createProduct, async ({ body }) => toProduct(await createProduct(ctx, body))),
  route(api.createVariant, async ({ params, body }) => toProduct(await createVariant(ctx, params.id, body))),
  route(api.updateProduct, async ({ params, body }) => toProduct(await updateProduct(ctx, params.id, body))),
  route(api.patchProduct, async ({ params, body }) => toProduct(await updateProduct(ctx, params.id, body))),
  route(api.deleteProduct, async ({ params }) => {
    if (!(await store.deleteProduct(ctx.sql, params.id))) throw new api.Problem('not-found')
    return null
  }),

  route(api.restoreProduct, ({ params }) => restoreProduct(ctx, params.id)),

  route(api.listCategories, async () => ({ items: treeOf(await listCategories(ctx.sql)) })),
  route(api.getCategory, async ({ params }) => found(treeOf(await listCategories(ctx.sql, params.id))[0])),
  route(api.createCategory, ({ body }) => createCategory(ctx, body)),
  route(api.updateCategory, ({ params, body }) => changeCategory(ctx, params.id, body)),
  route(api.deleteCategory, ({ params }) => deleteCategory(ctx, params.id)),

  route(api.uploadImage, async ({ params, query, body }) => toProduct(await addImage(ctx, params.id, body, query.alt))),
  route(api.arrangeImages, async ({ params, body }) => toProduct(await arrangeImages(ctx, params.id, body))),
  route(api.deleteImage, async ({ params, query }) => toProduct(await removeImage(ctx, params.id, query.url))),
  route(api.getImage, async ({ params, header }) => {
    const { bytes, headers } = found(await ctx.images.find(params.name))
    return header('if-none-match') === headers.etag ? reply(304, null, headers) : reply(200, bytes, headers)
  }),
]
