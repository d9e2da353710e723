import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type Operation, Problem, placeOrder, Unavailable } from '@shopfleet/contracts'
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { checkAllowed, createAuth, isDirectLocal, isStaff, mayAccess } from '../src/auth.ts'
import { createTestClock, serviceKeys } from '../src/index.ts'

const secret = 'a secret all services share, of length'
const clock = createTestClock()
const now_s = () => Math.floor(clock.now() / 1000)
let keys: Awaited<ReturnType<typeof generateKeyPair>>
/** Published beside them, of another algorithm. */
let others: typeof keys
let publicPem: string
let asked = 0
let publishing = true
const server = createServer(async (_request, response) => {
  asked++
  if (!publishing) return void response.writeHead(500).end()
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }
  const other = { ...(await exportJWK(others.publicKey)), kid: 'es', alg: 'ES256', use: 'sig' }
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk, other] }))
})

before(async () => {
  keys = await generateKeyPair('EdDSA', { extractable: true })
  others = await generateKeyPair('ES256')
  publicPem = await exportSPKI(keys.publicKey)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const jwksUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
const authOf = (service = 'order', more: Partial<Parameters<typeof createAuth>[0]> = {}) =>
  createAuth({ service, clock, issuer: 'shop', audience: 'shop', jwksUrl: jwksUrl(), serviceSecret: secret, ...more })
async function token(
  claims: JWTPayload & { expires_in_s?: number } = {},
  sign: { key?: CryptoKey | Uint8Array; alg?: string; kid?: string } = {},
): Promise<string> {
  const { expires_in_s = 900, ...payload } = claims
  return new SignJWT({ sub: 'u1', iss: 'shop', aud: 'shop', iat: now_s(), exp: now_s() + expires_in_s, ...payload })
    .setProtectedHeader({ alg: sign.alg ?? 'EdDSA', kid: sign.kid ?? 'k1' })
    .sign(sign.key ?? keys.privateKey)
}
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
const problem = (name: string) => (error: unknown) => error instanceof Problem && error.problem === name

test('a good token names its user, role, permissions and session', async () => {
  const text = await token({ sub: 'u7', role: 'staff', permissions: ['orders'], sid: 's1' })
  assert.deepEqual(await authOf().authenticate('guest', bearer(text)), {
    kind: 'user',
    user_id: 'u7',
    role: 'staff',
    permissions: ['orders'],
    session_id: 's1',
    version: 0,
  })
})

test('a token that is forged, of another issuer or audience, without sub or exp, or no token at all is refused', async () => {
  const stranger = await generateKeyPair('EdDSA')
  const good = await token()
  const [head, , signature] = good.split('.') as [string, string, string]
  const claims = { sub: 'admin', iss: 'shop', aud: 'shop', exp: now_s() + 900 }
  const pem = new TextEncoder().encode(publicPem)
  const jwk = new TextEncoder().encode(JSON.stringify(await exportJWK(keys.publicKey)))
  const raw = Buffer.from((await exportJWK(keys.publicKey)).x!, 'base64url')
  const bad = {
    forged: await token({}, { key: stranger.privateKey }),
    'of another key id': await token({}, { key: stranger.privateKey, kid: 'k2' }),
    'with other claims': `${head}.${base64(claims)}.${signature}`,
    'of alg none': `${base64({ alg: 'none', kid: 'k1' })}.${base64(claims)}.`,
    'of alg none, signed': `${base64({ alg: 'none', kid: 'k1' })}.${base64(claims)}.${signature}`,
    'HS256 with the public key': await token({}, { key: pem, alg: 'HS256' }),
    'HS256 with the key as JWK': await token({}, { key: jwk, alg: 'HS256' }),
    'HS256 with the raw key': await token({}, { key: raw, alg: 'HS256' }),
    'HS256 with the secret of services': await token({}, { key: new TextEncoder().encode(secret), alg: 'HS256' }),
    'of another algorithm': await token({}, { key: others.privateKey, alg: 'ES256', kid: 'es' }),
    'of another audience': await token({ aud: 'other' }),
    'of another issuer': await token({ iss: 'other' }),
    'without sub': await token({ sub: undefined }),
    'without exp': await token({ exp: undefined }),
    'not yet good': await token({ nbf: now_s() + 60 }),
    'not base64': 'a.b.c',
    'of odd form': `${base64({ alg: 'EdDSA', kid: { a: 1 } })}.${base64([])}.${signature}`,
    'with critical extensions': `${base64({ alg: 'EdDSA', kid: 'k1', crit: ['x'], x: 1 })}.${base64(claims)}.${signature}`,
    nothing: 'x',
  }
  for (const [what, text] of Object.entries(bad))
    await assert.rejects(authOf().authenticate('customer', bearer(text)), problem('invalid-token'), what)
  for (const authorization of ['Basic dTpw', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(5000)}`, ''])
    await assert.rejects(authOf().authenticate('guest', { authorization }), problem('invalid-token'), authorization)
})

test('a token is looked up once, found again until it expires, and then expired, by the clock of the service', async () => {
  const auth = authOf()
  const text = await token({ expires_in_s: 60 })
  await auth.authenticate('customer', bearer(text))
  clock.advance(59_000)
  await auth.authenticate('customer', bearer(text))
  clock.advance(2000)
  await assert.rejects(auth.authenticate('customer', bearer(text)), problem('token-expired'))
  await assert.rejects(authOf().authenticate('customer', bearer(text)), problem('token-expired'))
})

test('when the keys cannot be had it is no fault of the caller; tokens that are known go on', async () => {
  const auth = authOf()
  const text = await token()
  await auth.authenticate('customer', bearer(text))
  publishing = false
  try {
    await assert.rejects(authOf().authenticate('customer', bearer(text)), Unavailable)
    await auth.authenticate('customer', bearer(text))
  } finally {
    publishing = true
  }
  const nobody = authOf('order', { jwksUrl: 'http://127.0.0.1:1/jwks.json' })
  await assert.rejects(nobody.authenticate('customer', bearer(text)), Unavailable)
  const before = asked
  for (let i = 0; i < 5; i++)
    await assert.rejects(auth.authenticate('customer', bearer(await token({}, { kid: `unknown${i}` }))))
  assert.ok(asked - before <= 1, 'made-up key ids do not have the keys fetched each time')
})

test('a service token is good for the service it was made for only, and for five minutes', async () => {
  const text = await authOf('order').tokenFor('payment')
  const header = { 'x-service-token': text }
  assert.deepEqual(await authOf('payment').authenticate('service', header), { kind: 'service', service: 'order' })
  await assert.rejects(authOf('inventory').authenticate('service', header), problem('invalid-token'))
  const other = authOf('payment', { serviceSecret: 'another secret, which nobody else knows' })
  await assert.rejects(other.authenticate('service', header), problem('invalid-token'))
  const payment = authOf('payment')
  await payment.authenticate('service', header)
  clock.advance(301_000)
  await assert.rejects(payment.authenticate('service', header), problem('token-expired'))
})

test('with keys of their own no service can speak for another, nor can who knows all public keys', async () => {
  const keys = serviceKeys(secret, ['order', 'payment', 'cart'])
  const strict = (service: string, as = service) => {
    const { SERVICE_KEY: serviceKey, SERVICE_PUBLIC_KEYS: servicePublicKeys } = keys.of(as)
    return authOf(service, { serviceSecret: undefined, serviceKey, servicePublicKeys })
  }
  const shown = (text: string) => strict('payment').authenticate('service', { 'x-service-token': text })
  assert.deepEqual(await shown(await strict('order').tokenFor('payment')), { kind: 'service', service: 'order' })
  // The cart service says it is the order service.
  await assert.rejects(shown(await strict('order', 'cart').tokenFor('payment')), problem('invalid-token'))
  const cart = (await strict('cart').tokenFor('payment')).split('.')
  const order = (await strict('order').tokenFor('payment')).split('.')
  for (const forged of [
    [order[0], order[1], cart[2]],
    [order[0], cart[1], cart[2]],
    [cart[0], order[1], cart[2]],
  ])
    await assert.rejects(shown(forged.join('.')), problem('invalid-token'))
  const hmac = (key: string, kid: string) =>
    new SignJWT({ iss: 'service:order', aud: 'service:payment', exp: now_s() + 60 })
      .setProtectedHeader({ alg: 'HS256', kid, typ: 'service+jwt' })
      .sign(new TextEncoder().encode(key))
  const { kid } = JSON.parse(Buffer.from(order[0]!, 'base64url').toString())
  const known = keys
    .of('order')
    .SERVICE_PUBLIC_KEYS.split(',')
    .map(one => one.split('=')[1]!)
  for (const key of [secret, ...known]) await assert.rejects(shown(await hmac(key, kid)), problem('invalid-token'))
  // A service nobody was told of, with a key of its own.
  const stranger = serviceKeys('another secret, which nobody else knows', ['order', 'payment'])
  const { SERVICE_KEY: serviceKey } = stranger.of('order')
  const alien = authOf('order', { serviceSecret: undefined, serviceKey })
  await assert.rejects(shown(await alien.tokenFor('payment')), problem('invalid-token'))
})

test('a service key is changed with both public keys known for a while', async () => {
  const [before, next] = [serviceKeys(secret, ['order', 'payment']), serviceKeys('n'.repeat(32), ['order'])]
  const both = `${before.of('order').SERVICE_PUBLIC_KEYS},${next.of('order').SERVICE_PUBLIC_KEYS}`
  const payment = authOf('payment', { serviceKey: before.of('payment').SERVICE_KEY, servicePublicKeys: both })
  for (const keys of [before, next]) {
    const text = await authOf('order', { serviceKey: keys.of('order').SERVICE_KEY }).tokenFor('payment')
    const caller = await payment.authenticate('service', { 'x-service-token': text })
    assert.deepEqual(caller, { kind: 'service', service: 'order' })
  }
})

test('keys that are none are told at the start, by the name of the setting', () => {
  assert.throws(() => authOf('order', { serviceKey: 'x' }), /SERVICE_KEY must be/)
  assert.throws(() => authOf('order', { serviceSecret: undefined }), /SERVICE_KEY is not set/)
  const serviceKey = Buffer.alloc(32).toString('base64url')
  for (const servicePublicKeys of ['order', 'order=x', 'Order=x', 'a=b=c'])
    assert.throws(() => authOf('order', { serviceKey, servicePublicKeys }), /SERVICE_PUBLIC_KEYS/)
})

test('what was taken back counts for tokens that were good before, and what is known while it cannot be had', async () => {
  let page = { cursor: '1', keep_s: 900, sessions: [] as string[], users: [] as { user_id: string; version: number }[] }
  let broken = false
  const asked: (string | undefined)[] = []
  const told: unknown[] = []
  const auth = authOf('order', {
    poll_ms: 3_600_000,
    onRevocations: error => told.push(error),
    revocations: async since => {
      asked.push(since)
      if (broken) throw new Error('down')
      return page
    },
  })
  const ended = await token({ sub: 'u1', sid: 's1' })
  const other = await token({ sub: 'u1', sid: 's2', ver: 3 })
  const show = (text: string) => auth.authenticate('customer', bearer(text))
  await Promise.all([show(ended), show(other)])
  assert.deepEqual(asked, [undefined], 'asked for once, before the first answer')
  page = { ...page, cursor: '2', sessions: ['s1'] }
  await auth.poll()
  await assert.rejects(show(ended), problem('invalid-token'))
  await show(other)
  page = { ...page, cursor: '3', sessions: [], users: [{ user_id: 'u1', version: 4 }] }
  broken = true
  await auth.poll()
  assert.equal(told.length, 0, 'a user service that is just starting is no news')
  await auth.poll()
  assert.equal(told.length, 1, 'told once')
  await assert.rejects(show(ended), problem('invalid-token'))
  await show(other)
  broken = false
  await auth.poll()
  assert.deepEqual(asked, [undefined, '1', '2', '2', '2'])
  assert.equal(told.at(-1), undefined)
  await assert.rejects(show(other), problem('token-expired'))
  await show(await token({ sub: 'u1', sid: 's2', ver: 4 }))
  await show(await token({ sub: 'u2', sid: 's2' }))
  await assert.rejects(show(await token({ sub: 'u1' })), problem('token-expired'), 'a token that says no version')
  // Nothing is kept for longer than a token can live.
  page = { ...page, cursor: '4', users: [] }
  clock.advance(901_000)
  await auth.poll()
  await show(await token({ sub: 'u1', sid: 's1' }))
  await auth.close()
})

test('the own service token is made anew well before it expires', async () => {
  const auth = authOf()
  const first = await auth.tokenFor('payment')
  clock.advance(239_000)
  assert.equal(await auth.tokenFor('payment'), first)
  assert.notEqual(await auth.tokenFor('inventory'), first)
  clock.advance(2000)
  assert.notEqual(await auth.tokenFor('payment'), first)
})

test('a token of one kind is not taken for the other, not even after it was seen as its own', async () => {
  const auth = authOf('payment')
  const service = await authOf('order').tokenFor('payment')
  const user = await token()
  await auth.authenticate('service', { 'x-service-token': service })
  await auth.authenticate('customer', bearer(user))
  await assert.rejects(auth.authenticate('customer', bearer(service)), problem('invalid-token'))
  await assert.rejects(auth.authenticate('guest', { 'x-service-token': user }), problem('invalid-token'))
})

test('a public operation looks at no token, a guest one only at one that is sent', async () => {
  const auth = authOf()
  assert.deepEqual(await auth.authenticate('public', bearer('rubbish')), { kind: 'anonymous' })
  assert.deepEqual(await auth.authenticate('guest', {}), { kind: 'anonymous' })
  assert.deepEqual(await auth.authenticate('service', bearer(await token())), { kind: 'anonymous' })
})

test('who may call what: 401 for nobody, 403 for the wrong somebody', () => {
  const user = { kind: 'user', user_id: 'u', role: 'r', permissions: ['orders'], session_id: null, version: 0 } as const
  const service = { kind: 'service', service: 'order' } as const
  const anonymous = { kind: 'anonymous' } as const
  for (const auth of ['public', 'guest'] as const) for (const who of [user, service, anonymous]) checkAllowed(auth, who)
  checkAllowed('customer', user)
  checkAllowed('service', service)
  checkAllowed({ staff: 'orders' }, user)
  checkAllowed({ own_or_staff: 'stock' }, user)
  assert.throws(() => checkAllowed('customer', anonymous), problem('unauthenticated'))
  assert.throws(() => checkAllowed('customer', service), problem('unauthenticated'))
  checkAllowed({ service: ['cart', 'order'] }, service)
  assert.throws(() => checkAllowed({ service: ['cart'] }, service), problem('forbidden'))
  assert.throws(() => checkAllowed({ service: ['order'] }, user), problem('forbidden'))
  assert.throws(() => checkAllowed({ service: ['order'] }, anonymous), problem('unauthenticated'))
  assert.throws(() => checkAllowed('service', user), problem('forbidden'))
  assert.throws(() => checkAllowed('service', anonymous), problem('unauthenticated'))
  assert.throws(() => checkAllowed('service', { kind: 'demo' }), problem('unauthenticated'))
  assert.throws(() => checkAllowed({ staff: 'stock' }, user), problem('forbidden'))
  assert.throws(() => checkAllowed({ staff: 'stock' }, anonymous), problem('unauthenticated'))
  assert.deepEqual([isStaff(user, 'orders'), isStaff(user, 'stock'), isStaff(service, 'orders')], [true, false, false])
  assert.deepEqual(
    [
      mayAccess(user, 'u', 'stock'),
      mayAccess(user, 'v', 'stock'),
      mayAccess(user, 'v', 'orders'),
      mayAccess(anonymous, null, 'stock'),
    ],
    [true, false, true, false],
  )
})

test('the demonstration door opens to a direct caller on this machine only', () => {
  const open = placeOrder as Operation
  const isDirect = (remote: string, headers: Record<string, unknown>, operation = open) =>
    isDirectLocal(operation, remote, { host: 'localhost:4003', ...headers })
  for (const remote of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) assert.ok(isDirect(remote, {}), remote)
  for (const host of ['127.0.0.1', 'localhost', '[::1]:4003']) assert.ok(isDirect('::1', { host }), host)
  for (const remote of ['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '', '128.0.0.1'])
    assert.ok(!isDirect(remote, {}), remote)
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80', '', undefined, '10.0.0.1'])
    assert.ok(!isDirect('127.0.0.1', { host }), String(host))
  for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'origin', 'authorization', 'x-service-token'])
    assert.ok(!isDirect('127.0.0.1', { [name]: 'x' }), name)
  assert.ok(!isDirect('127.0.0.1', {}, { ...open, demo_open: false, name: randomUUID() }))
})
