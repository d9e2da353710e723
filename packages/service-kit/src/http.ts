import { appendFileSync, mkdirSync } from 'node:fs'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import {
  type BodyOf,
  type Operation,
  type ParamsOf,
  Problem,
  problems,
  type QueryOf,
  type ReplyOf,
} from '@shopfleet/contracts'
import { type Context, withContext } from '@shopfleet/messaging'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Audit, Origin } from './audit.ts'
import { type Authenticator, type Caller, checkAllowed, isDirectLocal } from './auth.ts'
import type { Clock } from './clock.ts'
import type { BaseConfig } from './config.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { declaredProblems, renderError } from './problem-reply.ts'
import { checkReply, compileValidator, escapePointer } from './validation.ts'

/** What a route's handler is given: checked input and who asks. */
export interface Call<O> {
  params: ParamsOf<O>
  query: QueryOf<O>
  body: BodyOf<O>
  caller: Caller
  /** The Idempotency-Key, where the operation takes one. */
  idempotency_key: string | undefined
  header(name: string): string | undefined
  /** The body as it came, for signatures. */
  raw_body: string
  ip: string
}

/** An answer that is more than a body with the operation's one success status. */
export class Reply<Body> {
  readonly status: number
  readonly body: Body
  readonly headers: Record<string, string>
  constructor(status: number, body: Body, headers: Record<string, string> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}
/** Answers with a status (one of several the operation declares) and headers. */
export const reply = <Body>(status: number, body: Body, headers?: Record<string, string>) =>
  new Reply(status, body, headers)

export interface Route {
  operation: Operation<any, any, any, any>
  handle: (call: Call<any>) => Promise<unknown>
}

type Answer<O> = ReplyOf<O> | Reply<ReplyOf<O>>

/** Mounts an operation: its answer must be of the declared type. */
export function route<O extends Operation<any, any, any, any>>(
  operation: O,
  handle: (call: Call<O>) => Promise<Answer<O>>,
): Route {
  return { operation, handle }
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    correlation_id: string
    started_ms: number
    raw_body: string
  }
  interface FastifyContextConfig {
    operation?: Operation
    declared?: Set<string>
  }
}

const correlationPattern = /^[\w.:-]{1,128}$/
const deadlinePattern = /^\d{1,9}$/
const idempotencyPattern = /^[\x21-\x7e]{1,255}$/
export const defaultBodyLimit = 256 * 1024

export interface HttpOptions {
  service: string
  config: BaseConfig
  log: Logger
  clock: Clock
  metrics: Metrics
  auth: Authenticator
  routes: Route[]
  /** Own dependencies; false answers 503 on /health/ready. */
  isReady: () => Promise<boolean>
  /** Writes down what staff do. */
  audit?: Audit
  /** After a request that may have changed something. */
  onChanged: () => void
}

const started_ms = performance.now()

/** `/api/v1/x` and, on a service itself, bare `/x` mean `/api/x`. */
export function canonicalPath(url: string): string {
  if (url.startsWith('/api/')) return url.startsWith('/api/v1/') ? `/api/${url.slice(8)}` : url
  if (/^\/(health|metrics|internal|\.well-known)(\/|\?|$)/.test(url)) return url
  return `/api${url}`
}

/** The HTTP door of a service: every operation mounted with authentication, validation, problems, log line, metrics. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const { config, log, clock, metrics, auth } = options
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

  app.decorateRequest('caller', null as never)
  app.decorateRequest('correlation_id', '')
  app.decorateRequest('started_ms', 0)
  app.decorateRequest('raw_body', '')

  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    // An empty body is no body; whether one is required the schema says.
    if (text === '') return done(null, undefined)
    request.raw_body = text as string
    parseJson(request, text as string, (error, value) => {
      if (error) return done(new Problem('malformed-json', { detail: 'The body could not be read as JSON.' }))
      try {
        if (suspiciousEscape.test(text as string)) checkText(value, '')
      } catch (refusal) {
        return done(refusal as Error)
      }
      done(null, value)
    })
  })

  function enter(request: FastifyRequest, response: FastifyReply): void {
    const given = request.headers['x-correlation-id']
    const correlation_id = typeof given === 'string' && correlationPattern.test(given) ? given : clock.newId()
    request.correlation_id = correlation_id
    request.started_ms = performance.now()
    response.header('x-correlation-id', correlation_id)
  }
  app.addHook('onRequest', (request, response, done) => {
    enter(request, response)
    done()
  })

  /** What travels on from this request. Entered around the handler: body parsing would lose what an earlier hook enters. */
  const contextOf = ({ headers, correlation_id, started_ms }: FastifyRequest): Context => {
    const given = headers['x-deadline-ms']
    const budget = typeof given === 'string' && deadlinePattern.test(given) ? Number(given) : Number.POSITIVE_INFINITY
    const budget_ms = Math.min(budget, config.REQUEST_TIMEOUT_MS)
    const traceparent = typeof headers.traceparent === 'string' ? headers.traceparent : null
    return { correlation_id, traceparent, deadline: started_ms + budget_ms }
  }

  app.addHook('onResponse', (request, response, done) => {
    const { operation } = request.routeOptions.config
    const name = operation?.name ?? 'unknown'
    const duration_ms = performance.now() - request.started_ms
    metrics.requests.inc({ operation: name, method: request.method, status: response.statusCode })
    metrics.durations.observe({ operation: name, method: request.method }, duration_ms / 1000)
    if (operation || response.statusCode >= 400) {
      log.info(
        {
          correlationId: request.correlation_id,
          userId: request.caller?.kind === 'user' ? request.caller.user_id : undefined,
          method: request.method,
          path: request.url.split('?', 1)[0],
          statusCode: response.statusCode,
          duration: Math.round(duration_ms * 10) / 10,
          metadata: { ip: request.ip, userAgent: request.headers['user-agent'] },
        },
        name,
      )
    }
    if (request.method !== 'GET') options.onChanged()
    // What was kept alive for a next request would keep the server from closing.
    if (closing) setImmediate(() => app.server.closeIdleConnections())
    done()
  })

  function sendProblem(request: FastifyRequest, response: FastifyReply, error: unknown): void {
    const { operation, declared } = request.routeOptions.config ?? {}
    const { problem, level, retry_after_s } = renderError(error, declared)
    if (level !== 'info') {
      log[level]({ correlationId: request.correlation_id, operation: operation?.name, error }, 'request failed')
    }
    if (retry_after_s !== undefined) response.header('retry-after', String(retry_after_s))
    if (problem.status === 401) response.header('www-authenticate', 'Bearer')
    if (operation) noteCoverage(operation, problem.status)
    if (closing) response.header('connection', 'close')
    response
      .code(problem.status)
      .header('cache-control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(problem.toBody(request.url.split('?', 1)[0], request.correlation_id)))
  }
  app.setErrorHandler((error, request, response) => sendProblem(request, response, error))
  app.setNotFoundHandler((request, response) => sendProblem(request, response, new Problem('not-found')))

  let noteCoverage: (operation: Operation, status: number) => void = () => {}
  if (config.CONTRACT_COVERAGE) {
    mkdirSync(config.CONTRACT_COVERAGE, { recursive: true })
    const file = join(config.CONTRACT_COVERAGE, `${process.pid}.txt`)
    const seen = new Set<string>()
    noteCoverage = (operation, status) => {
      const line = `${operation.name} ${status}\n`
      if (seen.has(line)) return
      seen.add(line)
      appendFileSync(file, line)
    }
  }

  for (const { operation, handle } of options.routes) {
    const checkBody = operation.body && compileValidator(operation.body, 'body')
    const checkQuery = operation.query && compileValidator(operation.query, 'query')
    const checkParams = operation.params && compileValidator(operation.params, 'params')
    const statuses = Object.keys(operation.replies).map(Number)
    const success = statuses[0]!
    const declared = declaredProblems(operation)

    for (const url of [operation.path, ...(operation.aliases ?? [])]) {
      app.route({
        method: operation.method,
        url,
        bodyLimit: operation.body_limit ?? defaultBodyLimit,
        config: { operation, declared },
        async onRequest(request) {
          const direct = config.DEMO_OPEN && isDirectLocal(operation, request.socket.remoteAddress, request.headers)
          const caller: Caller = direct ? { kind: 'demo' } : await auth.authenticate(operation.auth, request.headers)
          request.caller = caller
          try {
            checkAllowed(operation.auth, caller)
          } catch (error) {
            if (options.audit?.concerns(operation, caller)) {
              const from = originOf(request)
              await withContext(contextOf(request), () =>
                options.audit!.refused(operation, caller, from, request.params, error),
              )
            }
            throw error
          }
        },
        async handler(request, response) {
          if (request.url.includes('%00')) {
            if (checkParams) checkText(request.params, 'params')
            if (checkQuery) checkText(request.query, 'query')
          }
          checkParams?.(request.params)
          checkQuery?.(request.query)
          if (checkBody) {
            if (!(request.body === undefined && operation.body_optional)) checkBody(request.body)
          } else if (!isEmptyBody(request.body)) {
            throw new Problem('validation-failed', { errors: [{ pointer: '', detail: 'this request takes no body' }] })
          }
          let idempotency_key: string | undefined
          if (operation.idempotent) {
            const key = request.headers['idempotency-key']
            if (key !== undefined && !(typeof key === 'string' && idempotencyPattern.test(key))) {
              throw new Problem('invalid-idempotency-key', { detail: 'Use 1 to 255 visible ASCII characters.' })
            }
            idempotency_key = key
          }
          const call: Call<any> = {
            params: request.params,
            query: request.query,
            body: request.body ?? (operation.body_optional ? {} : undefined),
            caller: request.caller,
            idempotency_key,
            header: (name: string) => {
              const value = request.headers[name]
              return typeof value === 'string' ? value : undefined
            },
            raw_body: request.raw_body,
            ip: request.ip,
          }
          const work = () => handle(call)
          const audit = options.audit?.concerns(operation, request.caller) ? options.audit : undefined
          const answer = await withContext(contextOf(request), () =>
            audit ? audit.around(operation, call, originOf(request), work) : work(),
          )
          const { status, body, headers } =
            answer instanceof Reply ? answer : { status: success, body: answer, headers: undefined }
          if (headers) response.headers(headers)
          if (config.CHECK_REPLIES) {
            const schema = operation.replies[status]
            const wrong = schema ? operation.reply_type === undefined && checkReply(schema, body) : `status ${status}`
            if (wrong) throw new Error(`${operation.name} answered what its contract does not declare: ${wrong}`)
          }
          noteCoverage(operation, status)
          if (closing) response.header('connection', 'close')
          response.code(status)
          if (body === null || body === undefined) return response.send()
          if (Buffer.isBuffer(body)) return response.send(body)
          return response.type('application/json; charset=utf-8').send(JSON.stringify(body))
        },
      })
    }
  }

  app.get('/health', async () => ({
    status: 'ok',
    service: options.service,
    uptime_s: Math.round((performance.now() - started_ms) / 1000),
  }))
  app.get('/health/live', async () => ({ status: 'ok' }))
  app.get('/health/ready', async (_request, response) => {
    if (await options.isReady()) return { status: 'ready' }
    return response.code(503).header('retry-after', '1').send({ status: 'not ready' })
  })
  app.get('/metrics', async (_request, response) => response.type(metrics.contentType).send(await metrics.text()))
  return app
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

const originOf = ({ url, ip, headers }: FastifyRequest): Origin => {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return {
    path: url.split('?', 1)[0]!,
    ip,
    forwarded_for: text(headers['x-forwarded-for']),
    user_agent: text(headers['user-agent']),
  }
}

const isEmptyBody = (body: unknown) =>
  body === undefined ||
  body === null ||
  (typeof body === 'object' && !Array.isArray(body) && Object.keys(body).length === 0)

/** An escape in JSON that may stand for a NUL or for half a character: neither can be kept as text. */
const suspiciousEscape = /\\u(?:0000|d[89a-f])/i

/** Refuses text no database keeps, wherever it stands. Not recursive: a body may be nested deeper than the stack. */
function checkText(value: unknown, at: string): void {
  const open: [unknown, string][] = [[value, at]]
  for (let next = open.pop(); next; next = open.pop()) {
    const [one, pointer] = next
    if (typeof one === 'string' && (one.includes('\0') || !one.isWellFormed())) {
      const errors = [{ pointer, detail: 'must not contain NUL or half a character' }]
      throw new Problem('validation-failed', { errors })
    }
    if (typeof one !== 'object' || one === null) continue
    for (const [name, member] of Object.entries(one)) {
      open.push([name, pointer], [member, `${pointer}/${escapePointer(name)}`.slice(0, 200)])
    }
  }
}

/** Status codes an operation may answer with: for the API document and the coverage test. */
export function declaredStatuses(operation: Operation): number[] {
  const own = Object.keys(operation.replies).map(Number)
  const refused = (operation.problems ?? []).map(name => problems[name].status)
  return [...new Set([...own, ...refused])].sort((a, b) => a - b)
}
