import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { bulkLoadProducts } from '../src/bulk-load.ts'
import * as store from '../src/store.ts'

let platform: TestPlatform
let product: api.Client
let staff: { authorization: string }
let cart: { 'x-service-token': string }

before(async () => {
  platform = await startTestPlatform({ services: ['product', 'inventory'] })
  product = platform.client('product')
  staff = await platform.asStaff('catalogue')
  cart = await platform.asService('cart', 'product')
})
after(() => platform?.stop())

type Input = api.BodyOf<typeof api.createProduct>
const create = (body: Partial<Input> = {}) =>
  product.call(api.createProduct, { body: { name: `Thing ${randomUUID()}`, price: 10, ...body } }, staff)
const update = (id: string, body: object) => product.send(api.updateProduct, { params: { id }, body }, staff)
const get = (id: string) => product.send(api.getProduct, { params: { id } })
const stockOf = async (product_id: string) =>
  platform.client('inventory').call(api.getStock, { params: { product_id } }, await platform.asStaff('stock'))
const said = async (id: string) => {
  await platform.drain()
  return (await platform.said('product')).filter(message => message.aggregate_id === id)
}
const names = async (id: string) => (await said(id)).map(message => message.name)
const pointers = (answer: { body: api.ProblemBody }) => answer.body.errors?.map(error => error.pointer)

const news = (product_id: string, available: number, revision: number): api.EventMessage => ({
  id: randomUUID(),
  name: api.stockChanged.name,
  version: api.stockChanged.version,
  service: 'inventory',
  aggregate_id: product_id,
  payload: { product_id, available, on_hand: available, reserved: 0, revision },
  correlation_id: 'test',
  traceparent: null,
  occurred_at: new Date().toISOString(),
})

describe('a new product', () => {
  test('needs a name and a price only, and can be sold at once', async () => {
    const body = { name: 'Test Product', price: 29.99, stock: 100 }
    const { status, body: made } = await product.send(api.createProduct, { body }, staff)
    assert.equal(status, 201)
    assert.equal(made.price, 29.99)
    assert.equal(made.currency, 'USD')
    assert.equal(made.stock_quantity, 100)
    assert.equal(made.slug, 'test-product')
    assert.equal(made.sku, 'TEST-PRODUCT')
    assert.equal((await stockOf(made.id)).available, 100)
    for (const key of [made.id, made.slug, made.sku]) assert.deepEqual((await get(key)).body, made)
  })

  test('is said with its opening stock, once', async () => {
    const made = await create({ stock_quantity: 7, price: 1.5 })
    const messages = await said(made.id)
    assert.equal(messages.length, 1)
    assert.equal(messages[0]!.name, 'product.created')
    const { id, sku, slug, name } = made
    assert.deepEqual(messages[0]!.payload, {
      ...{ product_id: id, sku, slug, name, price_minor: 150, currency: 'USD', is_active: true, category_id: null },
      ...{ in_stock: true, parent_id: null, opening_stock: 7 },
    })
    assert.equal((await stockOf(id)).on_hand, 7, 'asking and hearing are one opening')
  })

  test('of a name that exists gets its own sku and slug, also when many are made at once', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => create({ name: 'Crème Brûlée Torch' })))
    assert.equal(new Set(made.map(one => one.slug)).size, 6)
    assert.equal(new Set(made.map(one => one.sku)).size, 6)
    for (const { slug } of made) assert.match(slug, /^creme-brulee-torch(-|$)/)
  })

  test('of a name without latin letters still gets a slug', async () => {
    assert.match((await create({ name: '茶碗' })).slug, /^product(-|$)/)
  })

  test('with a sku or slug that is taken is refused by name, and of two at once exactly one is made', async () => {
    await create({ sku: 'TAKEN-1', slug: 'taken-one' })
    for (const [field, body] of [
      ['sku', { sku: 'TAKEN-1' }],
      ['slug', { slug: 'taken-one' }],
    ] as const) {
      const answer = await product.send(api.createProduct, { body: { name: 'x', price: 1, ...body } }, staff)
      assert.equal(answer.status, 409)
      assert.deepEqual(pointers(answer), [`/${field}`])
    }
    const body = { name: 'Race', price: 1, sku: 'RACE-1' }
    const answers = await Promise.all([1, 2, 3].map(() => product.send(api.createProduct, { body }, staff)))
    assert.deepEqual(answers.map(answer => answer.status).sort(), [201, 409, 409])
  })

  test('takes its category by id, slug or name, and its picture as image_url', async () => {
    const category = await product.call(api.createCategory, { body: { name: 'Tea Things' } }, staff)
    for (const given of [
      { category_id: category.id },
      { category: category.id },
      { category: 'tea-things' },
      { category: 'TEA things' },
    ]) {
      const made = await create({ ...given, image_url: '/api/images/x.svg', name: 'Cup' })
      assert.deepEqual(made.category, { id: category.id, name: 'Tea Things', slug: 'tea-things' })
      assert.deepEqual(made.images, [{ url: '/api/images/x.svg', alt: 'Cup' }])
      assert.equal(made.image_url, '/api/images/x.svg')
    }
    for (const given of [{ category_id: randomUUID() }, { category: 'nowhere' }, { category: '' }]) {
      const { status, body } = await product.send(api.createProduct, { body: { name: 'x', price: 1, ...given } }, staff)
      assert.equal(status, 422)
      assert.match(body.type, /unknown-category$/)
    }
  })

  test('is refused with the field named when something is wrong with it', async () => {
    const bad: [object, string][] = [
      [{ price: 1 }, '/name'],
      [{ name: ' ', price: 1 }, '/name'],
      [{ name: 'x' }, '/price'],
      [{ name: 'x', price: -1 }, '/price'],
      [{ name: 'x', price: 1.999 }, '/price'],
      [{ name: 'x', price: 1.5, currency: 'JPY' }, '/price'],
      [{ name: 'x', price: 1, stock: 1.5 }, '/stock'],
      [{ name: 'x', price: 1, stock: 1, stock_quantity: 2 }, '/stock'],
      [{ name: 'x', price: 1, category: 'a', category_id: randomUUID() }, '/category'],
      [{ name: 'x', price: 1, image_url: '/a.png', images: [] }, '/image_url'],
      [{ name: 'x', price: 1, image_url: 'javascript:alert(1)' }, '/image_url'],
      [{ name: 'x', price: 1, colour: 'red' }, '/colour'],
      [{ name: 'x', price: 1, attributes: { a: [] } }, '/attributes/a'],
    ]
    for (const [body, pointer] of bad) {
      const answer = await product.send(api.createProduct, { body }, staff)
      assert.equal(answer.status, 400, JSON.stringify(body))
      assert.ok(pointers(answer)?.includes(pointer), `${JSON.stringify(body)} names ${pointers(answer)}`)
    }
    const answer = await product.send(api.createProduct, { body: { name: 'x', price: 1, currency: 'ZZZ' } }, staff)
    assert.equal(answer.status, 422)
  })

  test('is for staff of the catalogue only', async () => {
    const body = { name: 'x', price: 1 }
    assert.equal((await product.send(api.createProduct, { body })).status, 401)
    assert.equal((await product.send(api.createProduct, { body }, await platform.as())).status, 403)
    assert.equal((await product.send(api.createProduct, { body }, await platform.asStaff('orders'))).status, 403)
  })
})

describe('a change', () => {
  test('touches what is given, says product.updated when others need to know and else that the catalogue changed', async () => {
    const made = await create({ price: 5, description: 'before', attributes: { colour: 'red' } })
    const quiet = await product.call(
      api.patchProduct,
      { params: { id: made.id }, body: { description: 'after' } },
      staff,
    )
    assert.deepEqual({ ...quiet, updated_at: '' }, { ...made, description: 'after', updated_at: '' })
    assert.deepEqual(await names(made.id), ['product.created', 'catalogue.changed'])
    await update(made.id, { description: 'after' })
    assert.equal((await said(made.id)).length, 2, 'the same text is no news')

    const { status, body } = await update(made.id, {
      price: 6.5,
      name: 'New name',
      attributes: { size: 4 },
      slug: 'new-slug',
    })
    assert.equal(status, 200)
    assert.deepEqual([body.price, body.name, body.slug, body.attributes], [6.5, 'New name', 'new-slug', { size: 4 }])
    const [, , updated, ...more] = await said(made.id)
    assert.equal(more.length, 0)
    assert.equal(updated!.name, 'product.updated')
    assert.deepEqual(updated!.payload, {
      ...{ product_id: made.id, sku: made.sku, slug: 'new-slug', name: 'New name' },
      ...{ price_minor: 650, currency: 'USD', is_active: true, category_id: null, in_stock: false, parent_id: null },
    })
    await update(made.id, { price: 6.5 })
    assert.equal((await said(made.id)).length, 3, 'the same price is no news')
  })

  test('of the stock asks the inventory, and the next reader sees it', async () => {
    const made = await create({ stock: 10 })
    await platform.drain()
    const { body } = await update(made.id, { stock_quantity: 25, price: 3 })
    assert.equal(body.stock_quantity, 25)
    assert.equal((await stockOf(made.id)).available, 25)
    assert.equal((await get(made.id)).body.stock_quantity, 25)
    await platform.drain()
    assert.equal((await get(made.id)).body.stock_quantity, 25)
  })

  test('of the stock works before the inventory has heard of the product', async () => {
    const [id] = await bulkLoadProducts(platform.sql('product'), [
      {
        sku: 'UNHEARD',
        slug: 'unheard',
        name: 'Unheard',
        description: '',
        price: 2,
        currency: 'USD',
        category: null,
        attributes: {},
        stock: 0,
      },
    ])
    assert.equal((await update(id!, { stock: 4 })).body.stock_quantity, 4)
    assert.equal((await stockOf(id!)).available, 4)
  })

  test('that is refused moves no stock', async () => {
    await create({ sku: 'OTHERS' })
    const made = await create({ stock: 10 })
    const refused: [object, number][] = [
      [{ sku: 'OTHERS' }, 409],
      [{ category: 'nowhere' }, 422],
      [{ category_id: randomUUID() }, 422],
      [{ currency: 'ZZZ', price: 1 }, 422],
      [{ price: 0.001 }, 400],
      [{ currency: 'EUR' }, 400],
      [{ stock_quantity: 3 }, 400],
    ]
    for (const [body, status] of refused) {
      assert.equal((await update(made.id, { ...body, stock: 99 })).status, status, JSON.stringify(body))
      const patched = await product.send(
        api.patchProduct,
        { params: { id: made.id }, body: { ...body, stock: 99 } },
        staff,
      )
      assert.equal(patched.status, status, JSON.stringify(body))
    }
    assert.equal((await stockOf(made.id)).on_hand, 10)
  })

  test('takes a product off the list without deleting it', async () => {
    const made = await create({ is_active: false })
    assert.equal((await get(made.id)).status, 404)
    assert.equal((await update(made.id, { is_active: true })).status, 200)
    assert.equal((await get(made.id)).status, 200)
  })

  test('of a product that is not there is a 404', async () => {
    const params = { id: randomUUID() }
    for (const operation of [api.updateProduct, api.patchProduct]) {
      assert.equal((await product.send(operation, { params, body: { price: 1 } }, staff)).status, 404)
    }
    assert.equal((await product.send(api.updateProduct, { params, body: {} }, staff)).status, 400)
  })
})

test('a deleted product is gone for everyone, its sku and slug are free, and deleting it again is a 404', async () => {
  const made = await create({ sku: 'GONE-1', slug: 'gone-one' })
  const remove = () => product.send(api.deleteProduct, { params: { id: made.id } }, staff)
  const answers = await Promise.all([remove(), remove()])
  assert.deepEqual(answers.map(answer => answer.status).sort(), [204, 404])
  for (const key of [made.id, 'GONE-1', 'gone-one']) assert.equal((await get(key)).status, 404)
  assert.equal((await update(made.id, { price: 1 })).status, 404)
  const priced = await product.call(api.priceProducts, { query: { ids: made.id } }, cart)
  assert.deepEqual(priced.items, [])
  const deletions = (await said(made.id)).filter(message => message.name === 'product.deleted')
  assert.deepEqual(
    deletions.map(message => message.payload),
    [{ product_id: made.id }],
  )
  await create({ sku: 'GONE-1', slug: 'gone-one' })
})

describe('stock on the product page', () => {
  test('follows the inventory; news delivered twice or too late change nothing', async () => {
    const { id } = await create({ stock: 1 })
    await platform.drain()
    const [second, third] = [news(id, 20, 102), news(id, 30, 103)]
    const service = platform.service('product')
    await service.deliver([third])
    await service.deliver([third, second])
    await service.deliver([second])
    assert.equal((await get(id)).body.stock_quantity, 30)
    await service.deliver([news(id, 0, 104)])
    assert.equal((await get(id)).body.stock_quantity, 0)
    await service.deliver([{ ...third, id: randomUUID() }])
    assert.equal((await get(id)).body.stock_quantity, 0)
  })

  test('set in the catalogue never covers news that came in meanwhile', async () => {
    const { id } = await create({ stock: 1 })
    await platform.service('product').deliver([news(id, 30, 103)])
    const sql = platform.sql('product')
    await store.updateProduct(sql, id, {}, { available: 99, revision: 0 })
    assert.equal((await get(id)).body.stock_quantity, 30)
    await store.updateProduct(sql, id, {}, { available: 99, revision: 103 })
    assert.equal((await get(id)).body.stock_quantity, 99)
  })

  test('is said to have changed when it sold out and when it is back, not for each sale', async () => {
    const { id } = await create({ stock: 3 })
    await platform.drain()
    for (const [available, revision] of [
      [2, 101],
      [1, 102],
      [0, 103],
      [0, 104],
      [5, 105],
    ] as const)
      await platform.service('product').deliver([news(id, available, revision)])
    const changes = (await said(id)).filter(message => message.name === api.catalogueChanged.name)
    assert.deepEqual(
      changes.map(message => message.payload),
      [
        { what: 'availability', in_stock: false },
        { what: 'availability', in_stock: true },
      ],
    )
  })

  test('of a product nobody knows is no error', async () => {
    await platform.service('product').deliver([news(randomUUID(), 5, 1)])
  })
})

describe('prices for other services', () => {
  test('come in one answer, unknown products left out, inactive ones marked', async () => {
    const [one, two] = [
      await create({ price: 12.34, stock: 3, image_url: '/a.png' }),
      await create({ is_active: false, currency: 'JPY', price: 500 }),
    ]
    const query = { ids: [two.id, randomUUID(), one.id].join(',') }
    const { items } = await product.call(api.priceProducts, { query }, cart)
    assert.deepEqual(
      items.find(item => item.product_id === one.id),
      {
        ...{ product_id: one.id, sku: one.sku, slug: one.slug, name: one.name, price_minor: 1234, currency: 'USD' },
        ...{ stock_quantity: 3, image_url: '/a.png', is_active: true, is_shown: true, parent_id: null },
      },
    )
    const other = items.find(item => item.product_id === two.id)
    assert.deepEqual([other?.price_minor, other?.is_active], [500, false])
    assert.equal(items.length, 2)
  })

  test('are for services, and for up to 100 ids', async () => {
    const query = { ids: randomUUID() }
    assert.equal((await product.send(api.priceProducts, { query })).status, 401)
    assert.equal((await product.send(api.priceProducts, { query: { ids: 'x'.repeat(40) } }, cart)).status, 400)
    const many = Array.from({ length: 100 }, () => randomUUID()).join(',')
    assert.equal((await product.send(api.priceProducts, { query: { ids: many } }, cart)).status, 200)
    assert.equal((await product.send(api.priceProducts, { query: { ids: `${many},` } }, cart)).status, 400)
  })
})

describe('a picture', () => {
  const image = (name: string, headers = {}) => fetch(`${platform.url('product')}/api/images/${name}`, { headers })

  test('is served with its type, can be kept, and may not run anything', async () => {
    const first = await product.send(api.getImage, { params: { name: 'category-kitchen.svg' } })
    assert.equal(first.status, 200)
    assert.equal(first.headers.get('content-type'), 'image/svg+xml')
    assert.match(first.headers.get('cache-control')!, /max-age/)
    assert.match(first.headers.get('content-security-policy')!, /default-src 'none'.*sandbox/)
    assert.match(first.body, /<svg/)
    const etag = first.headers.get('etag')!
    const again = await image('category-kitchen.svg', { 'if-none-match': etag })
    assert.equal(again.status, 304)
    assert.equal(await again.text(), '')
    assert.equal((await image('category-kitchen.svg', { 'if-none-match': '"other"' })).status, 200)
  })

  test('that is not there is a 404, and no name leads out of the folder', async () => {
    assert.equal((await image('no-such.svg')).status, 404)
    for (const name of ['..%2fcatalogue%2fproducts.json', '%2e%2e%2fx.svg', 'bounds.ts', 'x.SVG', 'a%00.svg']) {
      assert.ok([400, 404].includes((await image(name)).status), name)
    }
  })
})
