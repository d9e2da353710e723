import { Problem } from '@shopfleet/contracts'
import { isUnavailable, seeded } from '@shopfleet/database'
import type { Driven } from './checkout.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/*
 * What a request to place or to pay an order is told. It is kept with the attempt, in the statement that decides it, so
 * that the request and all its repetitions are told the same, whoever decided: the request itself, the sweeper, or
 * someone who cancelled in the midst.
 */

/** The order, and whether what was asked for is done or still under way. */
export interface Answered {
  order: store.OrderRow
  done: boolean
}

/**
 * Answers from a drive, or from the record if somebody else decided. The order is written down by then and will be
 * finished or undone, so a database that goes away in the midst is no reason to say that nothing happened.
 */
export async function answerWhenDriven(
  ctx: Ctx,
  recorded: store.OrderRow,
  work: () => Promise<Driven>,
): Promise<Answered> {
  try {
    const { order, answer } = await work()
    if (answer instanceof Problem) throw answer
    if (answer) return { order, done: true }
    return answerOf((await store.findAttempt(ctx.sql, recorded.id, recorded.attempt))!)
  } catch (error) {
    if (!isUnavailable(error)) throw error
    ctx.log.warn({ error, orderId: recorded.id }, 'the database went away during a checkout, the sweeper goes on')
    return { order: recorded, done: false }
  }
}

/** The answer to a request that was made before. */
export function answerAgain(attempt: store.AttemptRow, request_hash: string): Answered {
  if (attempt.request_hash !== request_hash && !seeded('key-for-any-body')) throw new Problem('idempotency-key-reused')
  const answered = answerOf(attempt)
  // In doubt or authorised, the request has been told that it is under way; before that it is still running.
  const told = answered.done || attempt.payment_status === 'in_doubt' || attempt.payment_status === 'authorised'
  if (!told) throw new Problem('request-in-progress')
  return answered
}

function answerOf({ outcome, refusal, request_hash: _, ...order }: store.AttemptRow): Answered {
  if (refusal) throw Problem.fromBody(refusal)!
  return { order, done: outcome !== null }
}
