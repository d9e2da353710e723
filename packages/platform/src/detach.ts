import { spawn } from 'node:child_process'
import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { explainFileError } from '@shopfleet/database'
import type { Options } from './options.ts'

/**
 * Starts the script again in the background, with its output in `console.log` of the data folder, and shows that output
 * until everything is ready. Answers the exit code: 0 when it is, the script's own when it ended before.
 */
export async function detach(script: string, args: string[], { dataDir }: Options): Promise<number> {
  const file = join(dataDir, 'console.log')
  let written: number
  let read: number
  try {
    mkdirSync(dataDir, { recursive: true })
    // Appended to: another copy may be running on this folder, and its output is not to be cut off.
    written = openSync(file, 'a', 0o600)
    read = openSync(file, 'r')
  } catch (error) {
    throw explainFileError(error, file)
  }
  const chunk = Buffer.alloc(64 * 1024)
  let at = fstatSync(read).size
  const show = () => {
    for (;;) {
      const length = readSync(read, chunk, 0, chunk.length, at)
      if (length === 0) return
      at += length
      process.stdout.write(chunk.toString('utf8', 0, length))
    }
  }
  const child = spawn(process.execPath, [...process.execArgv, script, ...args.filter(arg => arg !== '--detach')], {
    detached: true,
    stdio: ['ignore', written, written, 'ipc'],
  })
  closeSync(written)
  const timer = setInterval(show, 50)
  const pass = () => child.kill('SIGTERM')
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, pass)
  return new Promise((done, fail) => {
    const finish = (code: number) => {
      clearInterval(timer)
      show()
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, pass)
      done(code)
    }
    child.once('error', fail)
    child.once('exit', code => finish(code ?? 1))
    child.once('message', () => {
      child.removeAllListeners('exit')
      child.disconnect()
      child.unref()
      finish(0)
    })
  })
}
