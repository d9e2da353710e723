import * as api from '@shopfleet/contracts'
import { decodeCursor, pageOf, type Route, route } from '@shopfleet/service-kit'
import type { Ctx } from '../service.ts'
import { lookAtCoupon } from './apply-coupon.ts'
import { changeCoupon, createCoupon, deleteCoupon } from './change-coupon.ts'
import { invalidCoupon, toWire } from './coupon.ts'
import * as store from './coupon-store.ts'

const shown = ({ uses, ...row }: store.Counted) => toWire(row, uses)

export const couponRoutes = (ctx: Ctx): Route[] => [
  route(api.listCoupons, async ({ query }) => {
    const [before] = decodeCursor('coupons', ['id'], query.cursor) ?? []
    const limit = query.limit!
    const rows = await store.listCoupons(ctx.sql, { before, limit: limit + 1 })
    return pageOf('coupons', rows.map(shown), limit, coupon => [coupon.id])
  }),
  route(api.createCoupon, ({ body }) => createCoupon(ctx, body)),
  route(api.getCoupon, async ({ params }) => {
    const found = await store.findCoupon(ctx.sql, params.id)
    if (!found) throw new api.Problem('not-found')
    return shown(found)
  }),
  route(api.updateCoupon, ({ params, body }) => changeCoupon(ctx, params.id, body)),
  route(api.deleteCoupon, ({ params }) => deleteCoupon(ctx, params.id)),

  route(api.checkCoupon, async ({ body: { code, user_id, ...basket } }) => {
    const seen = await lookAtCoupon(ctx, code, { basket, customer: { user_id, email: null } })
    if ('problem' in seen) throw invalidCoupon(seen.problem, '/code')
    return { code: seen.coupon.code }
  }),
]
