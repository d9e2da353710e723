import { orderPaymentChanged, Problem, Unavailable } from '@shopfleet/contracts'
import { isUniqueViolation } from '@shopfleet/database'
import { type Answered, answerAgain, answerWhenDriven } from './answer.ts'
import { type Driven, drive } from './checkout.ts'
import { maxAttempts } from './order.ts'
import { hashOf } from './place-order.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/**
 * Pays a pending order. A declined card leaves it pending for another one; while a payment is under way or in doubt no
 * second one can begin.
 */
export async function payOrder(
  ctx: Ctx,
  order: store.OrderRow,
  { payment_method, idempotency_key }: { payment_method: string; idempotency_key?: string },
): Promise<Answered> {
  const request_hash = hashOf({ payment_method })
  const findBefore = async () => (idempotency_key ? store.findPaying(ctx.sql, order.id, idempotency_key) : undefined)
  const before = await findBefore()
  if (before) return answerAgain(before, request_hash)
  const begun = await begin()
  if (!begun) {
    // A copy of this very request may have begun since the look: then both are told the same.
    const copy = await findBefore()
    if (copy) return answerAgain(copy, request_hash)
    throw await refusalOf(ctx, order.id)
  }
  return answerWhenDriven(ctx, begun, () => drive(ctx, begun).catch(error => noteDoubt(ctx, begun, error)))

  async function begin(): Promise<store.OrderRow | undefined> {
    try {
      return await store.beginPayment(ctx.sql, order.id, {
        payment_method,
        idempotency_key: idempotency_key ?? null,
        request_hash,
        lease_ms: ctx.config.DRIVE_LEASE_MS,
      })
    } catch (error) {
      if (isUniqueViolation(error, 'payment_attempts_key_once')) throw new Problem('request-in-progress')
      throw error
    }
  }
}

/** It may have been paid, so it is not given up: the shopper is told that it is under way, and the sweeper asks on. */
async function noteDoubt(ctx: Ctx, begun: store.OrderRow, error: unknown): Promise<Driven> {
  if (!(error instanceof Unavailable)) throw error
  await store.moveOrder(ctx.sql, begun, {
    from: { statuses: ['pending'], goals: ['pay'], attempt: begun.attempt },
    to: { payment_status: 'in_doubt', due_in_s: 1 },
    note: 'the payment could not be confirmed yet',
    event: orderPaymentChanged,
  })
  return { order: begun }
}

async function refusalOf(ctx: Ctx, id: string): Promise<Problem> {
  const { status, payment_status, goal, attempt } = (await store.findOrder(ctx.sql, id))!
  if (goal === 'pay' || goal === 'hold') {
    return new Problem('request-in-progress', { detail: 'A payment of this order is under way.' })
  }
  if (status !== 'pending') {
    return new Problem('order-not-payable', { detail: `The order is ${status} and ${payment_status}.` })
  }
  return new Problem('order-not-payable', {
    detail:
      attempt >= maxAttempts
        ? 'Too many cards were tried for this order.'
        : 'The order is past its deadline or being cancelled.',
  })
}
