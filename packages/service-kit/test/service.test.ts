import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, get, request as httpRequest } from 'node:http'
import { connect as connectSocket, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { operation, stockChanged } from '@shopfleet/contracts'
import { connect, type Sql } from '@shopfleet/database'
import { type Bus, connectPostgresBus, currentContext, on, publish } from '@shopfleet/messaging'
import { createTestDatabases, type TestDatabases } from '@shopfleet/testing'
import { Type } from 'typebox'
import {
  createLog,
  createService,
  databaseSettings,
  type Route,
  readConfig,
  reply,
  route,
  type ServiceDefinition,
  settings,
} from '../src/index.ts'

const migrations = mkdtempSync(join(tmpdir(), 'shopfleet-kit-'))
const base = { service: 'order', auth: 'public', summary: 'x', replies: { 200: Type.Unknown() } } as const
const slow = operation({ ...base, name: 'slow', method: 'GET', path: '/api/slow' })
const write = operation({ ...base, name: 'write', method: 'POST', path: '/api/write' })
const hop = operation({ ...base, service: 'user', name: 'hop', method: 'GET', path: '/api/hop' })
const last = operation({ ...base, service: 'product', name: 'last', method: 'GET', path: '/api/last', auth: 'service' })

let databases: TestDatabases
let bus: Bus
let busUrl: string
before(async () => {
  databases = await createTestDatabases()
  busUrl = await databases.create('bus')
  bus = await connectPostgresBus(busUrl)
})
after(async () => {
  await bus?.close()
  await databases?.stop()
  rmSync(migrations, { recursive: true, force: true })
})

const stops: (() => Promise<unknown>)[] = []
test.afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

type Config = ReturnType<typeof readConfig<typeof Settings>>
const Settings = settings(0, databaseSettings)
let databaseCount = 0
async function start(
  routes: Route[] | ((ctx: any) => Route[]),
  {
    name = 'order',
    env = {},
    ...rest
  }: { name?: 'order' | 'user' | 'product'; env?: Record<string, string> } & Partial<
    ServiceDefinition<Config, any>
  > = {},
) {
  const url = await databases.create(`kit${++databaseCount}`)
  const lines: any[] = []
  const log = createLog(name, {
    level: 'info',
    format: 'json',
    to: { write: line => void lines.push(JSON.parse(line)) },
  })
  const config = readConfig(Settings, name, {
    DATABASE_URL: url,
    BUS_DATABASE_URL: busUrl,
    SERVICE_SECRET: 's'.repeat(32),
    DATABASE_POOL: '4',
    PORT: '0',
    ...env,
  })
  const service = await createService({
    name,
    config,
    migrations,
    overrides: { bus, log, poll_ms: 3_600_000 },
    routes: ctx => (typeof routes === 'function' ? routes(ctx) : routes),
    ...rest,
  })
  stops.push(service.stop)
  const sql: Sql = connect(url, { name: 'test', max: 2 })
  stops.push(() => sql.end({ timeout: 1 }))
  return { service, lines, sql, address: await service.start() }
}
const until = async (isSo: () => boolean | Promise<boolean>, what: string) => {
  const deadline = performance.now() + 5000
  while (!(await isSo())) {
    if (performance.now() > deadline) assert.fail(`in five seconds it did not happen that ${what}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { passed: promise, open: resolve }
}

test('a service that stops finishes what is under way, closes what is kept alive and takes no new connection', async () => {
  const begun = gate()
  const finish = gate()
  const { service, address } = await start([
    route(slow, async () => {
      begun.open()
      await finish.passed
      return { done: true }
    }),
  ])
  const agent = new Agent({ keepAlive: true })
  const idle = get(`${address}/health`, { agent })
  const [idleAnswer] = await once(idle, 'response')
  idleAnswer.resume()
  await once(idleAnswer, 'end')
  const running = get(`${address}/api/slow`, { agent: new Agent({ keepAlive: true }) })
  await begun.passed
  let stopped = false
  const stopping = service.stop().then(() => {
    stopped = true
  })
  await until(
    () =>
      fetch(`${address}/health`).then(
        () => false,
        () => true,
      ),
    'new connections are refused',
  )
  assert.equal(stopped, false)
  const asked = performance.now()
  finish.open()
  const [answer] = await once(running, 'response')
  assert.deepEqual([answer.statusCode, answer.headers.connection], [200, 'close'])
  answer.resume()
  await stopping
  assert.ok(performance.now() - asked < 2000, 'it does not wait for connections that are kept alive')
  assert.equal(service.stop(), service.stop(), 'stopping twice is stopping once')
})

test('a service that stops waits for no request beyond its time, and for no client that never ends', async () => {
  const begun = gate()
  const { service, address } = await start(
    [
      route(slow, () => {
        begun.open()
        return new Promise(() => {})
      }),
    ],
    { env: { SHUTDOWN_TIMEOUT_MS: '200' } },
  )
  const stuck = get(`${address}/api/slow`)
  const broken = once(stuck, 'error')
  await begun.passed
  const half = httpRequest(`${address}/api/write`, { method: 'POST', headers: { 'content-length': '10' } })
  half.on('error', () => {})
  half.write('x')
  const started = performance.now()
  await service.stop()
  const took = performance.now() - started
  assert.ok(took >= 190 && took < 1500, `${took} ms`)
  await broken
})

test('a request that had begun to arrive when the stop began is served, and told that it is the last', async () => {
  const { service, address } = await start([route(write, async () => ({ written: true }))])
  const { hostname, port } = new URL(address)
  const socket = connectSocket(Number(port), hostname)
  let answer = ''
  socket.on('data', data => {
    answer += data
  })
  socket.write('POST /api/write HTTP/1.1\r\nhost: x\r\n')
  await until(
    () => new Promise<boolean>(resolve => service.app.server.getConnections((_error, n) => resolve(n === 1))),
    'it has arrived',
  )
  await fetch(`${address}/health`)
  const stopping = service.stop()
  await until(() => !service.app.server.listening, 'the server closes')
  socket.write('content-length: 0\r\n\r\n')
  await once(socket, 'close')
  assert.match(answer, /^HTTP\/1\.1 200 /)
  assert.match(answer, /connection: close/i)
  await stopping
})

test('an answer that was on its way when the stop began arrives, and its connection does not keep the service from stopping', async () => {
  const body = Buffer.alloc(32 * 1024 * 1024, 'x')
  const { service, address } = await start([route(slow, async () => reply(200, body as unknown))])
  const agent = new Agent({ keepAlive: true })
  const asked = get(`${address}/api/slow`, { agent })
  const [answer] = await once(asked, 'response')
  assert.equal(answer.headers.connection, 'keep-alive')
  const stopping = service.stop()
  await until(() => !service.app.server.listening, 'the server closes')
  const started = performance.now()
  let read = 0
  for await (const chunk of answer) read += chunk.length
  assert.equal(read, body.length)
  await stopping
  assert.ok(performance.now() - started < 3000)
  agent.destroy()
})

test('a service whose port is taken does not start, and leaves nothing running', async () => {
  const squatter = createServer()
  await new Promise<void>(resolve => squatter.listen(0, '127.0.0.1', resolve))
  const { port } = squatter.address() as { port: number }
  let sweeps = 0
  await assert.rejects(
    start([], {
      env: { PORT: String(port) },
      sweeps: () => [{ name: 'sweep', interval_ms: 1, run: async () => sweeps++ }],
      overrides: { bus, poll_ms: 1, log: createLog('order', { level: 'silent', format: 'json' }) },
    }),
    /EADDRINUSE/,
  )
  const before = sweeps
  for (let i = 0; i < 50; i++) await new Promise(resolve => setImmediate(resolve))
  assert.equal(sweeps, before)
  squatter.close()
})

test('a service is alive without its database but not ready, says how it is, and is ready again by itself', async () => {
  const { service, address, sql } = await start([])
  const ready = async () => (await fetch(`${address}/health/ready`)).status
  assert.equal(await ready(), 200)
  const [{ name }] = await sql<[{ name: string }]>`select current_database() as name`
  const admin = connect(busUrl, { name: 'test', max: 1 })
  stops.push(() => admin.end({ timeout: 1 }))
  await admin.unsafe(`alter database "${name}" with allow_connections false`)
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`
  await until(async () => (await ready()) === 503, 'it is not ready')
  const answer = await fetch(`${address}/health/ready`)
  assert.deepEqual(
    [answer.status, answer.headers.get('retry-after'), await answer.json()],
    [503, '1', { status: 'not ready' }],
  )
  assert.equal((await fetch(`${address}/health/live`)).status, 200)
  assert.equal((await fetch(`${address}/health`)).status, 200)
  const metrics = await fetch(`${address}/metrics`)
  assert.equal(metrics.status, 200, 'metrics are wanted most when something is down')
  assert.match(await metrics.text(), /outbox_events\{service="order"\} NaN/i)
  await admin.unsafe(`alter database "${name}" with allow_connections true`)
  await until(async () => (await ready()) === 200, 'it is ready again')
  await service.stop()
})

test('a deadline shrinks from hop to hop, and the correlation id stays', async () => {
  const seen: { deadline_ms: number; correlation: string | undefined }[] = []
  const note = (header: (name: string) => string | undefined) => {
    const deadline_ms = currentContext().deadline! - performance.now()
    seen.push({ deadline_ms, correlation: header('x-correlation-id') })
  }
  const third = await start(
    [
      route(last, async ({ header }) => {
        note(header)
        return {}
      }),
    ],
    { name: 'product' },
  )
  const second = await start(
    ctx => [
      route(hop, async ({ header }) => {
        note(header)
        await new Promise(resolve => setTimeout(resolve, 60))
        return ctx.call(last, {})
      }),
    ],
    { name: 'user', env: { PRODUCT_URL: third.address } },
  )
  const first = await start(ctx => [route(slow, () => ctx.call(hop, {}))], { env: { USER_URL: second.address } })
  const headers = { 'x-deadline-ms': '800', 'x-correlation-id': 'journey-1' }
  assert.equal((await fetch(`${first.address}/api/slow`, { headers })).status, 200)
  assert.deepEqual(
    seen.map(one => one.correlation),
    ['journey-1', 'journey-1'],
  )
  assert.ok(seen[0]!.deadline_ms <= 800 && seen[1]!.deadline_ms <= seen[0]!.deadline_ms - 50, JSON.stringify(seen))
  const late = await fetch(`${first.address}/api/slow`, { headers: { 'x-deadline-ms': '30' } })
  assert.deepEqual([late.status, late.headers.get('retry-after')], [503, '1'])
  assert.equal(seen.length, 3, 'the third hop is not asked for nothing')
})

test('a request, its event, the handler of it and the event that one says bear one correlation id', async () => {
  const topic = 'order' as const
  const changed = { ...stockChanged, service: topic, name: 'chain.changed' }
  const { service, address } = await start(
    ctx => [
      route(write, async () => {
        await publish(ctx.sql, changed, '0198c0de-0000-7000-8000-000000000001', { revision: 1 } as never)
        return {}
      }),
    ],
    {
      handlers: () => [
        on(changed, async (tx, payload, message) => {
          if (payload.revision < 3)
            await publish(tx, changed, message.aggregate_id, { revision: payload.revision + 1 } as never)
        }),
      ],
    },
  )
  await fetch(`${address}/api/write`, { method: 'POST', headers: { 'x-correlation-id': 'chain-1' } })
  const read = async () => (await bus.read(topic, 0, 100)).map(d => d.message).filter(m => m.name === 'chain.changed')
  let said = await read()
  // What the relay has taken up by itself in that moment is not there to be drained.
  for (let tries = 0; said.length < 3 && tries < 200; tries++) {
    await service.drain()
    said = await read()
  }
  assert.deepEqual(
    said.map(m => [(m.payload as { revision: number }).revision, m.correlation_id]),
    [
      [1, 'chain-1'],
      [2, 'chain-1'],
      [3, 'chain-1'],
    ],
  )
})

test('a sweep is one piece of work: what it says bears one correlation id, another in each run', async () => {
  const seen: string[][] = []
  const { service } = await start([], {
    sweeps: () => [
      {
        name: 'sweep',
        interval_ms: 3_600_000,
        run: async () => {
          seen.push([currentContext().correlation_id, currentContext().correlation_id])
          return 0
        },
      },
    ],
  })
  await service.drain()
  await service.drain()
  await until(() => seen.length >= 3, 'the sweep has run by itself too')
  for (const [first, second] of seen) assert.equal(first, second)
  assert.equal(new Set(seen.map(one => one[0])).size, seen.length)
})

test('events, inbox rows and replayed letters past EVENT_RETENTION_DAYS are forgotten when a service starts, and each hour', async () => {
  const id = '0198c0de-0000-7000-8000-00000000000'
  const message = (n: number) => ({
    id: `${id}${n}`,
    name: 'old.news',
    version: 1,
    service: 'order' as const,
    aggregate_id: `${id}9`,
    payload: {},
    correlation_id: 'c',
    traceparent: null,
    occurred_at: new Date().toISOString(),
  })
  const pruned: { topic: string; days: number }[] = []
  const spied: Bus = {
    ...bus,
    async prune(topic, days) {
      pruned.push({ topic, days })
      return bus.prune!(topic, days)
    },
  }
  await bus.append('order', [message(1), message(2)])
  const busSql = connect(busUrl, { name: 'test', max: 1 })
  stops.push(() => busSql.end({ timeout: 1 }))
  await busSql`update events set appended_at = now() - interval '8 days' where event_id = ${message(1).id}`
  await start([], {
    env: { EVENT_RETENTION_DAYS: '7' },
    overrides: { bus: spied, poll_ms: 3_600_000, log: createLog('order', { level: 'silent', format: 'json' }) },
  })
  await until(() => pruned.length > 0, 'the bus is pruned')
  await until(
    async () => (await busSql`select 1 from events where event_id = ${message(1).id}`).count === 0,
    'it is gone',
  )
  assert.equal((await busSql`select 1 from events where event_id = ${message(2).id}`).count, 1)
  assert.deepEqual(pruned, [{ topic: 'order', days: 7 }])
})
