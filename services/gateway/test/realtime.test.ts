import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  type LiveMessage,
  maxFollowed,
  orderPaid,
  orderPlaced,
  productDeleted,
  productUpdated,
  stockChanged,
} from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ask, problemOf } from './observed.ts'
import { openBus, openSocket, startGateway, startUnread, type TestSocket } from './sockets.ts'

/* What is told on sockets, and to whom. */

let platform: TestPlatform
let bus: Awaited<ReturnType<typeof openBus>>
let url: string
before(async () => {
  platform = await startTestPlatform({ services: ['gateway'] })
  bus = await openBus(platform)
  url = platform.url('gateway')
  await platform.drain()
})
after(async () => {
  await bus?.close()
  await platform?.stop()
})

const stock = (product_id: string, available: number) =>
  bus.say(stockChanged, product_id, { product_id, available, on_hand: available, reserved: 0, revision: available })
const facts = (order_id: string, user_id: string | null) => ({
  ...{ order_id, user_id, number: 'SF-1', cart_id: null, currency: 'USD', total_minor: 2999 },
})
const placed = (order_id: string, user_id: string | null) =>
  bus.say(orderPlaced, order_id, {
    ...{ ...facts(order_id, user_id), items: [], status: 'pending', payment_status: 'unpaid' },
  })
const paid = (order_id: string, user_id: string | null) =>
  bus.say(orderPaid, order_id, {
    ...{ ...facts(order_id, user_id), items: [], status: 'processing', payment_status: 'paid' },
  })

async function follow(socket: TestSocket, ...subscriptions: Record<string, unknown>[]) {
  socket.send({ type: 'subscribe', subscriptions })
  return socket.next('subscribed')
}
/** What was told so far, of what is on the log by now. */
async function told(socket: TestSocket): Promise<LiveMessage[]> {
  await platform.drain()
  return (await socket.flush()) as LiveMessage[]
}

test('stock and price of a product reach who follows it, and nobody else', async () => {
  const [lamp, chair] = [randomUUID(), randomUUID()]
  const [one, both, none] = await Promise.all([openSocket(url), openSocket(url), openSocket(url)])
  await follow(one, { id: 'a', channel: 'products', product_ids: [lamp] })
  await follow(both, { id: 'a', channel: 'products', product_ids: [chair.toUpperCase(), lamp] })
  await stock(lamp, 4)
  await stock(chair, 7)
  await bus.say(productUpdated, lamp, {
    ...{ product_id: lamp, sku: 'l', slug: 'l', name: 'Lamp', price_minor: 1050, currency: 'EUR', is_active: true },
  })
  const [first, second] = [await told(one), await told(both)]
  // They are of two topics: each has its order, and none is promised between them.
  assert.equal(first.length, 2)
  const lampStock = first.find(message => message.type === 'stock')
  const lampPrice = first.find(message => message.type === 'product')
  assert.ok(lampStock?.type === 'stock' && lampPrice?.type === 'product')
  assert.deepEqual(lampStock, {
    ...{ type: 'stock', event: 'stock.changed', product_id: lamp, stock: 4, position: lampStock.position },
  })
  assert.deepEqual(
    [lampPrice.price, lampPrice.currency, lampPrice.is_active, lampPrice.event],
    [10.5, 'EUR', true, 'product.updated'],
  )
  const key = (message: LiveMessage) => `${message.type} ${'product_id' in message && message.product_id}`
  assert.deepEqual(second.map(key).sort(), [`product ${lamp}`, `stock ${chair}`, `stock ${lamp}`].sort())
  assert.deepEqual(await told(none), [])
})

test('a product that left the shop tells no price', async () => {
  const product_id = randomUUID()
  const socket = await openSocket(url)
  await follow(socket, { id: 'a', channel: 'products', product_ids: [product_id] })
  await bus.say(productUpdated, product_id, {
    ...{ product_id, sku: 'l', slug: 'l', name: 'Lamp', price_minor: 1050, currency: 'EUR', is_active: false },
  })
  await bus.say(productDeleted, product_id, { product_id })
  for (const message of await told(socket)) {
    assert.ok(message.type === 'product')
    assert.deepEqual([message.is_active, message.price, message.currency], [false, null, null])
  }
})

test('who begins to follow a product is told the last that is known of it', async () => {
  const product_id = randomUUID()
  for (const n of [3, 2, 1]) await stock(product_id, n)
  await platform.drain()
  const socket = await openSocket(url)
  const { resumed } = await follow(socket, { id: 'a', channel: 'products', product_ids: [product_id] })
  assert.equal(resumed, false)
  const [latest, ...more] = await told(socket)
  assert.ok(latest?.type === 'stock' && latest.stock === 1)
  assert.deepEqual(more, [])
})

test('orders reach their customer and staff, and no other customer', async () => {
  const [ada, bob] = [randomUUID(), randomUUID()]
  const [hers, his, staffs] = await Promise.all([
    openSocket(url, await platform.as({ user_id: ada })),
    openSocket(url, await platform.as({ user_id: bob })),
    openSocket(url, await platform.asStaff('orders')),
  ])
  for (const socket of [hers, his]) await follow(socket, { id: 'mine', channel: 'orders' })
  await follow(staffs, { id: 'all', channel: 'staff-orders' })
  const [order, other, guests] = [randomUUID(), randomUUID(), randomUUID()]
  await placed(order, ada)
  await placed(other, bob)
  await placed(guests, null)
  const said = await paid(order, ada)
  const own = await told(hers)
  const last = own[1]
  assert.ok(last?.type === 'order')
  assert.deepEqual(last, {
    ...{ type: 'order', event: 'order.paid', order_id: order, number: 'SF-1', status: 'processing' },
    ...{ payment_status: 'paid', total: 29.99, currency: 'USD', at: said.occurred_at, position: last.position },
  })
  const orders = (messages: LiveMessage[]) => messages.map(m => 'order_id' in m && m.order_id)
  assert.deepEqual(orders(own), [order, order])
  assert.deepEqual(orders(await told(his)), [other])
  const all = await told(staffs)
  assert.deepEqual(orders(all), [order, other, guests, order])
  assert.ok(all.every(message => message.type === 'staff-order'))
})

test('an event tells nothing but what its receiver needs', async () => {
  const user_id = randomUUID()
  const socket = await openSocket(url, await platform.asStaff('orders'))
  await follow(socket, { id: 'a', channel: 'staff-orders' })
  await paid(randomUUID(), user_id)
  const text = JSON.stringify(await told(socket))
  assert.match(text, /order.paid/)
  for (const secret of [user_id, 'user_id', 'items', 'cart_id', 'correlation_id']) assert.ok(!text.includes(secret))
})

test('following needs what reading needs: orders a sign-in, all orders the permission', async () => {
  const [guest, customer, warehouse] = await Promise.all([
    openSocket(url),
    openSocket(url, await platform.as()),
    openSocket(url, await platform.asStaff('stock')),
  ])
  const refusals: [TestSocket, string, string][] = [
    [guest, 'orders', 'unauthenticated'],
    [guest, 'staff-orders', 'unauthenticated'],
    [customer, 'staff-orders', 'forbidden'],
    [warehouse, 'staff-orders', 'forbidden'],
  ]
  for (const [socket, channel, problem] of refusals) {
    socket.send({ type: 'subscribe', subscriptions: [{ id: 'x', channel }] })
    const refusal = await socket.next('error')
    assert.deepEqual([refusal.id, refusal.problem.type.split('/').at(-1)], ['x', problem])
  }
  await placed(randomUUID(), null)
  for (const socket of [guest, customer, warehouse]) assert.deepEqual(await told(socket), [])
})

test('a refused subscription takes none of the others with it', async () => {
  const product_id = randomUUID()
  const socket = await openSocket(url)
  socket.send({
    type: 'subscribe',
    subscriptions: [
      { id: 'no', channel: 'orders' },
      { id: 'yes', channel: 'products', product_ids: [product_id] },
    ],
  })
  assert.equal((await socket.next('error')).id, 'no')
  assert.deepEqual((await socket.next('subscribed')).ids, ['yes'])
  await stock(product_id, 5)
  assert.equal((await told(socket)).length, 1)
})

test('what is followed twice is told once, until both let go', async () => {
  const product_id = randomUUID()
  const socket = await openSocket(url)
  await follow(
    socket,
    { id: 'a', channel: 'products', product_ids: [product_id] },
    { id: 'b', channel: 'products', product_ids: [product_id] },
  )
  await stock(product_id, 1)
  assert.equal((await told(socket)).length, 1)
  socket.send({ type: 'unsubscribe', ids: ['a', 'unknown'] })
  await socket.next('unsubscribed')
  await stock(product_id, 2)
  assert.equal((await told(socket)).length, 1)
  socket.send({ type: 'unsubscribe', ids: ['b'] })
  await socket.next('unsubscribed')
  await stock(product_id, 3)
  assert.deepEqual(await told(socket), [])
})

test('every process of the gateway tells what happens', async () => {
  const product_id = randomUUID()
  const other = await startGateway(platform)
  try {
    const [here, there] = await Promise.all([openSocket(url), openSocket(other.url)])
    for (const socket of [here, there])
      await follow(socket, { id: 'a', channel: 'products', product_ids: [product_id] })
    await stock(product_id, 9)
    // Neither is told to look: the log says that there is something.
    const [one, two] = await Promise.all([here.next('stock'), there.next('stock')])
    assert.deepEqual(one, two)
    assert.equal(one.stock, 9)
  } finally {
    await other.stop()
  }
})

test('a message that is none is answered with what is wrong, and the socket stays', async () => {
  const socket = await openSocket(url)
  const some = { id: 'a', channel: 'products', product_ids: [randomUUID()] }
  const bad: [string | object, string, string | undefined][] = [
    ['{"type":', 'malformed-json', undefined],
    ['[]', 'validation-failed', ''],
    ['null', 'validation-failed', ''],
    [{}, 'validation-failed', '/type'],
    [{ type: 'toString' }, 'validation-failed', '/type'],
    [{ type: 'subscribe' }, 'validation-failed', '/subscriptions'],
    [{ type: 'subscribe', subscriptions: [] }, 'validation-failed', '/subscriptions'],
    [
      { type: 'subscribe', subscriptions: [{ id: 'a', channel: 'x' }] },
      'validation-failed',
      '/subscriptions/0/channel',
    ],
    [{ type: 'subscribe', subscriptions: [some], after: ['x'] }, 'validation-failed', '/after/0'],
    [{ type: 'subscribe', subscriptions: [some], since: 1 }, 'validation-failed', '/since'],
    [{ type: 'authenticate', access_token: 'a b' }, 'validation-failed', '/access_token'],
    [{ type: 'authenticate', access_token: 'a.b.c' }, 'invalid-token', undefined],
    [{ type: 'unsubscribe', ids: 'a' }, 'validation-failed', '/ids'],
    [{ type: 'subscribe', subscriptions: [{ ...some, product_ids: ['x'] }] }, 'validation-failed', '/product_ids/0'],
    [{ type: 'subscribe', subscriptions: [{ ...some, order_id: some.id }] }, 'validation-failed', '/order_id'],
    [{ type: 'subscribe', subscriptions: [{ id: 'a', channel: 'order' }] }, 'validation-failed', '/order_id'],
  ]
  for (const [message, problem, pointer] of bad) {
    socket.send(message as string)
    const answer = await socket.next('error')
    const found = [answer.problem.type.split('/').at(-1), answer.problem.errors?.[0]?.pointer]
    assert.deepEqual(found, [problem, pointer], JSON.stringify(message))
    assert.ok(answer.problem.title.length > 5)
  }
  socket.send({ type: 'subscribe', subscriptions: [{ ...some, productIds: some.product_ids, product_ids: undefined }] })
  await socket.next('subscribed')
  socket.send({ type: 'subscribe', subscriptions: [some] })
  const twice = await socket.next('error')
  assert.deepEqual([twice.id, twice.problem.errors], ['a', [{ pointer: '/id', detail: 'is in use on this socket' }]])
})

test('one socket follows so many things and no more', async () => {
  const socket = await openSocket(url)
  const ids = Array.from({ length: maxFollowed }, () => randomUUID())
  await follow(socket, { id: 'a', channel: 'products', product_ids: ids.slice(1) })
  socket.send({
    type: 'subscribe',
    subscriptions: [{ id: 'b', channel: 'products', product_ids: [randomUUID(), randomUUID()] }],
  })
  assert.match((await socket.next('error')).problem.type, /too-many$/)
  // Those it has may be followed twice.
  await follow(socket, { id: 'c', channel: 'products', product_ids: ids })
})

test('the address itself is no page, and other upgrades are answered as if they had not been asked for', async () => {
  const plain = await ask(url, 'GET', '/ws')
  assert.deepEqual([plain.status, problemOf(plain), plain.headers.upgrade], [426, 'upgrade-required', 'websocket'])
  const h2c = await ask(url, 'GET', '/health', { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' })
  assert.equal(h2c.status, 200)
  const elsewhere = await ask(url, 'GET', '/api/nothing', { connection: 'Upgrade', upgrade: 'websocket' })
  assert.equal(elsewhere.status, 404)
})

test('without a log of events there is no channel, and everything else', async () => {
  const bare = await startGateway(platform, { BUS_DATABASE_URL: '' })
  try {
    const answer = await ask(bare.url, 'GET', '/ws', { connection: 'Upgrade', upgrade: 'websocket' })
    assert.deepEqual([answer.status, problemOf(answer)], [503, 'unavailable'])
    assert.equal((await ask(bare.url, 'GET', '/health')).status, 200)
  } finally {
    await bare.stop()
  }
})

test('a gateway starts while the log is away, and says so to who wants to follow', async () => {
  const early = await startUnread(platform, { BUS_DATABASE_URL: 'postgres://nobody:x@127.0.0.1:9/nothing' })
  try {
    const socket = await openSocket(early.url)
    socket.send({ type: 'subscribe', subscriptions: [{ id: 'a', channel: 'products', product_ids: [randomUUID()] }] })
    assert.deepEqual((await socket.next('error')).problem.status, 503)
  } finally {
    await early.stop()
  }
})
