import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { settingsSaid } from './setup.ts'

/* The queue between what is to be said and a mail server that may say no, not now, or nothing. */

let platform: TestPlatform
let staff: { authorization: string }
let asUser: { 'x-service-token': string }
before(async () => {
  platform = await startTestPlatform({
    services: ['notification'],
    mail: true,
    env: { SEND_TIMEOUT_MS: '10000', MAX_ATTEMPTS: '4' },
  })
  await platform.service('notification').deliver([settingsSaid({ shop_name: 'Tea & Co' })])
  staff = await platform.asStaff('orders')
  asUser = await platform.asService('user', 'notification')
})
after(() => platform?.stop())
beforeEach(() => platform.mail.setFault())

const client = () => platform.client('notification')
const sql = () => platform.sql('notification')
const newEmail = () => `${randomUUID()}@example.com`
const link = (token: string) => ({
  name: 'Ada',
  url: `https://shop.example/verify?token=${token}`,
  expires_in_minutes: 60,
})

type Queue = api.BodyOf<typeof api.queueMessage>
function queue(body: Partial<Queue>) {
  const message: Queue = { key: randomUUID(), template: 'password-changed', email: newEmail(), data: {}, ...body }
  return client().call(api.queueMessage, { body: message }, asUser)
}
async function stateOf(id: string) {
  const [row] = await sql()`
    select status, reason, attempts, recipient, data, subject, due_at > now() as waits from messages where id = ${id}`
  return row!
}
/** What waits for its next try is due now; then everything that is due is sent. */
async function tryAgain() {
  await sql()`update messages set due_at = now() where due_at is not null`
  await platform.drain()
}

test('a message that is asked for twice under one key is one message, and its secret is gone once it is sent', async () => {
  const email = newEmail()
  const body: Queue = { key: `verify:${email}`, template: 'verify-email', email, data: link('s3cret') }
  const first = await queue(body)
  assert.equal(first.status, 'queued')
  assert.deepEqual(await queue(body), first)
  await platform.drain()
  assert.deepEqual(await queue(body), { id: first.id, status: 'sent' })
  const mails = await platform.mail.sent(email)
  assert.equal(mails.length, 1)
  assert.equal(mails[0]!.subject, 'Confirm your e-mail address for Tea & Co')
  assert.match(mails[0]!.text, /https:\/\/shop\.example\/verify\?token=s3cret/)
  assert.match(mails[0]!.html, /Tea &amp; Co/)
  assert.doesNotMatch(JSON.stringify(await sql()`select * from messages`), /s3cret/)
})

test('data a template cannot be filled with, and templates that are not for asking, are refused at once', async () => {
  const wrong: [Partial<Queue>, string][] = [
    [{ template: 'verify-email', data: { name: 'Ada' } }, '/data/url'],
    [{ template: 'verify-email', data: { ...link('x'), url: 'javascript:alert(1)' } }, '/data/url'],
    [{ data: { surprise: 1 } }, '/data/surprise'],
    [{ template: 'order-confirmed' }, '/template'],
  ]
  for (const [body, pointer] of wrong) {
    await assert.rejects(queue(body), (error: unknown) => {
      assert.ok(error instanceof api.Problem && error.problem === 'validation-failed')
      assert.ok(
        error.errors?.some(one => one.pointer === pointer),
        JSON.stringify(error.errors),
      )
      return true
    })
  }
  const answer = await client().send(api.queueMessage, { body: {} as never }, await platform.as())
  assert.equal(answer.status, 401)
})

test('a name cannot break out of the message', async () => {
  const email = newEmail()
  await queue({ email, data: { name: '<img src=x onerror=alert(1)>"' } })
  await platform.drain()
  const [mail] = await platform.mail.sent(email)
  assert.doesNotMatch(mail!.html, /<img/)
  assert.match(mail!.html, /&lt;img src=x onerror=alert\(1\)&gt;&quot;/)
})

test('refused for now: it waits, longer each time, and arrives once when the server will have it', async () => {
  const email = newEmail()
  const { id } = await queue({ email })
  await platform.mail.setFault('temporary', 2)
  await platform.drain()
  const first = await stateOf(id)
  assert.deepEqual([first.status, first.attempts, first.waits], ['queued', 1, true])
  assert.match(first.reason, /451/)
  await platform.drain()
  assert.equal((await stateOf(id)).attempts, 1, 'not before its time')
  await tryAgain()
  assert.equal((await stateOf(id)).attempts, 2)
  await tryAgain()
  assert.equal((await stateOf(id)).status, 'sent')
  assert.equal((await platform.mail.sent(email)).length, 1)
})

test('refused for good: failed with the reason, at once, and sent again by staff when it is put right', async () => {
  const email = newEmail()
  const { id } = await queue({ email })
  await platform.mail.setFault('permanent')
  await platform.drain()
  const failed = await stateOf(id)
  assert.deepEqual([failed.status, failed.attempts], ['failed', 1])
  assert.match(failed.reason, /550/)
  await platform.mail.setFault()
  await platform.drain()
  assert.deepEqual(await platform.mail.sent(email), [])
  const again = await client().call(api.resendNotification, { params: { id } }, staff)
  assert.deepEqual([again.status, again.attempts], ['queued', 0])
  await platform.drain()
  assert.equal((await platform.mail.sent(email)).length, 1)
})

test('a message whose secret is gone cannot be sent again, nor one that is under way; an unknown one is none', async () => {
  const email = newEmail()
  const { id } = await queue({ template: 'reset-password', email, data: link('x') })
  const resend = (message: string) => client().send(api.resendNotification, { params: { id: message } }, staff)
  assert.equal((await resend(id)).status, 409)
  await platform.mail.setFault('permanent', 1)
  await platform.drain()
  assert.equal((await stateOf(id)).data, null)
  assert.equal((await resend(id)).status, 409)
  assert.equal((await resend(randomUUID())).status, 404)
  assert.equal((await client().send(api.resendNotification, { params: { id } }, await platform.as())).status, 403)
})

test('no answer at all: given up in time, tried again, and given up for good after so many tries', async () => {
  const { id } = await queue({ email: `hang-always@${randomUUID()}.example` })
  await platform.drain()
  const first = await stateOf(id)
  assert.deepEqual([first.status, first.attempts], ['queued', 1])
  for (let i = 0; i < 3; i++) await tryAgain()
  const last = await stateOf(id)
  assert.deepEqual([last.status, last.attempts], ['failed', 4])
  assert.match(last.reason, /^given up after 4 tries: /)
})

test('taken, and the answer lost: it is sent again under the same Message-ID, so that it can be told from a new one', async () => {
  const email = newEmail()
  const { id } = await queue({ email })
  await platform.mail.setFault('drop', 1)
  await platform.drain()
  assert.equal((await stateOf(id)).status, 'queued')
  await tryAgain()
  assert.equal((await stateOf(id)).status, 'sent')
  const [first, second, ...others] = await platform.mail.sent(email)
  assert.deepEqual([second!.message_id, second!.repeats, others], [first!.message_id, first!.n, []])
  assert.deepEqual([second!.text, second!.headers.date], [first!.text, first!.headers.date])
})

test('a mail server that is down: everything waits, nothing is lost, and all of it arrives once when it is back', async () => {
  const emails = Array.from({ length: 30 }, newEmail)
  await platform.mail.halt()
  await Promise.all(emails.map(email => queue({ email })))
  await platform.drain()
  await platform.mail.start()
  await tryAgain()
  for (const email of emails) assert.equal((await platform.mail.sent(email)).length, 1)
})

test('two senders at once send each message once', async () => {
  const emails = Array.from({ length: 50 }, newEmail)
  await Promise.all(emails.map(email => queue({ email })))
  const service = platform.service('notification')
  await Promise.all([service.drain(), service.drain(), service.drain()])
  // On a busy machine some may be late for their time limit; what was taken at the first try was sent by one sender.
  const sent = await sql()`
    select recipient from messages where recipient = any(${emails}) and status = 'sent' and attempts = 1`
  assert.ok(sent.length > 0)
  for (const { recipient } of sent) assert.equal((await platform.mail.sent(recipient)).length, 1)
  await tryAgain()
  for (const email of emails) {
    const mails = await platform.mail.sent(email)
    assert.equal(new Set(mails.map(mail => mail.message_id)).size, 1)
  }
})

test('a sender whose message was taken over does not note anything about it', async () => {
  const email = newEmail()
  const { id } = await queue({ email })
  await platform.mail.setFault('slow', 1)
  const sending = platform.service('notification').drain()
  for (;;) {
    const taken = await sql()`
      update messages set claim = uuidv7(), due_at = now() + interval '1 hour' where id = ${id} and status = 'sending' returning 1`
    if (taken.count === 1) break
  }
  await sending
  assert.equal((await stateOf(id)).status, 'sending')
  await tryAgain()
  assert.equal((await stateOf(id)).status, 'sent')
})

test('metrics say how many wait, went out and failed', async () => {
  await platform.mail.setFault('permanent', 1)
  await queue({})
  await platform.drain()
  await queue({})
  const text = await (await fetch(`${platform.url('notification')}/metrics`)).text()
  assert.match(text, /^messages_queued\{[^}]*\} 1$/m)
  assert.match(text, /^messages_failed\{[^}]*\} [1-9]\d*$/m)
  assert.match(text, /^messages_total\{[^}]*channel="email",outcome="sent"[^}]*\} [1-9]\d*$/m)
  await platform.drain()
})

test('addresses and contents of old messages are forgotten, that they were sent is not', async () => {
  const { id } = await queue({ key: 'old', email: 'old@example.com' })
  await platform.drain()
  await sql()`update messages set created_at = now() - interval '91 days' where id = ${id}`
  await platform.drain()
  const old = await stateOf(id)
  assert.deepEqual([old.status, old.recipient, old.data], ['sent', null, null])
  assert.deepEqual(await queue({ key: 'old', email: 'old@example.com' }), { id, status: 'sent' })
})
