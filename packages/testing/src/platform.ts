import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient, type EventMessage, type Permission, type ServiceName } from '@shopfleet/contracts'
import { connect, type Sql } from '@shopfleet/database'
import { createMailCatcher } from '@shopfleet/mail-simulator'
import { type Bus, migrateBus, shareReads } from '@shopfleet/messaging'
import { createPaymentSimulator } from '@shopfleet/payment-simulator'
import { services } from '@shopfleet/platform'
import { openBus } from '@shopfleet/platform/bus'
import {
  createAuth,
  createNeighbours,
  type Overrides,
  readConfig,
  type Service,
  serviceKeys,
  systemClock,
} from '@shopfleet/service-kit'
import { createTestDatabases } from './databases.ts'
import { createIdentity } from './identity.ts'
import { kafkaSettings } from './kafka.ts'

type PaymentSimulator = ReturnType<typeof createPaymentSimulator>

export interface PlatformOptions {
  services: ServiceName[]
  /** Starts the payment simulator too. */
  simulator?: boolean
  /** Starts the mail catcher too; without it mail stays in the queue. */
  mail?: boolean
  /** Settings beside the tests' own; `ORDER_X` for one service only. */
  env?: Record<string, string>
  overrides?: Partial<Record<ServiceName, Overrides>>
  /** Lets relays, events and sweeps run by themselves, as in life. Off, a test calls `drain`. */
  background?: boolean
  /**
   * The services ask each other without a socket, as in the layout of one process. Without this the environment says
   * (`TEST_NEIGHBOURS=true`); else over HTTP, as between processes.
   */
  neighbours?: boolean
}

/** A message as the mail catcher keeps it. */
export interface CaughtMail {
  n: number
  message_id: string
  from: string
  to: string[]
  subject: string
  headers: Record<string, string>
  text: string
  html: string
  repeats?: number
}

export interface TestMail {
  url: string
  /** What was sent, oldest first; to one address, if one is given. */
  sent(to?: string): Promise<CaughtMail[]>
  /** What the next messages meet (`temporary`, `permanent`, `hang`, `drop`, `slow`); nothing any more without one. */
  setFault(fault?: string, times?: number): Promise<void>
  /** Stops the mail server; `start` brings it back, with its mailbox. */
  halt(): Promise<void>
  start(): Promise<void>
}

export interface TestPlatform {
  url(service: ServiceName): string
  client(service: ServiceName): Client
  /** A pool on the service's database. */
  sql(service: ServiceName): Sql
  service(name: ServiceName): Service<any>
  /** The payment provider, outside of the platform. */
  simulator: PaymentSimulator & { url: string }
  /** The mail server and everybody's mailbox, outside of the platform. */
  mail: TestMail
  /** Headers of a signed-in user: a customer, unless permissions are given. */
  as(who?: {
    user_id?: string
    role?: string
    permissions?: string[]
    expires_in_s?: number
  }): Promise<{ authorization: string }>
  asStaff(...permissions: Permission[]): Promise<{ authorization: string }>
  /** Headers of one service calling another. */
  asService(from: ServiceName, to: ServiceName): Promise<{ 'x-service-token': string }>
  /** The settings a service runs with, to run it as a program instead. */
  env(service: ServiceName): Record<string, string>
  /** Stops a service, as an operator would. */
  halt(service: ServiceName): Promise<void>
  /** Starts a service that was halted, with the same settings. */
  resume(service: ServiceName): Promise<void>
  /** Does all background work, until none is left. */
  drain(): Promise<void>
  /** What a service has said so far, in order. */
  said(service: ServiceName): Promise<EventMessage[]>
  stop(): Promise<void>
}

/** Below the ports the system gives to outgoing connections: one of those could take a port between look and use. */
// Above 10,080, the highest port `fetch` refuses to ask.
const firstPort = 10_081
/** From here on they are kept for whoever leaves them for a while and comes back, as one who starts a shop again does. */
const firstBase = 26_000
const lastPort = 32_000

/** So many ports next to each other that nobody listens on just now. */
export function freePorts(count: number): Promise<number[]> {
  return freePortsIn(firstPort, firstBase, count)
}

async function freePortsIn(from: number, to: number, count: number): Promise<number[]> {
  for (let tries = 0; tries < 100; tries++) {
    const first = from + randomInt(to - from - count)
    const ports = Array.from({ length: count }, (_, i) => first + i)
    const free = await Promise.all(ports.map(isFree))
    if (free.every(Boolean)) return ports
  }
  throw new Error(`no ${count} free ports next to each other between ${from} and ${to}`)
}

/** Where a run of ports begins that nobody uses, for `--port-base`. */
export async function freePortBase(): Promise<number> {
  return (await freePortsIn(firstBase, lastPort, 40))[0]!
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** Starts real services on databases of their own, in this process. Without the user service, tokens come from a test identity. */
export async function startTestPlatform(options: PlatformOptions): Promise<TestPlatform> {
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one()
  }
  try {
    return await start(options, stops, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(
  options: PlatformOptions,
  stops: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<TestPlatform> {
  const names = services.filter(entry => options.services.includes(entry.name))
  const databases = await createTestDatabases()
  stops.push(databases.stop)
  const identity = await createIdentity()
  stops.push(identity.stop)
  const ports = await freePorts(services.length + 4)
  const portOf = new Map(services.map((entry, i) => [entry.name, ports[i]!]))
  const url = (name: ServiceName) => `http://127.0.0.1:${portOf.get(name)}`

  const busUrl = await databases.create('bus')
  const busSql = connect(busUrl, { name: 'tests', max: 1 })
  await migrateBus(busSql).finally(() => busSql.end({ timeout: 1 }))
  const kafka = kafkaSettings()
  const bus: Bus = shareReads(await openBus(busUrl, kafka))
  stops.push(bus.close)

  // Made by the service that writes the first file.
  const filesDir = join(tmpdir(), `shopfleet-files-${randomUUID()}`)
  stops.push(() => rm(filesDir, { recursive: true, force: true }))

  const SERVICE_SECRET = randomBytes(32).toString('hex')
  const keys = serviceKeys(
    SERVICE_SECRET,
    services.map(entry => entry.name),
  )
  const WEBHOOK_SECRET = randomBytes(16).toString('hex')
  let simulator: (PaymentSimulator & { url: string }) | undefined
  if (options.simulator) {
    const folder = await mkdtemp(join(tmpdir(), 'shopfleet-simulator-'))
    stops.push(() => rm(folder, { recursive: true, force: true }))
    const created = createPaymentSimulator({
      port: ports.at(-1)!,
      journal: join(folder, 'journal.jsonl'),
      apiKey: 'sim_key',
      webhookUrl: `${url('payment')}/api/payments/webhooks/simulator`,
      webhookSecret: WEBHOOK_SECRET,
      slowMs: 300,
      hangMs: 3000,
      webhookLateMs: 500,
    })
    const { url: simulatorUrl } = await created.start()
    stops.push(created.stop)
    simulator = { ...created, url: simulatorUrl }
  }

  const mail = options.mail ? await startMail(ports.at(-3)!, ports.at(-4)!, stops) : undefined

  const env: Record<string, string> = {
    SMTP_URL: `smtp://127.0.0.1:${ports.at(-4)}`,
    FILES_DIR: filesDir,
    SERVICE_SECRET,
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    CHECK_REPLIES: 'true',
    // Tests ask a great deal from one address. Those of the limits set their own.
    LIMIT_ADDRESS: '1000000',
    LIMIT_USER: '1000000',
    LIMIT_SIGN_IN_ADDRESS: '1000000',
    LIMIT_SIGN_IN_ACCOUNT: '1000000',
    // Nor are they refused where the machine does other things.
    MAX_LOOP_DELAY_MS: '60000',
    DATABASE_POOL: '6',
    BCRYPT_COST: '4',
    BUS_DATABASE_URL: busUrl,
    ...kafka,
    PROVIDER_URL: `http://127.0.0.1:${ports.at(-1)}`,
    PROVIDER_KEY: 'sim_key',
    PROVIDER_TIMEOUT_MS: '800',
    WEBHOOK_SECRET,
    METRICS_PORT: String(ports.at(-2)),
    USER_URL: options.services.includes('user') ? url('user') : identity.url,
    ...(process.env.CONTRACT_COVERAGE ? { CONTRACT_COVERAGE: process.env.CONTRACT_COVERAGE } : {}),
  }
  for (const entry of services) if (entry.name !== 'user') env[`${entry.name.toUpperCase()}_URL`] = url(entry.name)

  const neighbours = (options.neighbours ?? process.env.TEST_NEIGHBOURS === 'true') ? createNeighbours() : undefined
  const running = new Map<ServiceName, Service<any>>()
  const pools = new Map<ServiceName, Sql>()
  const settings = new Map<ServiceName, Record<string, string>>()
  async function startService(name: ServiceName): Promise<void> {
    const { config: schema, create } = await services.find(entry => entry.name === name)!.load()
    const overrides = {
      bus,
      neighbours,
      ...(options.background ? {} : { poll_ms: 3_600_000 }),
      ...options.overrides?.[name],
    }
    const service = (await create(readConfig(schema, name, settings.get(name)!), overrides)) as Service<any>
    // Before it starts: one that fails to must be stopped as well, or the test file never ends.
    running.set(name, service)
    await service.start()
  }
  stops.push(async () => {
    for (const service of [...running.values()].reverse()) await service.stop()
  })
  for (const entry of names) {
    const own: Record<string, string> = { PORT: String(portOf.get(entry.name)), ...keys.of(entry.name) }
    if (entry.hasDatabase) {
      own.DATABASE_URL = await databases.create(entry.name)
      const pool = connect(own.DATABASE_URL, { name: 'tests', max: 2 })
      pools.set(entry.name, pool)
      stops.push(() => pool.end({ timeout: 1 }))
    }
    settings.set(entry.name, { ...env, ...own, ...options.env })
    await startService(entry.name)
  }

  const needed = <T>(value: T | undefined, what: string): T => {
    if (value === undefined) throw new Error(`${what} was not started in this test`)
    return value
  }
  // PostgreSQL counts all topics together.
  const counted = kafka.KAFKA_BROKERS ? names : names.slice(0, 1)
  const countSaid = async () => (await Promise.all(counted.map(entry => bus.highest!(entry.name)))).join()
  const as: TestPlatform['as'] = async who => ({ authorization: `Bearer ${await identity.token(who)}` })

  return {
    url,
    client: name => createClient({ baseUrl: url(name) }),
    sql: name => needed(pools.get(name), `the database of ${name}`),
    service: name => needed(running.get(name), name),
    get simulator() {
      return needed(simulator, 'the payment simulator')
    },
    get mail() {
      return needed(mail, 'the mail catcher')
    },
    as,
    asStaff: (...permissions) => as({ role: 'staff', permissions, user_id: randomUUID() }),
    async asService(from, to) {
      const auth = createAuth({
        service: from,
        clock: systemClock,
        issuer: 'shopfleet',
        audience: 'shopfleet',
        jwksUrl: `${identity.url}/.well-known/jwks.json`,
        serviceKey: keys.of(from).SERVICE_KEY,
      })
      return { 'x-service-token': await auth.tokenFor(to) }
    },
    env: name => needed(settings.get(name), name),
    async halt(name) {
      await needed(running.get(name), name).stop()
      running.delete(name)
    },
    resume: startService,
    async drain() {
      for (let quiet = 0, before = await countSaid(); quiet < 2; ) {
        let done = 0
        for (const service of running.values()) done += await service.drain()
        // What was told in the background meanwhile is nobody's work here, and may not have been heard by all yet.
        const after = await countSaid()
        quiet = done === 0 && after === before ? quiet + 1 : 0
        before = after
      }
    },
    async said(service) {
      const messages: EventMessage[] = []
      for (let after: number | undefined = 0; after !== undefined; ) {
        const page = await bus.read(service, after, 500)
        messages.push(...page.map(delivery => delivery.message))
        after = page.at(-1)?.position
      }
      return messages
    },
    stop,
  }
}

async function startMail(httpPort: number, smtpPort: number, stops: (() => Promise<unknown>)[]): Promise<TestMail> {
  const folder = await mkdtemp(join(tmpdir(), 'shopfleet-mail-'))
  stops.push(() => rm(folder, { recursive: true, force: true }))
  const url = `http://127.0.0.1:${httpPort}`
  let catcher: ReturnType<typeof createMailCatcher>
  const mail: TestMail = {
    url,
    async sent(to) {
      const answer = await fetch(`${url}/v1/messages${to ? `?to=${encodeURIComponent(to)}` : ''}`)
      return ((await answer.json()) as { items: CaughtMail[] }).items
    },
    async setFault(fault, times) {
      const body = fault && JSON.stringify({ fault, ...(times ? { times } : {}) })
      const json = { 'content-type': 'application/json' }
      await fetch(`${url}/v1/faults`, body ? { method: 'PUT', headers: json, body } : { method: 'DELETE' })
    },
    halt: () => catcher.stop(),
    async start() {
      const journal = join(folder, 'journal.jsonl')
      catcher = createMailCatcher({ httpPort, smtpPort, journal, slowMs: 300, hangMs: 1000 })
      await catcher.start()
    },
  }
  await mail.start()
  stops.push(() => catcher.stop())
  return mail
}
