import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { EventMessage, ServiceName } from '@shopfleet/contracts'
import { connect } from '@shopfleet/database'
import { admitReader, type Bus, connectPostgresBus } from '../src/index.ts'
import { createStage, until } from './scene.ts'

/* Who reads the log for the outside has a role of its own, that sees a part of it and changes nothing. */

const role = `reader_${randomBytes(4).toString('hex')}`
let stage: Awaited<ReturnType<typeof createStage>>
let url: string
let outward: Bus
before(async () => {
  stage = await createStage()
  assert.equal(await admitReader(stage.busSql, role), false, 'a role that is not there is let in nowhere')
  await stage.busSql.unsafe(`create role ${role} login password 'reads'`)
  assert.equal(await admitReader(stage.busSql, role), true)
  assert.equal(await admitReader(stage.busSql, role), true)
  const own = new URL(stage.busUrl)
  own.username = role
  own.password = 'reads'
  url = own.href
  outward = await connectPostgresBus(url, { outward: true })
})
after(async () => {
  await outward?.close()
  await stage?.busSql.unsafe(`drop owned by ${role}; drop role ${role}`)
  await stage?.close()
})

const message = (service: ServiceName, payload: object): EventMessage => ({
  id: randomUUID(),
  name: `${service}.done`,
  version: 1,
  service,
  aggregate_id: randomUUID(),
  payload,
  correlation_id: 'test',
  traceparent: null,
  occurred_at: new Date().toISOString(),
})

test('it reads of orders, stock and products, and not what was ordered or whose cart it was', async () => {
  const user_id = randomUUID()
  await stage.bus.append('order', [message('order', { user_id, total_minor: 5, cart_id: randomUUID(), items: [{}] })])
  await stage.bus.append('inventory', [message('inventory', { available: 3 })])
  await stage.bus.append('user', [message('user', { email: 'ada@example.com' })])
  const payloads = async (topic: string) => (await outward.read(topic, 0, 10)).map(({ message }) => message.payload)
  assert.deepEqual(await payloads('order'), [{ user_id, total_minor: 5 }])
  assert.deepEqual(await payloads('inventory'), [{ available: 3 }])
  assert.deepEqual(await payloads('user'), [])
  assert.equal(await outward.highest!('order'), await stage.bus.highest!('order'))
})

test('it hears that there is something new', async () => {
  const heard: string[] = []
  await outward.listen(topic => heard.push(topic))
  await stage.bus.append('product', [message('product', {})])
  await until(() => heard.includes('product'), 'it hears of the product')
})

test('it sees nothing of the log itself, writes nothing and makes nothing', async () => {
  const sql = connect(url, { name: 'tests', max: 1 })
  try {
    await assert.rejects(Promise.resolve(sql`select 1 from events`), /permission denied for table events/)
    await assert.rejects(outward.append('order', [message('order', {})]), /permission denied for table events/)
    await assert.rejects(Promise.resolve(sql`delete from outward_events`), /permission denied/)
    await assert.rejects(Promise.resolve(sql`create table mine (n int)`), /permission denied for schema public/)
    await assert.rejects(Promise.resolve(sql`select nextval('events_position_seq')`), /permission denied/)
    await assert.rejects(Promise.resolve(sql`select name from migrations`), /permission denied|does not exist/)
    // A condition that fails would tell of rows that the view leaves out, if it were asked before the view's own.
    const told = await sql`select 1 from outward_events where (message #>> '{payload,email}')::int = 1`
    assert.equal(told.count, 0)
  } finally {
    await sql.end({ timeout: 1 })
  }
})

test('reading on goes by the key, in its order, not through the whole log', async () => {
  // So many that a page is little of them: else sorting them all is cheaper.
  await stage.busSql`
    insert into events (topic, event_id, message) select 'order', gen_random_uuid(), '{}' from generate_series(1, 5000)`
  await stage.busSql`analyze events`
  const rows = await stage.busSql<{ 'QUERY PLAN': string }[]>`
    explain select position, message from outward_events where topic = 'order' and position > 5 order by position limit 10`
  const plan = rows.map(row => row['QUERY PLAN']).join('\n')
  assert.match(plan, /Index Scan using events_pkey/)
  assert.match(plan, /Index Cond: .*topic = 'order'.*"?position"? > /)
  assert.doesNotMatch(plan, /Sort/)
})

test('it may ask where the last events of a topic begin, and only of what it may read', async () => {
  const of = async (bus: Bus, topic: string) => bus.before!(topic, 10)
  assert.equal(await of(outward, 'order'), await of(stage.bus, 'order'))
  assert.ok((await of(outward, 'order')) > 0)
  await stage.bus.append(
    'payment',
    Array.from({ length: 20 }, () => message('payment', {})),
  )
  assert.ok((await of(stage.bus, 'payment')) > 0)
  assert.equal(await of(outward, 'payment'), 0)
})
