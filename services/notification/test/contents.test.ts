import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { unpackHtml } from '../src/kept-html.ts'
import { renderKept, templates } from '../src/templates/index.ts'
import { openShop, type Shop } from './setup.ts'

/* What staff see of a message: what was said and what came of each try, and nothing that opens anything. */

let shop: Shop
let asUser: { 'x-service-token': string }
before(async () => {
  shop = await openShop({ env: { MAX_ATTEMPTS: '5' } })
  asUser = await shop.platform.asService('user', 'notification')
})
after(() => shop?.platform.stop())
beforeEach(() => shop.platform.mail.setFault())

const client = () => shop.platform.client('notification')
const read = (id: string) => client().call(api.readNotification, { params: { id } }, shop.staff)
type Queue = api.BodyOf<typeof api.queueMessage>
async function queue(body: Partial<Queue>) {
  const message: Queue = { key: randomUUID(), template: 'password-changed', email: shop.newEmail(), data: {}, ...body }
  const { id } = await client().call(api.queueMessage, { body: message }, asUser)
  await shop.platform.drain()
  return id
}
async function tryAgain() {
  await shop.hurry()
  await shop.platform.drain()
}

test('an order’s confirmation is shown to staff as the customer got it, but for the token that opens the order', async () => {
  const email = shop.newEmail()
  const order = await shop.order({ email, payment_method: 'tok_approve' })
  const [mail] = await shop.sentTo(email)
  const { message, tries, contents } = await read((await shop.message({ order_id: order.id }))!.id)
  assert.deepEqual([message.recipient, message.status], [email, 'sent'])
  assert.deepEqual(
    tries.map(({ outcome, reason, times }) => [outcome, reason, times]),
    [['sent', null, 1]],
  )
  const blotted = (text: string) => text.replaceAll(`#token=${order.order_token}`, '#…')
  assert.ok(mail!.html.includes(order.order_token!))
  assert.equal(contents!.subject, mail!.subject)
  assert.equal(contents!.html!.trim(), blotted(mail!.html).trim())
  assert.equal(contents!.text.trim(), blotted(mail!.text).trim())
})

test('what was sent stays as it was sent when the order has changed since', async () => {
  const email = shop.newEmail()
  const order = await shop.order({ email, payment_method: 'tok_approve' })
  await shop.sentTo(email)
  const { id } = (await shop.message({ order_id: order.id }))!
  const before = (await read(id)).contents
  await shop.move(order, 'cancelled')
  await shop.platform.drain()
  assert.deepEqual((await read(id)).contents, before)
})

test('a letter that was kept before HTML was packed is shown as one that is packed is', async () => {
  const id = await queue({})
  const { contents } = await read(id)
  const [kept] = await shop.sql`select html, packed_html from message_tries where message_id = ${id}`
  assert.equal(kept!.html, null)
  assert.ok(kept!.packed_html.length < contents!.html!.length / 4)
  const before = await shop.sql`
    update message_tries set html = ${contents!.html}, packed_html = null, dictionary = null where message_id = ${id}`
  assert.equal(before.count, 1)
  assert.deepEqual((await read(id)).contents, contents)
})

test('links that sign in, set a password or unsubscribe are in no answer and no table once they are sent', async () => {
  const secret = `s3cret${randomUUID()}`
  const link = { url: `https://shop.example/x?token=${secret}`, expires_in_minutes: 60 }
  for (const template of ['verify-email', 'reset-password'] as const) {
    const { contents } = await read(await queue({ template, data: link }))
    assert.match(contents!.text, /https:\/\/shop\.example\/x\?…/)
    assert.match(contents!.html!, /href="https:\/\/shop\.example\/x\?…"/)
    assert.doesNotMatch(JSON.stringify(contents), new RegExp(secret))
  }
  const email = shop.newEmail()
  const order = await shop.order({ email, payment_method: 'tok_approve' })
  await shop.move(order, 'shipped')
  const shipped = (await shop.sentTo(email)).at(-1)!
  const unsubscribing = new URL(shipped.headers['list-unsubscribe']!.slice(1, -1)).pathname.split('/').at(-1)!
  assert.ok(shipped.html.includes(unsubscribing))
  const { contents } = await read((await shop.message({ order_id: order.id, template: 'order-shipped' }))!.id)
  assert.match(contents!.html!, /\/api\/notifications\/unsubscribe\/…"/)

  const kept = await shop.sql`select * from messages left join message_tries on message_id = messages.id`
  const packed = kept.filter(row => row.packed_html)
  assert.ok(packed.length >= 4)
  const rows = JSON.stringify([kept, packed.map(row => unpackHtml(row.packed_html, row.dictionary))])
  for (const gone of [secret, unsubscribing, order.order_token!]) assert.ok(!rows.includes(gone), gone)
})

test('no template keeps what follows the path of a link, whatever it is filled with', () => {
  const secret = 's3cret'
  const inUrls = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (_, one) =>
        typeof one === 'string' && /^https?:/.test(one) ? `${one.replace(/[?#].*$/, '')}#token=${secret}` : one,
      ),
    )
  for (const name of api.messageTemplates) {
    for (const locale of api.locales) {
      const unsubscribe_url = `https://api.example/api/notifications/unsubscribe/${secret}`
      const frame = { locale, shop: 'Tea', shop_url: 'https://shop.example', unsubscribe_url }
      const { html, text } = renderKept(name, inUrls(templates[name].sample), frame)
      for (const said of [html, text]) assert.ok(!said.includes(secret), `${name} ${locale}: ${said}`)
    }
  }
})

test('every try is told with its reason; tries put off for the same reason are told together', async () => {
  const email = shop.newEmail()
  await shop.platform.mail.setFault('temporary', 2)
  const id = await queue({ email })
  await tryAgain()
  const waiting = await read(id)
  assert.deepEqual([waiting.message.status, waiting.contents, waiting.tries.length], ['queued', null, 1])
  assert.equal(waiting.tries[0]!.times, 2)
  assert.match(waiting.tries[0]!.reason!, /451/)
  await shop.platform.mail.setFault('permanent')
  await tryAgain()
  const failed = await read(id)
  assert.deepEqual(
    failed.tries.map(({ outcome, times }) => [outcome, times]),
    [
      ['postponed', 2],
      ['failed', 1],
    ],
  )
  assert.match(failed.tries[1]!.reason!, /550/)
  assert.match(failed.contents!.text, /password/, 'what it would have said')
  assert.doesNotMatch(JSON.stringify(failed.tries), new RegExp(email), 'a reason outlives the address')

  await shop.platform.mail.setFault()
  await client().call(api.resendNotification, { params: { id } }, shop.staff)
  await shop.platform.drain()
  const again = await read(id)
  assert.deepEqual(
    again.tries.map(({ outcome }) => outcome),
    ['postponed', 'failed', 'sent'],
  )
})

test('of a message tried for ever the last twenty reasons are kept', async () => {
  const id = await queue({})
  await shop.sql`
    insert into message_tries (message_id, n, outcome, reason)
    select ${id}, n, 'postponed', 'reason ' || n from generate_series(2, 20) n`
  await client().call(api.resendNotification, { params: { id } }, shop.staff)
  await shop.platform.drain()
  const { tries, contents } = await read(id)
  assert.deepEqual([tries.length, tries[0]!.reason, tries.at(-1)!.outcome], [20, 'reason 2', 'sent'])
  assert.ok(contents)
})

test('contents and tries go with the address after so many days, and at once with the person', async () => {
  const old = await queue({})
  const user_id = randomUUID()
  const theirs = await queue({ user_id })
  await shop.sql`update messages set created_at = now() - interval '91 days' where id = ${old}`
  const { forgetOld, forgetUser } = await import('../src/store.ts')
  await forgetOld(shop.sql, 90, 100)
  await forgetUser(shop.sql, user_id)
  for (const id of [old, theirs]) {
    const { message, tries, contents } = await read(id)
    assert.deepEqual([message.status, message.recipient, tries, contents], ['sent', null, [], null])
  }
  assert.deepEqual([...(await shop.sql`select * from message_tries where message_id in (${old}, ${theirs})`)], [])
})

test('contents are for staff who see messages: nobody else, and not the person written to', async () => {
  const user_id = randomUUID()
  const params = { id: await queue({ user_id }) }
  const asked = (headers: Record<string, string>) => client().send(api.readNotification, { params }, headers)
  assert.equal((await asked(shop.staff)).status, 200)
  assert.equal((await asked(await shop.platform.as({ user_id }))).status, 403)
  assert.equal((await asked(await shop.platform.asStaff('users', 'admin', 'analytics'))).status, 403)
  assert.equal((await asked({})).status, 401)
  const nobody = { params: { id: randomUUID() } }
  assert.equal((await client().send(api.readNotification, nobody, shop.staff)).status, 404)
})
