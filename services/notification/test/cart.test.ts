import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ensureAdministrator } from '@shopfleet/user'
import { createBrowser, decrypt, startOutside } from './outside.ts'

/* From a cart that was left behind to a reminder: carts, the catalogue and a real mail server. */

let push: Awaited<ReturnType<typeof startOutside>>
let platform: TestPlatform
let staff: { authorization: string }
let pot: api.Product
before(async () => {
  push = await startOutside()
  platform = await startTestPlatform({
    services: ['user', 'product', 'inventory', 'cart', 'notification'],
    mail: true,
    env: { PUSH_HOSTS: '127.0.0.1' },
  })
  const credentials = { email: 'admin@example.com', password: 'an administrator of the shop' }
  await ensureAdministrator(platform.service('user').ctx, credentials)
  const { access_token } = await platform.client('user').call(api.login, { body: credentials })
  staff = { authorization: `Bearer ${access_token}` }
  const body = { name: 'Teapot <iron>', price: 20, stock: 9, images: [{ url: '/api/files/pot.png' }] }
  pot = await platform.client('product').call(api.createProduct, { body }, staff)
  await platform.drain()
})
after(async () => {
  await platform?.stop()
  push.stop()
})

const notification = () => platform.client('notification')
const carts = () => platform.client('cart')

/** Somebody who has a cart, and wants to be reminded of it if nothing else is said. */
async function shopper(wishes: api.BodyOf<typeof api.updateNotificationPreferences> = { cart_reminders: true }) {
  const email = `${randomUUID()}@example.com`
  const body = { email, password: 'correct horse battery' }
  const { access_token, user } = await platform.client('user').call(api.register, { body })
  const headers = { authorization: `Bearer ${access_token}` }
  await notification().call(api.updateNotificationPreferences, { body: wishes }, headers)
  const cart = await carts().call(api.addCartItem, { body: { product_id: pot.id, quantity: 2 } }, headers)
  return {
    headers,
    user_id: user.id,
    cart_id: cart.id!,
    /** Five hours later. Nothing is sent before `reminders` asks. */
    async leaves() {
      await platform.sql('cart')`
        update carts set updated_at = now() - interval '5 hours', watch_at = now() where id = ${cart.id}`
    },
    async reminders() {
      await platform.drain()
      return (await platform.mail.sent(email)).filter(mail => mail.headers['x-shopfleet-template'] === 'cart-abandoned')
    },
    async messages() {
      await platform.drain()
      const { items } = await notification().call(api.listNotifications, {}, headers)
      return items.filter(one => one.template === 'cart-abandoned')
    },
  }
}
const told = async (cart_id: string) =>
  (await platform.said('cart')).filter(one => one.name === api.cartAbandoned.name && one.aggregate_id === cart_id)
/** What is queued may wait: as if the mail server had been away. */
async function hold(cart_id: string, meanwhile: () => Promise<unknown>) {
  await platform.mail.setFault('temporary')
  await platform.drain()
  await meanwhile()
  await platform.mail.setFault()
  const rows = await platform.sql('notification')`
    update messages set due_at = now() where due_at is not null and key = ${`cart-abandoned:${cart_id}`} returning id`
  assert.equal(rows.length, 1, 'a reminder waits')
  await platform.drain()
}

test('a cart that was left behind is told of once, with what is in it for what it costs now, however often it is heard', async () => {
  const [ada, ben] = [await shopper(), await shopper({ cart_reminders: true, locale: 'de' })]
  await ada.leaves()
  await ben.leaves()
  await platform.client('product').call(api.updateProduct, { params: { id: pot.id }, body: { price: 15 } }, staff)
  const [mail, ...more] = await ada.reminders()
  assert.deepEqual(more, [])
  assert.equal(mail!.subject, 'Still in your cart: Teapot <iron>')
  assert.match(mail!.text, /Teapot <iron> \(2 × \$15\.00\): \$30\.00/)
  assert.match(mail!.text, /To the cart:\nhttp:\/\/localhost:3000\/cart/)
  assert.match(mail!.html, /Teapot &lt;iron&gt;/)
  assert.match(mail!.html, /<img src="http:\/\/localhost:3000\/api\/files\/pot\.png"/)
  const [brief] = await ben.reminders()
  assert.equal(brief!.subject, 'Noch in Ihrem Warenkorb: Teapot <iron>')
  assert.match(brief!.text, /Zwischensumme: 30,00/)

  const heard = await told(ada.cart_id)
  assert.equal(heard.length, 1)
  await platform.service('notification').deliver(heard)
  // Said again under another id, as by a cart service whose database was set back.
  await platform.service('notification').deliver(heard.map(one => ({ ...one, id: randomUUID() })))
  assert.equal((await ada.reminders()).length, 1)
})

test('what is kept of it for staff has no picture and no way to unsubscribe somebody', async () => {
  const ada = await shopper()
  await ada.leaves()
  const [mail] = await ada.reminders()
  const [{ id } = assert.fail()] = await ada.messages()
  const { contents } = await notification().call(api.readNotification, { params: { id } }, staff)
  assert.match(mail!.html, /<img/)
  assert.doesNotMatch(contents!.html!, /<img/)
  assert.match(contents!.html!, /unsubscribe\/…"/)
})

test('nobody is reminded who has not asked for it, and asking later does not bring it back', async () => {
  const ada = await shopper({ locale: 'en' })
  await ada.leaves()
  assert.deepEqual(await ada.reminders(), [])
  assert.equal((await told(ada.cart_id)).length, 1)
  await notification().call(api.updateNotificationPreferences, { body: { cart_reminders: true } }, ada.headers)
  assert.deepEqual([await ada.reminders(), await ada.messages()], [[], []])
})

test('one click in the mail ends reminders and nothing else; one that waits is not sent any more', async () => {
  const ada = await shopper()
  await ada.leaves()
  const [mail] = await ada.reminders()
  assert.equal(mail!.headers['list-unsubscribe-post'], 'List-Unsubscribe=One-Click')
  const { pathname } = new URL(mail!.headers['list-unsubscribe']!.slice(1, -1))
  const page = await (await fetch(platform.url('notification') + pathname)).text()
  assert.match(page, /reminders of your cart/)
  assert.match(page, /Erinnerungen an Ihren Warenkorb/)
  const clicked = await fetch(platform.url('notification') + pathname, { method: 'POST' })
  assert.equal(clicked.status, 200)
  const wishes = await notification().call(api.getNotificationPreferences, {}, ada.headers)
  assert.deepEqual([wishes.cart_reminders, wishes.email_order_updates, wishes.email_wishlist], [false, true, true])

  const ben = await shopper()
  await ben.leaves()
  await hold(ben.cart_id, () =>
    notification().call(api.updateNotificationPreferences, { body: { cart_reminders: false } }, ben.headers),
  )
  const [{ status, reason } = assert.fail()] = await ben.messages()
  assert.deepEqual([status, reason], ['dropped', 'cart is not wanted'])
})

test('a cart that was emptied, ordered or changed before the reminder went out is not reminded of', async () => {
  const emptied = await shopper()
  await emptied.leaves()
  await hold(emptied.cart_id, () => carts().call(api.clearCart, {}, emptied.headers))
  const ordered = await shopper()
  await ordered.leaves()
  await hold(
    ordered.cart_id,
    () => platform.sql('cart')`update carts set status = 'ordered' where id = ${ordered.cart_id}`,
  )
  const changed = await shopper()
  await changed.leaves()
  await hold(changed.cart_id, () =>
    carts().call(api.addCartItem, { body: { product_id: pot.id, quantity: 1 } }, changed.headers),
  )
  for (const [who, why] of [
    [emptied, 'the cart was ordered or emptied since'],
    [ordered, 'the cart was ordered or emptied since'],
    [changed, 'the cart was changed since'],
  ] as const) {
    assert.deepEqual(await who.reminders(), [])
    const [{ status, reason } = assert.fail()] = await who.messages()
    assert.deepEqual([status, reason], ['dropped', why])
  }
})

test('nobody is reminded of what cannot be bought', async () => {
  const rare = await platform
    .client('product')
    .call(api.createProduct, { body: { name: 'Rare', price: 5, stock: 1 } }, staff)
  const ada = await shopper()
  await carts().call(api.clearCart, {}, ada.headers)
  await carts().call(api.addCartItem, { body: { product_id: rare.id, quantity: 1 } }, ada.headers)
  await ada.leaves()
  await platform
    .client('product')
    .call(api.updateProduct, { params: { id: rare.id }, body: { is_active: false } }, staff)
  const [{ reason } = assert.fail()] = await ada.messages()
  assert.equal(reason, 'nothing in the cart can be bought just now')
})

test('a browser that subscribed is reminded as well, whatever its owner wants to hear of orders', async () => {
  const ada = await shopper({ cart_reminders: true, push_order_updates: false })
  const browser = createBrowser(`${push.url}/${randomUUID()}`)
  await notification().call(api.createPushSubscription, { body: browser.subscription }, ada.headers)
  await ada.leaves()
  const messages = await ada.messages()
  const ways = messages.map(one => [one.channel, one.status]).toSorted()
  assert.deepEqual(ways, [
    ['email', 'sent'],
    ['push', 'sent'],
  ])
  const [{ body } = assert.fail()] = push.got
  assert.partialDeepStrictEqual(JSON.parse(decrypt(body, browser.ecdh, browser.auth)), {
    body: 'Shopfleet: still in your cart: Teapot <iron>',
    url: 'http://localhost:3000/cart',
  })
  const params = { id: messages.find(one => one.channel === 'push')!.id }
  const { contents } = await notification().call(api.readNotification, { params }, staff)
  assert.deepEqual(contents, { subject: null, html: null, text: 'Shopfleet: still in your cart: Teapot <iron>' })
})
