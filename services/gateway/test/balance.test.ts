import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { operations, Unavailable } from '@shopfleet/contracts'
import { classOf, createShedder } from '../src/shedding.ts'
import { createUpstream, type Forward } from '../src/upstream.ts'

const read: Forward = { method: 'GET', path: '/', headers: [], body: undefined }
const write: Forward = { method: 'POST', path: '/', headers: [], body: undefined }

async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  port = 0,
): Promise<Server> {
  const server = createServer(handler)
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return server
}
const portOf = (server: Server) => (server.address() as AddressInfo).port
const urlOf = (server: Server) => `http://127.0.0.1:${portOf(server)}`
const close = (server: Server) => {
  server.closeAllConnections()
  return new Promise(resolve => server.close(resolve))
}
const named = (name: string) => (_request: IncomingMessage, response: ServerResponse) => void response.end(name)
const textOf = (answer: { body: unknown }) => String(answer.body)

test('the work is shared out over the addresses, and one that is gone gets none', async () => {
  const a = await listen(named('a'))
  const b = await listen(named('b'))
  const upstream = createUpstream({ urls: { product: `${urlOf(a)}, ${urlOf(b)}` }, timeout_ms: 1000 })
  const burst = async (n: number) =>
    (await Promise.all(Array.from({ length: n }, () => upstream.forward('product', write)))).map(textOf)
  const both = await burst(40)
  for (const name of ['a', 'b']) assert.ok(both.filter(text => text === name).length >= 10, name)
  await close(a)
  // A connection that was open may be cut once; after that nobody notices.
  await upstream.forward('product', read)
  assert.deepEqual(new Set(await burst(40)), new Set(['b']))
  await upstream.close()
  await close(b)
})

test('requests wait for a service that restarts, writes too: nothing was sent yet', async () => {
  const first = await listen(named('before'))
  const port = portOf(first)
  const upstream = createUpstream({ urls: { order: urlOf(first) }, timeout_ms: 1000, patience_ms: 5000 })
  assert.equal(textOf(await upstream.forward('order', write)), 'before')
  await close(first)
  await new Promise(resolve => setTimeout(resolve, 20))
  const waiting = Promise.all(Array.from({ length: 20 }, () => upstream.forward('order', write)))
  await new Promise(resolve => setTimeout(resolve, 150))
  const second = await listen(named('after'), port)
  assert.deepEqual(new Set((await waiting).map(textOf)), new Set(['after']))
  await upstream.close()
  await close(second)
})

test('one that stays away is refused at once after a while, and found again when it is back', async () => {
  const first = await listen(named('x'))
  const port = portOf(first)
  await close(first)
  const upstream = createUpstream({ urls: { order: `http://127.0.0.1:${port}` }, timeout_ms: 1000, patience_ms: 100 })
  await assert.rejects(upstream.forward('order', read), Unavailable)
  const began = performance.now()
  for (let i = 0; i < 50; i++) await assert.rejects(upstream.forward('order', read), Unavailable)
  assert.ok(performance.now() - began < 1000, 'without waiting each time')
  const second = await listen(named('back'), port)
  let answer: string | undefined
  for (let i = 0; i < 100 && answer === undefined; i++) {
    answer = await upstream.forward('order', read).then(textOf, () => undefined)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  assert.equal(answer, 'back')
  await upstream.close()
  await close(second)
})

test('a service that only fails is left alone for a second, then tried with one request', async () => {
  let healthy = false
  let asked = 0
  const server = await listen((_request, response) => {
    asked++
    if (healthy) response.end('well')
    else response.destroy()
  })
  const changes: string[] = []
  const upstream = createUpstream({
    urls: { order: urlOf(server) },
    timeout_ms: 1000,
    onBreaker: (_address, state) => changes.push(state),
  })
  for (let i = 0; i < 30; i++) await assert.rejects(upstream.forward('order', write), Unavailable)
  assert.deepEqual(changes, ['open'])
  const before = asked
  for (let i = 0; i < 20; i++) await assert.rejects(upstream.forward('order', write), Unavailable)
  assert.equal(asked, before, 'it is not asked')
  healthy = true
  let answer: string | undefined
  for (let i = 0; i < 150 && answer === undefined; i++) {
    answer = await upstream.forward('order', write).then(textOf, () => undefined)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  assert.equal(answer, 'well')
  assert.deepEqual(changes, ['open', 'closed'])
  await upstream.close()
  await close(server)
})

test('a write whose connection breaks is not asked again, whatever its key: it may still be at it', async () => {
  let asked = 0
  const server = await listen((_request, response) => {
    asked++
    response.destroy()
  })
  const upstream = createUpstream({ urls: { order: urlOf(server) }, timeout_ms: 1000 })
  await assert.rejects(upstream.forward('order', { ...write, headers: ['idempotency-key', 'k'] }), Unavailable)
  assert.equal(asked, 1)
  await upstream.close()
  await close(server)
})

const byName = (name: string) => operations.find(operation => operation.name === name)!

test('with more under way than can be done lists go first, then browsing, then the rest, checkouts last', () => {
  const shed: string[] = []
  const shedder = createShedder({
    max_in_flight: 10,
    max_delay_ms: 1000,
    delay: () => 0,
    onShed: kind => shed.push(kind),
  })
  const bulk = { ...byName('listOrders'), load: 'bulk' as const }
  const leave: (() => void)[] = []
  const fill = (operation: (typeof operations)[number]) => {
    let entered = 0
    try {
      for (;;) {
        leave.push(shedder.enter(operation))
        entered++
      }
    } catch (error) {
      assert.ok(error instanceof Unavailable)
    }
    return entered
  }
  assert.equal(fill(bulk), 5)
  assert.equal(fill(byName('listProducts')), 1)
  assert.equal(fill(byName('listOrders')), 2)
  assert.equal(fill(byName('placeOrder')), 2)
  assert.deepEqual(shed, ['bulk', 'browse', 'usual', 'checkout'])
  for (const one of leave) {
    one()
    one()
  }
  assert.equal(shedder.inFlight(), 0, 'each leaves once')
  shedder.close()
})

test('an event loop that is late is a sign as well', async () => {
  const shedder = createShedder({ max_in_flight: 1000, max_delay_ms: 100, delay: () => 70, onShed: () => {} })
  await new Promise(resolve => setTimeout(resolve, 250))
  assert.throws(() => shedder.enter(byName('listProducts')), Unavailable)
  shedder.enter(byName('placeOrder'))()
  shedder.close()
})

test('what pays is a checkout, what anyone may read is browsing', () => {
  assert.equal(classOf(byName('placeOrder')), 'checkout')
  assert.equal(classOf(byName('payOrder')), 'checkout')
  assert.equal(classOf(byName('receiveWebhook')), 'checkout')
  assert.equal(classOf(byName('listProducts')), 'browse')
  assert.equal(classOf(byName('login')), 'usual')
})
