import type { EventMessage, Revocations, ServiceName } from '@shopfleet/contracts'
import { type Boundary, connect, migrate, type Sql, withoutProtection } from '@shopfleet/database'
import {
  type Bus,
  createLoop,
  createOwnEvents,
  createRelay,
  createSubscription,
  type Handler,
  type Learn,
  messagingMigrations,
  pruneInbox,
  withContext,
} from '@shopfleet/messaging'
import type { FastifyInstance } from 'fastify'
import { createAudit } from './audit.ts'
import { createAuth } from './auth.ts'
import { connectBus } from './bus.ts'
import { type Clock, systemClock } from './clock.ts'
import type { DatabaseConfig } from './config.ts'
import { createDoor } from './door.ts'
import { createHttp } from './http.ts'
import { createLog, type Logger, withEach } from './log.ts'
import { messagingRoutes } from './messaging-routes.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { createSideDoor, type Neighbours } from './neighbours.ts'
import { createPeers, type Peers } from './peers.ts'
import { personalDataRoutes } from './personal-data-routes.ts'
import { trustedProxies } from './proxies.ts'
import type { Route } from './route.ts'
import { passwordOf, type Secrets } from './secrets.ts'
import { watchService } from './service-metrics.ts'
import { createTraces, currentTraceIds, type Traces } from './traces.ts'

/** What every room of a service is handed: its settings and its tools. Services add their own. */
export interface Context<Config = DatabaseConfig> {
  config: Config
  sql: Sql
  log: Logger
  clock: Clock
  metrics: Metrics
  /** Asks another service. */
  call: Peers['call']
  /** The log of events, for who reads back what was said. */
  bus: Bus
  /** Undefined where nothing is traced. */
  traces?: Traces
}

/** What tests and the one-process launcher put in place of the defaults. */
export interface Overrides {
  clock?: Clock
  log?: Logger
  /** A bus several services of one process share. */
  bus?: Bus
  /** The services of one process, so that they ask each other without a socket. */
  neighbours?: Neighbours
  /** Awaited around each durable boundary, to crash there. */
  boundary?: Boundary
  /** Milliseconds between sweeps and polls, instead of their own. */
  poll_ms?: number
  /** Where the passwords of the databases come from, should they change while the service runs. */
  secrets?: Secrets
}

/** Work done now and then: sweeps of what is overdue. Answers how much there was, so that a drain knows when to end. */
export interface Sweep {
  name: string
  interval_ms: number
  run: () => Promise<number>
}

export interface ServiceDefinition<Config extends DatabaseConfig, Ctx extends Context<Config>> {
  name: ServiceName
  config: Config
  /** Folder of the service's own migrations. */
  migrations: string
  /** `custom` where the values of a statement decide how it is run best: searches. Else each is planned once. */
  plans?: 'custom'
  overrides?: Overrides
  /** Adds what only this service has. */
  extend?: (ctx: Context<Config>) => Promise<Ctx> | Ctx
  routes: (ctx: Ctx) => Route[]
  handlers?: (ctx: Ctx) => Handler[]
  /** How long events wait for others before they are applied together: for a service that nobody waits for. */
  gather_ms?: number
  sweeps?: (ctx: Ctx) => Sweep[]
  /**
   * Makes good what the database does not know of the service's own events: run before anything else works with it, and
   * every half minute. It finds something only after the database was set back in time.
   */
  learn?: (ctx: Ctx) => Learn
  /** Everything kept here of a person, by the name of a thing. */
  personalData?: (ctx: Ctx, user_id: string) => Promise<Record<string, unknown[]>>
  /** Reads what was taken back of access tokens; only the user service knows by itself, the others ask it. */
  revocations?: (ctx: Ctx, since: string | undefined) => Promise<Revocations>
  /** Closes what `extend` opened. */
  close?: (ctx: Ctx) => Promise<void>
}

export interface Service<Ctx = unknown> {
  name: ServiceName
  app: FastifyInstance
  ctx: Ctx
  /** Migrates, starts background work and listens. Needs its database and bus, no other service. Answers its URL. */
  start(): Promise<string>
  /** Not ready → finish requests under way → stop background work → close pools. */
  stop(): Promise<void>
  /** Does all background work there is now: relays, events, sweeps. Answers how much there was. */
  drain(): Promise<number>
  /** Applies events as if they had just been delivered. */
  deliver(messages: EventMessage[]): Promise<void>
  /** Makes good what the database does not know of the service's own events, before it is started. Answers how much. */
  learn(): Promise<number>
}

/** Whoever waits for a service that starts goes before what may be overdue. */
const firstSweep_ms = 1000

/** Composes a service: settings → tools → rooms. The service does nothing until `start`. */
export async function createService<Config extends DatabaseConfig, Ctx extends Context<Config> = Context<Config>>(
  definition: ServiceDefinition<Config, Ctx>,
): Promise<Service<Ctx>> {
  const { name, config, overrides = {} } = definition
  const clock = overrides.clock ?? systemClock
  const ownLog = overrides.log ?? createLog(name, { level: config.LOG_LEVEL, format: config.LOG_FORMAT })
  const metrics = createMetrics(name)
  const traces = await createTraces({ service: name, config, log: ownLog, metrics })
  const log = traces ? withEach(ownLog, currentTraceIds) : ownLog
  const sql = connect(config.DATABASE_URL, {
    name,
    max: config.DATABASE_POOL,
    ...(definition.plans === 'custom' ? {} : { plans: 'generic' }),
    boundary: overrides.boundary,
    password: overrides.secrets && passwordOf(overrides.secrets, 'DATABASE_URL', config.DATABASE_URL),
  })
  const auth = createAuth({
    service: name,
    clock,
    issuer: config.TOKEN_ISSUER,
    audience: config.TOKEN_AUDIENCE,
    jwksUrl: `${config.USER_URL}/.well-known/jwks.json`,
    serviceKey: config.SERVICE_KEY,
    servicePublicKeys: config.SERVICE_PUBLIC_KEYS,
    serviceSecret: config.SERVICE_SECRET,
    revocations: definition.revocations
      ? since => definition.revocations!(ctx, since)
      : `${config.USER_URL}/internal/revocations`,
    poll_ms: overrides.poll_ms,
    onRevocations: error =>
      error === undefined
        ? log.info('what was taken back of access tokens is known again')
        : log.warn({ error }, 'what was taken back of access tokens cannot be had; what is known goes on counting'),
  })
  const peers = createPeers({
    service: name,
    neighbours: overrides.neighbours,
    urls: {
      user: config.USER_URL,
      product: config.PRODUCT_URL,
      order: config.ORDER_URL,
      cart: config.CART_URL,
      inventory: config.INVENTORY_URL,
      payment: config.PAYMENT_URL,
      review: config.REVIEW_URL,
      notification: config.NOTIFICATION_URL,
      analytics: config.ANALYTICS_URL,
      admin: config.ADMIN_URL,
    },
    auth,
    boundary: overrides.boundary,
    traces,
  })
  const bus =
    overrides.bus ??
    (await connectBus(config, { secrets: overrides.secrets, retention_days: config.EVENT_RETENTION_DAYS }))
  const base: Context<Config> = { config, sql, log, clock, metrics, call: peers.call, bus, traces }
  const ctx: Ctx = definition.extend ? await definition.extend(base) : (base as unknown as Ctx)
  const ownsBus = overrides.bus === undefined
  let ready = false
  let stopping: Promise<void> | undefined

  const failed = (kind: string) => (error: unknown, message?: EventMessage) => {
    metrics.errors.inc({ kind })
    log.warn(
      { error, event: message?.name, event_id: message?.id, correlationId: message?.correlation_id },
      `${kind} failed`,
    )
  }
  const relay = createRelay({
    sql,
    bus,
    service: name,
    onError: failed('relay'),
    poll_ms: overrides.poll_ms,
    boundary: overrides.boundary,
    onSent: traces?.sent,
  })
  const subscription = createSubscription({
    sql,
    bus,
    handlers: definition.handlers?.(ctx) ?? [],
    onError: failed('event'),
    onApplied: relay.wake,
    poll_ms: overrides.poll_ms,
    gather_ms: Math.min(definition.gather_ms ?? 0, overrides.poll_ms ?? Number.POSITIVE_INFINITY),
    traced: traces?.applied,
  })
  const ownEvents = definition.learn && createOwnEvents({ sql, bus, service: name, learn: definition.learn(ctx) })
  const learn = async () => (await ownEvents?.drain()) ?? 0
  // Each run is a piece of work of its own, also where a drain runs it.
  const sweeps = [
    ...(definition.sweeps?.(ctx) ?? []),
    ...(ownEvents ? [{ name: 'read own events back', interval_ms: 30_000, run: learn }] : []),
  ].map(sweep => ({
    ...sweep,
    run: () => {
      const context = { correlation_id: clock.newId(), traceparent: null, deadline: undefined }
      return traces ? traces.sweep(sweep.name, context, sweep.run) : withContext(context, sweep.run)
    },
  }))
  const loops = sweeps.map(sweep =>
    createLoop({
      interval_ms: overrides.poll_ms ?? sweep.interval_ms,
      onError: failed(sweep.name),
      run: async () => {
        if ((await sweep.run()) > 0) relay.wake()
      },
    }),
  )
  loops.push(
    createLoop({
      interval_ms: 3_600_000,
      onError: failed('retention'),
      run: async () => {
        await pruneInbox(sql, config.EVENT_RETENTION_DAYS)
        await bus.prune?.(name, config.EVENT_RETENTION_DAYS)
      },
    }),
  )
  watchService({ metrics, sql, bus, clock, peers })

  const { personalData } = definition
  const routes = [
    ...definition.routes(ctx),
    ...(personalData ? personalDataRoutes(name, sql, id => personalData(ctx, id)) : []),
    ...messagingRoutes({ service: name, sql, bus, clock, relay, subscription, learn }),
  ]
  const door = createDoor({
    service: name,
    config,
    log,
    clock,
    metrics,
    auth,
    routes,
    traces,
    audit: createAudit({ service: name, sql, clock, routes, isGateway: trustedProxies(config.GATEWAY_ADDRESSES) }),
    onChanged() {
      relay.wake()
      // Whoever takes back a token does so here: it counts at once where it was done.
      if (definition.revocations) auth.wake()
    },
  })
  let leaving = false
  const app = createHttp({
    config,
    metrics,
    door,
    isLeaving: () => leaving,
    async isReady() {
      if (!ready) return false
      const answered = sql`select 1`.then(
        () => true,
        () => false,
      )
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<boolean>(resolve => {
        timer = setTimeout(resolve, 1000, false)
      })
      return Promise.race([answered, late]).finally(() => clearTimeout(timer))
    },
  })
  const sideDoor = createSideDoor(door, app)

  async function halt(): Promise<void> {
    ready = false
    leaving = true
    // Nobody sends anything into a connection that is closed in that very moment if they know it is used for the last time.
    if (config.LINGER_MS > 0) await new Promise(resolve => setTimeout(resolve, config.LINGER_MS))
    let timer: NodeJS.Timeout | undefined
    const grace = new Promise(resolve => {
      timer = setTimeout(resolve, config.SHUTDOWN_TIMEOUT_MS)
    })
    overrides.neighbours?.leave(name)
    const closed = Promise.all([app.close(), sideDoor.idle()])
    closed.catch(() => {})
    await Promise.race([closed, grace])
    clearTimeout(timer)
    // Those that are not done by now; nothing that follows may serve them.
    app.server.closeAllConnections()
    // What cannot be closed is told, and the rest is closed all the same.
    const told = (error: unknown) => failed('stop')(error)
    await Promise.all([...loops, subscription].map(one => one.stop().catch(told)))
    await auth.close().catch(told)
    await relay.stop().catch(told)
    await (async () => definition.close?.(ctx))().catch(told)
    await peers.close().catch(told)
    await Promise.all([sql.end({ timeout: 5 }).catch(told), traces?.stop()])
    if (ownsBus) await bus.close().catch(told)
  }
  const stop = () => {
    stopping ??= halt()
    return stopping
  }

  return {
    name,
    app,
    ctx,
    async start() {
      try {
        await migrate(sql, [messagingMigrations, definition.migrations])
        const weakening = withoutProtection(name)
        if (weakening) await sql.unsafe(weakening)
        // Before any sweep undoes what the database has forgotten to have done.
        await learn()
        relay.start()
        await subscription.start()
        for (const loop of loops) loop.start(overrides.poll_ms === undefined ? firstSweep_ms : 0)
        auth.watch()
        const url = await app.listen({ host: config.HOST, port: config.PORT, backlog: 1024 })
        overrides.neighbours?.join(name, sideDoor.answer)
        ready = true
        return url
      } catch (error) {
        // Half started is not started: nothing of it may go on, nor keep the process alive.
        await stop()
        throw error
      }
    },
    stop,
    async drain() {
      let done = 0
      await auth.poll()
      for (const sweep of sweeps) done += await sweep.run()
      done += await relay.drain()
      done += await subscription.drain()
      return done
    },
    deliver: subscription.apply,
    learn,
  }
}
