import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { createSigningKeys } from '../src/signing-keys.ts'

let platform: TestPlatform
let client: api.Client
const password = 'correct horse battery'
const newEmail = () => `${randomUUID()}@example.com`
const bearer = (session: api.Session) => ({ authorization: `Bearer ${session.access_token}` })
const join = (email = newEmail()) => client.call(api.register, { body: { email, password, name: 'Ada King Lovelace' } })
const refresh = (session: api.Session) =>
  client.call(api.refreshSession, { body: { refresh_token: session.refresh_token } })
const refused = (problem: api.ProblemName) => (error: unknown) =>
  error instanceof api.Problem && error.problem === problem

before(async () => {
  platform = await startTestPlatform({ services: ['user'] })
  client = platform.client('user')
})
after(() => platform.stop())

test('whoever registers is signed in and known by the name they gave', async () => {
  const email = newEmail()
  const session = await join(email)
  const { email: kept, first_name, last_name, name, role, permissions } = session.user
  assert.deepEqual(
    { kept, first_name, last_name, name, role, permissions },
    {
      kept: email,
      first_name: 'Ada',
      last_name: 'King Lovelace',
      name: 'Ada King Lovelace',
      role: 'customer',
      permissions: [],
    },
  )
  assert.deepEqual(await client.call(api.getProfile, {}, bearer(session)), session.user)
})

test('an access token says who, may what, in which session, for fifteen minutes, and verifies with the published keys', async () => {
  const session = await join()
  const { keys } = await client.call(api.jwks, {})
  assert.ok(
    keys.every(key => !('d' in key)),
    'no private part is published',
  )
  const { payload } = await jwtVerify(session.access_token, createLocalJWKSet({ keys: keys as never }), {
    issuer: 'shopfleet',
    audience: 'shopfleet',
    algorithms: ['EdDSA'],
  })
  assert.equal(payload.sub, session.user.id)
  assert.equal(payload.role, 'customer')
  assert.deepEqual(payload.permissions, [])
  assert.equal(typeof payload.sid, 'string')
  assert.equal(payload.exp! - payload.iat!, 900)
  assert.equal(session.expires_in, 900)
})

test('every alias of registration and sign-in is the same operation', async () => {
  const post = (path: string, body: unknown) =>
    fetch(platform.url('user') + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  for (const base of ['/api/auth', '/api/users', '/api', '', '/api/v1/auth']) {
    const email = newEmail()
    assert.equal((await post(`${base}/register`, { email, password, firstName: 'Ada' })).status, 201, base)
    assert.equal((await post(`${base}/login`, { email, password })).status, 200, base)
  }
})

test('an e-mail belongs to one account, however it is spelt and however many ask at once', async () => {
  const email = newEmail()
  const answers = await Promise.all(
    [email, email.toUpperCase(), email].map(email => client.send(api.register, { body: { email, password } })),
  )
  assert.deepEqual(answers.map(a => a.status).sort(), [201, 409, 409])
  assert.equal(answers.find(a => a.status === 409)!.body.type, 'https://shopfleet.dev/problems/email-taken')
})

test('bad registrations name every field that is wrong', async () => {
  const { status, body } = await client.send(api.register, {
    body: { email: 'nobody', password: 'short', admin: true },
  })
  assert.equal(status, 400)
  assert.deepEqual(body.errors.map((e: api.FieldError) => e.pointer).sort(), ['/admin', '/email', '/password'])
  const nothing = await client.send(api.login, { body: {} })
  assert.equal(nothing.status, 400)
  assert.deepEqual(nothing.body.errors.map((e: api.FieldError) => e.pointer).sort(), ['/email', '/password'])
  assert.equal(
    (await client.send(api.refreshSession, { body: { refresh_token: 'x' } })).body.errors[0].pointer,
    '/refresh_token',
  )
  assert.equal((await client.send(api.logout, { body: { refresh_token: 1 } })).body.errors[0].pointer, '/refresh_token')
})

test('text that no database can keep is refused', async () => {
  for (const [operation, body] of [
    [api.register, { email: newEmail(), password, name: 'A\0da' }],
    [api.login, { email: 'ada\0@example.com', password }],
  ] as const) {
    assert.equal((await client.send(operation, { body })).status, 400)
  }
})

test('sign-in takes the right password only, whatever the case of the e-mail', async () => {
  const email = newEmail()
  const { user } = await join(email)
  const session = await client.call(api.login, { body: { email: ` ${email.toUpperCase()}`, password } })
  assert.deepEqual(session.user, user)
  await assert.rejects(
    client.call(api.login, { body: { email, password: `${password}!` } }),
    refused('invalid-credentials'),
  )
})

test('an unknown e-mail and a wrong password are answered alike', async () => {
  const email = newEmail()
  await join(email)
  const [wrong, unknown] = await Promise.all(
    [email, newEmail()].map(email => client.send(api.login, { body: { email, password: 'not the one' } })),
  )
  const { correlation_id: _w, ...first } = wrong!.body
  const { correlation_id: _u, ...second } = unknown!.body
  assert.equal(wrong!.status, 401)
  assert.deepEqual(first, second)
})

test('all of a long password counts', async () => {
  const email = newEmail()
  const long = 'pqr'.repeat(40)
  await client.call(api.register, { body: { email, password: long } })
  await client.call(api.login, { body: { email, password: long } })
  await assert.rejects(
    client.call(api.login, { body: { email, password: long.slice(0, 119) } }),
    refused('invalid-credentials'),
  )
})

test('neither a password nor a refresh token is kept as it is', async () => {
  const session = await join()
  const [row] = await platform.sql('user')`
    select to_jsonb(u) || jsonb_build_object('tokens', (
      select jsonb_agg(to_jsonb(t)) from refresh_tokens t join sessions s on s.id = t.session_id where s.user_id = u.id)) as kept
    from users u where id = ${session.user.id}`
  const kept = JSON.stringify(row!.kept)
  assert.match(kept, /"\$2[aby]\$04\$/)
  assert.ok(!kept.includes(password) && !kept.includes(session.refresh_token))
  assert.ok(!kept.includes(Buffer.from(session.refresh_token).toString('hex')))
})

test('a refresh token is exchanged for a new pair of the same session', async () => {
  const session = await join()
  const next = await refresh(session)
  assert.notEqual(next.refresh_token, session.refresh_token)
  assert.deepEqual(next.user, session.user)
  const sid = (s: api.Session) => JSON.parse(Buffer.from(s.access_token.split('.')[1]!, 'base64url').toString()).sid
  assert.equal(sid(next), sid(session))
  await refresh(next)
})

test('a refresh whose answer was lost can be repeated at once, and goes on', async () => {
  const session = await join()
  await refresh(session)
  const again = await refresh(session)
  await refresh(await refresh(again))
})

test('two refreshes of one token at once both get an answer, but only one line of tokens goes on', async () => {
  const session = await join()
  const [one, two] = await Promise.all([refresh(session), refresh(session)])
  const next = await refresh(one!)
  await assert.rejects(refresh(two!), refused('invalid-token'))
  await assert.rejects(refresh(next), refused('invalid-token'), 'the session has ended')
})

test('a refresh token used again later ends the whole session', async () => {
  const session = await join()
  const next = await refresh(session)
  await platform.sql('user')`
    update sessions set turned_at = turned_at - interval '11 seconds' where user_id = ${session.user.id}`
  await assert.rejects(refresh(session), refused('invalid-token'))
  await assert.rejects(refresh(next), refused('invalid-token'))
})

test('a refresh token older than the one before ends the session even within the moment of grace', async () => {
  const session = await join()
  const second = await refresh(session)
  const third = await refresh(second)
  await assert.rejects(refresh(session), refused('invalid-token'))
  await assert.rejects(refresh(third), refused('invalid-token'))
})

test('a session that was not used for its time has ended, and is forgotten', async () => {
  const session = await join()
  const other = await join()
  const sql = platform.sql('user')
  await sql`update sessions set expires_at = now() where user_id = ${session.user.id}`
  await assert.rejects(refresh(session), refused('invalid-token'))
  const late = await join()
  await sql`update sessions set expires_at = now() where user_id = ${late.user.id}`
  await sql`update refresh_tokens set created_at = now() - interval '8 days'
            where session_id = (select id from sessions where user_id = ${other.user.id})`
  await platform.drain()
  const left = await sql`select user_id from sessions where user_id in (${late.user.id}, ${other.user.id})`
  assert.deepEqual(
    left.map(row => row.user_id),
    [other.user.id],
  )
  assert.equal((await sql`select 1 from refresh_tokens where created_at < now() - interval '7 days'`).count, 0)
})

test('a session ends after its greatest age, however much it is used', async () => {
  const session = await join()
  const sql = platform.sql('user')
  await sql`update sessions set created_at = now() - interval '89 days 23 hours' where user_id = ${session.user.id}`
  const next = await refresh(session)
  const [row] = await sql`
    select expires_at < now() + interval '61 minutes' as ends from sessions where user_id = ${session.user.id}`
  assert.equal(row!.ends, true)
  await sql`update sessions set created_at = now() - interval '91 days' where user_id = ${session.user.id}`
  const last = await refresh(next)
  await assert.rejects(refresh(last), refused('invalid-token'))
})

test('after signing out the session is over, and signing out again is no error', async () => {
  const session = await join()
  const body = { refresh_token: session.refresh_token }
  assert.equal((await client.send(api.logout, { body })).status, 204)
  assert.equal((await client.send(api.logout, { body })).status, 204)
  await assert.rejects(refresh(session), refused('invalid-token'))
})

test('the list of sessions says which devices they are, and which is this one', async () => {
  const email = newEmail()
  const session = await join(email)
  const phone = {
    'user-agent': 'Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0',
    'x-forwarded-for': '198.51.100.7',
  }
  const other = await client.call(api.login, { body: { email, password } }, phone)
  const { items } = await client.call(api.listSessions, {}, bearer(session))
  assert.deepEqual(
    items.map(one => [one.device, one.ip, one.current]),
    [
      ['Firefox on Android', '198.51.100.7', false],
      ['Node.js', '127.0.0.1', true],
    ],
  )
  await client.call(api.refreshSession, { body: { refresh_token: other.refresh_token } })
  assert.equal((await client.call(api.listSessions, {}, bearer(session))).items.length, 2)
  const id = items[0]!.id
  const stranger = await join()
  assert.equal((await client.send(api.endSession, { params: { id } }, bearer(stranger))).status, 404)
  assert.equal((await client.send(api.endSession, { params: { id } }, bearer(session))).status, 204)
  assert.equal((await client.send(api.endSession, { params: { id } }, bearer(session))).status, 404)
  await assert.rejects(refresh(other), refused('invalid-token'))
  assert.equal((await client.call(api.listSessions, {}, bearer(session))).items.length, 1)
})

test('signing out everywhere ends every session', async () => {
  const email = newEmail()
  const sessions = [await join(email), await client.call(api.login, { body: { email, password } })]
  assert.equal((await client.send(api.logoutAll, {}, bearer(sessions[0]!))).status, 204)
  for (const session of sessions) await assert.rejects(refresh(session), refused('invalid-token'))
})

test('a registration is told once, and counted', async () => {
  const { user } = await join()
  await platform.drain()
  const said = (await platform.said('user')).filter(m => m.aggregate_id === user.id)
  assert.deepEqual(
    said.map(m => [m.name, m.payload]),
    [['user.registered', { user_id: user.id, email: user.email, name: user.name }]],
  )
  const metrics = await (await fetch(`${platform.url('user')}/metrics`)).text()
  assert.match(metrics, /users_registered_total\{[^}]*by="themselves"[^}]*\} [1-9]/)
})

test('a key in its last days is followed by a new one; the old verifies until its tokens are gone', async () => {
  const sql = platform.sql('user')
  const session = await join()
  const kidOf = (s: api.Session) => decodeProtectedHeader(s.access_token).kid
  const published = async () => (await client.call(api.jwks, {})).keys.map(key => key.kid)
  const old = kidOf(session)!
  await sql`update signing_keys set created_at = now() - interval '91 days'`
  await platform.drain()
  const both = await published()
  assert.equal(both.length, 2)
  assert.equal(kidOf(await join()), old, 'the new key is published before it signs')

  await sql`update signing_keys set created_at = now() - interval '3 minutes' where kid <> ${old}`
  await platform.drain()
  assert.notEqual(kidOf(await join()), old)
  assert.equal((await client.send(api.getProfile, {}, bearer(session))).status, 200)

  await sql`update signing_keys set created_at = now() - interval '1 hour' where kid <> ${old}`
  await platform.drain()
  assert.deepEqual(
    await published(),
    both.filter(kid => kid !== old),
  )
})

test('private keys are sealed in the database', async () => {
  const rows = await platform.sql('user')`select sealed_private_key, public_jwk from signing_keys`
  for (const { sealed_private_key, public_jwk } of rows) {
    assert.ok(!Buffer.from(sealed_private_key).toString('latin1').includes('"d"'))
    assert.equal(public_jwk.d, undefined)
  }
})

test('a changed sealing secret brings a new key, and tokens given out before stay good', async () => {
  const session = await join()
  const { ctx } = platform.service('user')
  const changed = { ...ctx, config: { ...ctx.config, SEALING_SECRET: 'another secret of thirty-two bytes' } }
  const { kid } = await createSigningKeys().current(changed)
  assert.notEqual(kid, decodeProtectedHeader(session.access_token).kid)
  assert.equal((await createSigningKeys().current(changed)).kid, kid)
  const { keys } = await client.call(api.jwks, {})
  await jwtVerify(session.access_token, createLocalJWKSet({ keys: keys as never }))
})

test('instances that start at once on an empty database share one key', async () => {
  const { ctx } = platform.service('user')
  const sql = platform.sql('user')
  await sql`delete from signing_keys`
  const keys = await Promise.all([1, 2, 3].map(() => createSigningKeys().current(ctx)))
  assert.equal(new Set(keys.map(key => key.kid)).size, 1)
  assert.equal((await sql`select 1 from signing_keys`).count, 1)
})
