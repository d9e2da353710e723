import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
let product: api.Client
let staff: { authorization: string }
before(async () => {
  platform = await startTestPlatform({ services: ['product', 'inventory', 'gateway'] })
  product = platform.client('product')
  staff = await platform.asStaff('catalogue', 'stock')
  await product.call(api.createCategory, { body: { name: 'Lamps & Lights', slug: 'lamps' } }, staff)
})
after(() => platform?.stop())

const send = (csv: string | Uint8Array, query: object = {}) =>
  product.send(api.importProducts, { query, body: csv as never }, staff)
async function check(csv: string): Promise<api.ProductImport> {
  const { status, body } = await send(csv)
  assert.equal(status, 201, JSON.stringify(body))
  return body
}
async function take(csv: string): Promise<api.ProductImport> {
  const { status, body } = await send(csv, { apply: true })
  assert.equal(status, 201, JSON.stringify(body))
  return body
}
const rowsOf = async ({ id }: { id: string }, query: object = {}) =>
  (await product.call(api.listImportRows, { params: { id }, query: { limit: 100, ...query } }, staff)).items
const ask = (operation: api.Operation, id: string, body?: object) =>
  product.send(operation, { params: { id }, body }, staff)
const get = (key: string) => product.send(api.getProduct, { params: { id: key } })
const problemOf = ({ status, body }: api.Answer<any>) => [status, body.type?.split('/').at(-1)]
const create = (body: object) => product.call(api.createProduct, { body: body as never }, staff)
const stockOf = async (product_id: string) =>
  (await platform.client('inventory').call(api.getStock, { params: { product_id } }, staff)).available
const nextSku = () => `S-${randomUUID().slice(0, 8).toUpperCase()}`
/** With its first mark, which `text()` would leave out. */
const exported = async (): Promise<string> => {
  const answer = await fetch(`${platform.url('product')}${api.exportProducts.path}`, { headers: staff })
  return Buffer.from(await answer.arrayBuffer()).toString()
}
/** What others are told of the catalogue. */
const said = async () => {
  await platform.drain()
  return (await platform.said('product')).filter(one =>
    /^(product\.(created|updated|deleted)|catalogue)/.test(one.name),
  )
}
const newest = async (name: string) => (await platform.said('product')).filter(one => one.name === name)

describe('looking at a file', () => {
  test('says what every row would do, and changes nothing', async () => {
    const known = await create({
      name: 'Known lamp',
      price: 20,
      stock: 5,
      sku: nextSku(),
      attributes: { colour: 'red' },
    })
    const same = await create({ name: 'Same lamp', price: 7.5, sku: nextSku() })
    const made = nextSku()
    const before = await said()
    const found = await check(
      [
        'sku,name,price,stock_quantity,category,attribute.colour,attribute.weight_g',
        `${known.sku},Known lamp,24.50,8,lamps,blue,120`,
        `${same.sku},Same lamp,7.5,,,,`,
        `${made},"New, ""fine"" lamp",3,2,Lamps & lights,,`,
      ].join('\n'),
    )
    assert.deepEqual(found.rows, { total: 3, create: 1, update: 1, unchanged: 1, bad: 0 })
    assert.equal(found.status, 'checked')
    const [update, unchanged, create_] = await rowsOf(found)
    assert.deepEqual(update!.changes, [
      { field: 'price', from: 20, to: 24.5 },
      { field: 'category', from: null, to: 'lamps' },
      { field: 'attribute.colour', from: 'red', to: 'blue' },
      { field: 'attribute.weight_g', from: null, to: 120 },
      { field: 'stock_quantity', from: 5, to: 8 },
    ])
    assert.deepEqual([unchanged!.action, unchanged!.changes], ['unchanged', []])
    assert.deepEqual([create_!.action, create_!.name, create_!.line], ['create', 'New, "fine" lamp', 4])
    assert.equal((await get(made)).status, 404)
    assert.equal((await get(known.id)).body.price, 20)
    assert.deepEqual(await said(), before)
  })

  test('names line, column and rule of every bad row, as the file calls the column', async () => {
    const known = await create({ name: 'Slugged', price: 1, slug: `slugged-${randomUUID().slice(0, 8)}` })
    const twice = nextSku()
    const csv = [
      'SKU;Title;Price;Currency;Stock;Category;Active;Slug;attribute.ok',
      `${nextSku()};"Two`,
      'lines";abc;USD;1;;;;',
      '',
      `${nextSku()};;1;USD;1;;;;`,
      `${nextSku()};Cents;1,999;USD;1;;;;`,
      `${nextSku()};Money;1;XXX;1;;;;`,
      `${nextSku()};Stock;1;USD;1.5;nowhere;maybe;;`,
      `${nextSku()};Slug;1;USD;1;;;Not a Slug;`,
      `${nextSku()};Taken;1;USD;1;;;${known.slug}x;`,
      `${twice};Twice;1,50;USD;1;;;;`,
      `${twice};Twice again;1;USD;1;;;;`,
      `${nextSku()};Too;1;USD;1;;;;;;;many`,
      'bad sku!;Sku;1;USD;1;;;;',
    ].join('\r\n')
    const found = await check(csv)
    const rows = await rowsOf(found, { action: 'bad' })
    const told = rows.map(row => [row.line, row.errors.map(error => error.column)])
    assert.deepEqual(told, [
      [2, ['Price']],
      [5, ['Title']],
      [6, ['Price']],
      [7, ['Currency']],
      [8, ['Active', 'Stock', 'Category']],
      [9, ['Slug']],
      [12, ['SKU']],
      [13, ['']],
      [14, ['SKU']],
    ])
    for (const row of rows) for (const { detail } of row.errors) assert.ok(detail.length > 5)
    assert.match(rows[2]!.errors[0]!.detail, /2 decimals in USD/)
    assert.deepEqual(found.rows, { total: 11, create: 2, update: 0, unchanged: 0, bad: 9 })
    assert.equal((await rowsOf(found, { action: 'create' }))[1]!.changes.find(one => one.field === 'price')!.to, 1.5)
  })

  test('refuses what is no table of products, with the reason', async () => {
    const cases: [string | Uint8Array, RegExp][] = [
      ['name,price\n"never closed,1\n', /cannot be read as CSV.*line/i],
      ['name,price\n', /a row below/],
      ['\n\n', /first line/],
      ['name,price,colour\nx,1,red\n', /column 3 is not known; an attribute is called attribute\.colour/],
      ['name,price,Price\nx,1,2\n', /column 3 is there twice/],
      ['price,description\n1,x\n', /one of id, sku, slug and name/],
      [Uint8Array.from([0x6e, 0x61, 0x6d, 0x65, 0x0a, 0xe9, 0x0a]), /UTF-8/],
      ['name,price\na\0b,1\n', /NUL/],
      [`name,price\n${'x,1\n'.repeat(10_001)}`, /more than 10000 rows/],
    ]
    for (const [csv, words] of cases) {
      const answer = await send(csv)
      assert.deepEqual(problemOf(answer), [400, 'validation-failed'], String(words))
      assert.match(JSON.stringify(answer.body.errors), words)
    }
    const json = await product.send(
      api.importProducts,
      { body: '{}' as never },
      { ...staff, 'content-type': 'application/json' },
    )
    assert.deepEqual(problemOf(json), [415, 'unsupported-media-type'])
    const large = await send(new Uint8Array(16 * 1024 * 1024 + 1).fill(97))
    assert.deepEqual(problemOf(large), [413, 'body-too-large'])
  })
})

describe('applying', () => {
  test('makes the changes that were looked at, with an event each, and the stock follows', async () => {
    const known = await create({
      name: 'To change',
      price: 20,
      stock: 5,
      sku: nextSku(),
      images: [{ url: '/api/images/a.svg' }],
    })
    const [made, shown] = [nextSku(), nextSku()]
    const found = await check(
      `sku,name,price,stock,is_active\n${known.sku},Changed,21,9,\n${made},Made,3,4,\n${shown},Hidden,3,4,false\n`,
    )
    await platform.drain()
    const { status, body } = await ask(api.applyImport, found.id)
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.status, 'applied')
    assert.deepEqual(body.stock, { total: 1, moved: 1, refused: 0 })
    const one = (await get(made)).body
    assert.deepEqual([one.name, one.price, one.stock_quantity, one.slug], ['Made', 3, 4, 'made'])
    assert.equal((await get(shown)).status, 404, 'what is not active is not shown')
    await platform.drain()
    const changed = (await get(known.id)).body
    assert.deepEqual([changed.name, changed.price, changed.stock_quantity], ['Changed', 21, 9])
    assert.deepEqual(changed.images, known.images, 'what the file says nothing of stays')
    assert.deepEqual([await stockOf(known.id), await stockOf(one.id)], [9, 4])
    assert.equal((await newest('product.created')).filter(event => event.aggregate_id === one.id).length, 1)
    const updated = (await newest('product.updated')).filter(event => event.aggregate_id === known.id)
    assert.equal((updated[0]!.payload as { price_minor: number }).price_minor, 2100)
    assert.deepEqual(problemOf(await ask(api.applyImport, found.id)), [409, 'import-not-possible'])
  })

  test('is refused as a whole while a row is bad, unless the bad ones are to be left out', async () => {
    const [good, other] = [nextSku(), nextSku()]
    const csv = `sku,name,price\n${good},Good,3\n${other},Bad,minus\n`
    const answer = await send(csv, { apply: true })
    assert.deepEqual(problemOf(answer), [422, 'rows-not-valid'])
    assert.deepEqual(answer.body.rows, [
      { line: 3, sku: other, name: 'Bad', errors: [{ column: 'price', detail: 'must be a number like 1234.50' }] },
    ])
    assert.equal((await get(good)).status, 404)
    assert.deepEqual(problemOf(await ask(api.applyImport, answer.body.import_id)), [422, 'rows-not-valid'])
    const { status, body } = await ask(api.applyImport, answer.body.import_id, { skip_bad: true })
    assert.equal(status, 200)
    assert.deepEqual(body.rows, { total: 2, create: 1, update: 0, unchanged: 0, bad: 1 })
    assert.equal((await get(good)).status, 200)
    assert.equal((await get(other)).status, 404)
  })

  test('is refused when a product was changed since it was looked at, or a name was taken: then nothing of it is done', async () => {
    const [known, sku] = [await create({ name: 'Raced', price: 1, sku: nextSku() }), nextSku()]
    const first = await check(`sku,name,price\n${sku},New,3\n${known.sku},Raced,2\n`)
    await product.call(api.updateProduct, { params: { id: known.id }, body: { price: 9 } }, staff)
    const answer = await ask(api.applyImport, first.id)
    assert.deepEqual(problemOf(answer), [409, 'import-not-possible'])
    assert.match(answer.body.detail, /line 3/)
    const second = await check(`sku,name,price\n${nextSku()},Before it,3\n${sku},New,3\n`)
    await create({ name: 'Quicker', price: 1, sku })
    const taken = await ask(api.applyImport, second.id)
    assert.deepEqual(problemOf(taken), [409, 'import-not-possible'])
    assert.match(taken.body.detail, /sku/)
    const { items } = await product.call(api.searchProducts, { query: { q: 'Before it' } })
    assert.deepEqual(items, [])
    assert.equal((await get(known.id)).body.price, 9)
    const looked = await product.call(api.getImport, { params: { id: second.id } }, staff)
    assert.deepEqual([looked.status, looked.failure], ['checked', taken.body.detail])
  })

  test('is refused when a name is taken between looking and applying, although both are one request', async () => {
    const sku = nextSku()
    const sql = platform.sql('product')
    let answer: Promise<api.Answer<any>> | undefined
    await sql.begin(async tx => {
      // Whoever has looked waits here before it writes that down.
      await tx`lock table imports in exclusive mode`
      answer = send(`sku,name,price\n${sku},Late,3\n`, { apply: true })
      for (let waiting = false; !waiting; ) {
        const rows = await tx`select 1 from pg_locks where relation = 'imports'::regclass and not granted`
        waiting = rows.count > 0
      }
      await create({ name: 'First', price: 1, sku })
    })
    assert.deepEqual(problemOf(await answer!), [409, 'import-not-possible'])
    assert.equal((await get(sku)).body.name, 'First')
  })

  test('twice at once is applied once', async () => {
    const sku = nextSku()
    const found = await check(`sku,name,price,stock\n${sku},Once,3,7\n`)
    const answers = await Promise.all([1, 2, 3].map(() => ask(api.applyImport, found.id)))
    assert.equal(answers.filter(answer => answer.status === 200).length, 1)
    await platform.drain()
    const { id } = (await get(sku)).body
    assert.equal(await stockOf(id), 7)
  })

  test('a thousand rows, some of them bad, take seconds; what was interrupted is done by the sweep', async () => {
    const run = randomUUID().slice(0, 6)
    const lines = Array.from({ length: 1000 }, (_, i) =>
      i % 100 === 50 ? `B-${run}-${i},,oops,` : `B-${run}-${i},Bulk ${run} ${i},${(1 + i / 100).toFixed(2)},${i % 7}`,
    )
    const csv = ['sku,name,price,stock_quantity', ...lines].join('\n')
    const began = performance.now()
    const found = await check(csv)
    const checked_ms = performance.now() - began
    assert.deepEqual(found.rows, { total: 1000, create: 990, update: 0, unchanged: 0, bad: 10 })
    // As if the process had ended right after it was written down that it is to be.
    await platform.sql('product')`update imports set status = 'applying' where id = ${found.id}`
    const applying = performance.now()
    await platform.drain()
    const applied_ms = performance.now() - applying
    const after = await product.call(api.getImport, { params: { id: found.id } }, staff)
    assert.equal(after.status, 'applied')
    assert.equal((await get(`B-${run}-999`)).body.price, 10.99)
    assert.ok(checked_ms < 5000 && applied_ms < 30_000, `${checked_ms} ${applied_ms}`)
    // The same again says that nothing is different, and one with other stock moves it all.
    const again = await check(csv)
    assert.deepEqual([again.rows.unchanged, again.rows.bad], [990, 10])
    const more = await send(csv.replaceAll(/,\d$/gm, ',9'), { apply: true, skip_bad: true })
    assert.equal(more.status, 201)
    await platform.drain()
    const { stock } = await product.call(api.getImport, { params: { id: more.body.id } }, staff)
    assert.deepEqual(stock, { total: 990, moved: 990, refused: 0 })
  })

  test('without the inventory the products change and the stock waits for it', async () => {
    const known = await create({ name: 'Waiting', price: 1, stock: 5, sku: nextSku() })
    await platform.drain()
    await platform.halt('inventory')
    const body = await take(`sku,price,stock\n${known.sku},2,8\n`).finally(() => platform.resume('inventory'))
    assert.deepEqual([body.status, body.stock], ['applied', { total: 1, moved: 0, refused: 0 }])
    assert.equal((await get(known.id)).body.price, 2)
    assert.deepEqual(problemOf(await ask(api.undoImport, body.id)), [409, 'import-not-possible'])
    await platform.drain()
    assert.equal(await stockOf(known.id), 8)
  })
})

describe('taking back', () => {
  test('puts back what was, deletes what was made, and moves the stock back by what it had moved', async () => {
    const known = await create({
      ...{ name: 'Kept', price: 20, stock: 5, sku: nextSku(), attributes: { colour: 'red', size: 'S' } },
      images: [{ url: '/api/images/a.svg', alt: 'A' }],
    })
    const made = nextSku()
    const head = 'sku,name,price,currency,stock,images,attribute.colour,attribute.size,attribute.new'
    const body = await take(`${head}\n${known.sku},Other,21,EUR,9,,blue,,yes\n${made},Made,3,USD,4,,,,\n`)
    await platform.drain()
    const { id } = (await get(made)).body
    // Two are sold meanwhile.
    await platform
      .client('inventory')
      .call(api.adjustStock, { params: { product_id: known.id }, body: { delta: -2, reason: 'sold' } }, staff)
    const { status, body: undone } = await ask(api.undoImport, body.id)
    assert.equal(status, 200, JSON.stringify(undone))
    assert.deepEqual([undone.status, undone.kept], ['undone', 0])
    await platform.drain()
    const { updated_at: _u, stock_quantity, ...now } = (await get(known.id)).body
    const { updated_at: _v, stock_quantity: _s, ...was } = known
    assert.deepEqual(now, was)
    assert.equal(stock_quantity, 3, 'five there were, and two are sold')
    assert.equal(await stockOf(known.id), 3)
    assert.equal((await get(made)).status, 404)
    assert.equal((await newest('product.deleted')).filter(event => event.aggregate_id === id).length, 1)
    assert.deepEqual(problemOf(await ask(api.undoImport, body.id)), [409, 'import-not-possible'])
  })

  test('leaves what somebody has changed since, field by field, and counts it', async () => {
    const known = await create({ name: 'A', price: 20, sku: nextSku(), attributes: { colour: 'red', size: 'S' } })
    const made = nextSku()
    const head = 'sku,name,price,attribute.colour,attribute.size'
    const body = await take(`${head}\n${known.sku},B,21,blue,M\n${made},Made,3,,\n`)
    const { id } = (await get(made)).body
    const change = { name: 'C', attributes: { colour: 'green', size: 'M' } }
    await product.call(api.updateProduct, { params: { id: known.id }, body: change }, staff)
    await product.call(api.updateProduct, { params: { id }, body: { price: 4 } }, staff)
    const { body: undone } = await ask(api.undoImport, body.id)
    assert.equal(undone.kept, 3, 'the name, the colour, and the new product')
    const now = (await get(known.id)).body
    assert.deepEqual([now.name, now.price, now.attributes], ['C', 20, { colour: 'green', size: 'S' }])
    assert.equal((await get(id)).body.price, 4)
  })

  test('is not possible for what was never applied, or is not there', async () => {
    const found = await check(`sku,name,price\n${nextSku()},X,3\n`)
    assert.deepEqual(problemOf(await ask(api.undoImport, found.id)), [409, 'import-not-possible'])
    for (const operation of [api.undoImport, api.applyImport, api.getImport, api.listImportRows] as api.Operation[])
      assert.deepEqual(problemOf(await ask(operation, randomUUID())), [404, 'not-found'], operation.name)
  })

  test('stock that is reserved by now is not taken back, and that is told', async () => {
    const known = await create({ name: 'Reserved', price: 1, stock: 1, sku: nextSku() })
    const body = await take(`sku,stock\n${known.sku},6\n`)
    const order = { order_id: randomUUID(), items: [{ product_id: known.id, quantity: 4 }], expires_in_s: 600 }
    await platform
      .client('inventory')
      .call(api.reserveStock, { body: order }, await platform.asService('order', 'inventory'))
    const { body: undone } = await ask(api.undoImport, body.id)
    assert.deepEqual(undone.stock, { total: 1, moved: 0, refused: 1 })
    assert.equal(await stockOf(known.id), 2)
  })
})

describe('variants in a file', () => {
  const head = 'sku,name,price,stock_quantity,parent_sku,option.size,option.colour'

  test('are made with the product they belong to, taken back with it, and imported back unchanged', async () => {
    const [sku, small, large] = [nextSku(), nextSku(), nextSku()]
    const body = await take(
      [head, `${sku},Coat,50,,,,`, `${small},Coat – S,50,2,${sku},S,red`, `${large},Coat – L,45,3,${sku},L,red`].join(
        '\n',
      ),
    )
    assert.equal(body.rows.create, 3)
    const coat = (await get(sku)).body
    assert.deepEqual([coat.price, coat.stock_quantity, coat.variant_count], [45, 5, 2])
    assert.deepEqual(
      coat.variants.map((one: api.Variant) => [one.sku, one.options]),
      [
        [small, { size: 'S', colour: 'red' }],
        [large, { size: 'L', colour: 'red' }],
      ],
    )
    await platform.drain()
    const csv = await exported()
    const again = await check(csv)
    assert.deepEqual([again.rows.update, again.rows.create, again.rows.bad], [0, 0, 0])
    // Of the coat itself price and stock say nothing; those of a variant do.
    const dearer = await take(`${head}\n${sku},Coat,99,70,,,\n${large},Coat – L,40,3,${sku},L,red\n`)
    assert.deepEqual([dearer.rows.update, dearer.rows.unchanged], [1, 1])
    assert.equal((await get(sku)).body.price, 40)
    assert.equal((await ask(api.undoImport, dearer.id)).body.status, 'undone')
    assert.equal((await get(sku)).body.price, 45)
    assert.deepEqual([(await ask(api.undoImport, body.id)).body.kept, (await get(small)).status], [0, 404])
    assert.equal((await get(sku)).status, 404)
  })

  test('are refused where they cannot belong', async () => {
    const parent = await create({ name: 'Hat', price: 5, sku: nextSku() })
    const options = { size: 'S', colour: 'red' }
    const one = await product.call(api.createVariant, { params: { id: parent.id }, body: { options } }, staff)
    const rows = [
      `${nextSku()},No such parent,5,1,NOWHERE-1,S,red`,
      `${nextSku()},Of a variant,5,1,${one.sku},S,red`,
      `${nextSku()},Half,5,1,${parent.sku},S,`,
      `${nextSku()},Twice,5,1,${parent.sku},S,red`,
      `${nextSku()},First,5,1,${parent.sku},M,red`,
      `${nextSku()},Second,5,1,${parent.sku},M,red`,
      `${nextSku()},No parent,5,1,,M,red`,
      `${one.sku},Moved,5,1,${nextSku()},S,red`,
      `${one.sku}-x,Kept,5,1,,,`,
    ]
    const found = await check([head, ...rows].join('\n'))
    const bad = await rowsOf(found, { action: 'bad' })
    assert.deepEqual(
      bad.map(row => [row.line, row.errors.map(error => error.column)]),
      [2, 3, 4, 5, 7, 8, 9].map(line => [line, ['parent_sku']]),
    )
    const changed = await check(`sku,option.size\n${one.sku},XL\n`)
    assert.match((await rowsOf(changed))[0]!.errors[0]!.detail, /make another variant/)
  })
})

describe('the export', () => {
  test('imports back unchanged, whatever the texts are', async () => {
    const texts = [
      '=1+1',
      '+1',
      '-1',
      '@x',
      "'=1",
      "'quoted'",
      "'",
      '',
      '12',
      "'12",
      'true',
      '007',
      '1e5',
      '-0.5',
      ' spaces ',
      'a,b;c\td',
      'say "so"',
      'line\nbreak',
      'line\r\nbreak',
      '\r',
      '＝1',
      'Ünïcödé 茶',
      "''",
      "'true",
    ]
    const attributes = Object.fromEntries(texts.map((text, i) => [`t${i}`, text]))
    for (const [i, text] of texts.entries()) {
      await create({
        name: `Text ${text.trim() || 'x'}`,
        description: text,
        price: i + 0.5,
        stock: i,
        attributes: { ...attributes, number: i - 3, fraction: 0.1 + i, tiny: 1e-7, yes: i % 2 === 0 },
        images: [{ url: '/api/images/a.svg', alt: text }, { url: `https://example.com/${i}.png` }],
        is_active: i % 3 !== 0,
        ...(i % 2 ? { category: 'lamps' } : {}),
      })
    }
    await create({ name: '=cmd|calc', price: 0, sku: nextSku(), currency: 'JPY' })
    await platform.drain()
    const csv = await exported()
    assert.ok(csv.startsWith('\ufeffid,sku,slug,name,'), csv.slice(0, 60))
    const cells = csv.split(/[,\n\r]"?/)
    for (const cell of cells) assert.ok(!/^[=@]|^\+\d/.test(cell), `a spreadsheet would run ${cell}`)
    const found = await check(csv)
    const rows = await rowsOf(found, { action: 'update' })
    assert.deepEqual(rows, [])
    assert.deepEqual([found.rows.create, found.rows.bad, found.rows.unchanged], [0, 0, found.rows.total])
    assert.ok(found.rows.total > texts.length)
  })

  test('edited in one cell says one difference; what is sold meanwhile stays sold', async () => {
    const known = await create({ name: 'Edited', price: 5, stock: 10, sku: nextSku() })
    await platform.drain()
    const [header, ...lines] = (await exported()).split('\r\n')
    const line = lines.find(one => one.includes(known.sku))!
    await platform
      .client('inventory')
      .call(api.adjustStock, { params: { product_id: known.id }, body: { delta: -4, reason: 'sold' } }, staff)
    await platform.drain()
    const untouched = await check(`${header}\r\n${line}\r\n`)
    assert.equal(untouched.rows.unchanged, 1)
    // Three more were found: ten became thirteen in the file.
    const body = await take(`${header}\r\n${line.replace(',10,10,', ',13,10,')}\r\n`)
    assert.deepEqual((await rowsOf(body))[0]!.changes, [{ field: 'stock_quantity', from: 6, to: 9 }])
    assert.equal(await stockOf(known.id), 9)
  })

  test('is a file of all products, or of a category, in their order, for staff of the catalogue', async () => {
    const { id } = await product.call(api.createCategory, { body: { name: `Shelf ${randomUUID()}` } }, staff)
    const [a, b] = [
      await create({ name: 'A', price: 1, category_id: id }),
      await create({ name: 'B', price: 1, category_id: id }),
    ]
    const answer = await platform.client('gateway').send(api.exportProducts, { query: { category: id } }, staff)
    assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8')
    assert.match(answer.headers.get('content-disposition')!, /^attachment; filename="products-\d{4}-\d\d-\d\d\.csv"$/)
    const lines = answer.body.trim().split('\r\n').slice(1)
    assert.deepEqual(
      lines.map((line: string) => line.split(',')[0]),
      [a.id, b.id],
    )
    assert.deepEqual(problemOf(await product.send(api.exportProducts)), [401, 'unauthenticated'])
    assert.deepEqual(problemOf(await product.send(api.exportProducts, {}, await platform.asStaff('orders'))), [
      403,
      'forbidden',
    ])
  })
})

describe("Shopify's file", () => {
  const older = [
    'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Image Src,Image Position,Image Alt Text,Status',
    'clay-pot-RUN,Clay Pot,"<p>Made by <b>hand</b> &amp; fired.</p><ul><li>Round</li></ul><script>x()</script>",Kiln,Pots,"garden, clay",true,Title,Default Title,\'00-RUN-1,500,7,12.50,https://cdn.example.com/pot.jpg,1,A pot,active',
    'clay-pot-RUN,,,,,,,,,,,,,https://cdn.example.com/side.jpg,2,From the side,',
    'shirt-RUN,Shirt,Plain,Loom,Shirts,,true,Size,S,SH-RUN-S,200,3,20.00,https://cdn.example.com/shirt.jpg,1,,active',
    'shirt-RUN,,,,,,,,M,SH-RUN-M,200,-2,21.00,,,,',
    'draft-RUN,Draft,,,,,true,Title,Default Title,DR-RUN,1,1,,,,,draft',
  ].join('\n')

  test('is known by its header: a handle without options is a product', async () => {
    const run = randomUUID().slice(0, 6)
    const file = older.replaceAll('RUN', run)
    const found = await check(file)
    assert.equal(found.format, 'shopify')
    assert.deepEqual(found.rows, { total: 5, create: 4, update: 0, unchanged: 0, bad: 1 })
    const [bad] = await rowsOf(found, { action: 'bad' })
    assert.deepEqual([bad!.line, bad!.errors], [6, [{ column: 'Variant Price', detail: 'must not be empty' }]])
    await ask(api.applyImport, found.id, { skip_bad: true })
    const pot = (await get(`00-${run}-1`)).body
    assert.equal(pot.slug, `clay-pot-${run}`)
    assert.equal(pot.description, 'Made by hand & fired.\n\n• Round')
    assert.deepEqual(pot.attributes, { vendor: 'Kiln', type: 'Pots', tags: 'garden, clay' })
    assert.deepEqual(pot.images, [
      { url: 'https://cdn.example.com/pot.jpg', alt: 'A pot' },
      { url: 'https://cdn.example.com/side.jpg', alt: 'From the side' },
    ])
    assert.deepEqual([pot.price, pot.stock_quantity, pot.variant_count], [12.5, 7, 0])
    await platform.drain()
    const again = await check(file)
    assert.deepEqual([again.rows.unchanged, again.rows.bad], [4, 1])
  })

  const head =
    'Handle,Title,Body (HTML),Vendor,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Inventory Qty,Variant Price,Variant Barcode,Image Src,Image Position,Variant Image'
  const shirt = [
    head,
    'shirt-RUN,Shirt RUN,Plain,Loom,true,Size,S,Colour (dye),red,サイズ,a,SH-RUN-S,3,20.00,0123,https://cdn.example.com/front.jpg,1,https://cdn.example.com/red.jpg',
    'shirt-RUN,,,,,,M,,red,,a,SH-RUN-M,-2,21.00,,https://cdn.example.com/back.jpg,2,',
    'other-RUN,Other RUN,,,true,Size,One,,,,,OT-RUN,5,9.50,,,,',
    'shirt-RUN,,,,,,M,,blue,,b,,4,18.50,,,,',
    'shirt-RUN,,,,,,,,,,,,,,,https://cdn.example.com/red.jpg,3,',
  ]

  test('of several rows of a handle becomes one product with variants: options, prices, stock and pictures are theirs', async () => {
    const run = randomUUID().slice(0, 6)
    const file = shirt.join('\n').replaceAll('RUN', run)
    const found = await check(file)
    const rows = await rowsOf(found)
    assert.deepEqual(
      rows.map(row => [row.line, row.part, row.action, row.name]),
      [
        [2, 0, 'create', `Shirt ${run}`],
        [2, 1, 'create', `Shirt ${run} – S / red / a`],
        [3, 0, 'create', `Shirt ${run} – M / red / a`],
        [4, 0, 'create', `Other ${run}`],
        [4, 1, 'create', `Other ${run} – One`],
        [5, 0, 'create', `Shirt ${run} – M / blue / b`],
      ],
    )
    assert.deepEqual(
      rows[2]!.changes.filter(({ field }) => /^(parent|option|price)/.test(field)).map(({ field, to }) => [field, to]),
      [
        ['price', 21],
        ['parent_sku', rows[0]!.sku],
        ['option.size', 'M'],
        ['option.colour_dye', 'red'],
        ['option.option3', 'a'],
      ],
    )
    const next = await rowsOf(found, { limit: 2 })
    assert.deepEqual(
      next.map(row => row.part),
      [0, 1],
    )
    assert.equal((await get(`shirt-${run}`)).status, 404)

    assert.equal((await ask(api.applyImport, found.id)).body.status, 'applied')
    const made = (await get(`shirt-${run}`)).body
    assert.deepEqual([made.price, made.stock_quantity, made.variant_count], [18.5, 7, 3])
    assert.deepEqual(made.attributes, { vendor: 'Loom' })
    assert.deepEqual(
      made.images.map((image: { url: string }) => image.url.split('/').at(-1)),
      ['front.jpg', 'back.jpg', 'red.jpg'],
    )
    assert.deepEqual(
      made.variants.map(({ sku, options, price, stock_quantity, image_url }: api.Variant) => [
        ...[sku, options.size, options.colour_dye, price, stock_quantity, image_url?.split('/').at(-1)],
      ]),
      [
        [`SH-${run}-S`, 'S', 'red', 20, 3, 'red.jpg'],
        [`SH-${run}-M`, 'M', 'red', 21, 0, 'front.jpg'],
        [made.variants[2].sku, 'M', 'blue', 18.5, 4, 'front.jpg'],
      ],
    )
    assert.equal((await get(`SH-${run}-S`)).body.attributes.barcode, '0123')
    await platform.drain()

    // Neither it nor our own export of it says a difference.
    const same = async (csv: string) => {
      const { update, create, bad } = (await check(csv)).rows
      return [update, create, bad]
    }
    assert.deepEqual(await same(file), [0, 0, 0])
    assert.deepEqual(await same(await exported()), [0, 0, 0])

    // One of no sku is known by its options; one more is one more.
    const edited = file
      .replace(',,4,18.50', `,,4,17.00`)
      .concat(`\nshirt-${run},,,,,,L,,blue,,b,SH-${run}-L,1,30.00,,,,`)
    const taken = await take(edited)
    assert.deepEqual([taken.rows.update, taken.rows.create, taken.rows.unchanged], [1, 1, 5])
    const dearer = (await get(`shirt-${run}`)).body
    assert.deepEqual([dearer.price, dearer.variant_count], [17, 4])
    assert.equal((await ask(api.undoImport, taken.id)).body.status, 'undone')
    assert.deepEqual((await get(`shirt-${run}`)).body.variants.length, 3)
    assert.equal((await ask(api.undoImport, found.id)).body.kept, 0)
    for (const key of [`shirt-${run}`, `SH-${run}-S`, `other-${run}`]) assert.equal((await get(key)).status, 404)
  })

  test('names row, field and rule of what cannot be a variant; a product none of whose variants can be is bad itself', async () => {
    const run = randomUUID().slice(0, 6)
    const alone = await create({ name: `Alone ${run}`, price: 1, sku: `AL-${run}` })
    const rows = [
      head,
      'a-RUN,A,,,true,Size,S,Colour,red,,,A-RUN-1,1,abc,,,,',
      'a-RUN,,,,,,M,,,,,A-RUN-2,1,2,,,,',
      'a-RUN,,,,,,L,,red,,,A-RUN-3,1.5,2,,,,',
      'a-RUN,,,,,,XL,,red,,,A-RUN-4,1,2,,,,',
      'a-RUN,,,,,,XL,,red,,,A-RUN-5,1,2,,,,',
      `a-RUN,,,,,,${'x'.repeat(101)},,red,,,A-RUN-6,1,2,,,,`,
      `b-RUN,B,,,true,Size,S,,,,,${alone.sku},1,2,,,,`,
      'c-RUN,,,,true,Size,S,,,,,C-RUN,1,2,,,,',
    ]
    const found = await check(rows.join('\n').replaceAll('RUN', run))
    const bad = await rowsOf(found, { action: 'bad' })
    assert.deepEqual(
      bad.map(row => [row.line, row.part, ...row.errors.map(({ column }) => column)]),
      [
        [2, 1, 'Variant Price'],
        [3, 0, 'Handle'],
        [4, 0, 'Variant Inventory Qty'],
        [6, 0, 'Handle'],
        [7, 0, 'Option1 Value'],
        [8, 0, 'Handle'],
        [8, 1, 'Variant SKU'],
        [9, 0, 'Title'],
        [9, 1, 'Handle'],
      ],
    )
    assert.match(bad[1]!.errors[0]!.detail, /each option: Option1 Value, Option2 Value/)
    assert.match(bad[3]!.errors[0]!.detail, /this variant already/)
    assert.match(bad[6]!.errors[0]!.detail, /no variant/)
    assert.equal((await ask(api.applyImport, found.id)).status, 422)
    assert.equal((await ask(api.applyImport, found.id, { skip_bad: true })).body.status, 'applied')
    const left = (await get(`a-${run}`)).body
    assert.deepEqual(
      left.variants.map((one: api.Variant) => one.sku),
      [`A-${run}-4`],
    )
    assert.equal((await get(`b-${run}`)).status, 404)
  })

  test('of the newer header too', async () => {
    const run = randomUUID().slice(0, 6)
    const found = await check(
      `Title,URL handle,Description,Vendor,Status,SKU,Option1 name,Option1 value,Price,Inventory quantity,Product image URL,Image position\nMug,mug-${run},Holds tea.,Kiln,Active,MUG-${run},,,8.00,4,https://cdn.example.com/mug.jpg,1\n`,
    )
    assert.equal(found.format, 'shopify')
    const { body } = await ask(api.applyImport, found.id)
    assert.equal(body.status, 'applied')
    assert.deepEqual((await get(`MUG-${run}`)).body.slug, `mug-${run}`)
  })
})

test('imports are listed newest first, and a large one is answered while it is under way', async () => {
  const run = randomUUID().slice(0, 6)
  const lines = Array.from({ length: 2001 }, (_, i) => `L-${run}-${i},Large ${run} ${i},1`)
  const answer = await send(['sku,name,price', ...lines].join('\n'), { apply: true, file_name: 'large.csv' })
  assert.equal(answer.status, 202)
  assert.deepEqual([answer.body.status, answer.body.file_name], ['applying', 'large.csv'])
  assert.equal((await ask(api.applyImport, answer.body.id)).status, 409)
  await platform.service('product').drain()
  const { items, next_cursor } = await product.call(api.listImports, { query: { limit: 2 } }, staff)
  assert.deepEqual([items[0]!.id, items[0]!.status], [answer.body.id, 'applied'])
  const next = await product.call(api.listImports, { query: { limit: 2, cursor: next_cursor! } }, staff)
  assert.ok(next.items[0]!.created_at <= items[1]!.created_at)
  assert.equal((await ask(api.undoImport, answer.body.id)).status, 202)
  await platform.service('product').drain()
  assert.equal((await get(`L-${run}-7`)).status, 404)
  const again = await check(['sku,name,price', ...lines].join('\n'))
  assert.deepEqual([again.rows.create, (await ask(api.applyImport, again.id)).status], [2001, 202])
  for (const operation of [api.listImports, api.listImportRows]) {
    const input = { params: { id: answer.body.id }, query: { cursor: 'x' } }
    assert.deepEqual(problemOf(await product.send(operation, input, staff)), [400, 'invalid-cursor'])
  }
})
