import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import * as api from '@shopfleet/contracts'
import { connect, type Sql } from '@shopfleet/database'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { createPriceMemory } from '../src/price-memory.ts'
import * as store from '../src/store.ts'

let platform: TestPlatform
let product: api.Client
let staff: Awaited<ReturnType<TestPlatform['asStaff']>>
let sql: Sql
/** Of an instance of its own, with a pool of its own. */
let another: Sql

before(async () => {
  platform = await startTestPlatform({ services: ['product'] })
  product = platform.client('product')
  staff = await platform.asStaff('catalogue')
  sql = platform.sql('product')
  another = connect(platform.env('product').DATABASE_URL!, { name: 'another', max: 4 })
})
after(async () => {
  await another?.end()
  await platform?.stop()
})

let made = 0
const create = (fields: object = {}) =>
  product.call(api.createProduct, { body: { sku: `P-${++made}`, name: `Thing ${made}`, price: 1, ...fields } }, staff)

/** A memory that counts how often it had to ask, and knows these products. */
async function remembering(ids: string[], read: typeof store.priceProducts = store.priceProducts) {
  let asked = 0
  const memory = createPriceMemory(another, (sql, wanted) => {
    asked++
    return read(sql, wanted)
  })
  await memory.priceOf(ids)
  // It listens from the first question on, and keeps what it reads from then on.
  while (!(await isKnown())) await sleep(5)
  async function isKnown() {
    const before = asked
    await memory.priceOf(ids)
    return asked === before
  }
  return { memory, asked: () => asked }
}

/** The server's side of what listens for that application. */
const listeningOf = async (application: string) =>
  (
    await sql<{ pid: number }[]>`
      select pid from pg_stat_activity
      where application_name = ${application} and (query = 'select ''reached''' or query like 'listen "catalogue"%')`
  ).map(({ pid }) => pid)

/** Meanwhile it says nothing, and its connection stays. */
async function whileSilent(application: string, run: () => Promise<void>): Promise<void> {
  const pids = await listeningOf(application)
  assert.ok(pids.length > 0)
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  await run().finally(() => {
    for (const pid of pids) process.kill(pid, 'SIGCONT')
  })
}

async function priceOf(id: string): Promise<number | undefined> {
  const { items } = await product.call(
    api.priceProducts,
    { query: { ids: id } },
    await platform.asService('cart', 'product'),
  )
  return items[0]?.price_minor
}

describe('prices from memory', () => {
  test('are read once, and the new one is told to whoever asks after the change was answered', async () => {
    const { id } = await create()
    const prices = () => priceOf(id)
    for (let price = 2; price < 40; price++) {
      // Others ask all the time: what they were told before must not be what they are told after.
      const others = Promise.all(Array.from({ length: 8 }, prices))
      await product.call(api.patchProduct, { params: { id }, body: { price } }, staff)
      assert.equal(await prices(), price * 100)
      await others
    }
    await product.call(api.deleteProduct, { params: { id } }, staff)
    assert.equal(await prices(), undefined)
  })

  test('are never those of before when a change has been answered, however late the service hears of it', async () => {
    const { id } = await create()
    for (let n = 0; n < 20; n++) assert.equal(await priceOf(id), 100)
    await whileSilent('product', async () => {
      await product.call(api.patchProduct, { params: { id }, body: { price: 3 } }, staff)
      assert.equal(await priceOf(id), 300)
    })
  })

  test('of another instance are new as soon as it has heard of the change', async () => {
    const { id } = await create()
    const { memory, asked } = await remembering([id])
    const before = asked()
    for (let n = 0; n < 100; n++) assert.equal((await memory.priceOf([id]))[0]!.price_minor, 100)
    assert.equal(asked(), before)
    await product.call(api.patchProduct, { params: { id }, body: { price: 7 } }, staff)
    await memory.caughtUp()
    assert.equal((await memory.priceOf([id, id.toUpperCase()]))[0]!.price_minor, 700)
    assert.equal(asked(), before + 1)
  })

  test('hold what is sold meanwhile, without being read again', async () => {
    const { id } = await create({ stock: 50 })
    await platform.drain()
    const { memory, asked } = await remembering([id])
    const before = asked()
    for (const [n, available] of [
      [1, 49],
      [2, 31],
    ] as const) {
      const payload = { product_id: id, available, on_hand: available, reserved: 0, revision: 100 + n }
      await sql.begin(tx => store.projectStock(tx, [payload as never]))
      await memory.caughtUp()
      assert.equal((await memory.priceOf([id]))[0]!.stock_quantity, available)
    }
    assert.equal(asked(), before)
  })

  test('of very many products sold at once are forgotten instead', async () => {
    const ids = await Promise.all(Array.from({ length: 220 }, async () => (await create({ stock: 5 })).id))
    await platform.drain()
    const { memory } = await remembering(ids.slice(0, 100))
    await sql.begin(tx =>
      store.projectStock(
        tx,
        ids.map(product_id => ({ product_id, available: 4, on_hand: 4, reserved: 0, revision: 9 }) as never),
      ),
    )
    await memory.caughtUp()
    for (const row of await memory.priceOf(ids.slice(0, 100))) assert.equal(row.stock_quantity, 4)
  })

  test('read before a change and answered after it are not kept', async () => {
    const { id } = await create()
    let held: Promise<void> | undefined
    const { memory } = await remembering([id], async (sql, ids) => {
      const rows = await store.priceProducts(sql, ids)
      await held
      return rows
    })
    // Something else of the catalogue changes, so that it has to be read again.
    await create()
    await memory.caughtUp()
    const { promise, resolve } = Promise.withResolvers<void>()
    held = promise
    const old = memory.priceOf([id])
    await sleep(50)
    await product.call(api.patchProduct, { params: { id }, body: { price: 9 } }, staff)
    await memory.caughtUp()
    resolve()
    assert.equal((await old)[0]!.price_minor, 100)
    assert.equal((await memory.priceOf([id]))[0]!.price_minor, 900)
  })

  test('of products that are not for sale, and of those there are not, are read each time', async () => {
    const [hidden, shown] = [await create({ is_active: false }), await create()]
    const { memory, asked } = await remembering([shown.id])
    const before = asked()
    for (const id of [hidden.id, randomUUID(), hidden.id]) await memory.priceOf([shown.id, id])
    assert.equal(asked(), before + 3)
  })

  test('are forgotten when the connection that listens is cut', async () => {
    const { id } = await create()
    const { memory } = await remembering([id])
    for (let price = 11; price < 14; price++) {
      await sql`select pg_terminate_backend(pid) from unnest(${await listeningOf('another')}::int[]) as pid`
      await sql`update products set price_minor = ${price} where id = ${id}`
      await memory.caughtUp()
      assert.equal((await memory.priceOf([id]))[0]!.price_minor, price)
    }
  })

  test('are no longer believed a second after the connection that listens fell silent', async () => {
    const { id } = await create()
    const { memory } = await remembering([id])
    await whileSilent('another', async () => {
      await sql`update products set price_minor = 4242 where id = ${id}`
      // It cannot know yet.
      assert.equal((await memory.priceOf([id]))[0]!.price_minor, 100)
      await memory.caughtUp()
      assert.equal((await memory.priceOf([id]))[0]!.price_minor, 4242)
    })
  })
})
