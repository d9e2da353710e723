import { operations, type ServiceName } from '@shopfleet/contracts'
import {
  type Clock,
  createLog,
  createMetrics,
  type Logger,
  type Metrics,
  systemClock,
  trustedProxies,
} from '@shopfleet/service-kit'
import Fastify, { type FastifyInstance } from 'fastify'
import { createCallers } from './callers.ts'
import type { GatewayConfig } from './config.ts'
import { connectSharedCounters, createRateLimiter, type RateLimiter } from './counters.ts'
import { mountDocs } from './docs.ts'
import { createDoor } from './door.ts'
import { createLimits } from './limits.ts'
import { methodTable, mountOperations } from './routes.ts'
import { createShedder } from './shedding.ts'
import { readTls, watchTls } from './tls.ts'
import { createUpstream } from './upstream.ts'

export { GatewayConfig } from './config.ts'

export interface GatewayOverrides {
  clock?: Clock
  log?: Logger
}

/** The one public address: every public operation of every service, and what there is to read about them. */
export async function createGateway(config: GatewayConfig, overrides: GatewayOverrides = {}) {
  const clock = overrides.clock ?? systemClock
  const log = overrides.log ?? createLog('gateway', { level: config.LOG_LEVEL, format: config.LOG_FORMAT })
  const metrics = createMetrics('gateway')
  const isTrusted = trustedProxies(config.TRUSTED_PROXIES)
  const origins = originsOf(config.CORS_ORIGINS)
  const breakers = metrics.counter('gateway_breaker_changes_total', 'Circuit breakers opened and closed', [
    'address',
    'state',
  ])
  const upstream = createUpstream({
    urls: addressesOf(config),
    timeout_ms: config.REQUEST_TIMEOUT_MS,
    patience_ms: config.RESTART_PATIENCE_MS,
    onBreaker: (address, state) => breakers.inc({ address, state }),
  })
  const shed = metrics.counter('gateway_shed_total', 'Requests refused for want of capacity, by class', ['class'])
  const shedder = createShedder({
    max_in_flight: config.MAX_IN_FLIGHT,
    max_delay_ms: config.MAX_LOOP_DELAY_MS,
    onShed: kind => shed.inc({ class: kind }),
  })
  metrics.gauge('gateway_in_flight', 'Requests under way', set => set(shedder.inFlight()))
  const limiter = createLimiter(config, { log, metrics, now: () => clock.now() })
  const callers = createCallers({
    jwksUrl: `${config.USER_URL.split(',', 1)[0]}/.well-known/jwks.json`,
    issuer: config.TOKEN_ISSUER,
    audience: config.TOKEN_AUDIENCE,
    now: () => clock.now(),
  })
  const app = await createDoor({
    log,
    clock,
    metrics,
    isTrusted,
    origins,
    tls: readTls(config),
    methodsOf: methodTable(operations),
  })
  mountOperations(app, operations, {
    upstream,
    deadline_ms: config.REQUEST_TIMEOUT_MS,
    isTrusted,
    count: createLimits(config, limiter, callers),
    shedder,
    origins,
  })
  const unwatchTls = watchTls(config, app.server, {
    onError: error => log.warn({ error }, 'the renewed certificate cannot be used yet'),
  })

  mountDocs(app, { operations, upstream, clock })

  let ready = false
  const isReady = () => ready
  mountHealth(app, isReady)
  const operators = Fastify({ logger: false, forceCloseConnections: true })
  mountHealth(operators, isReady)
  mountMetrics(operators, metrics)

  let stopping: Promise<void> | undefined
  return {
    app,
    /** The operators' own listener. */
    operators,
    /** Listens for the operators, then for everyone. Needs no service to be up. Answers the public URL. */
    async start(): Promise<string> {
      await operators.listen({ host: config.METRICS_HOST, port: config.METRICS_PORT })
      const url = await app.listen({ host: config.HOST, port: config.PORT, backlog: 1024 })
      ready = true
      return url
    },
    /** Not ready → finish requests under way → close connections to the services. */
    stop(): Promise<void> {
      stopping ??= (async () => {
        ready = false
        const grace = new Promise(resolve => setTimeout(resolve, config.SHUTDOWN_TIMEOUT_MS).unref())
        await Promise.race([app.close(), grace])
        unwatchTls()
        shedder.close()
        await upstream.close()
        await limiter.close()
        await operators.close()
      })()
      return stopping
    },
    /** There is no background work. */
    drain: async () => 0,
  }
}

/** Origins of web pages, as browsers name them. */
function originsOf(list: string): ReadonlySet<string> {
  return new Set(
    list
      .split(',')
      .map(origin => origin.trim())
      .filter(origin => origin !== ''),
  )
}

function createLimiter(
  config: GatewayConfig,
  { log, metrics, now }: { log: Logger; metrics: Metrics; now: () => number },
): RateLimiter {
  const fallbacks = metrics.counter(
    'gateway_limits_local_total',
    'Requests counted here for want of the shared counters',
  )
  const shared = config.REDIS_URL
    ? connectSharedCounters(config.REDIS_URL, error => log.warn({ error }, 'the shared counters cannot be reached'))
    : undefined
  return createRateLimiter({ shared, now, onFallback: () => fallbacks.inc() })
}

/** Where each service answers: the settings named `<SERVICE>_URL`. */
function addressesOf(config: GatewayConfig): Partial<Record<ServiceName, string>> {
  const found: Partial<Record<ServiceName, string>> = {}
  for (const { service } of operations) {
    const url = (config as Record<string, unknown>)[`${service.toUpperCase()}_URL`]
    if (typeof url !== 'string') throw new Error(`no setting says where the ${service} service answers`)
    found[service] = url
  }
  return found
}

function mountHealth(app: FastifyInstance, isReady: () => boolean): void {
  const started_ms = performance.now()
  app.get('/health', async () => ({
    status: 'ok',
    service: 'gateway',
    uptime_s: Math.round((performance.now() - started_ms) / 1000),
  }))
  app.get('/health/live', async () => ({ status: 'ok' }))
  app.get('/health/ready', async (_request, response) => {
    if (isReady()) return { status: 'ready' }
    return response.code(503).header('retry-after', '1').send({ status: 'not ready' })
  })
}

function mountMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.get('/metrics', async (_request, response) => response.type(metrics.contentType).send(await metrics.text()))
}
