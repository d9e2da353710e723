// The files of the embedded server: where they are, and their making.

import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { errorCode } from './errors.ts'
import { explainFileError, LauncherError } from './launcher-error.ts'
import {
  type Account,
  canEnter,
  chooseAccount,
  makePrivate,
  openSystemFolder,
  reachableBinaries,
} from './postgres-account.ts'
import { type Binaries, explainSpawnError, findBinaries, program } from './postgres-binaries.ts'

export const superuser = 'shopfleet_admin'

/** One embedded server at rest. */
export interface Cluster {
  /** The folder the person knows: password, port and log are here. */
  dataDir: string
  /** PostgreSQL's own folder: `<dataDir>/postgres`, or one in a system folder. */
  folder: string
  password: string
  account: Account | undefined
  binaries: Binaries
}

function prepareDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true })
    accessSync(dataDir, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw explainFileError(error, dataDir)
  }
}

function keepPassword(dataDir: string): string {
  const file = join(dataDir, 'postgres-password')
  try {
    try {
      writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx', flush: true })
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw explainFileError(error, file)
  }
}

// The link is made first: of two launchers one succeeds, and the other follows it.
function moveOut(dataDir: string, link: string): string {
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const folder = join(openSystemFolder(id), 'postgres')
  try {
    symlinkSync(folder, link)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return readlinkSync(link)
    throw explainFileError(error, link)
  }
  // Whoever deleted the data folder wants to start afresh; but the files it stood for are not ours to delete.
  if (existsSync(folder)) renameSync(folder, `${folder}-before-${Date.now()}`)
  return folder
}

function settle(dataDir: string, requireDataDir: boolean): Pick<Cluster, 'folder' | 'account'> {
  const folder = join(dataDir, 'postgres')
  const there = lstatSync(folder, { throwIfNoEntry: false })
  if (there?.isSymbolicLink()) {
    const target = readlinkSync(folder)
    return { folder: target, account: chooseAccount(target) }
  }
  const account = chooseAccount(folder)
  if (canEnter(account, dataDir) || (letPass(dataDir) && canEnter(account, dataDir))) return { folder, account }
  if (requireDataDir || there?.isDirectory()) {
    throw new LauncherError(
      `PostgreSQL does not run as root, and user ${account!.uid} cannot enter ${dataDir}`,
      'Use a --data-dir that all users can enter (not below /root), or start Shopfleet as an ordinary user.',
    )
  }
  return { folder: moveOut(dataDir, folder), account }
}

// Passing through is all that is granted: what lies in the folder is listed and read by its owner only.
function letPass(dataDir: string): boolean {
  const { mode, uid } = statSync(dataDir)
  if (uid !== 0) return false
  chmodSync(dataDir, (mode & 0o7777) | 0o011)
  return true
}

function checkVersion(folder: string, { version }: Binaries): void {
  const found = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  const wanted = version.split('.')[0]
  if (found === wanted) return
  throw new LauncherError(
    `The data in ${folder} belongs to PostgreSQL ${found}, this is PostgreSQL ${wanted}`,
    `Carry it over with pg_upgrade or pg_dump of PostgreSQL ${wanted}, or start afresh with another --data-dir.`,
  )
}

function initialise({ folder, password, account, binaries }: Cluster): void {
  // Made beside and renamed, so that a start that was killed leaves no half-made data.
  const draft = `${folder}-new-${process.pid}`
  const passwordFile = `${draft}-password`
  const initdb = program(binaries, 'initdb')
  try {
    makePrivate(draft, account)
    writeFileSync(passwordFile, password, { mode: 0o600 })
    if (account) chownSync(passwordFile, account.uid, account.gid)
    const { error, status, stdout, stderr } = spawnSync(
      initdb,
      [
        ...['-D', draft, '-U', superuser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
        ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-sync', '--no-instructions'],
      ],
      { ...account, cwd: '/', encoding: 'utf8' },
    )
    if (error) throw explainSpawnError(error, initdb)
    if (status !== 0) throw explainInitdb(`${stdout}${stderr}`, folder)
    renameSync(draft, folder)
  } catch (error) {
    // Not empty: another launcher made the data at the same time.
    if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'EEXIST') throw explainFileError(error, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
    rmSync(passwordFile, { force: true })
  }
}

function explainInitdb(output: string, folder: string): unknown {
  if (/No space left|Disk quota/.test(output)) return explainFileError({ code: 'ENOSPC' }, folder)
  if (/Read-only file system/.test(output)) return explainFileError({ code: 'EROFS' }, folder)
  if (/Permission denied/.test(output)) return explainFileError({ code: 'EACCES' }, folder)
  const last = output.trim().split('\n').slice(-5).join('\n')
  return new LauncherError(`PostgreSQL could not create its data in ${folder}:\n${last}`, 'Use another --data-dir.')
}

// The password file was lost, the data was not: single-user mode needs no password.
function resetPassword({ folder, password, account, binaries }: Cluster): void {
  const path = program(binaries, 'postgres')
  const input = `alter role ${superuser} password '${password}'\n`
  const { error } = spawnSync(path, ['--single', '-D', folder, 'postgres'], { ...account, cwd: '/', input })
  if (error) throw explainSpawnError(error, path)
}

/** Finds where the server's files are or will be, and who runs it. Makes none of them. */
export function placeCluster(dataDir: string, { requireDataDir }: { requireDataDir: boolean }): Cluster {
  prepareDataDir(dataDir)
  const password = keepPassword(dataDir)
  const { folder, account } = settle(dataDir, requireDataDir)
  return { dataDir, folder, password, account, binaries: reachableBinaries(findBinaries(), account) }
}

/** Finds the server's files below `dataDir`, or makes them. Takes about a second the first time. */
export function openCluster(dataDir: string, { requireDataDir }: { requireDataDir: boolean }): Cluster {
  const passwordLost = !existsSync(join(dataDir, 'postgres-password'))
  const cluster = placeCluster(dataDir, { requireDataDir })
  const { folder } = cluster
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    initialise(cluster)
  } else if (passwordLost && !existsSync(join(folder, 'postmaster.pid'))) {
    resetPassword(cluster)
  }
  checkVersion(folder, cluster.binaries)
  return cluster
}
