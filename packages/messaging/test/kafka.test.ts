import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Admin } from '@platformatic/kafka'
import { type EventMessage, Unavailable } from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import { freePorts, startTestKafka, type TestKafka, withoutKafka } from '@shopfleet/testing'
import { type Bus, createRelay, createSubscription, on, publish } from '../src/index.ts'
import { provisionKafka } from '../src/kafka-access.ts'
import { connectKafkaBus } from '../src/kafka-bus.ts'
import type { KafkaOptions } from '../src/kafka-client.ts'
import { createStage, until } from './scene.ts'

describe('the log of events in Kafka', { skip: withoutKafka }, () => {
  let kafka: TestKafka
  let stage: Awaited<ReturnType<typeof createStage>>
  before(async () => {
    kafka = await startTestKafka(await freePorts(2))
    process.env.TEST_KAFKA_BROKERS = kafka.brokers
    stage = await createStage()
  })
  after(async () => {
    delete process.env.TEST_KAFKA_BROKERS
    await stage?.close()
    await kafka?.stop()
  })

  const prefix = `test-${randomUUID()}.`
  const connectTo = (more: { outward?: boolean } = {}) =>
    connectKafkaBus({ brokers: [kafka.brokers], topic_prefix: prefix, retention_days: 1, ...more })
  async function withBus(use: (bus: Bus) => Promise<void>, more: { outward?: boolean } = {}) {
    const bus = connectTo(more)
    try {
      await use(bus)
    } finally {
      await bus.close()
    }
  }
  const numbers = (found: { message: EventMessage }[]) =>
    found.map(({ message }) => (message.payload as { n: number }).n)

  test('what was appended is read in its order, from any place, in pages; the places say how much there is', async () => {
    const scene = await stage.scene()
    const { bus, topic } = scene
    assert.deepEqual(await bus.read(topic, 0, 10), [])
    await bus.append(topic, [])
    await bus.append(
      topic,
      Array.from({ length: 1200 }, (_, n) => scene.message(randomUUID(), n)),
    )
    assert.deepEqual(
      [await bus.highest!(topic), await bus.before!(topic, 3), await bus.before!(topic, 5000)],
      [1200, 1197, 0],
    )
    const read: number[] = []
    for (let at = 0; ; ) {
      const page = await bus.read(topic, at, 70)
      if (page.length === 0) break
      read.push(...numbers(page))
      at = page.at(-1)!.position
    }
    assert.deepEqual(
      read,
      Array.from({ length: 1200 }, (_, n) => n),
    )
    assert.deepEqual(numbers(await bus.read(topic, 1197, 10)), [1197, 1198, 1199])
    assert.deepEqual(await bus.read(topic, 9999, 10), [], 'beyond the end there is nothing')
  })

  test('events of more than a megabyte together go over in their order, and are read at once', async () => {
    const scene = await stage.scene()
    const long = 'x'.repeat(300_000)
    const messages = Array.from({ length: 12 }, (_, n) => scene.message(randomUUID(), n, { correlation_id: long }))
    await scene.bus.append(scene.topic, messages)
    await scene.bus.append(scene.topic, [scene.message(randomUUID(), 12, { correlation_id: 'y'.repeat(2_000_000) })])
    // In one reading: whoever gets less than asked for takes it for the end.
    assert.deepEqual(
      numbers(await scene.bus.read(scene.topic, 0, 50)),
      Array.from({ length: 13 }, (_, n) => n),
    )
  })

  test('a relay that dies between append and delete says it twice, and it takes effect once', async () => {
    const scene = await stage.scene()
    const { sql, bus, counted, topic } = scene
    const aggregate = randomUUID()
    for (const n of [1, 2, 3]) await transaction(sql, tx => publish(tx, counted, aggregate, { n }))
    const dying = createRelay({
      ...{ sql: scene.another(), bus, service: topic, onError: () => {} },
      async boundary(where) {
        if (where === 'after publish') throw new Error('killed')
      },
    })
    await assert.rejects(dying.drain(), /killed/)
    const relay = createRelay({ sql, bus, service: topic, onError: error => assert.fail(error as Error) })
    await relay.drain()
    assert.deepEqual(numbers(await bus.read(topic, 0, 10)), [1, 2, 3, 1, 2, 3])

    const listener = await scene.neighbour()
    const heard: number[] = []
    const subscription = createSubscription({
      ...{ sql: listener, bus, onError: error => assert.fail(error as Error) },
      handlers: [on(counted, async (_tx, { n }) => void heard.push(n))],
    })
    assert.equal(await subscription.drain(), 6)
    assert.deepEqual(heard, [1, 2, 3])
    await relay.stop()
  })

  test('a broker that is killed and comes back: nothing is lost, and who listens goes on by itself', async () => {
    const scene = await stage.scene()
    const { bus, topic } = scene
    const heard: number[] = []
    const subscription = createSubscription({
      ...{ sql: await scene.neighbour(), bus, poll_ms: 3_600_000, onError: () => {} },
      handlers: [on(scene.counted, async (_tx, { n }) => void heard.push(n))],
    })
    await subscription.start()
    const say = (n: number) => bus.append(topic, [scene.message(randomUUID(), n)])
    await say(1)
    await until(() => heard.length === 1, 'the first is heard')
    await kafka.kill()
    await assert.rejects(say(2), Unavailable)
    await assert.rejects(bus.read(topic, 0, 1), Unavailable)
    await kafka.start()
    // What was refused may have arrived all the same: its speaker says it again.
    for (let said = false; !said; )
      said = await say(3).then(
        () => true,
        () => false,
      )
    await until(() => heard.includes(3), 'what came afterwards is heard without a poll')
    assert.deepEqual(
      heard.filter(n => n !== 2),
      [1, 3],
    )
    await subscription.stop()
  })

  test('to the outside it shows orders, stock and products alone, and not what was ordered or whose cart it was', async () => {
    const message = (service: string) =>
      ({ ...stageMessage(), service, payload: { order_id: 'a', items: [{ sku: 'x' }], cart_id: 'c' } }) as EventMessage
    await withBus(async bus => {
      for (const topic of ['order', 'payment']) await bus.append(topic, [message(topic)])
    })
    await withBus(
      async bus => {
        const [delivery] = await bus.read('order', 0, 10)
        assert.deepEqual(delivery!.message.payload, { order_id: 'a' })
        assert.deepEqual(await bus.read('payment', 0, 10), [])
      },
      { outward: true },
    )
  })

  test('a topic that somebody made with more partitions is refused: they would not be in order', async () => {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.brokers] })
    await admin.createTopics({ topics: [`${prefix}cart`], partitions: 2, replicas: 1 })
    await admin.close()
    await withBus(bus => assert.rejects(bus.append('cart', [stageMessage()]), /cart has 2 partitions/))
  })
})

const withoutOpenssl = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed'

test('a broker that wants TLS and accounts: only with both, and each account may do what its service needs', {
  skip: withoutKafka || withoutOpenssl,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shopfleet-kafka-test-'))
  const [key, certificate] = ['key.pem', 'certificate.pem'].map(file => join(folder, file)) as [string, string]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate]
  execFileSync('openssl', [...made, ...subject], { stdio: 'ignore' })
  const ca = readFileSync(certificate, 'utf8')
  const account = { username: 'shop', password: 'right' }
  const others = ['order', 'cart', 'gateway']
  const secured = { ...account, others, key: readFileSync(key, 'utf8'), certificate: ca }
  rmSync(folder, { recursive: true })
  const kafka = await startTestKafka(await freePorts(2), { secured })
  const options = { brokers: [kafka.brokers], topic_prefix: 'a.', retention_days: 1 }
  const tryWith = async (more: Partial<KafkaOptions>) => {
    const bus = connectKafkaBus({ ...options, ...more })
    try {
      await bus.append('cart', [stageMessage()])
      return (await bus.read('cart', 0, 10)).length
    } finally {
      await bus.close()
    }
  }
  const as = (password: string, username = 'shop') => ({ username, password: () => password })
  try {
    assert.equal(await tryWith({ tls: { ca }, account: as('right') }), 1)
    await assert.rejects(tryWith({ tls: { ca }, account: as('wrong') }), Unavailable)
    await assert.rejects(tryWith({ tls: {}, account: as('right') }), Unavailable)

    const asOwner = { ...options, tls: { ca }, account: as('right') }
    for (let i = 0; i < 2; i++) assert.equal(await provisionKafka(asOwner, ['order', 'cart', 'user']), true)
    const withAccount = async (name: string, outward: boolean, use: (bus: Bus) => Promise<void>) => {
      const bus = connectKafkaBus({ ...options, tls: { ca }, account: as('right', name), outward })
      await use(bus).finally(() => bus.close())
    }
    await withAccount('order', false, async bus => {
      await bus.append('order', [stageMessage()])
      await assert.rejects(bus.append('cart', [stageMessage()]), Unavailable, 'nobody speaks for another')
      assert.equal((await bus.read('cart', 0, 10)).length, 1)
    })
    await withAccount('gateway', true, async bus => assert.equal((await bus.read('order', 0, 10)).length, 1))
    await withAccount('gateway', false, async bus => {
      await assert.rejects(bus.read('cart', 0, 10), Unavailable)
      await assert.rejects(bus.append('order', [stageMessage()]), Unavailable)
    })
  } finally {
    await kafka.stop()
  }
})

const stageMessage = (): EventMessage => ({
  ...{ id: randomUUID(), name: 'thing.counted', version: 1, service: 'cart', aggregate_id: randomUUID() },
  ...{ payload: { n: 1 }, correlation_id: 'test', traceparent: null, occurred_at: new Date().toISOString() },
})
