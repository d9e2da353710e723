import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { planPorts, takenPlaces } from '@shopfleet/platform/ports'
import { services } from '@shopfleet/platform/services'
import { freePortBase } from '@shopfleet/testing'
import { childrenOf, runScript, type Script } from './launched.ts'

/* The story of one installation, from its first start to its last. Each test goes on where the one before ended. */

let folder: string
let dataDir: string
let base: number
let shop: Script
let orderId: string
let orderToken: string

const gateway = () => `http://127.0.0.1:${base}`
const start = (...args: string[]) =>
  runScript('start.ts', ['--data-dir', dataDir, '--port-base', String(base), '--no-web', ...args])
const get = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(gateway() + path, { headers })
  return { status: answer.status, body: (await answer.json()) as any }
}

/** Does what the launcher tells the person to do. */
function buy(said: string) {
  const line = said.split('\n').find(text => text.startsWith('curl '))
  assert.ok(line, said)
  return JSON.parse(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' }))
}

async function countProducts(): Promise<number> {
  let count = 0
  for (let cursor = ''; ; ) {
    const answer = await fetch(`http://127.0.0.1:${base + 12}/api/products?limit=100${cursor}`)
    const body = (await answer.json()) as { items: unknown[]; next_cursor: string | null }
    count += body.items.length
    if (!body.next_cursor) return count
    cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`
  }
}

const catalogue = JSON.parse(readFileSync(join(import.meta.dirname, '../../../data/catalogue/products.json'), 'utf8'))
const noStack = /^\s+at /m
const generated = 40

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopfleet-start-'))
  await chmod(folder, 0o711)
  dataDir = join(folder, 'data')
  base = await freePortBase()
})
after(async () => {
  await runScript('stop.ts', ['--data-dir', dataDir]).ended
  shop?.signal('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

test('a first start that is killed while it loads the catalogue is finished by the next', async () => {
  const killed = start()
  const products = `http://127.0.0.1:${base + 12}/api/products?limit=1`
  for (;;) {
    const answer = await fetch(products).catch(() => undefined)
    const { items } = answer?.ok ? ((await answer.json()) as { items: unknown[] }) : { items: [] }
    if (items.length > 0) break
    await sleep(20)
  }
  killed.signal('SIGKILL')
  assert.equal(await killed.ended, 'SIGKILL')
  assert.doesNotMatch(killed.said(), /Shopfleet is ready/)

  shop = start()
  await shop.until(/Stop with Ctrl-C/)
  assert.equal(await countProducts(), catalogue.length)
})

test('the administrator it prints can sign in, and is kept for the owner’s eyes only', async () => {
  const admin = JSON.parse(readFileSync(join(dataDir, 'admin.json'), 'utf8'))
  assert.match(shop.said(), new RegExp(`${admin.email} +${admin.password}`))
  for (const file of ['admin.json', 'secrets.json'])
    assert.equal(statSync(join(dataDir, file)).mode & 0o777, 0o600, file)
  const answer = await fetch(`${gateway()}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(admin),
  })
  assert.equal(answer.status, 200)
})

test('the line it prints buys something, and the shop looks like one', async () => {
  const order = buy(shop.said())
  assert.equal(order.status, 'processing', JSON.stringify(order))
  assert.equal(order.payment_status, 'paid')
  orderId = order.id
  orderToken = order.order_token
  const { body } = await get('/api/products?limit=1')
  const image = await fetch(gateway() + body.items[0].image_url)
  assert.equal(image.status, 200)
  assert.equal((await fetch(`${gateway()}/docs`)).status, 200)
  // Told from service to service: a moment after the start at the latest.
  const best = () => get('/api/products?limit=1&sort=rating').then(answer => answer.body.items[0])
  for (let i = 0; i < 100 && (await best()).rating_count === 0; i++) await sleep(200)
  const { id, rating_average, rating_count } = await best()
  const { summary } = (await get(`/api/products/${id}/reviews`)).body
  assert.deepEqual([summary.average, summary.count], [rating_average, rating_count])
  assert.ok(rating_count > 0)
})

test('a second copy on the same data is refused, and so is one on the same ports', async () => {
  const same = start()
  assert.equal(await same.ended, 1)
  assert.match(same.said(), /already running[\s\S]*npm stop/)
  assert.doesNotMatch(same.said(), noStack)

  const elsewhere = runScript('start.ts', [
    '--data-dir',
    join(folder, 'other'),
    '--port-base',
    String(base),
    '--no-web',
  ])
  assert.equal(await elsewhere.ended, 1)
  assert.match(elsewhere.said(), new RegExp(`Port ${base} \\(gateway\\) is in use by another Shopfleet`))
  assert.match(elsewhere.said(), /--port-base \d+ --data-dir/)
  assert.doesNotMatch(elsewhere.said(), noStack)
})

test('SIGTERM stops everything within seconds', async () => {
  const began_ms = performance.now()
  shop.signal('SIGTERM')
  assert.equal(await shop.ended, 0)
  assert.ok(performance.now() - began_ms < 10_000)
  assert.deepEqual(await takenPlaces(planPorts({}, { base }).all), [])
  assert.ok(!existsSync(join(dataDir, 'shopfleet.pid')))
  assert.ok(!existsSync(join(dataDir, 'postgres/postmaster.pid')))
})

test('a port in use by another program, and a data folder that is none, are told in words', async t => {
  const stranger = createServer()
  await new Promise<void>(done => stranger.listen(base + 11, '127.0.0.1', done))
  t.after(() => stranger.close())
  const refused = start()
  assert.equal(await refused.ended, 1)
  assert.match(refused.said(), new RegExp(`Port ${base + 11} \\(user\\) is in use by another program`))
  assert.doesNotMatch(refused.said(), noStack)

  const file = join(folder, 'file')
  writeFileSync(file, '')
  const nowhere = runScript('start.ts', ['--data-dir', file])
  assert.equal(await nowhere.ended, 1)
  assert.match(nowhere.said(), /Not a folder[\s\S]*--data-dir/)
  assert.doesNotMatch(nowhere.said(), noStack)
})

test('a second start keeps the data, npm run seed adds to it, and a start after kill -9 works too', async () => {
  shop = start()
  await shop.until(/Stop with Ctrl-C/)
  assert.doesNotMatch(shop.said(), /demonstration catalogue/)
  const kept = await get(`/api/orders/${orderId}`, { 'x-order-token': orderToken })
  assert.equal(kept.body.payment_status, 'paid')
  assert.equal(await countProducts(), catalogue.length)

  for (const added of [generated, 0]) {
    const seed = runScript('seed.ts', ['--data-dir', dataDir, '--products', String(generated)])
    assert.equal(await seed.ended, 0, seed.said())
    assert.match(seed.said(), new RegExp(`${added} products added`))
    assert.equal(await countProducts(), catalogue.length + generated)
  }

  shop.signal('SIGKILL')
  await shop.ended
  const detached = start('--quiet', '--detach')
  assert.equal(await detached.ended, 0)
  assert.match(detached.said(), new RegExp(`^Shopfleet is ready: http://localhost:${base}$`, 'm'))
  assert.doesNotMatch(detached.said(), /✓|admin/)
  assert.equal(await countProducts(), catalogue.length + generated)
})

test('npm stop stops the one in the background, and says so when there is nothing to stop', async () => {
  const stop = runScript('stop.ts', ['--data-dir', dataDir])
  assert.equal(await stop.ended, 0)
  assert.match(stop.said(), new RegExp(`Stopped Shopfleet on ${dataDir}`))
  assert.deepEqual(await takenPlaces(planPorts({}, { base }).all), [])
  const nothing = runScript('stop.ts', ['--data-dir', dataDir])
  assert.equal(await nothing.ended, 0)
  assert.match(nothing.said(), /No Shopfleet runs on/)
})

test('with a process per service, one that is killed is started again and serves', async () => {
  shop = start('--layout', 'processes')
  const said = await shop.until(/Stop with Ctrl-C/)
  assert.equal(buy(said).payment_status, 'paid')
  const children = childrenOf(shop.pid)
  assert.equal(children.length, services.length + 2, children.map(child => child.program).join('\n'))
  for (const name of ['services/order', 'simulators/payment'])
    process.kill(children.find(child => child.program.includes(name))!.pid, 'SIGKILL')
  await shop.until(/order is back/)
  await shop.until(/payment simulator is back/)
  assert.equal(buy(said).payment_status, 'paid')
})

test('when the launcher is killed its processes end too', async () => {
  shop.signal('SIGKILL')
  await shop.ended
  const until_ms = performance.now() + 10_000
  while ((await takenPlaces(planPorts({}, { base }).all)).length > 0) {
    assert.ok(performance.now() < until_ms, 'ports are still in use')
    await sleep(20)
  }
  // PostgreSQL goes on, so that the next launcher finds it; this one stops it.
  shop = start('--exit-after-ready', '--no-demo')
  assert.equal(await shop.ended, 0)
  assert.match(shop.said(), /Stopped in/)
  assert.ok(!existsSync(join(dataDir, 'postgres/postmaster.pid')))
})
