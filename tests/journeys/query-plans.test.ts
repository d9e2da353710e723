import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { connect, type EmbeddedPostgres, startEmbeddedPostgres } from '@shopfleet/database'
import { bulkLoadProducts } from '@shopfleet/product/bulk-load'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ensureAdministrator } from '@shopfleet/user'

/*
 * Every statement that browsing, carts and checkouts make is looked at as PostgreSQL gets it, and must find its rows by an
 * index: what is quick with a hundred rows must be as quick with a million. A server of the test's own writes all statements
 * down; then each is planned without its values, and without the right to read a whole table.
 */

const folder = mkdtempSync(join(tmpdir(), 'shopfleet-plans-'))
let server: EmbeddedPostgres
let platform: TestPlatform

before(async () => {
  chmodSync(folder, 0o711)
  server = await startEmbeddedPostgres({
    dataDir: folder,
    durable: false,
    settings: { log_statement: 'all', logging_collector: 'on', log_destination: 'jsonlog', log_rotation_size: 0 },
  })
  process.env.TEST_DATABASE_URL = server.adminUrl
  platform = await startTestPlatform({
    services: ['user', 'product', 'inventory', 'cart', 'order', 'payment'],
    simulator: true,
  })
})
after(async () => {
  await platform?.stop()
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Line {
  dbname?: string
  message?: string
  application_name?: string
}

/** What services have asked of each database so far, each text once. */
function statementsSoFar(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const file of globSync(join(server.folder, 'log/*.json'))) {
    for (const text of readFileSync(file, 'utf8').split('\n')) {
      if (!text) continue
      const { dbname, message, application_name } = JSON.parse(text) as Line
      const statement = /^execute [^:]*: ([\s\S]*)$/.exec(message ?? '')?.[1]?.trim()
      if (!statement || !dbname || application_name === 'tests') continue
      const of = found.get(dbname) ?? new Set()
      found.set(dbname, of.add(statement))
    }
  }
  return found
}

interface Plan {
  'Node Type': string
  'Relation Name'?: string
  'Index Cond'?: string
  'Recheck Cond'?: string
  Plans?: Plan[]
}

/**
 * Tables that hold a handful of rows however large the shop is (a tree of categories is for people to find their way in),
 * and those of which something is tidied away in the background, days later: nobody waits for that.
 */
const small = new Set([
  'categories',
  'schema_migrations',
  'signing_keys',
  'dead_letters',
  'imports',
  'mails',
  'inbox',
  'catalogue_changes',
])

/** What of a plan reads a whole table. A page that ends after so many rows of an index does not. */
function wholeReads(plan: Plan, endsEarly: boolean): string[] {
  const { 'Node Type': node, 'Relation Name': table = '', 'Index Cond': condition, Plans: below = [] } = plan
  const isWhole =
    node === 'Seq Scan' || (/^Index (Only )?Scan$/.test(node) && condition === undefined && !endsEarly && table !== '')
  const found = isWhole && !small.has(table) ? [`${node} of ${table}`] : []
  return [...found, ...below.flatMap(one => wholeReads(one, endsEarly || node === 'Limit'))]
}

async function signIn(body: { email: string; password: string }): Promise<{ authorization: string }> {
  const session = await platform.client('user').call(api.login, { body })
  assert.ok('access_token' in session)
  return { authorization: `Bearer ${session.access_token}` }
}

test('no statement on the way to a paid order reads a whole table', async () => {
  const administrator = { email: 'admin@example.com', password: 'an administrator of the shop' }
  await ensureAdministrator(platform.service('user').ctx, administrator)
  const staff = await signIn(administrator)
  const client = platform.client('product')
  const category = await client.call(api.createCategory, { body: { name: 'Lamps' } }, staff)
  const product = await client.call(
    api.createProduct,
    { body: { name: 'Harbour Lamp', price: 20, stock: 50, category_id: category.id, attributes: { colour: 'red' } } },
    staff,
  )
  const shirt = await client.call(api.createProduct, { body: { name: 'Shirt', price: 20, category: 'lamps' } }, staff)
  for (const size of ['S', 'M']) {
    const input = { params: { id: shirt.id }, body: { options: { size, colour: 'red' }, stock: 3 } }
    await client.call(api.createVariant, input, staff)
  }
  // So many that whoever reads them all is found out: of a single row any plan is as good as any other.
  const wordOf = (n: number) => `w${n.toString(26).replace(/\d/g, digit => 'qrstuvwxyz'[Number(digit)]!)}`
  await bulkLoadProducts(
    platform.sql('product'),
    Array.from({ length: 3000 }, (_, n) => ({
      ...{
        sku: `SKU-${n}`,
        slug: `thing-${n}`,
        name: `Thing ${wordOf(n)}`,
        description: 'A thing of the sea.',
      },
      ...{
        price: 10 + (n % 90),
        currency: 'USD',
        category: n % 30 === 0 ? 'lamps' : null,
        attributes: { colour: 'blue' },
        stock: 5,
      },
    })),
  )
  await platform.sql('product')`analyze`
  await platform.drain()

  // Looking around.
  const lists = [
    {},
    { category: 'lamps', in_stock: true, min_price: 1, sort: 'price' as const },
    { sort: '-price' as const },
    { 'attribute.colour': 'red' },
    { 'attribute.size': ['M', 'L'], 'attribute.colour': 'red', in_stock: true, sort: 'name' as const },
  ]
  for (const query of lists) await client.call(api.listProducts, { query: { limit: 5, ...query } })
  for (const id of [product.id, product.slug, product.sku, shirt.id])
    await client.call(api.getProduct, { params: { id } })
  for (const q of ['harbour lamp', 'hrabour']) await client.call(api.searchProducts, { query: { q } })
  // What is remembered of a search is brought up to what changed.
  await client.call(api.patchProduct, { params: { id: product.id }, body: { description: 'Lights a harbour.' } }, staff)
  await client.call(api.searchProducts, { query: { q: 'harbour lamp' } })
  const medium: object = { 'attribute.size': 'M', in_stock: true }
  await client.call(api.searchProducts, { query: { q: 'shirt', ...medium } })
  await client.call(api.suggestProducts, { query: { q: 'har' } })
  for (const query of [{ category: 'lamps' }, { category: 'lamps', ...medium }])
    await client.call(api.listFacets, { query })

  // A guest and a customer each buy, by cart, coupon and quote; the customer looks at their orders.
  const limited = { code: 'LAMPS', percent: 10, max_uses: 9, once_per_customer: true }
  const { code } = await platform.client('order').call(api.createCoupon, { body: limited }, staff)
  const email = `${randomUUID()}@example.com`
  const password = 'correct horse battery'
  await platform.client('user').call(api.register, { body: { email, password } })
  const customer = await signIn({ email, password })
  for (const who of [undefined, customer]) {
    const cart = await platform
      .client('cart')
      .call(api.addCartItem, { body: { product_id: product.id, quantity: 1 } }, who)
    const headers: Record<string, string> = who ?? { 'x-cart-token': cart.cart_token! }
    await platform.client('cart').call(api.getCart, {}, headers)
    await platform.client('cart').call(api.applyCoupon, { body: { code } }, headers)
    const orders = platform.client('order')
    const quote = await orders.call(api.quoteOrder, { body: { cart_id: cart.id! } }, headers)
    const body = {
      cart_id: cart.id!,
      ...(who ? {} : { email }),
      expected_total: quote.total,
      payment_method: 'tok_approve',
    }
    const order = await orders.call(api.placeOrder, { body }, { ...headers, 'idempotency-key': randomUUID() })
    assert.deepEqual([order.payment_status, order.coupon_code, order.total], ['paid', code, 18])
    if (who) {
      await orders.call(api.getOrder, { params: { id: order.id } }, who)
      await orders.call(api.listOrders, { query: {} }, who)
    }
  }
  await platform.drain()

  // The reconciler walks through what changed.
  const place = { query: { at: '2026-01-01 00:00:00+00', id: randomUUID(), limit: 1000 } }
  for (const [service, operation] of [
    ['order', api.changedOrders],
    ['payment', api.changedPayments],
    ['inventory', api.changedReservations],
    ['inventory', api.changedStock],
    ['cart', api.changedCarts],
  ] as const) {
    const { items } = await platform.client(service).call(operation, place, await platform.asService('admin', service))
    assert.ok(items.length > 0)
  }

  const all = statementsSoFar()
  const complaints: string[] = []
  let looked = 0
  let walks = 0
  for (const [database, statements] of all) {
    const url = new URL(server.adminUrl)
    url.pathname = `/${database}`
    const sql = connect(url.href, { name: 'tests', max: 1, plans: 'generic' })
    for (const statement of statements) {
      if (!/^(select|with|insert|update|delete)\b/i.test(statement)) continue
      looked++
      const isWalk = statement.includes('order by updated_at')
      if (isWalk) walks++
      // Of few rows any plan sorts gladly.
      await sql.unsafe(`set enable_sort = ${isWalk ? 'off' : 'on'}`)
      const [row] = await sql.unsafe<[{ 'QUERY PLAN': [{ Plan: Plan }] }]>(
        `explain (generic_plan, format json) ${statement}`,
      )
      const plan = row['QUERY PLAN'][0].Plan
      const reads = wholeReads(plan, false)
      if (isWalk && JSON.stringify(plan).includes('"Node Type":"Sort"'))
        reads.push('a walk sorts what it walks through')
      if (reads.length > 0) complaints.push(`${database.replace(/^t_\w{8}_/, '')}: ${reads.join(', ')}\n${statement}`)
    }
    await sql.end()
  }
  assert.deepEqual(complaints, [])
  assert.ok(walks >= 5, `only ${walks} walks were found`)
  assert.ok(looked > 60, `only ${looked} statements were found`)
})
