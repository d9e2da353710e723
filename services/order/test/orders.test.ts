import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { guest, is, openShop, type Shop, token } from './setup.ts'

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

test("other people's orders are as if they did not exist, byte for byte", async () => {
  const { id: product_id } = await shop.product()
  const me = await shop.platform.as()
  const mine = await shop.place({ product_id }, me)
  const guests = await shop.place({ product_id, ...guest })
  const other = await shop.platform.as()
  const strip = (body: Record<string, unknown>, id: string) =>
    JSON.stringify({ ...body, correlation_id: '' }).replaceAll(id, 'ID')
  for (const [operation, body] of [
    [api.getOrder, undefined],
    [api.getOrderTimeline, undefined],
    [api.cancelOrder, {}],
    [api.payOrder, { payment_method: 'tok_approve' }],
  ] as const) {
    const absentId = randomUUID()
    const absent = await shop.order().send(operation, { params: { id: absentId }, body }, other)
    assert.equal(absent.status, 404)
    for (const [target, headers] of [
      [mine, other],
      [mine, {}],
      [guests, other],
      [guests, { 'x-order-token': 'x'.repeat(43) }],
      [mine, token(guests)],
    ] as const) {
      const answer = await shop
        .order()
        .send(operation, { params: { id: target.id }, body }, headers as Record<string, string>)
      assert.equal(answer.status, 404)
      assert.equal(strip(answer.body, target.id), strip(absent.body, absentId))
    }
  }
  const someone = randomUUID()
  assert.equal((await shop.tryPlace({ product_id, user_id: someone }, me)).status, 403)
  assert.equal((await shop.tryPlace({ product_id, user_id: someone, ...guest })).status, 401)
  assert.equal(
    (await shop.order().send(api.setOrderStatus, { params: { id: mine.id }, body: { status: 'shipped' } }, me)).status,
    403,
  )
  const absentStaff = await shop
    .order()
    .send(api.setOrderStatus, { params: { id: randomUUID() }, body: { status: 'shipped' } }, shop.staff)
  assert.equal(absentStaff.status, 404)
})

test('lists go page by page, own for customers and all for staff', async () => {
  const { id: product_id } = await shop.product({ stock: 100 })
  const user_id = randomUUID()
  const me = await shop.platform.as({ user_id })
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.unshift((await shop.place({ product_id }, me)).id)
  const seen: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await shop.order().call(api.listOrders, { query: { limit: 2, ...(cursor ? { cursor } : {}) } }, me)
    seen.push(...page.items.map(o => o.id))
    cursor = page.next_cursor
  } while (cursor)
  assert.deepEqual(seen, ids)
  const all = await shop.order().call(api.listOrders, { query: { limit: 100, status: 'pending' } }, shop.staff)
  assert.ok(all.items.length >= 5 && all.items.every(o => o.status === 'pending'))
  const byUser = await shop.order().call(api.listUserOrders, { params: { user_id }, query: { limit: 100 } }, shop.staff)
  assert.deepEqual(
    byUser.items.map(o => o.id),
    ids,
  )
  assert.equal(
    (await shop.order().send(api.listUserOrders, { params: { user_id } }, await shop.platform.as())).status,
    404,
  )
  assert.equal((await shop.order().send(api.listOrders, { query: { cursor: 'x' } }, me)).status, 400)
  assert.equal(
    (await shop.order().send(api.listUserOrders, { params: { user_id }, query: { cursor: 'x' } }, me)).status,
    400,
  )
  assert.equal((await shop.order().send(api.listOrders, {}, {})).status, 401)
})

test('staff find an order by its number, by who wrote, by how it is paid and by its day', async () => {
  const { id: product_id } = await shop.product()
  const email = `Grace.${randomUUID()}@example.com`
  const [waiting, paid] = [
    await shop.place({ product_id, email }),
    await shop.place({ product_id, email, payment_method: 'tok_approve' }),
  ]
  const find = async (query: api.QueryOf<typeof api.listOrders>) =>
    (await shop.order().call(api.listOrders, { query }, shop.staff)).items.map(order => order.id)
  assert.deepEqual(await find({ email: email.toLowerCase() }), [paid.id, waiting.id])
  assert.deepEqual(await find({ number: paid.number.toLowerCase() }), [paid.id])
  assert.deepEqual(await find({ email, payment_status: 'unpaid' }), [waiting.id])
  assert.deepEqual(await find({ email, from: paid.created_at }), [paid.id])
  assert.deepEqual(await find({ email, to: paid.created_at }), [waiting.id])
  // Who is no staff finds their own by it, and nobody else's.
  const me = await shop.platform.as()
  assert.deepEqual((await shop.order().call(api.listOrders, { query: { number: paid.number } }, me)).items, [])
})

test('an erased customer leaves the books without a name; hearing it twice changes nothing', async () => {
  const { id: product_id } = await shop.product()
  const user_id = randomUUID()
  const me = await shop.platform.as({ user_id })
  const address = { line1: '1 Main St', city: 'Bern', postal_code: '3000', country: 'CH' }
  const placed = await shop.place({ product_id, email: 'me@example.com', shipping_address: address }, me)
  const message: api.EventMessage = {
    id: randomUUID(),
    name: 'user.erased',
    version: 1,
    service: 'user',
    aggregate_id: user_id,
    payload: { user_id },
    correlation_id: 'c',
    traceparent: null,
    occurred_at: new Date().toISOString(),
  }
  await shop.platform.service('order').deliver([message, message])
  const after = await shop.get(placed.id)
  assert.deepEqual([after.email, after.shipping_address, after.total], [null, null, 12.5])
})

test('cancelling gives back money and stock, once, whoever asks and however often', async () => {
  const { id: product_id } = await shop.product()
  const bought = await shop.place({ product_id, quantity: 2, ...guest, payment_method: 'tok_approve' })
  const cancel = () =>
    shop
      .order()
      .call(api.cancelOrder, { params: { id: bought.id }, body: { reason: 'changed my mind' } }, token(bought))
  const answers = await Promise.all([cancel(), cancel(), cancel()])
  assert.ok(answers.every(a => a.id === bought.id))
  const cancelled = await cancel()
  assert.deepEqual(
    [cancelled.status, cancelled.payment_status, cancelled.cancel_reason],
    ['cancelled', 'refunded', 'changed my mind'],
  )
  assert.deepEqual(await shop.stock(product_id), [10, 0])
  const { items } = { items: await shop.payments(bought.id) }
  assert.deepEqual(
    items.map(p => [p.captured, p.refunded]),
    [[12.5 * 2, 12.5 * 2]],
  )

  const pending = await shop.place({ product_id, ...guest })
  const byShop = await shop
    .order()
    .call(api.setOrderStatus, { params: { id: pending.id }, body: { status: 'cancelled' } }, shop.staff)
  assert.deepEqual([byShop.status, byShop.payment_status], ['cancelled', 'unpaid'])
  await assert.rejects(shop.pay(pending.id, 'tok_approve', token(pending)), is('order-not-payable'))
})

test('a cancellation by the shop that the provider has not confirmed is 202, and then it is cancelled', async () => {
  const { id: product_id } = await shop.product()
  const bought = await shop.place({ product_id, ...guest, payment_method: 'tok_approve' })
  shop.silence(api.closePayments, 'before')
  const answer = await shop
    .order()
    .send(api.setOrderStatus, { params: { id: bought.id }, body: { status: 'cancelled' } }, shop.staff)
  assert.deepEqual([answer.status, answer.body.status], [202, 'processing'])
  await shop.assertUndone(bought.id, product_id)
})

test('money given back by staff shows on the order; a cancellation later gives back only the rest', async () => {
  const { id: product_id } = await shop.product()
  const bought = await shop.place({ product_id, quantity: 2, ...guest, payment_method: 'tok_approve' })
  const { items } = { items: await shop.payments(bought.id) }
  const refund = (amount: number) =>
    shop.platform
      .client('payment')
      .call(api.refundPayment, { params: { id: items[0]!.id }, body: { amount } }, shop.staff)
  await refund(5)
  await shop.platform.drain()
  assert.equal((await shop.get(bought.id)).payment_status, 'partially_refunded')
  const cancelled = await shop.order().call(api.cancelOrder, { params: { id: bought.id } }, token(bought))
  assert.deepEqual([cancelled.status, cancelled.payment_status], ['cancelled', 'refunded'])
  await shop.platform.drain()
  const after = { items: await shop.payments(bought.id) }
  assert.deepEqual(
    after.items.map(p => [p.captured, p.refunded]),
    [[25, 25]],
  )
  const said = (await shop.platform.said('order')).filter(m => m.aggregate_id === bought.id)
  assert.deepEqual(
    said.map(({ name, payload }) => {
      const { status, payment_status } = payload as { status: string; payment_status: string }
      return [name, status, payment_status]
    }),
    [
      ['order.placed', 'pending', 'unpaid'],
      ['order.paid', 'processing', 'paid'],
      ['order.payment-changed', 'processing', 'partially_refunded'],
      ['order.cancelled', 'cancelled', 'refunded'],
    ],
    'each event says how the order stands after it',
  )
})

test('every event of the shop delivered twice more changes nothing anywhere', async () => {
  const { id: product_id } = await shop.product()
  const cart = await shop.platform.client('cart').call(api.addCartItem, { body: { product_id } })
  await shop.place({ cart_id: cart.id, ...guest, payment_method: 'tok_approve' }, { 'x-cart-token': cart.cart_token! })
  await shop.sweepNow()
  const services = ['product', 'inventory', 'cart', 'order', 'payment'] as const
  const tables = {
    product: 'select id, stock_available, stock_revision, is_active from products order by id',
    inventory: 'select product_id, on_hand, reserved, revision from stock order by product_id',
    cart: 'select id, status from carts order by id',
    order: 'select id, status, payment_status, goal, updated_at from orders order by id',
    payment: 'select id, status, captured_minor, refunded_minor from payments order by id',
  }
  const snapshot = async () => Promise.all(services.map(async name => shop.platform.sql(name).unsafe(tables[name])))
  const before = await snapshot()
  assert.ok(before.every(rows => rows.length > 0))
  for (let i = 0; i < 2; i++) {
    for (const name of services) await shop.platform.sql(name)`update consumer_offsets set position = 0`
    await shop.platform.drain()
  }
  assert.deepEqual(await snapshot(), before)
})

test('the books agree in the end: sold stock, paid orders, captured money, the ledger and the provider', () =>
  shop.assertBooksAgree())
