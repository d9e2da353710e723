import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import { type Arena, inClass, type Request } from '../attack.ts'
import { fixtures } from '../fixtures.ts'
import { bearer, newEmail } from '../world.ts'

const assignment = inClass('mass assignment')
const prices = inClass('price and quantity tampering')
const webhooks = inClass('webhook forgery and replay')
const keys = inClass('idempotency keys')

/** What somebody would like to set who may not: tried in every body that does not have it. */
const coveted: Record<string, unknown> = {
  id: randomUUID(),
  role: 'admin',
  permissions: ['admin'],
  user_id: randomUUID(),
  owner_id: randomUUID(),
  is_active: true,
  is_admin: true,
  email_verified_at: '2020-01-01T00:00:00Z',
  password_hash: '$2b$04$xxxxxxxxxxxxxxxxxxxxxx',
  token_version: 99,
  price: 0.01,
  unit_price: 0.01,
  price_minor: 1,
  total: 0.01,
  total_minor: 1,
  subtotal: 0.01,
  discount: 1000,
  currency: 'XXX',
  status: 'delivered',
  payment_status: 'paid',
  goal: 'none',
  order_token: 'x'.repeat(43),
  created_at: '2020-01-01T00:00:00Z',
  rating_average: 5,
  reserved: 0,
  __v: 1,
}

interface BodySchema {
  properties?: Record<string, unknown>
  additionalProperties?: unknown
}

const bodies = api.operations
  .filter(operation => api.isPublic(operation) && (operation.body as BodySchema)?.additionalProperties === false)
  .map(operation =>
    assignment.tries(`${operation.name}`, '400 validation-failed', async a => {
      const admin = await a.joinAs('admin')
      const { params, query, body } = await fixtures[operation.name]!(a, async () => admin)
      const taken = (operation.body as BodySchema).properties ?? {}
      const wanted = Object.entries(coveted).filter(([name]) => !Object.hasOwn(taken, name))
      const answers = []
      for (const [name, value] of wanted) {
        // The spelling of JavaScript clients is taken too, so it is tried too.
        const camel = name.replace(/\B_([a-z])/g, (_, letter: string) => letter.toUpperCase())
        const spelt = answers.length % 2 ? name : camel
        const answer = await a.http({
          method: operation.method,
          path: api.fillPath(operation.path, params) + api.queryString(query),
          headers: bearer(admin),
          body: { ...(body as object), [spelt]: value },
        })
        assert.match(answer.text, new RegExp(`/(${spelt}|${name})"`), `${spelt} is not what is refused: ${answer.text}`)
        answers.push(answer)
      }
      return answers
    }),
  )

const order = (a: Arena, body: object, headers = bearer(a.other)): Request => ({
  method: 'POST',
  path: '/api/orders',
  headers,
  body,
})
const line = (a: Arena, more: object) => ({ items: [{ product_id: a.product.id, quantity: 1, ...more }] })

const wrongQuantities: [string, unknown][] = [
  ['none', 0],
  ['less than none', -1],
  ['half', 0.5],
  ['more than a line holds', 1001],
  ['as large as can be', Number.MAX_SAFE_INTEGER],
  ['in exponent form', 1e21],
  ['as text', '1'],
  ['as true', true],
  ['as a list', [1]],
  ['as an object', { $gt: 0 }],
  ['null', null],
]

const tampering = [
  ...wrongQuantities.map(([what, quantity]) =>
    prices.asks(`a quantity of ${what}`, '400 validation-failed', a => [
      order(a, line(a, { quantity })),
      order(a, { product_id: a.product.id, quantity }),
      { method: 'POST', path: '/api/cart/items', body: { product_id: a.product.id, quantity } },
      { method: 'POST', path: '/api/orders/quote', body: line(a, { quantity }) },
    ]),
  ),
  ...['price', 'unit_price', 'price_minor', 'subtotal', 'discount'].map(name =>
    prices.asks(`a line with its own ${name}`, '400 validation-failed', a => [
      order(a, line(a, { [name]: 0.01 })),
      { method: 'POST', path: '/api/orders/quote', body: line(a, { [name]: 0.01 }) },
      { method: 'POST', path: '/api/cart/items', body: { product_id: a.product.id, quantity: 1, [name]: 0.01 } },
    ]),
  ),
  prices.asks('a lower total than it costs', '409 price-changed', a => [
    order(a, { ...line(a, {}), expected_total: 0.01 }),
    order(a, { ...line(a, {}), expected_total: 0 }),
  ]),
  prices.asks('a cheaper currency', '422 wrong-currency', a => order(a, { ...line(a, {}), currency: 'JPY' })),
  prices.asks('no lines, and too many', '400 validation-failed', a => [
    order(a, { items: [] }),
    order(a, {}),
    order(a, { items: Array.from({ length: 101 }, () => ({ product_id: randomUUID(), quantity: 1 })) }),
  ]),
  prices.tries('what is ordered costs what the catalogue says', '201', async a => {
    const answer = await a.http(order(a, line(a, { quantity: 3 })))
    assert.equal(answer.body.total >= 73.5, true, String(answer.body.total))
    assert.equal(answer.body.items[0].price, 24.5)
    return answer
  }),
  prices.asks('the same product in many lines does not get round the stock', '409 out-of-stock', async a => {
    const admin = bearer(a.staff.get('admin')!)
    const body = { name: `Rare ${randomUUID()}`, price: 5, stock: 3 }
    const { body: rare } = await a.http({ method: 'POST', path: '/api/products', headers: admin, body })
    return order(a, { items: [2, 2].map(quantity => ({ product_id: rare.id, quantity })) })
  }),
  prices.asks('a product that is not for sale', '409 not-for-sale', async a => {
    const admin = bearer(a.staff.get('admin')!)
    const body = { name: `Hidden ${randomUUID()}`, price: 5, stock: 3, is_active: false }
    const { body: hidden } = await a.http({ method: 'POST', path: '/api/products', headers: admin, body })
    return order(a, { items: [{ product_id: hidden.id, quantity: 1 }] })
  }),
  prices.asks("paying with what is no provider's token", '400 validation-failed | 422 invalid-payment-method', a => [
    order(a, { ...line(a, {}), payment_method: '4242424242424242 ' }),
    order(a, { ...line(a, {}), payment_method: 'tok_free' }),
    order(a, { ...line(a, {}), payment_method: '../../refund' }),
  ]),
  ...([-1, 0, 1e15, '5', 0.001, 5.555] as const).map(amount =>
    prices.asks(`a refund of ${JSON.stringify(amount)}`, '400 validation-failed | 422', async a => {
      const { params } = await fixtures.refundPayment!(a, async () => a.owner)
      const path = api.fillPath('/api/payments/:id/refund', params)
      return { method: 'POST', path, headers: bearer(a.staff.get('accountant')!), body: { amount } }
    }),
  ),
  prices.asks('a refund of more than was paid', '422 refund-exceeds-captured', async a => {
    const { params } = await fixtures.refundPayment!(a, async () => a.owner)
    const path = api.fillPath('/api/payments/:id/refund', params)
    return { method: 'POST', path, headers: bearer(a.staff.get('accountant')!), body: { amount: 10_000 } }
  }),
  ...([-1, 1e308, '3', 0.001, 10_000_001] as const).map(price =>
    prices.asks(`a product for ${JSON.stringify(price)}`, '400 validation-failed', a => ({
      method: 'POST',
      path: '/api/products',
      headers: bearer(a.staff.get('admin')!),
      body: { name: `Cheap ${randomUUID()}`, price },
    })),
  ),
]

/** A webhook as the provider would send it, signed with a secret at a time. */
function webhook(payload: unknown, { secret, t = Date.now() / 1000 }: { secret: string; t?: number }): Request {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const seconds = Math.floor(t)
  const v1 = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return {
    method: 'POST',
    path: '/api/payments/webhooks/simulator',
    headers: { 'x-simulator-signature': `t=${seconds},v1=${v1}` },
    body,
  }
}
const secretOf = (a: Arena) => a.platform.env('payment').WEBHOOK_SECRET!
const told = (more: object = {}) => ({ id: randomUUID(), type: 'payment.captured', ...more })
const aimed = (body: unknown, header?: string): Request => ({
  method: 'POST',
  path: '/api/payments/webhooks/simulator',
  headers: header === undefined ? {} : { 'x-simulator-signature': header },
  body,
})

const forgery = [
  webhooks.asks('without a signature', '401 invalid-signature', () => aimed(told())),
  ...['', 't=,v1=', 'v1=00', `t=1,v1=${'0'.repeat(64)}`, `t=NaN,v1=${'0'.repeat(64)}`, 'x'.repeat(5000)].map(header =>
    webhooks.asks(`signed \`${header.slice(0, 30)}\``, '401 invalid-signature', () => aimed(told(), header)),
  ),
  webhooks.asks('signed with another secret', '401 invalid-signature', () => webhook(told(), { secret: 'guessed' })),
  webhooks.asks('signed an hour ago, or for the next hour', '401 invalid-signature', a => [
    webhook(told(), { secret: secretOf(a), t: Date.now() / 1000 - 3600 }),
    webhook(told(), { secret: secretOf(a), t: Date.now() / 1000 + 3600 }),
  ]),
  webhooks.asks('changed after it was signed', '401 invalid-signature', a => {
    const good = webhook(told(), { secret: secretOf(a) })
    return { ...good, body: String(good.body).replace('captured', 'refunded') }
  }),
  webhooks.asks('of a provider we do not have', '404 not-found', a => ({
    ...webhook(told(), { secret: secretOf(a) }),
    path: '/api/payments/webhooks/stripe',
  })),
  webhooks.tries('a good one three times over books once', '200', async a => {
    const { body: paid } = await a.http(order(a, { ...line(a, {}), payment_method: 'tok_approve' }))
    const sum = () =>
      a.platform.sql('payment')`select count(*)::int as n from ledger_entries where order_id = ${paid.id}`
    const [row] = await a.platform.sql('payment')`select * from payments where order_id = ${paid.id}`
    const [before] = await sum()
    const body = told({
      payment: {
        id: row!.provider_reference,
        key: row!.provider_key ?? row!.id,
        status: 'captured',
        amount: Number(row!.amount_minor),
        currency: row!.currency,
        captured: Number(row!.amount_minor),
        refunded: 0,
      },
    })
    const answers = []
    for (let i = 0; i < 3; i++) answers.push(await a.http(webhook(body, { secret: secretOf(a) })))
    assert.deepEqual((await sum())[0], before)
    return answers
  }),
  webhooks.tries('a signed one about a payment nobody knows makes none', '200', async a => {
    const payments = () => a.platform.sql('payment')`select count(*)::int as n from payments`
    const [before] = await payments()
    const payment = {
      id: 'p',
      key: randomUUID(),
      status: 'captured',
      amount: 5,
      currency: 'USD',
      captured: 5,
      refunded: 0,
    }
    const answer = await a.http(webhook(told({ payment }), { secret: secretOf(a) }))
    assert.deepEqual((await payments())[0], before)
    return answer
  }),
]

const abuse = [
  keys.tries("another customer's key and body make another order, and show nothing of the first", '201', async a => {
    const key = randomUUID()
    const mine = await a.http(order(a, line(a, {}), { ...bearer(a.owner), 'idempotency-key': key }))
    const theirs = await a.http(order(a, line(a, {}), { ...bearer(a.other), 'idempotency-key': key }))
    assert.notEqual(theirs.body.id, mine.body.id)
    assert.equal(theirs.body.user_id, a.other.user.id)
    assert.ok(!theirs.text.includes(a.owner.user.id))
    return [mine, theirs]
  }),
  keys.tries("a customer's key sent by a guest shows nothing of it", '201', async a => {
    const key = randomUUID()
    const mine = await a.http(order(a, line(a, {}), { ...bearer(a.owner), 'idempotency-key': key }))
    const guest = await a.http(order(a, { ...line(a, {}), email: newEmail() }, { 'idempotency-key': key } as never))
    assert.notEqual(guest.body.id, mine.body.id)
    assert.ok(!guest.text.includes(a.owner.user.id))
    return guest
  }),
  keys.tries("a guest's key and address sent by another guest", '201 | 422 idempotency-key-reused | 409', async a => {
    const key = randomUUID()
    const mine = await a.http(order(a, { ...line(a, {}), email: newEmail() }, { 'idempotency-key': key } as never))
    const other = await a.http(order(a, { ...line(a, {}), email: newEmail() }, { 'idempotency-key': key } as never))
    assert.ok(!other.text.includes(mine.body.email), 'the address of the first guest')
    assert.ok(!other.text.includes(mine.body.order_token), 'the token of the first guest')
    return other
  }),
  keys.asks('a key with another body', '422 idempotency-key-reused', async a => {
    const headers = { ...bearer(a.owner), 'idempotency-key': randomUUID() }
    await a.http(order(a, line(a, {}), headers))
    return order(a, line(a, { quantity: 2 }), headers)
  }),
  ...['x'.repeat(256), ' ', 'schlüssel', 'a b'].map(key =>
    keys.asks(`a key like \`${key.slice(0, 12)}\``, '400 invalid-idempotency-key | 201', a =>
      order(a, line(a, {}), { ...bearer(a.other), 'idempotency-key': key }),
    ),
  ),
  keys.tries('ten at once with one key make one order', '201 | 409 request-in-progress', async a => {
    const stranger = await a.join()
    const headers = { ...bearer(stranger), 'idempotency-key': randomUUID() }
    const answers = await Promise.all(Array.from({ length: 10 }, () => a.http(order(a, line(a, {}), headers))))
    const { body } = await a.http({ path: '/api/orders', headers: bearer(stranger) })
    assert.equal(body.items.length, 1)
    return answers
  }),
]

export const tamperingAttacks = [...bodies, ...tampering, ...forgery, ...abuse]
