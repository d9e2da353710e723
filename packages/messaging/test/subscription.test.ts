import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { EventMessage } from '@shopfleet/contracts'
import { isUnavailable, type Sql, type Tx } from '@shopfleet/database'
import {
  createRelay,
  createSubscription,
  currentContext,
  type Handler,
  on,
  pruneInbox,
  publish,
  withContext,
} from '../src/index.ts'
import { createGate, createStage, type Scene, until } from './scene.ts'

let stage: Awaited<ReturnType<typeof createStage>>
before(async () => {
  stage = await createStage()
})
after(() => stage?.close())

type Counted = { n: number }

/** A listener that writes each event down; `before` may fail it. */
function listenerOf(
  scene: Scene,
  {
    sql = scene.sql,
    before = async () => {},
    onError = () => {},
  }: {
    sql?: Sql
    before?: (n: number, tx: Tx, message: EventMessage<Counted>) => Promise<void>
    onError?: (error: unknown, message?: EventMessage) => void
  } = {},
) {
  const handler: Handler = on(scene.counted, async (tx, { n }, message) => {
    await before(n, tx, message)
    await tx`insert into effects (aggregate_id, n) values (${message.aggregate_id}, ${n})`
  })
  return createSubscription({ sql, bus: scene.bus, handlers: [handler], onError, poll_ms: 3_600_000, retry_ms: 1 })
}
const effects = async (scene: Scene, aggregate_id?: string) =>
  (
    await scene.sql<Counted[]>`
      select n from effects ${aggregate_id ? scene.sql`where aggregate_id = ${aggregate_id}` : scene.sql``} order by id`
  ).map(row => row.n)
const openLetters = (scene: Scene) =>
  scene.sql<{ n: number; attempts: number; error: string }[]>`
    select (message->'payload'->>'n')::int as n, attempts, error from dead_letters where replayed_at is null order by id`
const say = async (scene: Scene, aggregate_id: string, ...numbers: number[]) => {
  const messages = numbers.map(n => scene.message(aggregate_id, n))
  await scene.bus.append(scene.topic, messages)
  return messages
}
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

test('an event takes effect once, however often it is delivered: twice in a batch, again, and all of it from offset 0', async () => {
  const scene = await stage.scene()
  const listener = listenerOf(scene)
  const [first, second] = await say(scene, randomUUID(), 1, 2)
  await listener.apply([first!, first!])
  await listener.apply([second!, first!])
  assert.equal(await listener.drain(), 2)
  assert.deepEqual(await effects(scene), [1, 2])
  await say(scene, randomUUID(), 3)
  await listener.drain()
  for (const reset of [
    scene.sql`delete from consumer_offsets`,
    scene.sql`update consumer_offsets set position = 0 where topic = ${scene.topic}`,
  ]) {
    await reset
    assert.equal(await listener.drain(), 3, 'it was read again')
  }
  assert.deepEqual(await effects(scene), [1, 2, 3])
})

test('a running listener whose offset is taken away reads again from the start, and does not put its own place back', async () => {
  const scene = await stage.scene()
  const listener = listenerOf(scene)
  const [lost] = await say(scene, randomUUID(), 1)
  await listener.start()
  await until(async () => (await effects(scene)).length === 1, 'the first is applied')
  // As an operator does who wants it applied again; the listener still knows where it was.
  await scene.sql`delete from inbox where event_id = ${lost!.id}`
  await scene.sql`delete from consumer_offsets`
  await say(scene, randomUUID(), 2)
  await until(async () => (await effects(scene)).length >= 3, 'both are applied')
  await listener.stop()
  assert.deepEqual(await effects(scene), [1, 1, 2])
})

test('two instances of one listener apply each event once, in order', async () => {
  const scene = await stage.scene()
  const aggregates = [randomUUID(), randomUUID()] as const
  for (let n = 1; n <= 300; n += 20)
    await scene.bus.append(
      scene.topic,
      Array.from({ length: 20 }, (_, i) => scene.message(aggregates[(n + i) % 2]!, n + i)),
    )
  const instances = [listenerOf(scene), listenerOf(scene, { sql: scene.another() }), listenerOf(scene)]
  await Promise.all(instances.map(instance => instance.drain()))
  assert.deepEqual(await effects(scene), upTo(300))
})

test('a poison message goes to the dead letters after five attempts; its aggregate waits behind it, others go on', async () => {
  const scene = await stage.scene()
  const told: (string | undefined)[] = []
  const listener = listenerOf(scene, {
    before: async n => {
      if (n === 2) throw new Error('poison \0 with a NUL')
    },
    onError: (error, message) =>
      told.push(`${(error as Error).message.slice(0, 6)} ${(message!.payload as Counted).n}`),
  })
  const [sick, well] = [randomUUID(), randomUUID()]
  await say(scene, sick, 1, 2, 3)
  await say(scene, well, 10, 11)
  await say(scene, sick, 4)
  await listener.drain()
  assert.deepEqual(await effects(scene, sick), [1])
  assert.deepEqual(await effects(scene, well), [10, 11])
  assert.deepEqual(
    (await openLetters(scene)).map(letter => [letter.n, letter.attempts]),
    [
      [2, 5],
      [3, 0],
      [4, 0],
    ],
  )
  assert.deepEqual(told, Array(5).fill('poison 2'))
  await say(scene, sick, 5)
  await say(scene, well, 12)
  await listener.drain()
  assert.deepEqual(await effects(scene, sick), [1])
  assert.deepEqual(await effects(scene, well), [10, 11, 12])
})

test('dead letters are replayed in order, once; one that fails again stays with what waits behind it', async () => {
  const scene = await stage.scene()
  const failing = new Set([2, 20])
  const listener = listenerOf(scene, {
    before: async n => {
      if (failing.has(n)) throw new Error(`no ${n} today`)
    },
  })
  const [a, b] = [randomUUID(), randomUUID()]
  await say(scene, a, 1, 2, 3)
  await say(scene, b, 20, 21)
  await listener.drain()
  failing.delete(2)
  assert.equal(await listener.replayDeadLetters(), 2)
  assert.deepEqual(await effects(scene, a), [1, 2, 3])
  assert.deepEqual(
    (await openLetters(scene)).map(letter => [letter.n, letter.attempts, letter.error.slice(0, 5)]),
    [
      [20, 6, 'no 20'],
      [21, 0, 'waits'],
    ],
  )
  await say(scene, a, 4)
  await say(scene, b, 22)
  await listener.drain()
  assert.deepEqual(await effects(scene, a), [1, 2, 3, 4], 'nothing is open for it any more')
  failing.clear()
  const other = listenerOf(scene, { sql: scene.another() })
  const counts = await Promise.all([listener.replayDeadLetters(), other.replayDeadLetters()])
  assert.equal(counts[0]! + counts[1]!, 3, 'two at once share them')
  assert.deepEqual(await effects(scene, b), [20, 21, 22])
  assert.equal(await listener.replayDeadLetters(), 0)
  await scene.sql`delete from consumer_offsets`
  await listener.drain()
  assert.deepEqual(await effects(scene), [1, 2, 3, 4, 20, 21, 22], 'and delivered again they have no further effect')
})

test('an event that comes while the last dead letter of its aggregate is replayed neither overtakes it nor is left behind', async () => {
  const scene = await stage.scene()
  let healthy = false
  const replaying = createGate()
  const finish = createGate()
  const listener = listenerOf(scene, {
    before: async n => {
      if (n !== 1) return
      if (!healthy) throw new Error('not yet')
      replaying.open()
      await finish.passed
    },
  })
  const aggregate_id = randomUUID()
  await say(scene, aggregate_id, 1)
  await listener.drain()
  healthy = true
  const replay = listener.replayDeadLetters()
  await replaying.passed
  await say(scene, aggregate_id, 2)
  const drained = listenerOf(scene, { sql: scene.another() }).drain()
  await until(
    async () => (await scene.sql`select 1 from pg_locks where not granted`).count > 0,
    'the new event waits for the replay',
  )
  finish.open()
  await Promise.all([replay, drained])
  assert.deepEqual(await effects(scene), [1, 2])
  assert.equal((await openLetters(scene)).length, 0)
})

test('a listener whose database dies in the middle of a batch has done all or nothing of it, and goes on afterwards', async () => {
  const scene = await stage.scene()
  let kills = 0
  const errors: unknown[] = []
  const listener = listenerOf(scene, {
    before: async (n, tx) => {
      if (n === 3 && kills++ < 2) await tx`select pg_terminate_backend(pg_backend_pid())`
    },
    onError: error => errors.push(error),
  })
  await say(scene, randomUUID(), 1, 2, 3, 4)
  for (let i = 0; i < 2; i++) {
    await assert.rejects(listener.drain(), isUnavailable)
    assert.deepEqual(await effects(scene), [])
  }
  assert.equal(await listener.drain(), 4)
  assert.deepEqual(await effects(scene), [1, 2, 3, 4])
  assert.equal((await openLetters(scene)).length, 0, 'no fault of the message')
  assert.deepEqual(errors, [])
})

test('a listener in the background recovers by itself from the loss of its database and of the bus', async () => {
  const scene = await stage.scene()
  let kills = 0
  const listener = listenerOf(scene, {
    before: async (n, tx) => {
      if (n === 2 && kills++ === 0) await tx`select pg_terminate_backend(pg_backend_pid())`
    },
  })
  await listener.start()
  await say(scene, randomUUID(), 1, 2, 3)
  await until(async () => (await effects(scene)).length === 3, 'all are applied')
  await stage.busSql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'bus' and datname = current_database()`
  // Said while nobody listens: the listener looks when it is connected again, long before its next poll.
  await until(async () => {
    await say(scene, randomUUID(), 4).catch(() => {})
    return (await effects(scene)).includes(4)
  }, 'what was said meanwhile is applied')
  await listener.stop()
  assert.deepEqual((await effects(scene)).slice(0, 3), [1, 2, 3])
})

test('effects of a handler that fails in the end are undone, with what it had said', async () => {
  const scene = await stage.scene()
  let healthy = false
  const listener = createSubscription({
    sql: scene.sql,
    bus: scene.bus,
    onError: () => {},
    retry_ms: 1,
    handlers: [
      on(scene.counted, async (tx, { n }, message) => {
        await tx`insert into effects (aggregate_id, n) values (${message.aggregate_id}, ${n})`
        await publish(tx, scene.counted, message.aggregate_id, { n: n + 1 })
        if (!healthy) throw new Error('too late')
      }),
    ],
  })
  await say(scene, randomUUID(), 1)
  await listener.drain()
  assert.deepEqual(await effects(scene), [])
  assert.equal((await scene.sql`select 1 from outbox`).count, 0)
  healthy = true
  assert.equal(await listener.replayDeadLetters(), 1)
  assert.deepEqual(await effects(scene), [1])
  assert.equal((await scene.sql`select 1 from outbox`).count, 1)
})

test('the correlation id of a request goes through outbox, bus and handler into the events the handler says', async () => {
  const scene = await stage.scene()
  const listener = createSubscription({
    sql: scene.sql,
    bus: scene.bus,
    onError: error => assert.fail(String(error)),
    handlers: [
      on(scene.counted, async (tx, { n }, message) => {
        assert.equal(currentContext().deadline, undefined)
        if (n < 3) await publish(tx, scene.counted, message.aggregate_id, { n: n + 1 })
      }),
    ],
  })
  const relay = createRelay({ sql: scene.sql, bus: scene.bus, service: scene.topic, onError: () => {} })
  const context = { correlation_id: 'req-1', traceparent: '00-a-b-01', deadline: performance.now() + 1000 }
  await withContext(context, () => publish(scene.sql, scene.counted, randomUUID(), { n: 1 }))
  while ((await relay.drain()) + (await listener.drain()) > 0);
  await relay.stop()
  assert.deepEqual(
    (await scene.said()).map(message => [message.payload.n, message.correlation_id, message.traceparent]),
    upTo(3).map(n => [n, 'req-1', '00-a-b-01']),
  )
})

test('a listener that is told to stop does not first read all there is, and goes on from there at the next start', async () => {
  const scene = await stage.scene()
  const total = 450
  const begun = createGate()
  const finish = createGate()
  const listener = listenerOf(scene, {
    before: async n => {
      if (n !== 1) return
      begun.open()
      await finish.passed
    },
  })
  await say(scene, randomUUID(), ...upTo(total))
  await listener.start()
  await begun.passed
  const stopped = listener.stop()
  finish.open()
  await stopped
  const done = (await effects(scene)).length
  assert.ok(done > 0 && done < total, `${done} of ${total}`)
  const next = listenerOf(scene)
  await next.drain()
  assert.deepEqual(await effects(scene), upTo(total))
})

test('events of a topic nobody here has a handler for are passed over', async () => {
  const scene = await stage.scene()
  const listener = listenerOf(scene)
  await scene.bus.append(scene.topic, [
    scene.message(randomUUID(), 1, { name: 'thing.unheard-of' }),
    scene.message(randomUUID(), 2),
  ])
  await listener.drain()
  assert.deepEqual(await effects(scene), [2])
  assert.equal((await scene.sql`select 1 from inbox`).count, 1)
})

test('pruning forgets inbox rows and replayed letters past their age and a day, never an open letter', async () => {
  const scene = await stage.scene()
  let healthy = false
  const listener = listenerOf(scene, {
    before: async n => {
      if (n > 1 && !healthy) throw new Error('not yet')
    },
  })
  await say(scene, randomUUID(), 1)
  await say(scene, randomUUID(), 2)
  await listener.drain()
  healthy = true
  await listener.replayDeadLetters()
  healthy = false
  const [stays] = await say(scene, randomUUID(), 3)
  await listener.drain()
  await scene.sql`update inbox set applied_at = applied_at - interval '30 days 12 hours'`
  await scene.sql`update dead_letters set created_at = now() - interval '90 days',
    replayed_at = replayed_at - interval '32 days'`
  assert.equal(await pruneInbox(scene.sql, 31), 1)
  assert.equal(await pruneInbox(scene.sql, 30), 0, 'a day longer than the bus')
  assert.equal(await pruneInbox(scene.sql, 29), 2)
  assert.deepEqual(
    (await openLetters(scene)).map(letter => letter.n),
    [3],
  )
  assert.equal((await scene.sql`select 1 from dead_letters where event_id = ${stays!.id}`).count, 1)
})

test('an event that was replayed once and fails again after the inbox forgot it is a dead letter again, not lost', async () => {
  const scene = await stage.scene()
  let healthy = false
  const listener = listenerOf(scene, {
    before: async () => {
      if (!healthy) throw new Error('not yet')
    },
  })
  const aggregate_id = randomUUID()
  await say(scene, aggregate_id, 1)
  await listener.drain()
  healthy = true
  await listener.replayDeadLetters()
  healthy = false
  await scene.sql`delete from inbox`
  await scene.sql`delete from consumer_offsets`
  await say(scene, aggregate_id, 2)
  await listener.drain()
  assert.deepEqual(
    (await openLetters(scene)).map(letter => letter.n),
    [1, 2],
  )
})
