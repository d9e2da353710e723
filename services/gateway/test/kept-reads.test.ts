import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { listProducts } from '@shopfleet/contracts'
import { createLog, createTestClock } from '@shopfleet/service-kit'
import { ask, startObserved } from './observed.ts'

/** Public reads through the gateway: what a caller gets of what is kept, and what of a caller gets into it. */

let observed: Awaited<ReturnType<typeof startObserved>>
const clock = createTestClock()
before(async () => {
  observed = await startObserved({ env: { CACHE_MB: '1', REQUEST_TIMEOUT_MS: '800' }, overrides: { clock } })
})
after(() => observed.stop())

const products = JSON.stringify({ items: Array.from({ length: 40 }, (_, n) => ({ n, name: `Lamp ${n}` })) })
beforeEach(() => {
  clock.advance(1_000_000)
  observed.answer((_seen, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-own': 'kept' }).end(products)
  })
})
const get = (path = '/api/products', headers?: Record<string, string>) => observed.ask('GET', path, headers)

test('the second to ask is answered from memory, with the same headers and bytes as the first', async () => {
  const first = await get()
  const second = await get()
  assert.equal(observed.seen.length, 1)
  assert.deepEqual(second.body, first.body)
  const comparable = ({ headers }: typeof first) => {
    const { date: _, 'x-correlation-id': id, vary, ...rest } = headers
    assert.match(String(id), /^[0-9a-f-]{36}$/)
    assert.deepEqual(String(vary).split(', ').sort(), ['Accept-Encoding', 'Origin'])
    return rest
  }
  assert.deepEqual(comparable(second), comparable(first))
  assert.notEqual(second.headers['x-correlation-id'], first.headers['x-correlation-id'])
  assert.equal(second.headers['x-own'], 'kept')
  assert.equal(second.headers['x-content-type-options'], 'nosniff')
})

test('what it says of its age is true, and others may keep it no longer than it is good', async () => {
  await get()
  clock.advance(3200)
  const { headers } = await get()
  assert.equal(headers.age, '3')
  const { fresh_s, if_error_s } = listProducts.cache!
  assert.equal(headers['cache-control'], `public, max-age=0, s-maxage=${fresh_s}, stale-if-error=${if_error_s}`)
  clock.advance(fresh_s * 1000)
  await get()
  assert.ok(observed.seen.length >= 2)
})

test('a caller who has it is told so, whichever form they have', async () => {
  const { headers } = await get()
  const tag = String(headers.etag)
  assert.match(tag, /^"[\w-]+"$/)
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
    for (const encoding of ['', 'gzip, br']) {
      const answer = await get('/api/products', { 'if-none-match': known, 'accept-encoding': encoding })
      assert.equal(answer.status, 304, known)
      assert.equal(answer.headers.etag, tag)
      assert.equal(answer.body.length, 0)
      assert.equal(answer.headers['content-length'], undefined)
    }
  }
  assert.equal((await get('/api/products', { 'if-none-match': '"other"' })).status, 200)
  assert.equal(observed.seen.length, 1)
})

test('it comes compressed to whoever takes that, the same bytes inside', async () => {
  const seen = new Set<string | undefined>()
  for (const [accept, forms] of [
    ['gzip', ['gzip']],
    ['GZIP;q=0.5, deflate', ['gzip']],
    ['gzip, deflate, br, zstd', ['gzip', 'br']],
    ['br', [undefined, 'br']],
    ['br;q=0, gzip;q=0', [undefined]],
    ['identity', [undefined]],
  ] as const) {
    for (let n = 0; n < 5; n++) {
      const { body, headers } = await get('/api/products', { 'accept-encoding': accept })
      const form = headers['content-encoding'] as 'gzip' | 'br' | undefined
      assert.ok((forms as readonly (string | undefined)[]).includes(form), `${accept}: ${form}`)
      seen.add(form)
      const plain = form === 'br' ? brotliDecompressSync(body) : form === 'gzip' ? gunzipSync(body) : body
      assert.equal(plain.toString(), products)
      assert.equal(headers['content-length'], String(body.length))
      if (form) {
        assert.ok(body.length < products.length / 2)
        assert.match(String(headers.etag), /^W\/"/)
      }
    }
  }
  assert.deepEqual([...seen].sort(), ['br', 'gzip', undefined])
  observed.answer()
  assert.equal((await get('/api/categories', { 'accept-encoding': 'gzip' })).headers['content-encoding'], undefined)
})

test('pictures come as pictures, and are not pressed again where they are pressed already', async () => {
  const svg = Buffer.from(`<svg>${'<path d="M0 0"/>'.repeat(200)}</svg>`)
  observed.answer(({ url }, response) => {
    const type = url.endsWith('.svg') ? 'image/svg+xml' : 'image/webp'
    response.writeHead(200, { 'content-type': type, etag: '"pic"', 'cache-control': 'public, max-age=86400' }).end(svg)
  })
  for (let n = 0; n < 2; n++) {
    const vector = await get('/api/images/lamp.svg', { 'accept-encoding': 'gzip' })
    assert.equal(vector.headers['content-encoding'], 'gzip')
    assert.equal(vector.headers.etag, 'W/"pic"')
    assert.equal(vector.headers['cache-control'], 'public, max-age=86400')
    assert.match(String(vector.headers['content-security-policy']), /style-src 'unsafe-inline'$/)
    const raster = await get('/api/images/lamp.webp', { 'accept-encoding': 'gzip' })
    assert.equal(raster.headers['content-encoding'], undefined)
    assert.equal(raster.headers['content-type'], 'image/webp')
    assert.equal((await get('/api/images/lamp.webp', { 'if-none-match': '"pic"' })).status, 304)
  }
  assert.equal(observed.seen.length, 2)
})

test('HEAD answers as GET does, without the body, before and after it is kept', async () => {
  const before = await observed.ask('HEAD', '/api/products')
  const { headers } = await get()
  const after = await observed.ask('HEAD', '/api/products')
  for (const head of [before, after]) {
    assert.equal(head.status, 200)
    assert.equal(head.body.length, 0)
    assert.equal(head.headers['content-length'], headers['content-length'])
    assert.equal(head.headers.etag, headers.etag)
  }
  assert.equal(observed.seen.length, 1)
})

test('nothing of a caller but the address reaches the service, so nothing of theirs comes back to others', async () => {
  await get('/api/products', {
    authorization: 'Bearer mine',
    cookie: '__Host-access=mine',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'gopher',
    'x-original-url': '/api/users',
    'x-http-method-override': 'DELETE',
    'x-cart-token': 'mine',
    'accept-language': 'de',
    accept: 'text/html',
    range: 'bytes=0-1',
    host: 'evil.example',
    origin: 'https://evil.example',
    'user-agent': 'evil',
  })
  const { headers } = observed.seen[0]!
  const { host, connection: _, ...rest } = headers
  assert.match(String(host), /^127\.0\.0\.1:/)
  assert.deepEqual(Object.keys(rest).sort(), ['x-correlation-id', 'x-deadline-ms'])
  const second = await get()
  assert.equal(second.body.toString(), products)
  assert.equal(second.headers['access-control-allow-origin'], undefined)
  assert.equal(observed.seen.length, 1)
})

test('one origin that may read it does not open it to another', async () => {
  const origin = 'http://localhost:3000'
  for (let n = 0; n < 2; n++) {
    const own = await get('/api/products', { origin })
    assert.equal(own.headers['access-control-allow-origin'], origin)
    assert.match(String(own.headers['access-control-expose-headers']), /ETag/)
    const other = await get('/api/products', { origin: 'https://evil.example' })
    assert.equal(other.headers['access-control-allow-origin'], undefined)
  }
})

test('what depends on the caller is asked for each time, whoever asks', async () => {
  const own = [
    '/api/users/profile',
    '/api/cart',
    '/api/orders',
    '/api/notifications',
    '/api/inventory',
    '/api/auth/sessions',
  ]
  for (const path of own) {
    observed.answer()
    for (const authorization of ['Bearer one', 'Bearer one', 'Bearer two']) {
      const { headers } = await get(path, { authorization })
      assert.equal(headers.age, undefined)
    }
    assert.equal(observed.seen.length, 3, path)
  }
})

test('each spelling of an address is an answer of its own, and is asked for as it came', async () => {
  const spellings = [
    '/api/products?limit=2&sort=price',
    '/api/products?sort=price&limit=2',
    '/api/products/?limit=2&sort=price',
    '/api/products?limit=2&sort=price&x',
    '/api/products?limit=%32&sort=price',
    '/api/products/a%2fb',
    '/api/products/..%2fcategories',
    '/api/products/%2e%2e',
  ]
  for (const path of [...spellings, ...spellings]) await get(path)
  assert.deepEqual(
    observed.seen.map(seen => seen.url),
    spellings,
  )
  await get('/api/v1/products?limit=2&sort=price')
  await get('http://elsewhere.example/api/products?limit=2&sort=price')
  assert.equal(observed.seen.length, spellings.length, 'these two are the same address')
})

test('a body that comes with a read goes nowhere', async () => {
  for (let n = 0; n < 2; n++) {
    const answer = await observed.ask('GET', '/api/products', { 'content-length': '7' }, '{"a":1}')
    assert.equal(answer.body.toString(), products)
  }
  assert.deepEqual(
    observed.seen.map(seen => seen.body.toString()),
    [''],
  )
})

test('who writes through the gateway reads what they wrote; who is refused has ended nothing', async () => {
  await get()
  observed.answer((seen, response) => {
    if (seen.method === 'GET') return void response.writeHead(200).end('{"new":true}')
    response.writeHead(seen.headers.authorization ? 200 : 401).end('{}')
  })
  const product = '/api/products/0199d2f0-8c1e-7b3a-9f42-5d6c7e8f9a0b'
  await observed.ask('PUT', product, {}, '{}')
  assert.equal((await get()).body.toString(), products)
  await observed.ask('PUT', product, { authorization: 'Bearer staff' }, '{}')
  assert.equal((await get()).body.toString(), '{"new":true}')
})

test('an answer of megabytes flows through and is not kept', async () => {
  const large = Buffer.alloc(2_000_000, 97)
  observed.answer((_seen, response) => response.writeHead(200, { 'content-length': large.length }).end(large))
  for (let n = 0; n < 2; n++) assert.ok((await get()).body.equals(large))
  assert.equal(observed.seen.length, 2)
})

test('while the service is gone the last answer is shown, then a 503', async () => {
  const own = await startObserved({ env: { CACHE_MB: '1', RESTART_PATIENCE_MS: '0' }, overrides: { clock } })
  try {
    await own.ask('GET', '/api/products')
    await own.kill('product')
    clock.advance(60_000)
    for (let n = 0; n < 3; n++) {
      const answer = await own.ask('GET', '/api/products')
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.age, '60')
    }
    assert.equal((await own.ask('GET', '/api/products?limit=3')).status, 503)
    clock.advance(300_000)
    const answer = await own.ask('GET', '/api/products')
    assert.equal(answer.status, 503)
    assert.equal(answer.headers['cache-control'], 'no-store')
  } finally {
    await own.stop()
  }
})

test('answers from memory are counted one by one, and logged together', async () => {
  const lines: Record<string, any>[] = []
  const to = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const log = createLog('gateway', { level: 'info', format: 'json', to })
  const own = await startObserved({ env: { CACHE_MB: '1' }, overrides: { clock, log } })
  const { headers } = await own.ask('GET', '/api/products')
  for (let n = 0; n < 4; n++) await own.ask('GET', '/api/products')
  await own.ask('GET', '/api/products', { 'if-none-match': String(headers.etag) })
  const metrics = (await ask(own.operatorsUrl, 'GET', '/metrics')).body.toString()
  await own.stop()
  const request = (status: number) =>
    `http_requests_total{operation="listProducts",method="GET",status="${status}",service="gateway"}`
  for (const line of [
    `${request(200)} 5`,
    `${request(304)} 1`,
    'http_request_duration_seconds_count{service="gateway",operation="listProducts",method="GET"} 6',
    'gateway_reads_total{outcome="fresh",service="gateway"} 5',
    'gateway_reads_total{outcome="asked",service="gateway"} 1',
  ])
    assert.ok(metrics.includes(`${line}\n`), line)
  assert.match(metrics, /gateway_kept_bytes\{service="gateway"\} [1-9]\d+\n/)
  const one = lines.filter(line => line.message === 'listProducts')
  assert.equal(one.length, 1, 'the one that went to the service')
  const together = lines.filter(line => line.message === 'answered from memory')
  assert.equal(
    together.reduce((sum, line) => sum + line.metadata.listProducts, 0),
    5,
  )
})

test('a gateway with too much under way shows what it has, although it is a little old, and refuses the rest', async t => {
  const full = await startObserved({ env: { CACHE_MB: '1', MAX_IN_FLIGHT: '2' }, overrides: { clock } })
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  t.after(() => {
    release()
    return full.stop()
  })
  full.answer((_seen, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(products)
  })
  assert.equal((await full.ask('GET', '/api/products')).status, 200)
  clock.advance(listProducts.cache!.fresh_s * 1000 + 1)
  full.answer((_seen, response) => void released.then(() => response.writeHead(200).end('{}')))
  const waiting = [1, 2].map(n => full.ask('POST', '/api/orders', { 'content-type': 'application/json' }, `{"n":${n}}`))
  for (let tries = 0; full.seen.length < 2 && tries < 1000; tries++) await new Promise(done => setTimeout(done, 5))
  const known = await full.ask('GET', '/api/products')
  assert.equal(known.status, 200)
  assert.ok(Number(known.headers.age) >= listProducts.cache!.fresh_s)
  assert.equal((await full.ask('GET', '/api/products?limit=7')).status, 503)
  assert.equal(full.seen.length, 2)
  release()
  await Promise.all(waiting)
})
