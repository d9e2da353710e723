import { after, test } from 'node:test'
import { freePorts, startTestKafka, withoutKafka } from '@shopfleet/testing'

/* Relay, listeners and tails once more, with the log of events in Kafka instead of PostgreSQL. */
if (withoutKafka) test('messaging on Kafka', { skip: withoutKafka })
else {
  const kafka = await startTestKafka(await freePorts(2))
  process.env.TEST_KAFKA_BROKERS = kafka.brokers
  after(() => kafka.stop())
  await import('./subscription.test.ts')
  await import('./tail.test.ts')
  await import('./relay.test.ts')
}
