import { hash } from 'node:crypto'
import {
  type Auth,
  isForServices,
  type Operation,
  type Permission,
  Problem,
  type Revocations,
  Unavailable,
} from '@shopfleet/contracts'
import { createLoop } from '@shopfleet/messaging'
import { createRemoteJWKSet, errors, jwtVerify, SignJWT } from 'jose'
import { request } from 'undici'
import type { Clock } from './clock.ts'
import { createRevocations } from './revocations.ts'
import { createKeyring, type ServiceKeySettings } from './service-keys.ts'

/** Who is asking. */
export type Caller =
  | { kind: 'anonymous' }
  | {
      kind: 'user'
      user_id: string
      role: string
      permissions: readonly string[]
      session_id: string | null
      /** Counts what the account was allowed; a token of an older one has been taken back. */
      version: number
    }
  | { kind: 'service'; service: string }
  /** A direct caller on a local demonstration; see docs/decisions. */
  | { kind: 'demo' }

export const anonymous: Caller = { kind: 'anonymous' }

/** Whether the caller is staff with the permission. */
export function isStaff(caller: Caller, permission: Permission): boolean {
  return caller.kind === 'demo' || (caller.kind === 'user' && caller.permissions.includes(permission))
}

/** The caller's user id, if they are signed in. */
export const userIdOf = (caller: Caller): string | null => (caller.kind === 'user' ? caller.user_id : null)

/** Whether the thing is the caller's own, or they are staff with the permission. */
export function mayAccess(caller: Caller, owner_id: string | null, permission: Permission): boolean {
  return (owner_id !== null && userIdOf(caller) === owner_id) || isStaff(caller, permission)
}

/** Refuses callers the operation does not allow, before anything else of the request is looked at. */
export function checkAllowed(auth: Auth, caller: Caller): void {
  if (auth === 'public' || auth === 'guest') return
  if (isForServices(auth)) {
    if (caller.kind !== 'service') throw new Problem(caller.kind === 'user' ? 'forbidden' : 'unauthenticated')
    if (auth !== 'service' && !(auth.service as readonly string[]).includes(caller.service))
      throw new Problem('forbidden')
    return
  }
  if (caller.kind === 'demo') return
  if (caller.kind !== 'user') throw new Problem('unauthenticated')
  if (typeof auth === 'object' && 'staff' in auth && !caller.permissions.includes(auth.staff))
    throw new Problem('forbidden')
}

/** Verified tokens, by digest, until they expire: a signature check costs more than the rest of a cached read. */
function createCache<Value>(clock: Clock, size = 10_000) {
  const entries = new Map<string, { value: Value; expires_ms: number }>()
  return {
    get(key: string): Value | undefined {
      const entry = entries.get(key)
      if (!entry) return undefined
      if (entry.expires_ms > clock.now()) return entry.value
      entries.delete(key)
      return undefined
    },
    set(key: string, value: Value, expires_ms: number) {
      if (entries.size >= size) entries.delete(entries.keys().next().value!)
      entries.set(key, { value, expires_ms })
    },
  }
}

export interface AuthOptions extends ServiceKeySettings {
  service: string
  clock: Clock
  issuer: string
  audience: string
  /** Where the user service publishes its keys. */
  jwksUrl: string
  /** Where it says what it has taken back; or how it is read, in the user service itself. Without it nothing is. */
  revocations?: string | ((since: string | undefined) => Promise<Revocations>)
  /** Milliseconds between two looks at that. */
  poll_ms?: number
  /** Told once when it cannot be had twice in a row, and once (without an error) when it can again. */
  onRevocations?: (error: unknown) => void
}

/** How long a service token is good, and after how much of it the next one is made. */
const serviceToken_s = 300
const serviceTokenRenew_ms = 240_000
const serviceTokenType = 'service+jwt'

/** One look that fails is a user service that is just starting: the next one comes two seconds later. */
const worthTelling = 2

/** Verifies who is asking, and makes the tokens this service shows to others. */
export function createAuth(options: AuthOptions) {
  const { clock, service } = options
  const jwks = createRemoteJWKSet(new URL(options.jwksUrl), { cooldownDuration: 1000, timeoutDuration: 2000 })
  const keyring = createKeyring(service, options)
  // Apart: a token that was good as the one kind must not be found as the other.
  const users = createCache<Caller & { kind: 'user' }>(clock)
  const services = createCache<Caller>(clock)
  const own = new Map<string, { token: string; renew_ms: number }>()

  const { revocations: source } = options
  const readRevocations =
    typeof source === 'string' ? (since?: string) => fetchRevocations(source, since, () => tokenFor('user')) : source
  const revocations = readRevocations && createRevocations({ clock, read: readRevocations })
  let misses = 0
  const poll = () =>
    revocations?.poll().then(
      () => {
        if (misses >= worthTelling) options.onRevocations?.(undefined)
        misses = 0
      },
      error => {
        misses++
        if (misses === worthTelling) options.onRevocations?.(error)
      },
    )
  const interval_ms = options.poll_ms ?? 1700 + Math.random() * 400
  // An error is told by `poll` and is none to the loop: it must not wait longer because of one.
  const loop = revocations && createLoop({ interval_ms, run: async () => poll(), onError() {} })

  async function tokenFor(audience: string): Promise<string> {
    const known = own.get(audience)
    if (known && known.renew_ms > clock.now()) return known.token
    const now_s = Math.floor(clock.now() / 1000)
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA', kid: keyring.own.kid, typ: serviceTokenType })
      .setIssuer(`service:${service}`)
      .setAudience(`service:${audience}`)
      .setIssuedAt(now_s)
      .setExpirationTime(now_s + serviceToken_s)
      .sign(keyring.own.key)
    own.set(audience, { token, renew_ms: clock.now() + serviceTokenRenew_ms })
    return token
  }

  async function verifyUser(token: string): Promise<Caller> {
    const key = hash('sha256', token)
    const caller = users.get(key) ?? (await readUserToken(token, key))
    if (revocations) {
      if (!revocations.wasAsked) await poll()
      const state = revocations.stateOf(caller)
      if (state === 'ended') throw new Problem('invalid-token', { detail: 'The session has ended. Sign in again.' })
      if (state === 'changed')
        throw new Problem('token-expired', { detail: 'The account has changed. Refresh the token.' })
    }
    return caller
  }

  async function readUserToken(token: string, key: string): Promise<Caller & { kind: 'user' }> {
    try {
      const { payload } = await jwtVerify(token, jwks, {
        issuer: options.issuer,
        audience: options.audience,
        algorithms: ['EdDSA'],
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(clock.now()),
      })
      const caller = {
        kind: 'user',
        user_id: payload.sub!,
        role: String(payload.role ?? 'customer'),
        permissions: Array.isArray(payload.permissions) ? payload.permissions.map(String) : [],
        session_id: typeof payload.sid === 'string' ? payload.sid : null,
        version: typeof payload.ver === 'number' ? payload.ver : 0,
      } as const
      users.set(key, caller, payload.exp! * 1000)
      return caller
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new Problem('token-expired')
      if (
        error instanceof errors.JOSEError &&
        !(error instanceof errors.JWKSTimeout) &&
        !(error instanceof errors.JWKSInvalid) &&
        error.code !== 'ERR_JOSE_GENERIC'
      ) {
        throw new Problem('invalid-token')
      }
      // The keys could not be had: not the caller's fault.
      throw new Unavailable('user', { cause: error })
    }
  }

  async function verifyService(token: string): Promise<Caller> {
    const key = hash('sha256', token)
    const known = services.get(key)
    if (known) return known
    try {
      let name: string | undefined
      const { payload } = await jwtVerify(
        token,
        ({ kid }) => {
          const found = typeof kid === 'string' ? keyring.find(kid) : undefined
          if (!found) throw new errors.JWKSNoMatchingKey()
          name = found.service
          return found.key
        },
        {
          audience: `service:${service}`,
          algorithms: ['EdDSA'],
          typ: serviceTokenType,
          requiredClaims: ['iss', 'exp'],
          currentDate: new Date(clock.now()),
        },
      )
      // The key says who it is; what the token says must be the same.
      if (name === undefined || payload.iss !== `service:${name}`) throw new Problem('invalid-token')
      const caller: Caller = { kind: 'service', service: name }
      services.set(key, caller, payload.exp! * 1000)
      return caller
    } catch (error) {
      throw new Problem(error instanceof errors.JWTExpired ? 'token-expired' : 'invalid-token')
    }
  }

  return {
    /**
     * Who is asking an operation. A service shows `x-service-token`; people show `authorization: Bearer`. Throws
     * `invalid-token` or `token-expired` for a token that is not good, where the operation looks at one.
     */
    async authenticate(auth: Auth, headers: Record<string, unknown>): Promise<Caller> {
      if (auth === 'public') return anonymous
      const serviceToken = headers['x-service-token']
      if (isForServices(auth) || typeof serviceToken === 'string') {
        return typeof serviceToken === 'string' ? verifyService(serviceToken) : anonymous
      }
      const authorization = headers.authorization
      if (typeof authorization !== 'string') return anonymous
      const match = /^Bearer +(\S{1,4096})$/i.exec(authorization)
      if (!match)
        throw new Problem('invalid-token', { detail: 'The Authorization header must be: Bearer <access token>.' })
      return verifyUser(match[1]!)
    },
    /** A token for one other service, good for five minutes and made anew after four. */
    tokenFor,
    /** Begins to look at what has been taken back of tokens, until `close`. */
    watch: () => loop?.start(),
    /** Looks at once, soon. */
    wake: () => loop?.wake(),
    /** Looks at once. An error is told to `onRevocations`. */
    poll: async () => poll(),
    close: async () => loop?.stop(),
  }
}
export type Authenticator = ReturnType<typeof createAuth>

async function fetchRevocations(
  url: string,
  since: string | undefined,
  token: () => Promise<string>,
): Promise<Revocations> {
  const answer = await request(since === undefined ? url : `${url}?since=${since}`, {
    headers: { 'x-service-token': await token(), accept: 'application/json' },
    headersTimeout: 2000,
    bodyTimeout: 2000,
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`the list of what was taken back answered ${answer.statusCode}`)
  return JSON.parse(text) as Revocations
}

/** What proxies and browser pages add. */
const betweenHeaders = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'origin']

/**
 * Whether a request comes straight from a person at this machine: loopback, a local host name, and nothing in between
 * (the gateway and every proxy add `x-forwarded-for`; a browser page adds `origin`).
 */
export function isDirectLocal(
  operation: Operation,
  remote: string | undefined,
  headers: Record<string, unknown>,
): boolean {
  if (!operation.demo_open || betweenHeaders.some(name => headers[name] !== undefined)) return false
  if (headers.authorization !== undefined || headers['x-service-token'] !== undefined) return false
  const host = String(headers.host ?? '').replace(/:\d+$/, '')
  return /^(127\.0\.0\.1|localhost|\[::1\])$/.test(host) && /^(::ffff:)?127\.|^::1$/.test(remote ?? '')
}
