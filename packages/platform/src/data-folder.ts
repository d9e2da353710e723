import { accessSync, constants, mkdirSync } from 'node:fs'
import { explainFileError } from '@shopfleet/database'
import { type Databases, openDatabases, roleNames, runningDatabases } from './databases.ts'
import type { Options } from './options.ts'
import { claimDataDir, findRunningCopy } from './running-copy.ts'
import { keepSecrets } from './secrets.ts'

/** Makes the data folder if need be. Throws a `LauncherError` when it cannot be written. */
export function prepareDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true })
    accessSync(dataDir, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw explainFileError(error, dataDir)
  }
}

/**
 * Does something with the databases of a data folder: those of the Shopfleet that runs on it, or else with a PostgreSQL
 * started for this and stopped again.
 */
export async function withDatabases<T>(
  options: Pick<Options, 'dataDir' | 'databaseUrl'>,
  env: Record<string, string | undefined>,
  work: (databases: Databases) => Promise<T>,
): Promise<T> {
  const { dataDir, databaseUrl } = options
  prepareDataDir(dataDir)
  const found = { dataDir, databaseUrl, env, say: console.log, secrets: keepSecrets(dataDir, roleNames, env) }
  if (findRunningCopy(dataDir)) return work(runningDatabases(found))
  const claim = claimDataDir(dataDir, 'no gateway')
  try {
    const databases = await openDatabases(found)
    try {
      return await work(databases)
    } finally {
      await databases.stop()
    }
  } finally {
    claim.release()
  }
}
