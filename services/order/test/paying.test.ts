import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { guest, is, nameOf, openShop, type Shop, token } from './setup.ts'

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

test('a declined card leaves nothing behind: no stock held, no money, the cart open, and the order cancelled', async () => {
  const { id: product_id } = await shop.product()
  const cart = await shop.platform.client('cart').call(api.addCartItem, { body: { product_id } })
  const headers = { 'x-cart-token': cart.cart_token! }
  const answer = await shop.tryPlace({ cart_id: cart.id, ...guest, payment_method: 'tok_decline' }, headers)
  assert.equal(answer.status, 402)
  assert.equal(answer.body.decline_code, 'card_declined')
  assert.deepEqual(await shop.stock(product_id), [10, 0])
  const declined = await shop.get(answer.body.order_id)
  assert.deepEqual([declined.status, declined.cancel_reason], ['cancelled', 'payment_declined'])
  const second = await shop.place({ cart_id: cart.id, ...guest, payment_method: 'tok_approve' }, headers)
  assert.equal(second.status, 'processing')
  const unknown = await shop.tryPlace({
    items: [{ product_id, quantity: 1 }],
    ...guest,
    payment_method: 'tok_nonsense',
  })
  assert.deepEqual([unknown.status, unknown.body.errors[0].pointer], [422, '/payment_method'])
})

test('a placement that is refused is in no list of orders; staff find it among those that were refused', async () => {
  const { id: product_id } = await shop.product({ stock: 2 })
  const user_id = randomUUID()
  const me = await shop.platform.as({ user_id })
  const line = { product_id, quantity: 1 }
  const declined = await shop.tryPlace({ items: [line], payment_method: 'tok_decline' }, me)
  const short = await shop.tryPlace({ items: [{ product_id, quantity: 3 }], payment_method: 'tok_approve' }, me)
  assert.deepEqual([declined.status, nameOf(short)], [402, 'out-of-stock'])
  const held = await shop.place({ items: [line] }, me)
  await shop.cancel(held.id, me)
  const late = await shop.place({ items: [line], payment_method: 'tok_timeout_before' }, me)
  const listed = async (query: object, headers = me) =>
    (await shop.order().call(api.listUserOrders, { params: { user_id }, query }, headers)).items
      .map(o => o.id)
      .toSorted()
  const taken = [held.id, late.id].toSorted()
  assert.deepEqual(await listed({}), taken)
  assert.deepEqual(await listed({}, shop.staff), taken)
  const refused = await listed({ refused: true }, shop.staff)
  assert.ok(refused.includes(declined.body.order_id))
  assert.deepEqual([refused.length, (await shop.get(refused[0]!)).refused], [2, true])
  assert.equal((await shop.get(held.id)).refused, false)
  await shop.platform.drain()
  const said = (await shop.platform.said('order')).filter(m => m.name === api.orderCancelled.name)
  const of = (id: string) =>
    said.filter(m => m.aggregate_id === id).map(m => (m.payload as { refused?: boolean }).refused)
  assert.deepEqual([of(declined.body.order_id), of(held.id)], [[true], [false]])
})

test('a pending order survives a declined card and is paid with another', async () => {
  const { id: product_id } = await shop.product()
  const placed = await shop.place({ product_id, ...guest })
  await assert.rejects(shop.pay(placed.id, 'tok_decline', token(placed)), is('payment-declined'))
  assert.deepEqual(await shop.get(placed.id).then(o => [o.status, o.payment_status]), ['pending', 'failed'])
  await assert.rejects(shop.pay(placed.id, 'tok_nonsense', token(placed)), is('invalid-payment-method'))
  assert.equal((await shop.pay(placed.id, 'tok_approve', token(placed))).payment_status, 'paid')
  await assert.rejects(shop.pay(placed.id, 'tok_approve', token(placed)), is('order-not-payable'))
})

test('stock that ran out from under a pending order is never sold twice: paying is refused and nothing charged', async () => {
  const { id: product_id } = await shop.product({ stock: 1 })
  const slow = await shop.place({ product_id, ...guest })
  await shop.platform.sql(
    'inventory',
  )`update reservations set expires_at = now() - interval '1 second' where order_id = ${slow.id}`
  await shop.platform.service('inventory').drain()
  const quick = await shop.place({ product_id, ...guest, payment_method: 'tok_approve' })
  assert.equal(quick.status, 'processing')
  await assert.rejects(shop.pay(slow.id, 'tok_approve', token(slow)), is('out-of-stock'))
  const after = await shop.get(slow.id)
  assert.deepEqual([after.status, after.cancel_reason], ['cancelled', 'out_of_stock'])
  const { items } = { items: await shop.payments(slow.id) }
  assert.ok(items.every(p => p.captured === 0))
  assert.equal((await shop.stockOf(product_id)).on_hand, 0)
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
    const { id: product_id } = await shop.product()
    const answer = await shop.tryPlace({ product_id, ...guest, payment_method: method })
    assert.ok((first as readonly number[]).includes(answer.status), `${answer.status} ${JSON.stringify(answer.body)}`)
    const id = answer.body.id ?? answer.body.order_id
    for (let i = 0; i < 20 && (await shop.get(id)).status === 'pending'; i++) {
      await shop.platform.sql('payment')`update payments set next_check_at = now() where next_check_at is not null`
      await shop.sweepNow()
    }
    const after = await shop.get(id)
    assert.deepEqual([after.status, after.payment_status], [status, payment_status])
    const { items } = { items: await shop.payments(id) }
    assert.equal(
      items.reduce((sum, p) => sum + p.captured - p.refunded, 0),
      status === 'processing' ? 12.5 : 0,
    )
    assert.deepEqual(await shop.stock(product_id), status === 'processing' ? [9, 0] : [10, 0])
  })
}

const paid = { ...guest, payment_method: 'tok_approve' }

test('currencies with no and with three decimals are charged and given back to the last minor unit', async () => {
  for (const [currency, price, quantity, total, minor] of [
    ['JPY', 1980, 3, 5940, 5940],
    ['KWD', 0.001, 7, 0.007, 7],
    ['BHD', 12.345, 1000, 12_345, 12_345_000],
    ['USD', 0.29, 3, 0.87, 87],
    ['EUR', 1.1, 3, 3.3, 330],
  ] as const) {
    const { id: product_id } = await shop.product({ currency, price, stock: 1000 })
    const items = [{ product_id, quantity }]
    const quote = await shop.order().call(api.quoteOrder, { body: { items } })
    const bought = await shop.place({ items, ...paid, expected_total: quote.total })
    assert.deepEqual([bought.total, bought.items[0]!.subtotal, bought.currency], [total, total, currency])
    const [payment] = await shop.payments(bought.id)
    assert.deepEqual([payment!.captured, payment!.currency], [total, currency])
    const [row] = await shop.sql()`select total_minor from orders where id = ${bought.id}`
    assert.equal(row!.total_minor, minor)
    const input = { params: { id: payment!.id }, body: { amount: price } }
    await shop.platform.client('payment').call(api.refundPayment, input, shop.staff)
    await shop.platform.drain()
    assert.equal((await shop.get(bought.id)).payment_status, 'partially_refunded')
    if (currency !== 'USD') assert.equal((await shop.cancel(bought.id)).payment_status, 'refunded')
  }
})

test('what costs nothing is bought without asking the provider, cancelled without a refund, and takes any card', async () => {
  const { id: product_id } = await shop.product({ price: 0 })
  const bought = await shop.place({ product_id, ...guest, payment_method: 'tok_decline' })
  assert.deepEqual([bought.status, bought.payment_status, bought.total], ['processing', 'paid', 0])
  const later = await shop.place({ product_id, ...guest })
  assert.equal((await shop.pay(later.id, 'tok_timeout_before', token(later))).payment_status, 'paid')
  assert.deepEqual(await shop.stock(product_id), [8, 0])
  const cancelled = await shop.cancel(bought.id)
  assert.deepEqual([cancelled.status, cancelled.payment_status], ['cancelled', 'unpaid'])
  assert.deepEqual(await shop.stock(product_id), [9, 0])
  assert.deepEqual(await shop.saidOf(bought.id), [['order.placed', 'order.paid', 'order.cancelled']])
})

test('an order may come to as much as a payment may, and not to one minor unit more: refused with nothing left', async () => {
  const most = await shop.product({ price: 10_000_000, stock: 1000 })
  const cent = await shop.product({ price: 0.01, stock: 1000 })
  const big = await shop.product({ price: 10_000_000, currency: 'KWD', stock: 1000 })
  const whole = [{ product_id: most.id, quantity: 1000 }]
  assert.equal((await shop.order().call(api.quoteOrder, { body: { items: whole } })).total, 10_000_000_000)
  // The provider itself takes no more than twelve digits.
  const bought = await shop.place({ product_id: most.id, quantity: 999, ...paid })
  assert.deepEqual([bought.total, await shop.netOf(bought.id)], [9_990_000_000, 9_990_000_000])
  await shop.cancel(bought.id)
  const over = [...whole, { product_id: cent.id, quantity: 1 }]
  for (const body of [
    { items: over },
    { items: Array.from({ length: 100 }, () => over[0]) },
    { product_id: big.id, quantity: 1000 },
  ]) {
    for (const answer of [
      await shop.tryPlace({ ...body, ...paid }),
      await shop.tryPlace({ ...body, ...guest }),
      ...('items' in body ? [await shop.order().send(api.quoteOrder, { body })] : []),
    ]) {
      assert.deepEqual([answer.status, nameOf(answer)], [400, 'validation-failed'])
      assert.match(answer.body.errors[0].pointer, /^\/(items\/0\/)?product_id$/)
    }
  }
  assert.deepEqual(await shop.stock(big.id), [1000, 0])
  const [row] = await shop.sql()`
    select count(*)::int as n from order_items where product_id in (${big.id}, ${cent.id})`
  assert.equal(row!.n, 0)
})

test('a hundred lines of a hundred products, and a hundred lines of one, are bought whole', async () => {
  const products = await Promise.all(Array.from({ length: 100 }, (_, i) => shop.product({ price: i / 100, stock: 3 })))
  const items = products.map(p => ({ product_id: p.id, quantity: 2 }))
  const bought = await shop.place({ items, ...paid })
  assert.deepEqual([bought.items.length, bought.total], [100, 99])
  const again = await shop.tryPlace({ items, ...paid })
  assert.equal(nameOf(again), 'out-of-stock')
  assert.equal(again.body.items.length, 100)
  for (const { id } of products.slice(0, 5)) assert.deepEqual(await shop.stock(id), [1, 0])

  const { id: product_id } = await shop.product({ price: 0.01, stock: 100_000 })
  const lines = Array.from({ length: 100 }, () => ({ product_id, quantity: 1000 }))
  const whole = await shop.place({ items: lines, ...paid })
  assert.deepEqual([whole.items.length, whole.items[0]!.quantity, whole.total], [1, 100_000, 1000])
  assert.equal((await shop.tryPlace({ items: [...lines, lines[0]], ...paid })).status, 400)
})

test('a product is the same however its id is spelt', async () => {
  const { id } = await shop.product()
  const items = [
    { product_id: id.toUpperCase(), quantity: 2 },
    { product_id: id, quantity: 3 },
  ]
  const bought = await shop.place({ items, ...paid })
  assert.deepEqual(
    bought.items.map(i => [i.product_id, i.quantity]),
    [[id, 5]],
  )
  const me = randomUUID()
  const mine = await shop.place({ product_id: id, user_id: me.toUpperCase() }, await shop.platform.as({ user_id: me }))
  assert.equal(mine.user_id, me)
})

test('a product taken off sale or deleted after the order is still sold at the price that was agreed', async () => {
  const { id: product_id } = await shop.product({ price: 5 })
  const placed = await shop.place({ product_id, quantity: 2, ...guest })
  await shop.platform
    .client('product')
    .call(api.updateProduct, { params: { id: product_id }, body: { price: 9 } }, shop.staff)
  await shop.platform.client('product').call(api.deleteProduct, { params: { id: product_id } }, shop.staff)
  await shop.platform.drain()
  assert.equal(nameOf(await shop.tryPlace({ product_id, ...guest })), 'unknown-product')
  const bought = await shop.pay(placed.id, 'tok_approve', token(placed))
  assert.deepEqual([bought.total, await shop.netOf(bought.id)], [10, 10])
})

test('a total other than the one the shopper saw is refused, whichever way the price went', async () => {
  const { id: product_id } = await shop.product({ price: 0.1 })
  const items = [{ product_id, quantity: 3 }]
  for (const [expected_total, status] of [
    [0.3, 201],
    [0.29, 409],
    [0.31, 409],
    [0, 409],
    [0.1 + 0.2, 400],
    [1e21, 400],
    [-1, 400],
  ] as const) {
    const answer = await shop.tryPlace({ items, ...paid, expected_total })
    assert.equal(answer.status, status, String(expected_total))
  }
  assert.deepEqual(await shop.stock(product_id), [7, 0])
})

test('the books agree in the end: sold stock, paid orders, captured money, the ledger and the provider', () =>
  shop.assertBooksAgree())
