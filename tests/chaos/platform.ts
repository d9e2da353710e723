import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceName } from '@shopfleet/contracts'
import { connect, type EmbeddedPostgres, provision, type Sql, startEmbeddedPostgres } from '@shopfleet/database'
import { services } from '@shopfleet/platform'
import { type Administrator, keepAdministrator } from '@shopfleet/platform/administrator'
import { bundlePrograms } from '@shopfleet/platform/bundle'
import { databaseNameOf, databaseUrlOf, provisionOf, roleNames } from '@shopfleet/platform/databases'
import { environmentOf, type LaunchPlan } from '@shopfleet/platform/environment'
import { migrateBusAt } from '@shopfleet/platform/migrations'
import { type Options, root } from '@shopfleet/platform/options'
import { type PortPlan, planPorts, takenPlaces } from '@shopfleet/platform/ports'
import { keepSecrets } from '@shopfleet/platform/secrets'
import { freePorts, type Random } from '@shopfleet/testing'
import { type Edge, openEdge } from './edge.ts'
import { type KafkaLog, openKafka } from './kafka.ts'
import type { ChaosOptions } from './options.ts'
import { type Program, startProgram } from './program.ts'
import { type DataDisk, openDataDisk } from './tmpfs.ts'

/** The platform under test, with everything one can break in reach. */
export interface Platform {
  gatewayUrl: string
  /** By the name of the service; in one process they are one program. */
  programs: Map<ServiceName, Program>
  /** Each program once. */
  running: Program[]
  provider: Program
  mail: Program
  edges: Edge[]
  postgres: Postgres
  /** Where the event log is, in a run with Kafka. */
  kafka?: KafkaLog
  disk: DataDisk
  administrator: Administrator
  /** Settings of the services that a judge must know. */
  settings: Record<string, string>
  /** Straight to a database (`bus` is the event log's), past all edges, as the superuser. */
  sql(database: string): Sql
  stop(): Promise<void>
}

export interface Postgres {
  pid(): number
  adminUrl: string
  /** Starts it if it is gone for good, since its launcher gives up after some deaths. */
  revive(): Promise<void>
}

const loopback = '127.0.0.1'
const programOf = (service: string) => join(root, 'services', service, 'src/main.ts')
const providerProgram = join(root, 'simulators/payment/src/main.ts')
const mailProgram = join(root, 'simulators/mail/src/main.ts')

/** Short deadlines, so that a run of minutes sees what else takes hours. */
const settings: Record<string, string> = {
  HOLD_S: '12',
  DRIVE_LEASE_MS: '4000',
  PROVIDER_TIMEOUT_MS: '1500',
  SETTLE_AFTER_MS: '1000',
  RECONCILE_MS: '10000',
  ACCESS_TOKEN_S: '7200',
  BCRYPT_COST: '4',
  PASSWORD_QUEUE: '500',
  // All shoppers come from one address.
  LIMIT_ADDRESS: '1000000000',
  LIMIT_USER: '1000000000',
  LIMIT_SIGN_IN_ADDRESS: '1000000000',
  LIMIT_SIGN_IN_ACCOUNT: '1000000000',
  LIMIT_WEBHOOK: '1000000000',
  LOG_FORMAT: 'json',
}

/** Faults and shoppers of the provider end sooner than a shopper's patience. */
const providerSettings = { HANG_MS: '4000', SLOW_MS: '1200', WEBHOOK_LATE_MS: '2000', FSYNC: 'true' }

async function choosePorts(random: Random): Promise<PortPlan> {
  for (;;) {
    const plan = planPorts({}, { base: 10_100 + 100 * random.below(200) })
    if ((await takenPlaces(plan.all)).length === 0) return plan
  }
}

export async function startPlatform(options: ChaosOptions, folder: string, random: Random): Promise<Platform> {
  const stops: (() => Promise<unknown> | unknown)[] = []
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one()
  }
  try {
    return { ...(await start(options, { folder, random, stops })), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Stage {
  folder: string
  random: Random
  stops: (() => Promise<unknown> | unknown)[]
}

async function start(options: ChaosOptions, stage: Stage): Promise<Omit<Platform, 'stop'>> {
  const { folder, stops } = stage
  const disk = await openDataDisk(join(folder, 'data'), options)
  stops.push(() => disk.close())
  const secrets = keepSecrets(disk.dataDir, roleNames, {})
  const postgres = await openPostgres(disk, stops, options.say)
  await provision(postgres.adminUrl, roleNames.map(provisionOf(secrets)))
  const urls = Object.fromEntries(
    roleNames.map(name => [name, databaseUrlOf(postgres.adminUrl, name, secrets.databasePasswords[name]!)]),
  )
  await migrateBusAt(urls.bus!)
  const kafka = options.kafka ? await openKafka() : undefined
  stops.push(() => kafka?.stop())

  const ports = await choosePorts(stage.random)
  const edges: Edge[] = []
  stops.push(() => Promise.all(edges.map(edge => edge.close())))
  const isDirect = options.drill !== undefined && options.drill !== 'rolling-restart'
  const edgePorts = isDirect ? [] : await freePorts(services.length ** 2 + services.length + 10)
  /** The port to reach `to` at; most drills measure without anything in between. */
  async function edge(from: string, to: string, port: number): Promise<number> {
    if (isDirect) return port
    const opened = await openEdge(from, to, { port: edgePorts.pop()!, target: { host: loopback, port } })
    edges.push(opened)
    return opened.port
  }
  const isService = (name: string) => services.some(entry => entry.name === name)
  /** Where nobody listens, the edge turns away as the system would: callers tell that from a connection that breaks. */
  const onChange = (name: string) => (isUp: boolean) => {
    for (const one of edges) {
      if (one.to !== name && !(name === 'shopfleet' && isService(one.to))) continue
      one.refuse(!isUp).catch(error => options.say(`${one.from} → ${one.to}: ${(error as Error).message}`))
    }
  }

  // From one file each they are back sooner, and leave more of the machine to the shop.
  const runnable = await bundlePrograms([...services.map(({ name }) => programOf(name)), providerProgram, mailProgram])
  const provider = await startProvider(
    runnable(providerProgram),
    secrets.values,
    ports,
    await edge('provider', 'payment', ports.service.payment!.port),
    folder,
  )
  stops.push(() => provider.stop(3000))
  const mail = await startMail(runnable(mailProgram), ports, folder)
  stops.push(() => mail.stop(3000))

  const logLevel = options.minutes > 5 ? 'warn' : 'info'
  const chosen: Record<string, string> = {
    ...settings,
    // As long as an orchestrator takes to send nobody there any more.
    ...(options.drill === 'rolling-restart' ? { LINGER_MS: '500' } : {}),
    LOG_LEVEL: logLevel,
    ...(options.seeded_bug ? { SEEDED_BUG: options.seeded_bug } : {}),
    ...kafka?.settings,
    ...options.env,
  }
  const plan: LaunchPlan = {
    env: {
      PATH: process.env.PATH,
      TZ: process.env.TZ,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NODE_ENV: 'test',
      CLOCK_SHIFTS: 'true',
      SMTP_URL: `smtp://${loopback}:${await edge('notification', 'mail', ports.smtp.port)}`,
      ...chosen,
    },
    options: { dataDir: disk.dataDir, demo: false, logLevel } as Options,
    ports,
    secrets,
  }
  const envs: Record<string, Record<string, string | undefined>> = {}
  for (const entry of services) {
    const env = environmentOf(entry, plan, urls)
    for (const other of services) {
      if (other.name === entry.name) continue
      const port = await edge(entry.name, other.name, ports.service[other.name]!.port)
      env[`${other.name.toUpperCase()}_URL`] = `http://${loopback}:${port}`
    }
    if (entry.hasDatabase) {
      const through = new URL(postgres.adminUrl)
      through.port = String(await edge(entry.name, 'postgres', Number(through.port)))
      env.DATABASE_URL = databaseUrlOf(through.href, entry.name, secrets.databasePasswords[entry.name]!)
      env.BUS_DATABASE_URL = databaseUrlOf(through.href, 'bus', secrets.databasePasswords.bus!)
    }
    if (entry.name === 'payment')
      env.PROVIDER_URL = `http://${loopback}:${await edge('payment', 'provider', ports.simulator.port)}`
    envs[entry.name] = env
  }

  const gatewayPort = await edge('shoppers', 'gateway', ports.service.gateway!.port)

  const onTrouble = (text: string) => options.say(text)
  const programs = new Map<ServiceName, Program>()
  const running: Program[] = []
  stops.push(() => Promise.all(running.map(program => program.stop())))
  const logFile = (name: string) => join(folder, 'logs', `${name}.log`)
  if (options.layout === 'one') {
    const envFile = join(disk.dataDir, 'environments.json')
    writeFileSync(envFile, JSON.stringify(envs), { mode: 0o600 })
    const program = await startProgram({
      name: 'shopfleet',
      path: join(import.meta.dirname, 'one-process.ts'),
      env: { ...plan.env, ENVIRONMENTS: envFile },
      logFile: logFile('shopfleet'),
      onTrouble,
      onChange: onChange('shopfleet'),
    })
    running.push(program)
    for (const entry of services) programs.set(entry.name, program)
  } else {
    const outcomes = await Promise.allSettled(
      services.map(async ({ name }) => {
        const path = runnable(programOf(name))
        const program = await startProgram({
          name,
          path,
          env: envs[name]!,
          logFile: logFile(name),
          onTrouble,
          onChange: onChange(name),
        })
        running.push(program)
        programs.set(name, program)
      }),
    )
    const failed = outcomes.find(outcome => outcome.status === 'rejected')
    if (failed) throw failed.reason
  }
  const fleet = { stop: async () => {}, kill() {}, service: () => undefined }
  const administrator = await keepAdministrator(plan, urls, fleet)

  const pools = new Map<string, Sql>()
  stops.push(() => Promise.all([...pools.values()].map(pool => pool.end({ timeout: 1 }))))
  return {
    gatewayUrl: `http://${loopback}:${gatewayPort}`,
    programs,
    running,
    provider,
    mail,
    edges,
    postgres,
    kafka,
    disk,
    administrator: administrator!,
    settings: chosen,
    sql(database) {
      let pool = pools.get(database)
      if (!pool) {
        const url = new URL(postgres.adminUrl)
        url.pathname = `/${databaseNameOf(database)}`
        pool = connect(url.href, { name: 'chaos', max: 2 })
        pools.set(database, pool)
      }
      return pool
    },
  }
}

async function openPostgres(disk: DataDisk, stops: Stage['stops'], say: (line: string) => void): Promise<Postgres> {
  const launch = (port?: number) =>
    startEmbeddedPostgres({
      dataDir: disk.dataDir,
      durable: true,
      port,
      settings: { max_wal_size: '512MB' },
      log: line => say(line),
    })
  let current: EmbeddedPostgres = await launch()
  stops.push(() => current.stop())
  const { port, adminUrl } = current
  return {
    pid: () => current.pid(),
    adminUrl,
    async revive() {
      await current.stop().catch(() => {})
      current = await launch(port)
    },
  }
}

function startProvider(
  path: string,
  secrets: Record<string, string>,
  ports: PortPlan,
  webhookPort: number,
  folder: string,
): Promise<Program> {
  mkdirSync(join(folder, 'provider'), { recursive: true })
  return startProgram({
    name: 'provider',
    path,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...providerSettings,
      HOST: loopback,
      PORT: String(ports.simulator.port),
      JOURNAL: join(folder, 'provider/journal.jsonl'),
      API_KEY: secrets.PROVIDER_KEY,
      WEBHOOK_URL: `http://${loopback}:${webhookPort}/api/payments/webhooks/simulator`,
      WEBHOOK_SECRET: secrets.WEBHOOK_SECRET,
    },
    logFile: join(folder, 'logs/provider.log'),
    onTrouble: () => {},
  })
}

function startMail(path: string, ports: PortPlan, folder: string): Promise<Program> {
  mkdirSync(join(folder, 'mail'), { recursive: true })
  return startProgram({
    name: 'mail',
    path,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      HOST: loopback,
      SMTP_PORT: String(ports.smtp.port),
      HTTP_PORT: String(ports.mailbox.port),
      KEEP_HTML: 'false',
      JOURNAL: join(folder, 'mail/journal.jsonl'),
    },
    logFile: join(folder, 'logs/mail.log'),
    onTrouble: () => {},
  })
}
