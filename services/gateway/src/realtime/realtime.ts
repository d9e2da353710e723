import type { Server } from 'node:http'
import { getOrder, maxMessageBytes, type Order, Problem, type ServerMessage, Unavailable } from '@shopfleet/contracts'
import { type Bus, createLoop } from '@shopfleet/messaging'
import { type Clock, createAuth, type Logger, type Metrics } from '@shopfleet/service-kit'
import { decodeJwt } from 'jose'
import { WebSocketServer } from 'ws'
import { addressKey } from '../callers.ts'
import type { GatewayConfig } from '../config.ts'
import type { CountRead } from '../limits.ts'
import type { Upstream } from '../upstream.ts'
import { createAudience } from './audience.ts'
import { type Connection, type ConnectionTools, createConnection } from './connection.ts'
import { createFeed, formatPlaces } from './feed.ts'
import { addressOf, isForSocket, refuseSocket, tokenOf } from './handshake.ts'
import { orderAsItStands } from './notices.ts'
import { createOutlets } from './outlet.ts'

/*
 * The realtime channel of one gateway process: the log of events, read once, told to all sockets that follow what happened.
 * Every process reads all of it, so it does not matter which one a socket is on.
 */

export interface RealtimeOptions {
  config: GatewayConfig
  bus: Bus
  upstream: Upstream
  /** Counts a request a socket makes to a service, as if it had come by itself. */
  countRead: CountRead
  clock: Clock
  log: Logger
  metrics: Metrics
  isTrusted: (address: string) => boolean
  origins: ReadonlySet<string>
  poll_ms?: number
}

/** What the sockets get to end by themselves when the gateway stops. */
const farewell_ms = 1000
/** How often tokens are looked at again: with the two seconds of the list itself, an end counts within five. */
const examine_ms = 2000

/** Counts what there is of each key. */
function createCounts(most: number) {
  const counts = new Map<string, number>()
  return {
    enter(key: string): boolean {
      const n = counts.get(key) ?? 0
      if (n >= most) return false
      counts.set(key, n + 1)
      return true
    },
    leave(key: string): void {
      const n = counts.get(key)! - 1
      if (n > 0) counts.set(key, n)
      else counts.delete(key)
    },
  }
}

export function createRealtime(options: RealtimeOptions) {
  const { config, bus, clock, log, metrics, isTrusted } = options
  const connections = new Set<Connection>()
  const audience = createAudience()
  const outlets = createOutlets({
    buffer_bytes: config.REALTIME_BUFFER_BYTES,
    held_back: config.REALTIME_HELD_BACK,
    patience_ms: config.REALTIME_PATIENCE_MS,
  })
  const told = metrics.counter('realtime_told_total', 'Events told, once for each socket')
  const closed = metrics.counter('realtime_closed_total', 'Sockets closed, by code', ['code'])
  metrics.gauge('realtime_sockets', 'Sockets that are open', set => set(connections.size))
  metrics.gauge('realtime_slow_sockets', 'Sockets that do not take what they are sent', set => set(outlets.slow()))

  const feed = createFeed({
    bus,
    replay: config.REALTIME_REPLAY,
    onNotice(notice) {
      const listeners = audience.tell(notice)
      if (listeners > 0) told.inc(listeners)
    },
    onSetBack() {
      log.warn('the log of events was set back: all sockets begin anew')
      for (const connection of connections) connection.end('log-set-back')
    },
    onError: error => log.warn({ error }, 'the log of events cannot be read; what happens meanwhile is told later'),
    poll_ms: options.poll_ms,
  })
  // Of all services it may ask one, one thing: what was taken back of tokens.
  const userUrl = config.USER_URL.split(',', 1)[0]!.trim()
  const auth = createAuth({
    service: 'gateway',
    clock,
    issuer: config.TOKEN_ISSUER,
    audience: config.TOKEN_AUDIENCE,
    jwksUrl: `${userUrl}/.well-known/jwks.json`,
    serviceKey: config.SERVICE_KEY,
    servicePublicKeys: config.SERVICE_PUBLIC_KEYS,
    serviceSecret: config.SERVICE_SECRET,
    revocations: `${userUrl}/internal/revocations`,
    poll_ms: options.poll_ms,
    onRevocations: error =>
      error === undefined
        ? log.info('what was taken back of access tokens is known again')
        : log.warn({ error }, 'what was taken back of access tokens cannot be had; what is known goes on counting'),
  })
  const users = createCounts(config.REALTIME_SOCKETS_USER)
  const addresses = createCounts(config.REALTIME_SOCKETS_ADDRESS)

  const tools: ConnectionTools = {
    feed,
    audience,
    outlets,
    clock,
    log,
    heartbeat_s: config.REALTIME_HEARTBEAT_MS / 1000,
    messages: config.REALTIME_MESSAGES,
    replay: config.REALTIME_HELD_BACK,
    ...users,
    async signIn(token) {
      const caller = await auth.authenticate('customer', { authorization: `Bearer ${token}` })
      if (caller.kind !== 'user') throw new Problem('invalid-token')
      return { caller, token, expires_ms: decodeJwt(token).exp! * 1000 }
    },
    async readOrder(order_id, { signedIn, order_token, opening }) {
      await options.countRead(signedIn?.caller.user_id, opening.address)
      const position = formatPlaces(feed.places()).find(place => place.startsWith(`${getOrder.service}:`))!
      const answer = await options.upstream.forward(getOrder.service, {
        method: 'GET',
        path: getOrder.path.replace(':id', order_id),
        headers: [
          ...['accept', 'application/json', 'x-correlation-id', opening.correlation_id],
          ...['x-deadline-ms', String(config.REQUEST_TIMEOUT_MS), 'x-forwarded-for', opening.address],
          ...(signedIn ? ['authorization', `Bearer ${signedIn.token}`] : []),
          ...(order_token === undefined ? [] : ['x-order-token', order_token]),
        ],
        body: undefined,
      })
      if (!Buffer.isBuffer(answer.body)) throw new Error('the answer about one order is too large')
      const body: unknown = JSON.parse(answer.body.toString())
      if (answer.status !== 200) throw Problem.fromBody(body) ?? new Unavailable(getOrder.service)
      const { id, number, status, payment_status, total, currency, updated_at } = body as Order
      return orderAsItStands({
        order_id: id,
        number,
        status,
        payment_status,
        total,
        currency,
        at: updated_at,
        position,
      })
    },
  }

  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    // Not among its types yet.
    ...{ closeTimeout: 2000 },
  })
  let isStopping = false

  function attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      const correlation_id = clock.newId()
      const address = addressOf(request, isTrusted)
      const counted = addressKey(address)
      const refuse = (problem: Problem, retry_after_s?: number) => {
        log.info(
          { correlationId: correlation_id, path: '/ws', statusCode: problem.status, metadata: { ip: address } },
          'socket refused',
        )
        refuseSocket(socket, problem, { correlation_id, retry_after_s })
      }
      try {
        const { token, isExpired } = tokenOf(request, options)
        if (isStopping || connections.size >= config.REALTIME_SOCKETS) return refuse(new Problem('unavailable'), 5)
        if (!addresses.enter(counted))
          return refuse(
            new Problem('too-many-requests', {
              detail: `At most ${config.REALTIME_SOCKETS_ADDRESS} sockets from this address.`,
            }),
            60,
          )
        socket.once('close', () => addresses.leave(counted))
        sockets.handleUpgrade(request, socket, head, opened => {
          const began_ms = performance.now()
          const connection = createConnection(opened, tools, { address, correlation_id, token })
          connections.add(connection)
          opened.on('close', code => {
            connections.delete(connection)
            closed.inc({ code })
            const duration = Math.round(performance.now() - began_ms)
            log.info(
              {
                correlationId: correlation_id,
                path: '/ws',
                statusCode: 101,
                duration,
                metadata: { ip: address, code },
              },
              'socket closed',
            )
          })
          if (isExpired) connection.end('session-over')
        })
      } catch (error) {
        if (error instanceof Problem) return refuse(error)
        log.error({ error, correlationId: correlation_id }, 'socket failed')
        refuse(new Problem('internal'))
      }
    })
  }

  const beats = createLoop({
    interval_ms: config.REALTIME_HEARTBEAT_MS,
    onError: error => log.error({ error }, 'heartbeats failed'),
    async run() {
      const text = (positions: string[]) =>
        Buffer.from(JSON.stringify({ type: 'heartbeat', positions } satisfies ServerMessage))
      const texts = { bare: text([]), placed: text(formatPlaces(feed.places())) }
      for (const connection of connections) connection.beat(texts)
    },
  })
  const examinations = createLoop({
    interval_ms: Math.min(examine_ms, options.poll_ms ?? examine_ms),
    onError: error => log.error({ error }, 'tokens of sockets cannot be examined'),
    run: examineTokens,
  })
  async function examineTokens(): Promise<void> {
    await Promise.all([...connections].map(connection => connection.examineToken()))
  }

  return {
    isForSocket,
    attach,
    start() {
      feed.start()
      auth.watch()
      beats.start()
      examinations.start()
    },
    /** Tells everything there is on the bus now, and ends what has been taken back. Answers how many events there were. */
    async drain(): Promise<number> {
      await auth.poll()
      await examineTokens()
      return feed.drain()
    },
    /** Says goodbye to every socket: each comes back elsewhere, and resumes. */
    async stop(): Promise<void> {
      isStopping = true
      for (const connection of connections) connection.end('restart')
      await Promise.all([beats.stop(), examinations.stop(), feed.stop(), auth.close()])
      const until_ms = performance.now() + farewell_ms
      while (connections.size > 0 && performance.now() < until_ms) await new Promise(resolve => setTimeout(resolve, 10))
      for (const connection of connections) connection.kill()
      outlets.close()
    },
  }
}
export type Realtime = ReturnType<typeof createRealtime>
