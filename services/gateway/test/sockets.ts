import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  type ClientMessage,
  type EventMessage,
  type EventType,
  type PayloadOf,
  type ServerMessage,
  type ServerMessageOf,
  type ServerMessageType,
  serverMessages,
} from '@shopfleet/contracts'
import { type Bus, connectPostgresBus } from '@shopfleet/messaging'
import { compileValidator, readConfig } from '@shopfleet/service-kit'
import type { TestPlatform } from '@shopfleet/testing'
import { type TObject, Type } from 'typebox'
import { WebSocket } from 'ws'
import { createGateway, GatewayConfig, type GatewayOverrides } from '../src/service.ts'

/* Real sockets to a real gateway, and events put on the log as a relay puts them there. */

const patience_ms = 15_000
const declared = Object.fromEntries(
  Object.entries(serverMessages).map(([type, schema]) => [
    type,
    compileValidator(Type.Object({ ...(schema as TObject).properties }, { additionalProperties: false }), 'body'),
  ]),
)

export interface TestSocket {
  /** Everything that was received and not yet taken, heartbeats aside. */
  received: ServerMessage[]
  heartbeats: ServerMessageOf<'heartbeat'>[]
  socket: WebSocket
  send(message: ClientMessage | Record<string, unknown> | string | Buffer): void
  /** The next message; it must be of this type. */
  next<T extends ServerMessageType>(type: T): Promise<ServerMessageOf<T>>
  /** Sends a ping, and answers what came before its answer: all that was told until now. */
  flush(): Promise<ServerMessage[]>
  /** How it was closed. */
  closed: Promise<{ code: number; reason: string }>
  close(): Promise<unknown>
}

/** Opens a socket; it has been welcomed when this answers. Each message must be one the contract declares. */
export async function openSocket(
  url: string,
  headers: Record<string, string> = {},
  options: { autoPong?: boolean } = {},
): Promise<TestSocket> {
  const one = connectSocket(url, headers, options)
  await Promise.race([
    one.next('welcome'),
    one.closed.then(({ code, reason }) => assert.fail(`closed: ${code} ${reason}`)),
  ])
  return one
}

/** The same without waiting for the welcome. */
export function connectSocket(
  url: string,
  headers: Record<string, string> = {},
  options: { autoPong?: boolean } = {},
): TestSocket {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, { headers, ...options })
  const received: ServerMessage[] = []
  const heartbeats: ServerMessageOf<'heartbeat'>[] = []
  let arrived = () => {}
  const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }))
  // Refused sockets say so by an error; who expects one looks at it.
  socket.on('error', () => {})
  socket.on('message', data => {
    const message = JSON.parse(String(data)) as ServerMessage
    assert.ok(Object.hasOwn(declared, message.type), `an undeclared message: ${data}`)
    declared[message.type]!(message)
    if (message.type === 'heartbeat') heartbeats.push(message)
    else received.push(message)
    arrived()
  })
  async function take(): Promise<ServerMessage> {
    const late = AbortSignal.timeout(patience_ms)
    while (received.length === 0) {
      await new Promise<void>((resolve, reject) => {
        arrived = resolve
        late.addEventListener('abort', () => reject(new Error('no message came')), { once: true })
        void closed.then(({ code, reason }) => reject(new Error(`closed instead: ${code} ${reason}`)))
      })
    }
    return received.shift()!
  }
  return {
    received,
    heartbeats,
    socket,
    closed,
    send(message) {
      socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message))
    },
    async next(type) {
      const message = await take()
      assert.equal(message.type, type, JSON.stringify(message))
      return message as never
    },
    async flush() {
      socket.send('{"type":"ping"}')
      const before: ServerMessage[] = []
      for (;;) {
        const message = await take()
        if (message.type === 'pong') return before
        before.push(message)
      }
    },
    async close() {
      socket.terminate()
      return closed
    },
  }
}

/** What is answered to a request for a socket that is refused. */
export async function refusalOf(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Record<string, unknown>; body: any }> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, { headers })
  socket.on('error', () => {})
  const outcome = await Promise.race([once(socket, 'unexpected-response'), once(socket, 'open')])
  assert.equal(outcome.length, 2, 'it was opened')
  const [, response] = outcome
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return {
    status: response.statusCode,
    headers: response.headers,
    body: JSON.parse(Buffer.concat(chunks).toString()),
  }
}

/** One more process of the gateway, on the same log and services. It has read the log when this answers. */
export async function startGateway(
  platform: TestPlatform,
  env: Record<string, string> = {},
  overrides: GatewayOverrides = {},
) {
  const gateway = await startUnread(platform, env, overrides)
  await gateway.gateway.drain()
  return gateway
}

/** The same before it has read anything. */
export async function startUnread(
  platform: TestPlatform,
  env: Record<string, string> = {},
  overrides: GatewayOverrides = {},
) {
  const settings = { ...platform.env('gateway'), PORT: '0', METRICS_PORT: '0', ...env }
  const gateway = await createGateway(readConfig(GatewayConfig, 'gateway', settings), {
    poll_ms: 3_600_000,
    ...overrides,
  })
  const url = await gateway.start()
  return { url, gateway, stop: gateway.stop }
}

/** The log of events of a platform, to say things on. */
export async function openBus(platform: TestPlatform): Promise<
  Bus & {
    say<E extends EventType>(event: E, aggregate_id: string, payload: PayloadOf<E>): Promise<EventMessage>
    sayAll<E extends EventType>(event: E, aggregate_id: string, payloads: PayloadOf<E>[]): Promise<EventMessage[]>
  }
> {
  const bus = await connectPostgresBus(platform.env('gateway').BUS_DATABASE_URL!, { migrated: true })
  async function sayAll<E extends EventType>(event: E, aggregate_id: string, payloads: PayloadOf<E>[]) {
    const messages = payloads.map(
      (payload): EventMessage => ({
        id: randomUUID(),
        name: event.name,
        version: event.version,
        service: event.service,
        aggregate_id,
        payload,
        correlation_id: 'test',
        traceparent: null,
        occurred_at: new Date().toISOString(),
      }),
    )
    await bus.append(event.service, messages)
    return messages
  }
  return {
    ...bus,
    sayAll,
    async say(event, aggregate_id, payload) {
      return (await sayAll(event, aggregate_id, [payload]))[0]!
    },
  }
}
