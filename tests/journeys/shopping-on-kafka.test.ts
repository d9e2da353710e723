import { after, test } from 'node:test'
import { freePorts, startTestKafka, withoutKafka } from '@shopfleet/testing'

/* The same journeys, and what is told to browsers, with the log of events in Kafka instead of PostgreSQL. */
if (withoutKafka) test('the platform on Kafka', { skip: withoutKafka })
else {
  const kafka = await startTestKafka(await freePorts(2))
  process.env.TEST_KAFKA_BROKERS = kafka.brokers
  after(() => kafka.stop())
  await import('./shopping.test.ts')
  await import('./realtime.test.ts')
}
