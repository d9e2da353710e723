import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { openShop, type Shop } from './setup.ts'

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

/** stock.changed of a product, said by the inventory service, that the product service cannot apply. */
async function bury(product_id: string, payload: object): Promise<string> {
  const event_id = randomUUID()
  const message = {
    id: event_id,
    name: 'stock.changed',
    version: 1,
    service: 'inventory',
    aggregate_id: product_id,
    payload,
    correlation_id: 'test',
    traceparent: null,
    occurred_at: new Date().toISOString(),
  }
  await shop.sql('product')`
    insert into dead_letters (topic, event_id, aggregate_id, message, error, attempts)
    values ('inventory', ${event_id}, ${product_id}, ${message as never}::jsonb, 'it does not fit', 5)`
  return event_id
}
const shown = async (id: string) =>
  (await shop.platform.client('product').call(api.getProduct, { params: { id } })).stock_quantity
const query = { service: 'product' }

test('a dead letter is found, mended and replayed; what it said first is kept', async () => {
  const product = await shop.product()
  await shop.platform.drain()
  const stock = { product_id: product.id, on_hand: 8, reserved: 0, available: 8 }
  const id = await bury(product.id, { ...stock, revision: 'many' })
  const { items } = await shop.admin.call(api.listDeadLetters, { query }, shop.staff)
  assert.deepEqual(
    items.map(letter => [letter.service, letter.event_id, letter.error, letter.outcome]),
    [['product', id, 'it does not fit', null]],
  )
  const failed = await shop.admin.call(api.replayDeadLetter, { params: { id }, query }, shop.staff)
  assert.deepEqual([failed.replayed_at, failed.attempts], [null, 6], 'it fails again and stays')
  const wrong = await shop.admin.send(
    api.editDeadLetter,
    { params: { id }, query, body: { payload: { ...stock, revision: 'few' } } },
    shop.staff,
  )
  assert.equal(wrong.status, 400)
  const edited = await shop.admin.call(
    api.editDeadLetter,
    { params: { id }, query, body: { payload: { ...stock, revision: 50 } } },
    shop.staff,
  )
  assert.equal((edited.original!.payload as { revision: string }).revision, 'many')
  const replayed = await shop.admin.call(api.replayDeadLetter, { params: { id }, query }, shop.staff)
  assert.equal(replayed.outcome, 'replayed')
  assert.equal(await shown(product.id), 8)
  await shop.admin.call(api.replayDeadLetter, { params: { id }, query }, shop.staff)
  assert.equal(await shown(product.id), 8)
})

test('a dead letter that is discarded is never applied, and what waited behind it can be', async () => {
  const product = await shop.product()
  await shop.platform.drain()
  const stock = { product_id: product.id, on_hand: 6, reserved: 0, available: 6 }
  const bad = await bury(product.id, { ...stock, revision: 'x' })
  const behind = await bury(product.id, { ...stock, revision: 60 })
  await shop.admin.call(api.replayDeadLetter, { params: { id: behind }, query }, shop.staff)
  assert.equal(await shown(product.id), 10, 'it waits behind the one that cannot be applied')
  const discarded = await shop.admin.call(api.discardDeadLetter, { params: { id: bad }, query }, shop.staff)
  assert.equal(discarded.outcome, 'discarded')
  await shop.admin.call(api.replayDeadLetter, { params: { id: behind }, query }, shop.staff)
  assert.equal(await shown(product.id), 6)
  const [known] = await shop.sql('product')`select count(*)::int as n from inbox where event_id = ${bad}`
  assert.equal(known!.n, 1, 'should it come again, it is known')
  const closed = await shop.admin.call(api.listDeadLetters, { query: { ...query, state: 'closed' } }, shop.staff)
  assert.ok(closed.items.some(letter => letter.event_id === bad && letter.outcome === 'discarded'))
})

test('letters nobody knows, of services nobody knows; who may; and services that are away are named', async () => {
  const params = { id: randomUUID() }
  const body = { payload: {} }
  for (const service of ['product', 'nobody']) {
    for (const operation of [api.replayDeadLetter, api.discardDeadLetter]) {
      assert.equal((await shop.admin.send(operation, { params, query: { service } }, shop.staff)).status, 404)
    }
    const edit = await shop.admin.send(api.editDeadLetter, { params, query: { service }, body }, shop.staff)
    assert.equal(edit.status, 404)
  }
  assert.equal((await shop.admin.send(api.listDeadLetters, { query: { service: 'nobody' } }, shop.staff)).status, 404)
  const clerk = await shop.platform.asStaff('orders')
  assert.equal((await shop.admin.send(api.listDeadLetters, {}, clerk)).status, 403)
  assert.equal((await shop.admin.send(api.listServices, {}, clerk)).status, 403)
  await shop.platform.halt('cart')
  const { away } = await shop.admin.call(api.listDeadLetters, {}, shop.staff)
  assert.ok(away.includes('cart'))
  const { items } = await shop.admin.call(api.listServices, {}, shop.staff)
  const of = (name: string) => items.find(item => item.service === name)!
  assert.equal(of('cart').healthy, false)
  assert.match(of('cart').error!, /not available/)
  assert.equal(of('order').healthy, true)
  assert.match(of('order').version!, /^\d+\.\d+\.\d+$/)
  assert.ok(of('product').messaging!.topics.some(topic => topic.topic === 'inventory'))
  await shop.platform.resume('cart')
})

test('what speaks or hears too late is found and hastened; dead letters are told of', async () => {
  const product = await shop.product()
  await shop.platform.drain()
  // An outbox nobody relays: the order service's own relay is held off by a lock.
  const sql = shop.sql('order')
  const holder = await sql.reserve()
  await shop.platform.halt('order')
  await holder`select pg_advisory_lock(811001)`
  await holder`
    insert into outbox (name, aggregate_id, payload, correlation_id, occurred_at)
    values ('order.test', ${randomUUID()}, '{}', 'test', now() - interval '1 hour')`
  await shop.platform.resume('order')
  await shop.compare()
  await shop.age()
  await shop.compare()
  assert.equal((await shop.only('order', 'outbox-stuck')).state, 'open')
  await holder`select pg_advisory_unlock(811001)`
  holder.release()
  await shop.age()
  await shop.compare()
  await shop.assertRepaired('order', 'outbox-stuck')

  // A reader beyond the end of its log, as if the log had been set back.
  await shop.sql('product')`update consumer_offsets set position = 1000000 where topic = 'inventory'`
  // And one that stopped long ago.
  await shop.sql('cart')`update consumer_offsets set position = 0 where topic = 'order'`
  const order = await shop.order(product.id)
  await shop.platform.service('order').drain()
  const bus = shop.platform.service('order').ctx.bus
  assert.ok((await bus.highest('order')) < 1_000_000)
  await bury(product.id, { revision: 'x' })
  await shop.reconcile()
  await shop.assertRepaired('product/inventory', 'consumer-ahead')
  assert.match((await shop.only('product', 'dead-letters-open')).advice!, /mend and replay/)
  assert.equal((await shop.get(order.id)).payment_status, 'paid')
  const [row] = await shop.sql('product')`select position::int from consumer_offsets where topic = 'inventory'`
  assert.ok(row!.position < 1_000_000)
})

test('an event of something its own service does not know is kept open until somebody has dealt with it', async () => {
  const order_id = randomUUID()
  const payload = { order_id, number: 'SF-1', user_id: null, cart_id: null, currency: 'USD', total_minor: 1 }
  const message = {
    id: randomUUID(),
    name: 'order.shipped',
    version: 1,
    service: 'order',
    aggregate_id: order_id,
    payload,
    correlation_id: 'test',
    traceparent: null,
    occurred_at: new Date().toISOString(),
  } as const
  await shop.platform.service('order').ctx.bus.append('order', [message])
  await shop.platform.drain()
  await shop.compare()
  const finding = await shop.only(order_id, 'event-without-aggregate')
  assert.deepEqual([finding.state, finding.evidence.event], ['open', 'order.shipped'])
  const body = { reason: 'It was a test' }
  const closed = await shop.admin.call(api.closeFinding, { params: { id: finding.id }, body }, shop.staff)
  assert.deepEqual([closed.state, closed.how], ['gone', 'It was a test'])
  assert.equal(
    (await shop.admin.send(api.closeFinding, { params: { id: randomUUID() }, body }, shop.staff)).status,
    404,
  )
  assert.equal(
    (
      await shop.admin.send(
        api.closeFinding,
        { params: { id: finding.id }, body },
        await shop.platform.asStaff('orders'),
      )
    ).status,
    403,
  )
})
