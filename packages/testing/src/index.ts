export { type CollectedSpan, type Collector, startCollector } from './collector.ts'
export { createTestDatabases, type TestDatabases } from './databases.ts'
export { createIdentity, type Identity } from './identity.ts'
export { kafkaSettings, startTestKafka, type TestKafka, withoutKafka } from './kafka.ts'
export {
  type CaughtMail,
  freePortBase,
  freePorts,
  type PlatformOptions,
  startTestPlatform,
  type TestMail,
  type TestPlatform,
} from './platform.ts'
export { createRandom, type Random } from './random.ts'
