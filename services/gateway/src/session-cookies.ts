import { type Operation, Problem } from '@shopfleet/contracts'
import type { FastifyRequest } from 'fastify'

/**
 * Sessions of web apps. Their tokens live in httpOnly cookies that no script can read; this file turns cookies into the
 * headers and bodies the services know, and back. A browser sends cookies along with requests that another page made it
 * send, so nothing but a read is taken from one without the proof that our own page asks.
 */

const accessCookie = '__Host-access'
const refreshCookie = '__Host-refresh'
const refreshDays = 7

/** The named cookies of a request; of two with one name the first counts, as the one with the longer path. */
function cookiesOf(header: string | undefined): Map<string, string> {
  const found = new Map<string, string>()
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=')
    if (at < 0) continue
    const name = pair.slice(0, at).trim()
    if (!found.has(name)) found.set(name, pair.slice(at + 1).trim())
  }
  return found
}

const cookie = (name: string, value: string, seconds: number) =>
  `${name}=${value}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=${seconds}`

/** Whether a request asks for a session in cookies. */
export const wantsCookies = (request: FastifyRequest): boolean => request.headers['x-session-mode'] === 'cookie'

/** Token characters only: what comes out of a cookie goes into a header. */
const tokenPattern = /^[\w.~+/=-]{1,4096}$/

export interface FromCookies {
  /** `Authorization` for the service, where the session is in a cookie. */
  authorization?: string
  /** The body for the service, where it differs from what came. */
  body?: Buffer
}

/** What a request's cookies hold of a session, token characters only. */
export function sessionOf(header: string | undefined): { access?: string; refresh?: string } {
  const cookies = cookiesOf(header)
  const token = (name: string) => {
    const value = cookies.get(name)
    return value !== undefined && tokenPattern.test(value) ? value : undefined
  }
  return { access: token(accessCookie), refresh: token(refreshCookie) }
}

/** Whether the page that made the browser ask is one of ours: by `Origin`, and where a browser sends none, by fetch metadata. */
export function isOwnPage(
  request: Pick<FastifyRequest, 'headers' | 'protocol'>,
  origins: ReadonlySet<string>,
): boolean {
  const { origin, host } = request.headers
  if (origin !== undefined) return origins.has(origin) || origin === `${request.protocol}://${host}`
  return request.headers['sec-fetch-site'] === 'same-origin'
}

/**
 * What the cookies of a request say. Throws `forbidden` where they would let it change something for a page that is not
 * ours. A request that brings its own `Authorization` is no cookie's business.
 */
export function readCookies(operation: Operation, request: FastifyRequest, origins: ReadonlySet<string>): FromCookies {
  const { authorization, cookie } = request.headers
  const inCookies = wantsCookies(request)
  if (authorization !== undefined || (cookie === undefined && !inCookies)) return {}
  const cookies = cookiesOf(cookie)
  const access = cookies.get(accessCookie)
  const refresh = cookies.get(refreshCookie)
  if (access === undefined && refresh === undefined && !inCookies) return {}
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (!isRead && !isOwnPage(request, origins)) {
    throw new Problem('forbidden', { detail: 'A session in cookies is for the pages of this shop only.' })
  }
  // The cookie of the access token has run out before that of the session. Taking the caller for a stranger now would
  // show them a stranger's cart; told so, their page renews the session and asks again.
  if (access === undefined && refresh !== undefined && operation.auth !== 'public') throw new Problem('token-expired')
  const result: FromCookies = {}
  // Who exchanges or ends a session shows its refresh token; an access token that has run out is no hindrance.
  const usesRefresh = operation.auth === 'public' && (operation.session === 'continues' || operation.session === 'ends')
  if (access !== undefined && !usesRefresh && tokenPattern.test(access)) result.authorization = `Bearer ${access}`
  if (usesRefresh && inCookies && refresh !== undefined && tokenPattern.test(refresh)) {
    const body = parse(request.body)
    if (body && body.refresh_token === undefined) {
      result.body = Buffer.from(JSON.stringify({ ...body, refresh_token: refresh }))
    }
  }
  return result
}

function parse(body: unknown): Record<string, unknown> | undefined {
  if (body === undefined || body === null) return {}
  if (!Buffer.isBuffer(body)) return undefined
  if (body.length === 0) return {}
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

export interface IntoCookies {
  cookies: string[]
  body: Buffer | undefined
}

/**
 * The answer to a web app: tokens become cookies and leave the body. Undefined where there is nothing to turn: an answer without tokens, such as the challenge for a
 * second factor, goes out as it is.
 */
export function writeCookies(operation: Operation, status: number, body: unknown): IntoCookies | undefined {
  if (operation.session === 'ends' && status < 300) {
    return { cookies: [cookie(accessCookie, '', 0), cookie(refreshCookie, '', 0)], body: undefined }
  }
  // Without its refresh token a session is over; the cookies would only be sent in vain.
  if (operation.session === 'continues' && status === 401) {
    return { cookies: [cookie(accessCookie, '', 0), cookie(refreshCookie, '', 0)], body: undefined }
  }
  if (operation.session === undefined || status >= 300) return undefined
  const { access_token, refresh_token, ...rest } = parse(body) ?? {}
  if (typeof access_token !== 'string' || typeof refresh_token !== 'string') return undefined
  const expires_in = typeof rest.expires_in === 'number' ? rest.expires_in : 900
  return {
    cookies: [
      cookie(accessCookie, access_token, expires_in),
      cookie(refreshCookie, refresh_token, refreshDays * 86_400),
    ],
    body: Buffer.from(JSON.stringify(rest)),
  }
}
