import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

/* A shop of all its services, and a member of staff who really signed in. */

let platform: TestPlatform
let admin: api.Client
let staff: { authorization: string }
let customer: { id: string; headers: { authorization: string }; email: string }
let order: api.Order

const bearer = (session: api.Session) => ({ authorization: `Bearer ${session.access_token}` })
const newEmail = () => `${randomUUID()}@example.com`
const password = 'correct horse battery'

async function join(role?: string) {
  const email = newEmail()
  const user = platform.client('user')
  const joined = await user.call(api.register, { body: { email, password, name: 'Ada King' } })
  if (!role) return { id: joined.user.id, headers: bearer(joined), email }
  await platform.sql('user')`update users set role = ${role} where id = ${joined.user.id}`
  return { id: joined.user.id, headers: bearer(await user.call(api.login, { body: { email, password } })), email }
}

before(async () => {
  platform = await startTestPlatform({
    services: [
      ...(['user', 'product', 'inventory', 'cart', 'order', 'payment'] as const),
      ...(['review', 'notification', 'analytics', 'admin'] as const),
    ],
    simulator: true,
  })
  admin = platform.client('admin')
  staff = (await join('admin')).headers
  customer = await join()
  const product = (stock: number) =>
    platform.client('product').call(api.createProduct, { body: { name: `Tea ${stock}`, price: 12.5, stock } }, staff)
  const tea = await product(40)
  for (const stock of [0, 1, 4, 5]) await product(stock)
  const body = { product_id: tea.id, quantity: 2, payment_method: 'tok_approve' }
  order = await platform.client('order').call(api.placeOrder, { body }, customer.headers)
  await platform.drain()
})
after(() => platform?.stop())

const dashboard = (query = {}) => admin.call(api.getDashboard, { query }, staff)
const refusesOthers = async (operation: api.Operation, input: object = {}) => {
  const { headers } = await join()
  assert.equal((await admin.send(operation, input)).status, 401, operation.name)
  assert.equal((await admin.send(operation, input, headers)).status, 403, operation.name)
}

describe('the first page', () => {
  test('says how the shop stands', async () => {
    const page = await dashboard()
    assert.deepEqual(page.away, [])
    assert.deepEqual([page.services.healthy, page.services.total], [10, 10])
    assert.deepEqual(
      page.sales!.today.map(({ currency, orders, revenue, new_customers }) => [
        currency,
        orders,
        revenue,
        new_customers,
      ]),
      [['USD', 1, 25, 1]],
    )
    assert.deepEqual(page.sales!.yesterday, [])
    assert.deepEqual(page.orders, { unpaid: 0, to_ship: 1, in_transit: 0 })
    assert.deepEqual(page.stock, { sold_out: 1, low: 2, threshold: 5 })
    assert.deepEqual(page.reviews, { pending: 0 })
    assert.deepEqual([page.findings, page.dead_letters, page.webhooks_failing], [0, 0, 0])
  })

  test('has a gap where a service does not answer, and names it', async () => {
    await platform.halt('review')
    try {
      const page = await dashboard()
      assert.equal(page.reviews, null)
      assert.deepEqual(page.away, ['review'])
      assert.equal(page.services.healthy, 9)
      assert.ok(page.sales && page.stock)
    } finally {
      await platform.resume('review')
    }
  })

  test('is for staff, and wants a zone that somebody lives in', async () => {
    await refusesOthers(api.getDashboard)
    const bad = await admin.send(api.getDashboard, { query: { time_zone: 'Mars/Olympus' } }, staff)
    assert.deepEqual([bad.status, bad.body.errors[0].pointer], [400, 'query/time_zone'])
    assert.equal((await dashboard({ time_zone: 'Asia/Kolkata' })).away.length, 0)
  })

  test('asks what the owners say to nobody else', async () => {
    for (const [service, operation, input] of [
      ['analytics', api.readShopFigures, { query: { time_zone: 'UTC' } }],
      ['inventory', api.countLowStock, { query: { below: 3 } }],
      ['review', api.countPendingReviews, {}],
      ['user', api.readUserRecord, { params: { id: customer.id } }],
    ] as [api.ServiceName, api.Operation, object][]) {
      const client = platform.client(service)
      const own = await platform.asService('admin', service)
      assert.equal((await client.send(operation, input, own)).status, 200, operation.name)
      const other = await platform.asService('cart', service)
      assert.equal((await client.send(operation, input, other)).status, 403, operation.name)
      assert.ok([401, 403].includes((await client.send(operation, input, staff)).status), operation.name)
      assert.equal((await client.send(operation, input)).status, 401, operation.name)
      if (!operation.query && !operation.params) continue
      const bad = { query: { below: -1, time_zone: '' }, params: { id: 'x' } }
      assert.equal((await client.send(operation, bad, own)).status, 400, operation.name)
    }
    const nobody = { params: { id: randomUUID() } }
    const own = await platform.asService('admin', 'user')
    assert.equal((await platform.client('user').send(api.readUserRecord, nobody, own)).status, 404)
    const nowhere = { query: { time_zone: 'Mars/Olympus' } }
    const ask = await platform.asService('admin', 'analytics')
    assert.equal((await platform.client('analytics').send(api.readShopFigures, nowhere, ask)).status, 400)
  })
})

describe('settings', () => {
  const set = (body: object) => admin.send(api.updateSettings, { body }, staff)

  test('are changed by who saw how they are; who was overtaken overwrites nothing', async () => {
    const { version, earlier, updated_at: _, updated_by, ...now } = await admin.call(api.getSettings, {}, staff)
    assert.deepEqual([version, earlier, updated_by], [1, [], null])
    const both = await Promise.all([
      set({ ...now, version, low_stock_threshold: 2 }),
      set({ ...now, version, low_stock_threshold: 20 }),
    ])
    assert.deepEqual(both.map(one => one.status).sort(), [200, 409])
    const late = await set({ ...now, version, shop_name: 'Late' })
    assert.deepEqual([late.status, late.body.type], [409, 'https://shopfleet.dev/problems/changed-meanwhile'])

    const support_email = 'help@example.com'
    const changed = await set({ ...now, version: 2, low_stock_threshold: 3, support_email, default_language: 'de' })
    assert.deepEqual([changed.status, changed.body.version, changed.body.default_language], [200, 3, 'de'])
    assert.ok(changed.body.updated_by)
    const after = await admin.call(api.getSettings, {}, staff)
    assert.deepEqual(
      [after.version, after.earlier.map(one => one.version), after.support_email],
      [3, [2, 1], 'help@example.com'],
    )
    assert.deepEqual((await dashboard()).stock, { sold_out: 1, low: 1, threshold: 3 })
    await platform.drain()
    const said = (await platform.said('admin')).filter(one => one.name === api.settingsChanged.name)
    assert.deepEqual(
      said.map(one => (one.payload as { version: number }).version),
      [2, 3],
      'who was refused said nothing',
    )
    const { items } = await admin.call(api.listAuditLog, { query: { operation: 'updateSettings' } }, staff)
    assert.deepEqual(items.map(line => line.status).sort(), [200, 200, 409, 409])
  })

  test('count for everybody: public, in messages and in authenticator apps; also for a service that was away', async () => {
    await platform.halt('notification')
    const { earlier, updated_at: _, updated_by, ...now } = await admin.call(api.getSettings, {}, staff)
    const profile = { shop_name: 'Lantern: Leaf', support_email: 'ask@example.com', default_language: 'de' as const }
    assert.equal((await set({ ...now, ...profile })).status, 200)
    assert.deepEqual(await admin.call(api.getShopProfile, {}), { ...profile, low_stock_threshold: 3 })
    await platform.resume('notification')
    await platform.drain()
    const preferences = platform.client('notification').call(api.getNotificationPreferences, {}, customer.headers)
    assert.equal((await preferences).locale, 'de')
    const body = { current_password: password }
    const { otpauth_url } = await platform.client('user').call(api.enrolMfa, { body }, customer.headers)
    assert.match(decodeURIComponent(otpauth_url), /^otpauth:\/\/totp\/Lantern {2}Leaf:.*issuer=Lantern {2}Leaf/)
    const back = { ...earlier[1]!, version: now.version + 1 }
    const { updated_at: _at, updated_by: _by, ...first } = back
    assert.equal((await set(first)).status, 200, 'an earlier version is put back as a new one')
    assert.equal((await admin.call(api.getShopProfile, {})).shop_name, 'Shopfleet')
  })

  test('said after the database was set back are learnt again: others go by them', async () => {
    const before = await admin.call(api.getShopProfile, {})
    const sql = platform.sql('admin')
    const [{ version }] = (await sql`select max(version) as version from settings`) as unknown as [{ version: number }]
    await platform.drain()
    await sql`alter table settings disable trigger settings_append_only`
    await sql`delete from settings where version > 1`
    await sql`alter table settings enable trigger settings_append_only`
    await sql`update consumer_offsets set position = 0 where topic = 'own:admin'`
    await platform.service('admin').learn()
    assert.deepEqual(await admin.call(api.getShopProfile, {}), before)
    const all = await admin.call(api.getSettings, {}, staff)
    assert.deepEqual([all.version, all.earlier.length], [version, version - 1])
    assert.equal(await platform.service('admin').learn(), 0)
  })

  test('that make no sense are refused at their field', async () => {
    const good = { shop_name: 'A', support_email: null, low_stock_threshold: 5, default_language: 'en', version: 3 }
    for (const [change, pointer] of [
      [{ shop_name: '' }, '/shop_name'],
      [{ support_email: 'nobody' }, '/support_email'],
      [{ low_stock_threshold: -1 }, '/low_stock_threshold'],
      [{ default_language: 'tlh' }, '/default_language'],
    ] as const) {
      const { status, body } = await set({ ...good, ...change })
      assert.deepEqual([status, body.errors[0].pointer], [400, pointer], JSON.stringify(body))
    }
    assert.equal((await set({ ...good, surprise: 1 })).status, 400)
    await refusesOthers(api.getSettings)
    await refusesOthers(api.updateSettings, { body: good })
  })
})

describe("a customer's record", () => {
  const record = (id: string) => admin.call(api.getCustomerRecord, { params: { id } }, staff)

  test('has what every service keeps, what was paid, and what staff did', async () => {
    await platform
      .client('user')
      .call(api.updateUser, { params: { id: customer.id }, body: { last_name: 'Lovelace' } }, staff)
    await platform.drain()
    const all = await record(customer.id)
    assert.deepEqual(all.away, [])
    assert.deepEqual(Object.keys(all.services).sort(), ['user', ...api.personalDataServices].sort())
    const kept = all.services as Record<string, Record<string, any[]>>
    assert.deepEqual([kept.user!.account![0].email, kept.user!.account![0].last_name], [customer.email, 'Lovelace'])
    assert.equal(kept.order!.orders![0].id, order.id)
    assert.ok(kept.notification!.messages!.length > 0)
    assert.deepEqual(all.payments, [
      { order_id: order.id, currency: 'USD', captured: 25, refunded: 0, status: 'captured' },
    ])
    assert.deepEqual(
      all.audit.map(line => [line.operation, line.target]),
      [['updateUser', customer.id]],
    )
    assert.equal(all.links.erase.path, `/api/users/${customer.id}`)
    assert.doesNotMatch(JSON.stringify(all), /password_hash|\$2[aby]\$|sealed/)
  })

  test('says whose part is missing; who does not exist has none', async () => {
    await platform.halt('cart')
    try {
      const all = await record(customer.id)
      assert.deepEqual([all.away, all.services.cart], [['cart'], undefined])
    } finally {
      await platform.resume('cart')
    }
    const send = (id: string) => admin.send(api.getCustomerRecord, { params: { id } }, staff)
    assert.equal((await send(randomUUID())).status, 404)
    assert.equal((await send('ada')).status, 400)
    await refusesOthers(api.getCustomerRecord, { params: { id: customer.id } })
  })

  test('is made a file for them, whole or not at all; the log keeps who made it for whom, and nothing of it', async () => {
    const send = (id: string) => admin.send(api.exportCustomer, { params: { id } }, staff)
    await platform.halt('cart')
    try {
      const { status, headers, body } = await send(customer.id)
      assert.deepEqual([status, body.away, headers.get('retry-after')], [503, ['cart'], '2'])
    } finally {
      await platform.resume('cart')
    }
    const { status, body } = await send(customer.id)
    assert.equal(status, 200)
    const own = await platform.client('user').call(api.exportUser, {}, customer.headers)
    assert.deepEqual(
      Object.keys(body.services).sort(),
      Object.keys(own.services).sort(),
      'as they export it themselves',
    )
    for (const thing of ['account', 'addresses'])
      assert.deepEqual(body.services.user![thing], own.services.user![thing])
    assert.deepEqual([body.services.order!.orders!.length, body.payments[0]!.captured], [1, 25])
    assert.deepEqual(Object.keys(body).sort(), ['exported_at', 'payments', 'services', 'user_id'])

    await platform.drain()
    const { items } = await admin.call(api.listAuditLog, { query: { operation: 'exportCustomer' } }, staff)
    assert.deepEqual(
      items.map(({ target, status: ended, before: was, after: is, input }) => [target, ended, was, is, input]),
      [
        [customer.id, 200, null, null, null],
        [customer.id, 503, null, null, null],
      ],
    )
    assert.ok(items.every(line => line.actor_id))
    assert.equal((await send(randomUUID())).status, 404)
    assert.equal((await send('ada')).status, 400)
    await refusesOthers(api.exportCustomer, { params: { id: customer.id } })
  })
})
