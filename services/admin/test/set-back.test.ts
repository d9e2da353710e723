import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { connect } from '@shopfleet/database'
import { keep } from './set-back.ts'
import { guest, openShop, type Shop } from './setup.ts'

/* One service's database is set back in time while the others live on: what it had acknowledged comes back. */

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

async function setBack(service: api.ServiceName, restore: () => Promise<void>): Promise<void> {
  await shop.platform.halt(service)
  await restore()
  await shop.platform.resume(service)
}

test('the order service set back: its orders are learnt again from its events, charged once, and no number is used twice', async () => {
  const product = await shop.product({ stock: 50 })
  const old = await shop.order(product.id, 1, {})
  await shop.platform.drain()
  const restore = await keep(shop.sql('order'))
  const paid = await shop.order(product.id, 2)
  const held = await shop.order(product.id, 1, {})
  const cancelled = await shop.order(product.id, 3)
  await shop.cancel(cancelled.id)
  const shipped = await shop.order(product.id, 4)
  const returned = await shop.order(product.id, 2)
  const orders = shop.platform.client('order')
  await orders.call(api.setOrderStatus, { params: { id: shipped.id }, body: { status: 'shipped' } }, shop.staff)
  const lines = [{ item_id: returned.items[0]!.id, quantity: 1 }]
  await orders.call(api.refundOrder, { params: { id: returned.id }, body: { lines, restock: true } }, shop.staff)
  await orders.call(
    api.payOrder,
    { params: { id: old.id }, body: { payment_method: 'tok_approve' } },
    { 'x-order-token': old.order_token! },
  )
  const cart = await shop.platform
    .client('cart')
    .call(api.addCartItem, { body: { product_id: product.id, quantity: 1 } })
  const ofCart = await orders.call(
    api.placeOrder,
    { body: { cart_id: cart.id!, ...guest, payment_method: 'tok_approve' } },
    { 'x-cart-token': cart.cart_token! },
  )
  await shop.platform.drain()
  const stock = await shop.stock(product.id)
  // The deadline of the old one passes meanwhile: it must not be undone, for it was paid.
  await setBack('order', async () => {
    await restore()
    await shop.sql('order')`update orders set expires_at = now() - interval '1 minute' where id = ${old.id}`
  })
  await shop.platform.drain()
  const now = async (id: string) => {
    const order = await shop.get(id)
    return [order.status, order.payment_status]
  }
  assert.deepEqual(await now(paid.id), ['processing', 'paid'])
  assert.deepEqual(await now(held.id), ['pending', 'unpaid'])
  assert.deepEqual(await now(cancelled.id), ['cancelled', 'refunded'])
  assert.deepEqual(await now(shipped.id), ['shipped', 'paid'])
  assert.deepEqual(await now(old.id), ['processing', 'paid'])
  assert.deepEqual(await now(ofCart.id), ['processing', 'paid'])
  const given = (await shop.get(returned.id)).items[0]!
  assert.deepEqual([given.refunded_quantity, given.refunded], [1, 12.5], 'what came back of a line is known again')
  const again = await shop.get(paid.id)
  assert.deepEqual([again.number, again.total, again.items[0]!.sku], [paid.number, paid.total, paid.items[0]!.sku])
  assert.equal(again.email, null, 'events name nobody, so this is lost')
  await shop.reconcile()
  assert.deepEqual(await shop.stock(product.id), stock)
  for (const { id, total } of [paid, shipped, ofCart]) {
    const payments = await shop.payments(id)
    assert.deepEqual(
      payments.map(payment => [payment.captured, payment.refunded]),
      [[total, 0]],
    )
  }
  const next = await shop.order(product.id)
  assert.ok(Number(next.number.slice(3)) > Number(ofCart.number.slice(3)), `${next.number} after ${ofCart.number}`)
  const learnt = (await shop.findings(paid.id)).find(finding => finding.kind === 'learnt-from-events')!
  assert.equal(learnt.state, 'repaired')
  assert.deepEqual(await shop.open(), [])
  // The one that was held can be paid.
  await orders.call(
    api.payOrder,
    { params: { id: held.id }, body: { payment_method: 'tok_approve' } },
    { 'x-order-token': held.order_token! },
  )
})

test('an order whose end the bus never heard is finished by its payment, not undone and not charged again', async () => {
  const product = await shop.product()
  await shop.platform.drain()
  const restore = await keep(shop.sql('order'))
  const order = await shop.order(product.id)
  await shop.platform.drain()
  // Only order.placed got out before the database was lost.
  const bus = connect(shop.platform.env('order').BUS_DATABASE_URL!, { name: 'tests', max: 1 })
  await bus`delete from events where message ->> 'name' = 'order.paid' and message ->> 'aggregate_id' = ${order.id}`
  await bus.end()
  await setBack('order', restore)
  await shop.platform.drain()
  assert.equal((await shop.get(order.id)).status, 'pending')
  await shop.reconcile()
  assert.equal((await shop.get(order.id)).payment_status, 'paid')
  assert.deepEqual(
    (await shop.payments(order.id)).map(payment => payment.captured),
    [12.5],
  )
  assert.deepEqual(await shop.stock(product.id), [9, 0])
  assert.deepEqual(await shop.open(), [])
})

test('the payment service set back: payments, captures and refunds come back from the provider, and nobody pays twice', async () => {
  const product = await shop.product({ stock: 50 })
  const old = await shop.order(product.id)
  await shop.platform.drain()
  const restore = await keep(shop.sql('payment'))
  const paid = await shop.order(product.id, 2)
  const cancelled = await shop.order(product.id, 3)
  await shop.cancel(cancelled.id)
  await assert.rejects(shop.order(product.id, 1, { payment_method: 'tok_decline' }))
  const [payment] = await shop.payments(old.id)
  await shop.platform
    .client('payment')
    .call(api.refundPayment, { params: { id: payment!.id }, body: { amount: 2 } }, shop.staff)
  await shop.platform.drain()
  await setBack('payment', restore)
  await shop.platform.drain()
  await shop.reconcile()
  const sums = async (id: string) => (await shop.payments(id)).map(p => [p.captured, p.refunded])
  assert.deepEqual(await sums(old.id), [[12.5, 2]])
  assert.deepEqual(await sums(paid.id), [[25, 0]])
  assert.deepEqual(await sums(cancelled.id), [[37.5, 37.5]])
  const [ledger] = await shop.sql('payment')`
    select sum(amount_minor) filter (where account = 'provider_clearing')::int as net, sum(amount_minor)::int as total from ledger_entries`
  const headers = { authorization: 'Bearer sim_key' }
  const balance = (await (await fetch(`${shop.platform.simulator.url}/v1/balance`, { headers })).json()) as any
  assert.deepEqual([ledger!.net, ledger!.total], [balance.USD.net, 0])
  assert.deepEqual(await shop.open(), [])
})

test('the cart and product services set back: they hear what they missed once more', async () => {
  const product = await shop.product({ stock: 20 })
  const carts = shop.platform.client('cart')
  const mine = await carts.call(api.addCartItem, { body: { product_id: product.id, quantity: 1 } })
  await shop.platform.drain()
  const restores = [await keep(shop.sql('cart')), await keep(shop.sql('product'))]
  await shop.platform
    .client('order')
    .call(
      api.placeOrder,
      { body: { cart_id: mine.id!, ...guest, payment_method: 'tok_approve' } },
      { 'x-cart-token': mine.cart_token! },
    )
  await shop.order(product.id, 5)
  await shop.platform.drain()
  await setBack('cart', restores[0]!)
  await setBack('product', restores[1]!)
  await shop.platform.drain()
  const [cart] = await shop.sql('cart')`select status from carts where id = ${mine.id}`
  assert.equal(cart!.status, 'ordered')
  const shown = await shop.platform.client('product').call(api.getProduct, { params: { id: product.id } })
  assert.equal(shown.stock_quantity, 14)
  await shop.reconcile()
  assert.deepEqual(await shop.open(), [])
})

test('an outbox that was restored with events that had been sent: they are heard once', async () => {
  const product = await shop.product()
  const order = await shop.order(product.id)
  const restore = await keep(shop.sql('order'))
  await shop.platform.drain()
  const said = (await shop.platform.said('order')).length
  await setBack('order', restore)
  await shop.platform.drain()
  assert.equal((await shop.platform.said('order')).length, said)
  assert.equal((await shop.get(order.id)).payment_status, 'paid')
})

test('the inventory service set back: what was paid is sold again, what was cancelled is not, and the page says so', async () => {
  const product = await shop.product({ stock: 20 })
  const early = await shop.order(product.id, 1, {})
  await shop.platform.drain()
  await shop.compare()
  const restore = await keep(shop.sql('inventory'))
  const paid = await shop.order(product.id, 2)
  const cancelled = await shop.order(product.id, 3)
  await shop.cancel(cancelled.id)
  await shop.platform
    .client('order')
    .call(
      api.payOrder,
      { params: { id: early.id }, body: { payment_method: 'tok_approve' } },
      { 'x-order-token': early.order_token! },
    )
  await shop.platform.drain()
  assert.deepEqual(await shop.stock(product.id), [17, 0])
  await setBack('inventory', restore)
  await shop.platform.drain()
  await shop.reconcile()
  await shop.assertRepaired(paid.id, 'paid-without-stock')
  assert.deepEqual(await shop.stock(product.id), [17, 0])
  await shop.age()
  await shop.reconcile()
  const shown = await shop.platform.client('product').call(api.getProduct, { params: { id: product.id } })
  assert.equal(shown.stock_quantity, 17)
  assert.deepEqual(await shop.open(), [])
})
