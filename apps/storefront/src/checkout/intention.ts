import { type BodyOf, type Order, Problem, type placeOrder } from '@shopfleet/contracts'
import { keep, kept } from '../kept.ts'

/**
 * One wish to buy is one intention: a key, and the request as it was first made. It is kept before it is sent and until
 * the platform has said what became of it. Whatever happens in between (a second press, a reload, an answer that was
 * lost), what is sent is the same request under the same key, so it is one order and one payment. A new key is made only
 * after a definite refusal. And an intention names its cart, of which the platform makes at most one order under any key.
 */
export interface Intention {
  key: string
  began_ms: number
  /** Who wanted it, null for a guest: the platform knows a key together with its owner. */
  user_id: string | null
  cart_token: string | null
  /** The whole body, not a digest of it: a repetition must be the same, also where the form has been left. */
  body: PlaceBody
  /** The customer wants the address kept, once the order is placed. */
  keeps_address: boolean
}

export type PlaceBody = BodyOf<typeof placeOrder> & { cart_id: string; expected_total: number; payment_method: string }

/** One for each person who shops in this browser: what somebody else left open is not in the way. */
const keyOf = (user_id: string | null) => `checkout-${user_id ?? 'guest'}`

function read(user_id: string | null): Intention | undefined {
  try {
    return JSON.parse(kept(keyOf(user_id)) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

/** What this person has begun and nobody knows the end of; also what they began as a guest, before they signed in. */
export const keptIntention = (user_id: string | null): Intention | undefined => read(user_id) ?? read(null)
export const keepIntention = (intention: Intention): void => keep(keyOf(intention.user_id), JSON.stringify(intention))
export const forgetIntention = ({ user_id }: Intention): void => keep(keyOf(user_id), undefined)

/** The guest's cart that may be ordered by now: nothing of it must move elsewhere until that is known. */
export const cartInPlay = (): string | null | undefined => read(null)?.cart_token

/**
 * How long a wish is pursued by itself. Later nobody may expect a purchase any more, so the shopper is asked before the
 * same request is made again.
 */
const pursued_ms = 15 * 60_000
export const isStale = (intention: Intention, now_ms: number): boolean => now_ms - intention.began_ms > pursued_ms

/** What is known after asking. */
export type Verdict =
  /** There is an order: paid, or on its way. */
  | { kind: 'placed'; order: Order }
  /** There is none, and nothing was charged. */
  | { kind: 'refused'; problem: Problem }
  /** Nobody knows yet: the same request must be made again. `busy`: not at once. */
  | { kind: 'unknown'; why: 'silent' | 'running' | 'busy' }
  /** The session that wanted it is over: only the same person can find out. */
  | { kind: 'signed-out' }

/** Refusals of this request that say nothing about an earlier one under the same key. */
const notAboutTheOrder = new Set(['unauthenticated', 'invalid-token', 'token-expired', 'forbidden'])
const askAgain: Record<string, 'running' | 'busy'> = {
  'request-in-progress': 'running',
  'too-many-requests': 'busy',
  'request-timeout': 'busy',
}

/** Reads the answer to placing an order; undefined when there was none. Pure. */
export function verdictOf(answer: { status: number; body: unknown } | undefined): Verdict {
  if (!answer) return { kind: 'unknown', why: 'silent' }
  const { status, body } = answer
  if (status < 300) {
    const isOrder = typeof body === 'object' && body !== null && 'id' in body && 'payment_status' in body
    return isOrder ? { kind: 'placed', order: body as Order } : { kind: 'unknown', why: 'silent' }
  }
  const problem = Problem.fromBody(body)
  // Whatever stands between us and the platform may fail after the platform has acted.
  if (!problem || problem.status !== status || status >= 500) return { kind: 'unknown', why: 'silent' }
  const again = askAgain[problem.problem]
  if (again) return { kind: 'unknown', why: again }
  if (notAboutTheOrder.has(problem.problem)) return { kind: 'signed-out' }
  return { kind: 'refused', problem }
}

/** How long to wait before the n-th repetition, in milliseconds. */
export const patience = (tries: number): number => Math.min(8000, 700 * 2 ** Math.min(tries, 6))
