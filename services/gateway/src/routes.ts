import { isPublic, type Operation, Problem } from '@shopfleet/contracts'
import type { FastifyInstance } from 'fastify'
import { defaultBodyLimit } from './door.ts'
import { headersToCaller, headersToService } from './headers.ts'
import type { Upstream } from './upstream.ts'

export interface ForwardOptions {
  upstream: Upstream
  deadline_ms: number
  isTrusted: (address: string) => boolean
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
  const { upstream, deadline_ms, isTrusted } = options
  app.route({
    method: operation.method,
    url,
    bodyLimit: operation.body_limit ?? defaultBodyLimit,
    config: { operation, pageKind: operation.reply_type?.startsWith('image/') ? 'picture' : 'data' },
    async handler(request, response) {
      const { raw } = request
      const peer = raw.socket.remoteAddress ?? ''
      const told = isTrusted(peer) ? raw.headers['x-forwarded-for'] : undefined
      const answer = await upstream.forward(operation.service, {
        method: operation.method,
        path: raw.url!,
        headers: headersToService(
          raw.rawHeaders,
          {
            correlation_id: request.correlation_id,
            deadline_ms,
            forwarded_for: told ? `${told}, ${peer}` : peer,
            forwarded_proto: request.protocol,
            forwarded_host: request.host,
          },
          raw.headers.connection,
        ),
        body: request.body as Buffer | undefined,
      })
      const { vary, ...headers } = headersToCaller(answer.headers, !Buffer.isBuffer(answer.body))
      if (vary !== undefined)
        response.header('vary', [response.getHeader('vary'), vary].flat().filter(Boolean).join(', '))
      return response.code(answer.status).headers(headers).send(answer.body)
    },
  })
}

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
