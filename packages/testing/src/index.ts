export { createTestDatabases, type TestDatabases } from './databases.ts'
export { createIdentity, type Identity } from './identity.ts'
export { freePorts, type PlatformOptions, startTestPlatform, type TestPlatform } from './platform.ts'
export { createRandom, type Random } from './random.ts'
