import * as api from '@shopfleet/contracts'
import { decodeCursor, pageOf, type Route, route } from '@shopfleet/service-kit'
import { adjust, setAvailable, setOnHand } from './count.ts'
import { reconcileRoutes } from './reconcile-routes.ts'
import { commit, release, reserve } from './reserve.ts'
import { returnStock } from './return-stock.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

async function stockOf(ctx: Ctx, product_id: string): Promise<api.Stock> {
  const stock = await store.findStock(ctx.sql, product_id)
  if (!stock) throw new api.Problem('not-found')
  return stock
}

export const routes = (ctx: Ctx): Route[] => [
  ...reconcileRoutes(ctx),
  route(api.getStock, ({ params }) => stockOf(ctx, params.product_id)),

  route(api.listStock, async ({ query }) => {
    const limit = query.limit!
    const after = decodeCursor('stock', ['count', 'id'], query.cursor)
    const rows = await store.listStock(ctx.sql, { below: query.below, after, limit: limit + 1 })
    return pageOf('stock', rows, limit, row => [row.available, row.product_id])
  }),

  route(api.countLowStock, ({ query }) => store.countLowStock(ctx.sql, query.below)),

  route(api.setStock, ({ params, body }) => setOnHand(ctx, params.product_id, body.on_hand)),
  route(api.setStockFromCatalogue, ({ params, body }) => setAvailable(ctx, params.product_id, body.available)),

  route(api.adjustStock, ({ params, body, idempotency_key }) =>
    adjust(ctx, params.product_id, { ...body, idempotency_key }),
  ),

  route(api.moveStockFromCatalogue, ({ params, body }) =>
    adjust(ctx, params.product_id, { ...body, idempotency_key: params.key }),
  ),

  route(api.listMovements, async ({ params, query }) => {
    await stockOf(ctx, params.product_id)
    const limit = query.limit!
    const [after] = decodeCursor('movements', ['id'], query.cursor) ?? []
    const rows = await store.listMovements(ctx.sql, params.product_id, after, limit + 1)
    return pageOf('movements', rows, limit, row => [row.id])
  }),

  route(api.getReservation, async ({ params }) => {
    const reservation = await store.findWholeReservation(ctx.sql, params.order_id)
    if (!reservation) throw new api.Problem('not-found')
    return reservation
  }),
  route(api.reserveStock, ({ body }) => reserve(ctx, body.order_id, body.items, body)),
  route(api.commitReservation, ({ params }) => commit(ctx, params.order_id)),
  route(api.releaseReservation, ({ params }) => release(ctx, params.order_id)),

  route(api.returnStock, async ({ params, body }) => ({
    units: await returnStock(ctx, params.order_id, params.key, body.items),
  })),

  route(api.openStock, async ({ params, body }) => {
    await store.insertOpeningStock(ctx.sql, params.product_id, body.quantity)
    return stockOf(ctx, params.product_id)
  }),
]
