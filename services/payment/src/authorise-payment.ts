import { type BodyOf, type authorisePayment as contract, currencies, Problem } from '@shopfleet/contracts'
import { seeded } from '@shopfleet/database'
import { isUnanswered, type PaymentRow, seenHere } from './payment.ts'
import type { ProviderAnswer } from './provider.ts'
import type { Ctx } from './service.ts'
import { settle, settleFrom } from './settle.ts'
import * as store from './store.ts'

/**
 * Holds the money for one attempt to pay an order, or takes it at once: record it, ask the provider with no transaction
 * open, settle. The key is the attempt, so whoever repeats it gets what is known. Its undo is `closePayments`.
 */
export async function authorisePayment(ctx: Ctx, input: BodyOf<typeof contract>): Promise<PaymentRow> {
  const { order_id, attempt, amount_minor, currency, payment_method, capture: at_once = false } = input
  if (!Object.hasOwn(currencies, currency)) {
    throw new Problem('validation-failed', { errors: [{ pointer: '/currency', detail: 'is not a currency we take' }] })
  }
  // Zero moves nothing: no provider is asked, and no token is needed to ask again.
  const at = amount_minor === 0 ? { provider: 'none', payment_method: null } : { provider: 'simulator', payment_method }
  const opened = await store.insertPayment(
    ctx.sql,
    { order_id, attempt, amount_minor, currency, at_once, ...at },
    ctx.config.SETTLE_AFTER_MS,
  )
  if (opened) return refuseUnknownMethod(await authorise(ctx, opened))
  const known = await store.findAttempt(ctx.sql, order_id, attempt)
  if (!known) throw notNow(await store.isOrderClosed(ctx.sql, order_id))
  if (known.amount_minor !== amount_minor || known.currency !== currency) {
    throw new Problem('payment-not-allowed', { detail: 'This attempt was made with another amount.' })
  }
  return refuseUnknownMethod(isUnanswered(known) ? await inquire(ctx, known) : known)
}

async function authorise(ctx: Ctx, payment: PaymentRow): Promise<PaymentRow> {
  if (payment.provider === 'none') return inquire(ctx, payment)
  const answer = await send(ctx, payment)
  if (answer.kind !== 'unknown') return settleSent(ctx, payment, answer)
  await doubt(ctx, payment)
  await store.noteSilence(ctx.sql, payment.id, 'authorise', answer.cause)
  return inquire(ctx, payment)
}

/**
 * Clears the doubt about an authorisation. What the provider never saw is sent again under the same key, also for an
 * order that was closed meanwhile: only with a record there is it certain that the first request, still on its way
 * perhaps, cannot hold the money later. Such a one takes no money, whatever the first was to do; the record is then voided.
 */
export async function inquire(ctx: Ctx, payment: PaymentRow): Promise<PaymentRow> {
  if (payment.provider === 'none')
    return settle(ctx, payment, seenHere(payment, payment.at_once ? 'captured' : 'authorised'))
  const found = await ctx.provider.findByKey(payment.provider_key)
  if (found.kind === 'absent') {
    const at_once = payment.at_once && !(await store.isOrderClosed(ctx.sql, payment.order_id))
    return settleSent(ctx, payment, await send(ctx, { ...payment, at_once }))
  }
  if (found.kind === 'unknown') await doubt(ctx, payment)
  return settleFrom(ctx, payment, 'find', found)
}

async function doubt(ctx: Ctx, { id }: PaymentRow): Promise<void> {
  if (await store.markInDoubt(ctx.sql, id)) ctx.counts.payment('in_doubt')
}

function send(ctx: Ctx, payment: PaymentRow): Promise<ProviderAnswer> {
  return ctx.provider.authorise({
    key: seeded('provider-key-per-try') ? `${payment.provider_key}:${ctx.clock.newId()}` : payment.provider_key,
    amount: payment.amount_minor,
    currency: payment.currency,
    token: payment.payment_method!,
    reference: payment.order_id,
    ...(payment.at_once ? { capture: true } : {}),
  })
}

async function settleSent(ctx: Ctx, payment: PaymentRow, answer: ProviderAnswer): Promise<PaymentRow> {
  if (answer.kind === 'refused') return settle(ctx, payment, seenHere(payment, 'declined', answer.code))
  if (answer.kind === 'unknown') await doubt(ctx, payment)
  return settleFrom(ctx, payment, 'authorise', answer)
}

function refuseUnknownMethod(payment: PaymentRow): PaymentRow {
  if (payment.status === 'declined' && payment.decline_code === 'invalid_token')
    throw new Problem('invalid-payment-method')
  return payment
}

function notNow(closed: boolean): Problem {
  return new Problem('payment-not-allowed', {
    detail: closed ? 'The order takes no more payments.' : 'The order has another payment.',
  })
}
