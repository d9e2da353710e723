import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { eraseAccount, setActive, setRole } from '../src/account.ts'
import { ensureAdministrator } from '../src/service.ts'

let platform: TestPlatform
let client: api.Client
let admin: api.Session
let staff: Headers
type Headers = { authorization: string }
const password = 'correct horse battery'
const newEmail = () => `${randomUUID()}@example.com`
const bearer = (session: api.Session): Headers => ({ authorization: `Bearer ${session.access_token}` })
const join = (email = newEmail()) => client.call(api.register, { body: { email, password, name: 'Ada King' } })
const refused = (problem: api.ProblemName) => (error: unknown) =>
  error instanceof api.Problem && error.problem === problem
const pointers = (body: { errors: api.FieldError[] }) => body.errors.map(e => e.pointer).sort()

/** What was said about an account so far. */
async function saidOf(id: string) {
  await platform.drain()
  return (await platform.said('user')).filter(m => m.aggregate_id === id).map(m => m.name)
}

/** Someone of a role, signed in. */
async function joinAs(role: string): Promise<api.Session> {
  const { user } = await join()
  await platform.sql('user')`update users set role = ${role} where id = ${user.id}`
  return client.call(api.login, { body: { email: user.email, password } })
}

before(async () => {
  platform = await startTestPlatform({ services: ['user'], env: { DEMO_OPEN: 'true' } })
  client = platform.client('user')
  const { ctx } = platform.service('user')
  const emails = [newEmail(), newEmail(), newEmail()]
  const made = await Promise.all(emails.map(email => ensureAdministrator(ctx, { email, password })))
  assert.equal(made.filter(Boolean).length, 1, 'several launchers at once make one administrator')
  admin = await client.call(api.login, { body: { email: emails[made.indexOf(true)]!, password } })
  staff = bearer(admin)
})
after(() => platform.stop())

test('the first administrator is made once and may do everything', async () => {
  assert.equal(admin.user.role, 'admin')
  assert.deepEqual([...admin.user.permissions].sort(), [...api.permissions].sort())
  const { ctx } = platform.service('user')
  assert.equal(await ensureAdministrator(ctx, { email: newEmail(), password }), false)
  const { items } = await client.call(api.listUsers, { query: { limit: 100 } }, staff)
  assert.equal(items.filter(user => user.role === 'admin').length, 1)
})

test('an account is found by how its e-mail begins, and staff apart from customers', async () => {
  const name = `Li_ly%${randomUUID().slice(0, 8)}`
  const email = `${name}.one@example.com`
  const user = await client.call(api.createUser, { body: { email } }, staff)
  const find = async (query: api.QueryOf<typeof api.listUsers>) =>
    (await client.call(api.listUsers, { query: { limit: 100, ...query } }, staff)).items
  assert.deepEqual(
    (await find({ email_begins: name.toUpperCase() })).map(one => one.id),
    [user.id],
  )
  assert.deepEqual(await find({ email_begins: '%' }), [], 'a sign of its own language is a sign like others')
  const helper = await joinAs('support')
  const ids = (await find({ staff: true })).map(one => one.id)
  assert.ok(ids.includes(helper.user.id) && ids.includes(admin.user.id))
  assert.ok((await find({ staff: false })).every(one => one.role === 'customer'))
})

test('every role has permissions the contracts know', async () => {
  const rows = await platform.sql('user')`select permissions from roles`
  for (const { permissions } of rows) for (const one of permissions) assert.ok(api.permissions.includes(one))
})

test('a profile is changed field by field, and only a real change is told', async () => {
  const session = await join()
  const me = bearer(session)
  const changed = await client.call(api.updateProfile, { body: { last_name: '  Lovelace ' } }, me)
  assert.deepEqual([changed.first_name, changed.last_name, changed.name], ['Ada', 'Lovelace', 'Ada Lovelace'])
  const moved = await client.call(api.updateProfile, { body: { name: 'Grace' } }, me)
  assert.deepEqual([moved.first_name, moved.last_name], ['Grace', null])
  const same = { name: 'Grace', email: moved.email }
  assert.deepEqual(await client.call(api.updateProfile, { body: same }, me), moved)
  assert.deepEqual(await client.call(api.updateProfile, { body: {} }, me), moved)
  assert.deepEqual(await client.call(api.getProfile, {}, me), moved)
  assert.deepEqual(await saidOf(moved.id), ['user.registered', 'user.updated', 'user.updated'])
})

test('an e-mail that is taken cannot be moved to by staff, nor one of somebody who may do more', async () => {
  const [one, two] = [await join(), await join()]
  const body = { email: two.user.email.toUpperCase() }
  await assert.rejects(
    client.call(api.updateUser, { params: { id: one.user.id }, body }, staff),
    refused('email-taken'),
  )
  await assert.rejects(client.call(api.createUser, { body }, staff), refused('email-taken'))
})

test('bad input names the field', async () => {
  const { user } = await join()
  const update = await client.send(
    api.updateUser,
    { params: { id: user.id }, body: { email: 'x', role: 'admin' } },
    staff,
  )
  assert.equal(update.status, 400)
  assert.deepEqual(pointers(update.body), ['/email', '/role'])
  const create = await client.send(api.createUser, { body: { password: 'short' } }, staff)
  assert.deepEqual(pointers(create.body), ['/email', '/password'])
  assert.deepEqual(pointers((await client.send(api.listUsers, { query: { limit: 101 } }, staff)).body), ['query/limit'])
  assert.deepEqual(pointers((await client.send(api.getUser, { params: { id: '7' } }, staff)).body), ['params/id'])
})

test('whoever is not signed in sees no account, and a customer no list', async () => {
  assert.equal((await client.send(api.getProfile)).status, 401)
  assert.equal((await client.send(api.listUsers)).status, 401)
  const me = bearer(await join())
  assert.equal((await client.send(api.listUsers, {}, me)).status, 403)
  assert.equal((await client.send(api.createUser, { body: { email: newEmail() } }, me)).status, 403)
  assert.equal((await client.send(api.deleteUser, { params: { id: randomUUID() } }, me)).status, 403)
})

test("another's account is the same 404 as one that does not exist", async () => {
  const [one, other] = [await join(), await join()]
  const me = bearer(one)
  assert.deepEqual(await client.call(api.getUser, { params: { id: one.user.id } }, me), one.user)
  const own = await client.call(api.updateUser, { params: { id: one.user.id }, body: { first_name: 'Mary' } }, me)
  assert.equal(own.first_name, 'Mary')
  const shown = ({ status, body: { correlation_id: _, instance: __, ...body } }: api.Answer<any>) => ({ status, body })
  for (const operation of [api.getUser, api.updateUser]) {
    const body = operation === api.updateUser ? { first_name: 'Eve' } : undefined
    const foreign = await client.send(operation, { params: { id: other.user.id }, body }, me)
    const absent = await client.send(operation, { params: { id: randomUUID() }, body }, me)
    assert.equal(foreign.status, 404)
    assert.deepEqual(shown(foreign), shown(absent))
    assert.equal((await client.send(operation, { params: { id: randomUUID() }, body }, staff)).status, 404)
  }
  assert.equal((await client.call(api.getUser, { params: { id: other.user.id } }, staff)).first_name, 'Ada')
})

test('staff cannot change or erase an account that may do more than they', async () => {
  const support = await joinAs('support')
  const params = { id: admin.user.id }
  assert.equal((await client.call(api.getUser, { params }, bearer(support))).role, 'admin')
  await assert.rejects(
    client.call(api.updateUser, { params, body: { email: newEmail() } }, bearer(support)),
    refused('forbidden'),
  )
  await assert.rejects(client.call(api.deleteUser, { params }, bearer(support)), refused('forbidden'))
  const { user } = await join()
  const changed = await client.call(
    api.updateUser,
    { params: { id: user.id }, body: { name: 'Changed' } },
    bearer(support),
  )
  assert.equal(changed.name, 'Changed')
  assert.equal((await client.send(api.deleteUser, { params: { id: user.id } }, bearer(support))).status, 204)
  assert.equal((await client.call(api.getUser, { params }, staff)).email, admin.user.email)
})

test('a role is given by staff who may do as much, and is in the next token', async () => {
  const session = await join()
  const params = { id: session.user.id }
  const give = (role: string, headers: Headers, id = params.id) =>
    client.send(api.setUserRole, { params: { id }, body: { role } }, headers)
  const given = await give('support', staff)
  assert.deepEqual(
    [given.status, given.body.role, given.body.permissions],
    [200, 'support', ['orders', 'reviews', 'users']],
  )
  assert.deepEqual((await give('support', staff)).body, given.body)
  const support = await client.call(api.refreshSession, { body: { refresh_token: session.refresh_token } })
  assert.equal((await client.send(api.listUsers, {}, bearer(support))).status, 200)
  assert.deepEqual(await saidOf(params.id), ['user.registered', 'user.updated'])

  const customer = (await join()).user.id
  assert.equal((await give('admin', bearer(support), customer)).status, 403, 'more than they have')
  assert.equal((await give('admin', bearer(support))).status, 403, 'their own')
  assert.equal((await give('customer', staff, admin.user.id)).status, 403, 'their own')
  assert.equal((await give('customer', bearer(support), admin.user.id)).status, 403, 'who may do more')
  assert.equal((await give('support', bearer(support), customer)).status, 200)
  assert.equal((await give('support', staff, randomUUID())).status, 404)
  const unknown = await give('owner', staff)
  assert.deepEqual([unknown.status, pointers(unknown.body)], [400, ['/role']])
})

test('a disabled account is signed out and cannot sign in, until it is enabled again', async () => {
  const session = await join()
  const params = { id: session.user.id }
  const set = (is_active: boolean, headers: Headers, id = params.id) =>
    client.send(api.updateUser, { params: { id }, body: { is_active } }, headers)
  assert.equal((await set(false, bearer(session))).status, 403, 'not by its owner')
  const support = await joinAs('support')
  assert.equal((await set(false, bearer(support), admin.user.id)).status, 403, 'not who may do more')
  assert.equal((await set(false, staff, randomUUID())).status, 404)
  const off = await set(false, bearer(support))
  assert.deepEqual([off.status, off.body.is_active], [200, false])
  assert.deepEqual((await set(false, staff)).body, off.body)
  const signIn = () => client.call(api.login, { body: { email: session.user.email, password } })
  await assert.rejects(signIn(), refused('invalid-credentials'))
  const body = { refresh_token: session.refresh_token }
  await assert.rejects(client.call(api.refreshSession, { body }), refused('invalid-token'))
  const on = await client.call(api.updateUser, { params, body: { is_active: true, name: 'Back Again' } }, staff)
  assert.deepEqual([on.is_active, on.name], [true, 'Back Again'])
  await signIn()
})

test('the last administrator stays: not erased, not disabled, given no other role, however many try at once', async () => {
  const sql = platform.sql('user')
  const last = (answer: api.Answer<any>) => {
    assert.deepEqual([answer.status, String(answer.body?.type).split('/').at(-1)], [409, 'last-administrator'])
  }
  await sql`insert into roles (name, permissions) select 'owner', permissions from roles where name = 'admin'`
  const owner = bearer(await joinAs('owner'))
  const params = { id: admin.user.id }
  last(await client.send(api.deleteAccount, {}, staff))
  last(await client.send(api.deleteUser, { params }, owner))
  last(await client.send(api.setUserRole, { params, body: { role: 'support' } }, owner))
  last(await client.send(api.updateUser, { params, body: { is_active: false } }, owner))
  assert.equal((await client.call(api.getUser, { params }, owner)).role, 'admin')

  // Each removes the next, all at once: without an order among them nobody would be left.
  const { ctx } = platform.service('user')
  const by = { own: false, permissions: api.permissions } as const
  for (const act of [
    (id: string) => setActive(ctx, id, false, by),
    (id: string) => setRole(ctx, id, 'support', by),
    (id: string) => eraseAccount(ctx, id, by),
  ]) {
    await sql`update users set role = 'support' where id = ${params.id}`
    const others = [await joinAs('admin'), await joinAs('admin'), await joinAs('admin')]
    const outcomes = await Promise.allSettled(others.map(({ user }) => act(user.id)))
    const refusals = outcomes.filter(outcome => outcome.status === 'rejected')
    assert.equal(refusals.length, 1)
    assert.ok(refused('last-administrator')(refusals[0]!.reason))
    assert.equal((await sql`select 1 from users where role = 'admin' and is_active`).count, 1)
    await sql`update users set role = 'support' where role = 'admin'`
    await sql`update users set role = 'admin' where id = ${params.id}`
  }
  admin = await client.call(api.login, { body: { email: admin.user.email, password } })
  staff = bearer(admin)
})

test('an account staff made without a password cannot be signed in to', async () => {
  const email = newEmail()
  const user = await client.call(api.createUser, { body: { email, firstName: 'John' } as never }, staff)
  assert.deepEqual([user.email, user.first_name, user.role], [email, 'John', 'customer'])
  await assert.rejects(client.call(api.login, { body: { email, password } }), refused('invalid-credentials'))
  const other = newEmail()
  await client.call(api.createUser, { body: { email: other, password } }, staff)
  await client.call(api.login, { body: { email: other, password } })
  assert.deepEqual(await saidOf(user.id), ['user.registered'])
})

test('on an open demonstration a direct local caller may create an account, and nothing else', async () => {
  const user = await client.call(api.createUser, { body: { name: 'John Doe', email: newEmail() } })
  assert.equal(user.name, 'John Doe')
  assert.equal(
    (await client.send(api.createUser, { body: { email: newEmail() } }, { 'x-forwarded-for': '1.2.3.4' })).status,
    401,
  )
  assert.equal((await client.send(api.getUser, { params: { id: user.id } })).status, 401)
})

test('the list pages through every account once, newest first, and finds one by e-mail', async () => {
  const made = []
  for (let i = 0; i < 5; i++) made.push((await join()).user.id)
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const { items, next_cursor } = await client.call(api.listUsers, { query: { limit: 2, cursor } }, staff)
    assert.ok(items.length <= 2)
    seen.push(...items.map(user => user.id))
    cursor = next_cursor ?? undefined
  } while (cursor)
  assert.deepEqual(seen.slice(0, 5), made.reverse())
  assert.equal(new Set(seen).size, seen.length)
  const { items } = await client.call(api.listUsers, { query: { email: admin.user.email.toUpperCase() } }, staff)
  assert.deepEqual(
    items.map(user => user.id),
    [admin.user.id],
  )
})

test('a cursor this list did not give out is refused', async () => {
  const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  for (const cursor of [
    'nonsense',
    forged(['stock', randomUUID()]),
    forged(['users', 'x']),
    forged(['users', 7]),
    forged(['users', null]),
  ]) {
    await assert.rejects(client.call(api.listUsers, { query: { cursor } }, staff), refused('invalid-cursor'))
  }
})

test('whoever erases their account is forgotten: names, e-mail, password, sessions', async () => {
  const email = newEmail()
  const session = await join(email)
  const other = await client.call(api.login, { body: { email, password } })
  assert.equal((await client.send(api.deleteAccount, {}, bearer(session))).status, 204)
  assert.equal((await client.send(api.deleteAccount, {}, bearer(session))).status, 204)

  const [row] = await platform.sql('user')`select * from users where id = ${session.user.id}`
  assert.deepEqual([row!.first_name, row!.last_name, row!.password_hash, row!.is_active], [null, null, null, false])
  assert.ok(!JSON.stringify(row).includes(email))
  for (const { refresh_token } of [session, other]) {
    await assert.rejects(client.call(api.refreshSession, { body: { refresh_token } }), refused('invalid-token'))
  }
  await assert.rejects(client.call(api.login, { body: { email, password } }), refused('invalid-credentials'))
  for (const [operation, body] of [[api.getProfile], [api.updateProfile, { name: 'Back' }]] as const) {
    const { status, body: problem } = await client.send(operation, { body }, bearer(session))
    assert.deepEqual([status, problem.type], [401, 'https://shopfleet.dev/problems/invalid-token'])
  }
  assert.deepEqual(await saidOf(session.user.id), ['user.registered', 'user.erased'])
  assert.notEqual((await join(email)).user.id, session.user.id, 'the e-mail is free again')
})

test('staff erase an account once; then it does not exist for anyone', async () => {
  const { user } = await join()
  const params = { id: user.id }
  const answers = await Promise.all([1, 2, 3].map(() => client.send(api.deleteUser, { params }, staff)))
  assert.deepEqual(answers.map(a => a.status).sort(), [204, 404, 404])
  assert.equal((await client.send(api.getUser, { params }, staff)).status, 404)
  assert.deepEqual((await client.call(api.listUsers, { query: { email: user.email } }, staff)).items, [])
  assert.deepEqual(await saidOf(user.id), ['user.registered', 'user.erased'])
})

test('signing in while the account is erased leaves no session behind', async () => {
  const { email, id } = (await join()).user
  const sql = platform.sql('user')
  let answer: api.Answer<any> | undefined
  let login: Promise<unknown> = Promise.resolve()
  await sql.begin(async tx => {
    await tx`update users set is_active = false, password_hash = null where id = ${id}`
    await tx`delete from sessions where user_id = ${id}`
    login = client.send(api.login, { body: { email, password } }).then(given => {
      answer = given
    })
    // Not committed before the sign-in has either waited for it or not.
    for (let waits = 0; waits === 0 && !answer; ) {
      const [row] = await sql`
        select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      waits = row!.n
    }
  })
  await login
  assert.equal(answer?.status, 401)
  assert.equal((await sql`select 1 from sessions where user_id = ${id}`).count, 0)
})

test('another service learns whether an active account exists, and nobody else does', async () => {
  const order = await platform.asService('order', 'user')
  const session = await join()
  const { id, email } = session.user
  assert.deepEqual(await client.call(api.userExists, { params: { id } }, order), { id, email })
  assert.equal((await client.send(api.userExists, { params: { id: randomUUID() } }, order)).status, 404)
  assert.equal((await client.send(api.userExists, { params: { id } }, staff)).status, 401)
  await client.call(api.deleteAccount, {}, bearer(session))
  assert.equal((await client.send(api.userExists, { params: { id } }, order)).status, 404)
})

test('the review service learns what somebody is called, and nobody else does', async () => {
  const { user } = await client.call(api.register, { body: { email: newEmail(), password, name: 'Ada Lovelace' } })
  const review = await platform.asService('review', 'user')
  const params = { id: user.id }
  assert.deepEqual(await client.call(api.readUserName, { params }, review), {
    first_name: 'Ada',
    last_name: 'Lovelace',
  })
  assert.equal((await client.send(api.readUserName, { params: { id: randomUUID() } }, review)).status, 404)
  const order = await platform.asService('order', 'user')
  assert.equal((await client.send(api.readUserName, { params }, order)).status, 403)
  assert.equal((await client.send(api.readUserName, { params: { id: 'ada' } }, review)).status, 400)
})
