import { LauncherError, provision } from '@shopfleet/database'
import { services } from '@shopfleet/platform'
import { namedUrls, roleNames } from '@shopfleet/platform/databases'
import { migrateAll } from '@shopfleet/platform/migrations'
import { runProgram } from '@shopfleet/platform/program'
import { busSettings, databaseSettings, openSecrets, provisionBus, readConfig } from '@shopfleet/service-kit'
import { Type } from 'typebox'

/*
 * `node scripts/provision.ts`: for a shop in containers, before its services start and before each upgrade. Makes the databases
 * and roles that the addresses of the services name (ORDER_DATABASE_URL, …, BUS_DATABASE_URL, GATEWAY_BUS_DATABASE_URL) on the
 * PostgreSQL of DATABASE_URL, and brings all of them up to date. Those on another server, and all of them without DATABASE_URL,
 * were made by somebody else. With KAFKA_BROKERS it makes the topics of the event log, and what the account of each service may do with them.
 */

const Config = Type.Object({
  DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://' })),
  EVENT_RETENTION_DAYS: databaseSettings.EVENT_RETENTION_DAYS,
  ...busSettings,
})

/** What an address of a database asks for. The gateway owns none: it reads that of the event log. */
function wantedBy(name: string, text: string) {
  const url = new URL(text)
  const role = decodeURIComponent(url.username)
  const database = decodeURIComponent(url.pathname.slice(1))
  return { role, password: decodeURIComponent(url.password), ...(name === 'gateway' ? {} : { database }) }
}

function serverOf(text: string): string {
  const { hostname, port } = new URL(text)
  return `${hostname}:${port || 5432}`
}

await runProgram(async () => {
  const secrets = await openSecrets(process.env, 'provision')
  secrets.close()
  const config = readConfig(Config, 'provision', secrets.env)
  const { DATABASE_URL: serverUrl } = config
  const urls = namedUrls(secrets.env)
  const missing = roleNames.filter(name => !urls[name])
  if (missing.length > 0)
    throw new LauncherError(`There is no address of a database for ${missing.join(', ')}`, 'See docs/deployment.md.')
  if (serverUrl) {
    const here = roleNames.filter(name => serverOf(urls[name]!) === serverOf(serverUrl))
    await provision(
      serverUrl,
      here.map(name => wantedBy(name, urls[name]!)),
    )
    console.log(`databases and roles are there: ${here.join(', ')}`)
    const elsewhere = roleNames.filter(name => !here.includes(name))
    if (elsewhere.length > 0) console.log(`on other servers, made beforehand: ${elsewhere.join(', ')}`)
  }
  for (const [name, migrations] of Object.entries(await migrateAll(urls)))
    console.log(`${name.padEnd(14)}${migrations.length > 0 ? migrations.join(', ') : 'is up to date'}`)
  const speakers = services.filter(entry => entry.hasDatabase).map(entry => entry.name)
  const isGuarded = await provisionBus(config, speakers, { retention_days: config.EVENT_RETENTION_DAYS })
  if (isGuarded !== undefined)
    console.log(`topics are there in Kafka${isGuarded ? ', each with its rights' : '; it keeps no rights'}`)
})
