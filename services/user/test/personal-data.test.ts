import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ensureAdministrator } from '../src/service.ts'
import { mailsTo } from './mailed.ts'

let platform: TestPlatform
let client: api.Client
const password = 'correct horse battery'
const newEmail = () => `${randomUUID()}@example.com`
const bearer = (session: api.Session) => ({ authorization: `Bearer ${session.access_token}` })
const join = (email = newEmail()) => client.call(api.register, { body: { email, password, name: 'Ada King' } })
const address = {
  name: 'Ada King',
  line1: '12 St James Square',
  city: 'London',
  postal_code: 'SW1Y 4JH',
  country: 'GB',
}

before(async () => {
  platform = await startTestPlatform({
    services: ['user', 'order', 'cart', 'review', 'notification', 'analytics'],
    mail: true,
  })
  client = platform.client('user')
})
after(() => platform.stop())

/** Somebody of whom every service keeps something. */
async function customer() {
  const session = await join()
  const { id, email } = session.user
  const me = bearer(session)
  await client.call(api.createAddress, { body: { label: 'Home', address } }, me)
  await platform.sql('order')`
    insert into orders (id, user_id, email, goal, paid_at_once, currency, subtotal_minor, total_minor, shipping_address)
    values (${randomUUID()}, ${id}, ${email}, 'none', false, 'USD', 1000, 1000, ${address as never}::jsonb)`
  await platform.sql('cart')`insert into carts (user_id) values (${id})`
  await platform.drain()
  return { session, me, id, email }
}

test('the export has what every service keeps of a person, and nothing of anybody else', async () => {
  const [{ me, id, email }, other] = [await customer(), await customer()]
  const all = await client.call(api.exportUser, {}, me)
  assert.deepEqual(Object.keys(all.services).sort(), ['analytics', 'cart', 'notification', 'order', 'review', 'user'])
  const { user, order, cart, notification } = all.services as Record<string, Record<string, any[]>>
  assert.equal(user!.account![0].email, email)
  assert.deepEqual(user!.addresses![0].address, address)
  assert.equal(user!.sessions!.length, 1)
  assert.equal(order!.orders![0].email, email)
  assert.equal(cart!.carts!.length, 1)
  assert.ok(notification!.messages!.length > 0)
  const text = JSON.stringify(all)
  assert.ok(!text.includes(other.id) && !text.includes(other.email))
  assert.ok(!/password_hash|\$2[aby]\$|sealed|token/.test(text), 'no secrets')
  assert.ok(text.includes(id))
})

test('an export is whole or it is none', async () => {
  const { me } = await customer()
  await platform.halt('cart')
  try {
    assert.equal((await client.send(api.exportUser, {}, me)).status, 503)
  } finally {
    await platform.resume('cart')
  }
})

test('an erasure reaches every service, and its receipt says which have done their part', async () => {
  const { session, me, id, email } = await customer()
  await platform.halt('order')
  const answer = await client.send(api.deleteAccount, {}, me)
  const location = answer.headers.get('location')!
  assert.match(location, /^\/api\/users\/erasures\/[0-9a-f-]{36}$/)
  const params = { id: location.split('/').at(-1)! }
  await platform.drain()
  const open = await client.call(api.getErasure, { params })
  const done = open.services.filter(part => part.erased_at !== null).map(part => part.service)
  assert.deepEqual(done, ['analytics', 'cart', 'notification', 'review', 'user'])
  assert.equal(open.completed_at, null)
  await platform.resume('order')
  // The breaker looks again after a second at most.
  let receipt = open
  for (let i = 0; i < 50 && receipt.completed_at === null; i++) {
    await new Promise(resolve => setTimeout(resolve, 100))
    await platform.drain()
    receipt = await client.call(api.getErasure, { params })
  }
  assert.ok(receipt.completed_at)
  assert.ok(receipt.services.every(part => part.erased_at !== null))
  assert.ok(!JSON.stringify(receipt).includes(id))
  assert.equal((await client.send(api.getErasure, { params: { id: randomUUID() } })).status, 404)

  const subjects = (await mailsTo(platform, email)).map(mail => mail.subject)
  assert.ok(subjects.some(subject => /erased/i.test(subject)))
  await platform.sql('user')`delete from mails`
  for (const service of ['user', 'order', 'cart', 'review', 'notification', 'analytics'] as const) {
    const sql = platform.sql(service)
    const tables = await sql<{ name: string }[]>`
      select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`
    for (const { name } of tables) {
      const rows = await sql.unsafe(`select count(*)::int as n from "${name}" t where t::text ilike '%${email}%'`)
      assert.equal(rows[0]!.n, 0, `${service}.${name} still names the person`)
      const streets = await sql.unsafe(`select count(*)::int as n from "${name}" t where t::text ilike '%St James%'
        and t::text ilike '%${id}%'`)
      assert.equal(streets[0]!.n, 0, `${service}.${name} still knows where they live`)
    }
  }
  const again = await client.send(api.deleteAccount, {}, me)
  assert.ok([204, 401].includes(again.status))
  assert.equal((await client.send(api.exportUser, {}, bearer(session))).status, 401)
})

test('what the services tell each other of a person is for the user service alone', async () => {
  const { id } = await customer()
  const { exportPersonalData, hasErased } = api.personalData('order')
  const order = platform.client('order')
  const cart = await platform.asService('cart', 'order')
  assert.equal((await order.send(exportPersonalData, { params: { user_id: id } }, cart)).status, 403)
  assert.equal((await order.send(hasErased, { params: { event_id: randomUUID() } }, cart)).status, 403)
  const user = await platform.asService('user', 'order')
  assert.deepEqual(await order.call(hasErased, { params: { event_id: randomUUID() } }, user), { erased: false })
})

test('staff who erase an account get its receipt', async () => {
  const email = newEmail()
  await ensureAdministrator(platform.service('user').ctx, { email, password })
  const admin = bearer(await client.call(api.login, { body: { email, password } }))
  const { id } = await customer()
  const answer = await client.send(api.deleteUser, { params: { id } }, admin)
  const params = { id: answer.headers.get('location')!.split('/').at(-1)! }
  assert.equal((await client.call(api.getErasure, { params })).services.length, 1 + api.personalDataServices.length)
})

test('addresses are kept, changed and forgotten by their owner alone; one is the default', async () => {
  const [me, stranger] = [bearer(await join()), bearer(await join())]
  const home = await client.call(api.createAddress, { body: { label: 'Home', address } }, me)
  assert.equal(home.is_default, true, 'the first one')
  const work = await client.call(api.createAddress, { body: { address: { ...address, city: 'Leeds' } } }, me)
  assert.deepEqual([work.is_default, work.label], [false, null])
  const list = async () => (await client.call(api.listAddresses, {}, me)).items
  const params = { id: work.id }
  const change = { label: 'Work', is_default: true, address }
  assert.equal((await client.call(api.updateAddress, { params, body: change }, me)).is_default, true)
  assert.deepEqual(
    (await list()).map(one => [one.id, one.is_default]),
    [
      [work.id, true],
      [home.id, false],
    ],
  )
  for (const operation of [api.updateAddress, api.deleteAddress]) {
    const body = operation === api.updateAddress ? change : undefined
    assert.equal((await client.send(operation, { params, body }, stranger)).status, 404)
    assert.equal((await client.send(operation, { params: { id: randomUUID() }, body }, me)).status, 404)
  }
  assert.deepEqual((await client.call(api.listAddresses, {}, stranger)).items, [])
  assert.equal((await list()).filter(one => one.is_default).length, 1, 'a change that was refused moved no default')
  assert.equal((await client.send(api.deleteAddress, { params }, me)).status, 204)
  assert.equal((await list()).length, 1)
  const bad = await client.send(api.createAddress, { body: { address: { ...address, country: 'Britain' } } }, me)
  assert.deepEqual([bad.status, bad.body.errors[0].pointer], [400, '/address/country'])
})

test('many addresses at once: one default, and no more than fifty', async () => {
  const me = bearer(await join())
  const made = await Promise.all(
    Array.from({ length: 55 }, () =>
      client.send(api.createAddress, { body: { is_default: true, address } }, me).then(a => a.status),
    ),
  )
  assert.equal(made.filter(status => status === 201).length, 50)
  assert.equal(made.filter(status => status === 409).length, 5)
  const { items } = await client.call(api.listAddresses, {}, me)
  assert.equal(items.filter(one => one.is_default).length, 1)
})
