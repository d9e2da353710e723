import { Problem } from '@shopfleet/contracts'
import { type PaymentRow, seenHere, wasCaptured } from './payment.ts'
import type { ProviderAnswer } from './provider.ts'
import type { Ctx } from './service.ts'
import { settle, settleFrom } from './settle.ts'
import * as store from './store.ts'

/** Takes the money of an authorised payment of an open order. Repeating it answers what is. */
export async function capturePayment(ctx: Ctx, id: string): Promise<PaymentRow> {
  const begun = await store.wantCapture(ctx.sql, id, ctx.config.SETTLE_AFTER_MS)
  if (begun) return refuseVoided(await finish(ctx, begun))
  const payment = await findOr404(ctx, id)
  if (wasCaptured(payment)) return payment
  throw notAllowed(payment)
}

/**
 * The same as a step of checkout. A payment that ended otherwise (voided, declined) is an answer the checkout can act
 * on, not a refusal.
 */
export async function captureForOrder(ctx: Ctx, id: string): Promise<PaymentRow> {
  const begun = await store.wantCapture(ctx.sql, id, ctx.config.SETTLE_AFTER_MS)
  if (begun) return finish(ctx, begun)
  const payment = await findOr404(ctx, id)
  if (wasCaptured(payment) || payment.status === 'voided' || payment.status === 'declined') return payment
  throw notAllowed(payment)
}

/** Lets go of an authorised payment that is not being captured. Repeating it answers what is. */
export async function voidPayment(ctx: Ctx, id: string): Promise<PaymentRow> {
  const begun = await store.wantVoid(ctx.sql, id, { even_captured: false, after_ms: ctx.config.SETTLE_AFTER_MS })
  const payment = begun ? await finish(ctx, begun) : await findOr404(ctx, id)
  if (payment.status === 'voided' || (payment.status === 'in_doubt' && begun)) return payment
  throw notAllowed(payment)
}

/** Asks twice, as far as there is time; the caller is told `in_doubt` when the outcome still is not known. */
async function finish(ctx: Ctx, begun: PaymentRow): Promise<PaymentRow> {
  let payment = await askWanted(ctx, begun)
  if (payment.status === 'authorised') payment = await askWanted(ctx, begun)
  return payment.status === 'authorised' ? { ...payment, status: 'in_doubt' } : payment
}

/** Asks the provider for the step that was begun, with the step's own key, however often. */
export async function askWanted(ctx: Ctx, payment: PaymentRow): Promise<PaymentRow> {
  const done = payment.wanted === 'capture' ? 'captured' : 'voided'
  if (payment.provider === 'none') return settle(ctx, payment, seenHere(payment, done))
  return settleFrom(ctx, payment, payment.wanted!, await ask(ctx, payment))
}

function ask(ctx: Ctx, { id, wanted, provider_reference, amount_minor }: PaymentRow): Promise<ProviderAnswer> {
  return wanted === 'capture'
    ? ctx.provider.capture(provider_reference!, { key: `${id}:capture`, amount: amount_minor })
    : ctx.provider.void(provider_reference!, { key: `${id}:void` })
}

export async function findOr404(ctx: Ctx, id: string): Promise<PaymentRow> {
  const payment = await store.findPayment(ctx.sql, id)
  if (!payment) throw new Problem('not-found')
  return payment
}

function refuseVoided(payment: PaymentRow): PaymentRow {
  if (payment.status === 'voided') throw notAllowed(payment)
  return payment
}

export function notAllowed({ status, decline_code }: PaymentRow): Problem {
  const why = decline_code === null ? '' : ` (${decline_code})`
  const but = status === 'authorised' ? ', but another step of it is under way or its order was closed' : ''
  return new Problem('payment-not-allowed', { detail: `The payment is ${status}${why}${but}.`, payment_status: status })
}
