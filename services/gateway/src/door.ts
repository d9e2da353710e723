import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import cors from '@fastify/cors'
import { Problem } from '@shopfleet/contracts'
import { type Clock, type Logger, type Metrics, renderError, type Span, type Traces } from '@shopfleet/service-kit'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { canonicalUrl } from './headers.ts'
import { securityHeaders } from './security-headers.ts'

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | undefined
  }
}

/**
 * The public door: correlation id, security headers, CORS, problems, log line and metrics of every request. It reads
 * no body and knows no operation; those are mounted on it.
 */

export interface DoorOptions {
  log: Logger
  clock: Clock
  metrics: Metrics
  traces?: Traces
  isTrusted: (address: string) => boolean
  /** Pages of other origins that may call the API. */
  origins: ReadonlySet<string>
  /** Certificate and key, where this listener speaks HTTPS itself. */
  tls?: { cert: string; key: string }
  /** Requests that become a socket; all others that ask for another protocol are answered in this one. */
  shouldUpgrade?: (request: IncomingMessage) => boolean
  /** It is about to stop: callers are told that their connection is used for the last time. */
  isLeaving: () => boolean
  /** Methods a path takes, empty for a path nobody knows. */
  methodsOf: (path: string) => string[]
}

const correlationPattern = /^[\w.:-]{1,128}$/
export const defaultBodyLimit = 256 * 1024

/** The id a request came with, if it is well formed, or a new one. */
export function correlationIdOf({ 'x-correlation-id': given }: IncomingHttpHeaders, clock: Clock): string {
  return typeof given === 'string' && correlationPattern.test(given) ? given : clock.newId()
}

/** What a page of another origin may read of an answer. */
const exposedHeaders = [
  'X-Correlation-Id',
  'X-Cart-Token',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'ETag',
  'Location',
]
/** CORS headers that are on every answer, whoever asks. */
export const corsHeaders = ['access-control-expose-headers', exposedHeaders.join(', ')]

export async function createDoor(options: DoorOptions): Promise<FastifyInstance> {
  const { log, clock, metrics, traces } = options
  const app = Fastify({
    logger: false,
    // Typed as plain HTTP: nothing here can tell the difference.
    ...({
      http: { shouldUpgradeCallback: options.shouldUpgrade },
      https: options.tls ? { ...options.tls, shouldUpgradeCallback: options.shouldUpgrade } : null,
    } as object),
    bodyLimit: defaultBodyLimit,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // Who still has a connection while this one stops is served, and told that it is the last time.
    return503OnClosing: false,
    genReqId: () => '',
    trustProxy: options.isTrusted,
    rewriteUrl: request => canonicalUrl(request.url ?? '/'),
    routerOptions: { maxParamLength: 250, ignoreTrailingSlash: true },
    exposeHeadRoutes: true,
    // Addresses that cannot be decoded never come to the hooks.
    frameworkErrors(error, request, response) {
      begin(request, response)
      sendProblem(request, response, error)
    },
    clientErrorHandler(error, socket) {
      const status =
        error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? '408 Request Timeout'
          : error.code === 'HPE_HEADER_OVERFLOW'
            ? '431 Request Header Fields Too Large'
            : '400 Bad Request'
      if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    },
  })

  // Whatever is sent is passed on as it is; its type and its form are for the service to judge. JSON has a name here only
  // because Fastify remembers the parsers of named types, and looks for the one of all others anew each time.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(['application/json', '*'], { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.decorateRequest('correlation_id', '')
  app.decorateRequest('started_ms', 0)
  app.decorateRequest('span', undefined)
  function begin(request: FastifyRequest, response: FastifyReply) {
    request.correlation_id = correlationIdOf(request.headers, clock)
    request.started_ms = performance.now()
    const operation = traces && request.routeOptions?.config?.operation
    if (operation) request.span = traces.serve(operation, request.headers, request.correlation_id)
    response.header('x-correlation-id', request.correlation_id)
    response.headers(securityHeaders[request.routeOptions?.config?.pageKind ?? 'data'])
  }
  app.addHook('onRequest', (request, response, done) => {
    begin(request, response)
    if (options.isLeaving()) response.header('connection', 'close')
    done()
  })
  await app.register(cors, {
    origin: [...options.origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'idempotency-key',
      'x-cart-token',
      'x-order-token',
      'x-correlation-id',
      'x-session-mode',
    ],
    exposedHeaders,
    maxAge: 600,
    strictPreflight: false,
  })

  app.addHook('onResponse', (request, response, done) => {
    const name = request.routeOptions.config.operation?.name
    const duration_ms = performance.now() - request.started_ms
    const labels = { operation: name ?? 'unknown', method: request.method }
    metrics.requests.inc({ ...labels, status: response.statusCode })
    metrics.durations.observe(labels, duration_ms / 1000)
    if (name !== undefined || response.statusCode >= 400) {
      log.info(
        {
          correlationId: request.correlation_id,
          ...request.span?.ids,
          method: request.method,
          path: request.url.split('?', 1)[0],
          statusCode: response.statusCode,
          duration: Math.round(duration_ms * 10) / 10,
          metadata: { ip: request.ip, userAgent: request.headers['user-agent'] },
        },
        labels.operation,
      )
    }
    request.span?.end(response.statusCode)
    done()
  })

  const sendProblem = (request: FastifyRequest, response: FastifyReply, error: unknown) => {
    const { problem, level, retry_after_s } = renderError(error)
    if (level !== 'info') {
      const operation = request.routeOptions?.config?.operation?.name
      const { correlation_id, span } = request
      span?.fail(error)
      log[level]({ correlationId: correlation_id, ...span?.ids, operation, error }, 'request failed')
    }
    if (retry_after_s !== undefined) response.header('retry-after', String(retry_after_s))
    response
      .code(problem.status)
      .header('cache-control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(problem.toBody(request.url.split('?', 1)[0], request.correlation_id)))
  }
  app.setErrorHandler((error, request, response) => sendProblem(request, response, error))
  app.setNotFoundHandler((request, response) => {
    const methods = options.methodsOf(request.url.split('?', 1)[0]!)
    if (methods.length === 0) return sendProblem(request, response, new Problem('not-found'))
    response.header('allow', methods.join(', '))
    sendProblem(request, response, new Problem('method-not-allowed', { detail: `Use ${methods.join(', ')}.` }))
  })
  return app
}
