import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { bulkLoadProducts } from '../src/bulk-load.ts'

let platform: TestPlatform
let product: api.Client
let staff: { authorization: string }
const categories: Record<string, api.Category> = {}

const category = (body: { name: string; parent_id?: string; slug?: string }) =>
  product.call(api.createCategory, { body }, staff)
const change = (id: string, body: object) => product.send(api.updateCategory, { params: { id }, body }, staff)

before(async () => {
  platform = await startTestPlatform({ services: ['product'] })
  product = platform.client('product')
  staff = await platform.asStaff('catalogue')
  categories.home = await category({ name: 'Home' })
  categories.lamps = await category({ name: 'Lamps', parent_id: categories.home.id })
  categories.desk = await category({ name: 'Desk Lamps', parent_id: categories.lamps.id })
  categories.food = await category({ name: 'Food' })
  const colours = ['red', 'green', 'blue']
  await bulkLoadProducts(
    platform.sql('product'),
    Array.from({ length: 60 }, (_, i) => ({
      sku: `L-${i}`,
      slug: `listed-${i}`,
      // Many share a name and a price, so that only the id tells them apart.
      name: `${'abcABC'[i % 6]} listed ${i % 4}`,
      description: '',
      price: 5 + (i % 7),
      currency: 'USD',
      category: ['home', 'lamps', 'desk-lamps', 'food', null][i % 5]!,
      attributes: { colour: colours[i % 3]!, watts: i % 2 ? 40 : 60, dimmable: i % 4 === 0 },
      stock: i % 10 === 0 ? 0 : i,
    })),
  )
  // Every sort has something to sort by.
  await platform.sql('product')`
    update products set rating_average = (substr(sku, 3)::int % 5) + 0.1, rating_count = substr(sku, 3)::int % 3
    where substr(sku, 3)::int % 6 <> 0`
})
after(() => platform?.stop())

type Query = api.QueryOf<typeof api.listProducts> & Record<string, unknown>
const list = (query: Query) => product.call(api.listProducts, { query })

async function readAll(query: Query): Promise<api.Product[]> {
  const items: api.Product[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await list({ ...query, cursor })
    items.push(...page.items)
    if (!page.next_cursor) return items
    cursor = page.next_cursor
  }
}

const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)
const orders: Record<(typeof api.productSorts)[number], (a: api.Product, b: api.Product) => number> = {
  newest: (a, b) => compare(b.id, a.id),
  price: (a, b) => compare(a.price, b.price) || compare(a.id, b.id),
  '-price': (a, b) => compare(b.price, a.price) || compare(b.id, a.id),
  name: (a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()) || compare(a.id, b.id),
  '-name': (a, b) => compare(b.name.toLowerCase(), a.name.toLowerCase()) || compare(b.id, a.id),
  rating: (a, b) =>
    compare(b.rating_average ?? 0, a.rating_average ?? 0) ||
    compare(b.rating_count, a.rating_count) ||
    compare(b.id, a.id),
}

describe('the list', () => {
  for (const sort of api.productSorts) {
    test(`by ${sort} shows every product once, in order, whatever the page size`, async () => {
      const items = await readAll({ sort, limit: 7 })
      assert.equal(new Set(items.map(item => item.id)).size, 60)
      assert.equal(items.length, 60)
      assert.deepEqual(
        items.map(item => item.sku),
        [...items].sort(orders[sort]).map(item => item.sku),
      )
      const below = await readAll({ sort, limit: 7, category: 'home' })
      assert.deepEqual(
        below.map(item => item.sku),
        items.filter(item => item.category && item.category.slug !== 'food').map(item => item.sku),
      )
    })
  }

  test('of a category, by id or slug, has what is in it and below it', async () => {
    assert.equal((await readAll({ category: 'home' })).length, 36)
    assert.equal((await readAll({ category: categories.lamps!.id })).length, 24)
    assert.equal((await readAll({ category: 'desk-lamps' })).length, 12)
    assert.deepEqual(await list({ category: 'no-such' }), { items: [], next_cursor: null })
  })

  test('keeps to prices, stock and attributes', async () => {
    const all = await readAll({})
    const same = async (query: Query, wanted: (item: api.Product) => boolean) => {
      const found = await readAll({ ...query, limit: 9 })
      assert.ok(found.length > 0 && found.length < 60)
      assert.deepEqual(
        found.map(item => item.id),
        all.filter(wanted).map(item => item.id),
      )
    }
    await same({ min_price: 7, max_price: 9 }, ({ price }) => price >= 7 && price <= 9)
    await same({ in_stock: true }, item => item.stock_quantity > 0)
    await same({ in_stock: false }, item => item.stock_quantity === 0)
    await same({ 'attribute.colour': 'red' }, item => item.attributes.colour === 'red')
    await same({ 'attribute.colour': ['red', 'blue'] }, item => item.attributes.colour !== 'green')
    await same({ 'attribute.watts': '40' }, item => item.attributes.watts === 40)
    await same(
      { 'attribute.colour': 'red', 'attribute.dimmable': 'true', category: 'home' },
      item =>
        item.attributes.colour === 'red' &&
        item.attributes.dimmable === true &&
        ['home', 'lamps', 'desk-lamps'].includes(item.category?.slug ?? ''),
    )
  })

  test('compares prices of the shop’s own currency only', async () => {
    const body = { name: 'Yen thing', price: 800, currency: 'JPY', attributes: { only: 'yen' } }
    const made = await product.call(api.createProduct, { body }, staff)
    assert.equal((await list({ 'attribute.only': 'yen' })).items.length, 1)
    assert.equal((await list({ 'attribute.only': 'yen', min_price: 1 })).items.length, 0)
    await product.call(api.deleteProduct, { params: { id: made.id } }, staff)
  })

  test('does not show what is inactive or deleted', async () => {
    const body = { name: 'Hidden', price: 1, attributes: { hidden: 'yes' } }
    const [one, two] = [
      await product.call(api.createProduct, { body: { ...body, is_active: false } }, staff),
      await product.call(api.createProduct, { body }, staff),
    ]
    assert.equal((await list({ 'attribute.hidden': 'yes' })).items.length, 1)
    await product.call(api.deleteProduct, { params: { id: two.id } }, staff)
    assert.equal((await list({ 'attribute.hidden': 'yes' })).items.length, 0)
    await product.call(api.deleteProduct, { params: { id: one.id } }, staff)
  })

  test('refuses a cursor of another sort, or one it did not give out', async () => {
    const { next_cursor } = await list({ sort: 'price', limit: 1 })
    const forge = (...key: unknown[]) => Buffer.from(JSON.stringify(key)).toString('base64url')
    const bad: Query[] = [
      { sort: 'name', cursor: next_cursor! },
      { cursor: next_cursor! },
      { cursor: 'nonsense' },
      { cursor: forge('products newest', 'not an id') },
      { sort: 'price', cursor: forge('products price', 1.5, randomUUID()) },
      { sort: 'price', cursor: forge('products price', 'x', randomUUID()) },
      { sort: 'rating', cursor: forge('products rating', 1, 1e12, randomUUID()) },
      { sort: 'name', cursor: forge('products name', 'a\0', randomUUID()) },
    ]
    for (const query of bad) {
      const { status, body } = await product.send(api.listProducts, { query })
      assert.equal(status, 400, JSON.stringify(query))
      assert.match(body.type, /invalid-cursor$/)
    }
  })

  test('gives a cursor that fits a query, however long the name is', async () => {
    const body = { name: '"'.repeat(255), price: 1, category_id: categories.food!.id }
    const made = await Promise.all([1, 2].map(() => product.call(api.createProduct, { body }, staff)))
    const page = await list({ sort: 'name', category: 'food', limit: 1 })
    assert.equal(
      (await list({ sort: 'name', category: 'food', limit: 1, cursor: page.next_cursor! })).items[0]!.name,
      body.name,
    )
    for (const { id } of made) await product.call(api.deleteProduct, { params: { id } }, staff)
  })

  test('names the field that is wrong', async () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`attribute.a${i}`, 'x']))
    const bad: [object, string][] = [
      [{ limit: 101 }, 'query/limit'],
      [{ sort: 'colour' }, 'query/sort'],
      [{ min_price: 'cheap' }, 'query/min_price'],
      [{ max_price: 1.999 }, 'query/max_price'],
      [{ colour: 'red' }, 'query/colour'],
      [many, 'query/attribute.a10'],
    ]
    for (const [query, pointer] of bad) {
      const { status, body } = await product.send(api.listProducts, { query })
      assert.equal(status, 400, pointer)
      assert.ok(JSON.stringify(body.errors).includes(pointer), JSON.stringify(body.errors))
    }
    assert.equal((await product.send(api.getProduct, { params: { id: 'x'.repeat(201) } })).status, 400)
  })
})

describe('the tree of categories', () => {
  test('counts what is for sale in and below each', async () => {
    const { items } = await product.call(api.listCategories, {})
    const home = items.find(item => item.slug === 'home')!
    assert.equal(home.product_count, 36)
    assert.equal(home.children[0]!.product_count, 24)
    assert.equal(home.children[0]!.children[0]!.slug, 'desk-lamps')
    for (const key of ['lamps', categories.lamps!.id]) {
      assert.deepEqual(await product.call(api.getCategory, { params: { id: key } }), home.children[0])
    }
    assert.equal((await product.send(api.getCategory, { params: { id: 'no-such' } })).status, 404)
  })

  test('is at most four levels deep, also when a branch moves', async () => {
    const fourth = await category({ name: 'Fourth', parent_id: categories.desk!.id })
    const fifth = await product.send(api.createCategory, { body: { name: 'Fifth', parent_id: fourth.id } }, staff)
    assert.equal(fifth.status, 400)
    assert.deepEqual(fifth.body.errors[0].pointer, '/parent_id')
    const branch = await category({ name: 'Branch' })
    await category({ name: 'Twig', parent_id: branch.id })
    assert.equal((await change(branch.id, { parent_id: categories.desk!.id })).status, 400)
    const moved = await change(branch.id, { parent_id: categories.home!.id, name: 'Bough' })
    assert.equal(moved.status, 200)
    assert.deepEqual(
      [moved.body.name, moved.body.parent_id, moved.body.children[0].name],
      ['Bough', categories.home!.id, 'Twig'],
    )
    assert.equal((await change(branch.id, { parent_id: null })).body.parent_id, null)
    const home = await product.call(api.getCategory, { params: { id: 'home' } })
    assert.deepEqual(
      home.children.map(child => child.slug),
      ['lamps'],
    )
  })

  test('has no circle, not even when two moves meet', async () => {
    const [a, b] = [await category({ name: 'Circle A' }), await category({ name: 'Circle B' })]
    assert.equal((await change(a.id, { parent_id: a.id })).status, 400)
    const answers = await Promise.all([change(a.id, { parent_id: b.id }), change(b.id, { parent_id: a.id })])
    assert.deepEqual(answers.map(answer => answer.status).sort(), [200, 400])
    const { items } = await product.call(api.listCategories, {})
    assert.equal(items.filter(item => item.name.startsWith('Circle')).length, 1)
  })

  test('gives each category a slug of its own', async () => {
    const [one, two] = [await category({ name: 'Twins' }), await category({ name: 'Twins' })]
    assert.deepEqual([one.slug, two.slug], ['twins', 'twins-2'])
    const taken = await product.send(api.createCategory, { body: { name: 'x', slug: 'twins' } }, staff)
    assert.equal(taken.status, 409)
    assert.equal(taken.body.errors[0].pointer, '/slug')
    assert.equal((await change(two.id, { slug: 'twins' })).status, 409)
  })

  test('says that it changed, once for each change that was made', async () => {
    const { id } = await category({ name: 'Spoken of' })
    await change(id, { name: 'Told' })
    assert.equal((await change(id, { slug: 'home' })).status, 409)
    await product.call(api.deleteCategory, { params: { id } }, staff)
    await platform.drain()
    const said = (await platform.said('product')).filter(message => message.aggregate_id === id)
    assert.deepEqual(
      said.map(({ name, payload }) => [name, (payload as { what: string }).what]),
      Array(3).fill(['catalogue.changed', 'category']),
    )
  })

  test('refuses a parent that is not there, bad input, and who may not', async () => {
    const parent_id = randomUUID()
    assert.equal((await product.send(api.createCategory, { body: { name: 'x', parent_id } }, staff)).status, 422)
    assert.equal((await change(categories.food!.id, { parent_id })).status, 422)
    assert.equal((await product.send(api.createCategory, { body: { name: ' ' } }, staff)).status, 400)
    assert.equal((await change(categories.food!.id, {})).status, 400)
    assert.equal((await change(randomUUID(), { name: 'x' })).status, 404)
    assert.equal((await product.send(api.createCategory, { body: { name: 'x' } }, await platform.as())).status, 403)
    assert.equal((await product.send(api.createCategory, { body: { name: 'x' } })).status, 401)
  })

  test('loses a category only when nothing is left in it', async () => {
    const remove = (id: string) => product.send(api.deleteCategory, { params: { id } }, staff)
    assert.equal((await remove(categories.home!.id)).status, 409)
    const last = await category({ name: 'Last' })
    const body = { name: 'In it', price: 1, category_id: last.id }
    const made = await product.call(api.createProduct, { body }, staff)
    assert.equal((await remove(last.id)).status, 409)
    await product.call(api.deleteProduct, { params: { id: made.id } }, staff)
    assert.equal((await remove(last.id)).status, 204)
    assert.equal((await remove(last.id)).status, 404)
  })
})
