import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { closings, type LiveMessage, orderPaid, stockChanged } from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { openBus, openSocket, startGateway, type TestSocket } from './sockets.ts'

/* Connections break, gateways stop, clients are slow: nothing that happened is missed, or it is said that it was. */

let platform: TestPlatform
let bus: Awaited<ReturnType<typeof openBus>>
before(async () => {
  platform = await startTestPlatform({ services: ['gateway'] })
  bus = await openBus(platform)
})
after(async () => {
  await bus?.close()
  await platform?.stop()
})

const stock = (product_id: string, available: number) =>
  bus.say(stockChanged, product_id, { product_id, available, on_hand: available, reserved: 0, revision: available })
const paid = (user_id: string, total_minor: number) => {
  const order_id = randomUUID()
  return bus.say(orderPaid, order_id, {
    ...{ order_id, user_id, number: 'SF-1', cart_id: null, currency: 'USD', total_minor, items: [] },
    ...{ status: 'processing', payment_status: 'paid' },
  })
}

/** What a client keeps: the highest place of each topic. */
function createPlaces() {
  const places = new Map<string, number>()
  return {
    note(...positions: string[]) {
      for (const position of positions) {
        const [topic = '', n] = position.split(':')
        assert.ok(Number(n) > (places.get(topic) ?? -1), `${position} came after ${topic}:${places.get(topic)}`)
        places.set(topic, Number(n))
      }
    },
    all: () => [...places].map(([topic, n]) => `${topic}:${n}`),
  }
}

async function follow(socket: TestSocket, subscriptions: object[], after?: string[]) {
  socket.send({ type: 'subscribe', subscriptions, ...(after ? { after } : {}) })
  return socket.next('subscribed')
}
const products = (...product_ids: string[]) => ({ id: 'products', channel: 'products', product_ids })
const stocks = (messages: unknown[]) => messages.map(m => (m as { stock: number }).stock)
const totals = (messages: unknown[]) => messages.map(m => (m as { total: number }).total)

test('across a connection that dropped everything arrives, once, and in order', async () => {
  const [lamp, chair, ada] = [randomUUID(), randomUUID(), randomUUID()]
  const gateways = [await startGateway(platform), await startGateway(platform)]
  const [first, second] = gateways.map(({ url }) => url) as [string, string]
  const headers = await platform.as({ user_id: ada })
  const following = [products(lamp, chair), { id: 'mine', channel: 'orders' }]
  const places = createPlaces()
  try {
    const before = await openSocket(first, headers)
    const began = await follow(before, following)
    assert.equal(began.resumed, false)
    places.note(...began.positions)
    await stock(lamp, 10)
    await paid(ada, 100)
    await gateways[0]!.gateway.drain()
    const heard = (await before.flush()) as LiveMessage[]
    for (const { position } of heard) places.note(position)
    await before.close()

    for (const n of [9, 8, 7]) await stock(lamp, n)
    await stock(randomUUID(), 1)
    await paid(ada, 200)
    await paid(randomUUID(), 999)
    await stock(chair, 3)

    // Elsewhere, and asked before that gateway has looked at the log again.
    const later = await openSocket(second, headers)
    const resumed = await follow(later, following, places.all())
    assert.equal(resumed.resumed, true)
    await gateways[1]!.gateway.drain()
    await stock(lamp, 6)
    await gateways[1]!.gateway.drain()
    const rest = (await later.flush()) as LiveMessage[]
    for (const { position } of rest) places.note(position)
    assert.deepEqual(totals([...heard, ...rest].filter(m => m.type === 'order')), [1, 2])
    assert.deepEqual(stocks([...heard, ...rest].filter(m => m.type === 'stock')), [10, 9, 8, 7, 3, 6])
  } finally {
    for (const gateway of gateways) await gateway.stop()
  }
})

test('what happens while it is found out whether somebody may follow is told, too', async () => {
  const product_id = randomUUID()
  const gateway = await startGateway(platform)
  try {
    const socket = await openSocket(gateway.url)
    const began = await follow(socket, [products(randomUUID())])
    // Resuming a place the gateway has not come to makes it read on: in the midst of that, things happen.
    const other = await openSocket(gateway.url)
    const said: Promise<unknown>[] = []
    for (let n = 50; n > 0; n--) {
      said.push(stock(product_id, n))
      if (n === 25) other.send({ type: 'subscribe', subscriptions: [products(product_id)], after: began.positions })
    }
    await Promise.all([...said, stock(product_id, 0)])
    const { resumed } = await other.next('subscribed')
    assert.equal(resumed, true)
    await gateway.gateway.drain()
    const seen = stocks(await other.flush())
    assert.equal(seen.length, 51)
    assert.equal(new Set(seen).size, 51)
  } finally {
    await gateway.stop()
  }
})

test('who was away for more than is kept is told to read afresh, and then follows', async () => {
  const product_id = randomUUID()
  const gateway = await startGateway(platform, { REALTIME_REPLAY: '4' })
  try {
    const socket = await openSocket(gateway.url)
    const began = await follow(socket, [products(product_id)])
    await socket.close()
    for (let n = 20; n > 0; n--) await stock(product_id, n)
    await gateway.gateway.drain()
    const late = await openSocket(gateway.url)
    const { resumed, positions } = await follow(late, [products(product_id)], began.positions)
    assert.equal(resumed, false)
    assert.deepEqual(stocks(await late.flush()), [1], 'the last that is known')
    await stock(product_id, 0)
    await gateway.gateway.drain()
    assert.deepEqual(stocks(await late.flush()), [0])
    // From where it was told to begin anew it can resume.
    await late.close()
    const again = await openSocket(gateway.url)
    assert.equal((await follow(again, [products(product_id)], positions)).resumed, true)
    assert.deepEqual(stocks(await again.flush()), [0])
  } finally {
    await gateway.stop()
  }
})

test('positions of another log, or of none, are read afresh', async () => {
  const gateway = await startGateway(platform)
  try {
    const places = await follow(await openSocket(gateway.url), [products(randomUUID())])
    for (const after of [
      places.positions.map(position => position.replace(/\d+$/, n => String(Number(n) + 1_000_000))),
      places.positions.slice(1),
      ['elsewhere:1'],
      [],
    ]) {
      const socket = await openSocket(gateway.url)
      assert.equal((await follow(socket, [products(randomUUID())], after)).resumed, false, String(after))
    }
    const twice = await openSocket(gateway.url)
    await follow(twice, [products(randomUUID())])
    twice.send({ type: 'subscribe', subscriptions: [{ ...products(randomUUID()), id: 'b' }], after: places.positions })
    assert.equal((await twice.next('error')).problem.errors?.[0]?.pointer, '/after')
  } finally {
    await gateway.stop()
  }
})

test('a gateway that starts anew knows what happened before it', async () => {
  const product_id = randomUUID()
  const first = await startGateway(platform)
  const socket = await openSocket(first.url)
  const { positions } = await follow(socket, [products(product_id)])
  await first.stop()
  assert.deepEqual(await socket.closed, { code: closings.restart.code, reason: 'restart' })
  await stock(product_id, 2)
  await stock(product_id, 1)
  const second = await startGateway(platform)
  try {
    const back = await openSocket(second.url)
    assert.equal((await follow(back, [products(product_id)], positions)).resumed, true)
    assert.deepEqual(stocks(await back.flush()), [2, 1])
  } finally {
    await second.stop()
  }
})

test('stopping does not wait for sockets that do not answer', async () => {
  const gateway = await startGateway(platform)
  const socket = await openSocket(gateway.url)
  await follow(socket, [products(randomUUID())])
  socket.socket.pause()
  const began_ms = performance.now()
  await gateway.stop()
  assert.ok(performance.now() - began_ms < 5000)
  socket.socket.resume()
  await socket.closed
})

const tight = { REALTIME_BUFFER_BYTES: '16384', REALTIME_HELD_BACK: '200', REALTIME_PATIENCE_MS: '600000' }
type Gateway = Awaited<ReturnType<typeof startGateway>>

async function isSlow({ gateway }: Gateway): Promise<boolean> {
  const { port } = gateway.operators.server.address() as { port: number }
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return /realtime_slow_sockets\{[^}]*\} [1-9]/.test(metrics)
}

/** Fat orders of a user until the gateway holds back what it tells them: the system's own buffers are full by then. Answers how many. */
async function clog(gateway: Gateway, user_id: string): Promise<number> {
  let n = 0
  while (!(await isSlow(gateway))) {
    const some = Array.from({ length: 20 }, () => fat(user_id, ++n))
    await bus.sayAll(orderPaid, randomUUID(), some)
    await gateway.gateway.drain()
    assert.ok(n < 10_000, 'the socket takes everything')
  }
  return n
}
const fat = (user_id: string, n: number) => ({
  ...{ order_id: randomUUID(), user_id, number: 'x'.repeat(20_000), cart_id: null, currency: 'USD' },
  ...{ total_minor: n * 100, items: [], status: 'processing' as const, payment_status: 'paid' as const },
})

/** Follows orders and a product, and then reads nothing until it is slow. */
async function beSlow(gateway: Gateway, ...product_ids: string[]) {
  const user_id = randomUUID()
  const headers = await platform.as({ user_id })
  const following = [{ id: 'mine', channel: 'orders' }, ...(product_ids.length > 0 ? [products(...product_ids)] : [])]
  const socket = await openSocket(gateway.url, headers)
  const places = createPlaces()
  places.note(...(await follow(socket, following)).positions)
  socket.socket.pause()
  const said = await clog(gateway, user_id)
  return { socket, places, said, user_id, headers, following }
}

test('a slow reader of stock gets the latest of each product, late', async () => {
  const [lamp, chair] = [randomUUID(), randomUUID()]
  const gateway = await startGateway(platform, tight)
  try {
    const { socket, places, said } = await beSlow(gateway, lamp, chair)
    const payload = (product_id: string, available: number) => ({
      ...{ product_id, available, on_hand: available, reserved: 0, revision: available },
    })
    const states = Array.from({ length: 1000 }, (_, n) => payload(n % 2 ? lamp : chair, n))
    await bus.sayAll(stockChanged, lamp, states)
    await gateway.gateway.drain()
    socket.socket.resume()
    const messages = (await socket.flush()) as LiveMessage[]
    for (const { position } of messages) places.note(position)
    assert.equal(totals(messages).filter(total => total !== undefined).length, said, 'no order is left out')
    assert.deepEqual(stocks(messages.slice(said)), [998, 999], 'of stock the latest of each')
    // It keeps up again.
    await stock(lamp, 5)
    await gateway.gateway.drain()
    assert.deepEqual(stocks(await socket.flush()), [5])
  } finally {
    await gateway.stop()
  }
})

test('who is too slow for what cannot be left out is closed, and resumes without a gap', async () => {
  const gateway = await startGateway(platform, tight)
  try {
    const { socket, places, user_id, headers, following, ...before } = await beSlow(gateway)
    const said = before.said + 201
    for (let n = before.said + 1; n <= said; n++) await paid(user_id, n * 100)
    await gateway.gateway.drain()
    socket.socket.resume()
    const { code, reason } = await socket.closed
    assert.deepEqual([code, reason], [closings['too-slow'].code, 'too-slow'])
    const heard = socket.received as LiveMessage[]
    for (const { position } of heard) places.note(position)

    // One that is back is told no more at once than may be held back.
    const roomy = await startGateway(platform)
    const back = await openSocket(roomy.url, headers)
    assert.equal((await follow(back, following, places.all())).resumed, true)
    const rest = (await back.flush()) as LiveMessage[]
    for (const { position } of rest) places.note(position)
    const numbers = totals([...heard, ...rest])
    assert.deepEqual(
      numbers,
      Array.from({ length: said }, (_, n) => n + 1),
    )
    await roomy.stop()
  } finally {
    await gateway.stop()
  }
})

test('a socket may be slow for a while, and no longer', async () => {
  const gateway = await startGateway(platform, { ...tight, REALTIME_PATIENCE_MS: '300' })
  try {
    const { socket } = await beSlow(gateway)
    const until_ms = performance.now() + 20_000
    while ((await isSlow(gateway)) && performance.now() < until_ms);
    assert.ok(!(await isSlow(gateway)), 'it was given up')
    socket.socket.resume()
    assert.equal((await socket.closed).code, closings['too-slow'].code)
  } finally {
    await gateway.stop()
  }
})

test('heartbeats say how far everything was told, and who does not answer them is ended', async () => {
  const product_id = randomUUID()
  const gateway = await startGateway(platform, { REALTIME_HEARTBEAT_MS: '60' })
  try {
    const [alive, idle, dead] = await Promise.all([
      openSocket(gateway.url),
      openSocket(gateway.url),
      openSocket(gateway.url, {}, { autoPong: false }),
    ])
    const { positions } = await follow(alive, [products(product_id)])
    assert.deepEqual(await dead.closed, { code: 1006, reason: '' })
    assert.ok(idle.heartbeats.length > 0)
    assert.ok(
      idle.heartbeats.every(beat => beat.positions.length === 0),
      'nothing was told to who follows nothing',
    )
    assert.ok(alive.heartbeats.some(beat => beat.positions.join() === positions.join()))
    await stock(randomUUID(), 1)
    await gateway.gateway.drain()
    const moved = () => alive.heartbeats.some(beat => beat.positions.join() !== positions.join())
    const until_ms = performance.now() + 10_000
    while (!moved() && performance.now() < until_ms) await sleep(20)
    assert.ok(moved(), 'what it does not follow moves its place on')
  } finally {
    await gateway.stop()
  }
})
