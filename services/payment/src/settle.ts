import { seeded } from '@shopfleet/database'
import { currentTraceparent, withContext } from '@shopfleet/messaging'
import type { PaymentRow, RefundRow, Seen } from './payment.ts'
import { isSameMoney } from './payment.ts'
import { type ProviderAnswer, toSeen } from './provider.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/** What is done for a payment by nobody's request, or by the provider's, goes under the request that began it. */
export function withCorrelation<T>({ correlation_id }: PaymentRow, work: () => Promise<T>): Promise<T> {
  return withContext({ correlation_id, traceparent: currentTraceparent(), deadline: undefined }, work)
}

/**
 * The one way a payment learns what the provider did, for answers, webhooks, inquiries, the reconciler and staff alike.
 * Forward only: whoever comes second, or late, changes nothing. Answers the payment as it stands now.
 */
export async function settle(ctx: Ctx, payment: PaymentRow, seen: Seen): Promise<PaymentRow> {
  if (!isSameMoney(payment, seen)) throw new Error(`the provider has another amount for payment ${payment.id}`)
  let now = await store.settlePayment(ctx.sql, payment.id, seen)
  if (now) ctx.counts.payment(now.status)
  if (seen.refunded_minor > (now ?? payment).refunded_minor) {
    now = (await store.insertForeignRefund(ctx.sql, payment.id, seen)) ?? now
  }
  return now ?? (await store.findPayment(ctx.sql, payment.id))!
}

/**
 * Settles from an answer to a step. One that says nothing of the payment leaves it as it is, with its question open:
 * the sweep goes on asking, with the same key.
 */
export async function settleFrom(
  ctx: Ctx,
  payment: PaymentRow,
  step: string,
  answer: ProviderAnswer,
): Promise<PaymentRow> {
  if (answer.kind === 'payment') return settle(ctx, payment, toSeen(answer.payment, answer.code))
  await noteUnsettled(ctx, payment.id, step, answer)
  return (await store.findPayment(ctx.sql, payment.id))!
}

/** The same for one refund, which the provider knows by its id. Answers whether anything is known now. */
export async function settleRefundFrom(ctx: Ctx, refund: RefundRow, answer: ProviderAnswer): Promise<RefundRow> {
  if (answer.kind === 'refund') {
    if (await store.settleRefundMade(ctx.sql, refund.id, answer.reference)) ctx.counts.refund('made')
  } else if (seeded('refund-taken-for-made')) await store.settleRefundMade(ctx.sql, refund.id, `assumed-${refund.id}`)
  // A refused key was not used up, and what the provider refuses here (more than is left, not captured) stays so.
  else if (answer.kind === 'refused' || answer.kind === 'payment') {
    if (await store.settleRefundFailed(ctx.sql, refund.id)) ctx.counts.refund('refused')
  } else await noteUnsettled(ctx, refund.payment_id, 'refund', answer)
  return (await store.findRefund(ctx.sql, refund.id))!
}

async function noteUnsettled(ctx: Ctx, payment_id: string, step: string, answer: ProviderAnswer): Promise<void> {
  if (answer.kind === 'unknown') {
    ctx.log.warn({ payment_id, step, cause: answer.cause }, 'the provider did not answer')
    await store.noteSilence(ctx.sql, payment_id, step, answer.cause)
  } else ctx.log.error({ payment_id, step, answer: answer.kind }, 'the provider does not know what we ask for')
}
