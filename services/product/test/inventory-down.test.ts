import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
let product: api.Client
let staff: { authorization: string }

before(async () => {
  platform = await startTestPlatform({ services: ['product'], env: { DEMO_OPEN: 'true' } })
  product = platform.client('product')
  staff = await platform.asStaff('catalogue')
})
after(() => platform?.stop())

test('a product is created while the inventory is down, with its opening stock in the event', async () => {
  const body = { name: 'Lonely', price: 3, stock: 8 }
  const made = await product.call(api.createProduct, { body }, staff)
  assert.equal(made.stock_quantity, 8)
  await platform.drain()
  const message = (await platform.said('product')).find(said => said.name === api.productCreated.name)
  assert.equal((message!.payload as { opening_stock: number }).opening_stock, 8)
})

test('a change of stock while the inventory is down changes nothing at all', async () => {
  const made = await product.call(api.createProduct, { body: { name: 'Steady', price: 3, stock: 8 } }, staff)
  const input = { params: { id: made.id }, body: { price: 9, stock: 1 } }
  const answer = await product.send(api.updateProduct, input, staff)
  assert.equal(answer.status, 503)
  assert.ok(answer.headers.get('retry-after'))
  const now = await product.call(api.getProduct, { params: { id: made.id } })
  assert.deepEqual(now, made)
})

test('a local demonstration lets a direct caller create a product, and nothing more', async () => {
  const body = { name: 'From a terminal', price: 29.99, stock: 100 }
  const { status, body: made } = await product.send(api.createProduct, { body })
  assert.equal(status, 201)
  assert.equal((await product.send(api.createProduct, { body }, { origin: 'http://localhost:3000' })).status, 401)
  assert.equal((await product.send(api.updateProduct, { params: { id: made.id }, body: { price: 1 } })).status, 401)
  assert.equal((await product.send(api.deleteProduct, { params: { id: made.id } })).status, 401)
})
