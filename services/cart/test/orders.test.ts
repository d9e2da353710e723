import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
let client: api.Client
let order: { 'x-service-token': string }
let lamp: api.Product

before(async () => {
  platform = await startTestPlatform({ services: ['product', 'inventory', 'cart'] })
  client = platform.client('cart')
  order = await platform.asService('order', 'cart')
  const body = { name: 'Lamp', price: 19.99, stock: 100 }
  lamp = await platform.client('product').call(api.createProduct, { body }, await platform.asStaff('catalogue'))
})
after(() => platform.stop())

const add = (headers: Record<string, string> = {}, quantity = 1) =>
  client.call(api.addCartItem, { body: { product_id: lamp.id, quantity } }, headers)
const token = (cart: api.Cart) => ({ 'x-cart-token': cart.cart_token! })
const read = (cart_id: string, owner: { user_id?: string; cart_token?: string }) =>
  client.send(api.readCartForOrder, { params: { cart_id }, body: { user_id: null, cart_token: null, ...owner } }, order)
const message = (event: api.EventType, aggregate_id: string, payload: object): api.EventMessage => ({
  id: randomUUID(),
  name: event.name,
  version: event.version,
  service: event.service,
  aggregate_id,
  payload,
  correlation_id: 'test',
  traceparent: null,
  occurred_at: new Date().toISOString(),
})
const about = (event: api.EventType, cart_id: string | null) => {
  const order_id = randomUUID()
  return message(event, order_id, { order_id, cart_id })
}
const hear = (...messages: api.EventMessage[]) => platform.service('cart').deliver(messages)

test('the order service reads the lines of a cart for its owner only', async () => {
  const user_id = randomUUID()
  const own = await add(await platform.as({ user_id }), 2)
  const guest = await add({}, 3)
  const lines = (cart: api.Cart, quantity: number) => ({
    cart_id: cart.id,
    items: [{ product_id: lamp.id, quantity }],
    coupon_code: null,
  })
  assert.deepEqual((await read(own.id!, { user_id })).body, lines(own, 2))
  assert.deepEqual((await read(guest.id!, { cart_token: guest.cart_token! })).body, lines(guest, 3))
  const strangers = [
    read(own.id!, { user_id: randomUUID() }),
    read(own.id!, { cart_token: guest.cart_token! }),
    read(guest.id!, { user_id }),
    read(guest.id!, {}),
    read(randomUUID(), { user_id }),
  ]
  for (const { status, body } of await Promise.all(strangers)) {
    assert.deepEqual([status, body.type], [404, 'https://shopfleet.dev/problems/not-found'])
  }
})

test('only another service may read a cart in this way', async () => {
  const guest = await add()
  const input = { params: { cart_id: guest.id }, body: { user_id: null, cart_token: guest.cart_token } }
  assert.equal((await client.send(api.readCartForOrder, input)).status, 401)
  assert.equal((await client.send(api.readCartForOrder, input, await platform.asStaff('orders'))).status, 401)
  assert.equal(
    (await client.send(api.readCartForOrder, input, await platform.asService('order', 'product'))).status,
    401,
  )
  const bad = await client.send(api.readCartForOrder, { params: input.params, body: { user_id: 'me' } }, order)
  assert.equal(bad.status, 400)
  assert.deepEqual(bad.body.errors.map((e: api.FieldError) => e.pointer).sort(), ['/cart_token', '/user_id'])
})

for (const event of [api.orderReserved, api.orderPaid]) {
  test(`${event.name}, heard twice, closes the cart: it is not ordered again, and the next add starts a new one`, async () => {
    const user_id = randomUUID()
    const user = await platform.as({ user_id })
    const [own, guest] = [await add(user, 2), await add({}, 2)]
    const heard = [about(event, own.id), about(event, guest.id), about(event, null)]
    await hear(...heard, ...heard)

    for (const [cart, headers, owner] of [
      [own, user, { user_id }],
      [guest, token(guest), { cart_token: guest.cart_token! }],
    ] as const) {
      const { status, body } = await read(cart.id!, owner)
      assert.deepEqual([status, body.type], [409, 'https://shopfleet.dev/problems/cart-ordered'])
      assert.equal((await client.call(api.getCart, {}, headers)).id, null)
      const params = { item_id: cart.items[0]!.id }
      assert.equal((await client.send(api.updateCartItem, { params, body: { quantity: 9 } }, headers)).status, 404)
      const next = await add(headers)
      assert.notEqual(next.id, cart.id)
      assert.equal(next.cart_token, cart.cart_token, 'a guest keeps the token')
      assert.equal(next.items[0]!.quantity, 1)
      await hear(...heard)
      assert.equal((await client.call(api.getCart, {}, headers)).id, next.id)
    }
  })
}

for (const event of [api.orderReserved, api.orderPaid]) {
  test(`what is added between an order and ${event.name}, heard twice, stays in the cart of whoever added it`, async () => {
    const body = { name: 'Vase', price: 12, stock: 10 }
    const vase = await platform.client('product').call(api.createProduct, { body }, await platform.asStaff('catalogue'))
    const user = await platform.as({ user_id: randomUUID() })
    const [own, guest] = [await add(user, 2), await add({}, 2)]
    for (const [cart, headers] of [
      [own, user],
      [guest, token(guest)],
    ] as const) {
      const order_id = randomUUID()
      const items = [{ product_id: lamp.id, quantity: 2, price_minor: 1999 }]
      const ordered = message(event, order_id, { order_id, cart_id: cart.id, items })
      await add(headers, 3)
      await client.call(api.addCartItem, { body: { product_id: vase.id, quantity: 1 } }, headers)
      await hear(ordered, ordered)
      const next = await client.call(api.getCart, {}, headers)
      assert.notEqual(next.id, cart.id)
      assert.deepEqual(
        next.items.map(item => [item.product_id, item.quantity]).sort(),
        [
          [lamp.id, 3],
          [vase.id, 1],
        ].sort(),
      )
      const kept = await platform.sql('cart')`select product_id, quantity from cart_items where cart_id = ${cart.id}`
      assert.deepEqual([...kept], [{ product_id: lamp.id, quantity: 2 }])
    }
  })
}

test('a cart that was merged cannot be ordered', async () => {
  const guest = await add()
  const user = await platform.as()
  await client.call(api.mergeCart, { body: { cart_token: guest.cart_token! } }, user)
  await hear(about(api.orderPaid, guest.id))
  assert.equal((await read(guest.id!, { cart_token: guest.cart_token! })).status, 404)
})

test('adds that race with the order lose nothing: each is in the cart that was ordered or in the next', async () => {
  const user_id = randomUUID()
  const user = await platform.as({ user_id })
  const first = await add(user)
  await Promise.all([...Array.from({ length: 6 }, () => add(user)), hear(about(api.orderReserved, first.id))])
  const [row] = await platform.sql('cart')`
    select sum(quantity)::int as units, count(distinct cart_id) filter (where status = 'open')::int as open
    from cart_items join carts on carts.id = cart_id where user_id = ${user_id}`
  assert.equal(row!.units, 7)
  assert.ok(row!.open <= 1)
})

test('the carts of a person who is erased are deleted, and no one else’s', async () => {
  const user_id = randomUUID()
  const [user, other] = [await platform.as({ user_id }), await platform.as()]
  const first = await add(user)
  await hear(about(api.orderPaid, first.id))
  await add(user)
  const kept = await add(other)
  const erased = message(api.userErased, user_id, { user_id })
  await hear(erased, erased)
  const sql = platform.sql('cart')
  assert.equal((await sql`select 1 from carts where user_id = ${user_id}`).count, 0)
  assert.equal((await client.call(api.getCart, {}, other)).id, kept.id)
})

test('carts of guests and ordered carts nobody came back to are deleted, open carts of users stay', async () => {
  const [user, buyer] = [await platform.as(), await platform.as()]
  const [idle, fresh, own, ordered] = [await add(), await add(), await add(user), await add(buyer)]
  await hear(about(api.orderPaid, ordered.id))
  const sql = platform.sql('cart')
  await sql`update carts set updated_at = now() - interval '61 days' where id in ${sql([idle.id, own.id, ordered.id])}`
  await sql`update carts set updated_at = now() - interval '59 days' where id = ${fresh.id}`
  await platform.drain()
  const left = await sql`select id from carts where id in ${sql([idle.id, fresh.id, own.id, ordered.id])} order by id`
  assert.deepEqual(
    left.map(row => row.id),
    [fresh.id, own.id].sort(),
  )
})
