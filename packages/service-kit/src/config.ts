import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'

/** Settings every service has. `.env.example` is generated from these schemas. */
export const baseSettings = {
  HOST: Type.String({ default: '127.0.0.1', description: 'Address to listen on' }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    description: 'Least severe level that is logged',
  }),
  LOG_FORMAT: Type.Enum(['auto', 'json', 'pretty'], {
    default: 'auto',
    description: 'auto: readable lines on a terminal, JSON elsewhere',
  }),
  SERVICE_KEY: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]{43}$',
      description:
        'Signs the tokens this service shows to others: a key of its own, so that none can speak for another',
      secret: true,
    }),
  ),
  SERVICE_PUBLIC_KEYS: Type.Optional(
    Type.String({ description: 'The public keys that belong to the SERVICE_KEY of each service: name=key,name=key' }),
  ),
  SERVICE_SECRET: Type.Optional(
    Type.String({
      minLength: 32,
      description: 'In place of both: the same for all services, which then trust each other blindly',
      secret: true,
    }),
  ),
  TOKEN_ISSUER: Type.String({ default: 'shopfleet', description: 'iss of access tokens' }),
  TOKEN_AUDIENCE: Type.String({ default: 'shopfleet', description: 'aud of access tokens' }),
  REQUEST_TIMEOUT_MS: Type.Integer({
    default: 15_000,
    minimum: 100,
    description: 'Budget of a request that brings none',
  }),
  SHUTDOWN_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 0,
    description: 'What requests under way get at shutdown',
  }),
  LINGER_MS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 60_000,
    description:
      'How long a service that is to stop goes on answering, and tells each caller to come by a new connection: for restarts one by one behind a balancer',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.String({
    default: '',
    pattern: '^(https?://.+)?$',
    description:
      'Collector that traces are sent to by OTLP over HTTP (http://127.0.0.1:4318); without it there are none',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: Type.String({
    default: '',
    pattern: '^([\\w-]+=([^,%]|%[2-7][0-9A-Fa-f])*(,(?=.)|$))*$',
    description: 'Headers it wants, as a key of who keeps them: name=value,name=value, with values as in a URL',
    secret: true,
  }),
  TRACE_RATIO: Type.Number({
    default: 0.1,
    minimum: 0,
    maximum: 1,
    description:
      'Part of the traces that is recorded, decided where one begins: at the gateway, or in a sweep; 1 records all',
  }),
  DEMO_OPEN: Type.Boolean({
    default: false,
    description:
      'Local demonstration only: direct callers on this machine may do the few things the brief shows without a token',
  }),
  CHECK_REPLIES: Type.Boolean({ default: false, description: 'Check every answer against its contract (tests)' }),
  CONTRACT_COVERAGE: Type.Optional(
    Type.String({ description: 'Folder to note exercised operations and statuses in (tests)' }),
  ),
  USER_URL: Type.String({ default: 'http://127.0.0.1:4001', description: 'Where the user service answers' }),
  PRODUCT_URL: Type.String({ default: 'http://127.0.0.1:4002', description: 'Where the product service answers' }),
  ORDER_URL: Type.String({ default: 'http://127.0.0.1:4003', description: 'Where the order service answers' }),
  CART_URL: Type.String({ default: 'http://127.0.0.1:4004', description: 'Where the cart service answers' }),
  INVENTORY_URL: Type.String({ default: 'http://127.0.0.1:4005', description: 'Where the inventory service answers' }),
  PAYMENT_URL: Type.String({ default: 'http://127.0.0.1:4006', description: 'Where the payment service answers' }),
  REVIEW_URL: Type.String({ default: 'http://127.0.0.1:4007', description: 'Where the review service answers' }),
  NOTIFICATION_URL: Type.String({
    default: 'http://127.0.0.1:4008',
    description: 'Where the notification service answers',
  }),
  ANALYTICS_URL: Type.String({
    default: 'http://127.0.0.1:4009',
    description: 'Where the analytics service answers',
  }),
  ADMIN_URL: Type.String({ default: 'http://127.0.0.1:4010', description: 'Where the admin service answers' }),
}

/** Where the log of events is: a database of PostgreSQL, or Apache Kafka, which goes before. */
export const busSettings = {
  BUS_DATABASE_URL: Type.String({
    default: '',
    pattern: '^(postgres(ql)?://.+)?$',
    description: 'Database of the event log, unless it is in Kafka',
    secret: true,
  }),
  KAFKA_BROKERS: Type.String({
    default: '',
    description:
      'Brokers of Apache Kafka (host:port, with commas between), which the event log is in instead of a database; topics that are not there are made, with one partition',
  }),
  KAFKA_TOPIC_PREFIX: Type.String({
    default: 'shopfleet.',
    pattern: '^[A-Za-z0-9._-]*$',
    description: 'Before the name of the speaking service in the name of its topic',
  }),
  KAFKA_TLS: Type.Boolean({ default: false, description: 'Speak TLS to the brokers' }),
  KAFKA_CA: Type.String({
    default: '',
    description: 'Certificate (PEM) of the authority of the brokers, if it is not one that Node knows',
  }),
  KAFKA_USERNAME: Type.String({ default: '', description: 'Account at the brokers (SCRAM-SHA-512); none without it' }),
  KAFKA_PASSWORD: Type.String({ default: '', description: 'Its password', secret: true }),
}

/** Settings of a service that owns a database. */
export const databaseSettings = {
  EVENT_RETENTION_DAYS: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 3650,
    description: 'Days events stay on the bus, and are known as applied; a service that is away for longer misses some',
  }),
  GATEWAY_ADDRESSES: Type.String({
    default: '127.0.0.1,::1',
    description:
      'Addresses or networks (10.0.0.0/8) of the gateway and of proxies in front of it: what they say of where a request began goes into the audit log',
  }),
  DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://', description: "The service's own database", secret: true }),
  DATABASE_POOL: Type.Integer({ default: 10, minimum: 2, maximum: 200, description: 'Connections to it at most' }),
  ...busSettings,
}

/** A service's settings: its own beside the common ones. `port` is the default of PORT. */
export function settings<P extends TProperties>(port: number, own: P) {
  return Type.Object({
    PORT: Type.Integer({ default: port, minimum: 0, maximum: 65_535, description: 'Port to listen on' }),
    ...baseSettings,
    ...own,
  })
}

export type BaseConfig = Static<TObject<typeof baseSettings>> & { PORT: number }
export type DatabaseConfig = BaseConfig & Static<TObject<typeof databaseSettings>>

/** What is wrong with the settings, by name, in words. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

const ajv = addFormats.default(new Ajv({ coerceTypes: true, strict: false, validateSchema: false }))
/** Compiled once each: most settings are those of all services of a process. */
const checks = new Map<TSchema, ValidateFunction>()

type Env = Record<string, string | undefined>

/** The text of a setting by the first of these names it is set by, itself or in a file. Throws a ConfigError for a file. */
function findText(names: readonly string[], env: Env): string | undefined {
  for (const name of names) {
    // Set to nothing is not set: `NAME=` in a file of settings leaves room for NAME_FILE and for the default.
    if (env[name]) return env[name]
    const file = env[`${name}_FILE`]
    if (!file) continue
    try {
      const text = readFileSync(file, 'utf8').trim()
      if (text !== '') return text
    } catch (error) {
      throw new ConfigError(`${name}_FILE cannot be read: ${(error as NodeJS.ErrnoException).code}`)
    }
  }
  return undefined
}

/** What the text of a setting means. Throws a ConfigError where it is no value of it. */
function readValue(name: string, setting: TSchema, text: string): unknown {
  let isValid = checks.get(setting)
  if (!isValid) {
    isValid = ajv.compile({ properties: { value: setting } })
    checks.set(setting, isValid)
  }
  const holder: { value: unknown } = { value: text }
  if (isValid(holder)) return holder.value
  const { keyword, params, message } = isValid.errors![0]!
  throw new ConfigError(`${name} ${keyword === 'enum' ? `must be one of ${params.allowedValues.join(', ')}` : message}`)
}

/**
 * Reads settings from an environment. `ORDER_DATABASE_URL` (service first) wins over `DATABASE_URL`, so that several
 * services can live in one process; `NAME_FILE` names a file that holds the value (mounted secrets). Throws a
 * ConfigError that lists every setting that is missing or wrong, without its value.
 */
export function readConfig<S extends TObject>(schema: S, service: string, env: Env): Static<S> {
  const prefix = `${service.toUpperCase().replaceAll('-', '_')}_`
  const found: Record<string, unknown> = {}
  const wrong: string[] = []
  for (const [name, setting] of Object.entries<TSchema>(schema.properties)) {
    try {
      // A peer's address is never meant for one service only: USER_URL is not the USER_ setting URL.
      const text = findText([prefix + name, name], env)
      const value = text === undefined ? (setting as { default?: unknown }).default : readValue(name, setting, text)
      if (value !== undefined) found[name] = value
      else if (schema.required?.includes(name)) throw new ConfigError(`${name} is not set`)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      wrong.push(`  ${error.message}`)
    }
  }
  if (wrong.length > 0) {
    throw new ConfigError(
      `settings of the ${service} service:\n${wrong.join('\n')}\nSee .env.example for all settings.`,
    )
  }
  return found as Static<S>
}
