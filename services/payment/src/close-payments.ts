import { inquire } from './authorise-payment.ts'
import { askWanted } from './capture-payment.ts'
import { isUnanswered, leftToRefund, type PaymentRow, wasCaptured } from './payment.ts'
import { askRefund } from './refund-payment.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/**
 * Ends all paying of an order. First it is closed, so that nothing new is let in; every payment let in before is seen
 * by the list that follows, and is brought to where it holds no money. What stays in doubt, the sweep goes on with.
 */
export async function closePayments(ctx: Ctx, order_id: string, reason: string): Promise<store.OrderSums> {
  await store.closeOrder(ctx.sql, order_id, reason, ctx.config.SETTLE_AFTER_MS)
  for (const payment of await store.listOrderPayments(ctx.sql, order_id)) await undo(ctx, payment, reason)
  return store.finishClosing(ctx.sql, order_id)
}

async function undo(ctx: Ctx, payment: PaymentRow, reason: string): Promise<void> {
  let now = isUnanswered(payment) ? await inquire(ctx, payment) : payment
  if (now.status === 'authorised') now = await letGo(ctx, now)
  if (wasCaptured(now)) await giveBack(ctx, now, reason)
}

/**
 * Voids, also when a capture is on its way: the provider puts one before the other, and either answer says which. A
 * capture that came first is refunded.
 */
async function letGo(ctx: Ctx, payment: PaymentRow): Promise<PaymentRow> {
  const begun = await store.wantVoid(ctx.sql, payment.id, { even_captured: true, after_ms: ctx.config.SETTLE_AFTER_MS })
  if (!begun) return (await store.findPayment(ctx.sql, payment.id))!
  const now = await askWanted(ctx, begun)
  return now.status === 'authorised' ? askWanted(ctx, begun) : now
}

/** Refunds what is left. Two closings at once share it: what one has set aside the other finds pending. */
async function giveBack(ctx: Ctx, payment: PaymentRow, reason: string): Promise<void> {
  if (leftToRefund(payment) > 0) {
    const all = { amount_minor: null, reason, idempotency_key: null }
    if (await store.insertRefund(ctx.sql, payment.id, all, ctx.config.SETTLE_AFTER_MS)) ctx.counts.refund('asked')
  }
  for (const refund of await store.listPendingRefunds(ctx.sql, payment.id)) {
    const now = await askRefund(ctx, refund)
    if (now.status === 'pending') await askRefund(ctx, refund)
  }
}
