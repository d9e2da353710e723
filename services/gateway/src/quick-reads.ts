import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock, Logger, Metrics } from '@shopfleet/service-kit'
import type { FastifyInstance } from 'fastify'
import { correlationIdOf, corsHeaders } from './door.ts'
import { canonicalUrl } from './headers.ts'
import type { Kept, ReadCache } from './read-cache.ts'

/**
 * Answers what is kept before the rest of the gateway hears of the request: for ready bytes its hooks and its router cost
 * more than all else. What such an answer lacks of a usual one is a log line of its own: there is one a second for all,
 * with how many they were. They are counted and timed one by one, and carry the same headers.
 */

const log_ms = 1000

export interface QuickReadsOptions {
  cache: ReadCache
  clock: Clock
  log: Logger
  metrics: Metrics
  origins: ReadonlySet<string>
  /** Then nothing is answered quickly: a connection that is used for the last time needs more than ready bytes. */
  isLeaving: () => boolean
}

/** Puts itself before the app's own listener. Answers how to stop. */
export function answerQuickly(app: FastifyInstance, options: QuickReadsOptions): () => void {
  const { cache, clock, log, metrics, origins, isLeaving } = options
  const answered = new Map<string, number>()

  function note(operation: string, status: number, began_ms: number): void {
    answered.set(operation, (answered.get(operation) ?? 0) + 1)
    metrics.requests.inc({ operation, method: 'GET', status })
    metrics.durations.observe({ operation, method: 'GET' }, (performance.now() - began_ms) / 1000)
  }

  function send(request: IncomingMessage, response: ServerResponse, kept: Kept): void {
    const began_ms = performance.now()
    const { status, headers, body } = cache.sendable(kept, request.headers)
    const { origin } = request.headers
    const lines = ['x-correlation-id', correlationIdOf(request.headers, clock), 'vary', 'Origin, Accept-Encoding']
    if (origin !== undefined && origins.has(origin)) lines.push('access-control-allow-origin', origin)
    lines.push(...corsHeaders, ...kept.headers, ...headers)
    if (body) lines.push('content-length', String(body.length))
    response.writeHead(status, lines)
    response.end(body)
    note(kept.shelf.operation.name, status, began_ms)
  }

  function tell(): void {
    if (answered.size === 0) return
    log.info({ metadata: Object.fromEntries(answered) }, 'answered from memory')
    answered.clear()
  }
  const timer = setInterval(tell, log_ms).unref()

  const [usual] = app.server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[]
  app.server.removeAllListeners('request')
  app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { headers } = request
    const isPlain =
      request.method === 'GET' && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
    const kept = isPlain && !isLeaving() ? cache.peek(canonicalUrl(request.url!)) : undefined
    if (kept) send(request, response, kept)
    else usual!(request, response)
  })
  return () => {
    clearInterval(timer)
    tell()
  }
}
