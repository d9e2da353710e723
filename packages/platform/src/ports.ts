import { createServer } from 'node:net'
import { LauncherError } from '@shopfleet/database'
import { services } from './services.ts'

/** An address of the platform: who listens where. */
export interface Place {
  name: string
  host: string
  port: number
}

type Env = Record<string, string | undefined>

export interface PortPlan {
  /** By the name of the service. */
  service: Record<string, Place>
  /** The web app for shoppers, and the one for staff. */
  storefront: Place
  panel: Place
  metrics: Place
  simulator: Place
  /** Where the mail catcher shows what was sent, and where it takes mail. */
  mailbox: Place
  smtp: Place
  all: Place[]
}

const loopback = '127.0.0.1'
const usualFirst = 4000
const shift = { metrics: 1, storefront: 2, panel: 3, services: 10, simulator: 30, mailbox: 31, smtp: 32 }

function portFrom(env: Env, names: string[], fallback: number): number {
  const name = names.find(name => env[name])
  if (name === undefined) return fallback
  const port = Number(env[name])
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new LauncherError(`${name} is a port from 1 to 65535, not ${env[name]}`, 'Correct it and try again.')
}

const hostFrom = (env: Env, service: string) => env[`${service.toUpperCase()}_HOST`] || env.HOST || loopback

/**
 * Who listens where. With `base`: gateway = base, its metrics base + 1, storefront base + 2, admin panel base + 3, a service base + 10 + the last two digits of
 * its usual port (user base + 11 … payment base + 16), payment simulator base + 30, mailbox base + 31, its SMTP base + 32.
 * `ORDER_PORT` and the like win.
 */
export function planPorts(env: Env, { base, host }: { base?: number; host?: string } = {}): PortPlan {
  const service: PortPlan['service'] = {}
  for (const { name, port } of services) {
    const isGateway = name === 'gateway'
    const usual = base === undefined ? port : isGateway ? base : base + shift.services + port - usualFirst
    service[name] = {
      name,
      host: (isGateway && host) || hostFrom(env, name),
      port: portFrom(env, [`${name.toUpperCase()}_PORT`], usual),
    }
  }
  const storefront = {
    name: 'storefront',
    host: host || hostFrom(env, 'storefront'),
    port: portFrom(env, ['STOREFRONT_PORT'], base === undefined ? 3000 : base + shift.storefront),
  }
  const panel = {
    name: 'admin panel',
    host: host || env.ADMIN_PANEL_HOST || env.HOST || loopback,
    port: portFrom(env, ['ADMIN_PANEL_PORT'], base === undefined ? 3001 : base + shift.panel),
  }
  const metrics = {
    name: 'metrics of the gateway',
    host: env.GATEWAY_METRICS_HOST || env.METRICS_HOST || loopback,
    port: portFrom(env, ['GATEWAY_METRICS_PORT', 'METRICS_PORT'], base === undefined ? 8081 : base + shift.metrics),
  }
  const simulator = {
    name: 'payment simulator',
    host: loopback,
    port: portFrom(env, ['PAYMENT_SIMULATOR_PORT'], base === undefined ? 4100 : base + shift.simulator),
  }
  const mailbox = {
    name: 'mail catcher',
    host: loopback,
    port: portFrom(env, ['MAIL_CATCHER_PORT'], base === undefined ? 4101 : base + shift.mailbox),
  }
  const smtp = {
    name: 'SMTP of the mail catcher',
    host: loopback,
    port: portFrom(env, ['MAIL_CATCHER_SMTP_PORT'], base === undefined ? 4102 : base + shift.smtp),
  }
  const all = [...Object.values(service), storefront, panel, metrics, simulator, mailbox, smtp]
  const twice = all.find((place, i) => all.findIndex(other => other.port === place.port) !== i)
  if (twice) {
    throw new LauncherError(
      `Port ${twice.port} is planned for ${all
        .filter(place => place.port === twice.port)
        .map(place => place.name)
        .join(' and ')}`,
      'Give each a port of its own.',
    )
  }
  return { service, storefront, panel, metrics, simulator, mailbox, smtp, all }
}

/** The address to call a place at, from this machine. */
export function urlOf({ host, port }: Place, name = loopback): string {
  const isEverywhere = host === '0.0.0.0' || host === '::' || host === loopback
  const reached = isEverywhere ? name : host.includes(':') ? `[${host}]` : host
  return `http://${reached}:${port}`
}

/** Why the place cannot be listened at; undefined if it can. */
async function obstacleOf({ host, port }: Place): Promise<string | undefined> {
  const server = createServer()
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail)
      server.listen({ host, port, exclusive: true }, done)
    })
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  } finally {
    await new Promise(done => server.close(done))
  }
}

/** Which part of a Shopfleet answers there; undefined if none does. */
async function shopfleetAt(place: Place): Promise<string | undefined> {
  try {
    const answer = await fetch(`${urlOf(place)}/health`, { signal: AbortSignal.timeout(500) })
    const { status, service } = (await answer.json()) as { status?: string; service?: string }
    if (status !== 'ok') return undefined
    return service ?? (['payment simulator', 'mail catcher'].includes(place.name) ? place.name : undefined)
  } catch {
    return undefined
  }
}

/** The first round base whose ports are all free. */
async function freeBase(): Promise<number> {
  for (let base = 9000; base < 60_000; base += 1000) {
    const obstacles = await Promise.all(planPorts({}, { base }).all.map(obstacleOf))
    if (obstacles.every(obstacle => obstacle === undefined)) return base
  }
  return 9000
}

export async function takenPlaces(places: Place[]): Promise<{ place: Place; obstacle: string }[]> {
  const obstacles = await Promise.all(places.map(obstacleOf))
  return places.flatMap((place, i) => (obstacles[i] ? [{ place, obstacle: obstacles[i] }] : []))
}

const isWrongHost = (obstacle: string) => obstacle === 'EADDRNOTAVAIL' || obstacle === 'ENOTFOUND'

async function explainOne({ place, obstacle }: { place: Place; obstacle: string }): Promise<string> {
  const what = `Port ${place.port} (${place.name})`
  if (obstacle === 'EADDRINUSE') {
    const other = await shopfleetAt(place)
    return other ? `${what} is in use by another Shopfleet (its ${other})` : `${what} is in use by another program`
  }
  if (obstacle === 'EACCES') return `${what} may not be used by this user`
  if (isWrongHost(obstacle)) return `${what}: ${place.host} is no address of this machine`
  return `${what} cannot be used: ${obstacle}`
}

/** Throws a `LauncherError` that names every port that cannot be had, and who has it. */
export async function checkPorts(places: Place[]): Promise<void> {
  const taken = await takenPlaces(places)
  if (taken.length === 0) return
  const [lines, base] = await Promise.all([Promise.all(taken.map(explainOne)), freeBase()])
  if (taken.every(({ obstacle }) => isWrongHost(obstacle))) {
    throw new LauncherError(lines.join('\n'), 'Set --host to an address of this machine, or to 0.0.0.0 for all it has.')
  }
  const isOurs = lines.some(line => line.includes('another Shopfleet'))
  throw new LauncherError(
    lines.join('\n'),
    isOurs
      ? `Stop the other one (npm stop, with its --data-dir), or start beside it: npm start -- --port-base ${base} --data-dir .data-${base}`
      : `Stop what uses it, or choose other ports for all: npm start -- --port-base ${base}`,
  )
}
