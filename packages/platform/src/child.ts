import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, readFileSync, statSync } from 'node:fs'
import { LauncherError } from '@shopfleet/database'
import { openLog } from './log-file.ts'

export interface ChildOptions {
  name: string
  /** The program, a TypeScript file. */
  path: string
  env: Record<string, string | undefined>
  /** Where its output goes; without one, to this terminal. */
  logFile?: string
  /** How long it may take to be ready. */
  patience_ms?: number
  /** How far it is, where it says so with `{ detail }`. */
  tell?: (detail: string) => void
  say: (line: string) => void
}

/** A program in a process of its own, started again when it dies. */
export interface Child {
  /** Asks it to stop, and insists after `patience_ms`. Resolves when it is gone. */
  stop(patience_ms?: number): Promise<void>
  /** At once, without asking. */
  kill(): void
}

const restart = { first_ms: 200, most_ms: 5000, calm_ms: 10_000 }
const start_ms = 60_000
function lastLines(file: string, from: number): string {
  const text = readFileSync(file).subarray(from).toString().trim()
  return text.split('\n').slice(-8).join('\n')
}

/**
 * Starts a program and waits until it says `{ ready }`. From then on it is started again whenever it dies, at first after
 * 0.2 s, then twice as long each time up to 5 s. It ends by itself when this process is gone, since it listens for the
 * end of their channel.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, path, env, logFile, say, tell, patience_ms = start_ms } = options
  let current: ChildProcess | undefined
  let stopping = false
  let wasReady = false
  let delay_ms = restart.first_ms
  let waiting: NodeJS.Timeout | undefined

  function run(): Promise<void> {
    const fd = logFile === undefined ? undefined : openLog(logFile)
    const from = logFile === undefined ? 0 : statSync(logFile).size
    const began_ms = performance.now()
    const child = fork(path, {
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', fd ?? 'inherit', fd ?? 'inherit', 'ipc'],
      // A session of its own: Ctrl-C reaches the launcher only, which stops its children one after the other.
      detached: true,
      windowsHide: true,
    })
    current = child
    if (fd !== undefined) closeSync(fd)
    return new Promise((ready, fail) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        fail(
          new LauncherError(`${name} was not ready after ${patience_ms / 1000} s`, `See ${logFile ?? 'its output'}.`),
        )
      }, patience_ms)
      child.on('message', message => {
        if (typeof message !== 'object' || message === null) return
        if ('detail' in message) tell?.(String(message.detail))
        if (!('ready' in message)) return
        clearTimeout(timer)
        ready()
      })
      child.on('error', fail)
      child.once('exit', (code, signal) => {
        clearTimeout(timer)
        current = undefined
        const end = signal ?? `exit code ${code}`
        if (!wasReady) {
          const said = logFile === undefined ? '' : `:\n${lastLines(logFile, from)}`
          fail(new LauncherError(`${name} stopped while it started (${end})${said}`, `Its log: ${logFile ?? 'above'}`))
        } else if (!stopping) {
          if (performance.now() - began_ms > restart.calm_ms) delay_ms = restart.first_ms
          again(end)
          // Nobody waits for this run any more, whether or not it became ready.
          ready()
        }
      })
    })
  }

  function again(end: string) {
    say(`${name} stopped (${end}) and is started again in ${delay_ms / 1000} s`)
    waiting = setTimeout(async () => {
      const began_ms = performance.now()
      try {
        await run()
        if (current) say(`${name} is back after ${((performance.now() - began_ms) / 1000).toFixed(1)} s`)
      } catch (error) {
        if (!stopping) say(`${name}: ${(error as Error).message}`)
      }
    }, delay_ms)
    delay_ms = Math.min(restart.most_ms, delay_ms * 2)
  }

  await run()
  wasReady = true
  return {
    async stop(patience_ms = 15_000) {
      stopping = true
      clearTimeout(waiting)
      const child = current
      if (!child) return
      await new Promise<void>(gone => {
        const insist = setTimeout(() => child.kill('SIGKILL'), patience_ms)
        child.once('exit', () => {
          clearTimeout(insist)
          gone()
        })
        child.kill('SIGTERM')
        // Where there are no signals, and for a program that only ends once the channel has.
        if (child.connected) child.disconnect()
      })
    },
    kill() {
      stopping = true
      clearTimeout(waiting)
      current?.kill('SIGKILL')
    },
  }
}
