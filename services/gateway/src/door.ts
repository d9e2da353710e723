import cors from '@fastify/cors'
import { Problem } from '@shopfleet/contracts'
import { type Clock, type Logger, type Metrics, renderError } from '@shopfleet/service-kit'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { securityHeaders } from './security-headers.ts'

/**
 * The public door: correlation id, security headers, CORS, problems, log line and metrics of every request. It reads
 * no body and knows no operation; those are mounted on it.
 */

export interface DoorOptions {
  log: Logger
  clock: Clock
  metrics: Metrics
  isTrusted: (address: string) => boolean
  /** Pages of other origins that may call the API. */
  origins: ReadonlySet<string>
  /** Certificate and key, where this listener speaks HTTPS itself. */
  tls?: { cert: string; key: string }
  /** Methods a path takes, empty for a path nobody knows. */
  methodsOf: (path: string) => string[]
}

const correlationPattern = /^[\w.:-]{1,128}$/
export const defaultBodyLimit = 256 * 1024

/** The path to route by and to pass on: without scheme and host, and `/api/v1/x` means `/api/x`. */
export function canonicalUrl(url: string): string {
  const local = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '') || '/'
  return local.startsWith('/api/v1/') ? `/api/${local.slice(8)}` : local
}

export async function createDoor(options: DoorOptions): Promise<FastifyInstance> {
  const { log, clock, metrics } = options
  const app = Fastify({
    logger: false,
    // Typed as plain HTTP: nothing here can tell the difference.
    ...({ https: options.tls ?? null } as object),
    bodyLimit: defaultBodyLimit,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
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

  // Whatever is sent is passed on as it is; its type and its form are for the service to judge.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.decorateRequest('correlation_id', '')
  app.decorateRequest('started_ms', 0)
  function begin(request: FastifyRequest, response: FastifyReply) {
    const given = request.headers['x-correlation-id']
    request.correlation_id = typeof given === 'string' && correlationPattern.test(given) ? given : clock.newId()
    request.started_ms = performance.now()
    response.header('x-correlation-id', request.correlation_id)
    response.headers(securityHeaders[request.routeOptions?.config?.pageKind ?? 'data'])
  }
  app.addHook('onRequest', (request, response, done) => {
    begin(request, response)
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
    exposedHeaders: [
      'X-Correlation-Id',
      'X-Cart-Token',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'ETag',
      'Location',
    ],
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
          method: request.method,
          path: request.url.split('?', 1)[0],
          statusCode: response.statusCode,
          duration: Math.round(duration_ms * 10) / 10,
          metadata: { ip: request.ip, userAgent: request.headers['user-agent'] },
        },
        labels.operation,
      )
    }
    done()
  })

  const sendProblem = (request: FastifyRequest, response: FastifyReply, error: unknown) => {
    const { problem, level, retry_after_s } = renderError(error)
    if (level !== 'info') {
      const operation = request.routeOptions?.config?.operation?.name
      log[level]({ correlationId: request.correlation_id, operation, error }, 'request failed')
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
