import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import type * as api from '@shopfleet/contracts'
import { type Answer, type Arena, inClass, type Request } from '../attack.ts'
import { bearer, type Headers, password } from '../world.ts'

const forgery = inClass('token forgery')
const refreshes = inClass('refresh tokens')

type Part = Record<string, unknown>
const encode = (part: Part | string) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
const partOf = (token: string, i: number): Part => JSON.parse(Buffer.from(token.split('.')[i]!, 'base64url').toString())
const ofAttacker = generateKeyPairSync('ed25519')
const jwkOfAttacker = ofAttacker.publicKey.export({ format: 'jwk' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A token like a good one, but for what is changed, signed with the attacker's key. */
function forged(good: string, header: Part, claims: Part, key: KeyObject = ofAttacker.privateKey): string {
  const text = `${encode({ ...partOf(good, 0), ...header })}.${encode({ ...partOf(good, 1), ...claims })}`
  const algorithm = key.asymmetricKeyType === 'rsa' ? 'sha256' : null
  return `${text}.${sign(algorithm, Buffer.from(text), key).toString('base64url')}`
}

const hmac = (text: string, secret: string | Buffer) => createHmac('sha256', secret).update(text).digest('base64url')

/** What the token is shown to: of people, at the gateway and at a service itself. */
const shown = (token: string): Request[] => [
  { path: '/api/orders', headers: { authorization: `Bearer ${token}` } },
  { path: '/api/users/profile', service: 'user', headers: { authorization: `Bearer ${token}` } },
]

const staffClaims = { role: 'admin', permissions: ['users', 'orders', 'admin'] }
const forgeries: Record<string, (good: string, a: Arena) => string | Promise<string>> = {
  'alg none without a signature': good =>
    `${encode({ alg: 'none', typ: 'JWT' })}.${encode({ ...partOf(good, 1), ...staffClaims })}.`,
  'alg None with the old signature': good =>
    `${encode({ ...partOf(good, 0), alg: 'None' })}.${good.split('.').slice(1).join('.')}`,
  'HS256 with the published key as secret': async (good, a) => {
    const { body } = await a.http({ path: '/.well-known/jwks.json' })
    const text = `${encode({ ...partOf(good, 0), alg: 'HS256' })}.${encode({ ...partOf(good, 1), ...staffClaims })}`
    return `${text}.${hmac(text, Buffer.from(body.keys[0].x, 'base64url'))}`
  },
  'HS256 with the published key as JSON': async (good, a) => {
    const { body } = await a.http({ path: '/.well-known/jwks.json' })
    const text = `${encode({ ...partOf(good, 0), alg: 'HS256' })}.${encode(partOf(good, 1))}`
    return `${text}.${hmac(text, JSON.stringify(body.keys[0]))}`
  },
  'HS256 with an empty secret': good => {
    const text = `${encode({ ...partOf(good, 0), alg: 'HS256' })}.${encode(partOf(good, 1))}`
    return `${text}.${hmac(text, '')}`
  },
  'RS256 with a key of its own': good => forged(good, { alg: 'RS256' }, {}, rsa.privateKey),
  'a key of its own under a good kid': good => forged(good, {}, staffClaims),
  'a kid nobody has': good => forged(good, { kid: 'mine' }, {}),
  'no kid': good => forged(good, { kid: undefined }, {}),
  'a kid that is a path': good => forged(good, { kid: '../../../../dev/null' }, {}),
  'a kid that is SQL': good => forged(good, { kid: "' union select 'x' --" }, {}),
  'a kid that is an address': good => forged(good, { kid: 'http://127.0.0.1:1/key' }, {}),
  'a kid that is a number': good => forged(good, { kid: 1 }, {}),
  'its own key in the header': good => forged(good, { jwk: jwkOfAttacker }, staffClaims),
  'its own list of keys named in the header': good =>
    forged(good, { jku: 'http://127.0.0.1:1/jwks.json' }, staffClaims),
  'its own certificate in the header': good =>
    forged(good, { x5c: [Buffer.from('certificate').toString('base64')], x5u: 'http://127.0.0.1:1/x' }, {}),
  'a critical extension nobody knows': good => forged(good, { crit: ['exp2'], exp2: 1 }, {}),
  'another issuer': good => forged(good, {}, { iss: 'somebody' }),
  'another audience': good => forged(good, {}, { aud: 'other-shop' }),
  'an audience among several': good => forged(good, {}, { aud: ['other', 'shopfleet'] }),
  'no end': good => forged(good, {}, { exp: undefined }),
  'an end in a hundred years': good => forged(good, {}, { exp: 4_900_000_000 }),
  'good claims with more permissions and the old signature': good => {
    const [header, , signature] = good.split('.')
    return `${header}.${encode({ ...partOf(good, 1), ...staffClaims })}.${signature}`
  },
  "another user's claims and the old signature": (good, a) => {
    const [header, , signature] = good.split('.')
    return `${header}.${encode({ ...partOf(good, 1), sub: a.owner.user.id })}.${signature}`
  },
  'cut short': good => good.slice(0, -10),
  'without its signature': good => good.split('.').slice(0, 2).join('.'),
  'with an empty signature': good => `${good.split('.').slice(0, 2).join('.')}.`,
  'with a signature of zeroes': good => `${good.split('.').slice(0, 2).join('.')}.${'A'.repeat(86)}`,
  'with a fourth part': good => `${good}.x`,
  'with a bit of the signature turned': good => {
    const at = good.length - 20
    return good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1)
  },
  'with claims that are no object': good => {
    const [header, , signature] = good.split('.')
    return `${header}.${encode('[1,2,3]')}.${signature}`
  },
  'with a header that is no JSON': good => `${encode('{')}.${good.split('.').slice(1).join('.')}`,
  'JSON serialisation instead of compact': good => {
    const [header, payload, signature] = good.split('.')
    return encode({ protected: header, payload, signature })
  },
  'a refresh token': (_good, a) => a.other.refresh_token,
  'nothing but dots': () => '..',
  'very long': () => `${'a'.repeat(3000)}.${'b'.repeat(500)}.${'c'.repeat(500)}`,
}

const forgedTokens = Object.entries(forgeries).map(([what, make]) =>
  forgery.asks(what, '401 invalid-token', async a => {
    const token = await make(a.other.access_token, a)
    a.keep('tokens of people', token)
    return shown(token)
  }),
)

const asStranger = (path: string, headers: Headers, service: Request['service'] = 'user'): Request => ({
  path,
  service,
  headers,
})

const confusions = [
  forgery.asks('a token that has run out', '401 token-expired', a => shown(a.expired.access_token)),
  forgery.asks('a token whose session has ended', '401 invalid-token', a => shown(a.revoked.access_token)),
  forgery.asks("a service's token as a person's", '401 invalid-token', async a => {
    const { 'x-service-token': token } = await a.asService('order', 'user')
    return shown(token!)
  }),
  forgery.asks("a person's token as a service's", '401 invalid-token', a =>
    asStranger('/internal/revocations', { 'x-service-token': a.staff.get('admin')!.access_token }),
  ),
  forgery.asks("a service's token for another one", '401 invalid-token', async a =>
    asStranger('/internal/revocations', await a.asService('order', 'cart')),
  ),
  forgery.asks("a service's token of one that is not named", '403 forbidden', async a =>
    asStranger(`/internal/users/${a.owner.user.id}`, await a.asService('payment', 'user')),
  ),
  forgery.asks("a service's token that speaks for another service", '401 invalid-token', async a => {
    const { 'x-service-token': good } = await a.asService('cart', 'user')
    const [header, , signature] = good!.split('.')
    return [
      asStranger('/internal/revocations', {
        'x-service-token': `${header}.${encode({ ...partOf(good!, 1), iss: 'service:order' })}.${signature}`,
      }),
      asStranger('/internal/revocations', { 'x-service-token': forged(good!, {}, { iss: 'service:order' }) }),
      asStranger('/internal/revocations', { 'x-service-token': forged(good!, { kid: 'order.made-up' }, {}) }),
    ]
  }),
  forgery.asks("a service's token of alg none, of HS256, of another type", '401 invalid-token', async a => {
    const { 'x-service-token': good } = await a.asService('order', 'user')
    const body = encode(partOf(good!, 1))
    const text = `${encode({ ...partOf(good!, 0), alg: 'HS256' })}.${body}`
    return [
      `${encode({ ...partOf(good!, 0), alg: 'none' })}.${body}.`,
      `${text}.${hmac(text, 'secret')}`,
      forged(good!, { typ: 'JWT' }, {}),
    ].map(token => asStranger('/internal/revocations', { 'x-service-token': token }))
  }),
  forgery.asks('both kinds at once, the person not good', '401 unauthenticated', async a =>
    asStranger('/api/users/profile', { authorization: 'Bearer x.y.z', ...(await a.asService('order', 'user')) }),
  ),
  forgery.tries("a service's token beside a person's, through the gateway, is not passed on", '200', async a => {
    const headers = { ...bearer(a.other), ...(await a.asService('order', 'user')) }
    const answer = await a.http({ path: '/api/users/profile', headers })
    assert.equal(answer.body.id, a.other.user.id)
    return answer
  }),
  ...['Basic YWRtaW46YWRtaW4=', 'Bearer', 'Bearer  ', 'bearer: x', 'Token x', 'Bearer a b', 'x'.repeat(6000)].map(
    value =>
      forgery.asks(`an Authorization header like \`${value.slice(0, 24)}\``, '401 invalid-token', () => ({
        path: '/api/orders',
        headers: { authorization: value },
      })),
  ),
  forgery.asks('a token in the query', '401 unauthenticated | 400 validation-failed', a => ({
    path: `/api/orders?access_token=${a.other.access_token}`,
  })),
]

const refresh = (a: Arena, refresh_token: string) =>
  a.http({ method: 'POST', path: '/api/auth/refresh', body: { refresh_token } })
const profile = (a: Arena, session: Pick<api.Session, 'access_token'>) =>
  a.http({ path: '/api/users/profile', headers: bearer(session) })

const refreshAttacks = [
  refreshes.tries('an old one used again ends the session of thief and owner', '401 invalid-token', async a => {
    const first = await a.join()
    const second = await refresh(a, first.refresh_token)
    assert.equal(second.status, 200)
    const third = await refresh(a, second.body.refresh_token)
    const again = await refresh(a, first.refresh_token)
    const newest = await refresh(a, third.body.refresh_token)
    await a.settle('user')
    return [again, newest, await profile(a, third.body)]
  }),
  refreshes.tries('after signing out', '401 invalid-token', async a => {
    const session = await a.join()
    await a.http({ method: 'POST', path: '/api/auth/logout', body: { refresh_token: session.refresh_token } })
    return refresh(a, session.refresh_token)
  }),
  refreshes.tries('after signing out everywhere', '401 invalid-token', async a => {
    const session = await a.join()
    await a.http({ method: 'POST', path: '/api/auth/logout-all', headers: bearer(session) })
    return refresh(a, session.refresh_token)
  }),
  refreshes.tries("another device's, after the password was changed", '401 invalid-token', async a => {
    const session = await a.join()
    const login = { email: session.user.email, password }
    const { body: stolen } = await a.http({ method: 'POST', path: '/api/auth/login', body: login })
    const body = { current_password: password, password: `another ${randomUUID()}` }
    await a.http({ method: 'POST', path: '/api/auth/change-password', headers: bearer(session), body })
    await a.settle('user')
    return [await refresh(a, stolen.refresh_token), await profile(a, stolen)]
  }),
  refreshes.tries('of an account that was erased', '401 invalid-token', async a => {
    const session = await a.join()
    await a.http({ method: 'DELETE', path: '/api/users/account', headers: bearer(session) })
    await a.settle('user')
    return [await refresh(a, session.refresh_token), await profile(a, session)]
  }),
  refreshes.tries('an access token in its place', '401 invalid-token | 400 validation-failed', a =>
    refresh(a, a.other.access_token),
  ),
  refreshes.tries('made up, cut short, and with a letter changed', '401 invalid-token', async a => {
    const { refresh_token } = await a.join()
    const answers: Answer[] = []
    for (const guess of [randomUUID() + randomUUID(), refresh_token.slice(0, -1), `${refresh_token.slice(0, -2)}AA`])
      answers.push(await refresh(a, guess))
    assert.equal((await refresh(a, refresh_token)).status, 200, 'the good one still is')
    return answers
  }),
  refreshes.tries('ten at once with one open one line of sessions', '200 | 401 invalid-token', async a => {
    const session = await a.join()
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(a, session.refresh_token)))
    const good = answers.filter(answer => answer.status === 200)
    // Of the successors of one token one goes on; who uses another has a copy.
    const next = await Promise.all(good.map(answer => refresh(a, answer.body.refresh_token)))
    assert.ok(next.filter(answer => answer.status === 200).length <= 1, next.map(answer => answer.status).join())
    return [...answers, ...next]
  }),
  refreshes.tries("ending a session that is not one's own", '404 not-found', async a => {
    const { body } = await a.http({ path: '/api/auth/sessions', headers: bearer(a.owner) })
    const path = `/api/auth/sessions/${body.items[0].id}`
    const answer = await a.http({ method: 'DELETE', path, headers: bearer(a.other) })
    assert.equal((await profile(a, a.owner)).status, 200)
    return answer
  }),
]

export const tokenAttacks = [...forgedTokens, ...confusions, ...refreshAttacks]
