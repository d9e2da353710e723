import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { URI } from 'otpauth'
import { ensureAdministrator } from '../src/service.ts'

let platform: TestPlatform
let client: api.Client
const password = 'correct horse battery'
const newEmail = () => `${randomUUID()}@example.com`
const bearer = (session: api.Session) => ({ authorization: `Bearer ${session.access_token}` })
const join = (email = newEmail()) => client.call(api.register, { body: { email, password } })
const problemOf = ({ status, body }: api.Answer<any>) => [status, String(body?.type).split('/').at(-1)]
const signIn = (email: string) => client.send(api.login, { body: { email, password } })
const answer = (mfa_token: string, code: string) => client.send(api.loginMfa, { body: { mfa_token, code } })
const refresh = ({ refresh_token }: api.Session) => client.call(api.refreshSession, { body: { refresh_token } })

before(async () => {
  platform = await startTestPlatform({ services: ['user'] })
  client = platform.client('user')
})
after(() => platform.stop())

const codeOf = (otpauth_url: string, steps = 0) =>
  URI.parse(otpauth_url).generate({ timestamp: Date.now() + steps * 30_000 } as never)

async function enrolled(session: api.Session) {
  const body = { current_password: password }
  const { secret, otpauth_url } = await client.call(api.enrolMfa, { body }, bearer(session))
  const { recovery_codes } = await client.call(
    api.confirmMfa,
    { body: { code: codeOf(otpauth_url, -1) } },
    bearer(session),
  )
  return { secret, otpauth_url, recovery_codes }
}

test('with a second factor the password alone opens nothing; a code of the app goes on, and is good once', async () => {
  const session = await join()
  const { email } = session.user
  const { otpauth_url, secret } = await enrolled(session)
  assert.match(otpauth_url, /^otpauth:\/\/totp\/Shopfleet/)
  const refused = await signIn(email)
  assert.deepEqual(problemOf(refused), [403, 'mfa-required'])
  assert.equal(refused.body.access_token, undefined)
  assert.deepEqual(problemOf(await answer(refused.body.mfa_token, '000000x')), [422, 'invalid-code'])
  const code = codeOf(otpauth_url)
  const opened = await answer(refused.body.mfa_token, code)
  assert.equal(opened.status, 200)
  assert.equal(opened.body.user.email, email)
  assert.equal((await answer(refused.body.mfa_token, codeOf(otpauth_url, 1))).status, 401, 'the challenge is over')
  const next = await signIn(email)
  assert.deepEqual(problemOf(await answer(next.body.mfa_token, code)), [422, 'invalid-code'], 'a code seen before')
  const kept = await platform.sql('user')`select to_jsonb(f) as f from second_factors f`
  assert.ok(!JSON.stringify(kept).includes(secret))
})

test('one code in two hands opens one session', async () => {
  const session = await join()
  const { otpauth_url } = await enrolled(session)
  const challenges = await Promise.all([signIn(session.user.email), signIn(session.user.email)])
  const code = codeOf(otpauth_url)
  const answers = await Promise.all(challenges.map(one => answer(one.body.mfa_token, code)))
  assert.deepEqual(answers.map(a => a.status).sort(), [200, 422])
})

test('a recovery code stands in for the app, once each', async () => {
  const session = await join()
  const { recovery_codes } = await enrolled(session)
  assert.equal(new Set(recovery_codes).size, 10)
  const { body } = await signIn(session.user.email)
  assert.equal((await answer(body.mfa_token, recovery_codes[0]!.toLowerCase())).status, 200)
  const again = await signIn(session.user.email)
  assert.equal((await answer(again.body.mfa_token, recovery_codes[0]!)).status, 422)
  assert.equal((await answer(again.body.mfa_token, recovery_codes[1]!)).status, 200)
  const now = await refresh(session)
  assert.deepEqual(await client.call(api.getMfa, {}, bearer(now)), { enabled: true, recovery_codes_left: 8 })
})

test('codes cannot be guessed at: a few wrong ones, and the account waits', async () => {
  const session = await join()
  const { otpauth_url } = await enrolled(session)
  const { body } = await signIn(session.user.email)
  const statuses = []
  for (let i = 0; i < 6; i++) statuses.push((await answer(body.mfa_token, `00000${i}`)).status)
  assert.deepEqual(statuses, [422, 422, 422, 422, 422, 429])
  assert.equal((await answer(body.mfa_token, codeOf(otpauth_url))).status, 429, 'not even the right one')
  const fresh = await signIn(session.user.email)
  assert.equal((await answer(fresh.body.mfa_token, codeOf(otpauth_url))).status, 429, 'nor by another challenge')
})

test('enrolling needs the password, and counts only once it is confirmed', async () => {
  const session = await join()
  const me = bearer(session)
  assert.deepEqual(problemOf(await client.send(api.enrolMfa, { body: {} }, me)), [403, 'wrong-password'])
  const body = { current_password: password }
  const first = await client.call(api.enrolMfa, { body }, me)
  assert.equal((await signIn(session.user.email)).status, 200)
  assert.deepEqual(await client.call(api.getMfa, {}, me), { enabled: false, recovery_codes_left: 0 })
  assert.equal((await client.send(api.confirmMfa, { body: { code: '000000' } }, me)).status, 422)
  const second = await client.call(api.enrolMfa, { body }, me)
  assert.notEqual(first.secret, second.secret)
  await client.call(api.confirmMfa, { body: { code: codeOf(second.otpauth_url) } }, me)
  const now = bearer(await refresh(session))
  assert.deepEqual(problemOf(await client.send(api.enrolMfa, { body }, now)), [409, 'already-exists'])
  assert.equal((await client.send(api.confirmMfa, { body: { code: '000000' } }, now)).status, 422)
})

test('it is disabled with both factors, and the password alone is enough again', async () => {
  const session = await join()
  const { recovery_codes } = await enrolled(session)
  const me = bearer(await refresh(session))
  const disable = (body: object) => client.send(api.disableMfa, { body }, me)
  assert.deepEqual(problemOf(await disable({ code: recovery_codes[0]! })), [403, 'wrong-password'])
  assert.deepEqual(problemOf(await disable({ code: 'AAAAAA', current_password: password })), [422, 'invalid-code'])
  assert.equal((await disable({ code: recovery_codes[0]!, current_password: password })).status, 204)
  assert.equal((await signIn(session.user.email)).status, 200)
})

test('a challenge runs out, and ends with a new password', async () => {
  const session = await join()
  const { recovery_codes } = await enrolled(session)
  const { body } = await signIn(session.user.email)
  await platform.sql('user')`update sign_in_challenges set expires_at = now() where user_id = ${session.user.id}`
  assert.deepEqual(problemOf(await answer(body.mfa_token, recovery_codes[0]!)), [401, 'invalid-token'])
  const next = await signIn(session.user.email)
  const change = { current_password: password, password: 'another battery staple' }
  await client.call(api.changePassword, { body: change }, bearer(await refresh(session)))
  assert.equal((await answer(next.body.mfa_token, recovery_codes[0]!)).status, 401)
})

test('where staff need a second factor, one without it may do nothing but enrol it', async () => {
  const { ctx } = platform.service('user')
  ctx.config.REQUIRE_STAFF_MFA = true
  try {
    const email = newEmail()
    await ensureAdministrator(ctx, { email, password })
    const session: api.Session = (await signIn(email)).body
    assert.deepEqual([session.mfa_enrolment_required, session.user.permissions], [true, []])
    assert.equal((await client.send(api.listUsers, {}, bearer(session))).status, 403)
    await enrolled(session)
    await platform.drain()
    assert.equal((await client.send(api.getProfile, {}, bearer(session))).status, 401, 'the token is out of date')
    const next = await refresh(session)
    assert.equal(next.mfa_enrolment_required, undefined)
    assert.equal((await client.send(api.listUsers, {}, bearer(next))).status, 200)
    const customer = await join()
    assert.equal(customer.mfa_enrolment_required, undefined)
  } finally {
    ctx.config.REQUIRE_STAFF_MFA = false
  }
})
