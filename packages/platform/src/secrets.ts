import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode, explainFileError, LauncherError } from '@shopfleet/database'

/** What the parts of the platform know each other by; made on first start and kept in the data folder. */
export const secretNames = [
  // Stays with the launcher: the keys of the services are made from it.
  'SERVICE_SECRET',
  'SEALING_SECRET',
  'ORDER_TOKEN_SECRET',
  'PROVIDER_KEY',
  'WEBHOOK_SECRET',
  'OUTBOUND_WEBHOOK_SECRET',
] as const
export type SecretName = (typeof secretNames)[number]

export interface Secrets {
  values: Record<SecretName, string>
  /** Password of each database role, by the name of its service. */
  databasePasswords: Record<string, string>
}

type Env = Record<string, string | undefined>

const newSecret = () => randomBytes(32).toString('base64url')

function readKept(file: string): Partial<Secrets> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {}
    if (!(error instanceof SyntaxError)) throw explainFileError(error, file)
    throw new LauncherError(
      `${file} is damaged`,
      'Restore it from a backup, or delete it: new secrets are made, and everybody has to sign in again.',
      { cause: error },
    )
  }
}

/**
 * The secrets of a data folder; what is missing is made and kept there, in `secrets.json`, for the owner's eyes only.
 * One that is set in the environment (or in the file its `…_FILE` names) wins, and is not written down.
 */
export function keepSecrets(dataDir: string, databases: readonly string[], env: Env): Secrets {
  const file = join(dataDir, 'secrets.json')
  const kept = readKept(file)
  const values = { ...kept.values } as Secrets['values']
  const databasePasswords = { ...kept.databasePasswords }
  for (const name of secretNames) values[name] ??= newSecret()
  for (const name of databases) databasePasswords[name] ??= newSecret()
  const text = `${JSON.stringify({ values, databasePasswords }, null, 2)}\n`
  if (text !== `${JSON.stringify(kept, null, 2)}\n`) {
    try {
      // Beside it and renamed: a start that is killed here leaves the old file or the new one.
      writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true })
      renameSync(`${file}.new`, file)
    } catch (error) {
      throw explainFileError(error, file)
    }
  }
  for (const name of secretNames) {
    const given = env[name] || (env[`${name}_FILE`] && readFileSync(env[`${name}_FILE`]!, 'utf8').trim())
    if (given) values[name] = given
  }
  return { values, databasePasswords }
}
