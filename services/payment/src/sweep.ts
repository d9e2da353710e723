import { inquire } from './authorise-payment.ts'
import { askWanted } from './capture-payment.ts'
import { closePayments } from './close-payments.ts'
import { agrees, isUnanswered, type PaymentRow } from './payment.ts'
import { toSeen } from './provider.ts'
import { askRefund } from './refund-payment.ts'
import type { Ctx } from './service.ts'
import { settle, withCorrelation } from './settle.ts'
import * as store from './store.ts'

const batchSize = 50
/** Batches one sweep compares: a day of much business is caught up with in the night, and the provider is not overrun. */
const batches = 20

/**
 * Goes on with what was left open, by a provider that did not answer or a process that ended: questions about
 * payments and refunds, and closings. Answers how many came to an end.
 */
export async function settleOverdue(ctx: Ctx): Promise<number> {
  const { SETTLE_AFTER_MS: after_ms } = ctx.config
  const payments = await store.claimDuePayments(ctx.sql, after_ms, batchSize)
  const refunds = await store.claimDueRefunds(ctx.sql, after_ms, batchSize)
  const closings = await store.claimDueClosings(ctx.sql, after_ms, batchSize)
  const ends = await Promise.all([
    ...payments.map(payment => attempt(ctx, payment.id, () => withCorrelation(payment, () => goOn(ctx, payment)))),
    ...refunds.map(refund =>
      attempt(ctx, refund.payment_id, async () => (await askRefund(ctx, refund)).status !== 'pending'),
    ),
    ...closings.map(({ order_id, close_reason }) =>
      attempt(ctx, order_id, async () => (await closePayments(ctx, order_id, close_reason)).settled),
    ),
  ])
  return ends.filter(Boolean).length
}

async function goOn(ctx: Ctx, payment: PaymentRow): Promise<boolean> {
  const now = isUnanswered(payment) ? await inquire(ctx, payment) : await askWanted(ctx, payment)
  return now.status !== payment.status && !isUnanswered(now)
}

/**
 * Compares payments that changed a while ago, or stay open, with the provider's book, and repairs through the same
 * `settle`. Answers how many it repaired: none, unless something else failed.
 */
export async function reconcile(ctx: Ctx): Promise<number> {
  await store.pruneWebhooks(ctx.sql)
  let repaired = 0
  for (let batch = 0; batch < batches; batch++) {
    const payments = await store.claimToCompare(ctx.sql, batchSize)
    const found = await Promise.all(payments.map(payment => attempt(ctx, payment.id, () => compare(ctx, payment))))
    repaired += found.filter(Boolean).length
    if (payments.length < batchSize) break
  }
  return repaired
}

/** Compares one payment with the provider's book. Answers whether it was repaired. */
export async function compare(ctx: Ctx, payment: PaymentRow): Promise<boolean> {
  const found = await ctx.provider.get(payment.provider_reference!)
  if (found.kind === 'unknown') return false
  if (found.kind === 'payment') {
    const seen = toSeen(found.payment)
    if (agrees(payment, seen)) {
      await store.markCompared(ctx.sql, payment)
      return false
    }
    const now = await withCorrelation(payment, () => settle(ctx, payment, seen))
    if (agrees(now, seen)) {
      ctx.counts.repaired()
      ctx.log.warn({ payment_id: payment.id, from: payment.status, to: now.status }, 'repaired from the provider')
      return true
    }
    // It moved on while we looked: the change has set the next comparison, or the end of a refund that began will.
    if (now.updated_at !== payment.updated_at || now.refunding_minor > 0) return false
  }
  ctx.metrics.errors.inc({ kind: 'payment differs' })
  ctx.log.error(
    { payment_id: payment.id, status: payment.status },
    "the provider's book says otherwise and cannot be followed",
  )
  return false
}

/** A payment that cannot be dealt with must not hold up the others; it stays due, ever later. */
async function attempt(ctx: Ctx, id: string, work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work()
  } catch (error) {
    ctx.metrics.errors.inc({ kind: 'settle payments' })
    ctx.log.error({ id, error }, 'a payment could not be settled')
    return false
  }
}
