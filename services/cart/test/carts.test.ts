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

const makeProduct = (fields: { price?: number; currency?: string; stock?: number } = {}) =>
  platform
    .client('product')
    .call(api.createProduct, { body: { name: `Lamp ${randomUUID()}`, price: 19.99, stock: 100, ...fields } }, catalogue)
const token = (cart: api.Cart) => ({ 'x-cart-token': cart.cart_token! })
const add = (product: { id: string }, headers: Record<string, string> = {}, quantity?: number) =>
  client.call(api.addCartItem, { body: { product_id: product.id, quantity } }, headers)
const refused = (problem: api.ProblemName) => (error: unknown) => error instanceof api.Problem && error.problem === problem
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
  })
  assert.equal(body.subtotal, 0.3)
  assert.equal(body.item_count, 3)
  assert.equal(body.user_id, null)
  const again = await client.send(api.getCart, {}, token(body))
  assert.deepEqual(again.body, body)
  assert.equal(again.headers.get('x-cart-token'), body.cart_token)
})
