import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { Unavailable } from '@shopfleet/contracts'
import { createNeighbours } from '@shopfleet/service-kit'
import { createUpstream } from '../src/upstream.ts'
import { problemOf, startObserved } from './observed.ts'

let observed: Awaited<ReturnType<typeof startObserved>>
before(async () => {
  observed = await startObserved({ env: { REQUEST_TIMEOUT_MS: '300', SHUTDOWN_TIMEOUT_MS: '5000' } })
})
after(() => observed.stop())
beforeEach(() => observed.answer())

test('a service that is gone answers 503 with Retry-After, and the others go on', async () => {
  const own = await startObserved()
  try {
    await own.kill('payment')
    for (const [method, path] of [
      ['GET', '/api/payments'],
      ['POST', '/api/payments/0199d2f0-8c1e-7b3a-9f42-5d6c7e8f9a0b/refund'],
    ] as const) {
      const answer = await own.ask(method, path)
      assert.equal(answer.status, 503)
      assert.equal(problemOf(answer), 'unavailable')
      assert.equal(answer.headers['retry-after'], '1')
      assert.equal(answer.headers['cache-control'], 'no-store')
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
    }
    assert.equal((await own.ask('GET', '/api/products')).status, 200)
  } finally {
    await own.stop()
  }
})

test('a service that does not answer in time is given up with 503, once', async () => {
  observed.answer(() => {})
  const answer = await observed.ask('GET', '/api/products')
  assert.equal(answer.status, 503)
  assert.equal(problemOf(answer), 'unavailable')
  assert.equal(observed.seen.length, 1)
})

test('a service of the same process that does not answer in time is given up the same way, once', async () => {
  const neighbours = createNeighbours()
  let asked = 0
  neighbours.join('product', () => {
    asked++
    return new Promise(() => {})
  })
  const own = await startObserved({ env: { REQUEST_TIMEOUT_MS: '300' }, overrides: { neighbours } })
  try {
    const began = performance.now()
    const answer = await own.ask('GET', '/api/products')
    assert.equal(answer.status, 503)
    assert.equal(problemOf(answer), 'unavailable')
    assert.ok(performance.now() - began > 250)
    assert.equal(asked, 1)
    assert.equal(own.seen.length, 0)
    neighbours.leave('product')
    assert.equal((await own.ask('GET', '/api/products')).status, 200, 'without it, over its socket')
  } finally {
    await own.stop()
  }
})

test('a read whose connection breaks is asked once more', async () => {
  let first = true
  observed.answer((_seen, response) => {
    if (!first) return response.end('{"second":true}')
    first = false
    response.destroy()
  })
  const answer = await observed.ask('GET', '/api/products')
  assert.equal(answer.status, 200)
  assert.equal(answer.body.toString(), '{"second":true}')
  assert.equal(observed.seen.length, 2)
})

test('a read whose connection breaks twice is not asked a third time', async () => {
  observed.answer((_seen, response) => response.destroy())
  assert.equal((await observed.ask('GET', '/api/products')).status, 503)
  assert.equal(observed.seen.length, 2)
})

test('a write whose connection breaks is never repeated: it may have had its effect', async () => {
  for (const method of ['POST', 'PUT', 'DELETE']) {
    observed.answer((_seen, response) => response.destroy())
    const path = method === 'POST' ? '/api/orders' : '/api/products/0199d2f0-8c1e-7b3a-9f42-5d6c7e8f9a0b'
    assert.equal((await observed.ask(method, path)).status, 503)
    assert.equal(observed.seen.length, 1, method)
  }
})

test('a body over 256 KiB is refused with 413 and reaches nobody, announced or not', async () => {
  const body = Buffer.alloc(256 * 1024 + 1, 32)
  const announced = await observed.ask('POST', '/api/orders', { 'content-type': 'application/json' }, body)
  assert.equal(announced.status, 413)
  assert.equal(problemOf(announced), 'body-too-large')
  const chunked = await observed.ask('POST', '/api/orders', { 'transfer-encoding': 'chunked' }, body)
  assert.equal(chunked.status, 413)
  assert.equal(observed.seen.length, 0)
  const largest = await observed.ask('POST', '/api/orders', {}, body.subarray(1))
  assert.equal(largest.status, 200)
  assert.equal(observed.seen[0]?.body.length, 256 * 1024)
})

test('what is not HTTP is answered 400 and hung up on', async () => {
  const { hostname, port } = new URL(observed.url)
  const socket = connect(Number(port), hostname)
  socket.end('this is no request\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += chunk
  assert.match(text, /^HTTP\/1\.1 400 /)
})

test('two lengths of one body are refused, so no request hides in another', async () => {
  const { hostname, port } = new URL(observed.url)
  const socket = connect(Number(port), hostname)
  socket.end(
    'POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/cart HTTP/1.1\r\nHost: x\r\n\r\n',
  )
  let text = ''
  for await (const chunk of socket) text += chunk
  assert.match(text, /^HTTP\/1\.1 400 /)
  assert.deepEqual(observed.seen, [])
})

test('more requests under way to one service than it may have are refused at once', async () => {
  const hold: (() => void)[] = []
  const server = createServer((_request, response) => void hold.push(() => response.end('{}')))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const upstream = createUpstream({
    urls: { product: `http://127.0.0.1:${port}` },
    timeout_ms: 5000,
    max_in_flight: 2,
  })
  const forward = () => upstream.forward('product', { method: 'GET', path: '/', headers: [], body: undefined })
  const arrived = new Promise<void>(resolve => server.on('request', () => hold.length === 2 && resolve()))
  const under_way = [forward(), forward()]
  await assert.rejects(forward(), Unavailable)
  await arrived
  for (const release of hold.splice(0)) release()
  assert.deepEqual(
    (await Promise.all(under_way)).map(answer => answer.status),
    [200, 200],
  )
  server.once('request', () => hold.pop()!())
  assert.equal((await forward()).status, 200)
  await upstream.close()
  server.close()
})

test('stopping lets the requests under way finish and takes no new ones', async () => {
  const own = await startObserved({ env: { SHUTDOWN_TIMEOUT_MS: '5000' } })
  let release = () => {}
  const arrived = new Promise<void>(resolve => {
    own.answer((_seen, response) => {
      release = () => response.end('{"late":true}')
      resolve()
    })
  })
  const under_way = own.ask('GET', '/api/products')
  await arrived
  assert.equal((await own.ask('GET', '/health/ready')).status, 200)
  const stopped = own.stop()
  await assert.rejects(
    new Promise((resolve, reject) => request(`${own.url}/health`, { agent: false }, resolve).on('error', reject).end()),
  )
  release()
  const answer = await under_way
  assert.equal(answer.body.toString(), '{"late":true}')
  await stopped
})

test('a request that is half here when stopping begins is answered as any other, for the last time', async () => {
  const own = await startObserved({ env: { SHUTDOWN_TIMEOUT_MS: '5000' } })
  const socket = connect(Number(new URL(own.url).port), '127.0.0.1')
  let heard = ''
  socket.on('data', chunk => {
    heard += chunk
  })
  const ended = new Promise(resolve => socket.once('close', resolve))
  socket.write('GET /api/products HTTP/1.1\r\n')
  // The server has read the first line before it stops.
  await own.ask('GET', '/health')
  const stopped = own.stop()
  await new Promise(resolve => setTimeout(resolve, 20))
  socket.write('Host: shop\r\n\r\n')
  await ended
  assert.match(heard, /^HTTP\/1\.1 200 /)
  assert.match(heard, /\r\nconnection: close\r\n/i)
  await stopped
})

test('a gateway that is to stop goes on for a while, and tells callers to come by another connection', async () => {
  const own = await startObserved({ env: { LINGER_MS: '400', CACHE_MB: '1' } })
  await own.ask('GET', '/api/products')
  const stopped = own.stop()
  for (const path of ['/api/products', '/api/categories', '/health']) {
    const answer = await own.ask('GET', path)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.connection, 'close', path)
  }
  assert.equal((await own.ask('GET', '/health/ready')).status, 503)
  await stopped
})
