import { serviceKeys } from '@shopfleet/service-kit'
import { databaseUrlOf, roleNames } from './databases.ts'
import type { Secrets } from './secrets.ts'
import { services } from './services.ts'

/** Secrets by the name of who is given them, then by the name of the setting. */
export type HandedOut = Record<string, Record<string, string>>

export interface HandOutOptions {
  secrets: Secrets
  /** PostgreSQL with a role that may make databases and roles: `postgres://admin:password@host:5432/postgres`. */
  serverUrl: string
  administratorPassword: string
}

const urlName = (name: string) =>
  name === 'gateway' ? 'GATEWAY_BUS_DATABASE_URL' : `${name.toUpperCase()}_DATABASE_URL`

/**
 * What each part of a shop in containers is given, and nobody else: every service its key, its database and the secrets it is
 * entitled to; `provision` what it makes databases and roles with; `first-start` what makes the first administrator and the
 * demonstration.
 */
export function handOut({ secrets, serverUrl, administratorPassword }: HandOutOptions): HandedOut {
  const { values, databasePasswords } = secrets
  const urlFor = (name: string) => databaseUrlOf(serverUrl, name, databasePasswords[name]!)
  const keys = serviceKeys(
    values.SERVICE_SECRET,
    services.map(entry => entry.name),
  )
  const out: HandedOut = {}
  for (const { name, hasDatabase, secrets: own } of services) {
    out[name] = {
      ...keys.of(name),
      ...(hasDatabase ? { DATABASE_URL: urlFor(name), BUS_DATABASE_URL: urlFor('bus') } : {}),
      ...(name === 'gateway' ? { BUS_DATABASE_URL: urlFor('gateway') } : {}),
      ...Object.fromEntries(own.map(secret => [secret, values[secret]])),
    }
  }
  out['payment-simulator'] = { API_KEY: values.PROVIDER_KEY, WEBHOOK_SECRET: values.WEBHOOK_SECRET }
  out.postgres = { POSTGRES_PASSWORD: decodeURIComponent(new URL(serverUrl).password) }
  out.provision = {
    DATABASE_URL: serverUrl,
    ...Object.fromEntries(roleNames.map(name => [urlName(name), urlFor(name)])),
  }
  out['first-start'] = {
    ...out.user,
    ADMIN_PASSWORD: administratorPassword,
    ...Object.fromEntries(['product', 'review'].map(name => [urlName(name), urlFor(name)])),
  }
  return out
}
