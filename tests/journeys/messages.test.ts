import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { type CaughtMail, startTestPlatform, type TestPlatform } from '@shopfleet/testing'

/* What a customer is written to, from the first to the last message: every service, and a real mail server. */

let platform: TestPlatform
let staff: { authorization: string }
let product: api.Product
before(async () => {
  platform = await startTestPlatform({
    services: ['user', 'product', 'inventory', 'cart', 'order', 'payment', 'notification', 'gateway'],
    simulator: true,
    mail: true,
  })
  const { ensureAdministrator } = await import('@shopfleet/user')
  const credentials = { email: 'admin@example.com', password: 'an administrator of the shop' }
  await ensureAdministrator(platform.service('user').ctx, credentials)
  staff = await signIn(credentials)
  const body = { name: `Lantern ${randomUUID()}`, price: 24.5, stock: 20 }
  product = await shop().call(api.createProduct, { body }, staff)
  await platform.drain()
})
after(() => platform?.stop())

const shop = () => platform.client('gateway')
async function signIn(body: { email: string; password: string }) {
  const answer = await shop().call(api.login, { body })
  assert.ok('access_token' in answer)
  return { authorization: `Bearer ${answer.access_token}` }
}
const templateOf = (mail: CaughtMail) => mail.headers['x-shopfleet-template']

test('a customer is welcomed, told of the order at the address of the account, and says no to the rest by a click', async () => {
  const credentials = { email: `ada.${randomUUID()}@example.com`, password: 'correct horse battery' }
  const { email } = credentials
  await shop().call(api.register, { body: { ...credentials, name: 'Ada Lovelace' } })
  const me = await signIn(credentials)
  await platform.drain()
  assert.ok((await platform.mail.sent(email)).map(templateOf).includes('welcome'))

  const order = await shop().call(
    api.placeOrder,
    { body: { items: [{ product_id: product.id, quantity: 1 }], payment_method: 'tok_approve' } },
    { ...me, 'idempotency-key': randomUUID() },
  )
  await platform.drain()
  const confirmation = (await platform.mail.sent(email)).filter(mail => templateOf(mail) === 'order-confirmed')
  assert.equal(confirmation.length, 1)
  // A signed-in customer's link needs no token, so there is none to leak.
  assert.match(confirmation[0]!.text, new RegExp(`/orders/${order.id}\n`))

  const move = (status: api.OrderStatus) =>
    shop().call(api.setOrderStatus, { params: { id: order.id }, body: { status } }, staff)
  await move('shipped')
  await platform.drain()
  const shipped = (await platform.mail.sent(email)).find(mail => templateOf(mail) === 'order-shipped')!
  const { pathname } = new URL(shipped.headers['list-unsubscribe']!.slice(1, -1))
  const page = await fetch(platform.url('gateway') + pathname)
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-security-policy')!, /style-src 'unsafe-inline'; form-action 'self'/)
  const clicked = await fetch(platform.url('gateway') + pathname, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  })
  assert.equal(clicked.status, 200)
  await move('delivered')
  await platform.drain()
  assert.ok(!(await platform.mail.sent(email)).map(templateOf).includes('order-delivered'))

  const { items } = await shop().call(api.listNotifications, { query: { order_id: order.id } }, me)
  assert.deepEqual(
    items.map(one => [one.template, one.status]),
    [
      ['order-delivered', 'dropped'],
      ['order-shipped', 'sent'],
      ['order-confirmed', 'sent'],
    ],
  )
})

test('an order that nobody has is not read for a message', async () => {
  const token = await platform.asService('notification', 'order')
  const none = { params: { id: randomUUID() } }
  assert.equal((await platform.client('order').send(api.readOrder, none, token)).status, 404)
  assert.equal((await shop().send(api.readOrder, none, token)).status, 404, 'nor through the gateway at all')
})
