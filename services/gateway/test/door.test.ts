import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { createLog, readConfig } from '@shopfleet/service-kit'
import { canonicalUrl } from '../src/headers.ts'
import { createGateway, GatewayConfig } from '../src/service.ts'
import { ask, problemOf, startObserved } from './observed.ts'

let observed: Awaited<ReturnType<typeof startObserved>>
const lines: Record<string, any>[] = []
before(async () => {
  const to = { write: (line: string) => void lines.push(JSON.parse(line)) }
  observed = await startObserved({ overrides: { log: createLog('gateway', { level: 'info', format: 'json', to }) } })
})
after(() => observed.stop())
beforeEach(() => {
  observed.answer()
  lines.length = 0
})

const origin = 'http://localhost:3000'

test('an unknown path is a 404 problem that names the request and nothing else', async () => {
  for (const path of [
    '/',
    '/api',
    '/api/nothing',
    '/api/v2/products',
    '/metrics',
    '/api/products/a/b/c',
    '/%',
    `/api/products/${'x'.repeat(300)}`,
  ]) {
    const answer = await observed.ask('GET', path)
    assert.equal(answer.status, 404, path)
    assert.equal(problemOf(answer), 'not-found')
    const body = JSON.parse(answer.body.toString())
    assert.equal(body.correlation_id, answer.headers['x-correlation-id'])
    assert.deepEqual(Object.keys(body).sort(), ['correlation_id', 'instance', 'status', 'title', 'type'])
  }
  assert.deepEqual(observed.seen, [])
})

test('a known path with another method is 405 with the methods it takes', async () => {
  const answer = await observed.ask('PATCH', '/api/cart')
  assert.equal(answer.status, 405)
  assert.equal(problemOf(answer), 'method-not-allowed')
  assert.equal(answer.headers.allow, 'DELETE, GET, HEAD')
  assert.deepEqual(observed.seen, [])
})

test('pages of the shop may call the API and read its headers', async () => {
  const preflight = await observed.ask('OPTIONS', '/api/orders', {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,idempotency-key',
  })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers['access-control-allow-origin'], origin)
  assert.match(String(preflight.headers['access-control-allow-methods']), /POST/)
  const allowed = String(preflight.headers['access-control-allow-headers']).split(', ')
  for (const name of [
    'authorization',
    'content-type',
    'idempotency-key',
    'x-cart-token',
    'x-order-token',
    'x-correlation-id',
  ]) {
    assert.ok(allowed.includes(name), name)
  }
  assert.deepEqual(observed.seen, [])
  const answer = await observed.ask('GET', '/api/products', { origin })
  assert.equal(answer.headers['access-control-allow-origin'], origin)
  assert.match(String(answer.headers['access-control-expose-headers']), /X-Cart-Token/)
  assert.match(String(answer.headers.vary), /Origin/)
})

test('pages of anyone else may not, and credentials are never offered', async () => {
  for (const other of ['https://evil.example', 'null', 'http://localhost:3000.evil.example']) {
    const answer = await observed.ask('GET', '/api/products', { origin: other })
    assert.equal(answer.headers['access-control-allow-origin'], undefined, other)
    assert.equal(answer.headers['access-control-allow-credentials'], undefined)
  }
})

test('refusals of the gateway carry CORS headers too, so that a page can read them', async () => {
  const answer = await observed.ask('GET', '/api/nothing', { origin })
  assert.equal(answer.headers['access-control-allow-origin'], origin)
})

test('answers can neither run, nor be framed, nor be guessed to be something else', async () => {
  const { headers } = await observed.ask('GET', '/api/products')
  assert.equal(
    headers['content-security-policy'],
    "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
  )
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['x-frame-options'], 'DENY')
  assert.equal(headers['referrer-policy'], 'no-referrer')
  assert.match(String(headers['strict-transport-security']), /max-age=/)
  assert.equal(headers['x-powered-by'], undefined)
  const picture = await observed.ask('GET', '/api/images/lamp.svg')
  assert.match(String(picture.headers['content-security-policy']), /^default-src 'none';.*style-src 'unsafe-inline'$/)
  assert.equal(picture.headers['cross-origin-resource-policy'], 'cross-origin')
})

test('health is its own only: ready while every service is gone', async () => {
  const own = await startObserved()
  try {
    await own.kill('product')
    await own.kill('user')
    for (const path of ['/health', '/health/live', '/health/ready']) {
      assert.equal((await own.ask('GET', path)).status, 200, path)
      assert.equal((await ask(own.operatorsUrl, 'GET', path)).status, 200, path)
    }
    assert.equal(JSON.parse((await own.ask('GET', '/health')).body.toString()).service, 'gateway')
  } finally {
    await own.stop()
  }
})

test('not ready before it has started', async () => {
  const gateway = await createGateway(readConfig(GatewayConfig, 'gateway', { LOG_LEVEL: 'silent' }))
  const early = await gateway.app.inject('/health/ready')
  assert.equal(early.statusCode, 503)
  assert.equal(early.headers['retry-after'], '1')
  await gateway.stop()
})

test('metrics count requests by operation, on the listener of the operators alone', async () => {
  await observed.ask('GET', '/api/products')
  const { status, body } = await ask(observed.operatorsUrl, 'GET', '/metrics')
  assert.equal(status, 200)
  assert.match(
    body.toString(),
    /http_requests_total\{operation="listProducts",method="GET",status="200",service="gateway"\} \d+/,
  )
  assert.match(body.toString(), /http_request_duration_seconds_count\{[^}]*operation="listProducts"[^}]*\} \d+/)
  assert.equal((await observed.ask('GET', '/metrics')).status, 404)
  assert.equal((await ask(observed.operatorsUrl, 'GET', '/api/products')).status, 404)
})

test('a request is one log line with its operation, correlation id and time, and without what it held', async () => {
  await observed.ask('GET', '/api/products?secret=1', {
    'x-correlation-id': 'line-1',
    authorization: 'Bearer hush',
    'user-agent': 'tests',
  })
  // The line is written when the answer is through; the next request comes after it.
  await observed.ask('GET', '/health')
  assert.equal(lines.length, 1)
  const { timestamp, duration, ...line } = lines[0]!
  assert.match(timestamp, /^\d{4}-.*Z$/)
  assert.equal(typeof duration, 'number')
  assert.deepEqual(line, {
    level: 'info',
    service: 'gateway',
    correlationId: 'line-1',
    method: 'GET',
    path: '/api/products',
    statusCode: 200,
    metadata: { ip: '127.0.0.1', userAgent: 'tests' },
    message: 'listProducts',
  })
})

test('an absolute request target is routed and forwarded by its path', async () => {
  const answer = await observed.ask('GET', 'http://elsewhere.example/api/v1/products?limit=1')
  assert.equal(answer.status, 200)
  assert.equal(observed.seen[0]!.url, '/api/products?limit=1')
  assert.equal(observed.seen[0]!.service, 'product')
})

test('only /api/v1/ at the front is the other spelling', () => {
  assert.equal(canonicalUrl('/api/v1/products?x=/api/v1/'), '/api/products?x=/api/v1/')
  assert.equal(canonicalUrl('/api/v1'), '/api/v1')
  assert.equal(canonicalUrl('/api/v10/products'), '/api/v10/products')
  assert.equal(canonicalUrl('http://x/api/v1/cart'), '/api/cart')
  assert.equal(canonicalUrl('http://x'), '/')
})
