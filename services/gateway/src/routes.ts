import { isPublic, type Operation, Problem } from '@shopfleet/contracts'
import { withContext } from '@shopfleet/messaging'
import type { Traces } from '@shopfleet/service-kit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { defaultBodyLimit } from './door.ts'
import { headersToCaller, headersToService } from './headers.ts'
import type { CountRequest } from './limits.ts'
import type { Kept, ReadCache } from './read-cache.ts'
import { readCookies, wantsCookies, writeCookies } from './session-cookies.ts'
import type { Shedder } from './shedding.ts'
import type { Answer, Forward, Upstream } from './upstream.ts'

export interface ForwardOptions {
  upstream: Upstream
  cache: ReadCache
  deadline_ms: number
  isTrusted: (address: string) => boolean
  count: CountRequest
  shedder: Shedder
  /** Pages that may use a session in cookies. */
  origins: ReadonlySet<string>
  traces?: Traces
}

const pathsOf = (operation: Operation) => [operation.path, ...(operation.aliases ?? [])]

/**
 * Mounts every public operation as a forward to the service that owns it. Those between services are mounted as what
 * does not exist, so that no public path with a parameter (`/api/inventory/:product_id`) speaks for them.
 */
export function mountOperations(app: FastifyInstance, operations: readonly Operation[], options: ForwardOptions): void {
  for (const operation of operations) {
    for (const url of pathsOf(operation)) {
      if (!isPublic(operation)) {
        app.route({
          method: operation.method,
          url,
          handler: async () => {
            throw new Problem('not-found')
          },
        })
        continue
      }
      mountForward(app, operation, url, options)
    }
  }
}

function mountForward(app: FastifyInstance, operation: Operation, url: string, options: ForwardOptions): void {
  const { upstream, cache, deadline_ms, isTrusted, count, shedder, origins, traces } = options
  app.route({
    method: operation.method,
    url,
    bodyLimit: operation.body_limit ?? defaultBodyLimit,
    config: { operation, pageKind: operation.reply_type?.startsWith('image/') ? 'picture' : 'data' },
    // Before the body is read: what is refused for want of time must cost none.
    async onRequest(request, response) {
      try {
        response.raw.once('close', shedder.enter(operation))
      } catch (error) {
        // The last answer costs nothing: it stands in, as for a service that fails.
        const known = cache.keeps(operation) ? cache.standIn(request.raw.url!) : undefined
        if (!known) throw error
        return sendKept(request, response, known)
      }
      const fromCookies = readCookies(operation, request, origins)
      if (fromCookies.authorization) request.headers.authorization = fromCookies.authorization
      // Files are large, and held here whole: whoever sends one says who they are first.
      if (operation.body_types && operation.auth !== 'public' && request.headers.authorization === undefined)
        throw new Problem('unauthenticated')
    },
    async handler(request, response) {
      await count(operation, request, response)
      if (cache.keeps(operation)) return answerRead(request, response)
      const ask = (traceparent: string | null) => upstream.forward(operation.service, forwardOf(request, traceparent))
      const { span } = request
      return pass(
        request,
        response,
        await (traces && span ? traces.asking(operation, span.traceparent, ask) : ask(null)),
      )
    },
  })

  async function answerRead(request: FastifyRequest, response: FastifyReply) {
    const { params, query } = request as { params: Record<string, unknown>; query: Record<string, unknown> }
    const question = { path: request.raw.url!, params, query }
    const { correlation_id, span } = request
    const read = () => cache.read(operation, question, correlation_id)
    const found = await (span
      ? withContext({ correlation_id, traceparent: span.traceparent, deadline: undefined }, read)
      : read())
    return 'status' in found ? pass(request, response, found) : sendKept(request, response, found)
  }

  function sendKept(request: FastifyRequest, response: FastifyReply, kept: Kept) {
    const { status, headers, body } = cache.sendable(kept, request.raw.headers)
    response.code(status)
    const lines = [...kept.headers, ...headers]
    for (let i = 0; i < lines.length; i += 2) response.header(lines[i]!, lines[i + 1])
    addVary(response, 'Accept-Encoding')
    return response.send(body)
  }

  function forwardOf(request: FastifyRequest, traceparent: string | null): Forward {
    const { raw } = request
    const fromCookies = operation.session ? readCookies(operation, request, origins) : undefined
    const peer = raw.socket.remoteAddress ?? ''
    const told = isTrusted(peer) ? raw.headers['x-forwarded-for'] : undefined
    const headers = headersToService(
      raw.rawHeaders,
      {
        correlation_id: request.correlation_id,
        deadline_ms,
        forwarded_for: told ? `${told}, ${peer}` : peer,
        forwarded_proto: request.protocol,
        forwarded_host: request.host,
        traceparent,
      },
      raw.headers.connection,
    )
    // One from a cookie is not among the headers that came.
    const { authorization } = request.headers
    if (authorization !== undefined && !headers.includes('authorization')) headers.push('authorization', authorization)
    if (fromCookies?.body && request.headers['content-type'] === undefined)
      headers.push('content-type', 'application/json')
    return {
      method: operation.method,
      path: raw.url!,
      headers,
      body: fromCookies?.body ?? (request.body as Buffer | undefined),
      asked: {
        operation,
        params: request.params as Record<string, unknown>,
        query: request.query as Record<string, unknown>,
      },
    }
  }

  function pass(request: FastifyRequest, response: FastifyReply, answer: Answer) {
    // Before the writer hears of it: whoever reads after that reads what was written.
    if (operation.method !== 'GET' && answer.status < 300) cache.written(operation.service)
    const { vary, ...passed } = headersToCaller(answer.headers, !Buffer.isBuffer(answer.body))
    if (vary !== undefined) addVary(response, vary)
    response.code(answer.status).headers(passed)
    const turned = wantsCookies(request) ? writeCookies(operation, answer.status, answer.body) : undefined
    if (!turned) return response.send(answer.body)
    return response.header('set-cookie', turned.cookies).send(turned.body ?? answer.body)
  }
}

const addVary = (response: FastifyReply, names: string | string[]) =>
  response.header('vary', [response.getHeader('vary'), names].flat().filter(Boolean).join(', '))

/** Which methods a path takes, for the answer to one it does not take. */
export function methodTable(operations: readonly Operation[]): (path: string) => string[] {
  const entries = operations.filter(isPublic).flatMap(operation =>
    pathsOf(operation).map(path => ({
      method: operation.method,
      pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/:[a-z_]+/g, '[^/]+')}/?$`),
    })),
  )
  const hidden = operations.filter(o => !isPublic(o)).map(o => ({ method: o.method, path: o.path }))
  return path => {
    if (hidden.some(o => o.path === path)) return []
    const methods = new Set<string>()
    for (const { method, pattern } of entries) if (pattern.test(path)) methods.add(method)
    if (methods.has('GET')) methods.add('HEAD')
    return [...methods]
  }
}
