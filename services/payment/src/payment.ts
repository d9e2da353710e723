import { type Payment, type PaymentState, toMajor } from '@shopfleet/contracts'

/** A payment as it is kept: amounts in minor units. */
export interface PaymentRow {
  id: string
  order_id: string
  attempt: number
  provider_key: string
  status: PaymentState
  amount_minor: number
  captured_minor: number
  refunded_minor: number
  refunding_minor: number
  currency: string
  provider: string
  provider_reference: string | null
  decline_code: string | null
  payment_method: string | null
  /** The money is taken with the first question, and not held before. */
  at_once: boolean
  wanted: 'capture' | 'void' | null
  correlation_id: string
  created_at: string
  updated_at: string
}

const providerKey = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):authorise:(\d{1,4})$/

/** The order and the attempt of a payment that was asked for under this key; none if it is not of ours. */
export function attemptOf(provider_key: string): { order_id: string; attempt: number } | undefined {
  const [, order_id, attempt] = providerKey.exec(provider_key) ?? []
  return order_id === undefined ? undefined : { order_id, attempt: Number(attempt) }
}

export interface RefundRow {
  id: string
  payment_id: string
  amount_minor: number
  status: 'pending' | 'succeeded' | 'failed'
  asked_minor: number | null
}

/** What the provider says of a payment, whoever brought the news: an answer, a webhook, an inquiry. */
export interface Seen {
  status: string
  provider_reference: string | null
  decline_code: string | null
  amount_minor: number
  currency: string
  captured_minor: number
  refunded_minor: number
}

type Settled = 'authorised' | 'declined' | 'captured' | 'voided'

/** Where a payment must stand for the provider's word to be news. Every move is forward, so old news changes nothing. */
const forward: Record<Settled, readonly PaymentState[]> = {
  authorised: ['authorising', 'in_doubt'],
  declined: ['authorising', 'in_doubt'],
  captured: ['authorising', 'in_doubt', 'authorised'],
  voided: ['authorising', 'in_doubt', 'authorised'],
}

/** The states a word of the provider moves a payment from; none for a word we do not know. */
export function movesFrom(seen: string): readonly PaymentState[] {
  return Object.hasOwn(forward, seen) ? forward[seen as Settled] : []
}

/** Whether the authorisation has no answer yet. */
export const isUnanswered = ({ status }: PaymentRow): boolean => status === 'authorising' || status === 'in_doubt'

/** Whether money was captured, even if it went back since. */
export const wasCaptured = ({ status }: PaymentRow): boolean =>
  status === 'captured' || status === 'partially_refunded' || status === 'refunded'

/** What could still be given back. */
export const leftToRefund = (p: PaymentRow): number => p.captured_minor - p.refunded_minor - p.refunding_minor

/** Whether our book and the provider's say the same. */
export function agrees(payment: PaymentRow, seen: Seen): boolean {
  const status = wasCaptured(payment) ? 'captured' : payment.status
  return (
    status === seen.status &&
    payment.captured_minor === seen.captured_minor &&
    payment.refunded_minor === seen.refunded_minor
  )
}

/** Whether the two speak of the same money. */
export const isSameMoney = (payment: PaymentRow, seen: Seen): boolean =>
  payment.amount_minor === seen.amount_minor && payment.currency === seen.currency

/** What is true of a payment once a step is done without the provider: of an amount of zero, or refused at its door. */
export function seenHere(
  { amount_minor, currency }: PaymentRow,
  status: Settled,
  decline_code: string | null = null,
): Seen {
  return {
    status,
    provider_reference: null,
    decline_code,
    amount_minor,
    currency,
    captured_minor: 0,
    refunded_minor: 0,
  }
}

/** The payment on the wire. */
export function toPayment(row: PaymentRow): Payment {
  const {
    id,
    order_id,
    attempt,
    status,
    currency,
    provider,
    provider_reference,
    decline_code,
    created_at,
    updated_at,
  } = row
  return {
    id,
    order_id,
    attempt,
    status,
    amount: toMajor(row.amount_minor, currency),
    captured: toMajor(row.captured_minor, currency),
    refunded: toMajor(row.refunded_minor, currency),
    currency,
    provider,
    provider_reference,
    decline_code,
    created_at,
    updated_at,
  }
}
