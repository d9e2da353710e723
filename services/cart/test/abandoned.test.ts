import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { tellAbandoned } from '../src/abandoned-store.ts'

/* Carts that customers leave behind, and that this is said of each once. */

let platform: TestPlatform
let client: api.Client
let lamp: api.Product
let notification: { 'x-service-token': string }
before(async () => {
  platform = await startTestPlatform({ services: ['product', 'inventory', 'cart'] })
  client = platform.client('cart')
  notification = await platform.asService('notification', 'cart')
  const body = { name: 'Lamp', price: 19.99, stock: 100 }
  lamp = await platform.client('product').call(api.createProduct, { body }, await platform.asStaff('catalogue'))
})
after(() => platform?.stop())

const hours = 3600
const sql = () => platform.sql('cart')
const look = () => tellAbandoned(sql(), 4 * hours, 500)
const add = (headers: Record<string, string>) =>
  client.call(api.addCartItem, { body: { product_id: lamp.id, quantity: 2 } }, headers)
async function aCustomer() {
  const user_id = randomUUID()
  const headers = await platform.as({ user_id })
  const cart = await add(headers)
  return { user_id, headers, cart_id: cart.id! }
}
/** As if nobody had touched the cart, and nobody looked at it, for so long. */
const leave = (cart_id: string, hours_ago = 5) => sql()`
  update carts set updated_at = now() - make_interval(hours => ${hours_ago}), watch_at = now() where id = ${cart_id}`
const watched = async (cart_id: string) =>
  (
    await sql()`
    select watch_at::text, watch_at = 'infinity' as is_told, watch_at - updated_at = interval '4 hours' as is_put_off
    from carts where id = ${cart_id}`
  )[0]!
async function said(cart_id: string) {
  await platform.drain()
  const all = await platform.said('cart')
  return all.filter(one => one.name === api.cartAbandoned.name && one.aggregate_id === cart_id)
}

test('a cart a customer left behind is told of once, however many look and however often', async () => {
  const { cart_id, user_id } = await aCustomer()
  await leave(cart_id)
  await Promise.all([look(), look(), look()])
  await look()
  const [one, ...others] = await said(cart_id)
  assert.deepEqual(others, [])
  const { left_at, ...payload } = one!.payload as api.PayloadOf<typeof api.cartAbandoned>
  assert.deepEqual(payload, { cart_id, user_id })
  assert.ok(Math.abs(Date.now() - Date.parse(left_at) - 5 * hours * 1000) < 600_000)
})

test('whoever looks and does not get to the end has said nothing, and the next one says it', async () => {
  const { cart_id } = await aCustomer()
  await leave(cart_id)
  const cut = transaction(sql(), async tx => {
    assert.ok((await tellAbandoned(tx, 4 * hours, 500)) > 0)
    throw new Error('killed')
  })
  await assert.rejects(cut, /killed/)
  assert.deepEqual(await said(cart_id).then(all => all.length), 1)
})

test('a cart that was touched since is looked at again when it has been left for so long', async () => {
  const { cart_id, headers } = await aCustomer()
  await leave(cart_id, 1)
  await look()
  assert.ok((await watched(cart_id)).is_put_off)
  const before = await watched(cart_id)
  await add(headers)
  assert.equal((await watched(cart_id)).watch_at, before.watch_at, 'filling a cart touches no index for it')
  assert.deepEqual(await said(cart_id), [])
})

test('a cart that was told of is not told of again, whatever is put into it; the next one is', async () => {
  const { cart_id, headers } = await aCustomer()
  await leave(cart_id)
  await look()
  await add(headers)
  await sql()`update carts set updated_at = now() - interval '9 hours' where id = ${cart_id}`
  await look()
  assert.equal((await said(cart_id)).length, 1)

  const order_id = randomUUID()
  await platform.service('cart').deliver([
    {
      ...{ id: randomUUID(), name: api.orderPaid.name, version: api.orderPaid.version, service: 'order' as const },
      ...{ aggregate_id: order_id, payload: { order_id, cart_id }, correlation_id: 'test', traceparent: null },
      occurred_at: new Date().toISOString(),
    },
  ])
  const next = await add(headers)
  await leave(next.id!)
  await look()
  assert.equal((await said(next.id!)).length, 1)
})

test('nobody is told of a guest’s cart, an empty one, or one that was ordered', async () => {
  const guest = await add({})
  await leave(guest.id!)
  const empty = await aCustomer()
  await client.call(api.clearCart, {}, empty.headers)
  await leave(empty.cart_id)
  const ordered = await aCustomer()
  await leave(ordered.cart_id)
  await sql()`update carts set status = 'ordered' where id = ${ordered.cart_id}`
  await look()
  for (const id of [guest.id!, empty.cart_id, ordered.cart_id]) assert.deepEqual(await said(id), [])

  assert.equal((await watched(empty.cart_id)).watch_at, null, 'nobody looks at an empty cart again')
  await add(empty.headers)
  await leave(empty.cart_id)
  await look()
  assert.equal((await said(empty.cart_id)).length, 1, 'until something is put into it')
})

test('a cart that comes together at sign-in is watched too', async () => {
  const guest = await add({})
  const headers = await platform.as({ user_id: randomUUID() })
  await client.call(api.addCartItem, { body: { product_id: lamp.id } }, headers)
  await client.call(api.clearCart, {}, headers)
  await look()
  const merged = await client.call(api.mergeCart, { body: { cart_token: guest.cart_token! } }, headers)
  assert.notEqual((await watched(merged.id!)).watch_at, null)
})

test('the notification service reads what is still in such a cart, with the prices of now; nobody else does', async () => {
  const { cart_id, user_id, headers } = await aCustomer()
  const read = (who: Record<string, string>, id = cart_id) =>
    client.send(api.readAbandonedCart, { params: { cart_id: id } }, who)
  const answer = await read(notification)
  assert.equal(answer.status, 200)
  const cart = answer.body as api.Cart
  assert.deepEqual([cart.user_id, cart.subtotal, cart.items[0]!.name], [user_id, 39.98, 'Lamp'])
  const guest = await add({})
  for (const id of [guest.id!, randomUUID()]) assert.equal((await read(notification, id)).status, 404)
  assert.equal((await read(await platform.asService('order', 'cart'))).status, 403)
  assert.equal((await read(headers)).status, 401)
  await client.call(api.clearCart, {}, headers)
  assert.equal((await read(notification)).status, 404)
})
