import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import type { Sql } from '@shopfleet/database'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { best } from '../src/best.ts'
import { bulkLoadProducts } from '../src/bulk-load.ts'
import { countFacets } from '../src/facet-store.ts'
import { readChanges } from '../src/memory-store.ts'
import { createNumberLists } from '../src/number-lists.ts'
import { createProductNumbers } from '../src/product-numbers.ts'
import { searchProducts } from '../src/search-store.ts'
import { createJoin, mend, readList } from '../src/word-lists.ts'
import { createWordMemory, type WordMemory } from '../src/word-memory.ts'

let platform: TestPlatform
let product: api.Client
let sql: Sql

const vocabulary = ['amber', 'basil', 'cedar', 'dune', 'ember', 'fern']
const colours = ['red', 'green', 'blue']

/** Numbers below a bound, the same each time. */
function createRandom(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const load = (prefix: string, count: number, wordsOf: (n: number) => string) =>
  bulkLoadProducts(
    sql,
    Array.from({ length: count }, (_, n) => ({
      sku: `${prefix}-${n}`,
      slug: `${prefix.toLowerCase()}-${n}`,
      name: wordsOf(n),
      description: `It smells of ${vocabulary[(n * 5) % 6]}.`,
      price: 1 + n,
      currency: n % 9 === 0 ? 'EUR' : 'USD',
      category: n % 2 ? 'woods' : null,
      attributes: { colour: colours[n % 3]!, size: n % 4, fresh: n % 5 === 0 },
      images: [],
      stock: 1,
    })),
  )

before(async () => {
  platform = await startTestPlatform({ services: ['product'] })
  product = platform.client('product')
  sql = platform.sql('product')
  await product.call(api.createCategory, { body: { name: 'Woods' } }, await platform.asStaff('catalogue'))
})
after(() => platform?.stop())

const questions: [words: string[], any: boolean][] = [
  [['amber'], false],
  [['am'], false],
  [['amber', 'basil'], false],
  [['the', 'cedar', 'du'], false],
  [['ember', 'ember'], false],
  [['fern', 'dune', 'amber'], true],
  [['nothing'], false],
]
const page = { limit: 30 }

async function answersOf(memory: WordMemory) {
  const answers = []
  for (const [words, any] of questions) {
    const selected = await memory.select(words, any, page)
    answers.push(selected && { matches: selected.matches, facets: selected.facets })
  }
  return answers
}

/** The database, and what it is asked: texts, and the kinds of what is asked together. */
function countStatements() {
  const texts: string[] = []
  const counting = new Proxy(sql, {
    apply: (target, self, args) => {
      texts.push(String(args[0]))
      return Reflect.apply(target, self, args)
    },
    get: (target, key) =>
      key === 'gatherRead'
        ? async (kind: string, item: never, run: (sql: Sql, items: never[]) => Promise<unknown[]>) => {
            texts.push(kind)
            return (await run(target, [item]))[0]
          }
        : Reflect.get(target, key),
  })
  return { texts, counting }
}

describe('the memory of searches', () => {
  test('says what a new one would say, whatever became of products, in every instance', async () => {
    const ids = await load('MEM', 120, n => `${vocabulary[n % 6]} ${vocabulary[(n * 7 + 1) % 6]}`)
    const random = createRandom(7)
    const any = <T>(list: readonly T[]) => list[random(list.length)]!
    const [first, second] = [createWordMemory(sql, 'USD'), createWordMemory(sql, 'USD')]
    // Reads ahead what ten products have, a step after each change.
    const ahead = createWordMemory(sql, 'USD', 10)
    const changes: ((id: string) => Promise<unknown>)[] = [
      id => sql`update products set name = ${`${any(vocabulary)} ${any(vocabulary)}`} where id = ${id}`,
      id => sql`update products set description = ${any(vocabulary)} where id = ${id}`,
      id =>
        sql`update products set attributes = ${{ colour: any(colours), size: random(9) } as never} where id = ${id}`,
      id => sql`update products set price_minor = ${random(1000)} where id = ${id}`,
      id => sql`update products set is_active = not is_active where id = ${id}`,
      id => sql`update products set deleted_at = now() where id = ${id}`,
      id => sql`update products set deleted_at = null where id = ${id}`,
      id => sql`update products set category_id = null where id = ${id}`,
      id => sql`delete from products where id = ${id}`,
      id => sql`update products set stock_available = 0 where id = ${id}`,
      () => sql`update categories set name = ${`Woods ${random(99)}`}`,
      () => sql`update products set price_minor = price_minor + 1 where price_minor < 500`,
      async n => ids.push(...(await load(`NEW-${n}`, 3, () => `${any(vocabulary)} ${any(vocabulary)}`))),
    ]
    for (let n = 0; n < 60; n++) {
      const change = changes[n % changes.length]!
      await change(change === changes.at(-1) ? String(n) : any(ids))
      const expected = await answersOf(createWordMemory(sql, 'USD'))
      assert.ok(expected[0]!.facets.count > 10)
      assert.deepEqual(await answersOf(first), expected, `after change ${n}`)
      await ahead.readAhead()
      assert.deepEqual(await answersOf(ahead), expected, `after change ${n}, read ahead`)
      // This one sees some of them together.
      if (n % 4 === 3) assert.deepEqual(await answersOf(second), expected, `after change ${n}, seldom asked`)
    }
  })

  test('is told which products changed, and of a sale nothing', async () => {
    const [one, other] = (await load('TOLD', 2, () => 'oak')) as [string, string]
    const now = () => readChanges(sql, undefined, 10)
    let { counters } = await now()
    const changedBy = async (change: () => Promise<unknown>) => {
      await change()
      const seen = await readChanges(sql, counters, 10)
      counters = seen.counters
      return seen.changed.toSorted()
    }
    assert.deepEqual(await changedBy(() => sql`update products set name = 'elm' where id = ${one}`), [one])
    const stock = (left: number) =>
      changedBy(() => sql`update products set stock_available = ${left} where id = ${one}`)
    assert.deepEqual([await stock(5), await stock(4)], [[], []])
    assert.deepEqual([await stock(0), await stock(3)], [[one], [one]], 'sold out, and back')
    assert.deepEqual(
      await changedBy(() => sql`update products set name = 'ash' where id in (${one}, ${other})`),
      [one, other].toSorted(),
    )
    assert.deepEqual(await changedBy(async () => {}), [])
    assert.deepEqual(await changedBy(() => sql`delete from products where id = ${other}`), [other])
    assert.equal((await changedBy(() => load('TOLD-3', 20, () => 'oak'))).length, 10, 'not more than are asked for')
  })

  test('never mixes what was before a change with what was after it', async () => {
    const [one, other] = (await load('TORN', 2, n => ['gold anvil', 'lead brick'][n]!)) as [string, string]
    const memory = createWordMemory(sql, 'USD')
    let isOver = false
    const swapping = (async () => {
      for (let n = 0; n < 200; n++) {
        // Either is made of gold at any time, and what is made of gold is an anvil.
        await sql`
          update products set name = case when (id = ${one}) = ${n % 2 === 0} then 'lead brick' else 'gold anvil' end,
            attributes = jsonb_build_object('metal', case when (id = ${one}) = ${n % 2 === 0} then 'lead' else 'gold' end)
          where id in (${one}, ${other})`
      }
      isOver = true
    })()
    let answered = 0
    const searching = async (words: string[], count: number) => {
      for (let n = 0; !isOver || n < 10; n++) {
        const selected = await memory.select(words, false, page)
        if (!selected) continue
        answered++
        assert.equal(selected.facets.count, count, words.join(' '))
        const { metal = [] } = selected.facets.attributes
        if (metal.length > 0) assert.deepEqual(metal, [{ value: 'gold', count: 1 }])
      }
    }
    await Promise.all([
      swapping,
      searching(['gold', 'anvil'], 1),
      searching(['gold', 'brick'], 0),
      searching(['gold'], 1),
    ])
    assert.ok(answered >= 10, `${answered} answers`)
  })

  test('reads ahead what products are counted by and the words that many have, and nothing of that again', async () => {
    const [one] = (await load('AHEAD', 60, n => (n < 3 ? 'obsidian relic' : 'obsidian'))) as [string]
    const { texts, counting } = countStatements()
    const memory = createWordMemory(counting, 'USD', 50)
    const counted = async (...words: string[]) => {
      texts.length = 0
      return (await memory.select(words, false, page))?.facets.count
    }
    while (await memory.readAhead());
    texts.length = 0
    assert.equal(await memory.readAhead(), false)
    assert.equal(texts.length, 0)
    assert.equal(await counted('obsidian'), 60)
    const again = (): string[] => texts.filter(text => text !== 'readState' && !text.includes('from categories'))
    assert.deepEqual(again(), [])
    assert.equal(await counted('obsidian', 'relic'), 3)
    assert.deepEqual(again(), ['readQuery', 'matchQuery'], 'the seldom one alone')
    await sql`update products set name = 'basalt' where id = ${one}`
    assert.equal(await counted('obsidian'), 59)
    assert.deepEqual([texts.includes('matchQuery'), texts.includes('matchQueryAmong')], [false, true])
  })

  test('knows every match of thousands, page after page', async () => {
    const count = 2300
    await load('MANY', count, n => `marble ${n % 3 === 0 ? 'heavy' : 'light'}`)
    const search = (cursor?: string) => product.call(api.searchProducts, { query: { q: 'marble', limit: 100, cursor } })
    const found = new Set<string>()
    let cursor: string | undefined
    do {
      const { items, facets, next_cursor } = await search(cursor)
      for (const { id } of items) found.add(id)
      assert.equal(
        facets.attributes.size!.reduce((sum, value) => sum + value.count, 0),
        count,
      )
      cursor = next_cursor ?? undefined
    } while (cursor)
    assert.equal(found.size, count)
  })

  test('after a change reads again what changed, not what a word matches', async () => {
    const [one] = (await load('AGAIN', 300, () => 'granite')) as [string]
    const { texts, counting } = countStatements()
    const memory = createWordMemory(counting, 'USD')
    const ask = async () => {
      texts.length = 0
      return memory.select(['granite'], false, page)
    }
    await ask()
    assert.ok(texts.includes('matchQuery'))
    await ask()
    assert.deepEqual(texts, ['readState'])
    await sql`update products set name = 'slate' where id = ${one}`
    assert.equal((await ask())?.facets.count, 299)
    assert.deepEqual([texts.includes('matchQuery'), texts.includes('matchQueryAmong')], [false, true])
  })

  test('counts what a search can be narrowed by as the statement does, whatever became of products', async () => {
    const ids = await load('NARROW', 90, n => `quartz ${vocabulary[n % 6]}`)
    const offers = ['S', 'M'].map((size, n) => ({
      sku: `Q-${size}`,
      options: { size, colour: 'red' },
      in_stock: n === 1,
    }))
    await sql`update products set variant_count = 2, offers = ${offers as never} where id = any(${ids.slice(0, 9)}::uuid[])`
    const [woods] = await sql<[{ id: string }]>`select id from categories where slug = 'woods'`
    const random = createRandom(5)
    const any = <T>(...list: readonly T[]) => list[random(list.length)]!
    const memory = createWordMemory(sql, 'USD')
    let counted = 0
    for (let n = 0; n < 150; n++) {
      const id = ids[random(ids.length)]!
      if (n % 3 === 0)
        await sql`update products set stock_available = ${random(2)} where id = ${id} and variant_count = 0`
      if (n % 5 === 0) await sql`update products set price_minor = ${random(9000)} where id = ${id}`
      if (n % 7 === 0) await sql`update products set category_id = ${any(null, woods.id)} where id = ${id}`
      const chosen = [any(...colours), any(...colours)].map(colour => ({ colour }))
      const filters = {
        currency: 'USD',
        category: any(undefined, undefined, 'woods', woods.id.toUpperCase(), 'nowhere'),
        min_minor: any(undefined, 2000),
        max_minor: any(undefined, 7000),
        in_stock: any(undefined, undefined, true, false),
        attributes: any<object[][]>([], [], [chosen], [[{ size: '2' }, { size: 2 }]], [chosen, [{ fresh: true }]]),
      }
      const words = any(['quartz'], ['quartz', 'amber'], ['quartz', 'am'], ['dune', 'quartz'])
      const found = await memory.countNarrowed(words, false, filters)
      const expected = await countFacets(sql, { ...filters, words, any: false })
      if (!found) assert.ok(filters.in_stock || filters.attributes.length > 0)
      else assert.deepEqual(found, expected, JSON.stringify({ words, filters }))
      if (found && found.total > 0) counted++
      // Half way the variants go, which are left to the statement.
      if (n === 75) await sql`update products set variant_count = 0, offers = '[]' where id = any(${ids}::uuid[])`
    }
    assert.ok(counted > 50, `${counted} counted`)
  })

  test('words that are looked for by the same are read once', async () => {
    await load('FORMS', 4, n => ['kettle', 'kettles', 'kettled', 'pot'][n]!)
    const { texts, counting } = countStatements()
    const memory = createWordMemory(counting, 'USD')
    for (const [words, any] of [
      [['kettle', 'k'], false],
      [['kettles', 'k'], false],
      [['kettled', 'k'], false],
      [['kettl'], true],
    ] as const)
      assert.equal((await memory.select(words, any, page))?.facets.count, 3, words.join(' '))
    assert.equal(texts.filter(text => text === 'matchQuery').length, 2, 'one for the k')
  })

  test('says how well each fits as the statement does', async () => {
    await load('FITS', 40, n => `${vocabulary[n % 6]} running ${vocabulary[(n * 5) % 6]} lamps`)
    const memory = createWordMemory(sql, 'USD')
    for (const [words, any] of [
      ...questions,
      [['amber'], true],
      [['lamps', 'runs'], true],
      [['runs', 'lamp'], false],
    ] as const) {
      const { rows } = await searchProducts(sql, { words, any, limit: 30, currency: 'USD', attributes: [] })
      const selected = await memory.select(words, any, page)
      // A stop word alone is left to the statement.
      if (words[0] === 'am') continue
      assert.ok(selected, words.join(' '))
      assert.deepEqual(
        selected.matches.map(({ rank, id }) => [rank, id]),
        rows.map(row => row.sort_key),
        words.join(' '),
      )
    }
  })
})

test('what comes into the index of words is not read from end to end by everybody who searches', async () => {
  await load('WAITING', 1500, n => `${vocabulary[n % 6]} waiting${n}`)
  const [row] = await sql<[{ pages: number }]>`select gin_clean_pending_list('products_search')::int as pages`
  assert.ok(row.pages <= 32, `${row.pages} pages`)
})

test('products have numbers, as many as there are, and their order is that of their ids', async () => {
  const rows = await sql<{ id: string; bytes: Buffer }[]>`
    select id, uuid_send(id) as bytes from (select uuidv7() as id from generate_series(1, 700) union all
      select gen_random_uuid() from generate_series(1, 700)) as ids order by id`
  const numbers = createProductNumbers()
  const given = rows.map(({ bytes }) => numbers.numberAt(Buffer.concat([Buffer.alloc(3), bytes]), 3))
  assert.deepEqual([...given], [...rows.keys()])
  assert.deepEqual(
    rows.map(({ bytes }) => numbers.numberAt(bytes, 0)),
    given,
  )
  assert.equal(numbers.count, rows.length)
  for (const [n, { id }] of rows.entries()) {
    assert.equal(numbers.idOf(n), id)
    if (n > 0) assert.deepEqual([numbers.isLess(n - 1, n), numbers.isLess(n, n - 1)], [true, false])
  }
})

test('lists of numbers stay what they are however often others change', () => {
  const random = createRandom(3)
  const lists = createNumberLists()
  const expected: number[][] = Array.from({ length: 400 }, () => [])
  for (let n = 0; n < 20_000; n++) {
    const [of, list] = [random(400), Array.from({ length: random(7) }, () => random(50))]
    lists.set(of, list)
    expected[of] = list
  }
  for (const [of, list] of expected.entries()) {
    const counts = new Uint32Array(50)
    const seen = lists.count(Uint32Array.of(of), counts)
    assert.deepEqual(seen, [...new Set(list)])
    for (let number = 0; number < 50; number++) assert.equal(counts[number], list.filter(one => one === number).length)
  }
})

test('lists of words are joined, mended and put in order', () => {
  const join = createJoin()
  const list = (...pairs: [product: number, rank: number][]) => ({
    products: Uint32Array.from(pairs, ([product]) => product),
    ranks: Float32Array.from(pairs, ([, rank]) => rank),
  })
  const [a, b] = [list([1, 0.5], [2, 0.25], [7, 1]), list([7, 0.5], [2, 2])]
  const joined = (lists: (typeof a)[], any: boolean) => {
    const { products, ranks } = join(lists, any, 8)
    return [...products].map((product, i) => [product, ranks[i]]).sort((x, y) => x[0]! - y[0]!)
  }
  for (let n = 0; n < 2; n++) {
    assert.deepEqual(joined([a, b], false), [[2, 2.25], [7, 1.5]]) // biome-ignore format: pairs
    assert.deepEqual(joined([a, b], true), [[1, 0.5], [2, 2.25], [7, 1.5]]) // biome-ignore format: pairs
    assert.deepEqual(joined([a, list()], false), [])
  }
  const { products, ranks } = mend(a, new Set([2, 7, 9]), list([7, 3], [9, 4]))
  assert.deepEqual([[...products], [...ranks]], [[1, 7, 9], [0.5, 3, 4]]) // biome-ignore format: pairs
  assert.deepEqual(readList(Buffer.alloc(0), createProductNumbers()), list())
  const random = createRandom(11)
  const values = Array.from({ length: 500 }, () => random(40))
  const isBefore = (x: number, y: number) => (values[x] === values[y] ? x < y : values[x]! > values[y]!)
  const sorted = [...values.keys()].sort((x, y) => (isBefore(x, y) ? -1 : 1))
  for (const most of [0, 1, 20, 600]) assert.deepEqual(best(values.length, most, isBefore), sorted.slice(0, most))
})
