import { fillPath, type Operation, Problem, queryString } from '@shopfleet/contracts'
import { Pool } from 'undici'
import { digest, type Lines, type RunClock, withoutSecrets } from './history.ts'

/** Who sends a request. Tokens go out with it; the history keeps their digests only. */
export interface Sender {
  name: string
  kind: 'guest' | 'customer' | 'staff'
  user_id?: string
  email?: string
  access_token?: string
  cart_token?: string
  order_token?: string
}

export interface Input {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
}

export interface Outcome {
  /** ok: 2xx · fail: refused, without an effect · info: nobody knows */
  phase: 'ok' | 'fail' | 'info'
  status?: number
  problem?: string
  body?: any
  error?: string
}

export interface Attempt {
  key?: string
  attempt?: number
}

export interface Ended {
  operation: Operation
  /** 1: the first request of an intention. */
  attempt: number
  outcome: Outcome
  invoked_ms: number
  ended_ms: number
}

const patience_ms = 10_000
/** Answers of these are only kept as ids: they are many, long, and the same for everybody. */
const catalogueLists = new Set(['listProducts', 'searchProducts', 'suggestProducts', 'listCategories'])

/** Sends requests to the gateway and writes down what went out and what came of it. */
export function createShopClient(options: {
  url: string
  history: Lines
  clock: RunClock
  onEnded: (ended: Ended) => void
  connections: number
}) {
  const { history, clock, onEnded } = options
  const pool = new Pool(options.url, {
    connections: options.connections,
    pipelining: 1,
    connect: { timeout: 3000 },
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  let lines = 0
  let sent = 0
  let underWay = 0

  async function exchange(
    operation: Operation,
    path: string,
    headers: Record<string, string>,
    body: string | undefined,
  ): Promise<Outcome> {
    try {
      const answer = await pool.request({
        method: operation.method,
        path,
        headers,
        body,
        signal: AbortSignal.timeout(patience_ms),
      })
      const text = await answer.body.text()
      const { statusCode: status } = answer
      const isJson = String(answer.headers['content-type']).includes('json')
      const received = isJson && text ? JSON.parse(text) : text || null
      if (status < 300) return { phase: 'ok', status, body: received }
      const problem = Problem.fromBody(received)?.problem
      // A 503 may come from any of the parts a request went through: what they had done by then is not said.
      return { phase: status < 500 ? 'fail' : 'info', status, problem, body: received }
    } catch (error) {
      const { name, code, message } = error as { name: string; code?: string; message: string }
      return { phase: 'info', error: name === 'TimeoutError' ? 'timeout' : (code ?? message) }
    }
  }

  return {
    underWay: () => underWay,
    sent: () => sent,
    async send(
      sender: Sender,
      operation: Operation,
      input: Input = {},
      { key, attempt = 1 }: Attempt = {},
    ): Promise<Outcome> {
      const op_id = `r${++sent}`
      const correlation_id = `chaos-${op_id}`
      const path = fillPath(operation.path, input.params) + queryString(input.query)
      const body = input.body === undefined ? undefined : JSON.stringify(input.body)
      const headers: Record<string, string> = {
        accept: 'application/json',
        'x-correlation-id': correlation_id,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(sender.access_token ? { authorization: `Bearer ${sender.access_token}` } : {}),
        ...(sender.cart_token ? { 'x-cart-token': sender.cart_token } : {}),
        ...(sender.order_token ? { 'x-order-token': sender.order_token } : {}),
        ...(key ? { 'idempotency-key': key } : {}),
      }
      const { kind, user_id, email, cart_token, order_token } = sender
      const common = { op_id, shopper: sender.name, op: operation.name, attempt }
      const invoked_ms = clock.t_ms()
      history.write({
        ...{ n: ++lines, phase: 'invoke', t_ms: invoked_ms, at: clock.at(), ...common },
        ...{ method: operation.method, path, key, correlation_id },
        caller: {
          ...{ kind, user_id, email },
          cart_token: cart_token && digest(cart_token),
          order_token: order_token && digest(order_token),
        },
        input: withoutSecrets(input),
      })
      underWay++
      const outcome = await exchange(operation, path, headers, body)
      underWay--
      const ended_ms = clock.t_ms()
      const { phase, status, problem, error } = outcome
      const seen = catalogueLists.has(operation.name) && phase === 'ok' ? { items: idsOf(outcome.body) } : outcome.body
      history.write({
        ...{ n: ++lines, phase, t_ms: ended_ms, at: clock.at(), ...common },
        ...{ status, problem, error, body: withoutSecrets(seen) },
      })
      onEnded({ operation, attempt, outcome, invoked_ms, ended_ms })
      return outcome
    },
    close: () => pool.destroy(),
  }
}
export type ShopClient = ReturnType<typeof createShopClient>

const idsOf = (body: { items?: { id: string }[] }) => body.items?.map(item => item.id)
