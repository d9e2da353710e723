import { PassThrough, type Readable } from 'node:stream'
import { type Method, type ServiceName, Unavailable } from '@shopfleet/contracts'
import { type Dispatcher, Pool } from 'undici'

/** The connections to the services: kept alive, bounded, and each answer passed back as the bytes it came in. */

export interface Forward {
  method: Method
  /** Path and query as they came. */
  path: string
  headers: string[]
  body: Buffer | undefined
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

export interface UpstreamOptions {
  urls: Partial<Record<ServiceName, string>>
  /** What a service may take to begin and between two pieces of its answer. */
  timeout_ms: number
  /** Under way to one service at once; more would only wait in line for longer than anyone does. */
  max_in_flight?: number
}

export function createUpstream(options: UpstreamOptions) {
  const max_in_flight = options.max_in_flight ?? 1024
  const peers = new Map<string, { pool: Pool; in_flight: number }>()
  for (const [service, url] of Object.entries(options.urls)) {
    const pool = new Pool(url, {
      connections,
      pipelining: 1,
      keepAliveTimeout: 60_000,
      headersTimeout: options.timeout_ms,
      bodyTimeout: options.timeout_ms,
      connect: { timeout: Math.min(2000, options.timeout_ms) },
    })
    peers.set(service, { pool, in_flight: 0 })
  }

  return {
    /** Passes a request on. Throws `Unavailable` when the service does not answer: it may or may not have acted. */
    async forward(service: ServiceName, request: Forward): Promise<Answer> {
      const peer = peers.get(service)
      if (!peer) throw new Error(`no address of the ${service} service is configured`)
      if (peer.in_flight >= max_in_flight)
        throw new Unavailable(service, { cause: new Error('too many requests under way') })
      peer.in_flight++
      try {
        return await send(peer.pool, request)
      } catch (error) {
        const code = (error as { code?: string }).code ?? ''
        // Only reads: a service that refuses connections is starting or stopping, and its caller may decide on writes.
        const again = request.method === 'GET' && (neverSent.has(code) || cutOff.has(code))
        if (!again) throw new Unavailable(service, { cause: error })
        await new Promise(resolve => setTimeout(resolve, retryAfter_ms))
        return await send(peer.pool, request).catch(cause => {
          throw new Unavailable(service, { cause })
        })
      } finally {
        peer.in_flight--
      }
    },
    async close() {
      await Promise.all([...peers.values()].map(({ pool }) => pool.close()))
    },
  }
}
export type Upstream = ReturnType<typeof createUpstream>

/** One request on a pool. Below undici's `request`, whose readable stream costs more than the rest for small bodies. */
function send(pool: Pool, request: Forward): Promise<Answer> {
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
