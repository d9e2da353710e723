import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { operation, Problem, type ServiceName, Unavailable } from '@shopfleet/contracts'
import { withContext } from '@shopfleet/messaging'
import { Type } from 'typebox'
import { createPeers, type Peers } from '../src/index.ts'

const base = { service: 'inventory', summary: 'x', auth: 'service', replies: { 200: Type.Unknown() } } as const
const read = operation({
  ...base,
  name: 'read',
  method: 'GET',
  path: '/internal/things/:id',
  params: Type.Object({ id: Type.String() }),
})
const create = operation({
  ...base,
  name: 'create',
  method: 'POST',
  path: '/internal/things',
  body: Type.Object({ n: Type.Integer() }),
})
const change = operation({
  ...base,
  name: 'change',
  method: 'PATCH',
  path: '/internal/things',
  body: Type.Object({ n: Type.Integer() }),
})
const keyed = operation({ ...create, name: 'keyed', idempotent: true, problems: ['forbidden'] })

let answer: (request: IncomingMessage, response: ServerResponse, n: number) => void
let asked: { method: string; headers: IncomingMessage['headers'] }[] = []
const server = createServer((request, response) => {
  asked.push({ method: request.method!, headers: request.headers })
  answer(request, response, asked.length)
})
let peers: Peers
const auth = { tokenFor: async (to: string) => `token for ${to}` } as never
const peersAt = (url: string, timeout_ms?: number) =>
  createPeers({ service: 'order', urls: { inventory: url } as Partial<Record<ServiceName, string>>, auth, timeout_ms })
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

before(() => new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve)))
after(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
  answer = (_request, response) => response.end('{"ok":true}')
  peers = peersAt(url(), 1000)
})
afterEach(async () => {
  await peers.close()
  server.closeAllConnections()
})

const params = { id: 'a' }
const within = <T>(budget_ms: number, fn: () => T) =>
  withContext({ correlation_id: 'c-1', traceparent: '00-a-b-01', deadline: performance.now() + budget_ms }, fn)
const fails = (status: number, body: unknown = {}) => {
  answer = (_request, response) => response.writeHead(status).end(JSON.stringify(body))
}

test('a call carries the token for that service, the correlation id, the trace and what is left of the deadline', async () => {
  assert.deepEqual(await within(700, () => peers.call(read, { params })), { ok: true })
  const { headers } = asked[0]!
  assert.equal(headers['x-service-token'], 'token for inventory')
  assert.equal(headers['x-correlation-id'], 'c-1')
  assert.equal(headers.traceparent, '00-a-b-01')
  const left = Number(headers['x-deadline-ms'])
  assert.ok(left > 400 && left <= 700, String(left))
  await peers.call(read, { params })
  assert.equal(asked[1]!.headers['x-deadline-ms'], '1000', 'without a deadline the limit of a call')
})

test('what may be repeated is tried three times, what may not only once', async () => {
  fails(503)
  await assert.rejects(peers.call(read, { params }), Unavailable)
  assert.equal(asked.length, 3)
  await assert.rejects(peers.call(create, { body: { n: 1 } }), Unavailable)
  assert.equal(asked.length, 4)
  await assert.rejects(peers.call(change, { body: { n: 1 } }), Unavailable)
  assert.equal(asked.length, 5)
  await assert.rejects(peers.call(keyed, { body: { n: 1 } }), Unavailable)
  assert.equal(asked.length, 8)
  const keys = asked.slice(5).map(one => one.headers['idempotency-key'])
  assert.equal(new Set(keys).size, 1, 'under one key')
  assert.ok(keys[0])
  answer = (_request, response, n) => (n === 10 ? response.end('{"n":2}') : response.writeHead(500).end('oops'))
  assert.deepEqual(await peers.call(read, { params }), { n: 2 })
})

test('a refusal of the other is thrown as it is, at once, and counts as an answer', async () => {
  fails(409, new Problem('out-of-stock', { detail: 'gone', available: 0 }).toBody())
  for (let i = 0; i < 30; i++) {
    await assert.rejects(peers.call(read, { params }), (error: unknown) => {
      assert.ok(error instanceof Problem && error.problem === 'out-of-stock')
      assert.deepEqual([error.detail, error.extra], ['gone', { available: 0 }])
      return true
    })
  }
  assert.equal(asked.length, 30, 'neither repeated nor broken')
})

test('a refusal of this service, not of its caller, is a bug and never the caller’s 401 or 403', async () => {
  for (const [name, status] of [
    ['invalid-token', 401],
    ['token-expired', 401],
    ['unauthenticated', 401],
    ['forbidden', 403],
  ] as const) {
    fails(status, new Problem(name).toBody())
    await assert.rejects(peers.call(read, { params }), (error: unknown) => {
      assert.ok(error instanceof Error && !(error instanceof Problem) && !(error instanceof Unavailable))
      assert.match(error.message, new RegExp(`read refused this service: ${name}`))
      return true
    })
  }
  fails(403, new Problem('forbidden').toBody())
  await assert.rejects(peers.call(keyed, { body: { n: 1 } }), Problem, 'unless the operation declares it')
})

test('an answer that is none of ours is unavailable: another status, a page of a proxy, half an answer', async () => {
  for (const odd of [
    (response: ServerResponse) => response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>nginx</h1>'),
    (response: ServerResponse) => response.writeHead(302, { location: '/' }).end(),
    (response: ServerResponse) => response.end('not json'),
    (response: ServerResponse) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a":')
      response.destroy()
    },
  ]) {
    answer = (_request, response) => void odd(response)
    await assert.rejects(peers.call(create, { body: { n: 1 } }), Unavailable)
  }
})

test('nobody there is unavailable, within the limit', async () => {
  const nobody = peersAt('http://127.0.0.1:1', 1000)
  await assert.rejects(nobody.call(read, { params }), (error: unknown) => {
    assert.ok(error instanceof Unavailable && error.dependency === 'inventory')
    return true
  })
  await nobody.close()
})

test('no answer, or one that drips, is given up when the time of the caller is over', async () => {
  const drips: NodeJS.Timeout[] = []
  for (const slow of [
    () => {},
    (response: ServerResponse) => {
      response.writeHead(200)
      // Never silent for long: only a limit on the whole of it ends this.
      drips.push(setInterval(() => response.write(' '), 10))
    },
  ]) {
    answer = (_request, response) => slow(response)
    const started = performance.now()
    await assert.rejects(
      within(300, () => peers.call(read, { params })),
      Unavailable,
    )
    const took = performance.now() - started
    assert.ok(took > 250 && took < 700, `${took} ms`)
  }
  for (const drip of drips) clearInterval(drip)
  const before = asked.length
  await assert.rejects(
    within(-1, () => peers.call(read, { params })),
    /not available/,
  )
  assert.equal(asked.length, before, 'with no time left nothing is asked')
})

test('the time of a call ends also while it waits for a free connection', async () => {
  answer = () => {}
  const started = performance.now()
  const calls = Array.from({ length: 80 }, () => within(300, () => peers.call(create, { body: { n: 1 } })))
  const results = await Promise.allSettled(calls)
  assert.ok(results.every(result => result.status === 'rejected' && result.reason instanceof Unavailable))
  const took = performance.now() - started
  assert.ok(took < 900, `${took} ms`)
})

test('the breaker opens when the other fails, spares it, and closes again when it is well', async () => {
  fails(500)
  for (let i = 0; i < 30; i++) await assert.rejects(peers.call(create, { body: { n: 1 } }), Unavailable)
  assert.ok(asked.length >= 20 && asked.length < 30, `${asked.length} asked`)
  const spared = asked.length
  const started = performance.now()
  await assert.rejects(peers.call(read, { params }), Unavailable)
  assert.ok(performance.now() - started < 50)
  assert.equal(asked.length, spared)
  answer = (_request, response) => response.end('{"ok":true}')
  const deadline = performance.now() + 5000
  let result: unknown
  while (result === undefined && performance.now() < deadline) {
    result = await peers.call(create, { body: { n: 1 } }).catch(() => new Promise(resolve => setTimeout(resolve, 20)))
  }
  assert.deepEqual(result, { ok: true })
  for (let i = 0; i < 10; i++) await peers.call(create, { body: { n: 1 } })
})

test('callers with next to no time left do not break the way for the others', async () => {
  answer = (_request, response) => void setTimeout(() => response.end('{"ok":true}'), 40)
  for (let i = 0; i < 25; i++)
    await assert.rejects(
      within(5, () => peers.call(create, { body: { n: 1 } })),
      Unavailable,
    )
  assert.deepEqual(await peers.call(create, { body: { n: 1 } }), { ok: true })
})

test('a request that cannot be made is a bug of ours: nothing is sent, nothing is repeated', async () => {
  await assert.rejects(peers.call(read, { params: { id: '..' } }), TypeError)
  assert.equal(asked.length, 0)
})

test('a service without an address is one that is not there', async () => {
  await assert.rejects(
    peers.call({ ...read, service: 'payment' } as typeof read, { params }),
    (error: unknown) => error instanceof Unavailable && /no address/.test(String(error.cause)),
  )
})

test('closing ends calls that are still out', async () => {
  answer = () => {}
  const call = peers.call(create, { body: { n: 1 } })
  call.catch(() => {})
  while (asked.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
  const started = performance.now()
  await peers.close()
  await assert.rejects(call, Unavailable)
  assert.ok(performance.now() - started < 500)
})
