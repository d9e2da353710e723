import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
let product: api.Client
let staff: { authorization: string }
before(async () => {
  platform = await startTestPlatform({
    services: ['product', 'inventory', 'cart', 'order', 'payment', 'gateway'],
    simulator: true,
  })
  product = platform.client('product')
  staff = await platform.asStaff('catalogue', 'stock')
})
after(() => platform?.stop())

const create = (body: object = {}) =>
  product.call(api.createProduct, { body: { name: `Shirt ${randomUUID()}`, price: 20, ...body } }, staff)
const add = (id: string, body: object) => product.send(api.createVariant, { params: { id }, body }, staff)
async function variant(id: string, body: object): Promise<api.Product> {
  const answer = await add(id, body)
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body
}
const get = (id: string, door: api.ServiceName = 'product') =>
  platform.client(door).call(api.getProduct, { params: { id } })
const update = (id: string, body: object) => product.send(api.updateProduct, { params: { id }, body }, staff)
const problemOf = ({ status, body }: api.Answer<any>) => [status, body.type?.split('/').at(-1)]
const shirt = async () => {
  const parent = await create({ images: [{ url: '/api/images/shirt.svg' }] })
  const small = await variant(parent.id, { options: { size: 'S', colour: 'red' }, stock: 3 })
  const medium = await variant(parent.id, { options: { size: 'M', colour: 'red' }, price: 18.5, stock: 4 })
  return { parent, small, medium }
}
const buy = async (product_id: string, quantity = 1) => {
  const body = { items: [{ product_id, quantity }], email: 'ada@example.com', payment_method: 'tok_approve' }
  return platform.client('order').send(api.placeOrder, { body })
}

describe('a product with variants', () => {
  test('shows them with their own price and stock, the lowest price and all the stock being its own', async () => {
    const { parent, small, medium } = await shirt()
    const shown = await get(parent.id)
    assert.deepEqual([shown.price, shown.stock_quantity, shown.variant_count, shown.parent_id], [18.5, 7, 2, null])
    assert.deepEqual(shown.variants, [
      {
        ...{ id: small.id, sku: small.sku, slug: small.slug, name: `${parent.name} – S / red`, price: 20 },
        ...{
          options: { size: 'S', colour: 'red' },
          currency: 'USD',
          stock_quantity: 3,
          image_url: '/api/images/shirt.svg',
          is_active: true,
        },
      },
      {
        ...{ id: medium.id, sku: medium.sku, slug: medium.slug, name: `${parent.name} – M / red`, price: 18.5 },
        ...{
          options: { size: 'M', colour: 'red' },
          currency: 'USD',
          stock_quantity: 4,
          image_url: '/api/images/shirt.svg',
          is_active: true,
        },
      },
    ])
    const own = await get(medium.slug)
    assert.deepEqual([own.parent_id, own.options, own.variants], [parent.id, { size: 'M', colour: 'red' }, []])
  })

  test('is in lists and found by search once, its variants are not', async () => {
    const word = `zeb${randomUUID().replace(/[^a-f]/g, '')}`
    const parent = await create({ name: `Shirt ${word}` })
    for (const size of ['S', 'M', 'L']) await variant(parent.id, { options: { size }, stock: 1 })
    const listed = await product.call(api.listProducts, { query: { limit: 100 } })
    const mine = listed.items.filter(one => one.name.includes(word))
    assert.deepEqual(
      mine.map(one => [one.id, one.variant_count, one.stock_quantity]),
      [[parent.id, 3, 3]],
    )
    const found = await product.call(api.searchProducts, { query: { q: word } })
    assert.deepEqual(
      found.items.map(one => one.id),
      [parent.id],
    )
    const suggested = await product.call(api.suggestProducts, { query: { q: word } })
    assert.deepEqual(
      suggested.items.map(one => one.id),
      [parent.id],
    )
  })

  test('is not bought itself; a variant is, and the stock of both follows', async () => {
    const { parent, small } = await shirt()
    await platform.drain()
    assert.deepEqual(problemOf(await buy(parent.id)), [409, 'not-for-sale'])
    const cart = platform.client('cart')
    assert.equal((await cart.send(api.addCartItem, { body: { product_id: parent.id, quantity: 1 } })).status, 409)
    const { body: filled } = await cart.send(api.addCartItem, { body: { product_id: small.id, quantity: 2 } })
    assert.deepEqual(
      [filled.items[0].name, filled.items[0].price, filled.items[0].image_url],
      [small.name, 20, '/api/images/shirt.svg'],
    )
    const order = await buy(small.id, 2)
    assert.equal(order.status, 201, JSON.stringify(order.body))
    await platform.drain()
    const shown = await get(parent.id)
    assert.deepEqual([shown.stock_quantity, shown.variants[0]!.stock_quantity], [5, 1])
    assert.equal((await buy(small.id, 2)).status, 409, 'there is one left')
  })

  test('follows its variants whatever becomes of them, also when many change at once', async () => {
    const { parent, small, medium } = await shirt()
    await update(medium.id, { is_active: false })
    assert.deepEqual([(await get(parent.id)).price, (await get(parent.id)).stock_quantity], [20, 3])
    await update(medium.id, { is_active: true, price: 15 })
    assert.equal((await get(parent.id)).price, 15)
    const more = await Promise.all(
      Array.from({ length: 8 }, (_, i) => variant(parent.id, { options: { size: `${i}`, colour: 'blue' }, stock: 10 })),
    )
    assert.equal((await get(parent.id)).stock_quantity, 87)
    await Promise.all(more.map((one, i) => update(one.id, { stock: i })))
    await platform.drain()
    const shown = await get(parent.id)
    assert.deepEqual([shown.stock_quantity, shown.variant_count], [3 + 4 + 28, 10])
    await product.send(api.deleteProduct, { params: { id: small.id } }, staff)
    assert.equal((await get(parent.id)).stock_quantity, 32)
    // The stock the inventory says of the parent itself is of nothing that is sold.
    const inventory = platform.client('inventory')
    await inventory.call(api.setStock, { params: { product_id: parent.id }, body: { on_hand: 500 } }, staff)
    await platform.drain()
    assert.equal((await get(parent.id)).stock_quantity, 32)
  })

  test('is shown anew by the gateway when a variant has changed', async () => {
    const { parent, small } = await shirt()
    assert.equal((await get(parent.slug, 'gateway')).variants.length, 2)
    await platform.client('gateway').send(api.updateProduct, { params: { id: small.id }, body: { price: 9 } }, staff)
    const shown = await get(parent.slug, 'gateway')
    assert.deepEqual([shown.price, shown.variants[0]!.price], [9, 9])
  })

  test('takes its variants with it: moved, hidden and deleted', async () => {
    const { parent, small } = await shirt()
    const { id } = await product.call(api.createCategory, { body: { name: `Shirts ${randomUUID()}` } }, staff)
    await update(parent.id, { category_id: id })
    assert.equal((await get(small.id)).category_id, id)
    await update(parent.id, { is_active: false })
    assert.equal((await product.send(api.getProduct, { params: { id: small.id } })).status, 404)
    assert.deepEqual(problemOf(await buy(small.id)), [409, 'not-for-sale'])
    await product.send(api.deleteProduct, { params: { id: parent.id } }, staff)
    await platform.drain()
    const gone = (await platform.said('product'))
      .filter(one => one.name === 'product.deleted')
      .map(one => one.aggregate_id)
    assert.ok(gone.includes(parent.id) && gone.includes(small.id))
    assert.equal((await product.send(api.deleteCategory, { params: { id } }, staff)).status, 204)
  })
})

describe('a deletion taken back', () => {
  const restore = (id: string) => product.send(api.restoreProduct, { params: { id } }, staff)
  const remove = (id: string) => product.send(api.deleteProduct, { params: { id } }, staff)

  test('brings back the product as it was, with its stock and the variants that went with it, and tells of each', async () => {
    const { parent, small, medium } = await shirt()
    const before = await get(parent.id)
    const large = await variant(parent.id, { options: { size: 'L', colour: 'red' }, price: 5 })
    await platform.drain()
    await remove(large.id)
    await remove(parent.id)
    assert.deepEqual(problemOf(await restore(large.id)), [404, 'not-found'], 'there is nothing it belongs to')
    const { status, body } = await restore(parent.id)
    assert.equal(status, 200)
    assert.deepEqual({ ...body, updated_at: '' }, { ...before, updated_at: '' })
    assert.deepEqual(await get(parent.id), body)
    await platform.drain()
    const told = (await platform.said('product')).filter(one => one.name === 'product.updated')
    for (const { id } of [parent, small, medium]) assert.ok(told.some(one => one.aggregate_id === id))
    assert.equal((await buy(small.id)).status, 201)
    assert.equal((await restore(large.id)).status, 200)
    assert.equal((await get(parent.id)).price, 5)
  })

  test('is refused for what is there, never was, or whose names another has by now', async () => {
    const { parent, small } = await shirt()
    assert.deepEqual(problemOf(await restore(parent.id)), [404, 'not-found'])
    assert.deepEqual(problemOf(await restore(randomUUID())), [404, 'not-found'])
    await remove(small.id)
    const again = await variant(parent.id, { options: small.options })
    const { status, body } = await restore(small.id)
    assert.deepEqual([status, body.errors?.[0].pointer], [409, '/sku'])
    await update(again.id, { sku: `${again.sku}-other`, slug: `${again.slug}-other` })
    const answer = await restore(small.id)
    assert.deepEqual([answer.status, answer.body.errors?.[0].pointer], [409, '/options'])
    assert.equal((await get(parent.id)).variant_count, 2)
  })
})

describe('a product is found by its variants', () => {
  const mark = () => `q${randomUUID().replace(/[^a-f]/g, '')}`
  const named = async (query: object) => {
    const { items } = await product.call(api.listProducts, { query: { limit: 100, ...query } })
    return items.map(one => one.name).sort()
  }
  const counted = (values: { value: string; count: number }[] | undefined) =>
    Object.fromEntries((values ?? []).map(({ value, count }) => [value, count]))

  test('by their skus, as long as they are for sale: in search, suggestions and the list of staff', async () => {
    const { parent, small, medium } = await shirt()
    const sku = mark().toUpperCase()
    await update(medium.id, { sku })
    const found = async (q: string) =>
      (await product.call(api.searchProducts, { query: { q } })).items.map(one => one.id)
    const suggested = async (q: string) =>
      (await product.call(api.suggestProducts, { query: { q } })).items.map(one => one.id)
    const listed = async (q: string) =>
      (await product.call(api.listCatalogue, { query: { q } }, staff)).items.map(one => one.id)
    for (const find of [found, suggested, listed])
      assert.deepEqual(await find(sku.toLowerCase()), [parent.id], find.name)
    assert.deepEqual(await listed(parent.name), [parent.id], 'and not its variants beside it')
    await update(medium.id, { is_active: false })
    assert.deepEqual([await found(sku), await listed(sku)], [[], [parent.id]])
    await product.send(api.deleteProduct, { params: { id: medium.id } }, staff)
    assert.deepEqual([await listed(sku), await listed(small.sku)], [[], [parent.id]])
  })

  test('by what they come in: one variant has all that is asked for together, also that it is there', async () => {
    const word = mark()
    const { id: category_id, slug: category } = await product.call(api.createCategory, { body: { name: word } }, staff)
    const made = async (name: string, attributes: object, variants: [object, number][]) => {
      const one = await create({ name: `${name} ${word}`, category_id, attributes, stock: variants.length > 0 ? 0 : 1 })
      for (const [options, stock] of variants) await variant(one.id, { options, stock })
    }
    await made('Coat', { material: 'wool' }, [
      [{ size: 'M', colour: 'red' }, 2],
      [{ size: 'M', colour: 'blue' }, 0],
      [{ size: 'L', colour: 'blue' }, 3],
    ])
    await made('Vest', { material: 'wool' }, [[{ size: 'M' }, 0]])
    await made('Scarf', { material: 'wool', size: 'M', colour: 'blue' }, [])
    const [coat, vest, scarf] = ['Coat', 'Vest', 'Scarf'].map(name => `${name} ${word}`) as [string, string, string]
    const cases: [object, string[]][] = [
      [{ 'attribute.size': 'M' }, [coat, scarf, vest]],
      [{ 'attribute.size': 'M', 'attribute.material': 'wool' }, [coat, scarf, vest]],
      [{ 'attribute.size': 'L', 'attribute.colour': 'red' }, []],
      [{ 'attribute.size': ['L', 'M'], 'attribute.colour': 'blue' }, [coat, scarf]],
      [{ 'attribute.size': 'M', in_stock: true }, [coat, scarf]],
      [{ 'attribute.size': 'M', 'attribute.colour': 'blue', in_stock: true }, [scarf]],
      [{ 'attribute.size': 'M', in_stock: false }, [vest]],
    ]
    for (const [query, names] of cases) {
      assert.deepEqual(await named({ category, ...query }), names, JSON.stringify(query))
      const { items } = await product.call(api.searchProducts, { query: { q: word, ...query } })
      assert.deepEqual(items.map(one => one.name).sort(), names, `searched ${JSON.stringify(query)}`)
      for (const about of [{ category }, { q: word }]) {
        const { total } = await product.call(api.listFacets, { query: { ...about, ...query } })
        assert.equal(total, names.length, `counted ${JSON.stringify({ ...about, ...query })}`)
      }
    }
    const facets = async (query: object) => {
      const found = await product.call(api.listFacets, { query: { category, ...query } })
      return [counted(found.attributes.size), counted(found.attributes.colour), found.in_stock]
    }
    assert.deepEqual(await facets({}), [{ M: 3, L: 1 }, { blue: 2, red: 1 }, 2])
    assert.deepEqual(await facets({ in_stock: true }), [{ M: 2, L: 1 }, { blue: 2, red: 1 }, 2])
    assert.deepEqual(await facets({ 'attribute.colour': 'red' }), [{ M: 1 }, { blue: 2, red: 1 }, 1])
    assert.deepEqual(await facets({ 'attribute.size': 'M' }), [{ M: 3, L: 1 }, { blue: 2, red: 1 }, 2])
    // The statement for many and what is counted of few say the same.
    const searched = async (query: object) => {
      const { facets } = await product.call(api.searchProducts, { query: { q: word, ...query } })
      return [counted(facets.attributes.size), counted(facets.attributes.colour), counted(facets.attributes.material)]
    }
    const all = [{ M: 3, L: 1 }, { blue: 2, red: 1 }, { wool: 3 }]
    assert.deepEqual([await searched({}), await searched({ sort: 'name' })], [all, all])
    assert.deepEqual(await searched({ 'attribute.colour': 'red' }), [{ M: 1 }, { red: 1 }, { wool: 1 }])
    // What is sold out of one size is found by the others.
    await platform.drain()
    const [coatNow] = (await product.call(api.listProducts, { query: { category, sort: 'name' } })).items
    const red = (await get(coatNow!.id)).variants.find(one => one.options.colour === 'red')!
    assert.equal((await buy(red.id, 2)).status, 201)
    await platform.drain()
    assert.deepEqual(await named({ category, 'attribute.size': 'M', in_stock: true }), [scarf])
    assert.deepEqual(await named({ category, 'attribute.size': 'L', in_stock: true }), [coat])
  })
})

describe('refused is', () => {
  test('a variant with other options, of no product, of a variant, or that is there already', async () => {
    const { parent, small } = await shirt()
    const cases: [string, object, [number, string], string?][] = [
      [parent.id, { options: { size: 'L' } }, [400, 'validation-failed'], '/options'],
      [parent.id, { options: { size: 'L', colour: 'red', cut: 'slim' } }, [400, 'validation-failed'], '/options'],
      [parent.id, { options: {} }, [400, 'validation-failed'], '/options'],
      [parent.id, { options: { size: ' ', colour: 'red' } }, [400, 'validation-failed'], '/options/size'],
      [parent.id, { options: { size: 'L', colour: 'red' }, price: 1.999 }, [400, 'validation-failed'], '/price'],
      [parent.id, { options: { colour: 'red', size: 'S' } }, [409, 'already-exists'], '/options'],
      [parent.id, { options: { colour: 'red', size: 'L' }, sku: small.sku }, [409, 'already-exists'], '/sku'],
      [small.id, { options: { size: 'S' } }, [400, 'validation-failed'], 'params/id'],
      [randomUUID(), { options: { size: 'S' } }, [404, 'not-found']],
    ]
    for (const [id, body, problem, pointer] of cases) {
      const answer = await add(id, body)
      assert.deepEqual(
        [...problemOf(answer), answer.body.errors?.[0].pointer],
        [...problem, pointer],
        JSON.stringify(body),
      )
    }
    assert.equal((await get(parent.id)).variant_count, 2)
  })

  test('the hundred-and-first, and a currency of its own', async () => {
    const { parent, small } = await shirt()
    for (let at = 0; at < 98; at += 14) {
      await Promise.all(
        Array.from({ length: 14 }, (_, i) => variant(parent.id, { options: { size: `${at + i}`, colour: 'blue' } })),
      )
    }
    assert.deepEqual(problemOf(await add(parent.id, { options: { size: 'x', colour: 'y' } })), [409, 'too-many'])
    const krone = await create({ currency: 'KRW', price: 1000 })
    assert.deepEqual(problemOf(await add(krone.id, { options: { size: 'S' }, price: 1.5 })), [400, 'validation-failed'])
    for (const id of [parent.id, small.id]) {
      const answer = await update(id, { price: 5, currency: 'EUR' })
      assert.equal(answer.status, 400)
    }
  })

  test('price and stock of a product whose variants have them', async () => {
    const { parent } = await shirt()
    for (const field of ['price', 'stock', 'stock_quantity']) {
      const answer = await update(parent.id, { [field]: 5 })
      assert.deepEqual([...problemOf(answer), answer.body.errors[0].pointer], [400, 'validation-failed', `/${field}`])
    }
  })
})
