import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ensureAdministrator } from '../src/service.ts'

let platform: TestPlatform
let client: api.Client
let admin: { authorization: string }
const password = 'correct horse battery'
const newEmail = () => `${randomUUID()}@example.com`
const bearer = (session: api.Session) => ({ authorization: `Bearer ${session.access_token}` })
const join = (email = newEmail()) => client.call(api.register, { body: { email, password } })
const problemOf = ({ status, body }: api.Answer<any>) => [status, String(body?.type).split('/').at(-1)]
const refresh = ({ refresh_token }: api.Session) => client.call(api.refreshSession, { body: { refresh_token } })
let made = 0
const newName = () => `role-${String.fromCharCode(97 + made++)}`
const make = (name: string, permissions: api.Permission[], as = admin) =>
  client.send(api.createRole, { body: { name, permissions } }, as)

before(async () => {
  platform = await startTestPlatform({ services: ['user'] })
  client = platform.client('user')
  const email = newEmail()
  await ensureAdministrator(platform.service('user').ctx, { email, password })
  admin = bearer(await client.call(api.login, { body: { email, password } }))
})
after(() => platform.stop())

/** Somebody of a role, signed in. */
async function joinAs(role: string) {
  const session = await join()
  await client.call(api.setUserRole, { params: { id: session.user.id }, body: { role } }, admin)
  return refresh(session)
}

test('a role is made, given, changed and deleted; a change counts for who has it, without signing in again', async () => {
  const name = newName()
  const params = { name }
  assert.deepEqual((await make(name, ['orders'])).body, { name, permissions: ['orders'], is_fixed: false, users: 0 })
  assert.deepEqual(problemOf(await make(name, [])), [409, 'already-exists'])
  const session = await joinAs(name)
  assert.deepEqual(session.user.permissions, ['orders'])
  assert.equal((await client.send(api.listUsers, {}, bearer(session))).status, 403)
  const body = { permissions: ['orders', 'users'] as api.Permission[] }
  const changed = await client.call(api.updateRole, { params, body }, admin)
  assert.deepEqual([changed.permissions, changed.users], [['orders', 'users'], 1])
  await platform.drain()
  assert.deepEqual(problemOf(await client.send(api.listUsers, {}, bearer(session))), [401, 'token-expired'])
  assert.equal((await client.send(api.listUsers, {}, bearer(await refresh(session)))).status, 200)
  assert.deepEqual(problemOf(await client.send(api.deleteRole, { params }, admin)), [409, 'in-use'])
  await client.call(api.setUserRole, { params: { id: session.user.id }, body: { role: 'customer' } }, admin)
  assert.equal((await client.send(api.deleteRole, { params }, admin)).status, 204)
  assert.equal((await client.send(api.deleteRole, { params }, admin)).status, 404)
  assert.equal((await client.send(api.updateRole, { params, body }, admin)).status, 404)
})

test('what customers and administrators may do is fixed', async () => {
  const { items } = await client.call(api.listRoles, {}, admin)
  const fixed = items.filter(role => role.is_fixed).map(role => role.name)
  assert.deepEqual(fixed, ['admin', 'customer'])
  for (const name of fixed) {
    const params = { name }
    assert.equal((await client.send(api.updateRole, { params, body: { permissions: [] } }, admin)).status, 403)
    assert.equal((await client.send(api.deleteRole, { params }, admin)).status, 403)
  }
})

test('nobody makes, changes or deletes a role that may do more than they, nor gives one', async () => {
  const [small, big] = [newName(), newName()]
  await make(small, ['admin', 'users', 'orders'])
  await make(big, ['payments'])
  const limited = bearer(await joinAs(small))
  const params = { name: big }
  const more = { permissions: ['payments'] }
  for (const answer of await Promise.all([
    make(newName(), ['payments'], limited),
    client.send(api.updateRole, { params: { name: small }, body: more }, limited),
    client.send(api.updateRole, { params, body: { permissions: [] } }, limited),
    client.send(api.deleteRole, { params }, limited),
    client.send(api.setUserRole, { params: { id: (await join()).user.id }, body: { role: big } }, limited),
  ]))
    assert.deepEqual(problemOf(answer), [403, 'forbidden'])
  assert.equal((await make(newName(), ['orders'], limited)).status, 201)
  const support = bearer(await joinAs('support'))
  assert.equal((await client.send(api.listRoles, {}, support)).status, 200)
  assert.equal((await make(newName(), [], support)).status, 403)
  assert.equal((await client.send(api.listRoles, {}, bearer(await join()))).status, 403)
})

test('a token never has the version of one moment and the permissions of another', async () => {
  const name = newName()
  await make(name, [])
  let session = await joinAs(name)
  const sql = platform.sql('user')
  for (let i = 0; i < 10; i++) {
    const permissions: api.Permission[] = i % 2 === 0 ? ['orders'] : []
    const [next] = await Promise.all([
      refresh(session),
      client.call(api.updateRole, { params: { name }, body: { permissions } }, admin),
    ])
    session = next
    const claims = JSON.parse(Buffer.from(session.access_token.split('.')[1]!, 'base64url').toString())
    const [row] = await sql`
      select token_version, to_jsonb(r.permissions) as permissions
      from users u join roles r on r.name = u.role where u.id = ${session.user.id}`
    if (claims.ver === row!.token_version) assert.deepEqual(claims.permissions, row!.permissions)
  }
})

test('bad roles are refused by the name of the field', async () => {
  for (const [body, pointer] of [
    [{ name: 'Nope', permissions: [] }, '/name'],
    [{ name: 'nope', permissions: ['root'] }, '/permissions/0'],
    [{ name: 'nope' }, '/permissions'],
  ] as const) {
    const answer = await client.send(api.createRole, { body }, admin)
    assert.deepEqual([answer.status, answer.body.errors[0].pointer], [400, pointer])
  }
})

test('a shop has a hundred roles at most', async () => {
  await platform.sql('user')`
    insert into roles (name) select 'filler-' || translate(n::text, '0123456789', 'abcdefghij') from generate_series(1, 100) n`
  assert.deepEqual(problemOf(await make(newName(), [])), [409, 'too-many'])
})
