import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type EventMessage, event, type ServiceName } from '@shopfleet/contracts'
import { connect, migrate, type Sql } from '@shopfleet/database'
import { createTestDatabases, kafkaSettings, type TestDatabases } from '@shopfleet/testing'
import { Type } from 'typebox'
import { type Bus, connectPostgresBus, messagingMigrations } from '../src/index.ts'
import { connectKafkaBus } from '../src/kafka-bus.ts'

/** For what the log in PostgreSQL alone does: to know an event that is appended again, to be set back, to be pruned by us. */
export const inPostgresAlone = process.env.TEST_KAFKA_BROKERS ? { skip: 'the log in PostgreSQL alone' } : {}

/** What a test of messaging plays with: a service's database, a topic of its own, and the file's one bus. */
export interface Scene {
  sql: Sql
  bus: Bus
  busSql: Sql
  topic: ServiceName
  /** An event of this topic. */
  counted: ReturnType<typeof countedOf>
  /** A second pool on the same database: another process. */
  another(): Sql
  /** A database of a further service. */
  neighbour(): Promise<Sql>
  message(aggregate_id: string, n: number, more?: Partial<EventMessage>): EventMessage
  /** What is on the bus, in order. */
  said(): Promise<EventMessage<{ n: number }>[]>
}

const countedOf = (service: ServiceName) =>
  event({ service, name: 'thing.counted', version: 1, schema: Type.Object({ n: Type.Integer() }), summary: 'Counted' })

/** Databases of one test file: `scene` makes a fresh service in it. */
export async function createStage() {
  const databases: TestDatabases = await createTestDatabases()
  const busUrl = await databases.create('bus')
  const pages = await connectPostgresBus(busUrl)
  const { KAFKA_BROKERS, KAFKA_TOPIC_PREFIX } = kafkaSettings()
  const bus = KAFKA_BROKERS
    ? connectKafkaBus({ brokers: [KAFKA_BROKERS], topic_prefix: KAFKA_TOPIC_PREFIX!, retention_days: 1 })
    : pages
  const busSql = connect(busUrl, { name: 'scene', max: 4 })
  let scenes = 0
  let ofScene: Sql[] = []
  async function closeScene() {
    await Promise.all(ofScene.map(pool => pool.end({ timeout: 1 })))
    ofScene = []
  }
  return {
    bus,
    busUrl,
    busSql,
    async scene(): Promise<Scene> {
      // The scene before is over.
      await closeScene()
      const topic = `topic-${++scenes}` as ServiceName
      const open = (url: string) => {
        const pool = connect(url, { name: 'scene', max: 6 })
        ofScene.push(pool)
        return pool
      }
      let services = 0
      async function create() {
        const url = await databases.create(`s${scenes}_${++services}`)
        const sql = open(url)
        await migrate(sql, messagingMigrations)
        return { url, sql }
      }
      const { url, sql } = await create()
      await sql`create table effects (id bigint generated always as identity, aggregate_id uuid, n int)`
      return {
        sql,
        bus,
        busSql,
        topic,
        counted: countedOf(topic),
        another: () => open(url),
        neighbour: async () => (await create()).sql,
        message: (aggregate_id, n, more) => ({
          id: randomUUID(),
          name: 'thing.counted',
          version: 1,
          service: topic,
          aggregate_id,
          payload: { n },
          correlation_id: 'test',
          traceparent: null,
          occurred_at: new Date().toISOString(),
          ...more,
        }),
        async said() {
          const found = await bus.read(topic, 0, 1000)
          return found.map(({ message }) => message as EventMessage<{ n: number }>)
        },
      }
    },
    async close() {
      await closeScene()
      await Promise.all([bus.close(), pages.close()])
      await busSql.end({ timeout: 1 })
      await databases.stop()
    },
  }
}

/** Waits until something is so; fails after ten seconds. */
export async function until(isSo: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`in ten seconds it did not happen that ${what}`)
    await pause(5)
  }
}

/** A promise one settles from outside. */
export function createGate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { passed: promise, open: resolve }
}
