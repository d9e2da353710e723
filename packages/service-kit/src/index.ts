export { anonymous, type Caller, checkAllowed, createAuth, isStaff, mayAccess, userIdOf } from './auth.ts'
export { type BusConfig, type BusOptions, connectBus, hasBus, provisionBus } from './bus.ts'
export { type Clock, createShiftedClock, createTestClock, systemClock } from './clock.ts'
export {
  type BaseConfig,
  baseSettings,
  busSettings,
  ConfigError,
  type DatabaseConfig,
  databaseSettings,
  readConfig,
  settings,
} from './config.ts'
export { crashCorrelation } from './crash.ts'
export { createDoor, type Outgoing } from './door.ts'
export { createHttp, declaredStatuses } from './http.ts'
export { createLog, type Logger, withEach } from './log.ts'
export { runService } from './main.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export { type Answer, answerInTime, createNeighbours, createSideDoor, type Neighbours } from './neighbours.ts'
export { decodeCursor, encodeCursor, type Key, type KeyOf, type KeyPart, pageOf } from './page.ts'
export { createPeers, type Peers } from './peers.ts'
export { declaredProblems, renderError } from './problem-reply.ts'
export { callerAddress, trustedProxies } from './proxies.ts'
export { type Call, JsonText, Reply, type Route, reply, route } from './route.ts'
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
export { createTraces, currentTraceIds, type Span, type Traces } from './traces.ts'
export { compileValidator } from './validation.ts'
export { createVault, VaultError } from './vault.ts'
