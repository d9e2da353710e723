import {
  fillPath,
  type InputOf,
  type Operation,
  Problem,
  queryString,
  type ReplyOf,
  type ServiceName,
  Unavailable,
} from '@shopfleet/contracts'
import { currentContext } from '@shopfleet/messaging'
import CircuitBreaker from 'opossum'
import { Pool } from 'undici'
import type { Authenticator } from './auth.ts'

/** Awaited before and after each outgoing call in crash tests. */
type Boundary = (name: string) => void | Promise<void>

export interface PeersOptions {
  /** Where each service answers, without a trailing slash. */
  urls: Partial<Record<ServiceName, string>>
  auth: Authenticator
  /** What a call may take at most, milliseconds. */
  timeout_ms?: number
  boundary?: Boundary
}

/** Requests to one service at once; the next ones are refused as unavailable. */
const maxConcurrent = 256
const retries = 2

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
  const peers = new Map<ServiceName, { pool: Pool; breaker: CircuitBreaker<[Operation, any, number], Sent> }>()

  function peerOf(service: ServiceName) {
    let peer = peers.get(service)
    if (peer) return peer
    const url = options.urls[service]
    if (!url) throw new Error(`no address of the ${service} service is configured`)
    const pool = new Pool(url, { connections: 64, pipelining: 1, keepAliveTimeout: 60_000, connect: { timeout: 2000 } })
    const send = async (operation: Operation, input: any, budget_ms: number): Promise<Sent> => {
      const { correlation_id, traceparent } = currentContext()
      const body = input.body === undefined ? undefined : JSON.stringify(input.body)
      const answer = await pool.request({
        method: operation.method,
        path: fillPath(operation.path, input.params) + queryString(input.query),
        headers: {
          'x-service-token': await options.auth.tokenFor(service),
          'x-correlation-id': correlation_id,
          'x-deadline-ms': String(Math.floor(budget_ms)),
          ...(traceparent ? { traceparent } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body,
        headersTimeout: budget_ms,
        bodyTimeout: budget_ms,
      })
      const text = await answer.body.text()
      const parsed = text ? JSON.parse(text) : null
      if (answer.statusCode >= 500)
        throw new Unavailable(service, { cause: new Error(`${operation.name} answered ${answer.statusCode}`) })
      return { status: answer.statusCode, body: parsed }
    }
    const breaker = new CircuitBreaker(send, {
      name: service,
      timeout: false,
      errorThresholdPercentage: 60,
      volumeThreshold: 20,
      rollingCountTimeout: 5000,
      resetTimeout: 1000,
      capacity: maxConcurrent,
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
    const repeatable = operation.method !== 'POST' || operation.idempotent === true
    await options.boundary?.(`before call ${operation.name}`)
    for (let attempt = 0; ; attempt++) {
      const budget_ms = deadline === undefined ? timeout_ms : Math.min(timeout_ms, deadline - performance.now())
      if (budget_ms <= 0) throw new Unavailable(operation.service, { cause: new Error('no time left') })
      try {
        const { status, body } = await breaker.fire(operation, input, budget_ms)
        await options.boundary?.(`after call ${operation.name}`)
        if (status < 300) return body as ReplyOf<O>
        throw Problem.fromBody(body) ?? new Error(`${operation.name} answered ${status} without a problem`)
      } catch (error) {
        if (error instanceof Problem) throw error
        const open = breaker.opened
        if (!repeatable || open || attempt === retries) {
          throw error instanceof Unavailable ? error : new Unavailable(operation.service, { cause: error })
        }
        await new Promise(resolve => setTimeout(resolve, (10 + Math.random() * 40) * 2 ** attempt))
      }
    }
  }

  return {
    call,
    async close() {
      for (const { pool, breaker } of peers.values()) {
        breaker.shutdown()
        await pool.close()
      }
    },
  }
}
export type Peers = ReturnType<typeof createPeers>
