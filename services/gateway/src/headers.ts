/**
 * What of a request's headers reaches a service, and what of a service's answer reaches the caller. A service may
 * believe the headers set here, because nothing of the kind from outside gets past.
 */

/** Meant for one connection only (RFC 9110, 7.6.1), or set anew on the next. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

const neverIn = new Set([
  ...hopByHop,
  'host',
  'content-length',
  // Answered at this hop by Node.
  'expect',
  // Sessions in cookies end here: a service knows `Authorization` only.
  'cookie',
  'x-session-mode',
  'x-service-token',
  'x-deadline-ms',
  'x-correlation-id',
  'forwarded',
  'x-real-ip',
])

const neverOut = new Set([
  ...hopByHop,
  // Set at this hop.
  'date',
  'x-correlation-id',
])

/** What the gateway itself says about a request. */
export interface Hop {
  correlation_id: string
  deadline_ms: number
  forwarded_for: string
  forwarded_proto: string
  forwarded_host: string
  /** Of the gateway's own trace, in place of whatever the caller sent; without traces theirs is passed on. */
  traceparent?: string | null
}

const listed = (connection: string | undefined) =>
  connection === undefined || /^\s*(keep-alive|close)\s*$/i.test(connection)
    ? undefined
    : new Set(connection.split(',').map(name => name.trim().toLowerCase()))

/** The headers for the service, names and values in turn as undici takes them, from Node's `rawHeaders`. */
export function headersToService(raw: readonly string[], hop: Hop, connection?: string): string[] {
  const headers: string[] = []
  const named = listed(connection)
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase()
    if (neverIn.has(name) || named?.has(name)) continue
    if (hop.traceparent && (name === 'traceparent' || name === 'tracestate')) continue
    if (name.startsWith('x-forwarded-') || name.startsWith('x-internal-')) continue
    headers.push(name, raw[i + 1]!)
  }
  headers.push(
    'x-correlation-id',
    hop.correlation_id,
    'x-deadline-ms',
    String(hop.deadline_ms),
    'x-forwarded-for',
    hop.forwarded_for,
    'x-forwarded-proto',
    hop.forwarded_proto,
    'x-forwarded-host',
    hop.forwarded_host,
  )
  if (hop.traceparent) headers.push('traceparent', hop.traceparent)
  return headers
}

type HeaderValue = string | string[] | undefined

/** The headers for the caller. `content-length` stays only where the body is passed on unread. */
export function headersToCaller(
  from: Record<string, HeaderValue>,
  streamed: boolean,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  const named = listed(typeof from.connection === 'string' ? from.connection : undefined)
  for (const name in from) {
    const value = from[name]
    if (value === undefined || neverOut.has(name) || named?.has(name)) continue
    if (name === 'content-length' && !streamed) continue
    headers[name] = value
  }
  return headers
}

/** The path to route by and to pass on: without scheme and host, and `/api/v1/x` means `/api/x`. */
export function canonicalUrl(url: string): string {
  const local = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '') || '/'
  return local.startsWith('/api/v1/') ? `/api/${local.slice(8)}` : local
}
