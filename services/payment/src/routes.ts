import * as api from '@shopfleet/contracts'
import { decodeCursor, pageOf, type Route, route } from '@shopfleet/service-kit'
import { authorisePayment } from './authorise-payment.ts'
import { captureForOrder, capturePayment, findOr404, voidPayment } from './capture-payment.ts'
import { closePayments } from './close-payments.ts'
import * as ledger from './ledger-store.ts'
import { toPayment } from './payment.ts'
import { checkSignature, receiveWebhook } from './receive-webhook.ts'
import { reconcileRoutes } from './reconcile-routes.ts'
import { refundForOrder, refundPayment } from './refund-payment.ts'
import type { Ctx } from './service.ts'
import { listSteps } from './steps-store.ts'
import * as store from './store.ts'

export const routes = (ctx: Ctx): Route[] => [
  ...reconcileRoutes(ctx),
  route(api.authorisePayment, async ({ body }) => toPayment(await authorisePayment(ctx, body))),
  route(api.closePayments, async ({ body }) => ({
    order_id: body.order_id,
    ...(await closePayments(ctx, body.order_id, body.reason)),
  })),
  route(api.capturePayment, async ({ params }) => toPayment(await capturePayment(ctx, params.id))),
  route(api.captureForOrder, async ({ params }) => toPayment(await captureForOrder(ctx, params.id))),
  route(api.voidPayment, async ({ params }) => toPayment(await voidPayment(ctx, params.id))),
  route(api.refundPayment, async ({ params, body, idempotency_key }) =>
    toPayment(await refundPayment(ctx, params.id, { ...body, idempotency_key })),
  ),
  route(api.refundForOrder, ({ params, body }) => refundForOrder(ctx, params.id, body)),

  route(api.getPayment, async ({ params }) => toPayment(await findOr404(ctx, params.id))),
  route(api.listPayments, async ({ query }) => {
    const limit = query.limit!
    const [after] = decodeCursor('payments', ['id'], query.cursor) ?? []
    const rows = await store.listPayments(ctx.sql, {
      order_id: query.order_id,
      after,
      limit: limit + 1,
    })
    const page = pageOf('payments', rows, limit, row => [row.id])
    return { items: page.items.map(toPayment), next_cursor: page.next_cursor }
  }),

  route(api.listPaymentSteps, async ({ query }) => ({
    items: (await listSteps(ctx.sql, query.order_id)).map(({ amount_minor, ...step }) => ({
      ...step,
      amount: api.toMajor(amount_minor, step.currency),
    })),
  })),

  route(api.listLedger, async ({ query }) => {
    const { account, from, to } = query
    const limit = query.limit!
    const after = decodeCursor('ledger', ['time', 'id'], query.cursor)
    const rows = await ledger.listLedger(ctx.sql, { account, from, to }, { after, limit: limit + 1 })
    const sums = await ledger.sumLedger(ctx.sql, { account, from, to })
    const page = pageOf('ledger', rows, limit, row => [row.created_at, row.id])
    const inMajor = <Row extends { amount_minor: number; currency: string }>({ amount_minor, ...row }: Row) => ({
      ...row,
      amount: api.toMajor(amount_minor, row.currency),
    })
    return { items: page.items.map(inMajor), next_cursor: page.next_cursor, balances: sums.map(inMajor) }
  }),

  route(api.receiveWebhook, async ({ params, body, raw_body, header }) => {
    if (params.provider !== 'simulator') throw new api.Problem('not-found')
    checkSignature(ctx, header('x-simulator-signature'), raw_body)
    await receiveWebhook(ctx, body)
    return { received: true }
  }),
]
