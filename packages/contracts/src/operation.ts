import type { Static, TSchema } from 'typebox'
import type { EventType } from './event.ts'
import type { ProblemName } from './problems.ts'

/** What a member of staff may be allowed to do. A role is a set of these. */
export const permissions = [
  'catalogue',
  'stock',
  'orders',
  'payments',
  'reviews',
  'users',
  'analytics',
  'admin',
] as const
export type Permission = (typeof permissions)[number]

/**
 * Who may call an operation:
 * - `public`: anyone; a token, if one is sent, is not looked at.
 * - `guest`: anyone; a token, if one is sent, must be good and names the caller.
 * - `customer`: a signed-in user, staff included; the verb decides whether the thing is theirs.
 * - `{ staff }`: a member of staff with the permission.
 * - `{ own_or_staff }`: a signed-in user for their own things, staff with the permission for anyone's.
 * - `{ service }`: one of the services named, with a token of its own for this one. Never forwarded by the gateway.
 * - `service`: any other service, for what is harmless in the hands of each of them.
 */
export type Auth =
  | 'public'
  | 'guest'
  | 'customer'
  | 'service'
  | { service: readonly ServiceName[] }
  | { staff: Permission }
  | { own_or_staff: Permission }

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type ServiceName =
  | 'gateway'
  | 'user'
  | 'product'
  | 'order'
  | 'cart'
  | 'inventory'
  | 'payment'
  | 'review'
  | 'notification'
  | 'analytics'
  | 'admin'

/**
 * How long the answer of a public read may be kept and served to all. Two things end it: time, whatever was heard, and
 * events of the same service, which says them when what it shows has changed. A write through the gateway to the
 * service ends it too, for that gateway.
 */
export interface Caching {
  /** Seconds. While the service answers, nobody is shown anything older. */
  fresh_s: number
  /** Seconds beyond those for which it may be shown while the service does not answer; none if left out. */
  if_error_s?: number
  /** After one of these no answer of the operation is shown any more. */
  changed_by?: readonly EventType[]
  /** After one of these no answer is shown that holds the id the event is about. */
  changed_about?: readonly EventType[]
}

/** An operation's declaration. The value is read by the server, the typed client, the gateway and the OpenAPI document. */
export interface Operation<
  Params extends TSchema | undefined = TSchema | undefined,
  Query extends TSchema | undefined = TSchema | undefined,
  Body extends TSchema | undefined = TSchema | undefined,
  Replies extends Record<number, TSchema> = Record<number, TSchema>,
> {
  service: ServiceName
  /** The one name from URL to trace: operationId, metric label, log field and the verb's file. */
  name: string
  method: Method
  /** Path on the gateway and on the service alike, `:name` for parameters. */
  path: string
  /** Further paths that mean the same. */
  aliases?: readonly string[]
  auth: Auth
  summary: string
  description?: string
  params?: Params
  query?: Query
  body?: Body
  /**
   * The body is a file of one of these media types, not JSON: the service is handed its bytes (`FileBody`). Which of them
   * it is says the Content-Type; what it really is, its content.
   */
  body_types?: readonly string[]
  /** The body may be left out (a bare POST). */
  body_optional?: boolean
  /** Status → schema of the body. `Type.Null()` declares an empty body (204). */
  replies: Replies
  /** Refusals this operation may answer beside those every operation may (see `commonProblems`). */
  problems?: readonly ProblemName[]
  /** Takes an `Idempotency-Key`: the same key and body have one effect, whoever retries. */
  idempotent?: boolean
  /** How long the gateway and other shared caches may keep the answer. Only for `public` reads: it is the same for all. */
  cache?: Caching
  /** Largest body in bytes; the kit's default is 256 KiB. */
  body_limit?: number
  /** The answer's media type when it is not JSON (pictures, files). */
  reply_type?: string
  /**
   * What it answers belongs to a person: the audit log keeps who asked for it, and nothing of it.
   */
  is_private?: boolean
  /**
   * On a local demonstration a direct caller on the loopback interface may do this without a token, as the brief's
   * examples do. See docs/decisions. Off everywhere else.
   */
  demo_open?: boolean
  /**
   * Which of the gateway's rate limits counts it, where it is not the common one: `sign-in` (few, per address and per
   * account named in the body), `webhook` (many: the sender proves itself by its signature).
   */
  limit?: 'sign-in' | 'webhook'
  /**
   * What becomes of it when the gateway has more than it can do: `checkout` is refused last, `bulk` (lists and reports
   * nobody waits for with money in hand) first. Without it a public read counts as browsing, anything else as usual work.
   */
  load?: 'checkout' | 'bulk'
  /**
   * The answer holds a session's tokens, or ends it. For a web app (`X-Session-Mode: cookie`) the gateway keeps them in
   * httpOnly cookies and out of the body, and puts the refresh token into the body of a request that lacks it.
   */
  session?: 'begins' | 'continues' | 'ends'
  /** A request that works on the demonstration catalogue, shown in the API reference. */
  example?: { params?: Record<string, string>; query?: Record<string, unknown>; body?: unknown }
}

/** Declares an operation. A mere identity that keeps the literal types. */
export function operation<
  const Params extends TSchema | undefined = undefined,
  const Query extends TSchema | undefined = undefined,
  const Body extends TSchema | undefined = undefined,
  const Replies extends Record<number, TSchema> = Record<number, TSchema>,
>(declaration: Operation<Params, Query, Body, Replies>): Operation<Params, Query, Body, Replies> {
  return declaration
}

type StaticOf<S> = S extends TSchema ? Static<S> : undefined

export type ParamsOf<O> = O extends Operation<infer P, any, any, any> ? StaticOf<P> : never
export type QueryOf<O> = O extends Operation<any, infer Q, any, any> ? StaticOf<Q> : never
export type BodyOf<O> = O extends Operation<any, any, infer B, any> ? StaticOf<B> : never
/** The body of any successful answer. */
export type ReplyOf<O> = O extends Operation<any, any, any, infer R> ? StaticOf<R[keyof R]> : never

/** Only the parts the operation declares are asked for; a query whose fields are all optional may be left out. */
export type InputOf<O> = (ParamsOf<O> extends undefined ? { params?: undefined } : { params: ParamsOf<O> }) &
  (QueryOf<O> extends undefined ? { query?: undefined } : { query?: QueryOf<O> }) &
  (BodyOf<O> extends undefined ? { body?: undefined } : { body?: BodyOf<O> })

/** Whether anyone may read it without being counted: such an answer can be kept and served to all. */
export const isCacheableRead = (o: Operation): boolean => o.method === 'GET' && o.auth === 'public'

/** Whether the gateway forwards the operation and the API reference shows it. */
export const isPublic = (o: Operation): boolean => !isForServices(o.auth)

/** Whether only other services may call. */
export const isForServices = (auth: Auth): auth is 'service' | { service: readonly ServiceName[] } =>
  auth === 'service' || (typeof auth === 'object' && 'service' in auth)

/**
 * Fills a path's parameters: `fillPath('/a/:id', {id: 'x'})` → `/a/x`. Throws a TypeError for one that is missing, or
 * that would make it another path: nothing, `.` and `..`.
 */
export function fillPath(path: string, params: Record<string, unknown> = {}): string {
  if (!path.includes(':')) return path
  return path.replace(/:([a-z_]+)/g, (_, name: string) => {
    const value = String(params[name] ?? '')
    if (/^\.{0,2}$/.test(value)) throw new TypeError(`path ${path} needs the parameter ${name}`)
    return encodeURIComponent(value)
  })
}

/** A query string with its `?`, or nothing. Undefined values are left out, lists repeat their key. */
export function queryString(query: Record<string, unknown> = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of [value].flat()) if (one !== undefined) search.append(key, String(one))
  }
  const text = search.toString()
  return text ? `?${text}` : ''
}
