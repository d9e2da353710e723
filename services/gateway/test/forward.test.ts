import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { isPublic, operations } from '@shopfleet/contracts'
import { problemOf, startObserved } from './observed.ts'

let observed: Awaited<ReturnType<typeof startObserved>>
before(async () => {
  observed = await startObserved({ env: { REQUEST_TIMEOUT_MS: '900', SHUTDOWN_TIMEOUT_MS: '500' } })
})
after(() => observed.stop())
beforeEach(() => observed.answer())

const filled = (path: string) => path.replace(/:[a-z_]+/g, '0199d2f0-8c1e-7b3a-9f42-5d6c7e8f9a0b')
const bodyOf = (method: string) => (method === 'GET' || method === 'DELETE' ? undefined : '{}')
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('every public operation reaches the service that owns it, by its path, its aliases and /api/v1', async () => {
  for (const operation of operations.filter(isPublic)) {
    const paths = [operation.path, ...(operation.aliases ?? [])].map(filled)
    for (const path of [...paths, ...paths.map(p => p.replace(/^\/api\//, '/api/v1/'))]) {
      observed.answer()
      // A file is not even read from somebody who does not say who they are.
      const headers: Record<string, string> = operation.body_types ? { authorization: 'Bearer of.some.body' } : {}
      const { status } = await observed.ask(operation.method, path, headers, bodyOf(operation.method))
      assert.equal(status, 200, `${operation.method} ${path}`)
      const { service, method, url } = observed.seen[0]!
      assert.deepEqual(
        { service, method, url },
        { service: operation.service, method: operation.method, url: path.replace('/api/v1/', '/api/') },
      )
    }
  }
})

test('operations between services do not exist from outside, however they are spelt', async () => {
  const hidden = operations.filter(o => !isPublic(o))
  assert.ok(hidden.some(o => !o.path.startsWith('/internal')))
  for (const { method, path } of hidden) {
    const plain = filled(path)
    const spellings = [
      plain,
      `${plain}/`,
      plain.replace('/api/', '/api/v1/'),
      plain.replace(/[aeo]/, c => `%${c.charCodeAt(0).toString(16)}`),
    ]
    for (const spelling of spellings) {
      const answer = await observed.ask(method, spelling, { 'x-service-token': 'forged' }, bodyOf(method))
      assert.equal(answer.status, 404, `${method} ${spelling}`)
      assert.equal(problemOf(answer), 'not-found')
    }
  }
  assert.deepEqual(observed.seen, [])
})

test('nothing under /internal is reachable, whatever the method', async () => {
  for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'HEAD']) {
    for (const path of [
      '/internal',
      '/internal/users/x',
      '/internal/',
      '//internal/users/x',
      '/api/../internal/users/x',
    ]) {
      assert.equal((await observed.ask(method, path)).status, 404, `${method} ${path}`)
    }
  }
  assert.deepEqual(observed.seen, [])
})

test('a caller cannot speak as a service, shorten a deadline or say where they come from', async () => {
  await observed.ask('GET', '/api/products', {
    'x-service-token': 'forged',
    'X-Deadline-Ms': '1',
    'x-forwarded-for': '10.1.2.3',
    'X-Forwarded-Proto': 'https',
    'x-forwarded-host': 'shop.example',
    'x-forwarded-user': 'root',
    forwarded: 'for=10.1.2.3',
    'x-real-ip': '10.1.2.3',
    'x-internal-role': 'admin',
    'proxy-authorization': 'Basic x',
    te: 'trailers',
    authorization: 'Bearer mine',
    'x-cart-token': 'cart',
    accept: 'application/json',
  })
  const { headers } = observed.seen[0]!
  assert.equal(headers['x-service-token'], undefined)
  assert.equal(headers['x-deadline-ms'], '900')
  assert.equal(headers['x-forwarded-for'], '127.0.0.1')
  assert.equal(headers['x-forwarded-proto'], 'http')
  assert.equal(headers['x-forwarded-host'], new URL(observed.url).host)
  for (const name of ['x-forwarded-user', 'forwarded', 'x-real-ip', 'x-internal-role', 'proxy-authorization', 'te']) {
    assert.equal(headers[name], undefined, name)
  }
  assert.equal(headers.authorization, 'Bearer mine')
  assert.equal(headers['x-cart-token'], 'cart')
  assert.equal(headers.accept, 'application/json')
})

test('headers named by Connection stay on their connection', async () => {
  await observed.ask('GET', '/api/products', { connection: 'close, X-Hop', 'x-hop': '1', 'x-end': '2' })
  const { headers } = observed.seen[0]!
  assert.equal(headers['x-hop'], undefined)
  assert.equal(headers['x-end'], '2')
})

test('behind a trusted proxy its word on the caller is kept and its own address added', async () => {
  const behind = await startObserved({ env: { TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1, ::1' } })
  try {
    await behind.ask('GET', '/api/products', {
      'x-forwarded-for': '203.0.113.9, 10.1.1.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
    })
    const { headers } = behind.seen[0]!
    assert.equal(headers['x-forwarded-for'], '203.0.113.9, 10.1.1.1, 127.0.0.1')
    assert.equal(headers['x-forwarded-proto'], 'https')
    assert.equal(headers['x-forwarded-host'], 'shop.example')
  } finally {
    await behind.stop()
  }
})

test('a correlation id is kept if well formed, made otherwise, and the same inside and outside', async () => {
  const given = await observed.ask('GET', '/api/products', { 'x-correlation-id': 'trace-1' })
  assert.equal(given.headers['x-correlation-id'], 'trace-1')
  assert.equal(observed.seen[0]!.headers['x-correlation-id'], 'trace-1')
  for (const bad of ['two words', 'x'.repeat(129), '<script>', '']) {
    observed.answer()
    const { headers } = await observed.ask('GET', '/api/products', { 'x-correlation-id': bad })
    assert.match(String(headers['x-correlation-id']), uuid)
    assert.equal(observed.seen[0]!.headers['x-correlation-id'], headers['x-correlation-id'])
  }
})

test('query, body and answer pass byte for byte, whatever they hold', async () => {
  const body = randomBytes(10_000)
  const reply = randomBytes(5000)
  observed.answer((_seen, response) => {
    response.writeHead(201, { 'content-type': 'application/x-anything', 'content-encoding': 'br' }).end(reply)
  })
  const path = '/api/products?q=a%20b&q=%C3%A9&attribute.colour=red+blue&empty='
  const answer = await observed.ask('POST', path, { 'content-type': 'text/odd; charset=none' }, body)
  assert.deepEqual(observed.seen[0]!.body, body)
  assert.equal(observed.seen[0]!.url, path)
  assert.equal(observed.seen[0]!.headers['content-type'], 'text/odd; charset=none')
  assert.equal(answer.status, 201)
  assert.deepEqual(answer.body, reply)
  assert.equal(answer.headers['content-type'], 'application/x-anything')
  assert.equal(answer.headers['content-encoding'], 'br')
})

test('malformed JSON and a missing content type are left for the service to judge', async () => {
  await observed.ask('POST', '/api/auth/login', { 'content-type': 'application/json' }, '{"email":')
  await observed.ask('POST', '/api/auth/login', {}, 'x')
  await observed.ask('POST', '/api/auth/logout')
  assert.deepEqual(
    observed.seen.map(s => s.body.toString()),
    ['{"email":', 'x', ''],
  )
})

test('an answer of many megabytes flows through unchanged', async () => {
  const reply = randomBytes(6_000_000)
  observed.answer((_seen, response) => response.writeHead(200, { 'content-length': reply.length }).end(reply))
  const sized = await observed.ask('GET', '/api/products')
  assert.equal(sized.headers['content-length'], String(reply.length))
  assert.ok(sized.body.equals(reply))
  observed.answer((_seen, response) => {
    response.write(reply.subarray(0, 100))
    response.end(reply.subarray(100))
  })
  assert.ok((await observed.ask('GET', '/api/products')).body.equals(reply))
})

test('an answer that breaks off midway is not passed off as whole', async () => {
  observed.answer((_seen, response) => {
    response.writeHead(200, { 'content-length': 2_000_000 })
    response.write(Buffer.alloc(1_000_000), () => response.destroy())
  })
  await assert.rejects(observed.ask('GET', '/api/products'))
  observed.answer((_seen, response) => {
    response.writeHead(200)
    response.write(Buffer.alloc(1_000_000), () => response.destroy())
  })
  await assert.rejects(observed.ask('GET', '/api/products'))
  observed.answer((_seen, response) => {
    response.writeHead(200, { 'content-length': 1000 })
    response.write('half', () => response.destroy())
  })
  assert.equal((await observed.ask('POST', '/api/products', {}, '{}')).status, 503)
})

test('headers of an answer pass: cart token, ETag, cookies, Location; those of its connection do not', async () => {
  observed.answer((_seen, response) => {
    response.writeHead(201, {
      'x-cart-token': 'guest',
      etag: '"v1"',
      location: '/api/products/x',
      'set-cookie': ['a=1; HttpOnly', 'b=2'],
      vary: 'accept-language',
      'keep-alive': 'timeout=1',
      connection: 'x-own',
      'x-own': '1',
    })
    response.end('{}')
  })
  const { status, headers } = await observed.ask('POST', '/api/products', {}, '{}')
  assert.equal(status, 201)
  assert.equal(headers['x-cart-token'], 'guest')
  assert.equal(headers.etag, '"v1"')
  assert.equal(headers.location, '/api/products/x')
  assert.deepEqual(headers['set-cookie'], ['a=1; HttpOnly', 'b=2'])
  assert.equal(headers.vary, 'Origin, accept-language')
  assert.equal(headers['x-own'], undefined)
  assert.notEqual(headers['keep-alive'], 'timeout=1')
})

test('a conditional read is answered 304 without a body, with its ETag', async () => {
  observed.answer(({ headers }, response) => {
    response.writeHead(headers['if-none-match'] === '"v1"' ? 304 : 200, { etag: '"v1"' }).end()
  })
  const answer = await observed.ask('GET', '/api/products', { 'if-none-match': '"v1"' })
  assert.equal(answer.status, 304)
  assert.equal(answer.headers.etag, '"v1"')
  assert.equal(answer.body.length, 0)
})

test('an empty answer stays empty', async () => {
  observed.answer((_seen, response) => response.writeHead(204).end())
  const answer = await observed.ask('DELETE', '/api/cart')
  assert.equal(answer.status, 204)
  assert.equal(answer.headers['content-length'], undefined)
})

test('HEAD answers the headers of GET without the body, and the service is asked to GET', async () => {
  const get = await observed.ask('GET', '/api/products')
  const head = await observed.ask('HEAD', '/api/products')
  assert.equal(head.status, 200)
  assert.equal(head.body.length, 0)
  assert.equal(head.headers['content-length'], get.headers['content-length'])
  assert.equal(head.headers['content-type'], get.headers['content-type'])
  assert.equal(observed.seen[1]!.method, 'GET')
})

test('a problem of a service arrives as it was, its status and media type included', async () => {
  const problem = JSON.stringify({ type: 'https://shopfleet.dev/problems/out-of-stock', status: 409, available: 2 })
  observed.answer((_seen, response) => {
    response.writeHead(409, { 'content-type': 'application/problem+json; charset=utf-8' }).end(problem)
  })
  const answer = await observed.ask('POST', '/api/orders', {}, '{}')
  assert.equal(answer.status, 409)
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
  assert.equal(answer.body.toString(), problem)
})
