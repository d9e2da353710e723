import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ensureAdministrator } from '@shopfleet/user'

/* From a heart to a letter: the catalogue, the wishlists and a real mail server. */

let platform: TestPlatform
let staff: { authorization: string }
before(async () => {
  platform = await startTestPlatform({
    services: ['user', 'product', 'inventory', 'review', 'notification'],
    mail: true,
  })
  const credentials = { email: 'admin@example.com', password: 'an administrator of the shop' }
  await ensureAdministrator(platform.service('user').ctx, credentials)
  const { access_token } = await platform.client('user').call(api.login, { body: credentials })
  staff = { authorization: `Bearer ${access_token}` }
})
after(() => platform?.stop())

const products = () => platform.client('product')
const change = async (id: string, body: api.BodyOf<typeof api.updateProduct>) => {
  await products().call(api.updateProduct, { params: { id }, body }, staff)
  await platform.drain()
}

/** Somebody with a wish, and what they are sent of it. */
async function wisher(product_id: string, locale: api.Locale = 'en') {
  const email = `${randomUUID()}@example.com`
  const body = { email, password: 'correct horse battery' }
  const { access_token, user } = await platform.client('user').call(api.register, { body })
  const headers = { authorization: `Bearer ${access_token}` }
  const notification = platform.client('notification')
  await notification.call(api.updateNotificationPreferences, { body: { locale } }, headers)
  await platform.client('review').call(api.addToWishlist, { params: { product_id } }, headers)
  await platform.drain()
  return {
    headers,
    user_id: user.id,
    async news() {
      await platform.drain()
      const all = await platform.mail.sent(email)
      return all.filter(mail => ['back-in-stock', 'price-dropped'].includes(mail.headers['x-shopfleet-template']!))
    },
  }
}

test('who wishes for a product is written to in their language when it is back, once however often it is heard', async () => {
  const body = { name: 'Kettle <copper>', price: 49.9, stock: 0 }
  const kettle = await products().call(api.createProduct, { body }, staff)
  await platform.drain()
  const [ada, ben] = [await wisher(kettle.id), await wisher(kettle.id, 'de')]
  await change(kettle.id, { stock: 5 })
  const said = (await platform.said('review')).filter(message => message.name === api.wishlistBackInStock.name)
  await platform.service('notification').deliver([...said, ...said])

  const [mail, ...more] = await ada.news()
  assert.deepEqual(more, [])
  assert.equal(mail!.subject, 'Back in stock: Kettle <copper>')
  assert.match(mail!.text, /can be ordered again, for \$49\.90/)
  assert.match(mail!.text, new RegExp(`/products/${kettle.slug}`))
  assert.match(mail!.html, /Kettle &lt;copper&gt;/)
  const [brief] = await ben.news()
  assert.equal(brief!.subject, 'Wieder da: Kettle <copper>')
  assert.match(brief!.text, /wieder bestellbar, für 49,90/)
})

test('a lower price is told with the one before, and whoever unsubscribes by one click hears of no wish again', async () => {
  const pot = await products().call(api.createProduct, { body: { name: 'Teapot', price: 20, stock: 9 } }, staff)
  await platform.drain()
  const ada = await wisher(pot.id)
  await change(pot.id, { price: 15 })
  const said = (await platform.said('review')).filter(message => message.name === api.wishlistPriceDropped.name)
  await platform.service('notification').deliver([...said, ...said])
  const [mail, ...more] = await ada.news()
  assert.deepEqual([mail!.subject, more], ['Now $15.00: Teapot', []])
  assert.match(mail!.text, /now costs \$15\.00 instead of \$20\.00/)

  const { pathname } = new URL(mail!.headers['list-unsubscribe']!.slice(1, -1))
  const page = await fetch(platform.url('notification') + pathname)
  assert.match(await page.text(), /news of your wishlist/)
  const clicked = await fetch(platform.url('notification') + pathname, { method: 'POST' })
  assert.equal(clicked.status, 200)
  const wishes = await platform.client('notification').call(api.getNotificationPreferences, {}, ada.headers)
  assert.deepEqual([wishes.email_wishlist, wishes.email_order_updates], [false, true])

  await platform.sql('review')`update wishlist_items set told_at = now() - interval '2 days'`
  await change(pot.id, { price: 10 })
  assert.equal((await ada.news()).length, 1)
  const { items } = await platform.client('notification').call(api.listNotifications, {}, ada.headers)
  assert.deepEqual(
    [items[0]!.template, items[0]!.status, items[0]!.reason],
    ['price-dropped', 'dropped', 'wishlist is not wanted'],
  )
})
