import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
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
