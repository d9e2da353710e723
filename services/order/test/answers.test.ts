import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { guest, is, nameOf, newKey, openShop, type Shop, token } from './setup.ts'

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

test('one key, one order: repeated, at once or later, it is the same one; with another body it is refused', async () => {
  const { id: product_id } = await shop.product()
  const key = { 'idempotency-key': randomUUID() }
  const body = { items: [{ product_id, quantity: 1 }], ...guest, payment_method: 'tok_approve' }
  const answers = await Promise.all(Array.from({ length: 6 }, () => shop.tryPlace(body, key)))
  assert.ok(
    answers.every(a => a.status === 201 || a.status === 409),
    JSON.stringify(answers.map(a => a.status)),
  )
  const later = await shop.tryPlace(body, key)
  assert.equal(later.status, 201)
  const ids = new Set([...answers, later].filter(a => a.status === 201).map(a => a.body.id))
  assert.equal(ids.size, 1)
  assert.ok(later.body.order_token, 'a guest whose answer was lost gets the token again')
  assert.equal((await shop.stockOf(product_id)).on_hand, 9)
  assert.equal((await shop.tryPlace({ ...body, email: 'other@example.com' }, key)).status, 422)
  assert.equal((await shop.tryPlace(body, { 'idempotency-key': 'bad key' })).status, 400)

  const declineKey = { 'idempotency-key': randomUUID() }
  const declined = { ...body, payment_method: 'tok_decline' }
  assert.deepEqual(
    [(await shop.tryPlace(declined, declineKey)).status, (await shop.tryPlace(declined, declineKey)).status],
    [402, 402],
  )
})

test('paying with one key charges once; two payments at once charge once', async () => {
  const { id: product_id } = await shop.product()
  const placed = await shop.place({ product_id, ...guest })
  const send = (key: string, payment_method = 'tok_approve') =>
    shop
      .order()
      .send(
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
  const payments = { items: await shop.payments(placed.id) }
  assert.deepEqual(
    payments.items.map(p => [p.status, p.captured]),
    [['captured', 12.5]],
  )
})

test('every refusal is repeated word for word, while it is being undone and ever after', async () => {
  for (const [payment_method, status, stock, name] of [
    ['tok_decline', 402, 10, 'payment-declined'],
    ['tok_insufficient_funds', 402, 10, 'payment-declined'],
    ['tok_nonsense', 422, 10, 'invalid-payment-method'],
    ['tok_capture_decline', 402, 10, 'payment-declined'],
    ['tok_approve', 409, 1, 'out-of-stock'],
    [undefined, 409, 1, 'out-of-stock'],
  ] as const) {
    const { id: product_id } = await shop.product({ stock })
    const key = newKey()
    const send = async () => {
      const { status, body } = await shop.tryPlace({ product_id, quantity: 2, ...guest, payment_method }, key)
      return { status, body: { ...body, correlation_id: '' } }
    }
    // Nothing that undoes it answers, so the order is left in the midst of it.
    shop.silence(api.releaseReservation, 'before')
    const first = await send()
    shop.calm()
    assert.deepEqual([first.status, nameOf(first)], [status, name], JSON.stringify(first))
    assert.deepEqual(await send(), first)
    await shop.assertUndone(await shop.idOf(product_id), product_id, stock)
    assert.deepEqual(await send(), first)
  }
})

test('a refusal the sweeper comes to is what the repeated request is told', async () => {
  const { id: product_id } = await shop.product()
  const key = newKey()
  const body = { product_id, ...guest, payment_method: 'tok_nonsense' }
  shop.interrupt(api.authorisePayment, 'after', () => {
    throw new Error('the process ended here')
  })
  shop.onBoundary(name => {
    if (name.startsWith('before commit: moveOrder'))
      throw Object.assign(new Error('gone'), { code: 'CONNECTION_CLOSED' })
  })
  const first = await shop.tryPlace(body, key)
  assert.equal(first.status, 202, 'recorded, so it is on its way')
  shop.calm()
  assert.equal(nameOf(await shop.tryPlace(body, key)), 'request-in-progress')
  await shop.assertUndone(first.body.id, product_id)
  assert.equal(nameOf(await shop.tryPlace(body, key)), 'invalid-payment-method')
})

test('what becomes of an order later does not change the answer to placing it', async () => {
  const { id: product_id } = await shop.product({ stock: 100 })
  const lives: [string, (o: api.Order) => Promise<unknown>][] = [
    ['paid', o => shop.pay(o.id, 'tok_approve', token(o))],
    ['declined', o => assert.rejects(shop.pay(o.id, 'tok_decline', token(o)), is('payment-declined'))],
    ['cancelled', o => shop.cancel(o.id, token(o), 'out_of_stock')],
    ['cancelled otherwise', o => shop.cancel(o.id, token(o), 'payment_declined')],
    ['expired', o => shop.sql()`update orders set expires_at = now() where id = ${o.id}`],
    [
      'out of stock',
      async o => {
        await shop.platform.sql('inventory')`update reservations set expires_at = now() where order_id = ${o.id}`
        await shop.platform.service('inventory').drain()
        const { available } = await shop.stockOf(product_id)
        const elsewhere = { params: { product_id }, body: { delta: -available, reason: 'lost' } }
        await shop.platform.client('inventory').call(api.adjustStock, elsewhere, shop.staff)
        await assert.rejects(shop.pay(o.id, 'tok_approve', token(o)), is('out-of-stock'))
      },
    ],
  ]
  for (const [what, live] of lives) {
    const key = newKey()
    const placed = await shop.place({ product_id, ...guest }, key)
    await live(placed)
    await shop.sweepNow()
    const again = await shop.tryPlace({ product_id, ...guest }, key)
    assert.deepEqual([again.status, again.body.id], [201, placed.id], what)
  }
})

test('while it is being paid, placing it again is answered 201 as before; paying it again waits for the answer', async () => {
  const { id: product_id } = await shop.product()
  const [placing, paying] = [newKey(), newKey()]
  const placed = await shop.place({ product_id, ...guest }, placing)
  const seen: (string | number)[] = []
  shop.interrupt(api.authorisePayment, 'before', async () => {
    seen.push(nameOf(await shop.tryPlace({ product_id, ...guest }, placing)))
    seen.push(nameOf(await shop.tryPay(placed.id, 'tok_approve', { ...token(placed), ...paying })))
    seen.push(nameOf(await shop.tryPay(placed.id, 'tok_approve', { ...token(placed), ...newKey() })))
  })
  const paid = await shop.tryPay(placed.id, 'tok_approve', { ...token(placed), ...paying })
  assert.deepEqual([paid.status, seen], [200, [201, 'request-in-progress', 'request-in-progress']])
  assert.equal(nameOf(await shop.tryPay(placed.id, 'tok_approve', { ...token(placed), ...paying })), 200)
  await shop.cancel(placed.id)
  assert.equal(nameOf(await shop.tryPay(placed.id, 'tok_approve', { ...token(placed), ...paying })), 200)
})

test('held or in doubt it is 202 however often it is asked, and then what it came to', async () => {
  for (const [payment_method, operation, last] of [
    ['tok_approve', api.commitReservation, 201],
    ['tok_approve', api.captureForOrder, 201],
    ['tok_timeout_before', undefined, 201],
  ] as const) {
    const { id: product_id } = await shop.product()
    const key = newKey()
    const body = { product_id, ...guest, payment_method }
    if (operation) shop.silence(operation, 'before')
    const first = await shop.tryPlace(body, key)
    shop.calm()
    if (first.status === 201) continue // the provider was asked a second time and knew
    assert.deepEqual([first.status, nameOf(await shop.tryPlace(body, key))], [202, 202])
    await shop.settled(first.body.id)
    assert.equal(nameOf(await shop.tryPlace(body, key)), last)
  }
})

test('a service that does not answer before money is held: 503, no effect, and the same key buys once', async () => {
  for (const payment_method of ['tok_approve', undefined]) {
    for (const [operation, when] of [
      [api.priceProducts, 'before'],
      [api.reserveStock, 'before'],
      [api.reserveStock, 'after'],
      [api.authorisePayment, 'before'],
      [api.authorisePayment, 'after'],
    ] as const) {
      if (!payment_method && operation === api.authorisePayment) continue
      const { id: product_id } = await shop.product()
      const key = newKey()
      const body = { product_id, ...guest, payment_method }
      shop.silence(operation, when)
      assert.equal((await shop.tryPlace(body, key)).status, 503, `${operation.name} ${when}`)
      const again = await shop.tryPlace(body, key)
      assert.equal(again.status, 201)
      await shop.sweepNow()
      const orders = await shop.sql()`
        select status, cancel_reason from orders join order_items on order_id = orders.id
        where product_id = ${product_id} order by orders.id`
      assert.deepEqual(
        orders.map(o => o.cancel_reason).filter(Boolean),
        operation === api.priceProducts ? [] : ['unavailable'],
      )
      assert.deepEqual(await shop.stock(product_id), payment_method ? [9, 0] : [10, 1])
      assert.equal(await shop.netOf(again.body.id), payment_method ? 12.5 : 0)
    }
  }
})

test('a refusal nobody foresaw is our fault, not the shopper’s: 500, undone, nothing left', async () => {
  for (const operation of [api.reserveStock, api.authorisePayment]) {
    const { id: product_id } = await shop.product()
    shop.interrupt(operation, 'after', () => {
      throw new api.Problem('token-expired')
    })
    const answer = await shop.tryPlace({ product_id, ...guest, payment_method: 'tok_approve' })
    assert.deepEqual([answer.status, nameOf(answer)], [500, 'internal'])
    await shop.assertUndone(await shop.idOf(product_id), product_id)
  }
})

test('an order can be tried with so many cards and no more', async () => {
  const { id: product_id } = await shop.product()
  const placed = await shop.place({ product_id, ...guest })
  await shop.sql()`update orders set attempt = 50 where id = ${placed.id}`
  await assert.rejects(shop.pay(placed.id, 'tok_approve', token(placed)), is('order-not-payable'))
  await shop.sql()`update orders set attempt = 49 where id = ${placed.id}`
  assert.equal((await shop.pay(placed.id, 'tok_approve', token(placed))).payment_status, 'paid')
})

test('the books agree in the end: sold stock, paid orders, captured money, the ledger and the provider', () =>
  shop.assertBooksAgree())

test('a copy of a request that is still being looked at is told so, and not refused for what has changed since', async () => {
  const { id: product_id } = await shop.product({ price: 10 })
  const key = newKey()
  const body = { items: [{ product_id, quantity: 1 }], ...guest, payment_method: 'tok_approve', expected_total: 10 }
  let copy: { status: number; body: any } | undefined
  shop.interrupt(api.priceProducts, 'after', async () => {
    // The price changes while the first one has seen the old price and is not recorded yet.
    await shop.platform
      .client('product')
      .call(api.updateProduct, { params: { id: product_id }, body: { price: 11 } }, shop.staff)
    copy = await shop.tryPlace(body, key)
  })
  const first = await shop.tryPlace(body, key)
  shop.calm()
  assert.equal(first.status, 201)
  assert.equal(nameOf(copy!), 'request-in-progress')
  const later = await shop.tryPlace(body, key)
  assert.deepEqual([later.status, later.body.id], [201, first.body.id])
})
