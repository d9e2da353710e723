import type { IncomingMessage } from 'node:http'
import proxy from '@fastify/http-proxy'
import { Problem } from '@shopfleet/contracts'
import { trustedProxies } from '@shopfleet/service-kit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { mountSocketTunnel } from './socket-tunnel.ts'

/**
 * The platform under the app's own address, so that its cookies are first-party. The gateway is told who really asks
 * and under which address, and decides everything else itself.
 */

const passedOn = ['/api', '/docs', '/openapi.json', '/ws']

/** What the gateway is told of the visitor; what they say of themselves counts only behind a proxy one trusts. */
function visitorHeaders(request: FastifyRequest): Record<string, string> {
  return {
    host: request.headers.host ?? '',
    'x-forwarded-for': (request.ips ?? [request.ip]).toReversed().join(', '),
    'x-forwarded-proto': request.protocol,
    'x-forwarded-host': request.host,
  }
}

/** The same for a request that becomes a socket: no route has seen it. */
function socketVisitor(isTrusted: (address: string) => boolean) {
  return ({ headers, socket }: IncomingMessage): Record<string, string> => {
    const peer = socket.remoteAddress ?? ''
    const told = (name: string) => (isTrusted(peer) ? headers[name]?.toString() : undefined)
    const chain = told('x-forwarded-for')
    return {
      'x-forwarded-for': chain === undefined ? peer : `${chain}, ${peer}`,
      'x-forwarded-proto': told('x-forwarded-proto') ?? 'http',
      'x-forwarded-host': told('x-forwarded-host') ?? headers.host ?? '',
    }
  }
}

/** Session cookies as the gateway knows them; those of another app on this host are not for it. */
function cookiesInward(header: string | undefined, session: string | undefined): Record<string, string> {
  if (header === undefined || session === undefined) return {}
  const own = `__Host-${session}-`
  const pairs = header
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => !pair.startsWith('__Host-') || pair.startsWith(own))
  return { cookie: pairs.map(pair => pair.replace(own, '__Host-')).join('; ') }
}

function cookiesOutward(header: string | string[] | undefined, session: string | undefined) {
  if (header === undefined || session === undefined) return {}
  return { 'set-cookie': [header].flat().map(one => one.replace(/^__Host-/, `__Host-${session}-`)) }
}

export interface GatewayOptions {
  /** Where the gateway answers, without a trailing slash. */
  gatewayUrl: string
  /** Addresses or networks of proxies whose `X-Forwarded-*` are believed, with commas between. */
  trustedProxies: string
  /**
   * Letters that tell this app's session from another's on the same host: a browser sends the cookies of `localhost:3000`
   * to `localhost:3001` too. Without it the cookies are named as the gateway names them.
   */
  session?: string
}

/** Passes `/api`, `/docs`, `/openapi.json` and the sockets of `/ws` on to the gateway; 503 where it does not answer. */
export async function mountGateway(app: FastifyInstance, options: GatewayOptions): Promise<void> {
  const { gatewayUrl, session } = options
  const visitorOf = socketVisitor(trustedProxies(options.trustedProxies))
  const endSockets = mountSocketTunnel(app.server, {
    gatewayUrl,
    visitorHeaders: request => ({ ...visitorOf(request), ...cookiesInward(request.headers.cookie, session) }),
  })
  app.addHook('preClose', async () => endSockets())
  for (const prefix of passedOn) {
    await app.register(proxy, {
      upstream: gatewayUrl,
      prefix,
      rewritePrefix: prefix,
      httpMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      // Whether to ask again is for whoever asked: they know whether it may act twice.
      retryMethods: [],
      replyOptions: {
        rewriteRequestHeaders: (request, headers) => ({
          ...headers,
          ...visitorHeaders(request as FastifyRequest),
          ...cookiesInward(headers.cookie, session),
        }),
        rewriteHeaders: headers => ({ ...headers, ...cookiesOutward(headers['set-cookie'], session) }),
        onError(reply, { error }) {
          const isLate = (error as { code?: string }).code === 'UND_ERR_HEADERS_TIMEOUT'
          void reply
            .code(503)
            .header('retry-after', '1')
            .header('cache-control', 'no-store')
            .type('application/problem+json')
            .send(
              JSON.stringify(
                new Problem('unavailable', {
                  detail: isLate ? 'The shop did not answer in time.' : 'The shop cannot be reached just now.',
                }).toBody(),
              ),
            )
        },
      },
    })
  }
}
