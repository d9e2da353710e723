import type { FastifyReply } from 'fastify'
import type { Faults } from './faults.ts'
import type { Journal } from './journal.ts'
import { type Answer, answerOf, apply, type Book, type Decision, failure, type Operation } from './payments.ts'
import { type Fault, findToken, type Step } from './tokens.ts'
import type { Webhooks } from './webhooks.ts'

export type Context = {
  book: Book
  journal: Journal
  faults: Faults
  webhooks?: Webhooks
  /** Keys whose first request hung without an effect; gone from here when the effect comes. */
  heldKeys: Set<string>
}

type Request = {
  step: Step
  /** An authorisation that captures at once meets the faults of either step. */
  capture?: boolean
  token: string
  key: string
  reply: FastifyReply
  decide: () => Decision
}

/** Carries out one step of a payment with the faults of its token, and answers when the effect is on disk. */
export async function runStep(context: Context, { step, capture, token, key, reply, decide }: Request) {
  const { journal, faults, heldKeys } = context
  const behaviour = findToken(token)
  const fault = behaviour?.[step] ?? (capture ? behaviour?.capture : undefined)
  let decision = decide()
  if (fault && 'effect' in decision) {
    if (fault === 'timeout_before' && !heldKeys.has(key)) {
      heldKeys.add(key)
      journal.note({ type: 'held', key, at: new Date().toISOString() })
      return hang(faults, reply)
    }
    if (fault === 'slow') {
      if (!(await faults.slow())) return send(reply, failure(503, 'stopping', 'The simulator is stopping.'))
      // Decided again, because another request of the same key may have come first.
      decision = decide()
    }
  }
  const effect = 'effect' in decision ? decision.effect : undefined
  const answer = carryOut(context, decision)
  await journal.durable()
  if (effect) context.webhooks?.release(effect.n)
  if (effect && fault === 'timeout_after') return hang(faults, reply)
  if (effect && fault === 'error_after') return send(reply, brokenAnswer(fault))
  return send(reply, 'step' in answer ? answerOf(answer, key) : answer)
}

function carryOut(context: Context, decision: Decision): Operation | Answer {
  if ('answer' in decision) return decision.answer
  if ('operation' in decision) return decision.operation
  const { effect } = decision
  context.journal.append(effect)
  const operation = apply(context.book, effect)
  if (context.heldKeys.size) context.heldKeys.delete(effect.key)
  context.webhooks?.collect(effect, operation.payment)
  return operation
}

function hang(faults: Faults, reply: FastifyReply) {
  faults.hang(reply)
  return reply
}

function brokenAnswer(fault: Fault) {
  return failure(500, 'internal_error', `Something went wrong (${fault}).`)
}

/** Sends an answer of the rules. */
export function send(reply: FastifyReply, { status, body }: Answer) {
  return reply.code(status).send(body)
}
