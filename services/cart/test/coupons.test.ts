import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
let client: api.Client
let staff: { authorization: string }

before(async () => {
  platform = await startTestPlatform({ services: ['product', 'inventory', 'cart', 'order'] })
  client = platform.client('cart')
  staff = await platform.asStaff('catalogue', 'orders')
})
after(() => platform.stop())

type Headers = Record<string, string>
const token = (cart: api.Cart) => ({ 'x-cart-token': cart.cart_token! })
const coupon = (fields: object = {}) => {
  const body = { code: `C-${randomUUID().slice(0, 8)}`, percent: 10, ...fields }
  return platform.client('order').call(api.createCoupon, { body }, staff)
}
async function fill(headers: Headers = {}, price = 20) {
  const body = { name: `Lamp ${randomUUID()}`, price, stock: 100 }
  const { id: product_id } = await platform.client('product').call(api.createProduct, { body }, staff)
  return client.call(api.addCartItem, { body: { product_id } }, headers)
}
const apply = (code: string, headers: Headers) => client.call(api.applyCoupon, { body: { code } }, headers)
const kept = async (headers: Headers) => (await client.call(api.getCart, {}, headers)).coupon
const refused = (problem: api.ProblemName, reason?: api.CouponReason) => (error: unknown) =>
  error instanceof api.Problem && error.problem === problem && error.extra.reason === reason

test('a cart keeps a code in capitals until another takes its place or it is taken off', async () => {
  const headers = token(await fill())
  const [one, other] = [await coupon(), await coupon()]
  assert.equal(await kept(headers), null)
  assert.deepEqual((await apply(one.code.toLowerCase(), headers)).coupon, { code: one.code })
  assert.deepEqual(await kept(headers), { code: one.code })
  await apply(other.code, headers)
  assert.deepEqual(await kept(headers), { code: other.code })
  assert.equal((await client.call(api.removeCoupon, {}, headers)).coupon, null)
  assert.equal(await kept(headers), null)
  assert.equal((await client.call(api.removeCoupon, {})).coupon, null)
})

test('a code that cannot be used is refused with the reason, and the one there is stays', async () => {
  const headers = token(await fill())
  const good = await coupon()
  await apply(good.code, headers)
  const dear = await coupon({ min_subtotal: 20.01, currency: 'USD' })
  const over = await coupon({ ends_at: '2020-01-01T00:00:00.000Z' })
  await assert.rejects(apply('NONE', headers), refused('invalid-coupon', 'unknown'))
  await assert.rejects(apply(dear.code, headers), refused('invalid-coupon', 'below-minimum'))
  await assert.rejects(apply(over.code, headers), refused('invalid-coupon', 'expired'))
  const bad = await client.send(api.applyCoupon, { body: { code: 'ten %' } }, headers)
  assert.deepEqual([bad.status, bad.body.errors[0].pointer], [400, '/code'])
  const unknown = await client.send(api.applyCoupon, { body: { code: 'NONE' } }, headers)
  assert.deepEqual([unknown.status, unknown.body.errors[0].pointer], [422, '/code'])
  assert.deepEqual(await kept(headers), { code: good.code })
})

test('an empty cart takes no coupon', async () => {
  const { code } = await coupon()
  await assert.rejects(apply(code, {}), refused('cart-empty'))
  await assert.rejects(apply(code, await platform.as()), refused('cart-empty'))
})

test('a customer is told that they have used a coupon already', async () => {
  const me = await platform.as({ user_id: randomUUID() })
  const { code } = await coupon({ once_per_customer: true })
  const cart = await fill(me)
  const items = cart.items.map(({ product_id, quantity }) => ({ product_id, quantity }))
  await apply(code, me)
  await platform.client('order').call(api.placeOrder, { body: { items, coupon_code: code } }, me)
  await assert.rejects(apply(code, me), refused('invalid-coupon', 'already-used'))
})

test('signing in brings the coupon along, unless the own cart has one', async () => {
  const [guests, own] = [await coupon(), await coupon()]
  const merge = async (me: Headers) => {
    const guest = await fill()
    await apply(guests.code, token(guest))
    return client.call(api.mergeCart, { body: { cart_token: guest.cart_token! } }, me)
  }
  const me = await platform.as({ user_id: randomUUID() })
  assert.deepEqual((await merge(me)).coupon, { code: guests.code })
  const other = await platform.as({ user_id: randomUUID() })
  await fill(other)
  await apply(own.code, other)
  assert.deepEqual((await merge(other)).coupon, { code: own.code })
})
