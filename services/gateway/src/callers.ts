import { hash } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { createRemoteJWKSet, jwtVerify } from 'jose'

/**
 * Who asks, for counting only: a good access token names the user, everybody else is their address. Whether a caller may
 * do a thing each service decides by itself.
 */
export function createCallers(options: { jwksUrl: string; issuer: string; audience: string; now: () => number }) {
  const jwks = createRemoteJWKSet(new URL(options.jwksUrl), { cooldownDuration: 1000, timeoutDuration: 1000 })
  const known = new Map<string, { user_id: string; expires_ms: number }>()
  const maxKnown = 20_000

  return {
    /** The user of a bearer token; undefined for none, a bad one, or while the keys cannot be had. */
    async userOf(authorization: string | undefined): Promise<string | undefined> {
      const token = authorization && /^Bearer +(\S{1,4096})$/i.exec(authorization)?.[1]
      if (!token) return undefined
      const key = hash('sha256', token)
      const before = known.get(key)
      if (before && before.expires_ms > options.now()) return before.user_id
      try {
        const { payload } = await jwtVerify(token, jwks, {
          issuer: options.issuer,
          audience: options.audience,
          algorithms: ['EdDSA'],
          requiredClaims: ['sub', 'exp'],
        })
        if (known.size >= maxKnown) known.delete(known.keys().next().value!)
        known.set(key, { user_id: payload.sub!, expires_ms: payload.exp! * 1000 })
        return payload.sub!
      } catch {
        // Counted by address. The service refuses a token that is not good.
        return undefined
      }
    },
  }
}
export type Callers = ReturnType<typeof createCallers>

/** An address as one counts it: an IPv6 customer has a whole /64 to ask from. */
export function addressKey(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/, '')
  if (!plain.includes(':') || !isIPv6(plain)) return plain
  const [head = '', tail] = plain.split('%', 1)[0]!.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill('0'), ...right]
  return `${groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** The account a sign-in is about, as one counts it; undefined where the body does not say. Never the address itself. */
export function accountKey(body: unknown): string | undefined {
  if (!Buffer.isBuffer(body) || body.length > 4096) return undefined
  try {
    const { email } = JSON.parse(body.toString()) as { email?: unknown }
    return typeof email === 'string' ? hash('sha256', email.trim().toLowerCase()) : undefined
  } catch {
    return undefined
  }
}
