import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

let platform: TestPlatform
let client: api.Client
let catalogue: { authorization: string }

type Headers = Record<string, string>

before(async () => {
  platform = await startTestPlatform({ services: ['product', 'inventory', 'cart'] })
  client = platform.client('cart')
  catalogue = await platform.asStaff('catalogue')
})
after(() => platform.stop())

const makeProduct = (fields: { price?: number; currency?: string; stock?: number } = {}) =>
  platform
    .client('product')
    .call(api.createProduct, { body: { name: `Lamp ${randomUUID()}`, price: 19.99, stock: 100, ...fields } }, catalogue)
const token = (cart: api.Cart) => ({ 'x-cart-token': cart.cart_token! })
const add = (product: { id: string }, headers: Headers = {}, quantity?: number) =>
  client.call(api.addCartItem, { body: { product_id: product.id, quantity } }, headers)
const lineOf = (cart: api.Cart, product: { id: string }) => cart.items.find(i => i.product_id === product.id)!.id
const save = (item_id: string, headers: Headers) => client.call(api.saveCartItem, { params: { item_id } }, headers)
const move = (item_id: string, headers: Headers) => client.call(api.moveSavedItem, { params: { item_id } }, headers)
const saved = async (headers: Headers) => (await client.call(api.listSavedItems, {}, headers)).items
const quantities = (items: api.CartItem[]) => items.map(i => [i.product_id, i.quantity])
const fill = (user_id: string, n: number) => platform.sql('cart')`
  insert into saved_items (user_id, product_id, quantity) select ${user_id}, gen_random_uuid(), 1 from generate_series(1, ${n})`
const hear = (event: api.EventType, aggregate_id: string, payload: object) => {
  const message: api.EventMessage = {
    id: randomUUID(),
    name: event.name,
    version: event.version,
    service: event.service,
    aggregate_id,
    payload,
    correlation_id: 'test',
    traceparent: null,
    occurred_at: new Date().toISOString(),
  }
  return platform.service('cart').deliver([message, message])
}

for (const who of ['guest', 'customer']) {
  test(`a ${who} puts a line aside and back again`, async () => {
    const [lamp, desk] = [await makeProduct({ price: 0.1, stock: 3 }), await makeProduct()]
    const first = await add(lamp, who === 'guest' ? {} : await platform.as(), 2)
    const me = who === 'guest' ? token(first) : await platform.as({ user_id: first.user_id! })
    const cart = await add(desk, me)
    assert.deepEqual(await saved(me), [])

    const { status, body, headers } = await client.send(
      api.saveCartItem,
      { params: { item_id: lineOf(cart, lamp) } },
      me,
    )
    assert.equal(status, 200)
    assert.equal(headers.get('x-cart-token'), cart.cart_token)
    assert.deepEqual(quantities(body.items), [[desk.id, 1]])
    const [item, ...others] = await saved(me)
    assert.deepEqual(others, [])
    assert.deepEqual(item, {
      id: item!.id,
      product_id: lamp.id,
      sku: lamp.sku,
      slug: lamp.slug,
      name: lamp.name,
      image_url: lamp.image_url,
      quantity: 2,
      price: 0.1,
      currency: 'USD',
      subtotal: 0.2,
      available: true,
      stock_quantity: 3,
    })

    const back = await client.send(api.moveSavedItem, { params: { item_id: item!.id } }, me)
    assert.equal(back.status, 200)
    assert.equal(back.headers.get('x-cart-token'), cart.cart_token)
    assert.deepEqual(quantities(back.body.items), [
      [desk.id, 1],
      [lamp.id, 2],
    ])
    assert.deepEqual(await saved(me), [])
  })
}

test('the newest comes first, and what is saved again becomes more of it, up to 1000', async () => {
  const [lamp, desk] = [await makeProduct(), await makeProduct()]
  const user = await platform.as()
  await save(lineOf(await add(lamp, user, 700), lamp), user)
  await save(lineOf(await add(desk, user), desk), user)
  await save(lineOf(await add(lamp, user, 400), lamp), user)
  assert.deepEqual(quantities(await saved(user)), [
    [desk.id, 1],
    [lamp.id, 1000],
  ])
  await add(lamp, user, 1)
  const cart = await move((await saved(user))[1]!.id, user)
  assert.deepEqual(quantities(cart.items), [[lamp.id, 1000]])
})

test('pressed many times at once, a line is moved once, there and back', async () => {
  const lamp = await makeProduct()
  const user = await platform.as()
  const item_id = lineOf(await add(lamp, user, 3), lamp)
  const there = await Promise.all(
    Array.from({ length: 5 }, () => client.send(api.saveCartItem, { params: { item_id } }, user)),
  )
  assert.deepEqual(there.map(a => a.status).sort(), [200, 404, 404, 404, 404])
  const [item] = await saved(user)
  assert.equal(item!.quantity, 3)
  const back = await Promise.all(
    Array.from({ length: 5 }, () => client.send(api.moveSavedItem, { params: { item_id: item!.id } }, user)),
  )
  assert.deepEqual(back.map(a => a.status).sort(), [200, 404, 404, 404, 404])
  assert.deepEqual(quantities((await client.call(api.getCart, {}, user)).items), [[lamp.id, 3]])
})

test('saving and moving back that race lose nothing and add nothing', async () => {
  const lamp = await makeProduct()
  const user = await platform.as()
  await save(lineOf(await add(lamp, user, 5), lamp), user)
  for (let round = 0; round < 10; round++) {
    const cart = await add(lamp, user)
    const [[item], line] = [await saved(user), lineOf(cart, lamp)]
    const params = { item_id: line }
    const moves = [client.send(api.saveCartItem, { params }, user)]
    if (item) moves.push(client.send(api.moveSavedItem, { params: { item_id: item.id } }, user))
    for (const { status } of await Promise.all(moves)) assert.ok(status === 200 || status === 404)
    const [[left], { items }] = [await saved(user), await client.call(api.getCart, {}, user)]
    assert.equal((left?.quantity ?? 0) + (items[0]?.quantity ?? 0), 6 + round)
  }
})

test('at most 100 products are saved, however many come at once; the line that does not fit stays in the cart', async () => {
  const user_id = randomUUID()
  const user = await platform.as({ user_id })
  const [lamp, desk] = [await makeProduct(), await makeProduct()]
  await fill(user_id, 99)
  await add(lamp, user)
  const cart = await add(desk, user)
  const answers = await Promise.all(
    cart.items.map(item => client.send(api.saveCartItem, { params: { item_id: item.id } }, user)),
  )
  assert.deepEqual(answers.map(a => a.status).sort(), [200, 400])
  const errors = answers.find(a => a.status === 400)!.body.errors as api.FieldError[]
  assert.deepEqual(errors, [{ pointer: 'params/item_id', detail: 'at most 100 products are saved for later' }])
  assert.equal((await saved(user)).length, 100)
  assert.equal((await client.call(api.getCart, {}, user)).items.length, 1)
})

test('what does not fit into a full cart stays saved', async () => {
  const lamp = await makeProduct()
  const user = await platform.as()
  const { id } = await add(lamp, user)
  await platform.sql('cart')`
    insert into cart_items (cart_id, product_id, quantity) select ${id}, gen_random_uuid(), 1 from generate_series(1, 99)`
  const [item] = await save(lineOf(await client.call(api.getCart, {}, user), lamp), user).then(() => saved(user))
  await add(await makeProduct(), user)
  const { status } = await client.send(api.moveSavedItem, { params: { item_id: item!.id } }, user)
  assert.equal(status, 400)
  assert.deepEqual(
    (await saved(user)).map(i => i.id),
    [item!.id],
  )
})

test("other people's lines and lists do not exist", async () => {
  const lamp = await makeProduct()
  const me = token(await add(lamp))
  await save(lineOf(await client.call(api.getCart, {}, me), lamp), me)
  const [item] = await saved(me)
  const line = lineOf(await add(lamp, me), lamp)
  for (const stranger of [await platform.as(), token(await add(lamp)), {}, { 'x-cart-token': 'made up by somebody' }]) {
    assert.deepEqual(await saved(stranger), [])
    assert.equal((await client.send(api.saveCartItem, { params: { item_id: line } }, stranger)).status, 404)
    const params = { item_id: item!.id }
    assert.equal((await client.send(api.moveSavedItem, { params }, stranger)).status, 404)
    assert.equal((await client.send(api.removeSavedItem, { params }, stranger)).status, 404)
  }
  assert.equal((await saved(me)).length, 1)
  assert.equal((await client.send(api.removeSavedItem, { params: { item_id: item!.id } }, me)).status, 204)
  assert.deepEqual(await saved(me), [])
  assert.equal((await client.send(api.removeSavedItem, { params: { item_id: item!.id } }, me)).status, 404)
})

test('what cannot be bought is still shown, and says so', async () => {
  const [few, gone, foreign] = [
    await makeProduct({ stock: 2 }),
    await makeProduct(),
    await makeProduct({ currency: 'EUR' }),
  ]
  const user = await platform.as()
  for (const product of [few, gone, foreign]) {
    await save(lineOf(await add(product, user, product === few ? 3 : 1), product), user)
  }
  await platform.client('product').call(api.deleteProduct, { params: { id: gone.id } }, catalogue)
  assert.deepEqual(
    (await saved(user)).map(i => [i.product_id, i.available, i.stock_quantity, i.currency]),
    [
      [foreign.id, true, 100, 'EUR'],
      [gone.id, false, 0, 'USD'],
      [few.id, false, 2, 'USD'],
    ],
  )
})

test('signing in brings along what a guest saved, once, also after the cart was ordered', async () => {
  const [lamp, desk] = [await makeProduct(), await makeProduct()]
  const user = await platform.as()
  await save(lineOf(await add(lamp, user, 600), lamp), user)
  const guest = await add(lamp, {}, 600)
  const me = token(guest)
  await save(lineOf(guest, lamp), me)
  await save(lineOf(await add(desk, me), desk), me)
  await hear(api.orderPaid, randomUUID(), { order_id: randomUUID(), cart_id: guest.id })
  assert.equal((await saved(me)).length, 2, 'an order is no reason to forget')

  const body = { cart_token: guest.cart_token! }
  await Promise.all([1, 2, 3].map(() => client.call(api.mergeCart, { body }, user)))
  const mine = await saved(user)
  assert.deepEqual(new Map(quantities(mine) as [string, number][]), new Map([[lamp.id, 1000], [desk.id, 1]])) // biome-ignore format: a pair a product
  assert.deepEqual(await saved(me), [])
  const other = await platform.as()
  await client.call(api.mergeCart, { body }, other)
  assert.deepEqual(await saved(other), [], 'nobody else gets it')
})

test('signing in with more than fits keeps what there is and the newest that fit', async () => {
  const user_id = randomUUID()
  const user = await platform.as({ user_id })
  const [old, lamp] = [await makeProduct(), await makeProduct()]
  await fill(user_id, 99)
  const me = token(await add(old))
  for (const product of [old, lamp]) await save(lineOf(await add(product, me), product), me)
  await client.call(api.mergeCart, { body: { cart_token: me['x-cart-token'] } }, user)
  const ids = (await saved(user)).map(i => i.product_id)
  assert.equal(ids.length, 100)
  assert.deepEqual([ids.includes(lamp.id), ids.includes(old.id)], [true, false])
})

test('what a person saved is exported, and deleted with them; no one else’s is', async () => {
  const lamp = await makeProduct()
  const user_id = randomUUID()
  const [user, other] = [await platform.as({ user_id }), await platform.as()]
  for (const who of [user, other]) await save(lineOf(await add(lamp, who, 2), lamp), who)
  const { exportPersonalData } = api.personalData('cart')
  const asUser = await platform.asService('user', 'cart')
  const exported = async () => {
    const all = await client.call(exportPersonalData, { params: { user_id } }, asUser)
    return (all.saved as { product_id: string; quantity: number }[]).map(i => [i.product_id, i.quantity])
  }
  assert.deepEqual(await exported(), [[lamp.id, 2]])
  await hear(api.userErased, user_id, { user_id })
  assert.deepEqual(await exported(), [])
  assert.equal((await saved(other)).length, 1)
})

test('what a guest saved goes with the last of their carts, not before; what a customer saved stays', async () => {
  const lamp = await makeProduct()
  const user = await platform.as()
  const [gone, back] = [await add(lamp), await add(lamp)]
  for (const who of [token(gone), token(back), user]) await save(lineOf(await add(lamp, who), lamp), who)
  const sql = platform.sql('cart')
  await sql`update saved_items set created_at = now() - interval '61 days'`
  await sql`update carts set updated_at = now() - interval '61 days' where id = ${gone.id}`
  // The carts' sweep may come after the one of what was saved.
  await platform.drain()
  await platform.drain()
  assert.deepEqual(await saved(token(gone)), [])
  assert.equal((await saved(token(back))).length, 1)
  assert.equal((await saved(user)).length, 1)
})

test('bad input names the field, and a bad access token is refused', async () => {
  for (const operation of [api.saveCartItem, api.moveSavedItem, api.removeSavedItem]) {
    const bad = await client.send(operation, { params: { item_id: 'lamp' } })
    assert.deepEqual([bad.status, bad.body.errors[0].pointer], [400, 'params/item_id'])
  }
  assert.equal((await client.send(api.listSavedItems, {}, { authorization: 'Bearer nonsense' })).status, 401)
})

// The last one: it takes the catalogue away.
test('while the catalogue does not answer, a list with something in it is unavailable and an empty one is shown', async () => {
  const lamp = await makeProduct()
  const user = await platform.as()
  await save(lineOf(await add(lamp, user), lamp), user)
  await platform.service('product').stop()
  assert.equal((await client.send(api.listSavedItems, {}, user)).status, 503)
  assert.deepEqual(await saved(await platform.as()), [])
})
