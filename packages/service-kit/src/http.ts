import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { type Operation, Problem, problems } from '@shopfleet/contracts'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { anonymous, isDirectLocal } from './auth.ts'
import type { BaseConfig } from './config.ts'
import { checkBodyText, type Door, type Incoming, type Mounted, type Outgoing } from './door.ts'
import type { Metrics } from './metrics.ts'

declare module 'fastify' {
  interface FastifyRequest {
    correlation_id: string
    started_ms: number
    incoming: Incoming
  }
  interface FastifyContextConfig {
    operation?: Operation
    mounted?: Mounted
  }
}

export const defaultBodyLimit = 256 * 1024

export interface HttpOptions {
  config: BaseConfig
  metrics: Metrics
  door: Door
  /** Own dependencies; false answers 503 on /health/ready. */
  isReady: () => Promise<boolean>
  /** It is about to stop: callers are told that their connection is used for the last time. */
  isLeaving: () => boolean
}

const started_ms = performance.now()

/** `/api/v1/x` and, on a service itself, bare `/x` mean `/api/x`. */
export function canonicalPath(url: string): string {
  if (url.startsWith('/api/')) return url.startsWith('/api/v1/') ? `/api/${url.slice(8)}` : url
  if (/^\/(health|metrics|internal|\.well-known)(\/|\?|$)/.test(url)) return url
  return `/api${url}`
}

/** The listener of a service: every operation behind its door, mounted at its paths. */
export function createHttp({ config, metrics, door, isReady, isLeaving }: HttpOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: defaultBodyLimit,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // Who still has a connection while this one stops is served, and told that it is the last time.
    return503OnClosing: false,
    genReqId: () => '',
    rewriteUrl: request => canonicalPath(request.url ?? '/'),
    routerOptions: { maxParamLength: 250, ignoreTrailingSlash: true },
    ajv: { customOptions: { removeAdditional: false } },
    exposeHeadRoutes: false,
    // What the router cannot even read as a path; no hook has seen it.
    frameworkErrors: (error, request, response) => {
      enter(request, response)
      sendProblem(request, response, error)
    },
    clientErrorHandler(error, socket) {
      // Not a request: nothing to answer to in our own form. The socket would wait for its other half for ever.
      const status =
        { ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout', HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large' }[
          error.code ?? ''
        ] ?? '400 Bad Request'
      if (!socket.writable) return void socket.destroy()
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
    },
  })

  keepUnsent(app.server)
  let closing = false
  app.addHook('preClose', done => {
    closing = true
    done()
  })

  app.decorateRequest('incoming', null as never)

  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    // An empty body is no body; whether one is required the schema says.
    if (text === '') return done(null, undefined)
    request.incoming.raw_body = text as string
    parseJson(request, text as string, (error, value) => {
      if (error) return done(new Problem('malformed-json', { detail: 'The body could not be read as JSON.' }))
      try {
        checkBodyText(text as string, value)
      } catch (refusal) {
        return done(refusal as Error)
      }
      done(null, value)
    })
  })

  function enter(request: FastifyRequest, response: FastifyReply): void {
    const correlation_id = door.correlationOf(request.headers['x-correlation-id'])
    request.incoming = {
      params: request.params,
      query: request.query,
      body: undefined,
      raw_body: '',
      url: request.url,
      ip: request.ip,
      headers: request.headers,
      caller: anonymous,
      correlation_id,
      started_ms: performance.now(),
      span: door.begin(request.routeOptions?.config?.operation, request.headers, correlation_id),
    }
    response.header('x-correlation-id', correlation_id)
  }
  app.addHook('onRequest', (request, response, done) => {
    enter(request, response)
    done()
  })

  app.addHook('onResponse', (request, response, done) => {
    door.note(request.routeOptions.config.operation, request.method, request.incoming, response.statusCode)
    // What was kept alive for a next request would keep the server from closing.
    if (closing) setImmediate(() => app.server.closeIdleConnections())
    done()
  })

  function send(response: FastifyReply, { status, headers, body }: Outgoing): FastifyReply {
    if (isLeaving()) response.header('connection', 'close')
    return response.code(status).headers(headers).send(body)
  }
  const sendProblem = (request: FastifyRequest, response: FastifyReply, error: unknown) => {
    const { mounted } = request.routeOptions.config ?? {}
    return send(response, door.refuse(mounted, request.incoming, mounted ? inItsTypes(mounted, error) : error))
  }
  app.setErrorHandler((error, request, response) => sendProblem(request, response, error))
  app.setNotFoundHandler((request, response) => sendProblem(request, response, new Problem('not-found')))

  function mount(scope: FastifyInstance, mounted: Mounted): void {
    const { operation } = mounted
    for (const url of [operation.path, ...(operation.aliases ?? [])]) {
      scope.route({
        method: operation.method,
        url,
        bodyLimit: operation.body_limit ?? defaultBodyLimit,
        config: { operation, mounted },
        // Before the body is read: who may not ask has nothing of it looked at.
        onRequest(request) {
          const direct = config.DEMO_OPEN && isDirectLocal(operation, request.socket.remoteAddress, request.headers)
          return door.admit(mounted, request.incoming, direct ? { kind: 'demo' } : undefined)
        },
        async handler(request, response) {
          request.incoming.body = request.body
          return send(response, await mounted.serve(request.incoming))
        },
      })
    }
  }
  for (const mounted of door.mounted) {
    const { body_types } = mounted.operation
    if (!body_types) mount(app, mounted)
    else {
      // Of each only its own types are read, so that what it does not take is refused before it has arrived.
      app.register(async scope => {
        scope.removeAllContentTypeParsers()
        scope.addContentTypeParser([...body_types], { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes))
        mount(scope, mounted)
      })
    }
  }

  app.get('/health', async () => ({
    status: 'ok',
    service: door.service,
    uptime_s: Math.round((performance.now() - started_ms) / 1000),
  }))
  app.get('/health/live', async () => ({ status: 'ok' }))
  app.get('/health/ready', async (_request, response) => {
    if (await isReady()) return { status: 'ready' }
    return response.code(503).header('retry-after', '1').send({ status: 'not ready' })
  })
  app.get('/metrics', async (_request, response) => response.type(metrics.contentType).send(await metrics.text()))
  return app
}

/** A refused type of body is told which ones are taken. */
function inItsTypes({ operation }: Mounted, error: unknown): unknown {
  if ((error as { code?: string })?.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return error
  const types = operation.body_types ?? ['application/json']
  return new Problem('unsupported-media-type', { detail: `Send ${types.join(' or ')}.` })
}

/**
 * Node takes a connection for idle when its answer was written, though it may not have been sent yet, and closing it
 * would cut a large answer in two. Such a connection is passed over; it is closed when its answer has gone out.
 */
function keepUnsent(server: Server): void {
  const sockets = new Set<Socket>()
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const closeIdle = server.closeIdleConnections.bind(server)
  server.closeIdleConnections = () => {
    const sending = [...sockets].filter(socket => socket.writableLength > 0)
    for (const socket of sending) socket.destroy = () => socket
    closeIdle()
    // The prototype's is there again.
    for (const socket of sending) Reflect.deleteProperty(socket, 'destroy')
  }
}

/** Status codes an operation may answer with: for the API document and the coverage test. */
export function declaredStatuses(operation: Operation): number[] {
  const own = Object.keys(operation.replies).map(Number)
  const refused = (operation.problems ?? []).map(name => problems[name].status)
  return [...new Set([...own, ...refused])].sort((a, b) => a - b)
}
