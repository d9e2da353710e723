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

test('a guest buys with one request: paid, sold, said, and the order is theirs by its token', async () => {
  const { id: product_id } = await shop.product({ price: 19.99 })
  const bought = await shop.place({ items: [{ product_id, quantity: 3 }], ...guest, payment_method: 'tok_approve' })
  assert.deepEqual(
    [bought.status, bought.payment_status, bought.total, bought.currency],
    ['processing', 'paid', 59.97, 'USD'],
  )
  assert.match(bought.number, /^SF-\d+$/)
  assert.deepEqual(await shop.stock(product_id), [7, 0])
  assert.equal((await shop.get(bought.id, token(bought))).id, bought.id)
  await shop.platform.drain()
  const said = (await shop.platform.said('order')).filter(m => m.aggregate_id === bought.id).map(m => m.name)
  assert.deepEqual(said, ['order.placed', 'order.paid'])
  const timeline = await shop.order().call(api.getOrderTimeline, { params: { id: bought.id } }, token(bought))
  assert.deepEqual(
    timeline.items.map(i => [i.status, i.payment_status]),
    [
      ['pending', 'unpaid'],
      ['processing', 'paid'],
    ],
  )
  const [row] = await shop.sql()`select payment_method from orders where id = ${bought.id}`
  assert.equal(row!.payment_method, null, 'no card token is kept')
})

test('a customer orders one product, pays later, and it is shipped and delivered', async () => {
  const { id: product_id } = await shop.product()
  const user_id = randomUUID()
  const me = await shop.platform.as({ user_id })
  const placed = await shop.place({ productId: product_id, quantity: 2, userId: user_id }, me)
  assert.deepEqual(
    [placed.status, placed.payment_status, placed.user_id, placed.order_token],
    ['pending', 'unpaid', user_id, undefined],
  )
  assert.ok(placed.expires_at && Date.parse(placed.expires_at) > Date.now())
  assert.equal((await shop.stockOf(product_id)).available, 8)
  const paid = await shop.pay(placed.id, 'tok_approve', me)
  assert.deepEqual([paid.status, paid.payment_status, paid.expires_at], ['processing', 'paid', null])
  const set = (status: api.OrderStatus) =>
    shop.order().call(api.setOrderStatus, { params: { id: placed.id }, body: { status } }, shop.staff)
  await assert.rejects(set('delivered'), is('transition-not-allowed'))
  await assert.rejects(set('pending'), is('transition-not-allowed'))
  assert.equal((await set('shipped')).status, 'shipped')
  assert.equal((await set('shipped')).status, 'shipped')
  await assert.rejects(
    shop.order().call(api.cancelOrder, { params: { id: placed.id } }, me),
    is('transition-not-allowed'),
  )
  assert.equal((await set('delivered')).status, 'delivered')
  await assert.rejects(set('cancelled'), is('transition-not-allowed'))
  await shop.platform.drain()
  const said = (await shop.platform.said('order')).filter(m => m.aggregate_id === placed.id).map(m => m.name)
  assert.deepEqual(said, ['order.placed', 'order.reserved', 'order.paid', 'order.shipped', 'order.delivered'])
})

test('a cart becomes one order, even when two ask at once, and is ordered from then on', async () => {
  const { id: product_id } = await shop.product({ price: 3 })
  const cart = await shop.platform.client('cart').call(api.addCartItem, { body: { product_id, quantity: 4 } })
  const headers = { 'x-cart-token': cart.cart_token! }
  const body = { cart_id: cart.id, ...guest, payment_method: 'tok_approve' }
  const answers = await Promise.all([
    shop.tryPlace(body, headers),
    shop.tryPlace(body, headers),
    shop.tryPlace(body, headers),
  ])
  assert.deepEqual(answers.map(a => a.status).sort(), [201, 409, 409])
  const won = answers.find(a => a.status === 201)!
  assert.equal(won.body.total, 12)
  await shop.platform.drain()
  const again = await shop.tryPlace(body, headers)
  assert.deepEqual([again.status, again.body.type.split('/').at(-1)], [409, 'cart-ordered'])
  assert.equal((await shop.platform.client('cart').call(api.getCart, {}, headers)).item_count, 0)
  assert.equal((await shop.stockOf(product_id)).on_hand, 6)
})

test("another's cart is as if it did not exist, an empty one is refused", async () => {
  const { id: product_id } = await shop.product()
  const cart = await shop.platform.client('cart').call(api.addCartItem, { body: { product_id } })
  const stolen = await shop.tryPlace({ cart_id: cart.id, ...guest })
  const absent = await shop.tryPlace({ cart_id: randomUUID(), ...guest })
  assert.deepEqual([stolen.status, absent.status], [404, 404])
  const headers = { 'x-cart-token': cart.cart_token! }
  await shop.platform.client('cart').call(api.removeCartItem, { params: { item_id: cart.items[0]!.id } }, headers)
  await assert.rejects(shop.place({ cart_id: cart.id, ...guest }, headers), is('cart-empty'))
  await assert.rejects(shop.order().call(api.quoteOrder, { body: { cart_id: cart.id! } }, headers), is('cart-empty'))
})

test('bad input is refused with the field named, and leaves no order', async () => {
  const { id: product_id } = await shop.product()
  const inactive = await shop.product({ is_active: false })
  const euro = await shop.product({ currency: 'EUR' })
  const [{ before }] = await shop.sql()<[{ before: number }]>`select count(*)::int as before from orders`
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
    const answer = await shop.tryPlace(body)
    const pointers = answer.body.errors?.map((e: api.FieldError) => e.pointer)
    assert.deepEqual([answer.status, pointers?.includes(pointer)], [status, true], JSON.stringify([body, answer.body]))
    assert.match(answer.headers.get('content-type')!, /application\/problem\+json/)
  }
  const short = await shop.tryPlace({ product_id, quantity: 11, ...guest, payment_method: 'tok_approve' })
  assert.deepEqual([short.status, short.body.items], [409, [{ product_id, requested: 11, available: 10 }]])
  const changed = await shop.tryPlace({ product_id, ...guest, expected_total: 12 })
  assert.deepEqual([changed.status, changed.body.total], [409, 12.5])
  await shop.platform.drain()
  const [{ after }] = await shop.sql()<[{ after: number }]>`select count(*)::int as after from orders`
  assert.equal(after, before + 1, 'only the order that ran out of stock was recorded, and it was undone')
  assert.deepEqual(await shop.stock(product_id), [10, 0])
})

test('what cannot be read is refused in the same form: malformed, wrong type, too large, wrong content type, bad tokens', async () => {
  const url = `${shop.platform.url('order')}/api/orders`
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
  const expired = await shop.platform.as({ expires_in_s: -60 })
  assert.deepEqual(await post('{}', { ...json, ...expired }), [401, 'token-expired'])
})

test('a quote says what an order would come to, to the cent, and holds nothing', async () => {
  const a = await shop.product({ price: 0.1 })
  const b = await shop.product({ price: 0.2 })
  const items = [
    { product_id: a.id, quantity: 3 },
    { product_id: b.id, quantity: 3 },
  ]
  const quote = await shop.order().call(api.quoteOrder, { body: { items } })
  assert.deepEqual([quote.subtotal, quote.total, quote.items.map(i => i.subtotal)], [0.9, 0.9, [0.3, 0.6]])
  assert.equal((await shop.stockOf(a.id)).available, 10)
  const send = async (body: unknown) => (await shop.order().send(api.quoteOrder, { body })).status
  assert.deepEqual(
    [
      await send({}),
      await send({ items: [{ product_id: randomUUID(), quantity: 1 }] }),
      await send({ items, currency: 'EUR' }),
    ],
    [400, 422, 422],
  )
  assert.equal(await send({ cart_id: randomUUID() }), 404)
  const inactive = await shop.product({ is_active: false })
  assert.equal(await send({ items: [{ product_id: inactive.id, quantity: 1 }] }), 409)
})

test('the books agree in the end: sold stock, paid orders, captured money, the ledger and the provider', () =>
  shop.assertBooksAgree())
