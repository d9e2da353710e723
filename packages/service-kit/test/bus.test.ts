import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { busSettings, ConfigError, connectBus, hasBus, readConfig } from '../src/index.ts'

const read = (env: Record<string, string>) => readConfig(Type.Object(busSettings), 'order', env)

test('settings that name no log of events are refused, in words; Kafka goes before PostgreSQL', async () => {
  assert.equal(hasBus(read({})), false)
  await assert.rejects(connectBus(read({})), ConfigError)
  // Neither is connected to before it is used.
  const both = read({ KAFKA_BROKERS: '127.0.0.1:9', BUS_DATABASE_URL: 'postgres://nobody:x@127.0.0.1:9/nothing' })
  const bus = await connectBus(both)
  await assert.rejects(bus.read('order', 0, 1), /the event log is not available/)
  await bus.close()
})
