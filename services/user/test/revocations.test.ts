import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ensureAdministrator } from '../src/service.ts'

/* What is taken back of an access token that has not expired, in services that run as they do in life. */

const names = ['user', 'product', 'order', 'cart', 'inventory', 'payment'] as const
const password = 'correct horse battery'
const newEmail = () => `${randomUUID()}@example.com`
const bearer = (session: api.Session) => ({ authorization: `Bearer ${session.access_token}` })
let platform: TestPlatform
let client: api.Client
let admin: api.Session
const join = (email = newEmail()) => client.call(api.register, { body: { email, password } })
const login = (email: string) => client.call(api.login, { body: { email, password } })
const refresh = ({ refresh_token }: api.Session) => client.call(api.refreshSession, { body: { refresh_token } })

before(async () => {
  platform = await startTestPlatform({ services: [...names], background: true })
  client = platform.client('user')
  const email = newEmail()
  await ensureAdministrator(platform.service('user').ctx, { email, password })
  admin = await login(email)
})
after(() => platform.stop())

/** Something of each service that looks at a token. */
const probes = names.map(name => {
  const probe = api.operations.find(
    o => o.service === name && o.method === 'GET' && o.auth !== 'public' && api.isPublic(o) && !o.params,
  )
  const change = api.operations.find(o => o.service === name && typeof o.auth === 'object' && 'staff' in o.auth)
  return { name, operation: (probe ?? change)! }
})

/** What each service says to a token: 401, or anything else as `taken`. */
async function statuses(session: api.Session) {
  const answers = probes.map(async ({ name, operation }) => {
    const params = { id: randomUUID(), product_id: randomUUID() }
    const { status, body } = await platform.client(name).send(operation, { params }, bearer(session))
    return status === 401 ? String(body.type).split('/').at(-1) : 'taken'
  })
  return [...new Set(await Promise.all(answers))]
}

/** Milliseconds until every service says the same. */
async function untilAll(session: api.Session, wanted: string): Promise<number> {
  const started_ms = performance.now()
  for (;;) {
    const said = await statuses(session)
    const ms = performance.now() - started_ms
    if (said.length === 1 && said[0] === wanted) return ms
    assert.ok(ms < 20_000, `after ${ms} ms: ${said}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

test('what ends a session or changes an account counts in every service within five seconds', {
  timeout: 60_000,
}, async t => {
  const staff = bearer(admin)
  const cases: Record<string, { wanted: string; act: (s: api.Session) => Promise<unknown> }> = {
    'signing out': {
      wanted: 'invalid-token',
      act: ({ refresh_token }) => client.call(api.logout, { body: { refresh_token } }),
    },
    'signing out everywhere': { wanted: 'invalid-token', act: s => client.call(api.logoutAll, {}, bearer(s)) },
    'ending the session from another device': {
      wanted: 'invalid-token',
      act: async s => {
        const other = bearer(await login(s.user.email))
        const { items } = await client.call(api.listSessions, {}, other)
        const params = { id: items.find(one => !one.current)!.id }
        await client.call(api.endSession, { params }, other)
      },
    },
    'a used refresh token that comes again': {
      wanted: 'invalid-token',
      act: async s => {
        await refresh(await refresh(s))
        await assert.rejects(refresh(s))
      },
    },
    'disabling the account': {
      wanted: 'invalid-token',
      act: ({ user: { id } }) => client.call(api.updateUser, { params: { id }, body: { is_active: false } }, staff),
    },
    'another role': {
      wanted: 'token-expired',
      act: ({ user: { id } }) => client.call(api.setUserRole, { params: { id }, body: { role: 'support' } }, staff),
    },
    'erasing the account': { wanted: 'invalid-token', act: s => client.call(api.deleteAccount, {}, bearer(s)) },
  }
  const bystander = await join()
  await Promise.all(
    Object.entries(cases).map(async ([what, { wanted, act }]) => {
      const session = await join()
      assert.deepEqual(await statuses(session), ['taken'], what)
      await act(session)
      const ms = await untilAll(session, wanted)
      t.diagnostic(`${what}: ${Math.round(ms)} ms`)
      assert.ok(ms < 5000, `${what} took ${ms} ms`)
    }),
  )
  assert.deepEqual(await statuses(bystander), ['taken'])
})

test('after another role a refreshed token has it, at once and everywhere', async () => {
  const session = await join()
  const params = { id: session.user.id }
  await client.call(api.setUserRole, { params, body: { role: 'support' } }, bearer(admin))
  await untilAll(session, 'token-expired')
  const next = await refresh(session)
  assert.deepEqual(next.user.permissions, ['orders', 'reviews', 'users'])
  assert.deepEqual(await statuses(next), ['taken'])
})

test('while the user service is away, what is known counts and other tokens are taken', {
  timeout: 60_000,
}, async () => {
  const [ended, other] = [await join(), await join()]
  await client.call(api.logoutAll, {}, bearer(ended))
  await untilAll(ended, 'invalid-token')
  const without = { send: (s: api.Session) => platform.client('order').send(api.listOrders, {}, bearer(s)) }
  assert.equal((await without.send(other)).status, 200)
  await platform.halt('user')
  try {
    assert.equal((await without.send(ended)).status, 401)
    assert.equal((await without.send(other)).status, 200)
  } finally {
    await platform.resume('user')
  }
  await client.call(api.logoutAll, {}, bearer(other))
  await untilAll(other, 'invalid-token')
})

test('a service that starts afterwards knows what was taken back before', async () => {
  const session = await join()
  await client.call(api.logoutAll, {}, bearer(session))
  await platform.halt('cart')
  await platform.resume('cart')
  assert.equal((await platform.client('cart').send(api.getCart, {}, bearer(session))).status, 401)
})

test('what was taken back is for services alone', async () => {
  assert.equal((await client.send(api.listRevocations)).status, 401)
  assert.equal((await client.send(api.listRevocations, {}, bearer(admin))).status, 401)
  const order = await platform.asService('order', 'user')
  const all = await client.call(api.listRevocations, {}, order)
  assert.ok(all.sessions.length > 0 && all.users.length > 0)
  const since = await client.call(api.listRevocations, { query: { since: all.cursor } }, order)
  assert.ok(since.sessions.length <= all.sessions.length)
  // The database reads a number that begins with a nought as an octal one.
  const octal = await client.send(api.listRevocations, { query: { since: '090' } }, order)
  assert.equal(octal.status, 400)
  const ahead = await client.call(api.listRevocations, { query: { since: '9000000000000000000' } }, order)
  assert.deepEqual(ahead.sessions.toSorted(), all.sessions.toSorted(), 'a cursor of another database gets it all')
  const inventory = await platform.asService('order', 'inventory')
  assert.equal((await client.send(api.listRevocations, {}, inventory)).status, 401, 'a token for another service')
})

test('a service that an operation does not name is refused, with a good token of its own', async () => {
  const cart = await platform.asService('cart', 'user')
  assert.equal((await client.send(api.userExists, { params: { id: randomUUID() } }, cart)).status, 403)
  const product = await platform.asService('product', 'payment')
  const answer = await platform.client('payment').send(api.captureForOrder, { params: { id: randomUUID() } }, product)
  assert.equal(answer.status, 403)
})

test('none is missed, in whatever order the transactions that take back commit', async () => {
  const sql = platform.sql('user')
  const order = await platform.asService('order', 'user')
  const list = (since?: string) => client.call(api.listRevocations, { query: { since } }, order)
  const [slow, quick] = [randomUUID(), randomUUID()]
  let cursor = (await list()).cursor
  await sql.begin(async tx => {
    await tx`insert into revocations (session_id) values (${slow})`
    await sql`insert into revocations (session_id) values (${quick})`
    const page = await list(cursor)
    assert.ok(page.sessions.includes(quick) && !page.sessions.includes(slow))
    cursor = page.cursor
  })
  let page = await list(cursor)
  assert.ok(page.sessions.includes(slow))
  // Told until every transaction of the server that was open meanwhile has ended, those of other databases too.
  for (let i = 0; i < 400 && page.sessions.includes(slow); i++) {
    await new Promise(resolve => setTimeout(resolve, 25))
    page = await list(page.cursor)
  }
  assert.ok(!page.sessions.includes(slow), 'and not told again for ever')
})

test('what was taken back is forgotten when no token can be left', async () => {
  const sql = platform.sql('user')
  const id = randomUUID()
  await sql`insert into revocations (session_id, created_at) values (${id}, now() - interval '17 minutes')`
  await platform.drain()
  assert.equal((await sql`select 1 from revocations where session_id = ${id}`).count, 0)
})
