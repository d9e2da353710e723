import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

/** What an answer is to a browser: data to read, a picture, or a page of the API reference. */
export type PageKind = 'data' | 'picture' | 'page'

declare module 'fastify' {
  interface FastifyContextConfig {
    pageKind?: PageKind
  }
}

const nothing = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
}
const policies: Record<PageKind, Record<string, string[]>> = {
  data: nothing,
  // An SVG may style itself; it may not run anything.
  picture: { ...nothing, 'style-src': ["'unsafe-inline'"] },
  page: { ...nothing, 'style-src': ["'self'"], 'script-src': ["'self'"], 'img-src': ["'self'", 'data:'] },
}

/**
 * Helmet's headers never differ between two answers of a kind, so they are asked for once: @fastify/helmet builds its
 * middlewares anew for each request, which costs more than forwarding it.
 */
function headersOf(directives: Record<string, string[]>): Record<string, string> {
  const headers: Record<string, string> = {}
  const response = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value
    },
    removeHeader() {},
  }
  const apply = helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    frameguard: { action: 'deny' },
    // Pictures are shown by the shop's pages on another origin; who may read data, CORS says.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    // Of no use to an API: about prefetching, plug-ins and browsers long gone.
    dnsPrefetchControl: false,
    ieNoOpen: false,
    originAgentCluster: false,
    permittedCrossDomainPolicies: false,
    xssFilter: false,
  })
  apply({} as IncomingMessage, response as unknown as ServerResponse, () => {})
  return headers
}

export const securityHeaders: Record<PageKind, Record<string, string>> = {
  data: headersOf(policies.data),
  picture: headersOf(policies.picture),
  page: headersOf(policies.page),
}
