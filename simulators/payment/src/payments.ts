/**
 * The provider's book and its rules. Pure: `decide…` looks and answers what would happen, `apply` is the only thing that
 * changes the book, for a live request and for the journal's replay alike. No I/O.
 */
import { findToken, type Step } from './tokens.ts'

export type Status = 'authorised' | 'declined' | 'captured' | 'voided'

export type Payment = {
  id: string
  key: string
  status: Status
  decline_code?: string
  amount: number
  currency: string
  captured: number
  refunded: number
  reference: string
  token: string
}

export type EffectType = Status | 'refunded'

/** One line of the journal. `amount` is what the effect moved: authorised, captured, released or refunded. */
export type Effect = {
  n: number
  at: string
  type: EffectType
  payment_id: string
  key: string
  amount: number
  currency: string
  reference: string
  token?: string
  decline_code?: string
  refund_id?: string
  /** On a void that a declined capture caused: the amount that capture asked for. */
  declined_capture?: number
  /** On the first effect of a payment: it was to be captured with its authorisation. */
  at_once?: true
}

/** What a key once did; enough to tell the same request from another one, and to repeat its answer. */
export type Operation = {
  step: Step
  payment: Payment
  amount: number
  refundId?: string
  declined?: boolean
  at_once?: true
}

export type Answer = { status: number; body: unknown }
export type Decision = { effect: Effect } | { operation: Operation } | { answer: Answer }

export type Book = {
  n: number
  payments: Map<string, Payment>
  operations: Map<string, Operation>
  references: Map<string, Payment[]>
  balances: Map<string, { captured: number; refunded: number }>
}

/** An empty book. */
export function createBook(): Book {
  return { n: 0, payments: new Map(), operations: new Map(), references: new Map(), balances: new Map() }
}

/** Decides an authorisation, with `capture` of all of it at once; a decline is an effect too. */
export function decideAuthorise(
  book: Book,
  input: { key: string; amount: number; currency: string; token: string; reference: string; capture?: boolean },
): Decision {
  const { key, amount, currency, token, reference, capture = false } = input
  const behaviour = findToken(token)
  if (!behaviour) return refuse(422, 'invalid_token', 'There is no such card token.')
  const known = book.operations.get(key)
  if (known) {
    const { payment } = known
    const same =
      known.step === 'authorise' &&
      payment.amount === amount &&
      payment.currency === currency &&
      payment.token === token &&
      payment.reference === reference &&
      (known.at_once ?? false) === capture
    return same ? { operation: known } : keyReused()
  }
  const decline_code =
    behaviour.decline_code ?? (capture && behaviour.capture === 'decline' ? 'capture_declined' : undefined)
  return {
    effect: {
      n: book.n + 1,
      at: new Date().toISOString(),
      type: decline_code ? 'declined' : capture ? 'captured' : 'authorised',
      payment_id: newId('pay'),
      key,
      amount,
      currency,
      reference,
      token,
      decline_code,
      ...(capture ? { at_once: true as const } : {}),
    },
  }
}

/** Decides a capture: once, of all or part of the authorised amount. */
export function decideCapture(
  book: Book,
  payment: Payment,
  { key, amount }: { key: string; amount: number },
): Decision {
  const known = book.operations.get(key)
  if (known) return repeat(known, 'capture', payment, amount)
  if (payment.status !== 'authorised') return conflict(payment, `The payment is already ${payment.status}.`)
  if (amount > payment.amount) return tooLarge(payment, 'More than was authorised.')
  if (findToken(payment.token)?.capture === 'decline') {
    return { effect: { ...effectOf(book, payment, 'voided', key, payment.amount), declined_capture: amount } }
  }
  return { effect: effectOf(book, payment, 'captured', key, amount) }
}

/** Decides a void; a voided payment may be voided again. */
export function decideVoid(book: Book, payment: Payment, { key }: { key: string }): Decision {
  const known = book.operations.get(key)
  if (known) return repeat(known, 'void', payment, payment.amount)
  if (payment.status === 'voided') return { answer: { status: 200, body: payment } }
  if (payment.status !== 'authorised') return conflict(payment, `The payment is already ${payment.status}.`)
  return { effect: effectOf(book, payment, 'voided', key, payment.amount) }
}

/** Decides a refund of what was captured and not yet refunded. */
export function decideRefund(book: Book, payment: Payment, { key, amount }: { key: string; amount: number }): Decision {
  const known = book.operations.get(key)
  if (known) return repeat(known, 'refund', payment, amount)
  if (payment.status !== 'captured') return conflict(payment, `The payment is ${payment.status}, not captured.`)
  if (amount > payment.captured - payment.refunded) return tooLarge(payment, 'More than is left to refund.')
  return { effect: { ...effectOf(book, payment, 'refunded', key, amount), refund_id: newId('re') } }
}

/** Writes an effect into the book. */
export function apply(book: Book, effect: Effect): Operation {
  const operation = change(book, effect)
  book.operations.set(effect.key, operation)
  book.n = effect.n
  return operation
}

function change(book: Book, effect: Effect): Operation {
  const { amount } = effect
  if (effect.type === 'authorised' || effect.type === 'declined' || effect.at_once) {
    const payment = record(book, effect)
    if (effect.type === 'captured') take(book, payment, amount)
    return { step: 'authorise', payment, amount, at_once: effect.at_once }
  }
  const payment = book.payments.get(effect.payment_id)
  if (!payment) throw new Error(`entry ${effect.n} names a payment that was never authorised`)
  if (effect.type === 'voided') {
    payment.status = 'voided'
    const asked = effect.declined_capture
    return asked === undefined
      ? { step: 'void', payment, amount }
      : { step: 'capture', payment, amount: asked, declined: true }
  }
  if (effect.type === 'captured') {
    take(book, payment, amount)
    return { step: 'capture', payment, amount }
  }
  payment.refunded += amount
  balanceOf(book, effect.currency).refunded += amount
  return { step: 'refund', payment, amount, refundId: effect.refund_id }
}

function take(book: Book, payment: Payment, amount: number): void {
  payment.status = 'captured'
  payment.captured = amount
  balanceOf(book, payment.currency).captured += amount
}

function record(book: Book, effect: Effect): Payment {
  const payment: Payment = {
    id: effect.payment_id,
    key: effect.key,
    status: effect.type as Status,
    decline_code: effect.decline_code,
    amount: effect.amount,
    currency: effect.currency,
    captured: 0,
    refunded: 0,
    reference: effect.reference,
    token: effect.token ?? '',
  }
  book.payments.set(payment.id, payment)
  const siblings = book.references.get(payment.reference)
  if (siblings) siblings.push(payment)
  else book.references.set(payment.reference, [payment])
  return payment
}

/**
 * The answer to the request whose `key` did the operation, the same each time it is asked: a repeated authorisation still says
 * `authorised` after a capture, as real providers do. Derived, because at each step the later fields are known to be 0.
 */
export function answerOf({ step, payment, amount, refundId, declined, at_once }: Operation, key: string): Answer {
  if (step === 'refund') {
    return { status: 200, body: { id: refundId, key, payment_id: payment.id, amount, status: 'succeeded' } }
  }
  if (declined) return failure(402, 'capture_declined', 'The capture was declined; the payment is void.', payment)
  if (step === 'void') return { status: 200, body: payment }
  if (step === 'capture' || at_once)
    return { status: 200, body: payment.refunded ? { ...payment, refunded: 0 } : payment }
  if (payment.status === 'authorised' || payment.status === 'declined') return { status: 200, body: payment }
  return { status: 200, body: { ...payment, status: 'authorised', captured: 0, refunded: 0 } }
}

/** The answer for a failure, with the payment beside it where it helps the caller to see why. */
export function failure(status: number, code: string, message: string, payment?: Payment): Answer {
  return { status, body: { error: { code, message }, payment } }
}

function refuse(status: number, code: string, message: string, payment?: Payment): Decision {
  return { answer: failure(status, code, message, payment) }
}

function conflict(payment: Payment, message: string): Decision {
  return refuse(409, `payment_${payment.status}`, message, payment)
}

function tooLarge(payment: Payment, message: string): Decision {
  return refuse(422, 'amount_too_large', message, payment)
}

function keyReused(): Decision {
  return refuse(422, 'key_reused', 'This key was used for another request.')
}

function repeat(known: Operation, step: Step, payment: Payment, amount: number): Decision {
  return known.step === step && known.payment === payment && known.amount === amount
    ? { operation: known }
    : keyReused()
}

function effectOf(book: Book, payment: Payment, type: EffectType, key: string, amount: number): Effect {
  const { id, currency, reference } = payment
  return { n: book.n + 1, at: new Date().toISOString(), type, payment_id: id, key, amount, currency, reference }
}

function balanceOf(book: Book, currency: string) {
  let balance = book.balances.get(currency)
  if (!balance) {
    balance = { captured: 0, refunded: 0 }
    book.balances.set(currency, balance)
  }
  return balance
}

function newId(prefix: string) {
  return `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`
}
