import { readFileSync } from 'node:fs'
import {
  connect,
  type EmbeddedPostgres,
  errorCode,
  isUnavailable,
  LauncherError,
  type Provision,
  provision,
  startEmbeddedPostgres,
} from '@shopfleet/database'
import type { Secrets } from './secrets.ts'
import { services } from './services.ts'

/** The databases of the platform: where they are, and what was started for them. */
export interface Databases {
  /** By the name of the service; `bus` is the event log's, `gateway` the same for the gateway, which may read a part of it. */
  urls: Record<string, string>
  embedded: EmbeddedPostgres | undefined
  stop(): Promise<void>
}

export interface DatabasesOptions {
  dataDir: string
  databaseUrl: string | undefined
  secrets: Secrets
  env: Record<string, string | undefined>
  say: (line: string) => void
}

/** Who has a database of their own. */
export const databaseNames = [...services.filter(entry => entry.hasDatabase).map(entry => entry.name), 'bus']
/** Who has a role, and a password to it: the gateway reads of the event log what may be told outside, and owns nothing. */
export const roleNames = [...databaseNames, 'gateway']

const launcherLock = 727_470

/** Of its database and of its role. `shopfleet_admin` is the superuser of the embedded server: no service is. */
export const databaseNameOf = (service: string) => `shopfleet_${service === 'admin' ? 'admin_panel' : service}`

/** The URL of a service's database, with its role, on the server of another URL. */
export function databaseUrlOf(serverUrl: string, service: string, password: string): string {
  const url = new URL(serverUrl)
  url.username = databaseNameOf(service)
  url.password = encodeURIComponent(password)
  url.pathname = `/${databaseNameOf(service === 'gateway' ? 'bus' : service)}`
  return url.href
}

/** A database the person named for one service (`ORDER_DATABASE_URL`); it is used as it is. */
function namedUrl(service: string, env: DatabasesOptions['env']): string | undefined {
  const name = service === 'gateway' ? 'GATEWAY_BUS_DATABASE_URL' : `${service.toUpperCase()}_DATABASE_URL`
  if (env[name]) return env[name]
  const file = env[`${name}_FILE`]
  return file ? readFileSync(file, 'utf8').trim() : undefined
}

export function namedUrls(env: DatabasesOptions['env']): Record<string, string> {
  const found = roleNames.map(name => [name, namedUrl(name, env)] as const)
  return Object.fromEntries(found.filter((pair): pair is [string, string] => pair[1] !== undefined))
}

function explain(error: unknown, serverUrl: string): unknown {
  if (error instanceof LauncherError) return error
  const { host, username, pathname } = new URL(serverUrl)
  const code = errorCode(error)
  if (code === '42501') {
    return new LauncherError(
      `The role ${username} may not create databases and roles on ${host}`,
      `Let it (alter role ${username} createdb createrole), or create the databases yourself and set ` +
        `${databaseNames.map(name => `${name.toUpperCase()}_DATABASE_URL`).join(', ')}.`,
      { cause: error },
    )
  }
  if (code === '28P01' || code === '28000' || code === '3D000') {
    return new LauncherError(
      `PostgreSQL at ${host} does not let ${username} into ${pathname.slice(1)}: ${(error as Error).message}`,
      'Correct user, password and database of DATABASE_URL.',
      { cause: error },
    )
  }
  if (isUnavailable(error)) {
    return new LauncherError(
      `PostgreSQL at ${host} cannot be reached (${code})`,
      'Is it running, and is DATABASE_URL right? Without DATABASE_URL the embedded one is started.',
      { cause: error },
    )
  }
  return error
}

/** One launcher at a time per server: two would each give the roles passwords of their own. */
async function lockServer(serverUrl: string): Promise<() => Promise<void>> {
  const sql = connect(serverUrl, { name: 'shopfleet launcher', max: 1 })
  try {
    const session = await sql.reserve()
    const [row] = await session<[{ granted: boolean }]>`select pg_try_advisory_lock(${launcherLock}) as granted`
    if (!row.granted) {
      session.release()
      throw new LauncherError(
        `Another Shopfleet runs on the PostgreSQL at ${new URL(serverUrl).host}`,
        'Stop it first, or give each service a database of its own (ORDER_DATABASE_URL, …).',
      )
    }
    return async () => {
      session.release()
      await sql.end({ timeout: 1 })
    }
  } catch (error) {
    await sql.end({ timeout: 1 })
    throw error
  }
}

/**
 * Starts the embedded PostgreSQL, or uses the one of `databaseUrl`, and makes each service's database and role in it.
 * What the environment names for a service is used as it is; with all of them named, nothing is started.
 */
export async function openDatabases(options: DatabasesOptions): Promise<Databases> {
  const { dataDir, databaseUrl, secrets, env, say } = options
  const named = namedUrls(env)
  const missing = databaseNames.filter(name => !named[name])
  if (missing.length === 0) return { urls: named, embedded: undefined, stop: async () => {} }

  const embedded = databaseUrl ? undefined : await startEmbeddedPostgres({ dataDir, durable: true, log: say })
  const serverUrl = databaseUrl ?? embedded!.adminUrl
  let unlock = async () => {}
  const stop = async () => {
    await unlock()
    await embedded?.stop()
  }
  try {
    if (!embedded) unlock = await lockServer(serverUrl)
    const made = rolesToMake(named, missing)
    await provision(serverUrl, made.map(provisionOf(secrets)))
    const urls = made.map(name => [name, databaseUrlOf(serverUrl, name, secrets.databasePasswords[name]!)])
    return { urls: { ...named, ...Object.fromEntries(urls) }, embedded, stop }
  } catch (error) {
    await stop()
    throw explain(error, serverUrl)
  }
}

/** Where the event log is one the person made, so is the role the gateway reads it with. */
function rolesToMake(named: Record<string, string>, missing: string[]): string[] {
  return missing.includes('bus') && !named.gateway ? [...missing, 'gateway'] : missing
}

/** What is to be made for a name of `roleNames`. */
export const provisionOf =
  (secrets: Secrets) =>
  (name: string): Provision => ({
    role: databaseNameOf(name),
    password: secrets.databasePasswords[name]!,
    ...(name === 'gateway' ? {} : { database: databaseNameOf(name) }),
  })

/** The databases of a Shopfleet that is running on the data folder just now. */
export function runningDatabases({ dataDir, databaseUrl, secrets, env }: Omit<DatabasesOptions, 'say'>): Databases {
  const named = namedUrls(env)
  const serverUrl = () =>
    databaseUrl ?? `postgres://127.0.0.1:${readFileSync(`${dataDir}/postgres-port`, 'utf8').trim()}/`
  const missing = databaseNames.filter(name => !named[name])
  const rest = rolesToMake(named, missing).map(name => [
    name,
    databaseUrlOf(serverUrl(), name, secrets.databasePasswords[name]!),
  ])
  return { urls: { ...named, ...Object.fromEntries(rest) }, embedded: undefined, stop: async () => {} }
}
