import { PassThrough, type Readable } from 'node:stream'
import { type Method, type Operation, type ServiceName, Unavailable } from '@shopfleet/contracts'
import { type Answer as AnswerHere, answerInTime, type Neighbours } from '@shopfleet/service-kit'
import CircuitBreaker from 'opossum'
import { type Dispatcher, Pool } from 'undici'

/**
 * The connections to the services: kept alive, bounded, shared out over the addresses that answer, and each answer passed
 * back as the bytes it came in.
 */

export interface Forward {
  method: Method
  /** Path and query as they came. */
  path: string
  headers: string[]
  body: Buffer | undefined
  /** What the path says, where it is an operation that is asked for: services of this process are asked without a socket. */
  asked?: { operation: Operation; params: Record<string, unknown>; query: Record<string, unknown> }
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** A stream where the body is larger than is worth holding. */
  body: Buffer | Readable
}

const connections = 128
/** Bodies up to here are answered in one piece, which is quicker; a larger one flows. */
const heldBody = 256 * 1024
const retryAfter_ms = 50

/** The service never saw the request. */
const neverSent = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])
/** The connection went away under the request: a read may be asked again. */
const cutOff = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

const codeOf = (error: unknown) => (error as { code?: string }).code ?? ''

export interface UpstreamOptions {
  /** Where each service answers; several addresses with commas between share the work. */
  urls: Partial<Record<ServiceName, string>>
  /** What a service may take to begin and between two pieces of its answer. */
  timeout_ms: number
  /** Under way to one service at once; more would only wait in line for longer than anyone does. */
  max_in_flight?: number
  /**
   * How long a service may be gone, as in a restart, with requests waiting for it; after that they are refused at once, and
   * it is tried now and then.
   */
  patience_ms?: number
  onBreaker?: (address: string, state: 'open' | 'closed') => void
  neighbours?: Neighbours
}

/** One address of a service. */
interface Backend {
  address: string
  breaker: CircuitBreaker<[Forward], Answer>
  pool: Pool
  in_flight: number
  /** Since when it refuses connections; 0 while it does not. */
  gone_since: number
  /** When one that has been gone for long may be tried again. */
  try_at: number
}

export function createUpstream(options: UpstreamOptions) {
  const max_in_flight = options.max_in_flight ?? 1024
  const patience_ms = options.patience_ms ?? 0
  const services = new Map<string, Backend[]>()
  for (const [service, urls] of Object.entries(options.urls)) {
    services.set(
      service,
      urls.split(',').map(url => createBackend(url.trim(), options)),
    )
  }

  /** The address with the least to do among those that are sound; undefined if none is. */
  function pick(backends: Backend[], now: number): Backend | undefined {
    let best: Backend | undefined
    for (const one of backends) {
      if (!one.breaker.closed && !one.breaker.pendingClose) continue
      if (one.gone_since > 0 && now < one.try_at) continue
      if (!best || one.in_flight < best.in_flight) best = one
    }
    return best
  }

  function noteGone(backend: Backend): void {
    const now = performance.now()
    backend.gone_since ||= now
    // Elsewhere it may be asked at once; here it is asked again soon, and rarely once it has been gone for long.
    backend.try_at = now + (now - backend.gone_since < patience_ms ? retryAfter_ms : 500)
  }

  async function attempt(backend: Backend, request: Forward): Promise<Answer> {
    backend.in_flight++
    try {
      const answer = await backend.breaker.fire(request)
      backend.gone_since = 0
      return answer
    } catch (error) {
      if (neverSent.has(codeOf(error))) noteGone(backend)
      throw error
    } finally {
      backend.in_flight--
    }
  }

  async function send(backends: Backend[], request: Forward): Promise<Answer> {
    let cut = 0
    for (;;) {
      const now = performance.now()
      const backend = pick(backends, now)
      if (!backend) {
        // All are gone. They may only be starting anew.
        const waitable = backends.some(one => one.gone_since > 0 && now - one.gone_since < patience_ms)
        if (!waitable) throw new Error('no address answers')
        await new Promise(resolve => setTimeout(resolve, retryAfter_ms / 2))
        continue
      }
      try {
        return await attempt(backend, request)
      } catch (error) {
        const code = codeOf(error)
        if (neverSent.has(code)) {
          const others = backends.some(one => one !== backend && one.gone_since === 0 && one.breaker.closed)
          if (others || performance.now() - backend.gone_since < patience_ms) continue
          throw error
        }
        // It may have acted, and may still be at it: only a read is asked again, once. A write with a key is repeated by
        // the caller alone, who would else be told of a request in progress that is their own.
        if (!cutOff.has(code) || request.method !== 'GET' || cut++ > 0) throw error
        await new Promise(resolve => setTimeout(resolve, retryAfter_ms))
      }
    }
  }

  return {
    breakers: () =>
      [...services.values()].flat().map(({ address, breaker }) => ({ address, is_open: !breaker.closed })),
    /** Passes a request on. Throws `Unavailable` when the service does not answer: it may or may not have acted. */
    async forward(service: ServiceName, request: Forward): Promise<Answer> {
      const backends = services.get(service)
      if (!backends) throw new Error(`no address of the ${service} service is configured`)
      let in_flight = 0
      for (const backend of backends) in_flight += backend.in_flight
      if (in_flight >= max_in_flight)
        throw new Unavailable(service, { cause: new Error('too many requests under way') })
      try {
        const neighbour = options.neighbours?.find(service)
        const plain = neighbour && plainHeaders(request)
        if (neighbour && plain) return await askHere(neighbour, request, plain, options.timeout_ms)
        return await send(backends, request)
      } catch (cause) {
        throw new Unavailable(service, { cause })
      }
    },
    async close() {
      for (const backend of [...services.values()].flat()) {
        backend.breaker.shutdown()
        await backend.pool.close()
      }
    },
  }
}
export type Upstream = ReturnType<typeof createUpstream>

/**
 * An address with its connections and its breaker: when most of what it was asked failed or came too late, it is left
 * alone for a second and then tried with one request. One that refuses connections is no such case: that costs nothing.
 */
function createBackend(url: string, { timeout_ms, onBreaker }: UpstreamOptions): Backend {
  const pool = new Pool(url, {
    connections,
    pipelining: 1,
    keepAliveTimeout: 60_000,
    headersTimeout: timeout_ms,
    bodyTimeout: timeout_ms,
    connect: { timeout: Math.min(2000, timeout_ms) },
  })
  const breaker = new CircuitBreaker((request: Forward) => exchange(pool, request), {
    name: url,
    timeout: false,
    errorThresholdPercentage: 50,
    volumeThreshold: 20,
    rollingCountTimeout: 5000,
    resetTimeout: 1000,
    errorFilter: error => neverSent.has(codeOf(error)),
    // Nobody looks at them, and twice a second each breaker would sort what all requests of five seconds took.
    enableSnapshots: false,
    rollingPercentilesEnabled: false,
  })
  breaker.on('open', () => onBreaker?.(url, 'open'))
  breaker.on('close', () => onBreaker?.(url, 'closed'))
  return { address: url, breaker, pool, in_flight: 0, gone_since: 0, try_at: 0 }
}

/**
 * The headers of a request that a service of this process can be asked with: JSON or no body, nothing said twice. The rest
 * goes over HTTP, whose reading of it is the measure.
 */
function plainHeaders({ asked, headers, body }: Forward): Record<string, string> | undefined {
  if (!asked) return undefined
  const plain: Record<string, string> = {}
  for (let i = 0; i < headers.length; i += 2) {
    if (plain[headers[i]!] !== undefined) return undefined
    plain[headers[i]!] = headers[i + 1]!
  }
  const type = plain['content-type']
  if (type === undefined ? body !== undefined : !/^application\/json(; *charset=utf-8)?$/i.test(type)) return undefined
  return plain
}

async function askHere(
  answer: AnswerHere,
  { asked, path, body }: Forward,
  headers: Record<string, string>,
  timeout_ms: number,
): Promise<Answer> {
  const { operation, params, query } = asked!
  // Copies: the service reads numbers out of them in place.
  const question = { operation, params: { ...params }, query: { ...query }, body: body?.toString(), headers, url: path }
  const { status, headers: answered, body: whole = '' } = await answerInTime(answer, question, timeout_ms)
  return { status, headers: answered, body: typeof whole === 'string' ? Buffer.from(whole) : whole }
}

/** One request on a pool. Below undici's `request`, whose readable stream costs more than the rest for small bodies. */
function exchange(pool: Pool, request: Forward): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let status = 0
    let headers: Answer['headers'] = {}
    let flow: PassThrough | undefined

    const startFlow = (controller: Dispatcher.DispatchController) => {
      flow = new PassThrough()
      flow.on('drain', () => controller.resume())
      // The caller went away before the end: the service need not go on.
      flow.on('close', () => flow!.writableFinished || controller.abort(new Error('the caller went away')))
      for (const chunk of chunks) flow.write(chunk)
      resolve({ status, headers, body: flow })
    }

    pool.dispatch(
      { method: request.method, path: request.path, headers: request.headers, body: request.body },
      {
        onRequestStart() {},
        onResponseStart(controller, code, received) {
          if (code < 200) return
          status = code
          headers = received
          if (Number(received['content-length']) > heldBody) startFlow(controller)
        },
        onResponseData(controller, chunk) {
          if (flow) {
            if (!flow.write(chunk)) controller.pause()
            return
          }
          chunks.push(chunk)
          size += chunk.length
          if (size > heldBody) startFlow(controller)
        },
        onResponseEnd() {
          if (flow) flow.end()
          else resolve({ status, headers, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size) })
        },
        onResponseError(_controller, error) {
          if (flow) flow.destroy(error)
          else reject(error)
        },
      },
    )
  })
}
