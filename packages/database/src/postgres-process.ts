// The embedded server in motion: its process, from spawn to gone.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from './errors.ts'
import { explainFileError, LauncherError } from './launcher-error.ts'
import { explainSpawnError, program } from './postgres-binaries.ts'
import type { Cluster } from './postgres-cluster.ts'

const pollMs = 10
const startMs = 60_000
const fastStopMs = 10_000
const logBytes = 10_000_000

/** What the server itself writes about itself in `postmaster.pid`. */
export interface Postmaster {
  pid: number
  port: number
  ready: boolean
}

export function readPostmaster(folder: string): Postmaster | undefined {
  const file = join(folder, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const lines = readFileSync(file, 'utf8').split('\n')
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
}

/** Whether a process exists; one that is dead but not yet collected by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false
  }
  if (process.platform !== 'linux') return true
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Whether the process with this number is a PostgreSQL, not a stranger that was given the number after a reboot. */
export function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false
  if (process.platform === 'linux') return /postgres/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  if (process.platform === 'win32') return true
  return /postgres/.test(spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).stdout)
}

// PostgreSQL takes any living process with the number in its lock file for a running server. The file is corrected
// rather than deleted: it also names the shared memory by which PostgreSQL recognises processes left over from a crash.
export function clearForeignPid(folder: string): void {
  const postmaster = readPostmaster(folder)
  if (!postmaster || !isAlive(postmaster.pid) || isPostgres(postmaster.pid)) return
  const file = join(folder, 'postmaster.pid')
  const noProcess = 2 ** 31 - 1
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(noProcess)))
}

/** Whether a port of this machine can be bound; for port 0, returns one that can. */
export async function freePort(port: number): Promise<number | undefined> {
  const server = createServer()
  server.listen({ port, host: '127.0.0.1', exclusive: true })
  try {
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address ? address.port : undefined
  } catch {
    return undefined
  } finally {
    await new Promise(done => server.close(done))
  }
}

/** The end of the log, to be shown to a person. */
export function lastLines(dataDir: string, from = 0): string {
  const log = readFileSync(join(dataDir, 'postgres.log')).subarray(from).toString()
  return log.trim().split('\n').slice(-6).join('\n')
}

/** How much has been logged so far. */
export function logSize(dataDir: string): number {
  return statSync(join(dataDir, 'postgres.log'), { throwIfNoEntry: false })?.size ?? 0
}

function openLog(dataDir: string): { fd: number; size: number } {
  const file = join(dataDir, 'postgres.log')
  try {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > logBytes) renameSync(file, `${file}.1`)
    const fd = openSync(file, 'a', 0o600)
    return { fd, size: statSync(file).size }
  } catch (error) {
    throw explainFileError(error, file)
  }
}

export function explainExit(lines: string, { folder, dataDir }: Cluster): unknown {
  if (/No space left|Disk quota/.test(lines)) return explainFileError({ code: 'ENOSPC' }, folder)
  if (/Read-only file system/.test(lines)) return explainFileError({ code: 'EROFS' }, folder)
  return new LauncherError(
    `PostgreSQL stopped while starting. The end of ${join(dataDir, 'postgres.log')}:\n${lines}`,
    'If the data is damaged, restore a backup, or start afresh with another --data-dir.',
  )
}

/** Starts the server; it is not ready yet. It gets a session of its own, so that Ctrl-C reaches only its launcher. */
export function spawnPostgres(cluster: Cluster, port: number, settings: Record<string, string | number>) {
  const path = program(cluster.binaries, 'postgres')
  const { fd, size } = openLog(cluster.dataDir)
  const all = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings }
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(path, ['-D', cluster.folder, ...args], {
    ...cluster.account,
    cwd: '/',
    // Nothing of the shop's environment, secrets above all, is the server's business.
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC', SystemRoot: process.env.SystemRoot ?? '' },
    stdio: ['ignore', fd, fd],
    detached: true,
    windowsHide: true,
  })
  closeSync(fd)
  child.unref()
  return { child, logFrom: size }
}

/** Waits until a server just spawned accepts connections. Throws with the end of its log when it stops instead. */
export async function untilReady(cluster: Cluster, child: ChildProcess, logFrom: number): Promise<void> {
  let failure: unknown
  let isReady = false
  child.once('error', error => {
    failure = explainSpawnError(error, program(cluster.binaries, 'postgres'))
  })
  child.once('exit', () => {
    // One that ends later ends for whoever stops it, who may have taken its folder away.
    if (!isReady) failure ??= explainExit(lastLines(cluster.dataDir, logFrom), cluster)
  })
  // Recovering after a crash takes as long as there is to do, and says every ten seconds how far it is.
  let said = 0
  let deadline = Date.now() + startMs
  while (!failure && Date.now() < deadline) {
    const saying = logSize(cluster.dataDir)
    if (saying !== said) deadline = Date.now() + startMs
    said = saying
    const postmaster = readPostmaster(cluster.folder)
    isReady = postmaster?.ready === true && postmaster.pid === child.pid
    if (isReady) return
    await sleep(pollMs)
  }
  throw (
    failure ??
    new LauncherError(
      `PostgreSQL has not become ready, and said nothing for ${startMs / 1000} s:\n${lastLines(cluster.dataDir)}`,
      'Try again.',
    )
  )
}

/** Sends PostgreSQL's fast (INT) or immediate (QUIT) shutdown. Synchronous, so that it can be the last thing done. */
export function signalPostgres(cluster: Cluster, pid: number, signal: 'INT' | 'QUIT'): void {
  if (process.platform === 'win32') {
    spawnSync(program(cluster.binaries, 'pg_ctl'), ['kill', signal, String(pid)], { windowsHide: true })
    return
  }
  try {
    process.kill(pid, `SIG${signal}`)
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}

/** Stops the server and waits until it is gone. */
export async function stopPostgres(cluster: Cluster, pid: number): Promise<void> {
  signalPostgres(cluster, pid, 'INT')
  const impatient = Date.now() + fastStopMs
  let quit = false
  while (isAlive(pid)) {
    if (!quit && Date.now() > impatient) {
      quit = true
      signalPostgres(cluster, pid, 'QUIT')
    }
    await sleep(pollMs)
  }
}
