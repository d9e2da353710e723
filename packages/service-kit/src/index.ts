export { anonymous, type Caller, createAuth, isStaff, mayAccess, userIdOf } from './auth.ts'
export { type Clock, createShiftedClock, createTestClock, systemClock } from './clock.ts'
export {
  type BaseConfig,
  baseSettings,
  ConfigError,
  type DatabaseConfig,
  databaseSettings,
  readConfig,
  settings,
} from './config.ts'
export { crashCorrelation } from './crash.ts'
export { type Call, createHttp, declaredStatuses, Reply, type Route, reply, route } from './http.ts'
export { createLog, type Logger } from './log.ts'
export { runService } from './main.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export { decodeCursor, encodeCursor, type Key, type KeyOf, type KeyPart, pageOf } from './page.ts'
export { createPeers, type Peers } from './peers.ts'
export { declaredProblems, renderError } from './problem-reply.ts'
export { trustedProxies } from './proxies.ts'
export { openSecrets, passwordOf, type Secrets } from './secrets.ts'
export {
  type Context,
  createService,
  type Overrides,
  type Service,
  type ServiceDefinition,
  type Sweep,
} from './service.ts'
export { serviceKeys } from './service-keys.ts'
export { compileValidator } from './validation.ts'
export { createVault, VaultError } from './vault.ts'
