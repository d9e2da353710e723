import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { settingsSaid } from './setup.ts'

/* What staff write and see, what customers choose and see. */

let platform: TestPlatform
let staff: { authorization: string }
before(async () => {
  platform = await startTestPlatform({ services: ['notification'], mail: true })
  staff = await platform.asStaff('orders')
})
after(() => platform?.stop())

const client = () => platform.client('notification')
const newEmail = () => `${randomUUID()}@example.com`
const letter = { subject: 'Your question', text: 'Hello Ada,\n\nyes, in <blue>.' }
const write = (body: object, headers: Record<string, string> = {}) =>
  client().call(api.sendNotification, { body: { ...letter, ...body } }, { ...staff, ...headers })

/** A user with an address, as a message to them is queued by the user service. */
async function aUser() {
  const user_id = randomUUID()
  const email = newEmail()
  const headers = await platform.as({ user_id })
  const told = (template: api.MessageTemplate = 'password-changed') =>
    platform
      .asService('user', 'notification')
      .then(token =>
        client().call(api.queueMessage, { body: { key: randomUUID(), template, email, user_id, data: {} } }, token),
      )
  return { user_id, email, headers, told }
}

test('a letter of staff arrives as it was written, paragraph by paragraph', async () => {
  const email = newEmail()
  const sent = await write({ email })
  assert.deepEqual([sent.template, sent.category, sent.status, sent.recipient], ['message', 'order', 'queued', email])
  await platform.drain()
  const [mail] = await platform.mail.sent(email)
  assert.equal(mail!.subject, 'Your question')
  assert.match(mail!.text, /Hello Ada,\n\nyes, in <blue>\./)
  assert.match(mail!.html, /yes, in &lt;blue&gt;\./)
})

test('the same Idempotency-Key is the same letter; with other words it is refused', async () => {
  const email = newEmail()
  const key = { 'idempotency-key': randomUUID() }
  const sent = await write({ email }, key)
  assert.equal((await write({ email }, key)).id, sent.id)
  await platform.drain()
  assert.equal((await write({ email }, key)).id, sent.id)
  const other = await client().send(
    api.sendNotification,
    { body: { ...letter, email, text: 'no' } },
    { ...staff, ...key },
  )
  assert.equal(other.status, 422)
  await platform.drain()
  assert.equal((await platform.mail.sent(email)).length, 1)
})

test('a letter goes to one addressee, and only staff with the permission write', async () => {
  for (const body of [letter, { ...letter, email: newEmail(), user_id: randomUUID() }]) {
    assert.equal((await client().send(api.sendNotification, { body }, staff)).status, 400)
  }
  const injected = { ...letter, email: newEmail(), subject: 'x\r\nBcc: all@example.com' }
  assert.equal((await client().send(api.sendNotification, { body: injected }, staff)).status, 400)
  const body = { ...letter, email: newEmail() }
  assert.equal((await client().send(api.sendNotification, { body }, await platform.as())).status, 403)
  assert.equal((await client().send(api.sendNotification, { body }, {})).status, 401)
})

test('news goes only to who asked for it, and can be unsubscribed from with one click of a mail program', async () => {
  const { user_id, email, headers } = await aUser()
  const { userExists } = api
  const ctx = platform.service('notification').ctx
  const { call } = ctx
  ctx.call = async (operation: any, input: any) =>
    operation.name === userExists.name ? { id: input.params.id, email } : call(operation, input)
  try {
    const unasked = await write({ user_id, template: 'announcement' })
    await platform.drain()
    assert.deepEqual(await platform.mail.sent(email), [])
    const dropped = (await client().call(api.listUserNotifications, { params: { user_id } }, staff)).items[0]!
    assert.deepEqual([dropped.id, dropped.status, dropped.reason], [unasked.id, 'dropped', 'news is not wanted'])

    await client().call(api.updateNotificationPreferences, { body: { email_news: true, locale: 'de' } }, headers)
    await write({ user_id, template: 'announcement' })
    await platform.drain()
    const [mail] = await platform.mail.sent(email)
    assert.match(mail!.html, /Abbestellen/)
    assert.equal(mail!.headers['list-unsubscribe-post'], 'List-Unsubscribe=One-Click')
    const path = new URL(mail!.headers['list-unsubscribe']!.slice(1, -1)).pathname
    const url = platform.url('notification') + path

    const page = await fetch(url)
    assert.deepEqual([page.status, page.headers.get('content-type')], [200, 'text/html; charset=utf-8'])
    assert.match(await page.text(), /<form method="post">/)
    assert.equal(
      (await client().call(api.getNotificationPreferences, {}, headers)).email_news,
      true,
      'looking is harmless',
    )

    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const clicked = await fetch(url, { method: 'POST', headers: form, body: 'List-Unsubscribe=One-Click' })
    assert.equal(clicked.status, 200)
    const wishes = await client().call(api.getNotificationPreferences, {}, headers)
    assert.deepEqual([wishes.email_news, wishes.locale], [false, 'de'])

    const forged = url.replace(/.$/, letter => (letter === 'A' ? 'B' : 'A'))
    for (const method of ['GET', 'POST']) assert.equal((await fetch(forged, { method })).status, 404)
  } finally {
    ctx.call = call
  }
})

test('forms are taken by the link to unsubscribe and by nothing else', async () => {
  const answer = await fetch(`${platform.url('notification')}/api/notifications/send`, {
    method: 'POST',
    headers: { ...staff, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'subject=x',
  })
  assert.equal(answer.status, 415)
})

test('preferences: what is left out stays, SMS needs a number, and everybody has their own', async () => {
  const [ada, grace] = [await aUser(), await aUser()]
  const defaults = await client().call(api.getNotificationPreferences, {}, ada.headers)
  assert.deepEqual(defaults, {
    locale: 'en',
    email_order_updates: true,
    email_news: false,
    email_wishlist: true,
    cart_reminders: false,
    sms_order_updates: false,
    push_order_updates: true,
    phone: null,
  })
  const put = (body: api.BodyOf<typeof api.updateNotificationPreferences>) =>
    client().call(api.updateNotificationPreferences, { body }, ada.headers)
  await assert.rejects(put({ sms_order_updates: true }), (e: any) => e.problem === 'validation-failed')
  await put({ phone: '+4915112345678', sms_order_updates: true })
  const changed = await put({ locale: 'de' })
  assert.deepEqual(changed, { ...defaults, locale: 'de', phone: '+4915112345678', sms_order_updates: true })
  await assert.rejects(put({ phone: null }), (e: any) => e.problem === 'validation-failed')
  assert.deepEqual(await put({ phone: null, sms_order_updates: false }), { ...defaults, locale: 'de' })
  await assert.rejects(put({ phone: '0151' }), (e: any) => e.problem === 'validation-failed')
  assert.deepEqual(await client().call(api.getNotificationPreferences, {}, grace.headers), defaults)
  assert.equal((await client().send(api.getNotificationPreferences, {})).status, 401)
  assert.equal((await client().send(api.updateNotificationPreferences, { body: {} })).status, 401)
})

test('customers see their own messages, staff everybody’s; another’s are as if they did not exist', async () => {
  const [ada, grace] = [await aUser(), await aUser()]
  await ada.told()
  await ada.told('mfa-changed' as never).catch(() => {})
  await grace.told()
  await platform.drain()
  const own = await client().call(api.listNotifications, {}, ada.headers)
  assert.ok(own.items.length >= 1 && own.items.every(one => one.user_id === ada.user_id))
  const asking = await client().call(api.listNotifications, { query: { recipient: grace.email } }, ada.headers)
  assert.deepEqual(asking.items, [])
  assert.equal(
    (await client().call(api.listNotifications, { query: { recipient: grace.email } }, staff)).items.length,
    1,
  )

  const of = (user_id: string, headers: Record<string, string>, query = {}) =>
    client().send(api.listUserNotifications, { params: { user_id }, query }, headers)
  assert.equal((await of(ada.user_id, ada.headers)).status, 200)
  assert.equal((await of(ada.user_id, staff)).status, 200)
  assert.equal((await of(grace.user_id, ada.headers)).status, 404)
  assert.equal((await of(ada.user_id, ada.headers, { cursor: 'x' })).status, 400)
  assert.equal((await of(ada.user_id, {})).status, 401)
  assert.equal((await client().send(api.listNotifications, { query: { cursor: 'x' } }, staff)).status, 400)
  assert.equal((await client().send(api.listNotifications, {})).status, 401)
})

test('a list comes in pages, newest first', async () => {
  const ada = await aUser()
  for (let i = 0; i < 5; i++) await ada.told()
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page: api.Page<api.Notification> = await client().call(
      api.listNotifications,
      { query: { limit: 2, ...(cursor ? { cursor } : {}) } },
      ada.headers,
    )
    seen.push(...page.items.map(one => one.id))
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  assert.equal(seen.length, 5)
  assert.deepEqual(seen, seen.toSorted().toReversed())
})

test('templates are listed with their subjects and previewed in both languages, as HTML and text', async () => {
  const { items } = await client().call(api.listMessageTemplates, {}, staff)
  assert.deepEqual(
    items.map(one => one.name),
    [...api.messageTemplates],
  )
  for (const { name, subjects } of items) {
    for (const locale of api.locales) {
      const preview = async (format: string) => {
        const path = `/api/notifications/templates/${name}/preview?locale=${locale}&format=${format}`
        const answer = await fetch(platform.url('notification') + path, { headers: staff })
        assert.equal(answer.status, 200)
        assert.match(answer.headers.get('content-security-policy')!, /^sandbox/)
        return { type: answer.headers.get('content-type'), text: await answer.text() }
      }
      const [html, plain] = [await preview('html'), await preview('text')]
      assert.equal(html.type, 'text/html; charset=utf-8')
      assert.match(html.text, new RegExp(`<html lang="${locale}">`))
      assert.equal(plain.type, 'text/plain; charset=utf-8')
      for (const { text } of [html, plain]) assert.doesNotMatch(text, /undefined|NaN|\[object|null/, name)
      assert.ok(subjects[locale]!.length > 5)
    }
  }
  const preview = { params: { name: 'welcome' as const } }
  assert.equal((await client().send(api.previewMessageTemplate, preview, await platform.as())).status, 403)
  assert.equal((await client().send(api.listMessageTemplates, {}, await platform.as())).status, 403)
})

test('a person who is erased: what waits is not sent, what was sent no longer names them, later news is not kept', async () => {
  const ada = await aUser()
  await ada.told()
  await platform.drain()
  await client().call(api.updateNotificationPreferences, { body: { phone: '+4915112345678' } }, ada.headers)
  const waiting = await ada.told()
  const event = (one: api.EventType, payload: object): api.EventMessage => ({
    id: randomUUID(),
    name: one.name,
    version: one.version,
    service: 'user',
    aggregate_id: ada.user_id,
    payload,
    correlation_id: 'test',
    traceparent: null,
    occurred_at: new Date().toISOString(),
  })
  const erased = event(api.userErased, { user_id: ada.user_id })
  await platform.service('notification').deliver([erased])
  await platform.service('notification').deliver([erased, event(api.userErased, { user_id: ada.user_id })])
  await platform.drain()
  assert.equal((await platform.mail.sent(ada.email)).length, 1)
  const late = await ada.told()
  assert.equal(late.status, 'dropped')
  const rows = await platform.sql('notification')`
    select (select jsonb_agg(m) from messages m)::text || (select coalesce(jsonb_agg(p), '[]') from preferences p)::text as all`
  assert.doesNotMatch(rows[0]!.all, new RegExp(`${ada.user_id}|${ada.email}|4915112345678`))
  const [kept] = await platform.sql('notification')`select status, reason from messages where id = ${waiting.id}`
  assert.deepEqual({ ...kept }, { status: 'dropped', reason: 'the account was erased' })

  const goodbye = { key: randomUUID(), template: 'account-erased' as const, email: ada.email, data: {} }
  await client().call(api.queueMessage, { body: goodbye }, await platform.asService('user', 'notification'))
  await platform.drain()
  assert.match((await platform.mail.sent(ada.email)).at(-1)!.subject, /was erased/)
  assert.equal((await client().call(api.listNotifications, { query: { recipient: ada.email } }, staff)).items.length, 0)
})

test('the shop says who it is in every message, in its own language to who chose none, and where to ask; told twice it is the same', async () => {
  const said = settingsSaid({
    shop_name: 'Lampe <& Blatt>',
    support_email: 'frage@example.com',
    default_language: 'de',
  })
  await platform.service('notification').deliver([said])
  await platform.service('notification').deliver([said])
  try {
    const ada = await aUser()
    await ada.told()
    await platform.drain()
    const [mail] = await platform.mail.sent(ada.email)
    assert.match(mail!.headers.from!, /^"?Lampe <& Blatt>"? <shop@localhost\.localdomain>$/)
    assert.deepEqual(mail!.headers['reply-to'], '"Lampe <& Blatt>" <frage@example.com>')
    assert.match(
      mail!.html,
      /<html lang="de">[\s\S]*Lampe &lt;&amp; Blatt&gt;[\s\S]*Fragen\? <a [^>]*href="mailto:frage@example\.com"/,
    )
    assert.match(mail!.text, /bei Lampe <& Blatt> \(.*\)\.\nFragen\? frage@example\.com/)
    const { locale } = await client().call(api.getNotificationPreferences, {}, ada.headers)
    assert.equal(locale, 'de')
    const saved = await client().call(api.updateNotificationPreferences, { body: { email_news: true } }, ada.headers)
    assert.equal(saved.locale, 'de')
    // Who chose one is not spoken to in another.
    await client().call(api.updateNotificationPreferences, { body: { locale: 'en' } }, ada.headers)
    const params = { name: 'welcome' as const }
    const preview = await client().send(api.previewMessageTemplate, { params, query: { locale: 'en' } }, staff)
    assert.match(String(preview.body), /Lampe &lt;&amp; Blatt&gt;[\s\S]*Questions\?/)
    await ada.told()
    await platform.drain()
    assert.match((await platform.mail.sent(ada.email))[1]!.html, /<html lang="en">/)
  } finally {
    await platform.service('notification').deliver([settingsSaid({})])
  }
})
