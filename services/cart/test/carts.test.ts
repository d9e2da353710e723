import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
let client: api.Client
let catalogue: { authorization: string }

before(async () => {
  platform = await startTestPlatform({ services: ['product', 'inventory', 'cart'] })
  client = platform.client('cart')
  catalogue = await platform.asStaff('catalogue')
})
after(() => platform.stop())

const makeProduct = (fields: { price?: number; currency?: string; stock?: number; is_active?: boolean } = {}) =>
  platform
    .client('product')
    .call(api.createProduct, { body: { name: `Lamp ${randomUUID()}`, price: 19.99, stock: 100, ...fields } }, catalogue)
const token = (cart: api.Cart) => ({ 'x-cart-token': cart.cart_token! })
const add = (product: { id: string }, headers: Record<string, string> = {}, quantity?: number) =>
  client.call(api.addCartItem, { body: { product_id: product.id, quantity } }, headers)
const refused = (problem: api.ProblemName) => (error: unknown) =>
  error instanceof api.Problem && error.problem === problem
const pointers = (body: { errors: api.FieldError[] }) => body.errors.map(e => e.pointer).sort()

const linesOf = (cart: api.Cart) => cart.items.map(i => [i.product_id, i.quantity])

test('looking at a cart makes none', async () => {
  const { status, body, headers } = await client.send(api.getCart)
  assert.equal(status, 200)
  assert.deepEqual(body, {
    id: null,
    user_id: null,
    cart_token: null,
    items: [],
    item_count: 0,
    subtotal: 0,
    currency: 'USD',
    coupon: null,
    updated_at: null,
  })
  assert.equal(headers.get('x-cart-token'), null)
  const [row] = await platform.sql('cart')`select count(*)::int as n from carts`
  assert.equal(row!.n, 0)
})

test('the first thing a guest adds makes a cart, and its token opens it again', async () => {
  const lamp = await makeProduct({ price: 0.1, stock: 3 })
  const { status, body, headers } = await client.send(api.addCartItem, { body: { productId: lamp.id, quantity: 3 } })
  assert.equal(status, 201)
  assert.equal(headers.get('x-cart-token'), body.cart_token)
  assert.equal(Buffer.from(body.cart_token, 'base64url').length, 32)
  const { id: _i, ...line } = body.items[0]
  assert.deepEqual(line, {
    product_id: lamp.id,
    sku: lamp.sku,
    slug: lamp.slug,
    name: lamp.name,
    image_url: lamp.image_url,
    quantity: 3,
    price: 0.1,
    currency: 'USD',
    subtotal: 0.3,
    available: true,
    stock_quantity: 3,
  })
  assert.equal(body.subtotal, 0.3)
  assert.equal(body.item_count, 3)
  assert.equal(body.user_id, null)
  const again = await client.send(api.getCart, {}, token(body))
  assert.deepEqual(again.body, body)
  assert.equal(again.headers.get('x-cart-token'), body.cart_token)
})

test('what is added again adds to its line, and no add of many at once is lost', async () => {
  const [lamp, desk] = [await makeProduct(), await makeProduct()]
  const user = await platform.as()
  await Promise.all(Array.from({ length: 12 }, (_, i) => add(i % 3 ? lamp : desk, user, i % 3 ? 2 : 1)))
  const cart = await client.call(api.getCart, {}, user)
  assert.deepEqual(
    new Map(linesOf(cart) as [string, number][]),
    new Map([
      [lamp.id, 16],
      [desk.id, 4],
    ]),
  )
  assert.equal(cart.item_count, 20)
  assert.equal(cart.subtotal, 399.8)
  const guest = await add(lamp)
  await Promise.all(Array.from({ length: 6 }, () => add(lamp, token(guest), 2)))
  assert.deepEqual(linesOf(await client.call(api.getCart, {}, token(guest))), [[lamp.id, 13]])
})

test('one line holds at most 1000, however many add at once', async () => {
  const lamp = await makeProduct()
  const user = await platform.as()
  const answers = await Promise.all(
    Array.from({ length: 5 }, () =>
      client.send(api.addCartItem, { body: { product_id: lamp.id, quantity: 300 } }, user),
    ),
  )
  assert.deepEqual(answers.map(a => a.status).sort(), [201, 201, 201, 400, 400])
  assert.deepEqual(pointers(answers.find(a => a.status === 400)!.body), ['/quantity'])
  assert.deepEqual(linesOf(await add(lamp, user, 100)), [[lamp.id, 1000]])
})

test('a cart holds at most 100 lines, however many add at once', async () => {
  const user_id = randomUUID()
  const user = await platform.as({ user_id })
  const products = [await makeProduct(), await makeProduct(), await makeProduct()]
  const { id } = await add(products[0]!, user)
  await platform.sql('cart')`
    insert into cart_items (cart_id, product_id, quantity) select ${id}, gen_random_uuid(), 1 from generate_series(1, 98)`
  const answers = await Promise.all(
    products.slice(1).map(product => client.send(api.addCartItem, { body: { product_id: product.id } }, user)),
  )
  assert.deepEqual(answers.map(a => a.status).sort(), [201, 400])
  assert.deepEqual(pointers(answers.find(a => a.status === 400)!.body), ['/product_id'])
  const cart = await add(products[0]!, user)
  assert.equal(cart.items.length, 100, 'a full cart still takes more of what it holds')
  assert.equal(cart.items[0]!.quantity, 2)
})

test('what is not in the catalogue or not for sale is refused, and makes no cart', async () => {
  const product_id = randomUUID()
  const user = await platform.as()
  const unknown = await client.send(api.addCartItem, { body: { product_id } }, user)
  assert.deepEqual(
    [unknown.status, unknown.body.type, unknown.body.product_id],
    [422, 'https://shopfleet.dev/problems/unknown-product', product_id],
  )
  await assert.rejects(add(await makeProduct({ is_active: false }), user), refused('not-for-sale'))
  assert.equal((await client.call(api.getCart, {}, user)).id, null)
})

test('bad input names the field', async () => {
  const user_id = randomUUID()
  const user = await platform.as({ user_id })
  const bad = { product_id: 'lamp', quantity: 0, price: 1 }
  const add = await client.send(api.addCartItem, { body: bad })
  assert.equal(add.status, 400)
  assert.deepEqual(pointers(add.body), ['/price', '/product_id', '/quantity'])
  const addFor = await client.send(api.addUserCartItem, { params: { user_id }, body: { quantity: 1001 } }, user)
  assert.equal(addFor.status, 400)
  assert.deepEqual(pointers(addFor.body), ['/product_id', '/quantity'])
  const update = await client.send(api.updateCartItem, { params: { item_id: 'x' }, body: { quantity: 1.5 } })
  assert.deepEqual(pointers(update.body), ['params/item_id'])
  assert.deepEqual(pointers((await client.send(api.mergeCart, { body: { cart_token: 'short' } }, user)).body), [
    '/cart_token',
  ])
  assert.deepEqual(pointers((await client.send(api.getUserCart, { params: { user_id: 'me' } }, user)).body), [
    'params/user_id',
  ])
})

test('a token that is none of ours opens an empty cart, and adding gives out a new one', async () => {
  const lamp = await makeProduct()
  const made_up = { 'x-cart-token': 'a-token-that-somebody-made-up' }
  assert.equal((await client.call(api.getCart, {}, made_up)).id, null)
  assert.equal((await client.send(api.clearCart, {}, made_up)).status, 204)
  const cart = await add(lamp, made_up)
  assert.notEqual(cart.cart_token, made_up['x-cart-token'])
  assert.equal((await client.call(api.getCart, {}, made_up)).id, null)
})

test('a bad access token is refused, not taken for a guest', async () => {
  assert.equal((await client.send(api.getCart, {}, { authorization: 'Bearer nonsense' })).status, 401)
})

test("a signed-in user means their own cart, also with a guest's token", async () => {
  const lamp = await makeProduct()
  const guest = await add(lamp)
  const user_id = randomUUID()
  const both = { ...(await platform.as({ user_id })), ...token(guest) }
  assert.equal((await client.call(api.getCart, {}, both)).id, null)
  const own = await add(lamp, both, 5)
  assert.equal(own.user_id, user_id)
  assert.equal(own.cart_token, null)
  assert.notEqual(own.id, guest.id)
  assert.deepEqual(linesOf(await client.call(api.getCart, {}, token(guest))), [[lamp.id, 1]])
})

test('lines are changed and removed by their owner; for anyone else they do not exist', async () => {
  const [lamp, desk] = [await makeProduct(), await makeProduct()]
  const guest = await add(lamp)
  const headers = token(guest)
  await add(desk, headers)
  const item_id = guest.items[0]!.id
  const changed = await client.call(api.updateCartItem, { params: { item_id }, body: { quantity: 7 } }, headers)
  assert.deepEqual(linesOf(changed), [
    [lamp.id, 7],
    [desk.id, 1],
  ])

  const withoutIds = ({ correlation_id: _, instance: __, ...body }: api.ProblemBody) => body
  const absent = { item_id: randomUUID() }
  for (const stranger of [await platform.as(), token(await add(lamp)), {}]) {
    for (const params of [{ item_id }, absent]) {
      const update = await client.send(api.updateCartItem, { params, body: { quantity: 1 } }, stranger)
      const remove = await client.send(api.removeCartItem, { params }, stranger)
      assert.deepEqual([update.status, remove.status], [404, 404])
      assert.deepEqual(withoutIds(update.body), withoutIds(remove.body))
    }
  }
  assert.deepEqual(linesOf(await client.call(api.removeCartItem, { params: { item_id } }, headers)), [[desk.id, 1]])
  assert.equal((await client.send(api.removeCartItem, { params: { item_id } }, headers)).status, 404)
  assert.equal((await client.send(api.clearCart, {}, headers)).status, 204)
  const empty = await client.call(api.getCart, {}, headers)
  assert.deepEqual([empty.id, empty.items], [guest.id, []])
})

test('what cannot be bought stays in the cart as not available, and what is not for sale is not in the subtotal', async () => {
  const [lamp, rare, hidden, gone, foreign] = [
    await makeProduct({ price: 10 }),
    await makeProduct({ price: 1, stock: 2 }),
    await makeProduct(),
    await makeProduct(),
    await makeProduct({ currency: 'EUR' }),
  ]
  const user = await platform.as()
  await add(lamp, user, 2)
  await add(rare, user, 3)
  for (const product of [hidden, gone, foreign]) await add(product, user)
  const product = platform.client('product')
  await product.call(api.updateProduct, { params: { id: hidden.id }, body: { is_active: false } }, catalogue)
  await product.call(api.deleteProduct, { params: { id: gone.id } }, catalogue)
  const cart = await client.call(api.getCart, {}, user)
  assert.deepEqual(
    cart.items.map(i => [i.product_id, i.available, i.price, i.currency]),
    [
      [lamp.id, true, 10, 'USD'],
      [rare.id, false, 1, 'USD'],
      [hidden.id, false, 19.99, 'USD'],
      [gone.id, false, 0, 'USD'],
      [foreign.id, false, 19.99, 'EUR'],
    ],
  )
  assert.equal(cart.items[3]!.name, null)
  assert.deepEqual([cart.subtotal, cart.currency], [23, 'USD'])
})

test("merging moves the guest's lines into the user's cart once, however often it is repeated", async () => {
  const [lamp, desk] = [await makeProduct(), await makeProduct()]
  const user = await platform.as()
  await add(lamp, user, 400)
  const guest = await add(lamp, {}, 700)
  await add(desk, token(guest), 2)
  const body = { cart_token: guest.cart_token! }
  const merges = await Promise.all([1, 2, 3].map(() => client.call(api.mergeCart, { body }, user)))
  const merged = await client.call(api.getCart, {}, user)
  for (const cart of [...merges, await client.call(api.mergeCart, { body }, user)]) {
    assert.deepEqual(linesOf(cart), linesOf(merged))
  }
  assert.deepEqual(linesOf(merged), [
    [lamp.id, 1000],
    [desk.id, 2],
  ])
  assert.equal((await client.call(api.getCart, {}, token(guest))).id, null, 'the guest cart is gone')
  const late = await client.call(api.mergeCart, { body }, await platform.as())
  assert.equal(late.id, null, 'nobody else gets it')
})

test('merging more lines than a cart holds keeps the oldest that fit', async () => {
  const lamp = await makeProduct()
  const user = await platform.as()
  const own = await add(lamp, user)
  const guest = await add(lamp)
  const sql = platform.sql('cart')
  for (const id of [own.id, guest.id]) {
    await sql`insert into cart_items (cart_id, product_id, quantity) select ${id}, gen_random_uuid(), 1 from generate_series(1, 60)`
  }
  const merged = await client.call(api.mergeCart, { body: { cart_token: guest.cart_token! } }, user)
  assert.equal(merged.items.length, 100)
  assert.deepEqual(linesOf(merged)[0], [lamp.id, 2])
})

test("a user's cart is seen and changed by the user and by staff, and does not exist for others", async () => {
  const lamp = await makeProduct()
  const user_id = randomUUID()
  const own = await platform.as({ user_id })
  const staff = await platform.asStaff('orders')
  const params = { user_id }
  const cart = await client.call(api.addUserCartItem, { params, body: { product_id: lamp.id } }, own)
  const more = await client.call(api.addUserCartItem, { params, body: { product_id: lamp.id, quantity: 2 } }, staff)
  assert.deepEqual([more.id, linesOf(more)], [cart.id, [[lamp.id, 3]]])
  assert.deepEqual(await client.call(api.getCart, {}, own), more)
  assert.deepEqual(await client.call(api.getUserCart, { params }, staff), more)
  const item_id = cart.items[0]!.id
  for (const stranger of [await platform.as(), await platform.asStaff('catalogue')]) {
    assert.equal((await client.send(api.getUserCart, { params }, stranger)).status, 404)
    assert.equal(
      (await client.send(api.addUserCartItem, { params, body: { product_id: lamp.id } }, stranger)).status,
      404,
    )
    assert.equal((await client.send(api.removeUserCartItem, { params: { user_id, item_id } }, stranger)).status, 404)
  }
  assert.equal((await client.send(api.getUserCart, { params })).status, 401)
  const unknown = { params, body: { product_id: randomUUID() } }
  assert.equal((await client.send(api.addUserCartItem, unknown, staff)).status, 422)
  const hidden = { params, body: { product_id: (await makeProduct({ is_active: false })).id } }
  assert.equal((await client.send(api.addUserCartItem, hidden, own)).status, 409)
  const removed = await client.call(api.removeUserCartItem, { params: { user_id, item_id } }, staff)
  assert.deepEqual(removed.items, [])
})

test('tokens are kept only as hashes', async () => {
  const { cart_token } = await add(await makeProduct())
  const rows = await platform.sql(
    'cart',
  )`select encode(token_hash, 'escape') as kept from carts where token_hash is not null`
  assert.ok(rows.length > 0 && rows.every(row => !row.kept.includes(cart_token)))
})

// The last one: it takes the catalogue away.
test('while the catalogue does not answer, a cart with lines is unavailable and an empty one is shown', async () => {
  const lamp = await makeProduct()
  const user = await platform.as()
  await add(lamp, user)
  await platform.service('product').stop()
  const { status, headers, body } = await client.send(api.getCart, {}, user)
  assert.deepEqual([status, body.type], [503, 'https://shopfleet.dev/problems/unavailable'])
  assert.ok(Number(headers.get('retry-after')) >= 1)
  assert.equal((await client.send(api.addCartItem, { body: { product_id: lamp.id } }, user)).status, 503)
  assert.equal((await client.send(api.getCart)).status, 200)
})
