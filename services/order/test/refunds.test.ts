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

type Wish = api.BodyOf<typeof api.refundOrder>
const refund = (id: string, body: Wish, headers: Record<string, string> = {}) =>
  shop.order().call(api.refundOrder, { params: { id }, body }, { ...shop.staff, ...headers })
const tryRefund = (id: string, body: unknown, headers: Record<string, string> = {}) =>
  shop.order().send(api.refundOrder, { params: { id }, body }, { ...shop.staff, ...headers })
const refundsOf = async (id: string, headers: Record<string, string> = shop.staff) =>
  (await shop.order().call(api.listOrderRefunds, { params: { id } }, headers)).items

/** What is captured and not given back, in whole cents. */
const netOf = async (id: string) => Number((await shop.netOf(id)).toFixed(2))

/** Three lamps of 3.33 and one vase of 10.00, a tenth off: 17.99 in all. */
async function discounted() {
  const [lamp, vase] = [await shop.product({ price: 3.33 }), await shop.product({ price: 10 })]
  const { code } = await shop
    .order()
    .call(api.createCoupon, { body: { code: `TENTH${randomUUID().slice(0, 8)}`, percent: 10 } }, shop.staff)
  const items = [
    { product_id: lamp.id, quantity: 3 },
    { product_id: vase.id, quantity: 1 },
  ]
  const order = await shop.place({ items, ...guest, coupon_code: code, payment_method: 'tok_approve' })
  const itemOf = (product_id: string) => order.items.find(item => item.product_id === product_id)!.id
  return { order, lamp, vase, lamps: itemOf(lamp.id), vases: itemOf(vase.id) }
}

test('lines come back in parts and with their share of the discount: all of them are what was paid, to the cent', async () => {
  const { order, lamp, vase, lamps, vases } = await discounted()
  assert.deepEqual([order.total, order.items.map(item => item.paid)], [17.99, [8.99, 9]])
  const first = await refund(order.id, {
    lines: [{ item_id: lamps, quantity: 1 }],
    restock: true,
    reason: 'too bright',
  })
  assert.deepEqual([first.status, first.amount, first.is_restocked], ['made', 3, true])
  const after = await shop.get(order.id)
  assert.deepEqual([after.payment_status, after.refunded], ['partially_refunded', 3])
  assert.deepEqual(
    after.items.map(item => [item.refunded_quantity, item.refunded]),
    [
      [1, 3],
      [0, 0],
    ],
  )
  const second = await refund(order.id, { lines: [{ item_id: lamps, quantity: 2 }] })
  assert.deepEqual([second.amount, second.is_restocked], [5.99, false])
  const third = await refund(order.id, { lines: [{ item_id: vases, quantity: 1 }], restock: true })
  assert.deepEqual([third.amount, await netOf(order.id)], [9, 0])
  assert.equal((await shop.get(order.id)).payment_status, 'refunded')
  assert.deepEqual(
    [await shop.stock(lamp.id), await shop.stock(vase.id)],
    [
      [8, 0],
      [10, 0],
    ],
  )
  // The customer sees what came back, and not why.
  const shown = await refundsOf(order.id, token(order))
  assert.deepEqual(
    shown.map(one => [one.lines.map(line => line.quantity), one.reason]),
    [
      [[1], null],
      [[2], null],
      [[1], null],
    ],
  )
  assert.equal((await refundsOf(order.id))[0]!.reason, 'too bright')
  assert.deepEqual(
    (await shop.saidOf(order.id))[0]!.filter(name => name === 'order.refunded').length,
    3,
    'each is said once',
  )
})

test('never more of a line than was bought, nor a line of another order, nor one twice', async () => {
  const { order, lamps } = await discounted()
  const other = await discounted()
  await refund(order.id, { lines: [{ item_id: lamps, quantity: 2 }] })
  const errorsOf = async (lines: unknown) => (await tryRefund(order.id, { lines })).body.errors
  assert.deepEqual(await errorsOf([{ item_id: lamps, quantity: 2 }]), [
    { pointer: '/lines/0/quantity', detail: 'must be at most 1: so many are not given back yet' },
  ])
  assert.equal((await errorsOf([{ item_id: other.lamps, quantity: 1 }]))[0].pointer, '/lines/0/item_id')
  assert.equal((await errorsOf([1, 1].map(quantity => ({ item_id: lamps, quantity }))))[0].detail, 'is there twice')
  assert.equal((await errorsOf([]))[0].pointer, '/amount')
  assert.equal(await netOf(order.id), 12)
})

test('an amount beside the lines: more for a dent, less for what is kept back, and never over what was paid', async () => {
  const { order, lamps, vases } = await discounted()
  assert.equal((await refund(order.id, { amount: 1.5 })).amount, 1.5)
  const less = await refund(order.id, { lines: [{ item_id: lamps, quantity: 3 }], amount: -2 })
  assert.equal(less.amount, 6.99)
  const tooMuch = await tryRefund(order.id, { lines: [{ item_id: vases, quantity: 1 }], amount: 0.51 })
  assert.deepEqual([nameOf(tooMuch), tooMuch.body.left], ['refund-exceeds-captured', 9.5])
  const cents = await tryRefund(order.id, { amount: 0.001 })
  assert.deepEqual([cents.status, cents.body.errors[0].pointer], [400, '/amount'])
  const changed = await tryRefund(order.id, { lines: [{ item_id: vases, quantity: 1 }], expected_total: 8.99 })
  assert.deepEqual([nameOf(changed), changed.body.total], ['changed-meanwhile', 9])
  const last = await refund(order.id, { lines: [{ item_id: vases, quantity: 1 }], amount: 0.5, expected_total: 9.5 })
  assert.deepEqual([last.amount, await netOf(order.id)], [9.5, 0])
})

test('one key refunds once; another wish under it is refused; two at once for the same units: one', async () => {
  const { order, lamps, vases } = await discounted()
  const key = newKey()
  const wish = { lines: [{ item_id: lamps, quantity: 1 }] }
  const twice = await Promise.all([refund(order.id, wish, key), refund(order.id, wish, key)])
  assert.equal(twice[0].id, twice[1].id)
  assert.equal((await refund(order.id, wish, key)).status, 'made')
  await assert.rejects(refund(order.id, { amount: 1 }, key), is('idempotency-key-reused'))
  const racing = await Promise.all(
    [1, 2, 3].map(() => tryRefund(order.id, { lines: [{ item_id: lamps, quantity: 2 }] })),
  )
  assert.deepEqual(racing.map(answer => answer.status).toSorted(), [201, 400, 400])
  assert.equal(await netOf(order.id), 9)
  // The first leaves nothing that the others could be given.
  const lastKey = newKey()
  const last = await Promise.all(
    [1, 2, 3, 4].map(() => refund(order.id, { lines: [{ item_id: vases, quantity: 1 }] }, lastKey)),
  )
  assert.equal(new Set(last.map(({ id }) => id)).size, 1)
  assert.equal(await netOf(order.id), 0)
})

test('only what was paid is given back, and only by staff who may', async () => {
  const { id: product_id } = await shop.product()
  const pending = await shop.place({ product_id, ...guest })
  await assert.rejects(refund(pending.id, { amount: 1 }), is('payment-not-allowed'))
  await assert.rejects(refund(randomUUID(), { amount: 1 }), is('not-found'))
  await assert.rejects(refundsOf(randomUUID()), is('not-found'))
  const packer = await shop.platform.asStaff('orders')
  const answer = await shop.order().send(api.refundOrder, { params: { id: pending.id }, body: { amount: 1 } }, packer)
  assert.equal(answer.status, 403)
  await shop.cancel(pending.id)
})

test('a provider that is silent: 202, the lines are counted, and it ends made once', async () => {
  const { order, lamp, lamps } = await discounted()
  const wish = { lines: [{ item_id: lamps, quantity: 2 }], restock: true }
  shop.silence(api.refundForOrder, 'after')
  const key = newKey()
  const answer = await tryRefund(order.id, wish, key)
  assert.deepEqual([answer.status, answer.body.status], [202, 'asked'])
  assert.equal((await tryRefund(order.id, { lines: [{ item_id: lamps, quantity: 2 }] })).status, 400)
  await shop.sweepNow()
  const [made] = await refundsOf(order.id)
  assert.deepEqual([made!.status, made!.amount, await netOf(order.id)], ['made', 5.99, 12])
  assert.deepEqual(await shop.stock(lamp.id), [9, 0])
  assert.equal((await tryRefund(order.id, wish, key)).status, 201)
})

test('an inventory that is away holds up no money; the stock follows, once', async () => {
  const { order, vase, vases } = await discounted()
  shop.silence(api.returnStock, 'before')
  const answer = await tryRefund(order.id, { lines: [{ item_id: vases, quantity: 1 }], restock: true })
  assert.deepEqual([answer.status, await netOf(order.id)], [202, 8.99])
  assert.deepEqual(await shop.stock(vase.id), [9, 0])
  await shop.sweepNow()
  await shop.sweepNow()
  assert.deepEqual(await shop.stock(vase.id), [10, 0])
  assert.equal((await refundsOf(order.id))[0]!.status, 'made')
})

test('refused where the money is, it counts nothing: the lines are free again, and the same key is told the same', async () => {
  const { order, vases } = await discounted()
  const [payment] = await shop.payments(order.id)
  const key = newKey()
  const wish = { lines: [{ item_id: vases, quantity: 1 }], restock: true }
  // By hand, in the midst: the order has not heard of it yet.
  shop.interrupt(api.refundForOrder, 'before', () =>
    shop.platform
      .client('payment')
      .call(api.refundPayment, { params: { id: payment!.id }, body: { amount: 17 } }, shop.staff),
  )
  for (const _ of [1, 2]) {
    const refused = await tryRefund(order.id, wish, key)
    assert.deepEqual([nameOf(refused), refused.body.left], ['refund-exceeds-captured', 0.99])
  }
  const [row] = await refundsOf(order.id)
  assert.deepEqual([row!.status, row!.is_restocked], ['refused', false])
  assert.deepEqual(await refundsOf(order.id, token(order)), [])
  assert.deepEqual((await shop.get(order.id)).items.find(item => item.id === vases)!.refunded_quantity, 0)
})

test('cancelled after a part came back: the rest of the money and of the stock comes back, none of it twice', async () => {
  const { order, lamp, vase, lamps } = await discounted()
  await refund(order.id, { lines: [{ item_id: lamps, quantity: 2 }], restock: true })
  await shop.cancel(order.id)
  await shop.settled(order.id)
  assert.equal(await netOf(order.id), 0)
  assert.deepEqual(
    [await shop.stock(lamp.id), await shop.stock(vase.id)],
    [
      [10, 0],
      [10, 0],
    ],
  )
  await assert.rejects(refund(order.id, { amount: 1 }), is('payment-not-allowed'))
})

test('cancelled in the midst of a refund: everything is back once, whoever was first', async () => {
  for (const [operation, when] of [
    [api.refundForOrder, 'before'],
    [api.refundForOrder, 'after'],
    [api.returnStock, 'before'],
    [api.returnStock, 'after'],
  ] as const) {
    const { order, lamp, vase, lamps } = await discounted()
    shop.interrupt(operation, when, () => shop.cancel(order.id))
    await tryRefund(order.id, { lines: [{ item_id: lamps, quantity: 2 }], restock: true })
    await shop.settled(order.id)
    await shop.sweepNow()
    assert.equal(await netOf(order.id), 0)
    assert.deepEqual(
      [await shop.stock(lamp.id), await shop.stock(vase.id)],
      [
        [10, 0],
        [10, 0],
      ],
    )
    const [row] =
      await shop.sql()`select count(*)::int as n from order_refunds where order_id = ${order.id} and status = 'asked'`
    assert.equal(row!.n, 0, 'the refund came to its end')
  }
})

test('the books agree in the end: sold stock, paid orders, captured money, the ledger and the provider', () =>
  shop.assertBooksAgree())
