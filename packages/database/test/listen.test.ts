import assert from 'node:assert/strict'
import { createServer, connect as dial } from 'node:net'
import { after, before, test } from 'node:test'
import { connect, type Sql } from '../src/index.ts'
import { startTestServer, type TestServer } from './server.ts'

let server: TestServer
let url: string
let sql: Sql

before(async () => {
  server = await startTestServer()
  url = await server.createDatabase()
  sql = connect(url, { name: 'test', max: 1 })
})
after(async () => {
  await sql?.end()
  await server?.stop()
})

/** What a server says that has no connection left. */
const fields = Buffer.from('SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0')
const length = Buffer.alloc(4)
length.writeInt32BE(fields.length + 4)
const sorry = Buffer.concat([Buffer.from('E'), length, fields])

test('a listener that is turned away again and again tries one at a time, and hears again once it is let in', async () => {
  const target = new URL(url)
  const { hostname, port } = target
  const open = new Set<{ destroy(): unknown }>()
  let isTurningAway = false
  let attempts = 0
  const proxy = createServer(client => {
    client.on('error', () => {})
    attempts++
    if (isTurningAway) return void client.once('data', () => client.end(sorry))
    const upstream = dial(Number(port), hostname)
    upstream.on('error', () => client.destroy())
    open.add(client).add(upstream)
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>(done => proxy.listen(0, '127.0.0.1', done))
  target.port = String((proxy.address() as { port: number }).port)

  let heard: (payload: string) => void = () => {}
  let ready: () => void = () => {}
  let losses = 0
  const listening = connect(target.href, { name: 'test', max: 1 })
  await listening.listen('news', {
    heard: payload => heard(payload),
    ready: () => ready(),
    lost: () => losses++,
  })
  const again = new Promise<void>(resolve => {
    ready = resolve
  })
  attempts = 0
  isTurningAway = true
  for (const socket of open) socket.destroy()
  await new Promise(resolve => setTimeout(resolve, 2500))
  assert.ok(attempts >= 2 && attempts <= 30, `${attempts} attempts in 2.5 s`)
  isTurningAway = false
  await again
  const first = new Promise<string>(resolve => {
    heard = resolve
  })
  await sql.notify('news', 'open again')
  assert.equal(await first, 'open again')

  assert.equal(losses, 1)

  await listening.end({ timeout: 1 })
  proxy.close()
  for (const socket of open) socket.destroy()
})

test('what was committed before is heard once a listener has been reached, each time', async () => {
  const heard: string[] = []
  const listening = connect(url, { name: 'test', max: 1 })
  const listener = await listening.listen('reached', { heard: payload => heard.push(payload) })
  for (let n = 0; n < 200; n++) {
    await sql`select pg_notify('reached', ${String(n)})`
    await listener.reach()
    assert.equal(heard.at(-1), String(n))
  }
  await listening.end({ timeout: 1 })
  await assert.rejects(listener.reach())
})

test('a connection that has fallen silent is replaced once somebody wants to reach it, and hears again', async () => {
  const heard: string[] = []
  let [losses, openings] = [0, 0]
  const listening = connect(url, { name: 'silent', max: 1 })
  const listener = await listening.listen('silence', {
    heard: payload => heard.push(payload),
    ready: () => openings++,
    lost: () => losses++,
  })
  const [{ pid }] = await sql<[{ pid: number }]>`select pid from pg_stat_activity where application_name = 'silent'`
  process.kill(pid, 'SIGSTOP')
  try {
    await assert.rejects(listener.reach())
    while (openings < 2) await new Promise(resolve => setTimeout(resolve, 10))
    await sql`select pg_notify('silence', 'open again')`
    await listener.reach()
    assert.deepEqual([losses, heard], [1, ['open again']])
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await listening.end({ timeout: 1 })
})
