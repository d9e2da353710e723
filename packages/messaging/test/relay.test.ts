import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { EventMessage } from '@shopfleet/contracts'
import { isUnavailable, type Sql, transaction } from '@shopfleet/database'
import { type Bus, connectPostgresBus, createRelay, pruneTopic, publish, withContext } from '../src/index.ts'
import { createStage, inPostgresAlone, type Scene, until } from './scene.ts'

let stage: Awaited<ReturnType<typeof createStage>>
before(async () => {
  stage = await createStage()
})
after(() => stage?.close())

const anHour = 3_600_000
const relayOf = (scene: Scene, { sql = scene.sql, bus = scene.bus }: { sql?: Sql; bus?: Bus } = {}) =>
  createRelay({ sql, bus, service: scene.topic, onError: () => {}, poll_ms: 5 })
const numbersOf = (messages: EventMessage<{ n: number }>[]) => messages.map(message => message.payload.n)
const waiting = async (sql: Sql) => (await sql`select 1 from outbox`).count

async function killLease(sql: Sql): Promise<void> {
  const holders = await sql`
    select pg_terminate_backend(pid) from pg_locks
    where locktype = 'advisory' and objid = 811001
      and database = (select oid from pg_database where datname = current_database())`
  assert.equal(holders.count, 1, 'one relay holds the lease')
}

test('what is published in a transaction that is rolled back is never said; after the commit it is, once', async () => {
  const scene = await stage.scene()
  const relay = relayOf(scene)
  await assert.rejects(
    transaction(scene.sql, async tx => {
      await publish(tx, scene.counted, randomUUID(), { n: 1 })
      throw new Error('no')
    }),
  )
  await transaction(scene.sql, tx => publish(tx, scene.counted, randomUUID(), { n: 2 }))
  assert.equal(await relay.drain(), 1)
  assert.equal(await relay.drain(), 0)
  assert.deepEqual(numbersOf(await scene.said()), [2])
  await relay.stop()
})

test(
  'a relay that dies between append and delete says nothing twice: the next one finds the rows and the bus knows them',
  inPostgresAlone,
  async () => {
    const scene = await stage.scene()
    const aggregate_id = randomUUID()
    for (let n = 1; n <= 3; n++) await publish(scene.sql, scene.counted, aggregate_id, { n })
    const dying = relayOf(scene, {
      bus: {
        ...scene.bus,
        async append(topic, messages) {
          await scene.bus.append(topic, messages)
          await killLease(scene.another())
        },
      },
    })
    await assert.rejects(dying.drain(), isUnavailable)
    assert.equal(await waiting(scene.sql), 3)
    await publish(scene.sql, scene.counted, aggregate_id, { n: 4 })
    const next = relayOf(scene, { sql: scene.another() })
    assert.equal(await next.drain(), 4)
    assert.deepEqual(numbersOf(await scene.said()), [1, 2, 3, 4])
    assert.equal(await waiting(scene.sql), 0)
    await next.stop()
  },
)

test('what was handed over leaves the outbox soon, though nobody asks for another look', async () => {
  const scene = await stage.scene()
  const relay = createRelay({ ...scene, service: scene.topic, onError: () => {}, poll_ms: anHour })
  relay.start()
  await publish(scene.sql, scene.counted, randomUUID(), { n: 1 })
  relay.wake()
  await until(async () => (await waiting(scene.sql)) === 0, 'the outbox is empty')
  assert.deepEqual(numbersOf(await scene.said()), [1])
  await relay.stop()
})

test(
  'a relay that dies with the delete still before it leaves the rows to the next, and nothing is said twice',
  inPostgresAlone,
  async () => {
    const scene = await stage.scene()
    const appended: string[] = []
    const bus: Bus = {
      ...scene.bus,
      async append(topic, messages) {
        await scene.bus.append(topic, messages)
        appended.push(...messages.map(({ id }) => id))
      },
    }
    await scene.sql`create function die() returns trigger language plpgsql as
    $$ begin perform pg_terminate_backend(pg_backend_pid()); return old; end $$`
    await scene.sql`create trigger die before delete on outbox for each row execute function die()`
    const dying = relayOf(scene, { bus })
    dying.start()
    await publish(scene.sql, scene.counted, randomUUID(), { n: 1 })
    await until(() => appended.length > 1, 'it hands over again what it could not delete')
    assert.equal(await waiting(scene.sql), 1)
    await scene.sql`drop trigger die on outbox`
    await publish(scene.sql, scene.counted, randomUUID(), { n: 2 })
    await until(async () => (await waiting(scene.sql)) === 0, 'the outbox is empty')
    await dying.stop()
    assert.deepEqual(numbersOf(await scene.said()), [1, 2])
  },
)

test('a relay that is woken in vain looks ever less often; what is written then is said all the same, whoever wrote it', async () => {
  const scene = await stage.scene()
  let looks = 0
  const sql = Object.assign(Object.create(scene.sql), {
    async reserve() {
      const connection = await scene.sql.reserve()
      const counting = (strings: TemplateStringsArray, ...values: never[]) => {
        if (strings.join('').includes('from outbox where seq <> all')) looks++
        return connection(strings, ...values)
      }
      return Object.assign(counting, connection)
    },
  })
  const relay = createRelay({ sql, bus: scene.bus, service: scene.topic, onError: () => {}, poll_ms: 1500 })
  relay.start()
  const writer = scene.another()
  for (let i = 0; i < 200; i++) {
    relay.wake()
    await pause(5)
  }
  // Each 25 ms it would be 40.
  assert.ok(looks > 1 && looks < 15, `${looks} looks in a second`)
  await publish(writer, scene.counted, randomUUID(), { n: 1 })
  relay.wake()
  await until(async () => (await scene.said()).length === 1, 'what is woken for is said')
  await until(async () => (await waiting(scene.sql)) === 0, 'and forgotten')
  await publish(writer, scene.counted, randomUUID(), { n: 2 })
  await until(async () => (await scene.said()).length === 2, 'what nobody wakes for is found')
  await relay.stop()
})

test('one relay at a time per database; when the connection of the first dies the second takes over', async () => {
  const scene = await stage.scene()
  const first = relayOf(scene)
  const second = relayOf(scene, { sql: scene.another() })
  await publish(scene.sql, scene.counted, randomUUID(), { n: 1 })
  assert.equal(await first.drain(), 1)
  await publish(scene.sql, scene.counted, randomUUID(), { n: 2 })
  assert.equal(await second.drain(), 0)
  assert.equal(await waiting(scene.sql), 1)
  await killLease(scene.another())
  second.start()
  await until(async () => (await waiting(scene.sql)) === 0, 'the second relay takes over')
  await assert.rejects(first.drain(), isUnavailable, 'the first learns that it lost its lease')
  assert.equal(await first.drain(), 0)
  await second.stop()
  assert.equal(await first.drain(), 0, 'and a relay that stops leaves the lease to the other')
  await publish(scene.sql, scene.counted, randomUUID(), { n: 3 })
  assert.equal(await first.drain(), 1)
  await first.stop()
  assert.deepEqual(numbersOf(await scene.said()), [1, 2, 3])
})

test('while the bus is down the relay keeps its rows and blocks nobody: any relay carries them when it is back', async () => {
  const scene = await stage.scene()
  let down = true
  const flaky: Bus = {
    ...scene.bus,
    append: async (topic, messages) => {
      if (down) throw new Error('the bus is down')
      await scene.bus.append(topic, messages)
    },
  }
  const first = relayOf(scene, { bus: flaky })
  for (let n = 1; n <= 3; n++) await publish(scene.sql, scene.counted, randomUUID(), { n })
  for (let i = 0; i < 3; i++) await assert.rejects(first.drain(), /the bus is down/)
  assert.equal(await waiting(scene.sql), 3)
  assert.deepEqual(await scene.said(), [])
  // The lease went back with the connection: it must not sleep in the pool of a relay that does not know it has it.
  const locks = await scene.sql`select 1 from pg_locks where locktype = 'advisory' and objid = 811001
    and database = (select oid from pg_database where datname = current_database())`
  assert.equal(locks.count, 0)
  down = false
  const second = relayOf(scene, { sql: scene.another(), bus: flaky })
  assert.equal(await second.drain(), 3)
  await second.stop()
  await publish(scene.sql, scene.counted, randomUUID(), { n: 4 })
  assert.equal(await first.drain(), 1)
  await first.stop()
  assert.deepEqual(numbersOf(await scene.said()), [1, 2, 3, 4])
})

test('events of one aggregate keep their order and none is lost under concurrent writers and two relays', async () => {
  const scene = await stage.scene()
  await scene.sql`create table things (id uuid primary key, n int not null default 0)`
  const things = [randomUUID(), randomUUID(), randomUUID()]
  for (const id of things) await scene.sql`insert into things (id) values (${id})`
  const relays = [relayOf(scene), relayOf(scene, { sql: scene.another() })]
  for (const relay of relays) relay.start()
  const write = async (id: string) => {
    for (let i = 0; i < 15; i++) {
      await transaction(scene.sql, async tx => {
        const [row] = await tx<[{ n: number }]>`update things set n = n + 1 where id = ${id} returning n`
        await publish(tx, scene.counted, id, { n: row.n })
      })
      for (const relay of relays) relay.wake()
    }
  }
  await Promise.all(things.flatMap(id => [write(id), write(id), write(id)]))
  await until(async () => (await waiting(scene.sql)) === 0, 'everything is relayed')
  for (const relay of relays) await relay.stop()
  const said = await scene.said()
  for (const id of things) {
    assert.deepEqual(
      numbersOf(said.filter(message => message.aggregate_id === id)),
      Array.from({ length: 45 }, (_, i) => i + 1),
    )
  }
})

test('drain hands over what was published before it was called, also when a pass is under way', async () => {
  const scene = await stage.scene()
  let appended = Promise.resolve()
  const relay = relayOf(scene, {
    bus: {
      ...scene.bus,
      async append(topic, messages) {
        await appended
        await scene.bus.append(topic, messages)
      },
    },
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  appended = promise
  await publish(scene.sql, scene.counted, randomUUID(), { n: 1 })
  const first = relay.drain()
  // The pass has read the outbox when it waits in the bus.
  await until(async () => (await scene.sql`select 1 from pg_locks where objid = 811001`).count > 0, 'it has begun')
  await scene.sql`select 1 from outbox`
  await publish(scene.sql, scene.counted, randomUUID(), { n: 2 })
  const [second, third] = [relay.drain(), relay.drain()]
  resolve()
  await Promise.all([first, second, third])
  assert.deepEqual(numbersOf(await scene.said()), [1, 2])
  await relay.stop()
})

test('an event travels with the correlation id and trace of the request it was said in', async () => {
  const scene = await stage.scene()
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  await withContext({ correlation_id: 'request-7', traceparent, deadline: undefined }, () =>
    transaction(scene.sql, tx => publish(tx, scene.counted, randomUUID(), { n: 1 })),
  )
  const relay = relayOf(scene)
  await relay.drain()
  await relay.stop()
  const [message] = await scene.said()
  assert.equal(message!.correlation_id, 'request-7')
  assert.equal(message!.traceparent, traceparent)
  assert.match(message!.occurred_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('positions of a topic become visible in order: a reader beside many writers skips nothing', async () => {
  const scene = await stage.scene()
  const read: number[] = []
  let last = 0
  let writing = true
  const reader = (async () => {
    for (;;) {
      const over = !writing
      const batch = await scene.bus.read(scene.topic, last, 7)
      for (const { position, message } of batch) {
        assert.ok(position > last)
        last = position
        read.push((message.payload as { n: number }).n)
      }
      if (over && batch.length === 0) return
    }
  })()
  await Promise.all(
    Array.from({ length: 12 }, async (_, writer) => {
      for (let i = 0; i < 10; i++) {
        const n = writer * 100 + i * 2
        await scene.bus.append(scene.topic, [scene.message(randomUUID(), n), scene.message(randomUUID(), n + 1)])
      }
    }),
  )
  writing = false
  await reader
  assert.equal(read.length, 240)
  assert.equal(new Set(read).size, 240)
  for (let i = 0; i < read.length; i += 2) assert.equal(read[i + 1], read[i]! + 1, 'an append stays together')
})

test(
  'the bus takes a message once, keeps the order of an append and passes over an empty one',
  inPostgresAlone,
  async () => {
    const scene = await stage.scene()
    const [a, b, c] = [1, 2, 3].map(n => scene.message(randomUUID(), n)) as [EventMessage, EventMessage, EventMessage]
    await scene.bus.append(scene.topic, [])
    await scene.bus.append(scene.topic, [b, a])
    await Promise.all([scene.bus.append(scene.topic, [a, b, c]), scene.bus.append(scene.topic, [c, a])])
    assert.deepEqual(
      (await scene.said()).map(message => message.id),
      [b.id, a.id, c.id],
    )
  },
)

test('pruning forgets old events only, and readers go on from where they are', inPostgresAlone, async () => {
  const scene = await stage.scene()
  await scene.bus.append(
    scene.topic,
    [1, 2, 3, 4].map(n => scene.message(randomUUID(), n)),
  )
  await scene.busSql`update events set appended_at = now() - interval '31 days'
    where topic = ${scene.topic} and (message->'payload'->>'n')::int <= 2`
  assert.equal(await pruneTopic(scene.busSql, scene.topic, 32), 0)
  assert.equal(await scene.bus.prune!(scene.topic, 30), 2)
  const left = await scene.bus.read(scene.topic, 0, 10)
  assert.deepEqual(
    left.map(d => d.message.payload),
    [{ n: 3 }, { n: 4 }],
  )
})

test('a bus that could not be listened to once can be listened to later', async () => {
  const scene = await stage.scene()
  const url = new URL(stage.busUrl)
  await scene.sql.unsafe(`alter database "${url.pathname.slice(1)}" with allow_connections false`)
  const bus = await connectPostgresBus(stage.busUrl, { migrated: true })
  try {
    await assert.rejects(bus.listen(() => {}))
  } finally {
    await scene.sql.unsafe(`alter database "${url.pathname.slice(1)}" with allow_connections true`)
  }
  const heard: string[] = []
  await bus.listen(topic => heard.push(topic))
  await bus.append(scene.topic, [scene.message(randomUUID(), 1)])
  await until(() => heard.includes(scene.topic), 'the topic is heard of')
  await bus.close()
})
