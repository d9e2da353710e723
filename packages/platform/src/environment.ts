import { join } from 'node:path'
import { serviceKeys } from '@shopfleet/service-kit'
import { hasMailServer } from './mail.ts'
import type { Options } from './options.ts'
import { type PortPlan, urlOf } from './ports.ts'
import { type Secrets, secretNames } from './secrets.ts'
import { type ServiceEntry, services } from './services.ts'
import { trustedByGateway } from './web-apps.ts'

type Env = Record<string, string | undefined>

export interface LaunchPlan {
  env: Env
  options: Options
  ports: PortPlan
  secrets: Secrets
}

/** Environment names that are somebody's secret: none of them reaches a process it was not meant for. */
const isSecret = (name: string) =>
  /(DATABASE_URL|SERVICE_KEY)(_FILE)?$/.test(name) ||
  secretNames.some(secret => name === secret || name === `${secret}_FILE`)

/** Credentials at a provider outside: they are its service's alone. */
const bucketKeys = /^((PRODUCT|REVIEW)_)?FILES_BUCKET_(ACCESS|SECRET)_KEY(_FILE)?$/
const ownersOf: Partial<Record<string, RegExp>> = {
  product: bucketKeys,
  review: bucketKeys,
  notification: /^(NOTIFICATION_)?(SMTP_URL|SMS_KEY)(_FILE)?$/,
}
/** An account of one service's own at the brokers of the event log. */
const ownKafka = /^([A-Z]+)_KAFKA_PASSWORD(_FILE)?$/
const isOwned = (name: string) => Object.values(ownersOf).some(pattern => pattern!.test(name))

/** What a service may see of the environment the person set. */
function open(env: Env, service: string): Env {
  const own = ownersOf[service]
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !isSecret(name) &&
        (!isOwned(name) || own?.test(name)) &&
        (ownKafka.exec(name)?.[1] ?? service.toUpperCase()) === service.toUpperCase(),
    ),
  )
}

/** The environment of one service: what the person set, the addresses of all, and of the secrets its own. */
export function environmentOf(
  entry: ServiceEntry,
  { env, options, ports, secrets }: LaunchPlan,
  urls?: Record<string, string>,
): Env {
  const { name } = entry
  const prefix = name.toUpperCase()
  const addresses = services.map(other => [`${other.name.toUpperCase()}_URL`, urlOf(ports.service[other.name]!)])
  const place = ports.service[name]!
  return {
    DEMO_OPEN: String(options.demo),
    PROVIDER_URL: urlOf(ports.simulator),
    FILES_DIR: join(options.dataDir, 'files'),
    API_URL: urlOf(ports.service.gateway!, 'localhost'),
    ...(name === 'notification' && !hasMailServer(env) ? { SMTP_URL: urlOf(ports.smtp).replace(/^http/, 'smtp') } : {}),
    ...open(env, name),
    ...Object.fromEntries(addresses),
    HOST: place.host,
    [`${prefix}_HOST`]: place.host,
    PORT: String(place.port),
    [`${prefix}_PORT`]: String(place.port),
    ...(name === 'gateway' ? { METRICS_PORT: String(ports.metrics.port) } : {}),
    ...(name === 'gateway' && options.web
      ? { TRUSTED_PROXIES: trustedByGateway(env.GATEWAY_TRUSTED_PROXIES ?? env.TRUSTED_PROXIES) }
      : {}),
    LOG_LEVEL: options.logLevel,
    ...keysOf(secrets.values.SERVICE_SECRET).of(name),
    ...Object.fromEntries(entry.secrets.map(secret => [secret, secrets.values[secret]])),
    ...(entry.hasDatabase && urls ? { DATABASE_URL: urls[name], BUS_DATABASE_URL: urls.bus } : {}),
    // Its own way into the event log: to read, and only what may be told outside.
    ...(name === 'gateway' && urls?.gateway ? { BUS_DATABASE_URL: urls.gateway } : {}),
  }
}

/** Made once: each of them is asked for by every service. */
let made: { from: string; keys: ReturnType<typeof serviceKeys> } | undefined
function keysOf(secret: string): ReturnType<typeof serviceKeys> {
  const names = services.map(entry => entry.name)
  if (made?.from !== secret) made = { from: secret, keys: serviceKeys(secret, names) }
  return made.keys
}
