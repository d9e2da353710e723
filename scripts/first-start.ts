import { services } from '@shopfleet/platform'
import { namedUrls } from '@shopfleet/platform/databases'
import { stockShelves } from '@shopfleet/platform/first-stock'
import { readOptions } from '@shopfleet/platform/options'
import { planPorts } from '@shopfleet/platform/ports'
import { runProgram } from '@shopfleet/platform/program'
import { createProgress } from '@shopfleet/platform/progress'
import { openSecrets, readConfig } from '@shopfleet/service-kit'
import { createUserService, ensureAdministrator, UserConfig } from '@shopfleet/user'
import { Type } from 'typebox'

/*
 * `node scripts/first-start.ts`: for a shop in containers, once its services run. Makes the first administrator (ADMIN_EMAIL,
 * ADMIN_PASSWORD), with the settings and secrets of the user service, unless there is one; with DEMO=true it then loads the
 * demonstration into an empty shop (PRODUCT_DATABASE_URL, REVIEW_DATABASE_URL). Does nothing the second time.
 */

const Config = Type.Object({
  ADMIN_EMAIL: Type.String({ default: 'admin@shopfleet.local', pattern: '^[^\\s@]+@[^\\s@]+$' }),
  ADMIN_PASSWORD: Type.String({ minLength: 12 }),
  DEMO: Type.Boolean({ default: false }),
})

/** Where the services answer, as the launcher has it: by host and port. */
function portsOf(env: NodeJS.ProcessEnv) {
  const places = services.flatMap(({ name }) => {
    const prefix = name.toUpperCase()
    const address = env[`${prefix}_URL`]
    if (!address) return []
    const { hostname, port } = new URL(address)
    return [
      [`${prefix}_HOST`, hostname],
      [`${prefix}_PORT`, port || '80'],
    ]
  })
  return planPorts(Object.fromEntries(places))
}

await runProgram(async () => {
  const secrets = await openSecrets(process.env, 'first-start')
  secrets.close()
  const { env } = secrets
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password, DEMO: demo } = readConfig(Config, 'first start', env)
  // Its tools without its door: the one that serves is another container.
  const user = await createUserService(readConfig(UserConfig, 'user', env))
  const isNew = await ensureAdministrator(user.ctx, { email, password }).finally(() => user.stop())
  console.log(isNew ? `${email} is the administrator now` : 'there is an administrator already')
  const options = { ...readOptions([], {}), demo }
  const plan = { env, options, ports: portsOf(env), secrets: { values: {} as never, databasePasswords: {} } }
  const progress = createProgress({ quiet: false })
  await stockShelves(plan, namedUrls(env), { email, password, file: '', isNew }, progress)
  progress.end()
})
