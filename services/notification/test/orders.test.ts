import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { openShop, type Shop } from './setup.ts'

/* What buyers are written to about their orders: real services, a real conversation with a mail server. */

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop?.platform.stop())

test('a paid order is confirmed once, with what was bought, and with every event delivered twice', async () => {
  const email = shop.newEmail()
  const order = await shop.order({
    email,
    payment_method: 'tok_approve',
    shipping_address: { name: 'Ada & Co', line1: '1 Main St', city: 'London', postal_code: 'N1', country: 'GB' },
  })
  const [mail, ...others] = await shop.sentTo(email)
  assert.deepEqual(others, [])
  const message = (await shop.message({ order_id: order.id }))!
  assert.deepEqual(
    [message.template, message.status, message.recipient, message.subject, message.attempts],
    ['order-confirmed', 'sent', email, `Order ${order.number} is confirmed`, 1],
  )
  assert.equal(mail!.message_id, `<${message.id}@localhost.localdomain>`)
  assert.equal(mail!.subject, message.subject)
  assert.partialDeepStrictEqual(mail!.headers, {
    'x-shopfleet-template': 'order-confirmed',
    'x-entity-ref-id': order.id,
    'auto-submitted': 'auto-generated',
  })
  assert.equal(mail!.headers['list-unsubscribe'], undefined)
  for (const body of [mail!.text, mail!.html]) {
    assert.match(body, /\$29\.00/)
    assert.match(body, new RegExp(`http://localhost:3000/orders/${order.id}#token=${order.order_token}`))
  }
  assert.match(mail!.text, /Tea <Darjeeling> \(2 × \$14\.50\)/)
  assert.match(mail!.html, /Tea &lt;Darjeeling&gt;/)
  assert.match(mail!.html, /Ada &amp; Co/)

  const said = await shop.platform.said('order')
  await shop.platform.service('notification').deliver(said)
  await shop.platform.service('notification').deliver(said.map(one => ({ ...one, id: randomUUID() })))
  assert.equal((await shop.sentTo(email)).length, 1)
})

test('an order that is not paid is not confirmed, and one that nobody was told of is not mentioned', async () => {
  const email = shop.newEmail()
  await shop.order({ email })
  await assert.rejects(shop.order({ email, payment_method: 'tok_decline' }), api.Problem)
  assert.deepEqual(await shop.sentTo(email), [])
  const declined = (await shop.message({ template: 'order-cancelled' }))!
  assert.deepEqual([declined.status, declined.reason], ['dropped', 'nobody was told of this order'])
})

test('shipped and delivered are told, and can be unsubscribed from in the mail program', async () => {
  const email = shop.newEmail()
  const order = await shop.order({ email, payment_method: 'tok_approve' })
  await shop.move(order, 'shipped')
  const [, shipped] = await shop.sentTo(email)
  assert.equal(shipped!.subject, `Order ${order.number} is on its way`)
  assert.equal(shipped!.headers['list-unsubscribe-post'], 'List-Unsubscribe=One-Click')
  assert.match(shipped!.headers['list-unsubscribe']!, /^<http:\/\/[^>]+\/api\/notifications\/unsubscribe\/[^>]+>$/)
  await shop.move(order, 'delivered')
  const mails = await shop.sentTo(email)
  assert.deepEqual(
    mails.map(mail => mail.headers['x-shopfleet-template']),
    ['order-confirmed', 'order-shipped', 'order-delivered'],
  )
})

test('a guest who unsubscribed hears no more of orders on their way, but of what is bought', async () => {
  const email = shop.newEmail()
  const first = await shop.order({ email, payment_method: 'tok_approve' })
  await shop.move(first, 'shipped')
  const [, shipped] = await shop.sentTo(email)
  const { pathname } = new URL(shipped!.headers['list-unsubscribe']!.slice(1, -1))
  const clicked = await fetch(shop.platform.url('notification') + pathname, { method: 'POST' })
  assert.equal(clicked.status, 200)
  await shop.move(first, 'delivered')
  await shop.order({ email: email.toUpperCase(), payment_method: 'tok_approve' })
  const [row] = await shop.sql`select count(*)::int as n from unsubscribed where address_digest like '%@%'`
  assert.equal(row!.n, 0, 'the list names nobody')
  assert.deepEqual(
    (await shop.sentTo(email)).map(mail => mail.headers['x-shopfleet-template']),
    ['order-confirmed', 'order-shipped', 'order-confirmed'],
  )
})

test('a paid order that is cancelled: one message, which speaks of the money; the refund has none of its own', async () => {
  const email = shop.newEmail()
  const order = await shop.order({ email, payment_method: 'tok_approve' })
  await shop.move(order, 'cancelled')
  const mails = await shop.sentTo(email)
  assert.deepEqual(
    mails.map(mail => mail.headers['x-shopfleet-template']),
    ['order-confirmed', 'order-cancelled'],
  )
  assert.match(mails[1]!.text, /We have given \$29\.00 back/)
  const refund = (await shop.message({ order_id: order.id, template: 'order-refunded' }))!
  assert.deepEqual([refund.status, refund.reason], ['dropped', 'the message about the cancellation says so'])
})

test('an order that was held and not paid in time is told to be gone, and that nothing is owed', async () => {
  const email = shop.newEmail()
  const order = await shop.order({ email })
  await shop.platform.sql('order')`update orders set expires_at = now() where id = ${order.id}`
  const [mail] = await shop.sentTo(email)
  assert.equal(mail?.headers['x-shopfleet-template'], 'order-cancelled')
  assert.match(mail!.text, /was not paid in time[\s\S]*not charged/)
})

test('money given back in part is told with its amount', async () => {
  const email = shop.newEmail()
  const order = await shop.order({ email, payment_method: 'tok_approve' })
  await shop.sentTo(email)
  const { items } = await shop.platform
    .client('payment')
    .call(api.listPayments, { query: { order_id: order.id } }, shop.staff)
  await shop.platform
    .client('payment')
    .call(
      api.refundPayment,
      { params: { id: items[0]!.id }, body: { amount: 4.5 } },
      { ...shop.staff, 'idempotency-key': randomUUID() },
    )
  const [, mail] = await shop.sentTo(email)
  assert.equal(mail!.subject, `Refund for order ${order.number}`)
  assert.match(mail!.text, /\$4\.50/)
})

test('items that were given back are named in the message', async () => {
  const email = shop.newEmail()
  const order = await shop.order({ email, payment_method: 'tok_approve' })
  await shop.sentTo(email)
  const [item] = order.items
  await shop.platform
    .client('order')
    .call(
      api.refundOrder,
      { params: { id: order.id }, body: { lines: [{ item_id: item!.id, quantity: 1 }], reason: 'our little secret' } },
      { ...shop.staff, 'idempotency-key': randomUUID() },
    )
  const [, mail] = await shop.sentTo(email)
  assert.equal(mail!.subject, `Refund for order ${order.number}`)
  assert.ok(mail!.text.includes(`1 × ${item!.product_name}`))
  assert.ok(!mail!.text.includes('our little secret'), 'why is for the books')
})

test('a declined payment is reminded of only if it has not been made good since', async () => {
  const pay = (order: api.Order, payment_method: string) =>
    shop.platform
      .client('order')
      .send(
        api.payOrder,
        { params: { id: order.id }, body: { payment_method } },
        { 'x-order-token': order.order_token!, 'idempotency-key': randomUUID() },
      )
  const [patient, quick] = [shop.newEmail(), shop.newEmail()]
  const left = await shop.order({ email: patient })
  const paid = await shop.order({ email: quick })
  for (const order of [left, paid]) assert.equal((await pay(order, 'tok_decline')).status, 402)
  assert.equal((await pay(paid, 'tok_approve')).status, 200)
  const reminder = await shop.sentTo(patient)
  assert.deepEqual(
    reminder.map(mail => mail.headers['x-shopfleet-template']),
    ['payment-failed'],
  )
  assert.match(reminder[0]!.text, /Pay now:/)
  assert.deepEqual(
    (await shop.sentTo(quick)).map(mail => mail.headers['x-shopfleet-template']),
    ['order-confirmed'],
  )
})
