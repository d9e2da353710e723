import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { LauncherError } from '@shopfleet/database'
import { roleNames } from '@shopfleet/platform/databases'
import { handOut } from '@shopfleet/platform/handed-out'
import { runProgram } from '@shopfleet/platform/program'
import { secretNames } from '@shopfleet/platform/secrets'
import { readConfig } from '@shopfleet/service-kit'
import { Type } from 'typebox'
import { connectVault, parts } from './vault.ts'

/*
 * `node infrastructure/vault/write-secrets.ts`: makes the shop's secrets in Vault and gives each part its own. They are kept
 * nowhere else: what all others are made from is the secret `root`, which no service may read. What is there already stays, and
 * so does what somebody put beside it (SMTP_URL, KAFKA_PASSWORD, …).
 */

const usage =
  'VAULT_ADDR=… VAULT_TOKEN=… DATABASE_URL=postgres://admin:password@host:5432/postgres node infrastructure/vault/write-secrets.ts ' +
  '[--mount secret] [--prefix shopfleet] [--new-password order]'

const Config = Type.Object({ DATABASE_URL: Type.String({ pattern: '^postgres(ql)?://', secret: true }) })

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        mount: { type: 'string', default: 'secret' },
        prefix: { type: 'string', default: 'shopfleet' },
        'new-password': { type: 'string', multiple: true, default: [] },
      },
    })
    const unknown = values['new-password'].filter(name => !roleNames.includes(name))
    if (unknown.length > 0) throw new Error(`no database role belongs to ${unknown.join(', ')}`)
    return values
  } catch (error) {
    throw new LauncherError((error as Error).message, usage)
  }
}

const newSecret = () => randomBytes(32).toString('base64url')

await runProgram(async () => {
  const { mount, prefix, 'new-password': changed } = readArguments()
  const { DATABASE_URL: serverUrl } = readConfig(Config, 'provision', process.env)
  const ask = connectVault(process.env)

  /** Changes members of a secret and leaves the others; says whether there was anything to change. */
  async function keep(part: string, wanted: (kept: Record<string, string>) => Record<string, string>) {
    const path = `${mount}/data/${prefix}/${part}`
    const found = (await ask('GET', path))?.data
    const kept: Record<string, string> = found?.data ?? {}
    const members = { ...kept, ...wanted(kept) }
    const isNew = Object.entries(members).some(([name, value]) => kept[name] !== value)
    // Only onto the version that was read: two who write at once do not undo one another.
    if (isNew) await ask('POST', path, { data: members, options: { cas: found?.metadata?.version ?? 0 } })
    return { members, isNew }
  }

  const root = await keep('root', kept => ({
    ADMIN_PASSWORD: kept.ADMIN_PASSWORD ?? newSecret(),
    ...Object.fromEntries(secretNames.map(name => [name, kept[name] ?? newSecret()])),
    ...Object.fromEntries(
      roleNames.map(name => [
        `password_${name}`,
        changed.includes(name) ? newSecret() : (kept[`password_${name}`] ?? newSecret()),
      ]),
    ),
  }))
  const { members } = root
  const out = handOut({
    secrets: {
      values: Object.fromEntries(secretNames.map(name => [name, members[name]!])) as Record<
        (typeof secretNames)[number],
        string
      >,
      databasePasswords: Object.fromEntries(roleNames.map(name => [name, members[`password_${name}`]!])),
    },
    serverUrl,
    administratorPassword: members.ADMIN_PASSWORD!,
  })
  for (const part of parts) {
    const { isNew } = await keep(part, () => out[part]!)
    console.log(`${part.padEnd(14)}${isNew ? 'written' : 'as it was'}`)
  }
  if (changed.length > 0) console.log('Now run the provisioning: it gives the roles their new passwords.')
})
