/**
 * What happens instead of a plain answer, at one step of a payment:
 * - `timeout_before`: the first request of a key has no effect and never gets an answer; the next one is normal
 * - `timeout_after`: the first request takes effect and never gets an answer
 * - `error_after`: the first request takes effect and gets a 500
 * - `slow`: the effect and the answer come late
 * - `decline`: the step is refused and the payment ends
 */
export type Fault = 'timeout_before' | 'timeout_after' | 'error_after' | 'slow' | 'decline'
export type Step = 'authorise' | 'capture' | 'void' | 'refund'

export type TokenBehaviour = {
  description: string
  decline_code?: string
  webhook?: 'late' | 'thrice' | 'never'
} & { [S in Step]?: Fault }

const table: Record<string, TokenBehaviour> = {
  tok_approve: { description: 'Approved; every step works.' },
  tok_decline: { description: 'Declined by the bank.', decline_code: 'card_declined' },
  tok_insufficient_funds: { description: 'Declined: not enough money.', decline_code: 'insufficient_funds' },
  tok_timeout_before: {
    description: 'The first authorisation times out and did not happen; trying again is approved.',
    authorise: 'timeout_before',
  },
  tok_timeout_after: {
    description: 'The first authorisation times out although it happened.',
    authorise: 'timeout_after',
  },
  tok_error_after: {
    description: 'The first authorisation answers an error although it happened.',
    authorise: 'error_after',
  },
  tok_slow: { description: 'Approved, but slowly.', authorise: 'slow' },
  tok_webhook_late: { description: 'Approved; notifications arrive late.', webhook: 'late' },
  tok_webhook_thrice: { description: 'Approved; each notification arrives three times.', webhook: 'thrice' },
  tok_webhook_never: { description: 'Approved; notifications never arrive.', webhook: 'never' },
  tok_capture_timeout_before: {
    description: 'Approved; the first capture times out and did not happen.',
    capture: 'timeout_before',
  },
  tok_capture_timeout_after: {
    description: 'Approved; the first capture times out although it happened.',
    capture: 'timeout_after',
  },
  tok_capture_error_after: {
    description: 'Approved; the first capture answers an error although it happened.',
    capture: 'error_after',
  },
  tok_capture_decline: {
    description: 'Approved; the capture is declined and the payment is void (declined, where it is captured at once).',
    capture: 'decline',
  },
  tok_void_timeout_after: {
    description: 'Approved; the first void times out although it happened.',
    void: 'timeout_after',
  },
  tok_refund_timeout_after: {
    description: 'Approved; the first refund of a key times out although it happened.',
    refund: 'timeout_after',
  },
  tok_refund_error_after: {
    description: 'Approved; the first refund of a key answers an error although it happened.',
    refund: 'error_after',
  },
}

const behaviours = new Map(Object.entries(table))

/** The behaviour of a card token, or undefined for one the provider does not know. */
export function findToken(token: string): TokenBehaviour | undefined {
  return behaviours.get(token)
}

/** All tokens with their behaviour and a description for people. */
export function listTokens(): ({ token: string } & TokenBehaviour)[] {
  return Array.from(behaviours, ([token, behaviour]) => ({ token, ...behaviour }))
}
