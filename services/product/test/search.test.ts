import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { bulkLoadProducts } from '../src/bulk-load.ts'
import { readState } from '../src/memory-store.ts'
import * as store from '../src/search-store.ts'
import { editsOf, wordsOf } from '../src/search-words.ts'

let platform: TestPlatform
let product: api.Client
let staff: { authorization: string }

before(async () => {
  platform = await startTestPlatform({ services: ['product', 'inventory'] })
  product = platform.client('product')
  staff = await platform.asStaff('catalogue')
  const lamps = await product.call(api.createCategory, { body: { name: 'Lamps' } }, staff)
  const desk = await product.call(api.createCategory, { body: { name: 'Desk', parent_id: lamps.id } }, staff)
  const make = (name: string, more: object = {}) =>
    product.call(api.createProduct, { body: { name, price: 10, ...more } }, staff)
  await make('Brass Desk Lamp', {
    category_id: desk.id,
    attributes: { colour: 'brass', watts: 40 },
    price: 49,
    stock: 3,
  })
  await make('Paper Lamp', { category_id: lamps.id, attributes: { colour: 'white', watts: 40 }, price: 19 })
  await make('Clay Oil Lamp', { category_id: lamps.id, attributes: { colour: 'red' }, price: 29, stock: 1 })
  await make('Reading Chair', { description: 'Sits well beside a lamp.', attributes: { colour: 'green' } })
  await make('Café Crème Cups, 2 × 200 ml', { sku: 'CUP-2200' })
  await make("Chef's Knife", { description: 'For the running cook.' })
  await make('Travel Laptop', { attributes: { brand: 'Halden' } })
  await make('Hidden Lamp', { is_active: false })
})
after(() => platform?.stop())

type Query = api.QueryOf<typeof api.searchProducts> & Record<string, unknown>
const search = (q: string, more: Partial<Query> = {}) => product.call(api.searchProducts, { query: { q, ...more } })
const names = async (q: string, more: Partial<Query> = {}) => (await search(q, more)).items.map(item => item.name)
const lampNames = ['Brass Desk Lamp', 'Clay Oil Lamp', 'Paper Lamp']

describe('search', () => {
  test('puts names before descriptions, and never shows what is not for sale', async () => {
    const found = await names('lamp')
    assert.deepEqual(found.slice(0, 3).sort(), lampNames)
    assert.equal(found[3], 'Reading Chair')
    assert.equal(found.length, 4)
  })

  test('needs all words, in any form, the last one perhaps half typed', async () => {
    assert.deepEqual(await names('desk lamps'), ['Brass Desk Lamp'])
    assert.deepEqual(await names('brass la'), ['Brass Desk Lamp'])
    assert.deepEqual(await names('runs'), ["Chef's Knife"])
    assert.deepEqual(await names('a lamp for the desk'), ['Brass Desk Lamp'])
    assert.deepEqual(await names('halden'), ['Travel Laptop'])
    assert.deepEqual(await names('CUP-2200'), ['Café Crème Cups, 2 × 200 ml'])
  })

  test('does not mind accents, apostrophes and case', async () => {
    for (const q of ['cafe creme', 'CAFÉ', 'Crème'])
      assert.deepEqual(await names(q), ['Café Crème Cups, 2 × 200 ml'], q)
    for (const q of ["chef's knife", 'chefs knife', 'chef knife']) assert.deepEqual(await names(q), ["Chef's Knife"], q)
  })

  test('forgives typing errors and says what it took the words for', async () => {
    for (const q of ['lmap', 'lapm', 'laamp', 'kamp']) {
      const { items, suggestion } = await search(q)
      assert.equal(suggestion, 'lamp', q)
      assert.deepEqual(
        items
          .map(item => item.name)
          .slice(0, 3)
          .sort(),
        lampNames,
      )
    }
    const { items, suggestion } = await search('brss lamp')
    assert.equal(suggestion, 'brass lamp')
    assert.deepEqual(
      items.map(item => item.name),
      ['Brass Desk Lamp'],
    )
    assert.equal((await search('readding chiar')).suggestion, 'reading chair')
    assert.equal((await search('lamp')).suggestion, null)
    assert.equal((await search('knife')).suggestion, null)
  })

  test('knows the words of a product as soon as it is there or renamed', async () => {
    const made = await product.call(api.createProduct, { body: { name: 'Zeppelin', price: 1 } }, staff)
    assert.equal((await search('zepelin')).suggestion, 'zeppelin')
    await product.call(
      api.updateProduct,
      { params: { id: made.id }, body: { name: 'Montgolfier', sku: 'M-1783' } },
      staff,
    )
    assert.equal((await search('montgolfer')).suggestion, 'montgolfier')
    assert.deepEqual(await search('zepelin').then(found => [found.items, found.suggestion]), [[], null])
    await product.call(api.deleteProduct, { params: { id: made.id } }, staff)
    assert.equal((await search('montgolfer')).suggestion, null)
  })

  test('shows what has some of the words when nothing has all of them, page after page', async () => {
    const all = await names('knife chair qqqqqq')
    assert.deepEqual([...all].sort(), ["Chef's Knife", 'Reading Chair'])
    const first = await search('knife chair qqqqqq', { limit: 1 })
    const second = await search('knife chair qqqqqq', { limit: 1, cursor: first.next_cursor! })
    assert.deepEqual(
      [...first.items, ...second.items].map(item => item.name),
      all,
    )
    assert.equal(second.next_cursor, null)
  })

  test('pages through every match once, in one order, also of corrected words', async () => {
    for (const q of ['lamp', 'lmap']) {
      const all = await names(q)
      const paged: string[] = []
      for (let cursor: string | undefined; ; ) {
        const page = await search(q, { limit: 1, cursor })
        paged.push(...page.items.map(item => item.name))
        if (!page.next_cursor) break
        cursor = page.next_cursor
      }
      assert.deepEqual(paged, all, q)
    }
  })

  test('can be narrowed like the list', async () => {
    assert.deepEqual(await names('lamp', { category: 'desk' }), ['Brass Desk Lamp'])
    assert.deepEqual((await names('lamp', { category: 'lamps' })).sort(), lampNames)
    assert.deepEqual(await names('lamp', { max_price: 29, min_price: 20 }), ['Clay Oil Lamp'])
    assert.deepEqual((await names('lamp', { in_stock: true })).sort(), ['Brass Desk Lamp', 'Clay Oil Lamp'])
    assert.deepEqual((await names('lamp', { 'attribute.watts': '40' })).sort(), ['Brass Desk Lamp', 'Paper Lamp'])
    assert.deepEqual(await names('lamp', { 'attribute.colour': ['red', 'green'] }), ['Clay Oil Lamp', 'Reading Chair'])
  })

  test('counts what its matches have in common, over all pages', async () => {
    const { facets } = await search('lamp', { limit: 1 })
    assert.deepEqual(
      facets.categories.map(({ slug, count }) => [slug, count]),
      [
        ['lamps', 2],
        ['desk', 1],
      ],
    )
    assert.deepEqual(facets.attributes.watts, [{ value: '40', count: 2 }])
    assert.equal(facets.attributes.colour!.length, 4)
    assert.deepEqual(facets.price, { min: 10, max: 49 })
  })

  test('is the same whether few matches are known or one statement reads and counts them', async () => {
    await product.call(
      api.createProduct,
      {
        body: {
          name: 'Odd Gong',
          price: 7,
          currency: 'JPY',
          attributes: { colour: 'Ünï 🏮', odd: true, tiny: 0.0000001, huge: 1e15, half: -2.5, watts: 40 },
        },
      },
      staff,
    )
    const sql = platform.sql('product')
    const words = (await sql<{ word: string }[]>`select word from product_words`).map(row => row.word)
    for (const q of [
      ...words,
      ...words.map((word, i) => `${words[(i * 7 + 3) % words.length]} ${word}`),
      'lamp desk brass',
      'red clay la',
      'la',
      'c',
      'brass la',
      'desk lamps',
      'the',
      'a lamp for the desk',
      'knife chair qqqqqq',
    ]) {
      const asked = wordsOf(q)
      const one = (await search(q, { limit: 3 })) as api.ReplyOf<typeof api.searchProducts>
      const plain = { currency: 'USD', attributes: [], words: asked, limit: 100 }
      let other = await store.searchProducts(sql, { ...plain, any: false })
      if (other.facets.count === 0) other = await store.searchProducts(sql, { ...plain, any: true })
      assert.deepEqual(one.items, JSON.parse(JSON.stringify(other.rows.slice(0, 3).map(row => row.product))), q)
      const { categories, attributes } = other.facets
      assert.deepEqual([one.facets.categories, one.facets.attributes], [categories, attributes], q)
      assert.equal(one.next_cursor === null, other.rows.length <= 3, q)
    }
  })

  test('shows a product, its stock and its category as they are now, however often it was shown before', async () => {
    const shown = async () => {
      const [one] = (await search('zither')).items
      return one && [one.price, one.stock_quantity, one.category?.name]
    }
    const { id: category_id } = await product.call(api.createCategory, { body: { name: 'Strings' } }, staff)
    const body = { name: 'Zither', price: 1, stock: 5, category_id }
    const { id } = await product.call(api.createProduct, { body }, staff)
    await platform.drain()
    for (let n = 0; n < 2; n++) assert.deepEqual(await shown(), [1, 5, 'Strings'])
    await product.call(api.patchProduct, { params: { id }, body: { price: 2 } }, staff)
    assert.deepEqual(await shown(), [2, 5, 'Strings'])
    await platform
      .client('inventory')
      .call(api.setStock, { params: { product_id: id }, body: { on_hand: 4 } }, await platform.asStaff('stock'))
    await platform.drain()
    assert.deepEqual(await shown(), [2, 4, 'Strings'])
    await product.call(api.updateCategory, { params: { id: category_id }, body: { name: 'Plucked' } }, staff)
    assert.deepEqual(await shown(), [2, 4, 'Plucked'])
    await product.call(api.patchProduct, { params: { id }, body: { is_active: false } }, staff)
    assert.equal(await shown(), undefined)
  })

  test('what was found for words is remembered until the catalogue is another, also while things are sold', async () => {
    const sql = platform.sql('product')
    const { id } = await product.call(api.createProduct, { body: { name: 'Ocarina', price: 1, stock: 5 } }, staff)
    await platform.drain()
    const before = await readState(sql)
    await platform
      .client('inventory')
      .call(api.setStock, { params: { product_id: id }, body: { on_hand: 4 } }, await platform.asStaff('stock'))
    await platform.drain()
    const sold = await readState(sql)
    assert.deepEqual([sold.listed, sold.shown !== before.shown], [before.listed, true])
    for (const change of [
      () => product.call(api.patchProduct, { params: { id }, body: { name: 'Tin Ocarina' } }, staff),
      () => product.call(api.createProduct, { body: { name: 'Tin Flute', price: 1 } }, staff),
      () => product.call(api.createCategory, { body: { name: 'Wind' } }, staff),
      () => product.call(api.deleteProduct, { params: { id } }, staff),
    ]) {
      const { listed } = await readState(sql)
      assert.deepEqual(await names('tin ocarina flute'), await names('tin ocarina flute'))
      await change()
      assert.notEqual((await readState(sql)).listed, listed)
    }
    assert.deepEqual(await names('tin flute'), ['Tin Flute'])
    assert.deepEqual(await names('ocarina'), [])
  })

  test('many who search at the same time each get their own', async () => {
    const words = ['lamp', 'knife', 'chair', 'laptop', 'cups', 'lmap', 'la', 'the', '💡', 'knife chair qqqqqq']
    const alone = []
    for (const q of words) alone.push(await search(q))
    assert.deepEqual(await Promise.all(words.map(q => search(q))), alone)
  })

  test('can be sorted like the list, page after page', async () => {
    const orders: [api.QueryOf<typeof api.searchProducts>['sort'], string[]][] = [
      ['price', ['Reading Chair', 'Paper Lamp', 'Clay Oil Lamp', 'Brass Desk Lamp']],
      ['-price', ['Brass Desk Lamp', 'Clay Oil Lamp', 'Paper Lamp', 'Reading Chair']],
      ['name', ['Brass Desk Lamp', 'Clay Oil Lamp', 'Paper Lamp', 'Reading Chair']],
      ['newest', ['Reading Chair', 'Clay Oil Lamp', 'Paper Lamp', 'Brass Desk Lamp']],
    ]
    for (const [sort, expected] of orders) {
      const paged: string[] = []
      for (let cursor: string | undefined; ; ) {
        const page = await search('lamp', { sort, limit: 3, cursor })
        paged.push(...page.items.map(item => item.name))
        if (!page.next_cursor) break
        cursor = page.next_cursor
      }
      assert.deepEqual(paged, expected, String(sort))
    }
    const { next_cursor } = await search('lamp', { sort: 'price', limit: 1 })
    const { status } = await product.send(api.searchProducts, { query: { q: 'lamp', cursor: next_cursor! } })
    assert.equal(status, 400, 'a cursor is good for its own order')
  })

  test('stays sane whatever is typed', async () => {
    const nothing = {
      items: [],
      next_cursor: null,
      facets: { categories: [], attributes: {}, price: { min: null, max: null } },
      suggestion: null,
    }
    for (const q of ['💡', '"', "'", '&|!<->():*', ' ', '%', '\\']) assert.deepEqual(await search(q), nothing, q)
    for (const q of ["lamp' or 1=1 --", '"lamp" & !(', 'lamp:*', 'lamp \\'])
      assert.equal((await names(q))[0]?.includes('Lamp'), true, q)
    for (const q of ['the', 'the of and', 'x'.repeat(200), 'lamp '.repeat(40), '電気', 'ﷺ'.repeat(60)]) {
      assert.equal((await product.send(api.searchProducts, { query: { q } })).status, 200, q)
    }
  })

  test('refuses what is no query or no cursor of its own', async () => {
    const cursors = [
      'x',
      (await product.call(api.listProducts, { query: { limit: 1 } })).next_cursor!,
      Buffer.from(JSON.stringify(['search', 'all', 'x', randomUUID()])).toString('base64url'),
      Buffer.from(JSON.stringify(['search', 'none', 1, randomUUID()])).toString('base64url'),
    ]
    for (const cursor of cursors) {
      const { status, body } = await product.send(api.searchProducts, { query: { q: 'lamp', cursor } })
      assert.equal(status, 400)
      assert.match(body.type, /invalid-cursor$/)
    }
    for (const query of [{}, { q: '' }, { q: 'x'.repeat(201) }]) {
      const { status, body } = await product.send(api.searchProducts, { query })
      assert.equal(status, 400)
      assert.match(JSON.stringify(body.errors), /query\/?q/)
    }
  })
})

describe('facets', () => {
  const facets = (query: Record<string, unknown>) => product.call(api.listFacets, { query })
  const counts = (list: { value: string; count: number }[] | undefined) =>
    Object.fromEntries((list ?? []).map(({ value, count }) => [value, count]))

  test('count what a category has, with those below it', async () => {
    const { total, in_stock, categories, attributes, price } = await facets({ category: 'lamps' })
    assert.deepEqual([total, in_stock, price], [3, 2, { min: 19, max: 49 }])
    assert.deepEqual(
      categories.map(({ slug, count }) => [slug, count]),
      [
        ['lamps', 2],
        ['desk', 1],
      ],
    )
    assert.deepEqual(counts(attributes.colour), { brass: 1, red: 1, white: 1 })
  })

  test('a choice does not count against its own alternatives, but against everything else', async () => {
    const red = await facets({ category: 'lamps', 'attribute.colour': 'red' })
    assert.equal(red.total, 1)
    assert.deepEqual(counts(red.attributes.colour), { brass: 1, red: 1, white: 1 })
    assert.deepEqual(red.price, { min: 29, max: 29 })
    assert.equal(red.attributes.watts, undefined)

    const cheap = await facets({ category: 'lamps', max_price: 20 })
    assert.deepEqual([cheap.total, cheap.price], [1, { min: 19, max: 49 }])
    assert.deepEqual(counts(cheap.attributes.colour), { white: 1 })

    const both = await facets({ category: 'lamps', 'attribute.colour': ['red', 'white'], in_stock: true })
    assert.deepEqual([both.total, both.in_stock], [1, 1])
    assert.deepEqual(counts(both.attributes.colour), { brass: 1, red: 1 })
  })

  test('of a search are those of what the search finds, also of corrected words', async () => {
    for (const q of ['lamp', 'lmap', 'knife chair qqqqqq', 'brss lamp']) {
      const { total } = await facets({ q })
      assert.equal(total, (await search(q)).items.length, q)
    }
    const narrowed = await facets({ q: 'lamp', category: 'desk' })
    assert.equal(narrowed.total, 1)
    assert.deepEqual(narrowed.categories.map(({ slug }) => slug).sort(), ['desk', 'lamps'])
    assert.equal((await facets({ q: '💡' })).total, 0)
    assert.equal((await product.send(api.listFacets, { query: { colour: 'red' } })).status, 400)
  })
})

describe('suggestions', () => {
  const suggest = async (q: string, limit?: number) =>
    (await product.call(api.suggestProducts, { query: { q, limit } })).items.map(item => item.name)

  test('complete what was typed: names that begin with it, then names that have it', async () => {
    assert.deepEqual(await suggest('la'), ['Paper Lamp', 'Clay Oil Lamp', 'Travel Laptop', 'Brass Desk Lamp'])
    assert.deepEqual((await suggest('cla'))[0], 'Clay Oil Lamp')
    assert.deepEqual(await suggest('desk l'), ['Brass Desk Lamp'])
    assert.deepEqual(await suggest('la', 2), ['Paper Lamp', 'Clay Oil Lamp'])
    assert.deepEqual(await suggest('cafe'), ['Café Crème Cups, 2 × 200 ml'])
  })

  test('look at names only, forgive typing errors, and stay sane', async () => {
    assert.deepEqual(await suggest('beside'), [])
    assert.deepEqual(await suggest('labtop'), ['Travel Laptop'])
    for (const q of ['💡', "'", '%', ':*']) assert.deepEqual(await suggest(q), [])
    assert.equal((await product.send(api.suggestProducts, { query: {} })).status, 400)
  })
})

test('of more products than are looked at one by one, a statement counts what they have in common', async () => {
  const count = 230
  await bulkLoadProducts(
    platform.sql('product'),
    Array.from({ length: count }, (_, n) => ({
      sku: `KAZOO-${n}`,
      slug: `kazoo-${n}`,
      name: `Kazoo ${n}`,
      description: '',
      price: 1 + n,
      currency: 'USD',
      category: 'lamps',
      attributes: { key: n % 7 },
      images: [],
      stock: 1,
    })),
  )
  const { items, facets, next_cursor } = await search('kazoo')
  assert.equal(items.length, 20)
  assert.ok(next_cursor)
  assert.deepEqual(
    facets.categories.map(category => category.count),
    [count],
  )
  assert.equal(
    facets.attributes.key!.reduce((sum, value) => sum + value.count, 0),
    count,
  )
  assert.deepEqual(facets.price, { min: 1, max: count })

  // What was found is remembered; what is shown of it is as it is now.
  assert.deepEqual(await search('kazoo'), { items, facets, next_cursor, suggestion: null })
  const sold = items[3]!
  await platform.sql('product')`update products set stock_available = 0 where id = ${sold.id}`
  const now = await search('kazoo')
  assert.deepEqual(
    now.items.map(item => [item.id, item.stock_quantity]),
    items.map(item => [item.id, item.id === sold.id ? 0 : 1]),
  )
  await platform.sql('product')`update products set price_minor = 99900 where id = ${sold.id}`
  const dearer = await search('kazoo')
  assert.equal(dearer.facets.price.max, 999)
  assert.equal(dearer.items[3]!.price, 999)
  const rest = await search('kazoo', { cursor: dearer.next_cursor!, limit: 100 })
  assert.equal(new Set([...dearer.items, ...rest.items].map(item => item.id)).size, 120)
})

test('words are taken apart as the index does it', async () => {
  const texts = [
    'Chef’s Knife, 20 cm',
    'Café-Crème  Nº5',
    'naïve coöperation ﬁne',
    '茶碗 bowl',
    'a_b/c',
    'Ünïcödé STRASSE',
    "rock'n'roll",
  ]
  for (const text of texts) {
    const [row] = await platform.sql('product')`select lower(trim(search_text(${text}))) as words`
    assert.equal(wordsOf(text).join(' '), row!.words, text)
  }
})

test('every spelling one error away is thought of', () => {
  const edits = new Set(editsOf('lamp'))
  for (const word of ['amp', 'lmp', 'lam', 'almp', 'lamps', 'slamp', 'camp', 'limp', 'lamb', 'laamp'])
    assert.ok(edits.has(word), word)
  assert.ok(!edits.has('lamp'))
  assert.ok(!edits.has('clamps'))
})
