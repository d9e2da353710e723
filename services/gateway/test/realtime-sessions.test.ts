import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { closings, login, logout, orderPlaced, register } from '@shopfleet/contracts'
import { createTestClock } from '@shopfleet/service-kit'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { connectSocket, openBus, openSocket, refusalOf, startGateway, type TestSocket } from './sockets.ts'

/* Who opens a socket, how long they stay who they are, and how much of it one may have. */

let platform: TestPlatform
let bus: Awaited<ReturnType<typeof openBus>>
let url: string
before(async () => {
  platform = await startTestPlatform({
    services: ['gateway', 'user'],
  })
  bus = await openBus(platform)
  url = platform.url('gateway')
  await platform.drain()
})
after(async () => {
  await bus?.close()
  await platform?.stop()
})

const origin = 'http://localhost:3000'
const password = 'correct horse battery'

async function signUp() {
  const email = `${randomUUID()}@example.com`
  const client = platform.client('gateway')
  await client.call(register, { body: { email, password } })
  const answer = await client.call(login, { body: { email, password } })
  assert.ok('access_token' in answer)
  return { ...answer, bearer: { authorization: `Bearer ${answer.access_token}` } }
}
const cookieOf = (access_token: string) => ({
  cookie: `__Host-access=${access_token}; __Host-refresh=${'r'.repeat(43)}`,
})

async function followOrders(socket: TestSocket) {
  socket.send({ type: 'subscribe', subscriptions: [{ id: 'mine', channel: 'orders' }] })
  return socket.next('subscribed')
}
const place = (user_id: string) => {
  const order_id = randomUUID()
  return bus.say(orderPlaced, order_id, {
    ...{ order_id, user_id, number: 'SF-1', cart_id: null, currency: 'USD', total_minor: 100, items: [] },
    ...{ status: 'pending', payment_status: 'unpaid' },
  })
}

test('one signs in by the cookie of a web app, by a header, or by a message', async () => {
  const { access_token, user, bearer } = await signUp()
  const sockets = [
    await openSocket(url, { ...cookieOf(access_token), origin }),
    await openSocket(url, bearer),
    await openSocket(url),
  ]
  sockets[2]!.send({ type: 'authenticate', access_token })
  const welcome = await sockets[2]!.next('welcome')
  assert.equal(welcome.user_id, user.id)
  assert.ok(Date.parse(welcome.expires_at!) > Date.now())
  for (const socket of sockets) await followOrders(socket)
  await place(user.id)
  await platform.drain()
  for (const socket of sockets) assert.equal((await socket.flush()).length, 1)
  for (const socket of sockets) await socket.close()
})

test('the welcome says who one is', async () => {
  const { access_token, user } = await signUp()
  const known = connectSocket(url, { ...cookieOf(access_token), origin })
  assert.equal((await known.next('welcome')).user_id, user.id)
  const guest = connectSocket(url, { origin })
  assert.deepEqual((({ user_id, expires_at }) => [user_id, expires_at])(await guest.next('welcome')), [null, null])
  await Promise.all([known.close(), guest.close()])
})

test('no page of somebody else opens a socket, with cookies or without', async () => {
  const { access_token } = await signUp()
  const { host } = new URL(url)
  const refused: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000.evil.example' },
    { ...cookieOf(access_token), origin: 'https://evil.example' },
    cookieOf(access_token),
    { ...cookieOf(access_token), 'sec-fetch-site': 'same-site' },
    { ...cookieOf(access_token), authorization: `Bearer ${access_token}`, origin: 'https://evil.example' },
  ]
  for (const headers of refused) {
    const answer = await refusalOf(url, headers)
    assert.deepEqual([answer.status, answer.body.type.split('/').at(-1)], [403, 'forbidden'], JSON.stringify(headers))
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.ok(answer.body.correlation_id)
  }
  const own: Record<string, string>[] = [{ origin: `http://${host}` }, { 'sec-fetch-site': 'same-origin' }, { origin }]
  for (const headers of own) await (await openSocket(url, { ...cookieOf(access_token), ...headers })).close()
})

test('a token that is not good is told by the way the socket is closed, so that a page can renew its session', async () => {
  const over = { code: closings['session-over'].code, reason: 'session-over' }
  const bad: Record<string, string>[] = [
    { ...cookieOf('a.b.c'), origin },
    { cookie: `__Host-refresh=${'r'.repeat(43)}`, origin },
    { authorization: 'Bearer a.b.c' },
    { authorization: 'Basic YTpi' },
  ]
  for (const headers of bad) {
    const socket = connectSocket(url, headers)
    assert.deepEqual(await socket.closed, over, JSON.stringify(headers))
    assert.deepEqual(socket.received, [])
  }
})

test('a session that ended ends its sockets, and those only', async () => {
  const [ada, bob] = [await signUp(), await signUp()]
  const [first, second, his] = [
    await openSocket(url, ada.bearer),
    await openSocket(url, ada.bearer),
    await openSocket(url, bob.bearer),
  ]
  for (const socket of [first, second, his]) await followOrders(socket)
  await platform.client('gateway').call(logout, { body: { refresh_token: ada.refresh_token } })
  await platform.drain()
  for (const socket of [first, second])
    assert.deepEqual(await socket.closed, { code: closings['session-over'].code, reason: 'session-over' })
  await place(ada.user.id)
  await place(bob.user.id)
  await platform.drain()
  assert.equal((await his.flush()).length, 1)
  assert.deepEqual([...first.received, ...second.received], [])
  await his.close()
})

test('a socket ends with its token, and no event is told after that', async () => {
  const clock = createTestClock()
  const gateway = await startGateway(platform, {}, { clock })
  try {
    const { bearer, user } = await signUp()
    const socket = await openSocket(gateway.url, bearer)
    await followOrders(socket)
    await place(user.id)
    await gateway.gateway.drain()
    await socket.next('order')
    clock.advance(3_600_000)
    await place(user.id)
    assert.equal((await socket.closed).code, closings['session-over'].code)
    assert.deepEqual(socket.received, [])
  } finally {
    await gateway.stop()
  }
})

test('a socket may get a newer token of its user, and no other’s', async () => {
  const [ada, bob] = [await signUp(), await signUp()]
  const socket = await openSocket(url, ada.bearer)
  socket.send({ type: 'authenticate', access_token: bob.access_token })
  assert.match((await socket.next('error')).problem.type, /forbidden$/)
  socket.send({ type: 'authenticate', access_token: ada.access_token })
  assert.equal((await socket.next('welcome')).user_id, ada.user.id)
  await socket.close()
})

test('an address and a user have so many sockets, and get one back when one is closed', async () => {
  const gateway = await startGateway(platform, { REALTIME_SOCKETS_ADDRESS: '4', REALTIME_SOCKETS_USER: '2' })
  try {
    const { bearer } = await signUp()
    const [one] = [await openSocket(gateway.url, bearer), await openSocket(gateway.url, bearer)]
    const third = connectSocket(gateway.url, bearer)
    assert.deepEqual(await third.closed, { code: closings['too-many'].code, reason: 'too-many' })
    await openSocket(gateway.url)
    await openSocket(gateway.url)
    const refused = await refusalOf(gateway.url)
    assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '60'])
    await one!.close()
    // The server hears of it a moment later.
    const until_ms = performance.now() + 10_000
    let again = connectSocket(gateway.url, bearer)
    for (;;) {
      const opened = await again.next('welcome').then(
        () => true,
        () => false,
      )
      if (opened || performance.now() > until_ms) break
      again = connectSocket(gateway.url, bearer)
    }
    assert.equal(again.socket.readyState, again.socket.OPEN)
  } finally {
    await gateway.stop()
  }
})

test('there are so many sockets in all', async () => {
  const gateway = await startGateway(platform, { REALTIME_SOCKETS: '1' })
  try {
    await openSocket(gateway.url)
    const refused = await refusalOf(gateway.url)
    assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '5'])
  } finally {
    await gateway.stop()
  }
})

test('an address is that of the caller, where a proxy is believed', async () => {
  const gateway = await startGateway(platform, { REALTIME_SOCKETS_ADDRESS: '1', TRUSTED_PROXIES: '127.0.0.1' })
  try {
    await openSocket(gateway.url, { 'x-forwarded-for': '192.0.2.1' })
    await openSocket(gateway.url, { 'x-forwarded-for': '192.0.2.2' })
    assert.equal((await refusalOf(gateway.url, { 'x-forwarded-for': '192.0.2.1' })).status, 429)
    const secure = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.3', host: 'shop.example' }
    await openSocket(gateway.url, { ...secure, origin: 'https://shop.example' })
    const plain = await refusalOf(gateway.url, {
      ...secure,
      'x-forwarded-for': '192.0.2.4',
      origin: 'http://shop.example',
    })
    assert.equal(plain.status, 403)
  } finally {
    await gateway.stop()
  }
})

test('messages come one at a time and not too large', async () => {
  const socket = await openSocket(url)
  for (let n = 0; n < 15; n++) socket.send({ type: 'ping' })
  for (let n = 0; n < 15; n++) await socket.next('pong')
  for (let n = 0; n < 1000; n++) socket.send({ type: 'ping' })
  assert.equal((await socket.closed).code, closings['too-many'].code)

  const large = await openSocket(url)
  large.send(JSON.stringify({ type: 'ping', filler: 'x'.repeat(20_000) }))
  assert.equal((await large.closed).code, closings['too-big'].code)

  const binary = await openSocket(url)
  binary.send(Buffer.from('{"type":"ping"}'))
  assert.equal((await binary.closed).code, closings.binary.code)
})
