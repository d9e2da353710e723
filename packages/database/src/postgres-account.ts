// PostgreSQL refuses to run as root. In a container one often is root, so its programs run as somebody else there, in
// folders that this somebody can reach.

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { errorCode } from './errors.ts'
import { explainFileError, LauncherError } from './launcher-error.ts'
import { type Binaries, explainSpawnError, program } from './postgres-binaries.ts'

/** The user that PostgreSQL's processes run as; the fields are those of `spawn`. Undefined: as this process. */
export interface Account {
  uid: number
  gid: number
}

/** The place of last resort: system folder, reachable by all. */
export const systemFolder = '/var/lib/shopfleet'

function lookUp(user: string): Account | undefined {
  const passwd = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : ''
  const fields = passwd
    .split('\n')
    .find(line => line.startsWith(`${user}:`))
    ?.split(':')
  return fields && { uid: Number(fields[2]), gid: Number(fields[3]) }
}

function ownerOf(path: string): Account | undefined {
  let existing = path
  while (!existsSync(existing)) existing = dirname(existing)
  const { uid, gid } = statSync(existing)
  return uid === 0 ? undefined : { uid, gid }
}

/**
 * Who runs PostgreSQL: this user; for root the owner of the data, or `postgres`, or `nobody`.
 * @param folder where the data is or will be
 */
export function chooseAccount(folder: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  return ownerOf(folder) ?? lookUp('postgres') ?? lookUp('nobody') ?? { uid: 65534, gid: 65534 }
}

/** Whether the account can enter a folder, found out by entering it: no reading of modes knows about ACLs and mounts. */
export function canEnter(account: Account | undefined, folder: string): boolean {
  if (!account) return true
  return (
    spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { ...account, cwd: '/', stdio: 'ignore' }).status === 0
  )
}

/** Makes a folder only the account can read. */
export function makePrivate(folder: string, account: Account | undefined): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!account) return
    chmodSync(folder, 0o700)
    chownSync(folder, account.uid, account.gid)
  } catch (error) {
    throw explainFileError(error, folder)
  }
}

/** A folder below `systemFolder` that every user can enter, made if need be. */
export function openSystemFolder(name: string): string {
  const folder = join(systemFolder, name)
  try {
    for (const path of [systemFolder, folder]) {
      mkdirSync(path, { recursive: true })
      chmodSync(path, 0o755)
    }
  } catch (error) {
    throw explainFileError(error, folder)
  }
  return folder
}

/** The programs as the account can run them: where they are, or copied to the system folder. */
export function reachableBinaries(binaries: Binaries, account: Account | undefined): Binaries {
  if (!account) return binaries
  const runs = (candidate: Binaries) => {
    const path = program(candidate, 'postgres')
    const { error, status } = spawnSync(path, ['--version'], { ...account, cwd: '/', stdio: 'ignore' })
    if (errorCode(error) === 'EPERM') throw explainSpawnError(error, path)
    return status === 0
  }
  if (runs(binaries)) return binaries

  const copy = { ...binaries, root: join(systemFolder, `programs-${binaries.version}`) }
  if (existsSync(copy.root) && runs(copy)) return copy
  openSystemFolder('.')
  const draft = `${copy.root}.${process.pid}`
  try {
    cpSync(binaries.root, draft, {
      recursive: true,
      verbatimSymlinks: true,
      filter: path => !basename(path).endsWith('.a'),
    })
    rmSync(copy.root, { recursive: true, force: true })
    renameSync(draft, copy.root)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    // Another launcher was faster.
    if (errorCode(error) !== 'ENOTEMPTY') throw explainFileError(error, copy.root)
  }
  if (runs(copy)) return copy
  throw new LauncherError(
    `The PostgreSQL programs do not run as user ${account.uid}: neither in ${binaries.root} nor in ${copy.root}`,
    'Start Shopfleet as an ordinary user, or set DATABASE_URL to an existing PostgreSQL 18 server.',
  )
}
