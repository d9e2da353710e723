import { operations, Problem, realtimePath, type ServiceName, Unavailable } from '@shopfleet/contracts'
import { type Bus, createTail, currentTraceparent, type Tail } from '@shopfleet/messaging'
import {
  type Clock,
  connectBus,
  createLog,
  createMetrics,
  createTraces,
  hasBus,
  type Logger,
  type Metrics,
  type Neighbours,
  type Secrets,
  systemClock,
  type Traces,
  trustedProxies,
} from '@shopfleet/service-kit'
import Fastify, { type FastifyInstance } from 'fastify'
import { createCallers } from './callers.ts'
import type { GatewayConfig } from './config.ts'
import { createRateLimiter, type RateLimiter } from './counters.ts'
import { mountDocs } from './docs.ts'
import { createDoor } from './door.ts'
import { createLimits } from './limits.ts'
import { answerQuickly } from './quick-reads.ts'
import type { Counters } from './rate-limit.ts'
import { createReadCache, type ReadCache } from './read-cache.ts'
import { isForSocket } from './realtime/handshake.ts'
import { createRealtime, type Realtime } from './realtime/realtime.ts'
import { methodTable, mountOperations } from './routes.ts'
import { createShedder } from './shedding.ts'
import { readTls, watchTls } from './tls.ts'
import { createUpstream, type Upstream } from './upstream.ts'

export { GatewayConfig } from './config.ts'

export interface GatewayOverrides {
  clock?: Clock
  log?: Logger
  /** The log of events, in place of the one the settings name. */
  bus?: Bus
  /** Milliseconds between two looks at it, should nobody tell. */
  poll_ms?: number
  neighbours?: Neighbours
  /** Where the password of the event log comes from, should it change while the gateway runs. */
  secrets?: Secrets
}

/** The one public address: every public operation of every service, and what there is to read about them. */
export async function createGateway(config: GatewayConfig, overrides: GatewayOverrides = {}) {
  const clock = overrides.clock ?? systemClock
  const log = overrides.log ?? createLog('gateway', { level: config.LOG_LEVEL, format: config.LOG_FORMAT })
  const metrics = createMetrics('gateway')
  const traces = await createTraces({ service: 'gateway', config, log, metrics, isPublic: true })
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
    neighbours: overrides.neighbours,
  })
  metrics.gauges(
    'circuit_breaker_open',
    'Whether what was asked there failed so often that it is left alone',
    ['target'],
    set => {
      for (const { address, is_open } of upstream.breakers()) set({ target: address }, is_open ? 1 : 0)
    },
  )
  const shed = metrics.counter(
    'gateway_shed_total',
    'Requests refused for want of capacity, by class',
    ['class'],
    ['bulk', 'browse', 'usual', 'checkout'].map(kind => ({ class: kind })),
  )
  const shedder = createShedder({
    max_in_flight: config.MAX_IN_FLIGHT,
    max_delay_ms: config.MAX_LOOP_DELAY_MS,
    onShed: kind => shed.inc({ class: kind }),
  })
  metrics.gauge('gateway_in_flight', 'Requests under way', set => set(shedder.inFlight()))
  const limiter = await createLimiter(config, { log, metrics, now: () => clock.now() })
  const callers = createCallers({
    jwksUrl: `${config.USER_URL.split(',', 1)[0]}/.well-known/jwks.json`,
    issuer: config.TOKEN_ISSUER,
    audience: config.TOKEN_AUDIENCE,
    now: () => clock.now(),
  })
  const limits = createLimits(config, limiter, callers)
  // Without it what is kept lives only as long as its contract says, and there are no sockets.
  const bus = overrides.bus ?? (await connectOutwardBus(config, overrides))
  const realtime =
    bus && (config.SERVICE_KEY || config.SERVICE_SECRET)
      ? createRealtime({
          ...{ config, bus, upstream, clock, log, metrics, isTrusted, origins },
          countRead: limits.countRead,
          poll_ms: overrides.poll_ms,
        })
      : undefined
  let leaving = false
  const isLeaving = () => leaving
  const app = await createDoor({
    isLeaving,
    log,
    clock,
    metrics,
    traces,
    isTrusted,
    origins,
    tls: readTls(config),
    methodsOf: methodTable(operations),
    shouldUpgrade: realtime && isForSocket,
  })
  mountSockets(app, realtime)
  const cache = createCache(config, overrides, { upstream, metrics, clock, traces })
  const tail = bus && listenFor(cache, bus, { log, poll_ms: overrides.poll_ms })
  mountOperations(app, operations, {
    upstream,
    cache,
    deadline_ms: config.REQUEST_TIMEOUT_MS,
    isTrusted,
    count: limits.count,
    shedder,
    origins,
    traces,
  })
  const unwatchTls = watchTls(config, app.server, {
    onError: error => log.warn({ error }, 'the renewed certificate cannot be used yet'),
  })

  mountDocs(app, { operations, upstream, clock })
  const slowDown = answerQuickly(app, { cache, clock, log, metrics, origins, isLeaving })

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
      tail?.start()
      realtime?.start()
      await operators.listen({ host: config.METRICS_HOST, port: config.METRICS_PORT })
      const url = await app.listen({ host: config.HOST, port: config.PORT, backlog: 1024 })
      ready = true
      return url
    },
    /** Not ready → finish requests under way → close connections to the services. */
    stop(): Promise<void> {
      stopping ??= (async () => {
        ready = false
        leaving = true
        if (config.LINGER_MS > 0) await new Promise(resolve => setTimeout(resolve, config.LINGER_MS))
        const grace = new Promise(resolve => setTimeout(resolve, config.SHUTDOWN_TIMEOUT_MS).unref())
        // Together: as long as a socket is open, the listener is not closed.
        await Promise.race([Promise.all([app.close(), realtime?.stop()]), grace])
        unwatchTls()
        slowDown()
        await tail?.stop()
        if (bus !== overrides.bus) await bus?.close()
        shedder.close()
        await upstream.close()
        await limiter.close()
        await Promise.all([operators.close(), traces?.stop()])
      })()
      return stopping
    },
    /** Hears of all that happened until now. It is no work that others could wait for. */
    async drain(): Promise<number> {
      await Promise.all([tail?.drain(), realtime?.drain()])
      return 0
    },
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

async function createLimiter(
  config: GatewayConfig,
  { log, metrics, now }: { log: Logger; metrics: Metrics; now: () => number },
): Promise<RateLimiter> {
  const fallbacks = metrics.counter(
    'gateway_limits_local_total',
    'Requests counted here for want of the shared counters',
  )
  let shared: Counters | undefined
  if (config.REDIS_URL) {
    // The client is five hundred files: only who shares counters reads them.
    const { connectSharedCounters } = await import('./shared-counters.ts')
    shared = connectSharedCounters(config.REDIS_URL, error =>
      log.warn({ error }, 'the shared counters cannot be reached'),
    )
  }
  return createRateLimiter({ shared, now, onFallback: () => fallbacks.inc() })
}

function createCache(
  config: GatewayConfig,
  overrides: GatewayOverrides,
  { upstream, metrics, clock, traces }: { upstream: Upstream; metrics: Metrics; clock: Clock; traces?: Traces },
): ReadCache {
  const kinds = ['fresh', 'stale', 'joined', 'asked', 'renewed'] as const
  const outcomes = metrics.counter(
    'gateway_reads_total',
    'Public reads, by where the answer came from',
    ['outcome'],
    kinds.map(outcome => ({ outcome })),
  )
  const counters = new Map(kinds.map(outcome => [outcome, outcomes.labels({ outcome })]))
  const cache = createReadCache({
    operations,
    max_bytes: config.CACHE_MB * 1024 * 1024,
    // Put back, the system's clock would keep what has run out.
    now: overrides.clock ? () => clock.now() : () => performance.now(),
    newId: () => clock.newId(),
    onOutcome: outcome => counters.get(outcome)!.inc(),
    ask(operation, { path, params, query }, correlation_id) {
      const forward = (traceparent: string | null) =>
        upstream.forward(operation.service, {
          method: operation.method,
          path,
          asked: { operation, params, query },
          // Nothing of whoever asks: the answer is for all.
          headers: [
            ...['x-correlation-id', correlation_id, 'x-deadline-ms', String(config.REQUEST_TIMEOUT_MS)],
            ...(traceparent ? ['traceparent', traceparent] : []),
          ],
          body: undefined,
        })
      return traces ? traces.asking(operation, currentTraceparent(), forward) : forward(null)
    },
  })
  metrics.gauge('gateway_kept_bytes', 'Memory that kept answers take', set => set(cache.bytes()))
  return cache
}

function listenFor(cache: ReadCache, bus: Bus, { log, poll_ms }: { log: Logger; poll_ms?: number }): Tail | undefined {
  if (cache.topics.length === 0) return undefined
  return createTail({
    bus,
    topics: cache.topics,
    heard: cache.heard,
    missed: cache.forgetAll,
    onError: error => log.warn({ error }, 'changes cannot be heard; what is kept runs out by itself'),
    poll_ms,
  })
}

/** The log of events as the gateway's role sees it. */
async function connectOutwardBus(config: GatewayConfig, { secrets }: GatewayOverrides): Promise<Bus | undefined> {
  return hasBus(config) ? connectBus(config, { outward: true, secrets }) : undefined
}

/** Where sockets are opened; without the channel it is like a service that is away. */
function mountSockets(app: FastifyInstance, realtime: Realtime | undefined): void {
  realtime?.attach(app.server)
  app.get(realtimePath, async (_request, response) => {
    if (!realtime) throw new Unavailable('realtime')
    response.headers({ upgrade: 'websocket', connection: 'upgrade' })
    throw new Problem('upgrade-required', { detail: 'Ask for a WebSocket here.' })
  })
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
