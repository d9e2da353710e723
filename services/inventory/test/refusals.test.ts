import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { adjustStock, listMovements, listStock, openStock, reserveStock, setStock } from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
let staff: Record<string, string>
before(async () => {
  platform = await startTestPlatform({ services: ['inventory'] })
  staff = await platform.asStaff('stock')
})
after(() => platform.stop())

const api = () => platform.client('inventory')

test('a product that has no stock row is not found, whatever is asked of it', async () => {
  const params = { product_id: randomUUID() }
  for (const [operation, body] of [
    [setStock, { on_hand: 1 }],
    [adjustStock, { delta: 1, reason: 'delivery' }],
    [listMovements, undefined],
  ] as const) {
    assert.equal((await api().send(operation, { params, body }, staff)).status, 404, operation.name)
  }
})

test('a cursor that no list gave out is refused, not handed to the database', async () => {
  const product = await platform.asService('product', 'inventory')
  const product_id = randomUUID()
  await api().call(openStock, { params: { product_id }, body: { quantity: 1 } }, product)
  const forged = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url')
  for (const cursor of ['nonsense', forged('movements', 'no id'), forged('stock', 1, product_id)]) {
    const answer = await api().send(listMovements, { params: { product_id }, query: { cursor } }, staff)
    assert.deepEqual([answer.status, answer.body.type.split('/').at(-1)], [400, 'invalid-cursor'])
  }
  for (const cursor of [forged('stock', 'one', product_id), forged('stock', 2 ** 40, product_id)]) {
    assert.equal((await api().send(listStock, { query: { cursor } }, staff)).status, 400)
  }
})

test('a reservation of nothing, of too little or for no time is refused and its field is named', async () => {
  const order = await platform.asService('order', 'inventory')
  const good = { order_id: randomUUID(), items: [{ product_id: randomUUID(), quantity: 1 }], expires_in_s: 60 }
  for (const [body, pointer] of [
    [{ ...good, items: [] }, '/items'],
    [{ ...good, items: [{ ...good.items[0], quantity: 0 }] }, '/items/0/quantity'],
    [{ ...good, expires_in_s: 0 }, '/expires_in_s'],
    [{ ...good, order_id: 'x' }, '/order_id'],
  ] as const) {
    const answer = await api().send(reserveStock, { body }, order)
    assert.deepEqual([answer.status, answer.body.errors?.[0]?.pointer], [400, pointer])
  }
})
