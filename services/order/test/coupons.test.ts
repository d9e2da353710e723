import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { guest, is, newKey, openShop, type Shop, token } from './setup.ts'

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

const email = () => ({ email: `${randomUUID()}@example.com` })
const coupons = () => shop.order()
const make = (fields: object = {}) => {
  const worth = 'amount' in fields ? {} : { percent: 10 }
  const body = { code: `C-${randomUUID().slice(0, 8)}`, ...worth, ...fields }
  return coupons().call(api.createCoupon, { body }, shop.staff)
}
const usesOf = async ({ id }: api.Coupon) => (await coupons().call(api.getCoupon, { params: { id } }, shop.staff)).uses
const change = ({ id }: api.Coupon, body: object) =>
  coupons().call(api.updateCoupon, { params: { id }, body }, shop.staff)
/** What an answer is: its status, or why the coupon was refused. */
const came = (answer: { status: number; body: any }) => answer.body.reason ?? answer.status
const because = (reason: api.CouponReason) => (error: unknown) =>
  error instanceof api.Problem && error.problem === 'invalid-coupon' && error.extra.reason === reason

test('a percentage is taken off what is charged, and the order, its quote and its event say so', async () => {
  const { id: product_id } = await shop.product({ price: 12.35 })
  const coupon = await make({ percent: 12.5, description: 'An eighth' })
  const asked = { items: [{ product_id, quantity: 3 }], coupon_code: coupon.code.toLowerCase() }
  const quote = await shop.order().call(api.quoteOrder, { body: asked })
  assert.deepEqual(
    [quote.subtotal, quote.discount, quote.total, quote.coupon, quote.coupon_problem],
    [37.05, 4.63, 32.42, { code: coupon.code, description: 'An eighth' }, null],
  )
  const order = await shop.place({ ...asked, ...guest, expected_total: 32.42, payment_method: 'tok_approve' })
  assert.deepEqual(
    [order.status, order.subtotal, order.discount, order.total, order.coupon_code],
    ['processing', 37.05, 4.63, 32.42, coupon.code],
  )
  assert.equal(await shop.netOf(order.id), 32.42)
  const { order_token: _, ...same } = order
  assert.deepEqual(await shop.get(order.id, token(order)), same)
  await shop.platform.drain()
  const placed = (await shop.platform.said('order')).find(
    m => m.aggregate_id === order.id && m.name === 'order.placed',
  )!
  const { discount_minor, coupon_code, total_minor } = placed.payload as any
  assert.deepEqual([discount_minor, coupon_code, total_minor], [463, coupon.code, 3242])
  assert.equal(await usesOf(coupon), 1)
})

test('an amount is taken off from its minimum on; of what costs less, all and no more', async () => {
  const { id: product_id } = await shop.product({ price: 4 })
  const five = await make({ amount: 5, currency: 'USD', min_subtotal: 8 })
  const place = (quantity: number, code: string) =>
    shop.place({ product_id, quantity, coupon_code: code, ...guest, payment_method: 'tok_approve' })
  assert.deepEqual(await place(2, five.code).then(o => [o.discount, o.total]), [5, 3])
  await assert.rejects(place(1, five.code), because('below-minimum'))
  const all = await make({ amount: 5, currency: 'USD' })
  const free = await place(1, all.code)
  assert.deepEqual([free.discount, free.total, free.payment_status], [4, 0, 'paid'])
  const whole = await make({ percent: 100 })
  assert.deepEqual(await place(2, whole.code).then(o => [o.total, o.status]), [0, 'processing'])
  assert.equal(await usesOf(five), 1)
})

test('a coupon that cannot be used refuses the order before anything is held or charged, and the quote says why', async () => {
  const { id: product_id } = await shop.product()
  const euro = await shop.product({ currency: 'EUR' })
  const past = '2020-01-01T00:00:00.000Z'
  const soon = '2999-01-01T00:00:00.000Z'
  const used = await make({ max_uses: 1 })
  await shop.place({ product_id, coupon_code: used.code, ...guest })
  const cases: [code: string, product: string, reason: api.CouponReason][] = [
    ['NO-SUCH', product_id, 'unknown'],
    [(await make({ is_active: false })).code, product_id, 'unknown'],
    [(await make({ starts_at: soon })).code, product_id, 'not-yet'],
    [(await make({ ends_at: past })).code, product_id, 'expired'],
    [(await make({ amount: 1, currency: 'USD' })).code, euro.id, 'wrong-currency'],
    [(await make({ min_subtotal: 100, currency: 'USD' })).code, product_id, 'below-minimum'],
    [used.code, product_id, 'used-up'],
  ]
  const count = async () => (await shop.sql()`select count(*)::int as n from orders`)[0]!.n
  const before = await count()
  for (const [coupon_code, product_id, reason] of cases) {
    const refused = await shop.tryPlace({ product_id, coupon_code, ...guest, payment_method: 'tok_approve' })
    assert.deepEqual(
      [refused.status, refused.body.reason, refused.body.code, refused.body.errors[0].pointer],
      [422, reason, coupon_code, '/coupon_code'],
    )
    const items = [{ product_id, quantity: 1 }]
    const quote = await shop.order().call(api.quoteOrder, { body: { items, coupon_code } })
    assert.deepEqual([quote.coupon, quote.coupon_problem!.reason, quote.discount, quote.total], [null, reason, 0, 12.5])
  }
  assert.equal(await count(), before)
  const least = await shop.tryPlace({ product_id, coupon_code: cases[5]![0], ...guest })
  assert.equal(least.body.min_subtotal, 100)
  const bad = await shop.tryPlace({ product_id, coupon_code: 'ten %', ...guest })
  assert.deepEqual([bad.status, bad.body.errors[0].pointer], [400, '/coupon_code'])
})

test('the total that the shopper saw is the total with the coupon', async () => {
  const { id: product_id } = await shop.product({ price: 10 })
  const coupon = await make()
  const place = (expected_total: number) =>
    shop.tryPlace({ product_id, coupon_code: coupon.code, expected_total, ...guest })
  const changed = await place(10)
  assert.deepEqual([changed.status, changed.body.total], [409, 9])
  assert.equal(await usesOf(coupon), 0)
  assert.equal((await place(9)).status, 201)
})

test('fifty who race for the last three uses: exactly three get them', async () => {
  const { id: product_id } = await shop.product({ stock: 200 })
  const coupon = await make({ max_uses: 5 })
  const place = (more: object = {}) => shop.tryPlace({ product_id, coupon_code: coupon.code, ...email(), ...more })
  await place()
  await place({ payment_method: 'tok_approve' })
  const paying = (i: number) => (i % 2 ? { payment_method: 'tok_approve' } : {})
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => place(paying(i))))
  const ends = answers.map(came)
  assert.equal(ends.filter(end => end === 201).length, 3)
  assert.equal(ends.filter(end => end === 'used-up').length, 47)
  assert.equal(await usesOf(coupon), 5)
})

test('instances that know nothing of each other give out no use too many', async () => {
  const { id: product_id } = await shop.product({ stock: 200 })
  const coupon = await make({ max_uses: 3 })
  // What keeps the orders of one process in turn is not there: only the database is left.
  const { ctx } = shop.platform.service('order')
  const { redeeming } = ctx
  ctx.redeeming = { get: () => undefined, set: () => ctx.redeeming, delete: () => false } as never
  const place = () => shop.tryPlace({ product_id, coupon_code: coupon.code, ...email() })
  const ends = (await Promise.all(Array.from({ length: 30 }, place))).map(came)
  ctx.redeeming = redeeming
  assert.equal(ends.filter(end => end === 201).length, 3)
  assert.equal(ends.filter(end => end === 'used-up').length, 27)
})

test('an order that is cancelled, declined or out of stock gives its use back', async () => {
  const { id: product_id } = await shop.product()
  const coupon = await make({ max_uses: 1, once_per_customer: true })
  const body = { product_id, coupon_code: coupon.code, ...guest }
  const first = await shop.place({ ...body, payment_method: 'tok_approve' })
  await assert.rejects(shop.place(body), because('used-up'))
  await shop.cancel(first.id)
  await shop.settled(first.id)
  assert.equal(await usesOf(coupon), 0)
  const declined = await shop.tryPlace({ ...body, payment_method: 'tok_decline' })
  assert.equal(declined.status, 402)
  assert.equal((await shop.tryPlace({ ...body, quantity: 99 })).status, 409)
  const last = await shop.place(body)
  assert.equal(last.discount, 1.25)
  assert.equal(await usesOf(coupon), 1)
})

test('an order nobody pays in time gives its use back', async () => {
  const { id: product_id } = await shop.product()
  const coupon = await make({ max_uses: 1 })
  const body = { product_id, coupon_code: coupon.code, ...guest }
  const held = await shop.place(body)
  await shop.sql()`update orders set expires_at = now() - interval '1 second' where id = ${held.id}`
  await shop.platform.drain()
  assert.equal((await shop.settled(held.id)).status, 'cancelled')
  assert.equal((await shop.place(body)).coupon_code, coupon.code)
})

test('the same key twice, also at once, is one order and one use', async () => {
  const { id: product_id } = await shop.product()
  const coupon = await make({ max_uses: 1, once_per_customer: true })
  const body = { product_id, coupon_code: coupon.code, ...guest, payment_method: 'tok_approve' }
  const key = newKey()
  const answers = await Promise.all([1, 2, 3].map(() => shop.tryPlace(body, key)))
  for (const answer of answers) assert.ok([201, 409].includes(answer.status), JSON.stringify(answer.body))
  const again = await shop.tryPlace(body, key)
  assert.deepEqual([again.status, again.body.id], [201, answers.find(a => a.status === 201)!.body.id])
  assert.equal(await usesOf(coupon), 1)
})

test('a copy that another instance looks at is told what its first one was, though the use is gone', async () => {
  const { id: product_id } = await shop.product()
  for (const fields of [{ max_uses: 1 }, { once_per_customer: true }]) {
    const coupon = await make(fields)
    const body = { product_id, coupon_code: coupon.code, ...guest, payment_method: 'tok_approve' }
    const key = newKey()
    let first: Awaited<ReturnType<typeof shop.tryPlace>> | undefined
    // The copy has asked whether its key is known and prices its lines when the first one is made by somebody else.
    shop.interrupt(api.priceProducts, 'after', async () => {
      const { placing } = shop.ctx()
      shop.ctx().placing = new Set()
      first = await shop.tryPlace(body, key)
      shop.ctx().placing = placing
    })
    const copy = await shop.tryPlace(body, key)
    assert.deepEqual([first!.status, copy.status, copy.body.id], [201, 201, first!.body.id])
    assert.equal(await usesOf(coupon), 1)
  }
})

test('a crash before the order is recorded leaves no use taken, one after it leaves the order', async () => {
  const { id: product_id } = await shop.product()
  const coupon = await make({ max_uses: 1 })
  const body = { product_id, coupon_code: coupon.code, ...guest }
  const dieAt = (place: string) =>
    shop.onBoundary(name => {
      if (name.startsWith(place)) throw new Error(`gone ${place}`)
    })
  dieAt('before commit: insert orders')
  assert.equal((await shop.tryPlace(body)).status, 500)
  shop.calm()
  assert.equal(await usesOf(coupon), 0)
  dieAt('after commit: insert orders')
  await shop.tryPlace(body)
  shop.calm()
  assert.equal(await usesOf(coupon), 1)
  const [{ id }] = (await shop.sql()`select id from orders where coupon_code = ${coupon.code}`) as any
  // Nobody knows of it: the sweeper finishes it, and its deadline undoes it.
  await shop.settled(id)
  await shop.sql()`update orders set expires_at = now() - interval '1 second' where id = ${id}`
  await shop.platform.drain()
  await shop.settled(id)
  assert.equal(await usesOf(coupon), 0)
})

test('once per customer: by the account, by the e-mail address in any spelling, and when asked twice at once', async () => {
  const { id: product_id } = await shop.product({ stock: 100 })
  const coupon = await make({ once_per_customer: true })
  const me = await shop.platform.as({ user_id: randomUUID() })
  const place = (more: object, headers = {}) =>
    shop.tryPlace({ product_id, coupon_code: coupon.code, ...more }, headers).then(came)
  const twice = async (more: object, headers = {}) =>
    (await Promise.all([1, 2, 3, 4].map(() => place(more, headers)))).sort()
  assert.deepEqual(await twice({}, me), [201, 'already-used', 'already-used', 'already-used'])
  const { email: address } = email()
  assert.deepEqual(await twice({ email: address }), [201, 'already-used', 'already-used', 'already-used'])
  assert.equal(await place({ email: address.toUpperCase() }), 'already-used')
  assert.equal(await place({ email: address }, await shop.platform.as({ user_id: randomUUID() })), 'already-used')
  const items = [{ product_id, quantity: 1 }]
  const quote = (headers = {}) =>
    shop.order().call(api.quoteOrder, { body: { items, coupon_code: coupon.code } }, headers)
  assert.equal((await quote(me)).coupon_problem!.reason, 'already-used')
  assert.equal((await quote()).discount, 1.25)
  assert.equal(await place(email()), 201)
  assert.equal(await usesOf(coupon), 3)
})

test('the order of a cart takes the cart’s coupon, and one that was named instead of it', async () => {
  const { id: product_id } = await shop.product({ price: 10 })
  const carts = shop.platform.client('cart')
  const coupon = await make({ max_uses: 1 })
  const fill = async () => {
    const cart = await carts.call(api.addCartItem, { body: { product_id, quantity: 2 } })
    const headers = { 'x-cart-token': cart.cart_token! }
    await carts.call(api.applyCoupon, { body: { code: coupon.code.toLowerCase() } }, headers)
    return { headers, body: { cart_id: cart.id!, ...guest } }
  }
  const [one, other] = [await fill(), await fill()]
  const quote = await shop.order().call(api.quoteOrder, { body: { cart_id: one.body.cart_id } }, one.headers)
  assert.deepEqual([quote.discount, quote.coupon!.code], [2, coupon.code])
  // The same cart twice at once: one order, one use.
  const answers = await Promise.all([1, 2].map(() => shop.tryPlace(one.body, one.headers)))
  assert.deepEqual(answers.map(a => a.status).sort()[0], 201)
  assert.equal(await usesOf(coupon), 1)
  const late = await shop.tryPlace(other.body, other.headers)
  assert.deepEqual([late.status, late.body.reason, late.body.errors[0].pointer], [422, 'used-up', '/cart_id'])
  const better = await make({ percent: 50 })
  const named = await shop.place({ ...other.body, coupon_code: better.code }, other.headers)
  assert.deepEqual([named.coupon_code, named.discount, named.total], [better.code, 10, 10])
})

test('staff make, list, change and delete coupons', async () => {
  const window = { starts_at: '2026-01-01T00:00:00.000Z', ends_at: '2999-01-01T00:00:00.000Z' }
  const made = await make({ code: 'spring-5', amount: 5, currency: 'EUR', min_subtotal: 20, max_uses: 9, ...window })
  const { id, created_at: _c, updated_at: _u, ...rest } = made
  assert.deepEqual(rest, {
    ...{ code: 'SPRING-5', description: '', percent: null, amount: 5, currency: 'EUR', min_subtotal: 20, max_uses: 9 },
    ...{ ...window, once_per_customer: false, is_active: true, uses: 0 },
  })
  await assert.rejects(make({ code: 'Spring-5' }), is('already-exists'))
  const second = await make()
  const list = (query: object) => coupons().call(api.listCoupons, { query }, shop.staff)
  const first = await list({ limit: 1 })
  assert.deepEqual(
    first.items.map(c => c.id),
    [second.id],
  )
  const next = await list({ limit: 1, cursor: first.next_cursor! })
  assert.deepEqual(next.items, [made])
  await assert.rejects(list({ cursor: 'x' }), is('invalid-cursor'))
  const changed = await change(made, { description: 'Off', ends_at: null, max_uses: null, is_active: false })
  assert.deepEqual(
    [changed.description, changed.starts_at, changed.ends_at, changed.max_uses, changed.is_active],
    ['Off', window.starts_at, null, null, false],
  )
  await coupons().call(api.deleteCoupon, { params: { id } }, shop.staff)
  const gone = { params: { id } }
  await assert.rejects(coupons().call(api.deleteCoupon, gone, shop.staff), is('not-found'))
  await assert.rejects(coupons().call(api.getCoupon, gone, shop.staff), is('not-found'))
  await assert.rejects(
    coupons().call(api.updateCoupon, { ...gone, body: { is_active: true } }, shop.staff),
    is('not-found'),
  )
})

test('a coupon that was used is switched off, not deleted; its limit goes below no use and comes to none later', async () => {
  const { id: product_id } = await shop.product()
  const coupon = await make({ max_uses: 3 })
  const place = () => shop.tryPlace({ product_id, coupon_code: coupon.code, ...email() }).then(came)
  assert.deepEqual([await place(), await place()], [201, 201])
  await assert.rejects(coupons().call(api.deleteCoupon, { params: { id: coupon.id } }, shop.staff), is('in-use'))
  await assert.rejects(change(coupon, { max_uses: 1 }), is('validation-failed'))
  await change(coupon, { max_uses: 2 })
  assert.equal(await place(), 'used-up')
  await change(coupon, { max_uses: null })
  assert.equal(await place(), 201)
  await assert.rejects(change(coupon, { max_uses: 100 }), is('validation-failed'))
  await change(coupon, { is_active: false })
  assert.equal(await place(), 'unknown')
})

test('bad input to a coupon is refused with the field named', async () => {
  const cases: [body: object, pointer: string][] = [
    [{ code: 'ab', percent: 10 }, '/code'],
    [{ code: 'ten %', percent: 10 }, '/code'],
    [{ code: 'TEN' }, '/percent'],
    [{ code: 'TEN', percent: 0 }, '/percent'],
    [{ code: 'TEN', percent: 101 }, '/percent'],
    [{ code: 'TEN', percent: 1.00001 }, '/percent'],
    [{ code: 'TEN', percent: 10, amount: 1, currency: 'USD' }, '/amount'],
    [{ code: 'TEN', amount: 1 }, '/currency'],
    [{ code: 'TEN', amount: 1.005, currency: 'USD' }, '/amount'],
    [{ code: 'TEN', percent: 10, min_subtotal: 5 }, '/currency'],
    [{ code: 'TEN', percent: 10, max_uses: 0 }, '/max_uses'],
    [{ code: 'TEN', percent: 10, starts_at: '2027-01-01T00:00:00Z', ends_at: '2026-01-01T00:00:00Z' }, '/ends_at'],
    [{ code: 'TEN', percent: 10, uses: 3 }, '/uses'],
  ]
  for (const [body, pointer] of cases) {
    const answer = await coupons().send(api.createCoupon, { body } as never, shop.staff)
    const pointers = answer.body.errors?.map((e: api.FieldError) => e.pointer)
    assert.deepEqual([answer.status, pointers], [400, [pointer]], JSON.stringify([body, answer.body]))
  }
})
