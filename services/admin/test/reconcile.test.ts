import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { bulkLoadStock } from '@shopfleet/inventory/bulk-load'
import { bulkLoadProducts } from '@shopfleet/product/bulk-load'
import { guest, openShop, type Shop } from './setup.ts'

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

async function metric(name: string): Promise<string> {
  const text = await (await fetch(`${shop.platform.url('admin')}/metrics`)).text()
  return text
    .split('\n')
    .filter(line => line.startsWith(name))
    .join('\n')
}

test('in a calm run nothing is found, whatever customers did', async () => {
  const product = await shop.product({ stock: 50 })
  const shirt = await shop.product({ name: 'Shirt', stock: 0 })
  for (const size of ['S', 'M']) {
    const body = { options: { size }, stock: 3 }
    await shop.platform.client('product').call(api.createVariant, { params: { id: shirt.id }, body }, shop.staff)
  }
  const paid = await shop.order(product.id, 2)
  await shop.order(product.id, 1, {})
  const cancelled = await shop.order(product.id, 3)
  await shop.cancel(cancelled.id)
  await assert.rejects(shop.order(product.id, 1, { payment_method: 'tok_decline' }))
  const refunded = await shop.order(product.id)
  const [payment] = await shop.payments(refunded.id)
  await shop.platform
    .client('payment')
    .call(api.refundPayment, { params: { id: payment!.id }, body: { amount: 5 } }, shop.staff)
  const cart = shop.platform.client('cart')
  const mine = await cart.call(api.addCartItem, { body: { product_id: product.id, quantity: 1 } })
  await shop.platform
    .client('order')
    .call(
      api.placeOrder,
      { body: { cart_id: mine.id!, ...guest, payment_method: 'tok_approve' } },
      { 'x-cart-token': mine.cart_token! },
    )
  await shop.platform.drain()
  await shop.reconcile()
  assert.deepEqual(await shop.open(), [])
  const { last_run } = await shop.admin.call(api.listFindings, {}, shop.staff)
  assert.ok(last_run!.checked > 3)
  assert.equal(last_run!.failed, null)
  assert.equal(last_run!.repaired, 0)
  assert.doesNotMatch(await metric('reconciler_repairs_total'), / [1-9]/)
  assert.equal((await shop.get(paid.id)).status, 'processing')
})

test('a difference is no finding before it has lasted, nor one that changes all the time', async () => {
  const product = await shop.product()
  await shop.platform.drain()
  await shop.sql('product')`update products set stock_available = 7 where id = ${product.id}`
  await shop.compare()
  await shop.compare()
  assert.deepEqual(await shop.findings(product.id), [])
  await shop.age()
  await shop.sql('product')`update products set stock_available = 6 where id = ${product.id}`
  await shop.compare()
  assert.deepEqual(await shop.findings(product.id), [], 'it is another difference now')
  await shop.sql('product')`update products set stock_available = 10 where id = ${product.id}`
  await shop.age()
  await shop.compare()
  assert.deepEqual(await shop.findings(product.id), [])
})

test('an order cancelled behind the back of everybody: its money and its stock go back', async () => {
  const product = await shop.product()
  const order = await shop.order(product.id, 2)
  await shop.platform.drain()
  await shop.sql(
    'order',
  )`update orders set status = 'cancelled', payment_status = 'refunded', updated_at = now() where id = ${order.id}`
  await shop.reconcile()
  const kinds = (await shop.findings(order.id)).map(finding => [finding.kind, finding.state]).sort()
  assert.deepEqual(kinds, [
    ['money-of-undone-order', 'repaired'],
    ['stock-of-undone-order', 'repaired'],
  ])
  const [payment] = await shop.payments(order.id)
  assert.equal(payment!.captured - payment!.refunded, 0)
  assert.deepEqual(await shop.stock(product.id), [10, 0])
  assert.match(await metric('reconciler_repairs_total'), /kind="money-of-undone-order".* 1/)
  assert.match(await metric('reconciler_findings_total'), /kind="stock-of-undone-order".* 1/)
})

test('money and stock of an order nobody knows are given back', async () => {
  const product = await shop.product()
  const order = await shop.order(product.id, 3)
  await shop.platform.drain()
  await shop.sql('order')`delete from payment_attempts where order_id = ${order.id}`
  await shop.sql('order')`alter table order_history disable trigger order_history_append_only`
  await shop.sql('order')`delete from order_history where order_id = ${order.id}`
  await shop.sql('order')`alter table order_history enable trigger order_history_append_only`
  await shop.sql('order')`delete from order_items where order_id = ${order.id}`
  await shop.sql('order')`delete from orders where id = ${order.id}`
  await shop.reconcile()
  const kinds = (await shop.findings(order.id)).map(finding => [finding.kind, finding.state]).sort()
  assert.deepEqual(kinds, [
    ['payment-without-order', 'repaired'],
    ['reservation-without-order', 'repaired'],
  ])
  assert.equal((await shop.payments(order.id))[0]!.status, 'refunded')
  assert.deepEqual(await shop.stock(product.id), [10, 0])
})

test('an authorised payment of a paid order is captured; a refund the order has not heard of is noted', async () => {
  const product = await shop.product()
  const late = await shop.order(product.id, 1, {})
  // As if the order had been settled without the capture: the payment is authorised, the order says paid.
  await shop.platform
    .client('payment')
    .call(
      api.authorisePayment,
      { body: { order_id: late.id, attempt: 1, amount_minor: 1250, currency: 'USD', payment_method: 'tok_approve' } },
      await shop.platform.asService('order', 'payment'),
    )
  await shop.platform
    .client('inventory')
    .call(api.commitReservation, { params: { order_id: late.id } }, await shop.platform.asService('order', 'inventory'))
  await shop.sql('order')`
    update orders set status = 'processing', payment_status = 'paid', attempt = 1, updated_at = now() where id = ${late.id}`
  const refunded = await shop.order(product.id)
  const [payment] = await shop.payments(refunded.id)
  await shop.platform
    .client('payment')
    .call(api.refundPayment, { params: { id: payment!.id }, body: { amount: 2 } }, shop.staff)
  await shop.platform.drain()
  await shop.sql(
    'order',
  )`update orders set refunded_minor = 0, payment_status = 'paid', updated_at = now() where id = ${refunded.id}`
  await shop.reconcile()
  await shop.assertRepaired(late.id, 'paid-not-captured')
  assert.equal((await shop.payments(late.id))[0]!.status, 'captured')
  await shop.assertRepaired(refunded.id, 'paid-not-captured')
  assert.equal((await shop.get(refunded.id)).payment_status, 'partially_refunded')
})

test('a paid order nothing was captured for is left to people, with words, and charges nobody', async () => {
  const product = await shop.product()
  const order = await shop.order(product.id, 1, {})
  await shop.platform
    .client('inventory')
    .call(
      api.commitReservation,
      { params: { order_id: order.id } },
      await shop.platform.asService('order', 'inventory'),
    )
  await shop.platform.drain()
  await shop.sql(
    'order',
  )`update orders set status = 'processing', payment_status = 'paid', updated_at = now() where id = ${order.id}`
  await shop.reconcile()
  const finding = await shop.only(order.id, 'paid-not-captured')
  assert.equal(finding.state, 'open')
  assert.match(finding.advice!, /cancel the order/)
  assert.deepEqual(await shop.payments(order.id), [])
  const { history } = await shop.admin.call(api.getFinding, { params: { id: finding.id } }, shop.staff)
  assert.deepEqual(
    history.map(entry => entry.what),
    ['found', 'tried', 'left'],
  )
  // Staff do what the words say, and the finding goes.
  await shop.cancel(order.id)
  await shop.compare()
  assert.equal((await shop.findings(order.id))[0]!.state, 'gone')
})

test('an order that does not know it was paid is finished by its payment, and charged once', async () => {
  const product = await shop.product()
  const order = await shop.order(product.id)
  await shop.platform.drain()
  await shop.sql('order')`
    update orders set status = 'pending', payment_status = 'unpaid', expires_at = now() + interval '10 minutes', updated_at = now()
    where id = ${order.id}`
  await shop.reconcile()
  await shop.assertRepaired(order.id, 'captured-but-unpaid')
  assert.equal((await shop.get(order.id)).payment_status, 'paid')
  assert.deepEqual(
    (await shop.payments(order.id)).map(payment => [payment.status, payment.captured]),
    [['captured', 12.5]],
  )
  assert.deepEqual(await shop.stock(product.id), [9, 0])
})

test('a paid order whose stock was not sold gets it; where none is left, people are told', async () => {
  const product = await shop.product()
  const scarce = await shop.product({ stock: 1 })
  const [order, short] = [await shop.order(product.id, 2), await shop.order(scarce.id)]
  await shop.platform.drain()
  const sql = shop.sql('inventory')
  for (const { id } of [order, short]) {
    await sql`delete from reservation_lines where order_id = ${id}`
    await sql`delete from reservations where order_id = ${id}`
    await sql`alter table movements disable trigger movements_append_only`
    await sql`delete from movements where order_id = ${id}`
    await sql`alter table movements enable trigger movements_append_only`
  }
  await sql`update stock set on_hand = 10, revision = revision + 1 where product_id = ${product.id}`
  // The only unit is gone otherwise, and written down as such.
  await sql`insert into movements (product_id, delta, reason, on_hand) values (${scarce.id}, -1, 'broken', 0)`
  await sql`update products set stock_revision = stock_revision + 1 where false`.catch(() => {})
  await shop.sql(
    'product',
  )`update products set stock_available = 10, stock_revision = stock_revision + 1 where id = ${product.id}`
  await shop.reconcile()
  await shop.assertRepaired(order.id, 'paid-without-stock')
  assert.deepEqual(await shop.stock(product.id), [8, 0])
  const left = await shop.only(short.id, 'paid-without-stock')
  assert.equal(left.state, 'open')
  assert.match(left.advice!, /not enough left/)
})

test('other units sold than ordered, and an order that is stuck, are left to people', async () => {
  const product = await shop.product()
  const [wrong, stuck] = [await shop.order(product.id, 2), await shop.order(product.id, 1, {})]
  await shop.platform.drain()
  await shop.sql('inventory')`update reservation_lines set quantity = 1 where order_id = ${wrong.id}`
  await shop.sql('order')`
    update orders set goal = 'cancel', cancel_reason = 'x', due_at = now() - interval '1 hour', updated_at = now() where id = ${stuck.id}`
  // Nobody sweeps in the order service.
  await shop.compare()
  await shop.age()
  await shop.compare()
  assert.equal((await shop.only(wrong.id, 'stock-lines-differ')).state, 'open')
  const finding = await shop.only(stuck.id, 'order-stuck')
  assert.match(finding.advice!, /log/)
  await assert.rejects(
    shop.admin.call(api.repairFinding, { params: { id: finding.id } }, shop.staff),
    (error: unknown) => error instanceof api.Problem && error.problem === 'not-repairable',
  )
  await shop.platform.drain()
  await shop.compare()
  assert.equal((await shop.findings(stuck.id))[0]!.state, 'gone')
})

test('goods that a refund brought back come back again where stock has forgotten them; others are left to people', async () => {
  const product = await shop.product()
  const giveBack = async (order: api.Order, quantity: number) => {
    const body = { lines: [{ item_id: order.items[0]!.id, quantity }], restock: true }
    await shop.platform.client('order').call(api.refundOrder, { params: { id: order.id }, body }, shop.staff)
  }
  const [forgotten, strange] = [await shop.order(product.id, 3), await shop.order(product.id, 1)]
  await giveBack(forgotten, 1)
  await giveBack(forgotten, 1)
  await shop.platform.drain()
  await shop.reconcile()
  assert.deepEqual([await shop.findings(forgotten.id), await shop.findings(strange.id)], [[], []])
  assert.deepEqual(await shop.stock(product.id), [8, 0])

  // As after the inventory's database alone was set back to before the second refund.
  const sql = shop.sql('inventory')
  await sql`alter table movements disable trigger movements_append_only`
  await sql`delete from movements where id = (
    select id from movements where order_id = ${forgotten.id} and reason = 'refunded' order by id desc limit 1)`
  await sql`alter table movements enable trigger movements_append_only`
  await sql`update reservation_lines set returned = 1 where order_id = ${forgotten.id}`
  await sql`update stock set on_hand = on_hand - 1, revision = revision + 1, updated_at = now() where product_id = ${product.id}`
  await sql`update reservations set updated_at = now() where order_id = ${forgotten.id}`
  // And as if goods had come in that no refund speaks of.
  await sql`update reservation_lines set returned = 1 where order_id = ${strange.id}`
  await sql`update reservations set updated_at = now() where order_id = ${strange.id}`
  await shop.reconcile()
  await shop.assertRepaired(forgotten.id, 'returned-stock-differs')
  assert.deepEqual(await shop.stock(product.id), [8, 0])
  const left = await shop.only(strange.id, 'returned-stock-differs')
  assert.equal(left.state, 'open')
  assert.match(left.advice!, /count, and set the stock/)
})

test('stock that differs from its movements and reservations is booked, never below zero', async () => {
  const product = await shop.product()
  await shop.platform.drain()
  await shop.sql('inventory')`
    update stock set on_hand = 8, reserved = 3, revision = revision + 1, updated_at = now() where product_id = ${product.id}`
  await shop.sql(
    'product',
  )`update products set stock_available = 5, stock_revision = stock_revision + 1 where id = ${product.id}`
  await shop.reconcile()
  const repaired = (await shop.findings(product.id)).find(finding => finding.kind === 'stock-differs')!
  assert.equal(repaired.state, 'repaired')
  assert.deepEqual(await shop.stock(product.id), [8, 0])
  const { items } = await shop.platform
    .client('inventory')
    .call(api.listMovements, { params: { product_id: product.id } }, shop.staff)
  assert.deepEqual([items[0]!.delta, items[0]!.reason], [-2, 'difference found by reconciliation'])
})

test('movements are added up from where they agreed; what was kept of them hides nothing and accuses nobody', async () => {
  const product = await shop.product()
  await shop.platform.drain()
  const sql = shop.sql('inventory')
  await sql`
    insert into movements (product_id, delta, reason, on_hand)
    select ${product.id}, case n % 2 when 0 then -1 else 1 end, 'counted again', 10 from generate_series(1, 300) n`
  const look = async () => {
    await sql`update stock set updated_at = now() where product_id = ${product.id}`
    await shop.reconcile()
    return (await shop.findings(product.id)).filter(finding => finding.kind === 'stock-differs')
  }
  assert.deepEqual(await look(), [])
  const kept = async () => (await sql`select moved from added_up where product_id = ${product.id}`)[0]?.moved
  assert.equal(await kept(), 10)

  await sql`update added_up set moved = 17 where product_id = ${product.id}`
  assert.deepEqual(await look(), [], 'what was kept is wrong, and all of them say otherwise')
  await sql`update added_up set moved = 10 where product_id = ${product.id}`
  await sql`update stock set on_hand = 9, revision = revision + 1 where product_id = ${product.id}`
  const [differs] = await look()
  assert.equal(differs?.state, 'repaired')
  assert.deepEqual([differs?.evidence.on_hand, differs?.evidence.moved], [9, 10])
})

test('a product page that shows another stock, even one from the future, shows the right one again', async () => {
  const [ahead, behind] = [await shop.product(), await shop.product()]
  await shop.platform.drain()
  await shop.sql('product')`update products set stock_available = 3, stock_revision = 999 where id = ${ahead.id}`
  await shop.sql('product')`update products set stock_available = 0, stock_revision = 0 where id = ${behind.id}`
  await shop.reconcile()
  for (const product of [ahead, behind]) {
    await shop.assertRepaired(product.id, 'page-stock-differs')
    const shown = await shop.platform.client('product').call(api.getProduct, { params: { id: product.id } })
    assert.equal(shown.stock_quantity, 10)
  }
})

test('products that are loaded past the services show the stock they were loaded with', async () => {
  const loaded = {
    slug: 'loaded',
    name: 'Loaded',
    description: '',
    price: 5,
    currency: 'USD',
    category: null,
    stock: 7,
  }
  const [id] = await bulkLoadProducts(shop.sql('product'), [{ ...loaded, sku: 'LOADED', attributes: {} }])
  await bulkLoadStock(shop.sql('inventory'), [{ product_id: id!, on_hand: 7 }])
  await shop.reconcile()
  assert.deepEqual(await shop.findings(id!), [])
  // And whatever becomes of it later is heard.
  await shop.platform
    .client('inventory')
    .call(api.setStock, { params: { product_id: id! }, body: { on_hand: 4 } }, shop.staff)
  await shop.platform.drain()
  const shown = await shop.platform.client('product').call(api.getProduct, { params: { id: id! } })
  assert.equal(shown.stock_quantity, 4)
})

test('stock of a product the catalogue does not know is left to people', async () => {
  const id = randomUUID()
  await shop.platform
    .client('inventory')
    .call(
      api.openStock,
      { params: { product_id: id }, body: { quantity: 4 } },
      await shop.platform.asService('product', 'inventory'),
    )
  await shop.reconcile()
  assert.equal((await shop.only(id, 'stock-without-product')).state, 'open')
})

test('the cart of an order is closed; a cart that counts as ordered without an order is left to people', async () => {
  const product = await shop.product()
  const cart = shop.platform.client('cart')
  const mine = await cart.call(api.addCartItem, { body: { product_id: product.id, quantity: 1 } })
  const order = await shop.platform
    .client('order')
    .call(
      api.placeOrder,
      { body: { cart_id: mine.id!, ...guest, payment_method: 'tok_approve' } },
      { 'x-cart-token': mine.cart_token! },
    )
  await shop.platform.drain()
  await shop.sql('cart')`update carts set status = 'open' where id = ${mine.id}`
  const lost = await cart.call(api.addCartItem, { body: { product_id: product.id, quantity: 1 } })
  await shop.sql('cart')`update carts set status = 'ordered', updated_at = now() where id = ${lost.id}`
  await shop.reconcile()
  await shop.assertRepaired(order.id, 'cart-of-order-open')
  const [row] = await shop.sql('cart')`select status from carts where id = ${mine.id}`
  assert.equal(row!.status, 'ordered')
  const left = await shop.only(lost.id!, 'cart-without-order')
  assert.equal(left.state, 'open')
})

test('an entry the ledger lacks is booked; the sum at the provider is compared as well', async () => {
  const product = await shop.product()
  const order = await shop.order(product.id)
  await shop.platform.drain()
  const sql = shop.sql('payment')
  await sql`alter table ledger_entries disable trigger ledger_append_only`
  await sql`delete from ledger_entries where order_id = ${order.id}`
  await sql`alter table ledger_entries enable trigger ledger_append_only`
  await sql`update payments set updated_at = now() where order_id = ${order.id}`
  await shop.reconcile()
  await shop.assertRepaired(order.id, 'ledger-of-order-differs')
  const [sum] =
    await sql`select sum(amount_minor)::int as n from ledger_entries where order_id = ${order.id} and account = 'provider_clearing'`
  assert.equal(sum!.n, 1250)
  const differs = (await shop.findings('USD'))[0]!
  assert.equal(differs.kind, 'ledger-differs')
  assert.notEqual(differs.state, 'open', 'the sum agrees again')
})

test('the ledger is added up from where it agreed; what was kept of it accuses nobody', async () => {
  const product = await shop.product()
  const sql = shop.sql('payment')
  const age = async () => {
    await shop.order(product.id)
    await shop.platform.drain()
    await sql`alter table ledger_entries disable trigger ledger_append_only`
    await sql`update ledger_entries set created_at = created_at - interval '1 hour'`
    await sql`alter table ledger_entries enable trigger ledger_append_only`
    await shop.reconcile()
  }
  const [before] = await shop.findings('USD')
  await age()
  const [kept] = await sql`select minor::int, (select sum(amount_minor)::int from ledger_entries
    where account = 'provider_clearing' and currency = 'USD') as all from added_up where currency = 'USD'`
  assert.ok(kept!.minor > 0)
  assert.equal(kept!.minor, kept!.all)
  await sql`update added_up set minor = minor + 5`
  await age()
  assert.deepEqual((await shop.findings('USD'))[0], before, 'nothing new was found')
})

test('a payment only the provider has is taken into the books; one that is not ours is a stranger', async () => {
  const product = await shop.product()
  const order = await shop.order(product.id, 1, {})
  const headers = { authorization: 'Bearer sim_key', 'content-type': 'application/json' }
  const ask = async (path: string, body: object) =>
    (await (
      await fetch(`${shop.platform.simulator.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    ).json()) as { id: string }
  const foreign = await ask('/v1/payments', {
    key: 'another-shop-1',
    amount: 100,
    currency: 'USD',
    token: 'tok_approve',
    reference: 'x',
  })
  const lost = await ask('/v1/payments', {
    key: `${order.id}:authorise:1`,
    amount: 1250,
    currency: 'USD',
    token: 'tok_approve',
    reference: order.id,
  })
  await ask(`/v1/payments/${lost.id}/capture`, { key: 'k1', amount: 1250 })
  await shop.platform.drain()
  assert.deepEqual(
    (await shop.payments(order.id)).map(payment => payment.status),
    ['captured'],
  )
  await shop.reconcile()
  // It is the payment the order has waited for.
  assert.equal((await shop.get(order.id)).payment_status, 'paid')
  await shop.assertRepaired(order.id, 'captured-but-unpaid')
  const stranger = await shop.only(foreign.id, 'provider-stranger')
  assert.match(stranger.advice!, /office/)
})

test('too many orders missing at once are left to people, who may ask for each repair', async () => {
  const product = await shop.product({ stock: 100 })
  const inventory = shop.platform.client('inventory')
  const service = await shop.platform.asService('order', 'inventory')
  const ids = Array.from({ length: 21 }, () => randomUUID())
  for (const order_id of ids) {
    const body = { order_id, items: [{ product_id: product.id, quantity: 1 }], expires_in_s: 3600 }
    await inventory.call(api.reserveStock, { body }, service)
  }
  await shop.platform.drain()
  await shop.reconcile()
  assert.deepEqual(await shop.stock(product.id), [100, 21], 'nothing was undone')
  const finding = await shop.only(ids[0]!, 'reservation-without-order')
  assert.match(finding.advice!, /wrong one/)
  const repaired = await shop.admin.call(api.repairFinding, { params: { id: finding.id } }, shop.staff)
  assert.equal(repaired.state, 'repaired')
  const again = await shop.admin.call(api.repairFinding, { params: { id: finding.id } }, shop.staff)
  assert.equal(again.attempts, repaired.attempts)
  const { history } = await shop.admin.call(api.getFinding, { params: { id: finding.id } }, shop.staff)
  assert.notEqual(history.find(entry => entry.what === 'tried')!.by, 'reconciler')
})

test('a service that is away is not judged, and the others are', async () => {
  const product = await shop.product()
  const order = await shop.order(product.id)
  await shop.platform.drain()
  await shop.platform.halt('payment')
  try {
    await shop.sql('product')`update products set stock_available = 1 where id = ${product.id}`
    await shop.compare()
    await shop.age()
    await shop.compare()
    assert.deepEqual(await shop.findings(order.id), [])
    assert.equal((await shop.findings(product.id)).length, 1)
    const { last_run } = await shop.admin.call(api.listFindings, {}, shop.staff)
    assert.match(last_run!.failed!, /payment is not available/)
  } finally {
    await shop.platform.resume('payment')
  }
})

test('findings are for administrators, and nobody can change what was written of them', async () => {
  for (const operation of [api.listFindings, api.getFinding, api.repairFinding] as const) {
    const input = { params: { id: randomUUID() } }
    const answer = await shop.admin.send(operation as never, input as never, await shop.platform.asStaff('orders'))
    assert.equal(answer.status, 403)
  }
  for (const operation of [api.getFinding, api.repairFinding]) {
    const answer = await shop.admin.send(operation, { params: { id: randomUUID() } }, shop.staff)
    assert.equal(answer.status, 404)
  }
  assert.equal((await shop.admin.send(api.listFindings, { query: { cursor: 'x' } }, shop.staff)).status, 400)
  const first = await shop.admin.call(api.listFindings, { query: { limit: 2 } }, shop.staff)
  const second = await shop.admin.call(
    api.listFindings,
    { query: { limit: 2, cursor: first.next_cursor! } },
    shop.staff,
  )
  assert.ok(second.items[0]!.id < first.items[1]!.id)
  await assert.rejects(shop.sql('admin')`update finding_history set what = 'gone'`, /append-only/)
  await assert.rejects(shop.sql('admin')`delete from finding_history`, /append-only/)
})

test('of two reconcilers one works', async () => {
  const sql = shop.sql('admin')
  const connection = await sql.reserve()
  await connection`select pg_advisory_lock(811010)`
  const [before] = await sql`select count(*)::int as n from reconciler_runs`
  await shop.compare()
  const [meanwhile] = await sql`select count(*)::int as n from reconciler_runs`
  await connection`select pg_advisory_unlock(811010)`
  connection.release()
  await shop.compare()
  const [after] = await sql`select count(*)::int as n from reconciler_runs`
  assert.deepEqual([meanwhile!.n - before!.n, after!.n > before!.n], [0, true])
})
