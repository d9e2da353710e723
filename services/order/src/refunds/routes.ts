import * as api from '@shopfleet/contracts'
import { isStaff, type Route, reply, route } from '@shopfleet/service-kit'
import type { Ctx } from '../service.ts'
import { findOrder } from '../store.ts'
import { assertAccess } from '../view.ts'
import { refundToWire } from './refund.ts'
import { refundOrder } from './refund-order.ts'
import { findRefund, listRefunds } from './refund-store.ts'

export const refundRoutes = (ctx: Ctx): Route[] => [
  route(api.refundOrder, async ({ params, body, idempotency_key }) => {
    const refund = await refundOrder(ctx, params.id, body, idempotency_key)
    return reply(refund.status === 'made' ? 201 : 202, refundToWire(refund, true))
  }),

  route(api.listOrderRefunds, async ({ params, caller, header }) => {
    const order = assertAccess(ctx, await findOrder(ctx.sql, params.id), caller, header('x-order-token'))
    const for_staff = isStaff(caller, 'orders')
    const refunds = await listRefunds(ctx.sql, order.id)
    const shown = refunds.filter(({ status }) => for_staff || status !== 'refused')
    return { items: shown.map(refund => refundToWire(refund, for_staff)) }
  }),

  route(api.readOrderRefund, async ({ params }) => {
    const refund = await findRefund(ctx.sql, params.id)
    return { refund: refund ? refundToWire(refund, false) : null }
  }),
]
