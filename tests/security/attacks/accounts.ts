import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type * as api from '@shopfleet/contracts'
import { URI } from 'otpauth'
import { type Answer, type Arena, inClass, problemOf } from '../attack.ts'
import { bearer, newEmail, password } from '../world.ts'

const guessing = inClass('brute force')
const enumeration = inClass('enumeration')
const factors = inClass('second factors and links of mails')

const post = (a: Arena, path: string, body: unknown, headers: Record<string, string> = {}) =>
  a.http({ method: 'POST', path, body, headers })
const login = (a: Arena, email: string, guess: string) => post(a, '/api/auth/login', { email, password: guess })

/** Without what differs between any two answers. */
function plain(answer: Answer): string {
  const { instance: _i, correlation_id: _c, ...body } = answer.body ?? {}
  const headers = Object.fromEntries(
    Object.entries(answer.headers).filter(
      ([name]) => !/^(date|x-correlation-id|ratelimit.*|content-length)$/.test(name),
    ),
  )
  return JSON.stringify({ status: answer.status, headers, body })
}

async function medianOf(times: number, act: (i: number) => Promise<unknown>): Promise<number> {
  const all: number[] = []
  for (let i = 0; i < times; i++) {
    const started_ms = performance.now()
    await act(i)
    all.push(performance.now() - started_ms)
  }
  return all.toSorted((x, y) => x - y)[times >> 1]!
}

/** A machine that does other things too must not be taken for a difference: only what is many times as long tells anything. */
async function takeAlike(known: (i: number) => Promise<unknown>, unknown: (i: number) => Promise<unknown>) {
  for (let tries = 3; ; tries--) {
    const [one, two] = [await medianOf(9, known), await medianOf(9, unknown)]
    const ratio = Math.max(one, two) / Math.min(one, two)
    if (ratio < 3 || Math.abs(one - two) < 5) return
    assert.ok(tries > 0, `medians of ${one.toFixed(1)} and ${two.toFixed(1)} ms`)
  }
}

const alike = (
  what: string,
  expected: string,
  known: (a: Arena) => Promise<Answer>,
  unknown: (a: Arena) => Promise<Answer>,
) =>
  enumeration.tries(what, expected, async a => {
    const answers = [await known(a), await unknown(a)] as const
    assert.equal(plain(answers[0]), plain(answers[1]))
    return [...answers]
  })

const wrong = 'not the password of anybody'
const enumerations = [
  alike(
    'signing in: a known address with a wrong password, and an unknown one',
    '401 invalid-credentials',
    async a => login(a, (await a.join()).user.email, wrong),
    a => login(a, newEmail(), wrong),
  ),
  enumeration.tries('signing in takes alike for both', '401 | 429', async a => {
    const people: api.Session[] = []
    for (let i = 0; i < 9; i++) people.push(await a.join())
    await takeAlike(
      i => login(a, people[i]!.user.email, wrong),
      () => login(a, newEmail(), wrong),
    )
    return []
  }),
  alike(
    'a forgotten password of a known and an unknown address',
    '202',
    async a => post(a, '/api/auth/forgot-password', { email: (await a.join()).user.email }),
    a => post(a, '/api/auth/forgot-password', { email: newEmail() }),
  ),
  enumeration.tries('a forgotten password takes alike for both', '202', async a => {
    const { email } = (await a.join()).user
    await takeAlike(
      () => post(a, '/api/auth/forgot-password', { email }),
      () => post(a, '/api/auth/forgot-password', { email: newEmail() }),
    )
    return []
  }),
  alike(
    'signing up by mail with a known and an unknown address',
    '202',
    async a => post(a, '/api/auth/sign-up', { email: (await a.join()).user.email, password }),
    a => post(a, '/api/auth/sign-up', { email: newEmail(), password }),
  ),
  alike(
    "changing one's address to a taken and to a free one",
    '200',
    async a => {
      const { email } = (await a.join()).user
      return hidden(a, await changeEmail(a, email))
    },
    async a => hidden(a, await changeEmail(a, newEmail())),
  ),
  alike(
    'the sign-in of a disabled account with the right password, and a wrong one',
    '401 invalid-credentials',
    async a => {
      const { user } = await a.join()
      const admin = bearer(a.staff.get('admin')!)
      await a.http({ method: 'PUT', path: `/api/users/${user.id}`, headers: admin, body: { is_active: false } })
      return login(a, user.email, password)
    },
    async a => login(a, (await a.join()).user.email, wrong),
  ),
  enumeration.tries('an account that never was and one of somebody else answer alike', '404 not-found', async a => {
    const answers = []
    for (const id of [a.owner.user.id, randomUUID()])
      answers.push(await a.http({ path: `/api/users/${id}`, headers: bearer(a.other) }))
    assert.equal(plain(answers[0]!), plain(answers[1]!))
    return answers
  }),
  ...['/api/orders/1', '/api/orders/1001', '/api/users/1', '/api/notifications/42'].map(path =>
    enumeration.asks(`counting through ${path}`, '400 validation-failed', a => ({ path, headers: bearer(a.other) })),
  ),
]

async function changeEmail(a: Arena, email: string): Promise<Answer> {
  const me = await a.join()
  const body = { email, current_password: password }
  return a.http({ method: 'PUT', path: '/api/users/profile', headers: bearer(me), body })
}
/** The profile of a new person differs from another's in who it is; nothing else may. */
function hidden(_a: Arena, answer: Answer): Answer {
  const { id: _i, email: _e, created_at: _c, updated_at: _u, ...rest } = answer.body
  return { ...answer, body: rest }
}

const bruteForce = [
  guessing.tries('a password after many guesses is not even looked at', '429 too-many-requests', async a => {
    const { user } = await a.join()
    const seen: string[] = []
    for (let i = 0; i < 12; i++) seen.push(problemOf(await login(a, user.email, `guess number ${i}`)))
    assert.ok(seen.includes('too-many-requests'), seen.join())
    return login(a, user.email, password)
  }),
  guessing.tries('another spelling of the address does not begin again', '429 too-many-requests', async a => {
    const { user } = await a.join()
    for (let i = 0; i < 12; i++) await login(a, user.email, `guess number ${i}`)
    return login(a, ` ${user.email.toUpperCase()} `, password)
  }),
  guessing.tries('a made-up X-Forwarded-For does not begin again', '429 too-many-requests', async a => {
    const { user } = await a.join()
    const body = { email: user.email, password: wrong }
    const guess = (i: number) => post(a, '/api/auth/login', body, { 'x-forwarded-for': `10.0.0.${i}` })
    for (let i = 0; i < 12; i++) await guess(i)
    return guess(200)
  }),
  guessing.tries('the password asked for again by who is signed in', '429 too-many-requests', async a => {
    const me = await a.join()
    const body = { current_password: wrong, password: `another ${randomUUID()}` }
    const guess = () => post(a, '/api/auth/change-password', body, bearer(me))
    for (let i = 0; i < 8; i++) await guess()
    return guess()
  }),
  guessing.tries('one person being guessed at does not lock out another', '200', async a => {
    const [victim, bystander] = [await a.join(), await a.join()]
    for (let i = 0; i < 12; i++) await login(a, victim.user.email, wrong)
    return login(a, bystander.user.email, password)
  }),
  ...['password', 'Password1', '123456789', 'qwertyuiop', 'aaaaaaaaaa', 'shopfleet'].map(common =>
    guessing.asks(`the password \`${common}\``, '400 validation-failed', () => ({
      method: 'POST',
      path: '/api/auth/register',
      body: JSON.stringify({ email: newEmail(), password: common }),
    })),
  ),
  guessing.asks('a password that is the address', '400 validation-failed', () => {
    const email = newEmail()
    return { method: 'POST', path: '/api/auth/register', body: JSON.stringify({ email, password: email }) }
  }),
  guessing.asks('a password of seven, and of 129', '400 validation-failed', () =>
    ['short 7', 'long '.repeat(26)].map(one => ({
      method: 'POST',
      path: '/api/auth/register',
      body: { email: newEmail(), password: one },
    })),
  ),
  guessing.tries('two passwords alike in their first 72 bytes are two', '401 invalid-credentials', async a => {
    const email = newEmail()
    const long = 'a long password of many words '.repeat(3).slice(0, 80)
    await post(a, '/api/auth/register', { email, password: `${long}one` })
    return login(a, email, `${long}two`)
  }),
]

const codeOf = (otpauth_url: string, steps = 0) =>
  URI.parse(otpauth_url).generate({ timestamp: Date.now() + steps * 30_000 } as never)

async function enrolled(a: Arena) {
  const session = await a.join()
  const asked = await post(a, '/api/auth/mfa/enrol', { current_password: password }, bearer(session))
  const { otpauth_url } = asked.body
  const confirmed = await post(a, '/api/auth/mfa/confirm', { code: codeOf(otpauth_url, -1) }, bearer(session))
  assert.equal(confirmed.status, 200, confirmed.text)
  // Its access token is from before the account changed.
  const renewed = await post(a, '/api/auth/refresh', { refresh_token: session.refresh_token })
  return {
    session: renewed.body as api.Session,
    otpauth_url,
    recovery_codes: confirmed.body.recovery_codes as string[],
  }
}
const challenge = async (a: Arena, email: string) => (await login(a, email, password)).body.mfa_token as string
const show = (a: Arena, mfa_token: string, code: string) => post(a, '/api/auth/mfa', { mfa_token, code })

/** The link of the mail that was asked for just now. On a busy machine a mail may have to be handed over once more. */
async function resetLink(a: Arena, email: string): Promise<string> {
  await post(a, '/api/auth/forgot-password', { email })
  const seen = a.secrets.get('links of mails')
  for (const until_ms = performance.now() + 20_000; performance.now() < until_ms; ) {
    await a.settle('user', 'notification')
    const token = (await a.platform.mail.sent(email))
      .filter(mail => mail.headers['x-shopfleet-template'] === 'reset-password')
      .map(mail => /[?&]token=([\w-]{20,})/.exec(mail.text)?.[1] ?? '')
      .find(one => one !== '' && !seen?.has(one))
    if (token === undefined) continue
    a.keep('links of mails', token)
    return token
  }
  throw new Error('no new link was sent')
}
const reset = (a: Arena, token: string, to = `another ${randomUUID()}`) =>
  post(a, '/api/auth/reset-password', { token, password: to })

const secondFactors = [
  factors.tries('the password alone', '403 mfa-required', async a => {
    const { session } = await enrolled(a)
    const answer = await login(a, session.user.email, password)
    assert.equal(answer.body.access_token, undefined)
    return answer
  }),
  factors.tries('the challenge as an access token, and as a refresh token', '401 invalid-token', async a => {
    const { session } = await enrolled(a)
    const mfa_token = await challenge(a, session.user.email)
    return [
      await a.http({ path: '/api/users/profile', headers: { authorization: `Bearer ${mfa_token}` } }),
      await post(a, '/api/auth/refresh', { refresh_token: mfa_token }),
    ]
  }),
  factors.tries("one person's challenge with another's code", '422 invalid-code', async a => {
    const [one, two] = [await enrolled(a), await enrolled(a)]
    return show(a, await challenge(a, one.session.user.email), codeOf(two.otpauth_url))
  }),
  factors.tries('a code seen before', '422 invalid-code', async a => {
    const { session, otpauth_url } = await enrolled(a)
    return show(a, await challenge(a, session.user.email), codeOf(otpauth_url, -1))
  }),
  factors.tries('a code of long ago, and of the future', '422 invalid-code', async a => {
    const { session, otpauth_url } = await enrolled(a)
    const mfa_token = await challenge(a, session.user.email)
    return [await show(a, mfa_token, codeOf(otpauth_url, -20)), await show(a, mfa_token, codeOf(otpauth_url, 20))]
  }),
  factors.tries('guessing codes ends', '429 too-many-requests | 401 invalid-token', async a => {
    const { session, otpauth_url } = await enrolled(a)
    const mfa_token = await challenge(a, session.user.email)
    for (let i = 0; i < 12; i++) await show(a, mfa_token, String(100_000 + i))
    return show(a, mfa_token, codeOf(otpauth_url, 1))
  }),
  factors.tries('a recovery code twice', '422 invalid-code', async a => {
    const { session, recovery_codes } = await enrolled(a)
    const first = await show(a, await challenge(a, session.user.email), recovery_codes[0]!)
    assert.equal(first.status, 200)
    return show(a, await challenge(a, session.user.email), recovery_codes[0]!)
  }),
  factors.tries(
    'switching it off with a stolen access token alone',
    '403 wrong-password | 422 invalid-code',
    async a => {
      const { session } = await enrolled(a)
      return post(a, '/api/auth/mfa/disable', { code: '000000' }, bearer(session))
    },
  ),
  factors.tries('enrolling another one over a good one', '409 already-exists', async a => {
    const { session } = await enrolled(a)
    return post(a, '/api/auth/mfa/enrol', { current_password: password }, bearer(session))
  }),
  factors.tries('enrolling with a stolen access token alone', '403 wrong-password', async a => {
    const session = await a.join()
    return post(a, '/api/auth/mfa/enrol', {}, bearer(session))
  }),

  factors.tries('a link to a new password, twice', '422 invalid-link', async a => {
    const token = await resetLink(a, (await a.join()).user.email)
    assert.equal((await reset(a, token)).status, 204)
    return reset(a, token)
  }),
  factors.tries('an older link after a newer one was used', '422 invalid-link', async a => {
    const { email } = (await a.join()).user
    const [older, newer] = [await resetLink(a, email), await resetLink(a, email)]
    assert.equal((await reset(a, newer)).status, 204)
    return reset(a, older)
  }),
  factors.tries('a link to a new password ends every session there was', '401 invalid-token', async a => {
    const thief = await a.join()
    assert.equal((await reset(a, await resetLink(a, thief.user.email))).status, 204)
    await a.settle('user', 'notification')
    return [
      await post(a, '/api/auth/refresh', { refresh_token: thief.refresh_token }),
      await a.http({ path: '/api/users/profile', headers: bearer(thief) }),
    ]
  }),
  factors.tries('a link for another purpose', '422 invalid-link', async a => {
    const token = await resetLink(a, (await a.join()).user.email)
    return post(a, '/api/auth/verify-email', { token })
  }),
  factors.tries('made-up links', '422 invalid-link', async a => [
    await reset(a, 'x'.repeat(43)),
    await reset(a, randomUUID() + randomUUID()),
    await post(a, '/api/auth/verify-email', { token: "' or 1=1 -- and then some" }),
  ]),
  factors.tries('a Host header does not choose where the link of the mail leads', '202', async a => {
    const { email } = (await a.join()).user
    const headers = {
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      referer: 'https://evil.example/',
    }
    const answer = await post(a, '/api/auth/forgot-password', { email }, headers)
    await a.settle('user', 'notification')
    const mails = JSON.stringify(await a.platform.mail.sent(email))
    assert.ok(!mails.includes('evil.example'), 'it leads to somebody else')
    return answer
  }),
  factors.tries("an address is not another's until its link was opened", '200', async a => {
    const me = await a.join()
    const body = { email: newEmail(), current_password: password }
    const answer = await a.http({ method: 'PUT', path: '/api/users/profile', headers: bearer(me), body })
    assert.equal(answer.body.email, me.user.email)
    return answer
  }),
]

export const accountAttacks = [...enumerations, ...bruteForce, ...secondFactors]
