import { Unavailable } from '@shopfleet/contracts'
import { seeded } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import type { Traces } from '@shopfleet/service-kit'
import { Pool } from 'undici'
import type { Seen } from './payment.ts'

/** A payment in the provider's words, as far as we read them. */
export interface ProviderPayment {
  id: string
  key: string
  status: string
  decline_code?: string
  amount: number
  currency: string
  captured: number
  refunded: number
}

/** One line of the provider's journal, as far as we read it. `key` is of the step, not of the payment. */
export interface ProviderEffect {
  n: number
  type: string
  payment_id: string
  key: string
  amount: number
  currency: string
  refund_id?: string
}

/**
 * What came of a question to the provider: the payment as it stands there, a refund made, a refusal that is final, no
 * such thing, or nothing that one could rely on (then it may or may not have happened).
 */
export type ProviderAnswer =
  | { kind: 'payment'; payment: ProviderPayment; code: string | undefined }
  | { kind: 'refund'; reference: string }
  | { kind: 'refused'; code: string }
  | { kind: 'absent' }
  | { kind: 'unknown'; cause: string }

/** Kept back of the caller's time to write down what the provider said. */
const reserve_ms = 200
const maxConcurrent = 64

/** The provider's HTTP API. Every change carries a key, so that asking again is asking, not doing again. */
export function createProvider(options: {
  url: string
  key: string
  timeout_ms: number
  /** Awaited before and after each call in crash tests. */
  boundary?: (name: string) => void | Promise<void>
  traces?: Traces
  onAnswer?: (step: string, kind: ProviderAnswer['kind'], duration_ms: number) => void
}) {
  const pool = new Pool(options.url, { connections: maxConcurrent, keepAliveTimeout: 30_000 })

  async function ask(step: string, method: 'GET' | 'POST', path: string, body?: object): Promise<ProviderAnswer> {
    const { deadline } = currentContext()
    const left_ms = deadline === undefined ? options.timeout_ms : deadline - performance.now() - reserve_ms
    if (left_ms <= 0) return { kind: 'unknown', cause: 'no time left' }
    await options.boundary?.(`before call provider ${step}`)
    const began_ms = performance.now()
    const timeout_ms = Math.min(left_ms, options.timeout_ms)
    const asked = () => request(method, path, timeout_ms, body)
    const read = await (options.traces ? traced(options.traces, step, method, asked) : asked())
    options.onAnswer?.(step, read.kind, performance.now() - began_ms)
    await options.boundary?.(`after call provider ${step}`)
    return read
  }

  /** The provider hears nothing of the trace: it is none of its own. A silence is a failure, a refusal is not. */
  function traced(traces: Traces, step: string, method: string, asked: () => Promise<ProviderAnswer>) {
    const attributes = { 'http.request.method': method, 'service.peer.name': 'payment-provider' }
    return traces.within(`provider ${step}`, { kind: 'client', attributes }, async span => {
      const answer = await asked()
      if (answer.kind === 'unknown') span?.fail(new Unavailable('payment provider'))
      return answer
    })
  }

  async function request(
    method: 'GET' | 'POST',
    path: string,
    timeout_ms: number,
    body?: object,
  ): Promise<ProviderAnswer> {
    try {
      const answer = await pool.request({
        method,
        path,
        headers: {
          authorization: `Bearer ${options.key}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(Math.ceil(timeout_ms)),
      })
      return readAnswer(answer.statusCode, await answer.body.json())
    } catch (error) {
      if (seeded('silence-means-declined')) return { kind: 'refused', code: 'no_answer' }
      // Timed out, cut off or garbled: the provider's word is missing, and that is all we know.
      return { kind: 'unknown', cause: error instanceof Error ? error.message : String(error) }
    }
  }

  async function read<Body>(path: string): Promise<Body | undefined> {
    try {
      const answer = await pool.request({
        method: 'GET',
        path,
        headers: { authorization: `Bearer ${options.key}` },
        signal: AbortSignal.timeout(options.timeout_ms),
      })
      const body = await answer.body.json()
      return answer.statusCode === 200 ? (body as Body) : undefined
    } catch {
      // Whoever looks into the provider's books comes again.
      return undefined
    }
  }

  const idPath = (reference: string, rest = '') => `/v1/payments/${encodeURIComponent(reference)}${rest}`
  return {
    authorise: (body: {
      key: string
      amount: number
      currency: string
      token: string
      reference: string
      capture?: boolean
    }) => ask('authorise', 'POST', '/v1/payments', body),
    capture: (reference: string, body: { key: string; amount: number }) =>
      ask('capture', 'POST', idPath(reference, '/capture'), body),
    void: (reference: string, body: { key: string }) => ask('void', 'POST', idPath(reference, '/void'), body),
    refund: (reference: string, body: { key: string; amount: number }) =>
      ask('refund', 'POST', idPath(reference, '/refunds'), body),
    get: (reference: string) => ask('get', 'GET', idPath(reference)),
    findByKey: (key: string) => ask('find', 'GET', `/v1/payments?key=${encodeURIComponent(key)}`),
    /** What happened there after an effect of this number, oldest first; undefined without an answer. */
    journal: (after: number) => read<{ items: ProviderEffect[] }>(`/v1/journal?after=${after}`),
    /** What it has of ours, by currency; undefined without an answer. */
    balance: () => read<Record<string, { net: number }>>('/v1/balance'),
    close: () => pool.destroy(),
  }
}
export type Provider = ReturnType<typeof createProvider>

interface AnswerBody {
  id?: string
  key?: string
  payment_id?: string
  error?: { code?: string }
  payment?: ProviderPayment
}

function readAnswer(status: number, body: unknown): ProviderAnswer {
  const { id, payment_id, error, payment } = body as AnswerBody
  const code = error?.code
  if (status >= 200 && status < 300 && id !== undefined) {
    if (payment_id !== undefined) return { kind: 'refund', reference: id }
    return { kind: 'payment', payment: body as ProviderPayment, code: undefined }
  }
  if (status === 404) return { kind: 'absent' }
  // A key that was used for something else says nothing of what we asked for.
  if ((status === 400 || status === 422) && code !== undefined && code !== 'key_reused')
    return { kind: 'refused', code }
  if ((status === 402 || status === 409) && payment !== undefined) return { kind: 'payment', payment, code }
  return { kind: 'unknown', cause: `answered ${status} ${code ?? ''}` }
}

/** The provider's payment as news for `settle`. `code` is why it was refused, where it was. */
export function toSeen(payment: ProviderPayment, code?: string): Seen {
  return {
    status: payment.status,
    provider_reference: payment.id,
    decline_code: payment.decline_code ?? (code === 'capture_declined' ? code : null),
    amount_minor: payment.amount,
    currency: payment.currency,
    captured_minor: payment.captured,
    refunded_minor: payment.refunded,
  }
}
