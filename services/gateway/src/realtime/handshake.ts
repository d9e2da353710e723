import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { Problem, realtimePath } from '@shopfleet/contracts'
import { callerAddress } from '@shopfleet/service-kit'
import { securityHeaders } from '../security-headers.ts'
import { isOwnPage, sessionOf } from '../session-cookies.ts'

/** What a request for a socket must be before it gets one: to the right place, and from no page of somebody else's. */

const path = new RegExp(`^${realtimePath}/?(\\?|$)`)

/** Whether a request is one for a socket. Other upgrades (`h2c`) are passed over, and the request is answered as it is. */
export const isForSocket = ({ method, url = '', headers }: IncomingMessage): boolean =>
  method === 'GET' && path.test(url) && headers.upgrade?.toLowerCase() === 'websocket'

/** Where a request began. */
export function addressOf(request: IncomingMessage, isTrusted: (address: string) => boolean): string {
  const told = request.headers['x-forwarded-for']
  return callerAddress(request.socket.remoteAddress ?? '', Array.isArray(told) ? told.join() : told, isTrusted)
}

/**
 * The access token a socket comes with: shown openly, or in the cookie of a web app. A browser opens sockets for any page
 * and sends its cookies along, and no CORS keeps the page from reading: so a page must be ours, whoever it shows.
 * `expired`: the session is there, and its access token has run out. Throws `forbidden`.
 */
export function tokenOf(
  request: IncomingMessage,
  { origins, isTrusted }: { origins: ReadonlySet<string>; isTrusted: (address: string) => boolean },
): { token?: string; isExpired: boolean } {
  const { authorization, cookie, origin } = request.headers
  const { access, refresh } = sessionOf(cookie)
  const hasSession = access !== undefined || refresh !== undefined
  const told = isTrusted(request.socket.remoteAddress ?? '') ? request.headers['x-forwarded-proto'] : undefined
  const own = (request.socket as TLSSocket).encrypted ? 'https' : 'http'
  const isSecure = (typeof told === 'string' ? told.split(',').at(-1)!.trim() : own) === 'https'
  if (
    (origin !== undefined || hasSession) &&
    !isOwnPage({ headers: request.headers, protocol: isSecure ? 'https' : 'http' }, origins)
  )
    throw new Problem('forbidden', { detail: 'Sockets are for the pages of this shop only.' })
  if (authorization !== undefined)
    return { token: /^Bearer +(\S{1,4096})$/i.exec(authorization)?.[1] ?? '', isExpired: false }
  return access === undefined ? { isExpired: refresh !== undefined } : { token: access, isExpired: false }
}

/** Answers a request for a socket like any other that is refused. */
export function refuseSocket(
  socket: Duplex,
  problem: Problem,
  { correlation_id, retry_after_s }: { correlation_id: string; retry_after_s?: number },
): void {
  const body = JSON.stringify(problem.toBody(realtimePath, correlation_id))
  const headers = {
    ...securityHeaders.data,
    'x-correlation-id': correlation_id,
    ...(retry_after_s === undefined ? {} : { 'retry-after': String(retry_after_s) }),
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`)
}
