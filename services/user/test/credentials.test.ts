import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ensureAdministrator } from '../src/service.ts'
import { mailsTo, tokenIn } from './mailed.ts'

let platform: TestPlatform
let client: api.Client
const password = 'correct horse battery'
const other = 'another battery staple'
const newEmail = () => `${randomUUID()}@example.com`
const bearer = (session: api.Session) => ({ authorization: `Bearer ${session.access_token}` })
const join = (email = newEmail()) => client.call(api.register, { body: { email, password, name: 'Ada King' } })
const login = (email: string, given = password) => client.call(api.login, { body: { email, password: given } })
const refused = (problem: api.ProblemName) => (error: unknown) =>
  error instanceof api.Problem && error.problem === problem
const problemOf = ({ status, body }: api.Answer<any>) => [status, String(body?.type).split('/').at(-1)]
const mails = (email: string) => mailsTo(platform, email)
const subjects = async (email: string) => (await mails(email)).map(mail => mail.subject)
const forgot = (email: string) => client.send(api.forgotPassword, { body: { email } })
const signedIn = (session: api.Session) =>
  client.send(api.refreshSession, { body: { refresh_token: session.refresh_token } }).then(a => a.status === 200)

before(async () => {
  platform = await startTestPlatform({ services: ['user', 'notification'], mail: true })
  client = platform.client('user')
})
after(() => platform.stop())

test('a new account is asked to confirm its address, and the link does it once', async () => {
  const session = await join()
  assert.equal(session.user.email_verified_at, null)
  const mail = (await mails(session.user.email)).find(one => /confirm/i.test(one.subject))
  const token = tokenIn(mail)
  assert.equal((await client.send(api.verifyEmail, { body: { token } })).status, 204)
  assert.ok((await client.call(api.getProfile, {}, bearer(session))).email_verified_at)
  assert.deepEqual(problemOf(await client.send(api.verifyEmail, { body: { token } })), [422, 'invalid-link'])
  assert.equal((await client.send(api.verifyEmail, { body: { token: 'x'.repeat(43) } })).status, 422)
})

test('the mail that confirms an address is sent again when asked for, and no longer once it is confirmed', async () => {
  const session = await join()
  const count = async () => (await subjects(session.user.email)).filter(one => /confirm/i.test(one)).length
  assert.equal(await count(), 1)
  assert.equal((await client.send(api.resendVerification, {}, bearer(session))).status, 202)
  assert.equal(await count(), 2)
  const token = tokenIn((await mails(session.user.email)).findLast(one => /confirm/i.test(one.subject)))
  await client.call(api.verifyEmail, { body: { token } })
  await client.call(api.resendVerification, {}, bearer(session))
  assert.equal(await count(), 2)
})

test('who cannot sign in before the address is confirmed may ask for the mail by the address alone', async () => {
  const { email } = (await join()).user
  const ask = (to: string) => client.send(api.requestVerification, { body: { email: to } })
  const confirming = async () => (await mails(email)).filter(one => /confirm/i.test(one.subject))
  assert.equal((await confirming()).length, 1)
  assert.equal((await ask(email.toUpperCase())).status, 202)
  const sent = await confirming()
  assert.equal(sent.length, 2)
  await client.call(api.verifyEmail, { body: { token: tokenIn(sent.at(-1)) } })
  const stranger = newEmail()
  for (const to of [email, stranger]) assert.equal((await ask(to)).status, 202, 'the same answer for everybody')
  assert.equal((await confirming()).length, 2)
  assert.deepEqual(await mails(stranger), [])
})

test('a forgotten password is set anew by the link: once, for an hour, and every session ends', async () => {
  const email = newEmail()
  const sessions = [await join(email), await login(email)]
  assert.equal((await forgot(email.toUpperCase())).status, 202)
  const token = tokenIn((await mails(email)).find(one => /new password/i.test(one.subject)))
  const reset = (body: object) => client.send(api.resetPassword, { body })
  assert.equal((await reset({ token, password: 'short' })).status, 400)
  assert.equal((await reset({ token, password: 'password123' })).status, 400, 'and a refused one leaves the link good')
  assert.equal((await reset({ token, password: other })).status, 204)
  assert.deepEqual(problemOf(await reset({ token, password })), [422, 'invalid-link'])
  for (const session of sessions) assert.ok(!(await signedIn(session)))
  await assert.rejects(login(email), refused('invalid-credentials'))
  const back = await login(email, other)
  assert.ok(back.user.email_verified_at, 'the link came by mail')
  assert.ok((await subjects(email)).some(one => /password was changed/i.test(one)))

  await forgot(email)
  const late = tokenIn((await mails(email)).findLast(one => /new password/i.test(one.subject)))
  await platform.sql('user')`update account_tokens set expires_at = now() where user_id = ${back.user.id}`
  assert.deepEqual(problemOf(await reset({ token: late, password })), [422, 'invalid-link'])
})

test('of two who use one link at once, one sets the password', async () => {
  const { email } = (await join()).user
  await forgot(email)
  const token = tokenIn((await mails(email)).find(one => /new password/i.test(one.subject)))
  const wanted = ['the first of the two', 'the second of the two']
  const answers = await Promise.all(wanted.map(p => client.send(api.resetPassword, { body: { token, password: p } })))
  assert.deepEqual(answers.map(a => a.status).sort(), [204, 422])
  await login(email, wanted[answers.findIndex(a => a.status === 204)])
})

test('whoever forgot a password is answered alike, account or not, by the same work, and strangers get no mail', async () => {
  const [known, unknown, erased] = [await join(), newEmail(), await join()]
  await client.call(api.deleteAccount, {}, bearer(erased))
  const before = await platform.sql('user')`select count(*)::int as n from mails where template = 'reset-password'`
  const answers = await Promise.all([known.user.email, unknown, erased.user.email].map(forgot))
  const shown = answers.map(({ status, body }) => [status, body])
  assert.deepEqual(shown, [shown[0], shown[0], shown[0]])
  // One row each, whoever it is: nothing that takes longer was done before the answer.
  const after = await platform.sql('user')`select count(*)::int as n from mails where template = 'reset-password'`
  assert.equal(after[0]!.n - before[0]!.n, 3)
  assert.ok((await subjects(known.user.email)).some(one => /new password/i.test(one)))
  assert.deepEqual(await mails(unknown), [])
  assert.ok(!(await subjects(erased.user.email)).some(one => /new password/i.test(one)))
})

test('nobody is flooded: five links within an hour, however often they are asked for', async () => {
  const { email } = (await join()).user
  for (let i = 0; i < 8; i++) await forgot(email)
  assert.equal((await subjects(email)).filter(one => /new password/i.test(one)).length, 5)
})

test('a changed password needs the one before, and ends the other sessions only', async () => {
  const email = newEmail()
  const [here, there] = [await join(email), await login(email)]
  const change = (current_password: string, given: string) =>
    client.send(api.changePassword, { body: { current_password, password: given } }, bearer(here))
  assert.deepEqual(problemOf(await change('not the one', other)), [403, 'wrong-password'])
  assert.equal((await change(password, 'password123')).status, 400)
  assert.ok(await signedIn(there))
  assert.equal((await change(password, other)).status, 204)
  assert.deepEqual([await signedIn(there), await signedIn(here)], [false, true])
  await assert.rejects(login(email), refused('invalid-credentials'))
  await login(email, other)
  assert.ok((await subjects(email)).some(one => /password was changed/i.test(one)))
})

test('another e-mail takes effect when the new address says so, and needs the password', async () => {
  const session = await join()
  const [old, wanted] = [session.user.email, newEmail()]
  const change = (body: object) => client.send(api.updateProfile, { body }, bearer(session))
  assert.deepEqual(problemOf(await change({ email: wanted })), [403, 'wrong-password'])
  assert.equal((await change({ email: wanted, current_password: 'wrong one' })).status, 403)
  const id = session.user.id
  const byId = await client.send(api.updateUser, { params: { id }, body: { email: wanted } }, bearer(session))
  assert.equal(byId.status, 403, 'this way too')
  const asked = await change({ email: wanted, current_password: password, name: 'Ada Lovelace' })
  assert.deepEqual([asked.status, asked.body.email, asked.body.name], [200, old, 'Ada Lovelace'])
  assert.equal((await login(old)).user.email, old)
  const token = tokenIn((await mails(wanted))[0])
  assert.equal((await client.send(api.verifyEmail, { body: { token } })).status, 204)
  const now = await login(wanted)
  assert.ok(now.user.email_verified_at)
  await assert.rejects(login(old), refused('invalid-credentials'))
  assert.ok((await subjects(old)).some(one => /another e-mail/i.test(one)))
})

test('an address that is taken is not told apart, and its owner is told by mail', async () => {
  const [one, two] = [await join(), await join()]
  const change = (email: string) =>
    client.send(api.updateProfile, { body: { email, current_password: password } }, bearer(one))
  const [taken, free] = [await change(two.user.email), await change(newEmail())]
  assert.deepEqual([taken.status, taken.body], [free.status, free.body])
  assert.ok((await subjects(two.user.email)).some(mail => /with your address/i.test(mail)))
})

test('an address somebody else took in the meantime is not moved to', async () => {
  const [session, wanted] = [await join(), newEmail()]
  await client.call(api.updateProfile, { body: { email: wanted, current_password: password } }, bearer(session))
  const token = tokenIn((await mails(wanted))[0])
  await join(wanted)
  assert.deepEqual(problemOf(await client.send(api.verifyEmail, { body: { token } })), [409, 'email-taken'])
})

test('the commonest passwords, and those made of the account, are refused by name of the field', async () => {
  for (const given of ['password', 'Password123', 'iloveyou1', 'shopfleet', 'aaaaaaaaaaaa', 'ada.lovelace']) {
    const body = { email: 'ada.lovelace@example.com', password: given }
    for (const operation of [api.register, api.signUp]) {
      const answer = await client.send(operation, { body })
      assert.equal(answer.status, 400, given)
      assert.equal(answer.body.errors[0].pointer, '/password')
    }
  }
})

test('a sign-in from a device not seen before is told, one from a known device is not', async () => {
  const { email } = (await join()).user
  const count = async () => (await subjects(email)).filter(one => /new sign-in/i.test(one)).length
  await login(email)
  assert.equal(await count(), 0)
  const phone = { 'user-agent': 'Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0' }
  for (let i = 0; i < 2; i++) await client.call(api.login, { body: { email, password } }, phone)
  assert.equal(await count(), 1)
})

test('no link is in a log, an event or the user database', async () => {
  const { email } = (await join()).user
  await forgot(email)
  const token = tokenIn((await mails(email)).find(one => /new password/i.test(one.subject)))
  const said = JSON.stringify([await platform.said('user'), await platform.said('notification')])
  assert.ok(!said.includes(token))
  const sql = platform.sql('user')
  await forgot(email)
  const kept = await sql`select to_jsonb(m) as row from mails m union all select to_jsonb(t) from account_tokens t`
  assert.ok(kept.count >= 2)
  assert.ok(!JSON.stringify(kept).includes(token))
})

test('a mail nobody takes just now waits, and is sent once the notification service is back', async () => {
  await platform.halt('notification')
  const { email } = (await join()).user
  await platform.service('user').drain()
  const waiting = await platform.sql('user')`select attempts from mails where email = ${email}`
  assert.equal(waiting.count, 1)
  await platform.resume('notification')
  await platform.sql('user')`update mails set due_at = now()`
  // The breaker looks again after a second at most.
  for (let i = 0; i < 50 && (await mails(email)).length === 0; i++) {
    await new Promise(resolve => setTimeout(resolve, 100))
    await platform.sql('user')`update mails set due_at = now()`
  }
  assert.equal((await subjects(email)).filter(one => /confirm/i.test(one)).length, 1)
})

test('guessing at an account is slowed down for who guesses, not for its owner, and the owner is never shut out', async () => {
  const { email } = (await join()).user
  const thief = { 'x-forwarded-for': '198.51.100.66' }
  const owner = { 'x-forwarded-for': '203.0.113.5' }
  const guess = (given: string, from: Record<string, string>) =>
    client.send(api.login, { body: { email, password: given } }, from)
  const at_once = await Promise.all(Array.from({ length: 12 }, (_, i) => guess(`wrong ${i}`, thief)))
  const statuses = at_once.map(a => a.status)
  assert.ok(statuses.filter(status => status === 401).length <= 5, `${statuses}`)
  const late = await guess(password, thief)
  assert.deepEqual(problemOf(late), [429, 'too-many-requests'])
  assert.ok(Number(late.headers.get('retry-after')) >= 1)
  assert.equal((await guess(password, owner)).status, 200)
  // An account that does not exist is slowed down alike.
  const nobody = newEmail()
  const unknown = []
  for (let i = 0; i < 6; i++) {
    unknown.push((await client.send(api.login, { body: { email: nobody, password } }, thief)).status)
  }
  assert.deepEqual(unknown, [401, 401, 401, 401, 401, 429])
  // Over for the thief too, after the wait.
  await platform.sql('user')`update sign_in_attempts set blocked_until = now()`
  assert.equal((await guess(password, thief)).status, 200)
})

test('guesses from everywhere slow the account down, but not where its owner is signed in', async () => {
  const { email } = (await join()).user
  const owner = { 'x-forwarded-for': '203.0.113.9' }
  await client.call(api.login, { body: { email, password } }, owner)
  const guess = (i: number) =>
    client.send(api.login, { body: { email, password: `wrong ${i}` } }, { 'x-forwarded-for': `198.51.100.${i}` })
  for (let i = 0; i < 50; i++) await guess(i)
  assert.equal((await guess(51)).status, 429)
  assert.equal((await client.send(api.login, { body: { email, password } }, owner)).status, 200)
})

test('where the shop does not tell which addresses have an account, registration goes by mail alone', async () => {
  const { ctx } = platform.service('user')
  const [fresh, taken] = [newEmail(), (await join()).user.email]
  ctx.config.OPEN_REGISTRATION = false
  try {
    assert.equal((await client.send(api.register, { body: { email: fresh, password } })).status, 403)
    const answers = await Promise.all(
      [fresh, taken].map(email => client.send(api.signUp, { body: { email, password: other } })),
    )
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body]),
      [
        [202, null],
        [202, null],
      ],
    )
    assert.ok((await subjects(taken)).some(mail => /with your address/i.test(mail)))
    const unconfirmed = await client.send(api.login, { body: { email: fresh, password: other } })
    assert.deepEqual(problemOf(unconfirmed), [403, 'email-not-verified'])
    await assert.rejects(login(fresh, 'a wrong one of length'), refused('invalid-credentials'))
    const token = tokenIn((await mails(fresh)).find(one => /confirm/i.test(one.subject)))
    await client.call(api.verifyEmail, { body: { token } })
    assert.equal((await login(fresh, other)).user.email, fresh)
  } finally {
    ctx.config.OPEN_REGISTRATION = true
  }
})

test('staff give another address at once, which then is not confirmed', async () => {
  const session = await join()
  await platform.sql('user')`update users set email_verified_at = now() where id = ${session.user.id}`
  const email = newEmail()
  await ensureAdministrator(platform.service('user').ctx, { email, password })
  const staff = bearer(await login(email))
  const params = { id: session.user.id }
  const moved = await client.call(api.updateUser, { params, body: { email: newEmail() } }, staff)
  assert.equal(moved.email_verified_at, null)
})
