import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { operation, Problem, Unavailable } from '@shopfleet/contracts'
import { withContext } from '@shopfleet/messaging'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import {
  createDoor,
  createHttp,
  createLog,
  createMetrics,
  createNeighbours,
  createPeers,
  createSideDoor,
  type Outgoing,
  type Peers,
  readConfig,
  reply,
  route,
  settings,
  systemClock,
} from '../src/index.ts'

/* What a service answers its neighbours in the process, against what it answers over its socket. */

const base = { service: 'inventory', summary: 'x', replies: { 200: Type.Unknown() } } as const
const service = { service: ['order'] } as const
const read = operation({
  ...base,
  name: 'read',
  method: 'GET',
  path: '/internal/things/:id',
  auth: service,
  params: Type.Object({ id: Type.String({ minLength: 2 }) }),
  query: Type.Object(
    {
      ids: Type.Optional(Type.Array(Type.String(), { maxItems: 2 })),
      limit: Type.Optional(Type.Integer({ default: 20 })),
      flag: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
})
const create = operation({
  ...base,
  name: 'create',
  method: 'POST',
  path: '/internal/things',
  auth: service,
  body: Type.Object(
    {
      user_name: Type.String({ maxLength: 20 }),
      n: Type.Optional(Type.Integer()),
      free: Type.Optional(Type.Unknown()),
    },
    { additionalProperties: false },
  ),
  replies: { 201: Type.Unknown() },
  idempotent: true,
})
const fail = operation({
  ...base,
  name: 'fail',
  method: 'POST',
  path: '/internal/failures',
  auth: service,
  body: Type.Object({ how: Type.String() }),
  problems: ['out-of-stock'],
})
const bare = operation({
  ...base,
  name: 'bare',
  method: 'DELETE',
  path: '/internal/things',
  auth: 'service',
  replies: { 204: Type.Null() },
})
const open = operation({ ...base, name: 'open', method: 'GET', path: '/api/open', auth: 'public' })
const forStaff = operation({ ...base, name: 'forStaff', method: 'GET', path: '/api/staff', auth: { staff: 'orders' } })
const forOthers = operation({
  ...base,
  name: 'forOthers',
  method: 'GET',
  path: '/internal/o',
  auth: { service: ['cart'] },
})

const failures: Record<string, () => unknown> = {
  refusal: () => new Problem('out-of-stock', { items: [{ available: 1 }] }),
  undeclared: () => new Problem('cart-empty'),
  bug: () => new Error('hunter2'),
  unavailable: () => new Unavailable('payment', { retry_after_s: 7 }),
}
const shown: object[] = []
let held: Record<string, unknown> | undefined
const routes = [
  route(read, async ({ params, query, caller }) => ({ params, query, caller })),
  route(create, async ({ body, caller, idempotency_key, raw_body, header }) => {
    shown.push({ idempotency_key, correlation: header('x-correlation-id'), raw_body })
    held = body as Record<string, unknown>
    return reply(201, { body, caller, nothing: undefined, at: new Date(0) }, { location: '/x' }) as never
  }),
  route(fail, async ({ body }) => {
    throw failures[body.how]!()
  }),
  route(bare, async () => null),
  route(open, async ({ caller }) => ({ caller })),
  route(forStaff, async () => ({})),
  route(forOthers, async () => ({})),
]

const lines: any[] = []
const sink = { write: (line: string) => void lines.push(JSON.parse(line)) }
const config = readConfig(settings(0, {}), 'inventory', { SERVICE_SECRET: 's'.repeat(32) })
const metrics = createMetrics('inventory')
const auth = {
  async authenticate(asked: unknown, { authorization, 'x-service-token': token }: Record<string, unknown>) {
    if (asked === 'public') return { kind: 'anonymous' }
    if (token) return { kind: 'service', service: String(token) }
    return authorization ? { kind: 'user', user_id: 'u-1', permissions: [] } : { kind: 'anonymous' }
  },
  tokenFor: async () => 'order',
} as never
const door = createDoor({
  service: 'inventory',
  config,
  log: createLog('inventory', { level: 'info', format: 'json', to: sink }),
  clock: systemClock,
  metrics,
  auth,
  routes,
  onChanged() {},
})
let app: FastifyInstance
let url: string
const neighbours = createNeighbours()
const peers: Record<'socket' | 'here', Peers> = {} as never

before(async () => {
  app = createHttp({ config, metrics, door, isReady: async () => true, isLeaving: () => false })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
  neighbours.join('inventory', createSideDoor(door, app).answer)
  peers.socket = createPeers({ service: 'order', urls: { inventory: url }, auth })
  peers.here = createPeers({ service: 'order', urls: { inventory: url }, auth, neighbours })
})
after(async () => {
  for (const one of Object.values(peers)) await one.close()
  await app.close()
})

/** What came of a call, without what differs from one call to the next. */
async function outcomeOf(from: Peers, asked: any, input: any) {
  try {
    return { answered: await from.call(asked, input) }
  } catch (error) {
    if (error instanceof Problem) return { refused: { ...error.toBody(), correlation_id: null } }
    return { failed: (error as Error).constructor.name, why: String((error as Error).cause ?? error) }
  }
}

test('a call answers the same with a socket and without', async () => {
  const calls: [asked: object, input: object][] = [
    [read, { params: { id: 'abc' } }],
    [read, { params: { id: 'a/b?c=d é' }, query: { ids: ['1', '2'], limit: 3, flag: true } }],
    [read, { params: { id: 12 }, query: { ids: ['1'], limit: '4', flag: undefined } }],
    [read, { params: { id: 'abc' }, query: { ids: [undefined, 1], limit: null } }],
    [read, { params: { id: 'abc' }, query: { ids: [undefined], flag: false } }],
    [read, { params: { id: 'abc' }, query: { ids: [] } }],
    [read, { params: { id: 'a' } }],
    [read, { params: { id: 'abc' }, query: { ids: ['1', '2', '3'] } }],
    [read, { params: { id: 'abc' }, query: { limit: 'many' } }],
    [read, { params: { id: 'abc' }, query: { unknown: 1 } }],
    [create, { body: { user_name: 'Ada', n: 1, free: { at: new Date(5), gone: undefined, list: [undefined, -0] } } }],
    [create, { body: { userName: 'Ada' } }],
    [create, { body: { user_name: 'x'.repeat(21), n: 1.5, other: 1 } }],
    [create, { body: { user_name: 'a\0b' } }],
    [create, { body: { user_name: '\ud800' } }],
    [create, { body: { user_name: 'Ada', free: JSON.parse('{"__proto__":{"x":1}}') } }],
    [create, { body: { user_name: 'Ada', free: 'x'.repeat(256 * 1024) } }],
    [create, { body: 'text' }],
    [create, { body: null }],
    [create, {}],
    [fail, { body: { how: 'refusal' } }],
    [fail, { body: { how: 'undeclared' } }],
    [fail, { body: { how: 'bug' } }],
    [fail, { body: { how: 'unavailable' } }],
    [bare, {}],
    [open, {}],
    [forStaff, {}],
    [forOthers, {}],
    [operation({ ...open, name: 'unheardOf', path: '/api/unheard-of' }), {}],
  ]
  for (const [asked, input] of calls) {
    const [bySocket, here] = [await outcomeOf(peers.socket, asked, input), await outcomeOf(peers.here, asked, input)]
    assert.deepEqual(here, bySocket, JSON.stringify(input)?.slice(0, 100))
  }
})

test('nobody holds an object of somebody else: what is sent and what is answered are copies', async () => {
  const body = { user_name: 'Ada', free: { list: [1] } }
  const answer = (await peers.here.call(create, { body })) as any
  assert.notEqual(held, body)
  assert.notEqual(answer.body, held)
  assert.deepEqual(answer, { body, caller: { kind: 'service', service: 'order' }, at: '1970-01-01T00:00:00.000Z' })
})

test('key, correlation id and the raw body arrive, and the request is logged and counted', async () => {
  lines.length = 0
  shown.length = 0
  const context = { correlation_id: 'c-1', traceparent: null, deadline: undefined }
  for (const one of [peers.socket, peers.here])
    await withContext(context, () => one.call(create, { body: { user_name: 'Ada' } }))
  const [bySocket, here] = shown as any[]
  assert.match(here.idempotency_key, /^[0-9a-f-]{36}$/)
  assert.deepEqual({ ...here, idempotency_key: '' }, { ...bySocket, idempotency_key: '' })
  assert.equal(here.correlation, 'c-1')
  const plain = ({ timestamp: _t, duration: _d, metadata: _m, ...line }: any) => line
  assert.deepEqual(plain(lines[1]), plain(lines[0]))
})

test('an answer is waited for as long as there is time, and not longer', async () => {
  const never = createNeighbours()
  never.join('inventory', () => new Promise<Outgoing>(() => {}))
  const slow = createPeers({ service: 'order', urls: { inventory: url }, auth, neighbours: never, timeout_ms: 60 })
  const began = performance.now()
  await assert.rejects(slow.call(create, { body: { user_name: 'Ada' } }), Unavailable)
  assert.ok(performance.now() - began < 2000)
  await slow.close()
})

test('what a neighbour still answers after its time is over is nobody’s', async () => {
  const late = createNeighbours()
  const answers: ((fail: Error) => void)[] = []
  late.join('inventory', () => new Promise<Outgoing>((_, reject) => answers.push(reject)))
  const hasty = createPeers({ service: 'order', urls: { inventory: url }, auth, neighbours: late, timeout_ms: 20 })
  await assert.rejects(hasty.call(create, { body: { user_name: 'Ada' } }), Unavailable)
  // One that nobody caught would end this process.
  for (const fail of answers) fail(new Error('too late'))
  await new Promise(setImmediate)
  assert.equal(answers.length, 3, 'each attempt had its own time')
  await hasty.close()
})

test('a neighbour that goes on failing is spared like one behind a socket', async () => {
  const failing = createNeighbours()
  let asked = 0
  failing.join('inventory', async () => {
    asked++
    return { status: 500, headers: {}, body: '{}' }
  })
  const order = createPeers({ service: 'order', urls: { inventory: url }, auth, neighbours: failing })
  for (let i = 0; i < 30; i++) await assert.rejects(order.call(fail, { body: { how: 'bug' } }), Unavailable)
  assert.ok(asked >= 20 && asked < 30, `${asked} asked`)
  await order.close()
})

test('a service that has left is asked over its socket', async () => {
  const lonely = createPeers({ service: 'order', urls: { inventory: url }, auth, neighbours: createNeighbours() })
  assert.deepEqual(await lonely.call(open, {}), { caller: { kind: 'anonymous' } })
  await lonely.close()
})

test('a service that stops waits for what it is just being asked', async () => {
  const side = createSideDoor(door, app)
  const asked = {
    operation: open,
    params: {},
    query: {},
    body: undefined,
    headers: {},
    url: '/api/open',
    from: 'order',
  } as const
  const answer = side.answer(asked)
  let idle = false
  const waiting = side.idle().then(() => {
    idle = true
  })
  assert.equal(idle, false)
  assert.equal((await answer).status, 200)
  await waiting
})
