import { randomUUID } from 'node:crypto'
import {
  fillPath,
  type InputOf,
  type Operation,
  Problem,
  type ProblemName,
  queryString,
  type ReplyOf,
  type ServiceName,
  Unavailable,
} from '@shopfleet/contracts'
import { currentContext, currentTraceparent } from '@shopfleet/messaging'
import CircuitBreaker from 'opossum'
import { Pool } from 'undici'
import type { Authenticator } from './auth.ts'
import { type Answer, answerInTime, asText, Late, type Neighbours } from './neighbours.ts'
import type { Traces } from './traces.ts'

/** Awaited before and after each outgoing call in crash tests. */
type Boundary = (name: string) => void | Promise<void>

export interface PeersOptions {
  /** The service that asks. */
  service: ServiceName
  /** Where each service answers, without a trailing slash. */
  urls: Partial<Record<ServiceName, string>>
  auth: Authenticator
  /** What a call may take at most, milliseconds. */
  timeout_ms?: number
  boundary?: Boundary
  /** Services of this process: they are asked without a socket. */
  neighbours?: Neighbours
  traces?: Traces
}

/** Requests to one service at once; the next ones are refused as unavailable. */
const maxConcurrent = 256
const retries = 2
/** Who had less time than this and did not get an answer in it says nothing about the peer. */
const fairBudget_ms = 250
/** Refusals of this service, not of what it was asked for: the caller of this service can do nothing about them. */
const ownFaults: ReadonlySet<string> = new Set<ProblemName>([
  'unauthenticated',
  'invalid-token',
  'token-expired',
  'forbidden',
  'malformed-json',
  'unsupported-media-type',
  'method-not-allowed',
])

interface Request {
  operation: Operation
  params: Record<string, unknown> | undefined
  query: Record<string, unknown> | undefined
  path: string
  body: string | undefined
  /** The same for each attempt of one call; of what is idempotent. */
  key: string | undefined
}
interface Sent {
  status: number
  body: unknown
}

/**
 * Asks other services: a deadline that shrinks from hop to hop, at most two retries with jitter and only of what may
 * be repeated, a circuit breaker and a bound of concurrency per service.
 */
export function createPeers(options: PeersOptions) {
  const timeout_ms = options.timeout_ms ?? 5000
  const peers = new Map<ServiceName, { pool: Pool; breaker: CircuitBreaker<[Request, number], Sent> }>()

  function peerOf(service: ServiceName) {
    let peer = peers.get(service)
    if (peer) return peer
    const url = options.urls[service]
    // It is not there, like one that is down: who asks all services must not stop at it.
    if (!url) throw new Unavailable(service, { cause: new Error('no address of it is configured') })
    const pool = new Pool(url, { connections: 64, pipelining: 1, keepAliveTimeout: 60_000, connect: { timeout: 2000 } })
    function headersOf(asked: Request, budget_ms: number, traceparent: string | null): Record<string, string> {
      const { correlation_id } = currentContext()
      const headers: Record<string, string> = {
        'x-correlation-id': correlation_id,
        'x-deadline-ms': String(Math.ceil(budget_ms)),
      }
      if (asked.key !== undefined) headers['idempotency-key'] = asked.key
      if (traceparent) headers.traceparent = traceparent
      if (asked.body !== undefined) headers['content-type'] = 'application/json'
      return headers
    }
    async function exchange(asked: Request, budget_ms: number, traceparent: string | null) {
      // The limit is on all of it, from the wait for a connection to the last byte: undici's own leave out the first,
      // count each piece of a body anew and are a second coarse.
      const limit = new AbortController()
      const timer = setTimeout(() => limit.abort(new Late(budget_ms)), budget_ms)
      try {
        const { statusCode, body } = await pool.request({
          method: asked.operation.method,
          path: asked.path,
          headers: {
            'x-service-token': await options.auth.tokenFor(service),
            ...headersOf(asked, budget_ms, traceparent),
          },
          body: asked.body,
          signal: limit.signal,
          headersTimeout: 0,
          bodyTimeout: 0,
        })
        return { status: statusCode, text: await body.text() }
      } finally {
        clearTimeout(timer)
      }
    }
    async function exchangeHere(answer: Answer, asked: Request, budget_ms: number, traceparent: string | null) {
      const { operation, path: url, body } = asked
      const headers = headersOf(asked, budget_ms, traceparent)
      const params = asText(asked.params)
      const query = asText(asked.query)
      const question = { operation, params, query, body, headers, url, from: options.service }
      const outgoing = await answerInTime(answer, question, budget_ms)
      return { status: outgoing.status, text: String(outgoing.body ?? '') }
    }
    const send = async (asked: Request, budget_ms: number): Promise<Sent> => {
      const neighbour = options.neighbours?.find(service)
      const ask = (traceparent: string | null) =>
        neighbour ? exchangeHere(neighbour, asked, budget_ms, traceparent) : exchange(asked, budget_ms, traceparent)
      const { status, text } = options.traces
        ? await options.traces.asking(asked.operation, currentTraceparent(), ask)
        : await ask(currentTraceparent())
      if (status >= 500) throw new Error(`${asked.operation.name} answered ${status}`)
      return { status, body: text ? JSON.parse(text) : null }
    }
    const breaker = new CircuitBreaker(send, {
      name: service,
      timeout: false,
      errorThresholdPercentage: 60,
      volumeThreshold: 20,
      rollingCountTimeout: 5000,
      resetTimeout: 1000,
      errorFilter: error => error instanceof Late && error.limit_ms < fairBudget_ms,
      capacity: maxConcurrent,
      // Nobody looks at them, and twice a second each breaker would sort what all calls of five seconds took.
      enableSnapshots: false,
      rollingPercentilesEnabled: false,
    })
    peer = { pool, breaker }
    peers.set(service, peer)
    return peer
  }

  /**
   * Calls an operation of another service and answers its body. Throws the other's `Problem` for a refusal, and
   * `Unavailable` when it does not answer in time: then it may or may not have had its effect.
   */
  async function call<O extends Operation<any, any, any, any>>(operation: O, input: InputOf<O>): Promise<ReplyOf<O>> {
    const { breaker } = peerOf(operation.service)
    const { deadline } = currentContext()
    const repeatable = operation.idempotent === true || !['POST', 'PATCH'].includes(operation.method)
    const path = fillPath(operation.path, input.params as Record<string, unknown>)
    const query = input.query as Record<string, unknown> | undefined
    const asked: Request = {
      operation,
      params: input.params as Record<string, unknown> | undefined,
      query,
      path: query === undefined ? path : path + queryString(query),
      body: input.body === undefined ? undefined : JSON.stringify(input.body),
      key: operation.idempotent ? randomUUID() : undefined,
    }
    await options.boundary?.(`before call ${operation.name}`)
    for (let attempt = 0; ; attempt++) {
      const budget_ms = deadline === undefined ? timeout_ms : Math.min(timeout_ms, deadline - performance.now())
      if (budget_ms <= 0) throw new Unavailable(operation.service, { cause: new Error('no time left') })
      let sent: Sent
      try {
        sent = await breaker.fire(asked, budget_ms)
      } catch (error) {
        const open = breaker.opened
        if (!repeatable || open || attempt === retries) {
          throw new Unavailable(operation.service, { cause: error })
        }
        await new Promise(resolve => setTimeout(resolve, (10 + Math.random() * 40) * 2 ** attempt))
        continue
      }
      await options.boundary?.(`after call ${operation.name}`)
      if (sent.status < 300) return sent.body as ReplyOf<O>
      const problem = Problem.fromBody(sent.body)
      if (!problem)
        throw new Unavailable(operation.service, { cause: new Error(`it answered ${sent.status} as nobody we know`) })
      if (ownFaults.has(problem.problem) && !operation.problems?.includes(problem.problem))
        throw new Error(`${operation.name} refused this service: ${problem.problem}`)
      throw problem
    }
  }

  return {
    call,
    /** Those that were asked so far. */
    breakers: () => [...peers].map(([service, { breaker }]) => ({ service, is_open: !breaker.closed })),
    async close() {
      for (const { pool, breaker } of peers.values()) {
        breaker.shutdown()
        // Whoever was to finish has had the time; a call that is still out must not hold up the stop.
        await pool.destroy()
      }
    },
  }
}
export type Peers = ReturnType<typeof createPeers>
