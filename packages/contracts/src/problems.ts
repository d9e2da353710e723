/**
 * Every refusal the platform can answer: its type, status and title. A problem on the wire is RFC 9457
 * `application/problem+json` with `type` = `https://shopfleet.dev/problems/<name>`.
 */
export const problems = {
  'validation-failed': { status: 400, title: 'The request is not valid' },
  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one this list gave out' },
  'invalid-idempotency-key': { status: 400, title: 'The Idempotency-Key is not valid' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  'invalid-token': { status: 401, title: 'The access token is not valid' },
  'token-expired': { status: 401, title: 'The access token has expired' },
  'invalid-credentials': { status: 401, title: 'E-mail or password is wrong' },
  'invalid-signature': { status: 401, title: 'The signature is not valid' },
  'payment-declined': { status: 402, title: 'The payment was declined' },
  forbidden: { status: 403, title: 'You are not allowed to do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This address does not take that method' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'email-taken': { status: 409, title: 'An account with this e-mail exists' },
  'invalid-link': { status: 422, title: 'The link has been used or has run out' },
  'invalid-code': { status: 422, title: 'The code is wrong, or was used before' },
  'mfa-required': { status: 403, title: 'Show your second factor' },
  'wrong-password': { status: 403, title: 'The password is wrong' },
  'email-not-verified': { status: 403, title: 'Confirm your e-mail address first' },
  'last-administrator': { status: 409, title: 'The shop needs an administrator' },
  'too-many': { status: 409, title: 'There are as many as there may be' },
  'already-exists': { status: 409, title: 'It exists already' },
  'not-repairable': { status: 409, title: 'This cannot be repaired by the press of a button' },
  'in-use': { status: 409, title: 'It is still in use' },
  'import-not-possible': { status: 409, title: 'The import does not allow this now' },
  'out-of-stock': { status: 409, title: 'There is not enough in stock' },
  'not-for-sale': { status: 409, title: 'The product is not for sale' },
  'stock-below-reserved': { status: 409, title: 'More is reserved than that' },
  'cart-empty': { status: 409, title: 'The cart is empty' },
  'cart-ordered': { status: 409, title: 'This cart has been ordered already' },
  'price-changed': { status: 409, title: 'The price has changed' },
  'transition-not-allowed': { status: 409, title: 'The order cannot go there from here' },
  'order-not-payable': { status: 409, title: 'The order cannot be paid' },
  'payment-not-allowed': { status: 409, title: 'The payment does not allow this now' },
  'reservation-closed': { status: 409, title: 'The reservation has been released' },
  'own-review': { status: 409, title: 'It is your own review' },
  'review-edited': { status: 409, title: 'The review was edited meanwhile' },
  'not-resendable': { status: 409, title: 'The message cannot be sent again' },
  'changed-meanwhile': { status: 409, title: 'It was changed by somebody else meanwhile' },
  'request-in-progress': { status: 409, title: 'The same request is still running' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'upgrade-required': { status: 426, title: 'This address is for sockets' },
  'unsupported-media-type': { status: 415, title: 'This address takes no body of that type' },
  'wrong-currency': { status: 422, title: 'The currency does not fit' },
  'unknown-product': { status: 422, title: 'A product does not exist' },
  'rows-not-valid': { status: 422, title: 'Rows of the file break rules' },
  'unknown-category': { status: 422, title: 'The category does not exist' },
  'invalid-coupon': { status: 422, title: 'The coupon cannot be used' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'invalid-payment-method': { status: 422, title: 'The payment method is not known' },
  'refund-exceeds-captured': { status: 422, title: 'More than was paid cannot be refunded' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'A part we need is not available just now' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemName = keyof typeof problems

export interface FieldError {
  /** JSON pointer into the body, or `query/<name>`, `params/<name>`. */
  pointer: string
  /** The rule that was broken, in words. */
  detail: string
}

/** The body of every error answer. Extra members depend on the problem (`available`, `order_id`, …). */
export interface ProblemBody {
  type: string
  title: string
  status: number
  detail?: string
  instance?: string
  correlation_id?: string
  errors?: FieldError[]
  [extra: string]: unknown
}

const typePrefix = 'https://shopfleet.dev/problems/'

/**
 * A refusal: something the caller can act on. Thrown by verbs, rendered by the kit in one place.
 * `extra` members go onto the wire beside the standard ones; never put internals there.
 */
export class Problem extends Error {
  override name = 'Problem'
  readonly problem: ProblemName
  readonly status: number
  readonly detail: string | undefined
  readonly errors: FieldError[] | undefined
  readonly extra: Record<string, unknown>

  constructor(
    problem: ProblemName,
    options: { detail?: string; errors?: FieldError[]; [extra: string]: unknown } = {},
  ) {
    const { detail, errors, ...extra } = options
    super(detail ?? problems[problem].title)
    this.problem = problem
    this.status = problems[problem].status
    this.detail = detail
    this.errors = errors
    this.extra = extra
  }

  /** The body on the wire. */
  toBody(instance?: string, correlation_id?: string): ProblemBody {
    return {
      // First: an extra member must not stand in for a standard one.
      ...this.extra,
      type: typePrefix + this.problem,
      title: problems[this.problem].title,
      status: this.status,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(instance === undefined ? {} : { instance }),
      ...(correlation_id === undefined ? {} : { correlation_id }),
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    }
  }

  /** Rebuilds a Problem from an answer's body; undefined if it is not one of ours. */
  static fromBody(body: unknown): Problem | undefined {
    if (typeof body !== 'object' || body === null) return undefined
    const {
      type,
      title: _t,
      status: _s,
      instance: _i,
      correlation_id: _c,
      detail,
      errors,
      ...extra
    } = body as ProblemBody
    if (typeof type !== 'string' || !type.startsWith(typePrefix)) return undefined
    const name = type.slice(typePrefix.length)
    if (!Object.hasOwn(problems, name)) return undefined
    return new Problem(name as ProblemName, {
      ...extra,
      ...(typeof detail === 'string' ? { detail } : {}),
      ...(Array.isArray(errors) ? { errors } : {}),
    })
  }
}

/** Thrown when a dependency failed or timed out: 503 with `Retry-After`. */
export class Unavailable extends Error {
  override name = 'Unavailable'
  readonly dependency: string
  readonly retry_after_s: number

  constructor(dependency: string, options: { cause?: unknown; retry_after_s?: number } = {}) {
    super(`${dependency} is not available`, { cause: options.cause })
    this.dependency = dependency
    this.retry_after_s = options.retry_after_s ?? 1
  }
}

/**
 * Statuses any operation may answer with, beside its own: bad input, no or bad token, size, type, our faults. A body is
 * read and refused also where none is taken.
 */
export function commonProblems(o: {
  auth: unknown
  method: string
  body?: unknown
  query?: unknown
  params?: unknown
  idempotent?: boolean
}): ProblemName[] {
  const list: ProblemName[] = ['internal', 'unavailable']
  const reads = o.method !== 'GET'
  if (reads || o.query || o.params) list.push('validation-failed')
  if (reads) list.push('malformed-json', 'body-too-large', 'unsupported-media-type')
  if (o.auth !== 'public') list.push('invalid-token', 'token-expired')
  if (o.auth !== 'public' && o.auth !== 'guest') list.push('unauthenticated')
  if (typeof o.auth === 'object' || o.auth === 'service') list.push('forbidden')
  const forServices = o.auth === 'service' || (typeof o.auth === 'object' && o.auth !== null && 'service' in o.auth)
  if (!forServices && !(o.method === 'GET' && o.auth === 'public')) list.push('too-many-requests')
  if (o.idempotent) list.push('invalid-idempotency-key', 'idempotency-key-reused', 'request-in-progress')
  return list
}
