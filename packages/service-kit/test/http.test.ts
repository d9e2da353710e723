import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { after, test } from 'node:test'
import { FileBody, type Operation, operation, Problem, problems, Unavailable } from '@shopfleet/contracts'
import { currentContext } from '@shopfleet/messaging'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import {
  createDoor,
  createHttp,
  createLog,
  createMetrics,
  createTestClock,
  type Route,
  readConfig,
  reply,
  route,
  settings,
} from '../src/index.ts'

const closed = { additionalProperties: false }
const base = { service: 'order', auth: 'public', summary: 'x', replies: { 200: Type.Unknown() } } as const
const read = operation({
  ...base,
  name: 'read',
  method: 'GET',
  path: '/api/things/:id',
  params: Type.Object({ id: Type.String({ maxLength: 50 }) }),
  query: Type.Object(
    { n: Type.Optional(Type.Integer({ maximum: 9 })), q: Type.Optional(Type.String({ maxLength: 20 })) },
    closed,
  ),
  problems: ['not-found'],
})
const create = operation({
  ...base,
  name: 'create',
  method: 'POST',
  path: '/api/things',
  replies: { 201: Type.Unknown(), 202: Type.Unknown() },
  idempotent: true,
  body: Type.Object(
    { text: Type.String({ maxLength: 300_000 }), free: Type.Optional(Type.Record(Type.String(), Type.Unknown())) },
    closed,
  ),
})
const bare = operation({
  ...base,
  name: 'bare',
  method: 'POST',
  path: '/api/things/bare',
  replies: { 204: Type.Null() },
})
const optional = operation({
  ...base,
  name: 'optional',
  method: 'PUT',
  path: '/api/things',
  body: Type.Object({ a: Type.Optional(Type.Integer()) }, closed),
  body_optional: true,
})
const upload = operation({
  ...base,
  name: 'upload',
  method: 'POST',
  path: '/api/things/:id/files',
  params: Type.Object({ id: Type.String({ maxLength: 50 }) }),
  body: FileBody,
  body_types: ['image/png', 'text/csv'],
  body_limit: 300_000,
})
const mine = operation({ ...base, name: 'mine', method: 'GET', path: '/api/mine', auth: 'customer' })

const clock = createTestClock()
const apps: FastifyInstance[] = []
after(() => Promise.all(apps.map(app => app.close())))

/** An app of these routes, with what it logs. */
function start(routes: Route[], env: Record<string, string> = {}) {
  const lines: any[] = []
  const log = createLog('order', {
    level: 'info',
    format: 'json',
    to: { write: line => void lines.push(JSON.parse(line)) },
  })
  const metrics = createMetrics('order')
  let changes = 0
  const auth = {
    async authenticate(_auth: unknown, headers: Record<string, unknown>) {
      if (headers.authorization === 'Bearer bad') throw new Problem('invalid-token')
      if (headers.authorization === 'Bearer dead') throw new Unavailable('user')
      return headers.authorization
        ? { kind: 'user', user_id: 'u-1', role: 'r', permissions: [], session_id: null }
        : { kind: 'anonymous' }
    },
  } as never
  const config = readConfig(settings(0, {}), 'order', { SERVICE_SECRET: 's'.repeat(32), CHECK_REPLIES: 'true', ...env })
  const door = createDoor({
    service: 'order',
    config,
    log,
    clock,
    metrics,
    auth,
    routes,
    onChanged: () => changes++,
  })
  const app = createHttp({ config, metrics, door, isReady: async () => true, isLeaving: () => false })
  apps.push(app)
  return { app, lines, metrics, changes: () => changes }
}
const route500 = (error: unknown) => route(read, () => Promise.reject(error))
const get = async (error: unknown) => {
  const { app, lines } = start([route500(error)])
  const answer = await app.inject({ url: '/api/things/a?q=secret-question' })
  return { answer, body: answer.json(), lines }
}
const typeOf = (name: string) => `https://shopfleet.dev/problems/${name}`

test('a bug answers 500 with nothing but the correlation id; its text, problem and stack are in the log only', async () => {
  for (const error of [
    new Error('password of root is hunter2'),
    new Problem('out-of-stock', { detail: 'hunter2', left: 'hunter2' }),
    new Problem('internal', { detail: 'hunter2', left: 'hunter2' }),
    Object.assign(new Error('hunter2'), { code: '23505', name: 'PostgresError' }),
    Object.assign(new Error('hunter2'), { statusCode: 418 }),
    'hunter2',
    undefined,
  ]) {
    const { answer, body, lines } = await get(error)
    assert.equal(answer.statusCode, 500)
    assert.deepEqual(body, {
      type: typeOf('internal'),
      title: problems.internal.title,
      status: 500,
      instance: '/api/things/a',
      correlation_id: answer.headers['x-correlation-id'],
    })
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.equal(lines[0].level, 'error')
  }
})

test('an answer of an undeclared status or shape is a bug where answers are checked', async () => {
  const declared = operation({ ...read, name: 'declared', replies: { 200: Type.Object({ id: Type.String() }) } })
  for (const answer of [{ id: 1 }, { id: 'a', password_hash: 'hunter2' }, reply(207, { id: 'a' })]) {
    const { app } = start([route(declared, async () => answer as never)])
    const response = await app.inject('/api/things/a')
    assert.equal(response.statusCode, 500)
    assert.doesNotMatch(response.body, /hunter2|declare/)
  }
})

test('what is not available answers 503 with Retry-After, and a database that is down does too', async () => {
  for (const error of [
    new Unavailable('payment', { retry_after_s: 7 }),
    Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
  ]) {
    const { answer, body, lines } = await get(error)
    assert.deepEqual([answer.statusCode, body.type], [503, typeOf('unavailable')])
    assert.equal(answer.headers['retry-after'], error instanceof Unavailable ? '7' : '1')
    assert.equal(lines[0].level, 'warn')
  }
})

test('401 says how to sign in, and comes before the request is looked at', async () => {
  const { app } = start([route(mine, async () => ({}))])
  for (const [headers, name] of [
    [{}, 'unauthenticated'],
    [{ authorization: 'Bearer bad' }, 'invalid-token'],
  ] as const) {
    const answer = await app.inject({ url: '/api/mine?unknown=1', headers })
    assert.deepEqual([answer.statusCode, answer.json().type], [401, typeOf(name)])
    assert.equal(answer.headers['www-authenticate'], 'Bearer')
  }
  assert.equal((await app.inject({ url: '/api/mine', headers: { authorization: 'Bearer dead' } })).statusCode, 503)
})

test('every refusal of the framework is a declared problem with a correlation id', async () => {
  const { app } = start([
    route(create, async () => ({})),
    route(bare, async () => null),
    route(read, async () => ({})),
    route(optional, async ({ body }) => body),
  ])
  const json = { 'content-type': 'application/json' }
  const cases: [
    string,
    { method?: 'POST' | 'PUT' | 'DELETE'; url: string; headers?: Record<string, string>; payload?: string },
    string,
  ][] = [
    ['no JSON', { method: 'POST', url: '/api/things', headers: json, payload: '{"a":' }, 'malformed-json'],
    [
      'another type',
      { method: 'POST', url: '/api/things', headers: { 'content-type': 'text/xml' }, payload: '<a/>' },
      'unsupported-media-type',
    ],
    [
      'too much',
      { method: 'POST', url: '/api/things', headers: json, payload: `"${'x'.repeat(256 * 1024)}"` },
      'body-too-large',
    ],
    ['no body', { method: 'POST', url: '/api/things' }, 'validation-failed'],
    ['null', { method: 'POST', url: '/api/things', headers: json, payload: 'null' }, 'validation-failed'],
    [
      '__proto__',
      { method: 'POST', url: '/api/things', headers: json, payload: '{"text":"a","__proto__":{"x":1}}' },
      'malformed-json',
    ],
    [
      'constructor',
      { method: 'POST', url: '/api/things', headers: json, payload: '{"constructor":{"prototype":{"x":1}}}' },
      'malformed-json',
    ],
    ['no such path', { url: '/api/nothing' }, 'not-found'],
    ['no such method', { method: 'DELETE', url: '/api/things' }, 'not-found'],
    ['bad escape', { url: '/api/things/%zz' }, 'not-found'],
    ['half a character', { url: '/api/things/%ff' }, 'not-found'],
    ['endless name', { url: `/api/things/${'x'.repeat(300)}` }, 'not-found'],
    ['long name', { url: `/api/things/${'x'.repeat(60)}` }, 'validation-failed'],
    ['unknown query', { url: '/api/things/a?m=1' }, 'validation-failed'],
    ['__proto__ query', { url: '/api/things/a?__proto__=1&constructor=2' }, 'validation-failed'],
    ['NUL in the query', { url: '/api/things/a?q=%00' }, 'validation-failed'],
    ['NUL in the path', { url: '/api/things/%00' }, 'validation-failed'],
    [
      'a body where none is taken',
      { method: 'POST', url: '/api/things/bare', headers: json, payload: '{"a":1}' },
      'validation-failed',
    ],
    [
      'a number where none is taken',
      { method: 'POST', url: '/api/things/bare', headers: json, payload: '5' },
      'validation-failed',
    ],
    [
      'a list where none is taken',
      { method: 'POST', url: '/api/things/bare', headers: json, payload: '[]' },
      'validation-failed',
    ],
    [
      'text where none is taken',
      { method: 'POST', url: '/api/things/bare', headers: { 'content-type': 'text/plain' }, payload: 'x' },
      'unsupported-media-type',
    ],
    [
      'a bad key',
      { method: 'POST', url: '/api/things', headers: { ...json, 'idempotency-key': 'a b' }, payload: '{"text":"a"}' },
      'invalid-idempotency-key',
    ],
    [
      'an endless key',
      {
        method: 'POST',
        url: '/api/things',
        headers: { ...json, 'idempotency-key': 'a'.repeat(256) },
        payload: '{"text":"a"}',
      },
      'invalid-idempotency-key',
    ],
  ]
  for (const [what, request, name] of cases) {
    const answer = await app.inject({ ...request, headers: { 'x-correlation-id': 'given', ...request.headers } })
    const body = answer.json()
    assert.deepEqual(
      [body.type, answer.statusCode],
      [typeOf(name), problems[name as 'internal'].status],
      `${what}: ${answer.body}`,
    )
    assert.deepEqual([body.correlation_id, answer.headers['x-correlation-id']], ['given', 'given'], what)
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/, what)
  }
  assert.equal(({} as { x?: number }).x, undefined)
  for (const request of [
    { method: 'POST', url: '/api/things/bare' },
    { method: 'POST', url: '/api/things/bare', headers: json, payload: '{}' },
    { method: 'POST', url: '/api/things/bare', headers: json, payload: '' },
  ] as const)
    assert.equal((await app.inject(request)).statusCode, 204)
  assert.deepEqual((await app.inject({ method: 'PUT', url: '/api/things' })).json(), {})
})

test('text no database keeps is refused at the door with its place, and the same letters escaped otherwise are not', async () => {
  const { app } = start([route(create, async ({ body }) => body)])
  const send = (payload: string) =>
    app.inject({ method: 'POST', url: '/api/things', headers: { 'content-type': 'application/json' }, payload })
  for (const [payload, pointer] of [
    ['{"text":"a\\u0000b"}', '/text'],
    ['{"text":"\\ud800"}', '/text'],
    ['{"text":"a","free":{"b/c":[1,{"d":"\\uDC00"}]}}', '/free/b~1c/1/d'],
    ['{"text":"a","free":{"\\u0000":1}}', '/free'],
  ] as const) {
    const answer = await send(payload)
    assert.deepEqual([answer.statusCode, answer.json().errors?.[0].pointer], [400, pointer], payload)
  }
  for (const payload of ['{"text":"\\ud83d\\ude00"}', '{"text":"\\\\u0000"}', '{"text":"\\u00e9 \\\\ud800"}'])
    assert.equal((await send(payload)).statusCode, 201, payload)
})

test('JSON nested as deep as a body can be is refused or taken, never a crash', async () => {
  const { app } = start([route(create, async () => ({ ok: true }))])
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    for (const start of ['', '{"text":"\\u00e9","free":{"x":']) {
      const depth = 40_000
      const payload = `${start}${open.repeat(depth)}1${close.repeat(depth)}${start && '}}'}`
      const answer = await app.inject({
        method: 'POST',
        url: '/api/things',
        headers: { 'content-type': 'application/json' },
        payload,
      })
      assert.ok([201, 400].includes(answer.statusCode), `${answer.statusCode} ${answer.body.slice(0, 100)}`)
    }
  }
})

test('a correlation id is taken if it is one and replaced if it is not; a deadline is honoured if it is one', async () => {
  const { app } = start([
    route(read, async () => ({
      ...currentContext(),
      left: Math.round(currentContext().deadline! - performance.now()),
    })),
  ])
  const ask = async (headers: Record<string, string>) => {
    const answer = await app.inject({ url: '/api/things/a', headers })
    assert.equal(answer.headers['x-correlation-id'], answer.json().correlation_id)
    return answer.json()
  }
  assert.equal((await ask({ 'x-correlation-id': 'a.b:c-d_1' })).correlation_id, 'a.b:c-d_1')
  for (const bad of ['', 'a b', 'a\tb', '<x>', 'x'.repeat(129)])
    assert.match((await ask({ 'x-correlation-id': bad })).correlation_id, /^[0-9a-f-]{36}$/)
  assert.equal((await ask({ traceparent: '00-a-b-01' })).traceparent, '00-a-b-01')
  const left = async (value: string) => (await ask({ 'x-deadline-ms': value })).left
  const about = (value: number, expected: number) =>
    assert.ok(value <= expected && value > expected - 500, `${value} of ${expected}`)
  about(await left('2000'), 2000)
  about(await left('0'), 0)
  for (const absent of ['', '-5', '1e3', 'soon', '999999999', '99999999999']) about(await left(absent), 15_000)
})

test('a log line has exactly these fields, without the query, and the user only if there is one', async () => {
  const { app, lines } = start([route(read, async () => ({})), route(mine, async () => ({}))])
  await app.inject({ url: '/api/v1/things/a?q=secret', headers: { 'user-agent': 'ua', 'x-correlation-id': 'c' } })
  await app.inject({ url: '/api/mine', headers: { authorization: 'Bearer x' } })
  await app.inject('/health')
  await app.inject('/api/nothing?q=secret')
  assert.equal(lines.length, 3, 'health is not logged')
  const keys = [
    'level',
    'timestamp',
    'service',
    'correlationId',
    'method',
    'path',
    'statusCode',
    'duration',
    'metadata',
    'message',
  ]
  assert.deepEqual(Object.keys(lines[0]).toSorted(), keys.toSorted())
  assert.deepEqual(Object.keys(lines[1]).toSorted(), [...keys, 'userId'].toSorted())
  assert.deepEqual(Object.keys(lines[0].metadata), ['ip', 'userAgent'])
  const { timestamp: _t, duration, ...line } = lines[0]
  assert.equal(typeof duration, 'number')
  assert.deepEqual(line, {
    level: 'info',
    service: 'order',
    correlationId: 'c',
    method: 'GET',
    path: '/api/things/a',
    statusCode: 200,
    metadata: { ip: '127.0.0.1', userAgent: 'ua' },
    message: 'read',
  })
  assert.doesNotMatch(JSON.stringify(lines), /secret/)
})

test('requests are counted and timed by service, operation, method and status', async () => {
  const { app, metrics } = start([route(read, async () => ({}))])
  metrics.gauge('broken', 'A gauge whose source is down', () => Promise.reject(new Error('down')))
  await app.inject('/api/things/a')
  await app.inject('/api/things/a?m=1')
  const { body, headers } = await app.inject('/metrics')
  assert.match(String(headers['content-type']), /^text\/plain/)
  const labels = (line: string) => Object.fromEntries([...line.matchAll(/(\w+)="([^"]*)"/g)].map(m => [m[1], m[2]]))
  const counted = body.split('\n').filter(line => line.startsWith('http_requests_total{'))
  assert.deepEqual(counted.map(labels), [
    { service: 'order', operation: 'read', method: 'GET', status: '200' },
    { service: 'order', operation: 'read', method: 'GET', status: '400' },
  ])
  assert.match(body, /http_request_duration_seconds_bucket\{[^}]*le="0\.01"[^}]*\} [12]/)
  assert.match(body, /http_request_duration_seconds_count\{[^}]*\} 2/)
  assert.match(body, /broken\{service="order"\} Nan/i, 'one that cannot be had does not take the others with it')
  assert.match(body, /process_cpu/)
})

test('statuses, headers and aliases are those of the operation, and writers are told of', async () => {
  const aliased = operation({ ...create, aliases: ['/api/other/things'] })
  const { app, changes } = start([
    route(aliased, async ({ body, idempotency_key, raw_body }) =>
      reply(202, { body, idempotency_key, raw_body }, { etag: '"x"' }),
    ),
    route(read, async () => reply(200, Buffer.from('raw') as unknown, { 'content-type': 'image/png' })),
  ])
  const payload = '{ "text" : "a" }'
  const answer = await app.inject({
    method: 'POST',
    url: '/other/things',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
    payload,
  })
  assert.deepEqual([answer.statusCode, answer.headers.etag], [202, '"x"'])
  assert.deepEqual(answer.json(), { body: { text: 'a' }, idempotency_key: 'k', raw_body: payload })
  assert.equal(changes(), 1)
  const image = await app.inject('/api/v1/things/a')
  assert.deepEqual([image.headers['content-type'], image.body, changes()], ['image/png', 'raw', 1])
})

test('the demonstration door lets a direct caller in only while it is open', async () => {
  const demo = operation({ ...create, name: 'demo', auth: { staff: 'orders' }, demo_open: true } as const)
  const ask = async (app: FastifyInstance, headers: Record<string, string> = {}) =>
    (
      await app.inject({
        method: 'POST',
        url: '/api/things',
        headers: { host: 'localhost:1', 'content-type': 'application/json', ...headers },
        payload: '{"text":"a"}',
      })
    ).statusCode
  const open = start([route(demo as Operation, async ({ caller }) => caller)], { DEMO_OPEN: 'true' }).app
  assert.equal(await ask(open), 201)
  assert.equal(await ask(open, { 'x-forwarded-for': '1.2.3.4' }), 401)
  assert.equal(await ask(open, { origin: 'http://evil.example' }), 401)
  assert.equal(await ask(open, { host: 'evil.example' }), 401)
  assert.equal(await ask(start([route(demo as Operation, async ({ caller }) => caller)]).app), 401)
})

test('what is no HTTP is answered 400, headers without end 431, and the socket is closed from this side', async () => {
  const { app } = start([])
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  for (const [text, status] of [
    ['nonsense\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(40_000)}`, 431],
  ] as const) {
    // Keeps its own half open: only the server can end it.
    const socket = connectSocket({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {})
    let answer = ''
    socket.on('data', data => {
      answer += data
    })
    socket.write(text)
    await once(socket, 'end')
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `))
    const count = () =>
      new Promise<number>((resolve, reject) => app.server.getConnections((e, n) => (e ? reject(e) : resolve(n))))
    const deadline = performance.now() + 2000
    while ((await count()) > 0 && performance.now() < deadline) await new Promise(resolve => setTimeout(resolve, 5))
    assert.equal(await count(), 0)
    socket.destroy()
  }
})

test('a file is taken as its bytes, by its declared types and up to its own limit, and nothing else is', async () => {
  let seen: unknown
  const { app } = start([
    route(upload, async ({ body }) => {
      seen = body
      return { bytes: body.length }
    }),
    route(create, async () => ({})),
  ])
  const post = async (type: string | undefined, payload: Buffer | string | undefined, url = '/api/things/a/files') => {
    const headers = type === undefined ? {} : { 'content-type': type }
    const { statusCode, body } = await app.inject({ method: 'POST', url, headers, payload })
    return [statusCode, JSON.parse(body)]
  }
  const bytes = Buffer.from([0, 255, 1, 128, 123])
  assert.deepEqual(await post('image/png', bytes), [200, { bytes: 5 }])
  assert.deepEqual(seen, bytes)
  assert.deepEqual(await post('text/csv; charset=utf-8', 'a,b'), [200, { bytes: 3 }])
  assert.equal((await post('image/png', Buffer.alloc(290_000)))[0], 200)

  const refused: [string | undefined, Buffer | string | undefined, number, RegExp][] = [
    ['image/png', Buffer.alloc(300_001), 413, /body-too-large/],
    ['image/svg+xml', '<svg/>', 415, /Send image\/png or text\/csv/],
    ['application/json', '{"a":1}', 415, /unsupported-media-type/],
    ['image/png', Buffer.alloc(0), 400, /must be a file/],
    [undefined, undefined, 400, /must be a file/],
  ]
  for (const [type, payload, status, words] of refused) {
    const [found, body] = await post(type, payload)
    assert.equal(found, status, `${type}: ${JSON.stringify(body)}`)
    assert.match(JSON.stringify(body), words)
  }
  assert.equal((await post('image/png', bytes, '/api/things'))[0], 415, 'others go on taking JSON only')
})
