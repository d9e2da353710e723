import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
let staff: Record<string, string>

before(async () => {
  platform = await startTestPlatform({
    services: ['product', 'inventory', 'cart', 'order', 'payment'],
    simulator: true,
    env: { DRIVE_LEASE_MS: '3000' },
  })
  staff = await platform.asStaff('catalogue', 'stock', 'orders', 'payments')
})
after(() => platform.stop())

const order = () => platform.client('order')
const sql = () => platform.sql('order')
const is = (problem: api.ProblemName) => (error: unknown) => error instanceof api.Problem && error.problem === problem

async function product(
  fields: { price?: number; stock?: number; currency?: string; is_active?: boolean } = {},
): Promise<api.Product> {
  const body = { name: `Thing ${randomUUID()}`, price: 12.5, stock: 10, ...fields }
  return platform.client('product').call(api.createProduct, { body }, staff)
}
const stockOf = (product_id: string) =>
  platform.client('inventory').call(api.getStock, { params: { product_id } }, staff)
const guest = { email: 'guest@example.com' }
const place = (body: object, headers: Record<string, string> = {}) =>
  order().call(api.placeOrder, { body: body as never }, headers)
const tryPlace = (body: unknown, headers: Record<string, string> = {}) =>
  order().send(api.placeOrder, { body }, headers)
const pay = (id: string, payment_method: string, headers: Record<string, string>) =>
  order().call(api.payOrder, { params: { id }, body: { payment_method } }, headers)
const get = (id: string, headers: Record<string, string> = staff) =>
  order().call(api.getOrder, { params: { id } }, headers)
const token = (o: api.Order) => ({ 'x-order-token': o.order_token! })
/** The sweeper looks at unfinished orders as if their time had come. */
async function sweepNow() {
  await sql()`update orders set due_at = now() where goal <> 'none'`
  await platform.drain()
}

test('a guest buys with one request: paid, sold, said, and the order is theirs by its token', async () => {
  const { id: product_id } = await product({ price: 19.99 })
  const bought = await place({ items: [{ product_id, quantity: 3 }], ...guest, payment_method: 'tok_approve' })
  assert.deepEqual(
    [bought.status, bought.payment_status, bought.total, bought.currency],
    ['processing', 'paid', 59.97, 'USD'],
  )
  assert.match(bought.number, /^SF-\d+$/)
  assert.deepEqual(await stockOf(product_id).then(s => [s.on_hand, s.reserved]), [7, 0])
  assert.equal((await get(bought.id, token(bought))).id, bought.id)
  await platform.drain()
  const said = (await platform.said('order')).filter(m => m.aggregate_id === bought.id).map(m => m.name)
  assert.deepEqual(said, ['order.placed', 'order.paid'])
  const timeline = await order().call(api.getOrderTimeline, { params: { id: bought.id } }, token(bought))
  assert.deepEqual(
    timeline.items.map(i => [i.status, i.payment_status]),
    [
      ['pending', 'unpaid'],
      ['processing', 'paid'],
    ],
  )
  const [row] = await sql()`select payment_method from orders where id = ${bought.id}`
  assert.equal(row!.payment_method, null, 'no card token is kept')
})

test('a customer orders one product, pays later, and it is shipped and delivered', async () => {
  const { id: product_id } = await product()
  const user_id = randomUUID()
  const me = await platform.as({ user_id })
  const placed = await place({ productId: product_id, quantity: 2, userId: user_id }, me)
  assert.deepEqual(
    [placed.status, placed.payment_status, placed.user_id, placed.order_token],
    ['pending', 'unpaid', user_id, undefined],
  )
  assert.ok(placed.expires_at && Date.parse(placed.expires_at) > Date.now())
  assert.equal((await stockOf(product_id)).available, 8)
  const paid = await pay(placed.id, 'tok_approve', me)
  assert.deepEqual([paid.status, paid.payment_status, paid.expires_at], ['processing', 'paid', null])
  const set = (status: api.OrderStatus) =>
    order().call(api.setOrderStatus, { params: { id: placed.id }, body: { status } }, staff)
  await assert.rejects(set('delivered'), is('transition-not-allowed'))
  await assert.rejects(set('pending'), is('transition-not-allowed'))
  assert.equal((await set('shipped')).status, 'shipped')
  assert.equal((await set('shipped')).status, 'shipped')
  await assert.rejects(order().call(api.cancelOrder, { params: { id: placed.id } }, me), is('transition-not-allowed'))
  assert.equal((await set('delivered')).status, 'delivered')
  await assert.rejects(set('cancelled'), is('transition-not-allowed'))
  await platform.drain()
  const said = (await platform.said('order')).filter(m => m.aggregate_id === placed.id).map(m => m.name)
  assert.deepEqual(said, ['order.placed', 'order.reserved', 'order.paid', 'order.shipped', 'order.delivered'])
})

test('a cart becomes one order, even when two ask at once, and is ordered from then on', async () => {
  const { id: product_id } = await product({ price: 3 })
  const cart = await platform.client('cart').call(api.addCartItem, { body: { product_id, quantity: 4 } })
  const headers = { 'x-cart-token': cart.cart_token! }
  const body = { cart_id: cart.id, ...guest, payment_method: 'tok_approve' }
  const answers = await Promise.all([tryPlace(body, headers), tryPlace(body, headers), tryPlace(body, headers)])
  assert.deepEqual(answers.map(a => a.status).sort(), [201, 409, 409])
  const won = answers.find(a => a.status === 201)!
  assert.equal(won.body.total, 12)
  await platform.drain()
  const again = await tryPlace(body, headers)
  assert.deepEqual([again.status, again.body.type.split('/').at(-1)], [409, 'cart-ordered'])
  assert.equal((await platform.client('cart').call(api.getCart, {}, headers)).item_count, 0)
  assert.equal((await stockOf(product_id)).on_hand, 6)
})

test("another's cart is as if it did not exist, an empty one is refused", async () => {
  const { id: product_id } = await product()
  const cart = await platform.client('cart').call(api.addCartItem, { body: { product_id } })
  const stolen = await tryPlace({ cart_id: cart.id, ...guest })
  const absent = await tryPlace({ cart_id: randomUUID(), ...guest })
  assert.deepEqual([stolen.status, absent.status], [404, 404])
  const headers = { 'x-cart-token': cart.cart_token! }
  await platform.client('cart').call(api.removeCartItem, { params: { item_id: cart.items[0]!.id } }, headers)
  await assert.rejects(place({ cart_id: cart.id, ...guest }, headers), is('cart-empty'))
  await assert.rejects(order().call(api.quoteOrder, { body: { cart_id: cart.id! } }, headers), is('cart-empty'))
})

test('a declined card leaves nothing behind: no stock held, no money, the cart open, and the order cancelled', async () => {
  const { id: product_id } = await product()
  const cart = await platform.client('cart').call(api.addCartItem, { body: { product_id } })
  const headers = { 'x-cart-token': cart.cart_token! }
  const answer = await tryPlace({ cart_id: cart.id, ...guest, payment_method: 'tok_decline' }, headers)
  assert.equal(answer.status, 402)
  assert.equal(answer.body.decline_code, 'card_declined')
  assert.deepEqual(await stockOf(product_id).then(s => [s.on_hand, s.reserved]), [10, 0])
  const declined = await get(answer.body.order_id)
  assert.deepEqual([declined.status, declined.cancel_reason], ['cancelled', 'payment_declined'])
  const second = await place({ cart_id: cart.id, ...guest, payment_method: 'tok_approve' }, headers)
  assert.equal(second.status, 'processing')
  const unknown = await tryPlace({ items: [{ product_id, quantity: 1 }], ...guest, payment_method: 'tok_nonsense' })
  assert.deepEqual([unknown.status, unknown.body.errors[0].pointer], [422, '/payment_method'])
})

test('a pending order survives a declined card and is paid with another', async () => {
  const { id: product_id } = await product()
  const placed = await place({ product_id, ...guest })
  await assert.rejects(pay(placed.id, 'tok_decline', token(placed)), is('payment-declined'))
  assert.deepEqual(await get(placed.id).then(o => [o.status, o.payment_status]), ['pending', 'failed'])
  await assert.rejects(pay(placed.id, 'tok_nonsense', token(placed)), is('invalid-payment-method'))
  assert.equal((await pay(placed.id, 'tok_approve', token(placed))).payment_status, 'paid')
  await assert.rejects(pay(placed.id, 'tok_approve', token(placed)), is('order-not-payable'))
})

test('one key, one order: repeated, at once or later, it is the same one; with another body it is refused', async () => {
  const { id: product_id } = await product()
  const key = { 'idempotency-key': randomUUID() }
  const body = { items: [{ product_id, quantity: 1 }], ...guest, payment_method: 'tok_approve' }
  const answers = await Promise.all(Array.from({ length: 6 }, () => tryPlace(body, key)))
  assert.ok(
    answers.every(a => a.status === 201 || a.status === 409),
    JSON.stringify(answers.map(a => a.status)),
  )
  const later = await tryPlace(body, key)
  assert.equal(later.status, 201)
  const ids = new Set([...answers, later].filter(a => a.status === 201).map(a => a.body.id))
  assert.equal(ids.size, 1)
  assert.ok(later.body.order_token, 'a guest whose answer was lost gets the token again')
  assert.equal((await stockOf(product_id)).on_hand, 9)
  assert.equal((await tryPlace({ ...body, email: 'other@example.com' }, key)).status, 422)
  assert.equal((await tryPlace(body, { 'idempotency-key': 'bad key' })).status, 400)

  const declineKey = { 'idempotency-key': randomUUID() }
  const declined = { ...body, payment_method: 'tok_decline' }
  assert.deepEqual(
    [(await tryPlace(declined, declineKey)).status, (await tryPlace(declined, declineKey)).status],
    [402, 402],
  )
})

test('paying with one key charges once; two payments at once charge once', async () => {
  const { id: product_id } = await product()
  const placed = await place({ product_id, ...guest })
  const send = (key: string, payment_method = 'tok_approve') =>
    order().send(
      api.payOrder,
      { params: { id: placed.id }, body: { payment_method } },
      { ...token(placed), 'idempotency-key': key },
    )
  const answers = await Promise.all([send('a'), send('a'), send('b'), send('c')])
  assert.equal(answers.filter(a => a.status === 200).length >= 1, true)
  assert.ok(answers.every(a => a.status === 200 || a.status === 409))
  const winner = ['a', 'b', 'c'].find((_, i) => answers[[0, 2, 3][i]!]!.status === 200) ?? 'a'
  assert.equal((await send(winner)).status, 200)
  assert.equal((await send(winner, 'tok_decline')).status, 422)
  const payments = await platform.client('payment').call(api.listPayments, { query: { order_id: placed.id } }, staff)
  assert.deepEqual(
    payments.items.map(p => [p.status, p.captured]),
    [['captured', 12.5]],
  )
})

test('two hundred buyers racing for fifty units: exactly fifty paid orders, the others learn what is available', async () => {
  const { id: product_id } = await product({ stock: 50, price: 1 })
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      tryPlace({ product_id, email: `buyer${i}@example.com`, payment_method: 'tok_approve' }),
    ),
  )
  const statuses = new Map<number, number>()
  for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1)
  assert.deepEqual(Object.fromEntries(statuses), { 201: 50, 409: 150 })
  assert.ok(answers.filter(a => a.status === 409).every(a => a.body.items[0].available === 0))
  assert.deepEqual(await stockOf(product_id).then(s => [s.on_hand, s.reserved]), [0, 0])
  await platform.drain()
  const [row] = await sql()`
    select count(*) filter (where status = 'processing')::int as paid, count(*) filter (where goal <> 'none')::int as unfinished
    from orders join order_items on order_id = orders.id where product_id = ${product_id}`
  assert.deepEqual(row, { paid: 50, unfinished: 0 })
})

test('cancelling gives back money and stock, once, whoever asks and however often', async () => {
  const { id: product_id } = await product()
  const bought = await place({ product_id, quantity: 2, ...guest, payment_method: 'tok_approve' })
  const cancel = () =>
    order().call(api.cancelOrder, { params: { id: bought.id }, body: { reason: 'changed my mind' } }, token(bought))
  const answers = await Promise.all([cancel(), cancel(), cancel()])
  assert.ok(answers.every(a => a.id === bought.id))
  const cancelled = await cancel()
  assert.deepEqual(
    [cancelled.status, cancelled.payment_status, cancelled.cancel_reason],
    ['cancelled', 'refunded', 'changed my mind'],
  )
  assert.deepEqual(await stockOf(product_id).then(s => [s.on_hand, s.reserved]), [10, 0])
  const { items } = await platform.client('payment').call(api.listPayments, { query: { order_id: bought.id } }, staff)
  assert.deepEqual(
    items.map(p => [p.captured, p.refunded]),
    [[12.5 * 2, 12.5 * 2]],
  )

  const pending = await place({ product_id, ...guest })
  const byShop = await order().call(
    api.setOrderStatus,
    { params: { id: pending.id }, body: { status: 'cancelled' } },
    staff,
  )
  assert.deepEqual([byShop.status, byShop.payment_status], ['cancelled', 'unpaid'])
  await assert.rejects(pay(pending.id, 'tok_approve', token(pending)), is('order-not-payable'))
})

test('cancel racing with pay: either paid and kept, or cancelled with net nothing charged', async () => {
  const { id: product_id } = await product({ stock: 100 })
  for (let i = 0; i < 12; i++) {
    const placed = await place({ product_id, ...guest })
    await Promise.allSettled([
      pay(placed.id, 'tok_approve', token(placed)),
      order().call(api.cancelOrder, { params: { id: placed.id } }, token(placed)),
    ])
    await sweepNow()
    const after = await get(placed.id)
    const { items } = await platform.client('payment').call(api.listPayments, { query: { order_id: placed.id } }, staff)
    const net = items.reduce((sum, p) => sum + p.captured - p.refunded, 0)
    assert.deepEqual([after.status, net], after.status === 'cancelled' ? ['cancelled', 0] : ['processing', 12.5])
  }
})

test('an order nobody pays is cancelled at its deadline and its stock goes back', async () => {
  const { id: product_id } = await product()
  const placed = await place({ product_id, quantity: 3, ...guest })
  assert.equal((await stockOf(product_id)).available, 7)
  await sql()`update orders set expires_at = now() - interval '1 second' where id = ${placed.id}`
  await assert.rejects(pay(placed.id, 'tok_approve', token(placed)), is('order-not-payable'))
  await sweepNow()
  const expired = await get(placed.id)
  assert.deepEqual([expired.status, expired.cancel_reason, expired.payment_status], ['cancelled', 'expired', 'unpaid'])
  assert.equal((await stockOf(product_id)).available, 10)
})

test('stock that ran out from under a pending order is never sold twice: paying is refused and nothing charged', async () => {
  const { id: product_id } = await product({ stock: 1 })
  const slow = await place({ product_id, ...guest })
  await platform.sql(
    'inventory',
  )`update reservations set expires_at = now() - interval '1 second' where order_id = ${slow.id}`
  await platform.service('inventory').drain()
  const quick = await place({ product_id, ...guest, payment_method: 'tok_approve' })
  assert.equal(quick.status, 'processing')
  await assert.rejects(pay(slow.id, 'tok_approve', token(slow)), is('out-of-stock'))
  const after = await get(slow.id)
  assert.deepEqual([after.status, after.cancel_reason], ['cancelled', 'out_of_stock'])
  const { items } = await platform.client('payment').call(api.listPayments, { query: { order_id: slow.id } }, staff)
  assert.ok(items.every(p => p.captured === 0))
  assert.equal((await stockOf(product_id)).on_hand, 0)
})

for (const [method, first, status, payment_status] of [
  ['tok_timeout_before', [201, 202], 'processing', 'paid'],
  ['tok_timeout_after', [201, 202], 'processing', 'paid'],
  ['tok_error_after', [201, 202], 'processing', 'paid'],
  ['tok_slow', [201, 202], 'processing', 'paid'],
  ['tok_webhook_late', [201], 'processing', 'paid'],
  ['tok_webhook_thrice', [201], 'processing', 'paid'],
  ['tok_webhook_never', [201], 'processing', 'paid'],
  ['tok_capture_timeout_after', [201, 202], 'processing', 'paid'],
  ['tok_capture_error_after', [201, 202], 'processing', 'paid'],
  ['tok_capture_decline', [402], 'cancelled', 'unpaid'],
  ['tok_insufficient_funds', [402], 'cancelled', 'unpaid'],
] as const) {
  test(`provider behaviour ${method}: the order ends ${status} and is charged accordingly`, async () => {
    const { id: product_id } = await product()
    const answer = await tryPlace({ product_id, ...guest, payment_method: method })
    assert.ok((first as readonly number[]).includes(answer.status), `${answer.status} ${JSON.stringify(answer.body)}`)
    const id = answer.body.id ?? answer.body.order_id
    for (let i = 0; i < 20 && (await get(id)).status === 'pending'; i++) {
      await platform.sql('payment')`update payments set next_check_at = now() where next_check_at is not null`
      await sweepNow()
    }
    const after = await get(id)
    assert.deepEqual([after.status, after.payment_status], [status, payment_status])
    const { items } = await platform.client('payment').call(api.listPayments, { query: { order_id: id } }, staff)
    assert.equal(
      items.reduce((sum, p) => sum + p.captured - p.refunded, 0),
      status === 'processing' ? 12.5 : 0,
    )
    assert.deepEqual(
      await stockOf(product_id).then(s => [s.on_hand, s.reserved]),
      status === 'processing' ? [9, 0] : [10, 0],
    )
  })
}

test('bad input is refused with the field named, and leaves no order', async () => {
  const { id: product_id } = await product()
  const inactive = await product({ is_active: false })
  const euro = await product({ currency: 'EUR' })
  const [{ before }] = await sql()<[{ before: number }]>`select count(*)::int as before from orders`
  const cases: [body: unknown, status: number, pointer: string][] = [
    [{ items: [{ product_id: randomUUID(), quantity: 1 }], ...guest }, 422, '/items/0/product_id'],
    [{ product_id: randomUUID(), ...guest }, 422, '/product_id'],
    [{ product_id: inactive.id, ...guest }, 409, '/product_id'],
    [{ product_id, quantity: 0, ...guest }, 400, '/quantity'],
    [{ product_id, quantity: -1, ...guest }, 400, '/quantity'],
    [{ product_id, quantity: 1.5, ...guest }, 400, '/quantity'],
    [{ product_id, quantity: 1e9, ...guest }, 400, '/quantity'],
    [{ items: [], ...guest }, 400, '/items'],
    [{ ...guest }, 400, '/items'],
    [{ items: [{ product_id, quantity: 1 }], product_id, ...guest }, 400, '/items'],
    [{ items: [{ product_id, quantity: 1 }], quantity: 2, ...guest }, 400, '/quantity'],
    [{ product_id, currency: 'EUR', ...guest }, 422, '/product_id'],
    [
      {
        items: [
          { product_id, quantity: 1 },
          { product_id: euro.id, quantity: 1 },
        ],
        ...guest,
      },
      422,
      '/items/1/product_id',
    ],
    [{ product_id, gift: true, ...guest }, 400, '/gift'],
    [{ items: [{ product_id, quantity: 1, price: 0.01 }], ...guest }, 400, '/items/0/price'],
    [{ product_id }, 400, '/email'],
    [{ product_id, email: 'nobody' }, 400, '/email'],
    [{ product_id: 'x', ...guest }, 400, '/product_id'],
    [{ product_id, ...guest, shipping_address: { city: 'Bern' } }, 400, '/shipping_address/line1'],
    [{ product_id, ...guest, expected_total: 12.505 }, 400, '/expected_total'],
  ]
  for (const [body, status, pointer] of cases) {
    const answer = await tryPlace(body)
    const pointers = answer.body.errors?.map((e: api.FieldError) => e.pointer)
    assert.deepEqual([answer.status, pointers?.includes(pointer)], [status, true], JSON.stringify([body, answer.body]))
    assert.match(answer.headers.get('content-type')!, /application\/problem\+json/)
  }
  const short = await tryPlace({ product_id, quantity: 11, ...guest, payment_method: 'tok_approve' })
  assert.deepEqual([short.status, short.body.items], [409, [{ product_id, requested: 11, available: 10 }]])
  const changed = await tryPlace({ product_id, ...guest, expected_total: 12 })
  assert.deepEqual([changed.status, changed.body.total], [409, 12.5])
  await platform.drain()
  const [{ after }] = await sql()<[{ after: number }]>`select count(*)::int as after from orders`
  assert.equal(after, before + 1, 'only the order that ran out of stock was recorded, and it was undone')
  assert.deepEqual(await stockOf(product_id).then(s => [s.on_hand, s.reserved]), [10, 0])
})

test('what cannot be read is refused in the same form: malformed, wrong type, too large, wrong content type, bad tokens', async () => {
  const url = `${platform.url('order')}/api/orders`
  const post = async (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) => {
    const answer = await fetch(url, { method: 'POST', body, headers })
    return [answer.status, ((await answer.json()) as api.ProblemBody).type.split('/').at(-1)]
  }
  assert.deepEqual(await post('{"items":'), [400, 'malformed-json'])
  assert.deepEqual(await post('"text"'), [400, 'validation-failed'])
  assert.deepEqual(await post(''), [400, 'validation-failed'])
  assert.deepEqual(await post('{"__proto__": {"x": 1}}'), [400, 'malformed-json'])
  assert.deepEqual(await post(JSON.stringify({ email: 'x'.repeat(300_000) })), [413, 'body-too-large'])
  assert.deepEqual(await post('<order/>', { 'content-type': 'text/xml' }), [415, 'unsupported-media-type'])
  const json = { 'content-type': 'application/json' }
  assert.deepEqual(await post('{}', { ...json, authorization: 'Bearer nonsense' }), [401, 'invalid-token'])
  assert.deepEqual(await post('{}', { ...json, authorization: 'Basic eDp5' }), [401, 'invalid-token'])
  const expired = await platform.as({ expires_in_s: -60 })
  assert.deepEqual(await post('{}', { ...json, ...expired }), [401, 'token-expired'])
})

test("other people's orders are as if they did not exist, byte for byte", async () => {
  const { id: product_id } = await product()
  const me = await platform.as()
  const mine = await place({ product_id }, me)
  const guests = await place({ product_id, ...guest })
  const other = await platform.as()
  const strip = (body: Record<string, unknown>, id: string) =>
    JSON.stringify({ ...body, correlation_id: '' }).replaceAll(id, 'ID')
  for (const [operation, body] of [
    [api.getOrder, undefined],
    [api.getOrderTimeline, undefined],
    [api.cancelOrder, {}],
    [api.payOrder, { payment_method: 'tok_approve' }],
  ] as const) {
    const absentId = randomUUID()
    const absent = await order().send(operation, { params: { id: absentId }, body }, other)
    assert.equal(absent.status, 404)
    for (const [target, headers] of [
      [mine, other],
      [mine, {}],
      [guests, other],
      [guests, { 'x-order-token': 'x'.repeat(43) }],
      [mine, token(guests)],
    ] as const) {
      const answer = await order().send(
        operation,
        { params: { id: target.id }, body },
        headers as Record<string, string>,
      )
      assert.equal(answer.status, 404)
      assert.equal(strip(answer.body, target.id), strip(absent.body, absentId))
    }
  }
  const someone = randomUUID()
  assert.equal((await tryPlace({ product_id, user_id: someone }, me)).status, 403)
  assert.equal((await tryPlace({ product_id, user_id: someone, ...guest })).status, 401)
  assert.equal(
    (await order().send(api.setOrderStatus, { params: { id: mine.id }, body: { status: 'shipped' } }, me)).status,
    403,
  )
  const absentStaff = await order().send(
    api.setOrderStatus,
    { params: { id: randomUUID() }, body: { status: 'shipped' } },
    staff,
  )
  assert.equal(absentStaff.status, 404)
})

test('lists go page by page, own for customers and all for staff', async () => {
  const { id: product_id } = await product({ stock: 100 })
  const user_id = randomUUID()
  const me = await platform.as({ user_id })
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.unshift((await place({ product_id }, me)).id)
  const seen: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await order().call(api.listOrders, { query: { limit: 2, ...(cursor ? { cursor } : {}) } }, me)
    seen.push(...page.items.map(o => o.id))
    cursor = page.next_cursor
  } while (cursor)
  assert.deepEqual(seen, ids)
  const all = await order().call(api.listOrders, { query: { limit: 100, status: 'pending' } }, staff)
  assert.ok(all.items.length >= 5 && all.items.every(o => o.status === 'pending'))
  const byUser = await order().call(api.listUserOrders, { params: { user_id }, query: { limit: 100 } }, staff)
  assert.deepEqual(
    byUser.items.map(o => o.id),
    ids,
  )
  assert.equal((await order().send(api.listUserOrders, { params: { user_id } }, await platform.as())).status, 404)
  assert.equal((await order().send(api.listOrders, { query: { cursor: 'x' } }, me)).status, 400)
  assert.equal(
    (await order().send(api.listUserOrders, { params: { user_id }, query: { cursor: 'x' } }, me)).status,
    400,
  )
  assert.equal((await order().send(api.listOrders, {}, {})).status, 401)
})

test('a quote says what an order would come to, to the cent, and holds nothing', async () => {
  const a = await product({ price: 0.1 })
  const b = await product({ price: 0.2 })
  const items = [
    { product_id: a.id, quantity: 3 },
    { product_id: b.id, quantity: 3 },
  ]
  const quote = await order().call(api.quoteOrder, { body: { items } })
  assert.deepEqual([quote.subtotal, quote.total, quote.items.map(i => i.subtotal)], [0.9, 0.9, [0.3, 0.6]])
  assert.equal((await stockOf(a.id)).available, 10)
  const send = async (body: unknown) => (await order().send(api.quoteOrder, { body })).status
  assert.deepEqual(
    [
      await send({}),
      await send({ items: [{ product_id: randomUUID(), quantity: 1 }] }),
      await send({ items, currency: 'EUR' }),
    ],
    [400, 422, 422],
  )
  assert.equal(await send({ cart_id: randomUUID() }), 404)
  const inactive = await product({ is_active: false })
  assert.equal(await send({ items: [{ product_id: inactive.id, quantity: 1 }] }), 409)
})

test('money given back by staff shows on the order; a cancellation later gives back only the rest', async () => {
  const { id: product_id } = await product()
  const bought = await place({ product_id, quantity: 2, ...guest, payment_method: 'tok_approve' })
  const { items } = await platform.client('payment').call(api.listPayments, { query: { order_id: bought.id } }, staff)
  const refund = (amount: number) =>
    platform.client('payment').call(api.refundPayment, { params: { id: items[0]!.id }, body: { amount } }, staff)
  await refund(5)
  await platform.drain()
  assert.equal((await get(bought.id)).payment_status, 'partially_refunded')
  const cancelled = await order().call(api.cancelOrder, { params: { id: bought.id } }, token(bought))
  assert.deepEqual([cancelled.status, cancelled.payment_status], ['cancelled', 'refunded'])
  await platform.drain()
  const after = await platform.client('payment').call(api.listPayments, { query: { order_id: bought.id } }, staff)
  assert.deepEqual(
    after.items.map(p => [p.captured, p.refunded]),
    [[25, 25]],
  )
})

test('an erased customer leaves the books without a name; hearing it twice changes nothing', async () => {
  const { id: product_id } = await product()
  const user_id = randomUUID()
  const me = await platform.as({ user_id })
  const address = { line1: '1 Main St', city: 'Bern', postal_code: '3000', country: 'CH' }
  const placed = await place({ product_id, email: 'me@example.com', shipping_address: address }, me)
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
  await platform.service('order').deliver([message, message])
  const after = await get(placed.id)
  assert.deepEqual([after.email, after.shipping_address, after.total], [null, null, 12.5])
})

test('every event of the shop delivered twice more changes nothing anywhere', async () => {
  await sweepNow()
  const services = ['product', 'inventory', 'cart', 'order', 'payment'] as const
  const tables = {
    product: 'select id, stock_available, stock_revision, is_active from products order by id',
    inventory: 'select product_id, on_hand, reserved, revision from stock order by product_id',
    cart: 'select id, status from carts order by id',
    order: 'select id, status, payment_status, goal, updated_at from orders order by id',
    payment: 'select id, status, captured_minor, refunded_minor from payments order by id',
  }
  const snapshot = async () => Promise.all(services.map(async name => platform.sql(name).unsafe(tables[name])))
  const before = await snapshot()
  assert.ok(before.every(rows => rows.length > 0))
  for (let i = 0; i < 2; i++) {
    for (const name of services) await platform.sql(name)`update consumer_offsets set position = 0`
    await platform.drain()
  }
  assert.deepEqual(await snapshot(), before)
})

test('the books agree in the end: sold stock, paid orders, captured money, the ledger and the provider', async () => {
  await sweepNow()
  const unfinished = await sql()`select id, goal, payment_status from orders where goal <> 'none'`
  assert.deepEqual([...unfinished], [])
  const [orders] = await sql()`
    select coalesce(sum(total_minor) filter (where payment_status in ('paid', 'partially_refunded')), 0)::bigint as paid from orders`
  const [payments] = await platform.sql(
    'payment',
  )`select sum(captured_minor - refunded_minor)::bigint as net from payments`
  assert.equal(payments!.net, orders!.paid)
  const [ledger] = await platform.sql('payment')`
    select coalesce(sum(amount_minor) filter (where account = 'provider_clearing'), 0)::bigint as clearing, sum(amount_minor)::bigint as total
    from ledger_entries`
  assert.equal(ledger!.total, 0)
  assert.equal(ledger!.clearing, payments!.net)
  const balance = (await (
    await fetch(`${platform.simulator.url}/v1/balance`, {
      headers: { authorization: 'Bearer sim_key' },
    })
  ).json()) as Record<string, { net: number }>
  assert.equal(balance.USD!.net, payments!.net)
  const sold = await sql()<{ product_id: string; n: number }[]>`
    select product_id, sum(quantity)::int as n from orders join order_items on order_id = orders.id
    where status in ('processing', 'shipped', 'delivered') group by product_id`
  for (const { product_id, n } of sold) {
    const [stock] = await platform.sql('inventory')`
      select (select sum(delta)::int from movements where product_id = ${product_id} and order_id is not null) as moved, reserved
      from stock where product_id = ${product_id}`
    assert.equal(-stock!.moved, n)
  }
})
