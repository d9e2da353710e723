import { Problem, toMajor, toMinor } from '@shopfleet/contracts'
import { isUniqueViolation, seeded } from '@shopfleet/database'
import { findOr404, notAllowed } from './capture-payment.ts'
import { leftToRefund, type PaymentRow, type RefundRow, wasCaptured } from './payment.ts'
import type { Ctx } from './service.ts'
import { settleRefundFrom } from './settle.ts'
import * as store from './store.ts'

interface Wish {
  amount?: number
  currency?: string
  reason?: string
  idempotency_key?: string
}

/**
 * Gives money back: sets the amount aside, asks the provider, settles. Refunds at the same time cannot together exceed
 * what was captured, because each has its part set aside before the provider hears of it.
 */
export async function refundPayment(
  ctx: Ctx,
  id: string,
  { amount, currency, reason, idempotency_key }: Wish,
): Promise<PaymentRow> {
  const payment = await findOr404(ctx, id)
  if (currency !== undefined && currency !== payment.currency) {
    throw new Problem('wrong-currency', { detail: `The payment was made in ${payment.currency}.` })
  }
  const amount_minor = amount === undefined ? null : toMinor(amount, payment.currency, '/amount')
  try {
    const wish = { amount_minor, reason: reason ?? null, idempotency_key: idempotency_key ?? null }
    const begun = await store.insertRefund(ctx.sql, id, wish, ctx.config.SETTLE_AFTER_MS)
    if (begun) ctx.counts.refund('asked')
    if (begun) return await finish(ctx, begun)
  } catch (error) {
    if (!isUniqueViolation(error, 'refunds_once')) throw error
  }
  const before = idempotency_key === undefined ? undefined : await store.findRefundByKey(ctx.sql, id, idempotency_key)
  if (before) return repeated(ctx, before, amount_minor)
  const now = await findOr404(ctx, id)
  if (!wasCaptured(now)) throw notAllowed(now)
  throw exceeding(now)
}

/**
 * The same as a step of the order service's, of whatever payment of the order was captured. The id of its refund is ours,
 * and the provider's key: repeating it answers what is known, and asks again if nobody else does.
 */
export async function refundForOrder(
  ctx: Ctx,
  id: string,
  wish: { order_id: string; amount_minor: number; reason: string | null },
): Promise<{ status: RefundRow['status']; refunded_minor: number }> {
  const { amount_minor, reason } = wish
  let refund = await store.findRefund(ctx.sql, id)
  if (!refund) {
    const payment = (await store.listOrderPayments(ctx.sql, wish.order_id)).find(wasCaptured)
    if (!payment) throw new Problem('payment-not-allowed', { detail: 'Nothing was captured for this order.' })
    try {
      const fresh = { id, amount_minor, reason, idempotency_key: null }
      const begun = await store.insertRefund(ctx.sql, payment.id, fresh, ctx.config.SETTLE_AFTER_MS)
      if (begun) ctx.counts.refund('asked')
      // Of two who ask at once for all there is, the later finds nothing left, because the same refund has taken it.
      refund = begun ? await askTwice(ctx, begun) : await store.findRefund(ctx.sql, id)
      if (!refund) throw exceeding(await findOr404(ctx, payment.id))
    } catch (error) {
      if (!isUniqueViolation(error, 'refunds_pkey')) throw error
      refund = (await store.findRefund(ctx.sql, id))!
    }
  } else if (refund.status === 'pending') {
    const claimed = await store.claimRefund(ctx.sql, id, ctx.config.SETTLE_AFTER_MS)
    refund = claimed ? await askTwice(ctx, claimed) : (await store.findRefund(ctx.sql, id))!
  }
  const { order_id, refunded_minor } = await findOr404(ctx, refund.payment_id)
  if (order_id !== wish.order_id || refund.amount_minor !== amount_minor) throw new Problem('idempotency-key-reused')
  return { status: refund.status, refunded_minor }
}

function exceeding(payment: PaymentRow): Problem {
  const left = toMajor(leftToRefund(payment), payment.currency)
  return new Problem('refund-exceeds-captured', { detail: `${left} ${payment.currency} are left to give back.`, left })
}

async function repeated(ctx: Ctx, before: RefundRow, amount_minor: number | null): Promise<PaymentRow> {
  if (before.asked_minor !== amount_minor) throw new Problem('idempotency-key-reused')
  if (before.status !== 'pending') return answer(ctx, before)
  const claimed = await store.claimRefund(ctx.sql, before.id, ctx.config.SETTLE_AFTER_MS)
  if (!claimed) throw new Problem('request-in-progress')
  return finish(ctx, claimed)
}

const finish = async (ctx: Ctx, begun: RefundRow): Promise<PaymentRow> => answer(ctx, await askTwice(ctx, begun))

/** Asks twice, as far as there is time. */
async function askTwice(ctx: Ctx, begun: RefundRow): Promise<RefundRow> {
  const refund = await askRefund(ctx, begun)
  return refund.status === 'pending' ? askRefund(ctx, refund) : refund
}

async function answer(ctx: Ctx, refund: RefundRow): Promise<PaymentRow> {
  const payment = await findOr404(ctx, refund.payment_id)
  if (refund.status === 'failed') {
    throw new Problem('payment-not-allowed', {
      detail: 'The provider refused the refund.',
      payment_status: payment.status,
    })
  }
  return refund.status === 'pending' ? { ...payment, status: 'in_doubt' } : payment
}

/** Asks the provider for a refund under its own id, however often. */
export async function askRefund(ctx: Ctx, refund: RefundRow): Promise<RefundRow> {
  const { provider_reference } = await findOr404(ctx, refund.payment_id)
  const key = seeded('refund-key-per-try') ? ctx.clock.newId() : refund.id
  const asked = await ctx.provider.refund(provider_reference!, { key, amount: refund.amount_minor })
  return settleRefundFrom(ctx, refund, asked)
}
