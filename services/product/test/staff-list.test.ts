import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

/* The catalogue as staff see it: also what nobody may buy. */

let platform: TestPlatform
let product: api.Client
let staff: Record<string, string>
before(async () => {
  platform = await startTestPlatform({ services: ['product', 'inventory'] })
  product = platform.client('product')
  staff = await platform.asStaff('catalogue')
})
after(() => platform?.stop())

const mark = randomUUID().slice(0, 8)
const make = (name: string, price: number, is_active = true) =>
  product.call(api.createProduct, { body: { name: `${name} ${mark}`, price, is_active } }, staff)
const list = (query: api.QueryOf<typeof api.listCatalogue>) =>
  product.call(api.listCatalogue, { query: { q: mark, ...query } }, staff)

test('staff find what is not for sale too, page by page in each order, and open it', async () => {
  const made = [await make('Amber', 3), await make('Birch', 1, false), await make('Cedar', 2)]
  const [amber, birch, cedar] = made.map(one => one.id)
  const orders = {
    newest: [cedar, birch, amber],
    price: [birch, cedar, amber],
    '-price': [amber, cedar, birch],
    name: [amber, birch, cedar],
    '-name': [cedar, birch, amber],
  } as const
  for (const [sort, ids] of Object.entries(orders)) {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await list({ sort: sort as 'name', limit: 2, ...(cursor ? { cursor } : {}) })
      seen.push(...page.items.map(one => one.id))
      cursor = page.next_cursor ?? undefined
    } while (cursor)
    assert.deepEqual(seen, ids, sort)
  }
  assert.deepEqual(
    (await list({ is_active: false })).items.map(one => one.id),
    [birch],
  )
  assert.deepEqual(
    (await list({ q: made[2]!.sku.toLowerCase() })).items.map(one => one.id),
    [cedar],
  )
  assert.deepEqual((await list({ q: '%' })).items, [], 'a sign of its own language is a sign like others')
  assert.deepEqual((await list({ in_stock: true })).items, [])
  assert.equal((await product.call(api.getCatalogueProduct, { params: { id: birch! } }, staff)).is_active, false)
  assert.equal((await product.send(api.getProduct, { params: { id: birch! } })).status, 404)
})

test('a category holds what is below it; what left the catalogue is gone for staff too', async () => {
  const name = `Woods ${mark}`
  const { id: category_id } = await product.call(api.createCategory, { body: { name } }, staff)
  const oak = await make('Oak', 5, false)
  await product.call(api.updateProduct, { params: { id: oak.id }, body: { category_id } }, staff)
  assert.deepEqual(
    (await list({ category: category_id })).items.map(one => one.id),
    [oak.id],
  )
  await product.call(api.deleteProduct, { params: { id: oak.id } }, staff)
  assert.deepEqual((await list({ category: category_id })).items, [])
  const gone = await product.send(api.getCatalogueProduct, { params: { id: oak.id } }, staff)
  assert.equal(gone.status, 404)
})

test('a product is opened with all its variants, also those that are not for sale', async () => {
  const shirt = await make('Shirt', 12)
  const add = (size: string) =>
    product.call(api.createVariant, { params: { id: shirt.id }, body: { options: { size }, price: 12 } }, staff)
  const [small, large] = [await add('S'), await add('L')]
  await product.call(api.updateProduct, { params: { id: large.id }, body: { is_active: false } }, staff)
  const seen = await product.call(api.getCatalogueProduct, { params: { id: shirt.id } }, staff)
  assert.deepEqual(
    seen.variants.map(one => one.id),
    [small.id, large.id],
  )
})

test('it is for who works on the catalogue, with a cursor of this very list', async () => {
  assert.equal((await product.send(api.listCatalogue, {}, await platform.asStaff('orders'))).status, 403)
  assert.equal((await product.send(api.listCatalogue, {}, {})).status, 401)
  assert.equal((await product.send(api.listCatalogue, { query: { cursor: 'x' } }, staff)).status, 400)
})
