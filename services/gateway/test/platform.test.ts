import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  createCategory,
  getProduct,
  jwks,
  listCategories,
  listProducts,
  listStock,
  operations,
  patchProduct,
  setStock,
} from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ask, problemOf } from './observed.ts'

/** The gateway in front of real services. */
let platform: TestPlatform
let url: string
before(async () => {
  platform = await startTestPlatform({ services: ['gateway', 'product', 'inventory'] })
  url = platform.url('gateway')
})
after(() => platform.stop())

const createProduct = operations.find(o => o.name === 'createProduct')!

test('a product made through the gateway is read through it, and is the same as at its service', async () => {
  const staff = await platform.asStaff('catalogue')
  const made = await platform
    .client('gateway')
    .send(createProduct, { body: { name: 'Lamp', price: 29.99, stock: 5 } }, staff)
  assert.equal(made.status, 201)
  const { id } = made.body
  await platform.drain()
  const outside = await platform.client('gateway').call(getProduct, { params: { id } })
  const inside = await platform.client('product').call(getProduct, { params: { id } })
  assert.deepEqual(outside, inside)
  assert.equal(outside.price, 29.99)
  const old = await ask(url, 'GET', `/api/v1/products/${id}`)
  assert.deepEqual(JSON.parse(old.body.toString()), inside)
})

test('services judge tokens themselves: none is 401, a customer is 403, staff are let in', async () => {
  const gateway = platform.client('gateway')
  assert.equal((await gateway.send(listStock)).status, 401)
  assert.equal((await gateway.send(listStock, {}, await platform.as())).status, 403)
  assert.equal((await gateway.send(listStock, {}, await platform.asStaff('stock'))).status, 200)
  const asService = await platform.asService('order', 'inventory')
  assert.equal((await gateway.send(listStock, {}, asService)).status, 401)
})

test('a good token of a service opens nothing from outside', async () => {
  const answer = await ask(
    url,
    'POST',
    '/api/inventory/reservations',
    { 'content-type': 'application/json', ...(await platform.asService('order', 'inventory')) },
    '{}',
  )
  assert.equal(answer.status, 404)
  assert.equal(problemOf(answer), 'not-found')
})

test('one correlation id goes from the caller through every service into the event', async () => {
  const staff = await platform.asStaff('catalogue')
  const headers = { ...staff, 'x-correlation-id': 'journey-42' }
  const made = await platform.client('gateway').send(createProduct, { body: { name: 'Chair', price: 10 } }, headers)
  assert.equal(made.status, 201)
  assert.equal(made.headers.get('x-correlation-id'), 'journey-42')
  await platform.drain()
  const event = (await platform.said('product')).find(
    e => e.name === 'product.created' && (e.payload as any).name === 'Chair',
  )
  assert.equal(event?.correlation_id, 'journey-42')
})

test('a malformed body is named by the service, through the gateway', async () => {
  const staff = await platform.asStaff('catalogue')
  const malformed = await ask(
    url,
    'POST',
    '/api/products',
    { ...staff, 'content-type': 'application/json' },
    '{"name":',
  )
  assert.equal(malformed.status, 400)
  assert.equal(problemOf(malformed), 'malformed-json')
  const typed = await ask(url, 'POST', '/api/products', { ...staff, 'content-type': 'text/plain' }, '{}')
  assert.equal(typed.status, 415)
  const invalid = await ask(
    url,
    'POST',
    '/api/products',
    { ...staff, 'content-type': 'application/json' },
    '{"name":"x"}',
  )
  assert.equal(invalid.status, 400)
  assert.deepEqual(JSON.parse(invalid.body.toString()).errors, [{ pointer: '/price', detail: 'is required' }])
})

test('the keys of access tokens are public', async () => {
  const { keys } = await platform.client('gateway').call(jwks, {})
  assert.ok(keys.length > 0)
})

test('a service that was not started is 503 and takes nothing else down', async () => {
  const answer = await ask(url, 'GET', '/api/cart')
  assert.equal(answer.status, 503)
  assert.equal(problemOf(answer), 'unavailable')
  assert.equal((await platform.client('gateway').send(listProducts)).status, 200)
})

test('the examples of public reads in the reference work as printed', async () => {
  const { body } = await ask(url, 'GET', '/docs')
  const text = body.toString().replaceAll('&#39;', "'").replaceAll('&amp;', '&')
  const reads = [...text.matchAll(/<code>curl '(http:[^']+\/api\/(?:products|categories)[^']*)'<\/code>/g)].map(
    m => m[1]!,
  )
  assert.ok(reads.length >= 6, String(reads.length))
  assert.ok(reads.some(read => /\/api\/products\/[0-9a-f-]{36}$/.test(read)))
  for (const read of reads) {
    // No such thing here, or a service that was not started here.
    if (read.endsWith('CATEGORY_ID') || read.includes('/reviews')) continue
    assert.equal((await fetch(read)).status, 200, read)
  }
})

test('what was changed elsewhere is shown here as soon as it is heard of', async () => {
  const staff = await platform.asStaff('catalogue')
  const [gateway, elsewhere] = [platform.client('gateway'), platform.client('product')]
  const { body: made } = await gateway.send(createProduct, { body: { name: 'Table', price: 10, stock: 1 } }, staff)
  await platform.drain()
  const shown = async () => {
    const { items } = await gateway.call(listProducts, {})
    const one = await gateway.call(getProduct, { params: { id: made.id } })
    return [items.find(item => item.id === made.id)?.name, one.name, one.description, one.stock_quantity]
  }
  assert.deepEqual(await shown(), ['Table', 'Table', '', 1])
  await elsewhere.call(patchProduct, { params: { id: made.id }, body: { name: 'Desk' } }, staff)
  await platform.drain()
  assert.deepEqual(await shown(), ['Desk', 'Desk', '', 1])
  await elsewhere.call(patchProduct, { params: { id: made.id }, body: { description: 'Oak' } }, staff)
  await platform.drain()
  assert.deepEqual(await shown(), ['Desk', 'Desk', 'Oak', 1])
  await gateway.call(
    setStock,
    { params: { product_id: made.id }, body: { on_hand: 0 } },
    await platform.asStaff('stock'),
  )
  await platform.drain()
  assert.deepEqual(await shown(), ['Desk', 'Desk', 'Oak', 0], 'it sold out')
  const counted = async () => (await gateway.call(listCategories, {})).items.length
  const before = await counted()
  await elsewhere.call(createCategory, { body: { name: 'Furniture' } }, staff)
  await platform.drain()
  assert.equal(await counted(), before + 1)
})

test('who changes something through the gateway reads it there at once', async () => {
  const staff = await platform.asStaff('catalogue')
  const gateway = platform.client('gateway')
  const { body: made } = await gateway.send(createProduct, { body: { name: 'Shelf', price: 10 } }, staff)
  for (const price of [11, 12, 13]) {
    assert.equal((await gateway.call(getProduct, { params: { id: made.id } })).price, price - 1)
    await gateway.call(patchProduct, { params: { id: made.id }, body: { price } }, staff)
  }
})
