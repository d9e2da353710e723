import * as api from '@shopfleet/contracts'
import { decodeCursor, pageOf, type Route, reply, route } from '@shopfleet/service-kit'
import type { Ctx } from '../service.ts'
import { applyImport, undoImport } from './apply-import.ts'
import { importProducts } from './check-file.ts'
import { exportProducts } from './export-products.ts'
import * as store from './import-store.ts'

/** Under way is 202: the caller looks again. */
const withStatus = (done: 200 | 201, body: api.ProductImport) =>
  reply(body.status === 'applying' || body.status === 'undoing' ? 202 : done, body)

async function found(ctx: Ctx, id: string): Promise<api.ProductImport> {
  const one = await store.findImport(ctx.sql, id)
  if (!one) throw new api.Problem('not-found')
  return one
}

export const importRoutes = (ctx: Ctx): Route[] => [
  route(api.importProducts, async ({ body, query, caller }) => {
    const created_by = caller.kind === 'user' ? caller.user_id : null
    return withStatus(201, await importProducts(ctx, body, { ...query, created_by }))
  }),
  route(api.listImports, async ({ query }) => {
    const limit = query.limit!
    const [after] = decodeCursor('imports', ['id'], query.cursor) ?? []
    return pageOf('imports', await store.listImports(ctx.sql, after, limit + 1), limit, row => [row.id])
  }),
  route(api.getImport, ({ params }) => found(ctx, params.id)),
  route(api.listImportRows, async ({ params, query }) => {
    await found(ctx, params.id)
    const { action } = query
    const limit = query.limit!
    const list = `import rows ${action ?? ''}`
    const after = decodeCursor(list, ['count', 'count'], query.cursor) as readonly [number, number] | undefined
    const rows = await store.listRows(ctx.sql, params.id, { action, after, limit: limit + 1 })
    return pageOf(list, rows, limit, row => [row.line, row.part])
  }),
  route(api.applyImport, async ({ params, body }) => withStatus(200, await applyImport(ctx, params.id, body))),
  route(api.undoImport, async ({ params }) => withStatus(200, await undoImport(ctx, params.id))),
  route(api.exportProducts, async ({ query }) => {
    const headers = {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="products-${new Date(ctx.clock.now()).toISOString().slice(0, 10)}.csv"`,
      'cache-control': 'no-store',
    }
    return reply(200, exportProducts(ctx, query.category), headers)
  }),
]
