import { Problem, Unavailable } from '@shopfleet/contracts'
import { isUniqueViolation } from '@shopfleet/database'
import { drive } from './checkout.ts'
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
): Promise<store.OrderRow> {
  const request_hash = hashOf({ payment_method })
  if (idempotency_key) {
    const before = await store.findAttemptByKey(ctx.sql, order.id, idempotency_key)
    if (before) return answerAgain(ctx, order.id, before, request_hash)
  }
  const begun = await begin()
  if (!begun) throw await refusalOf(ctx, order.id)
  try {
    const { order: after, refusal } = await drive(ctx, begun)
    if (refusal) throw refusal
    return after
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    // It may have been paid, so it is not given up: the shopper is told that it is under way, and the sweeper asks on.
    const doubted = await store.moveOrder(ctx.sql, order.id, {
      from: { statuses: ['pending'], goals: ['pay'], attempt: begun.attempt },
      to: { payment_status: 'in_doubt', due_in_s: 1 },
      note: 'the payment could not be confirmed yet',
    })
    return doubted ?? (await store.findOrder(ctx.sql, order.id))!
  }

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

async function refusalOf(ctx: Ctx, id: string): Promise<Problem> {
  const order = (await store.findOrder(ctx.sql, id))!
  if (order.goal === 'pay' || order.goal === 'hold') {
    return new Problem('request-in-progress', { detail: 'A payment of this order is under way.' })
  }
  const detail =
    order.status === 'pending'
      ? 'The order is past its deadline or being cancelled.'
      : `The order is ${order.status} and ${order.payment_status}.`
  return new Problem('order-not-payable', { detail })
}

/** The answer to a payment that was asked for before: what became of it. */
async function answerAgain(
  ctx: Ctx,
  id: string,
  attempt: store.AttemptRow,
  request_hash: string,
): Promise<store.OrderRow> {
  if (attempt.request_hash !== request_hash) throw new Problem('idempotency-key-reused')
  const order = (await store.findOrder(ctx.sql, id))!
  switch (attempt.outcome) {
    case 'declined':
      throw new Problem('payment-declined', { decline_code: attempt.decline_code ?? 'declined', order_id: id })
    case 'invalid_method':
      throw new Problem('invalid-payment-method', { order_id: id })
    case 'out_of_stock':
      throw new Problem('out-of-stock', { items: [] })
    case null:
      if (order.goal === 'pay' && order.payment_status !== 'in_doubt') throw new Problem('request-in-progress')
      return order
    default:
      return order
  }
}
