import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * A part of the platform as a program of its own, started again when it dies, as a supervisor would. Unlike the
 * launcher's it lets itself be shot at, and notes how long the program took to be ready again.
 */
export interface Program {
  name: string
  /** Undefined between its death and its next start. */
  pid(): number | undefined
  isReady(): boolean
  /** Milliseconds of each start after a death, from the death to the word that it is ready. */
  readonly returns_ms: number[]
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): boolean
  /** Tells it something over the channel (its clock). */
  tell(message: object): void
  /**
   * Starts a second one with these settings beside it and stops the first when the second is ready: as an orchestrator
   * rolls out a new version. `onReady` is called between the two.
   */
  replace(settings: Record<string, string>, onReady: () => void): Promise<void>
  /** Keeps it from being started again, or lets it. */
  hold(held: boolean): void
  untilReady(timeout_ms: number): Promise<boolean>
  stop(patience_ms?: number): Promise<void>
}

export interface ProgramOptions {
  name: string
  path: string
  env: Record<string, string | undefined>
  logFile: string
  /** Told of each start that ends before the program was ready, and of deaths nobody asked for. */
  onTrouble: (text: string) => void
  /** Told when it has become ready, and when it is gone. */
  onChange?: (isUp: boolean) => void
}

const restart_ms = 100
/** One that ended so often before it was ever ready will not be. */
const hopeless = 3

export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { name, path, env, logFile } = options
  mkdirSync(dirname(logFile), { recursive: true })
  const returns_ms: number[] = []
  const waiting = new Set<() => void>()
  let child: ChildProcess | undefined
  let ready = false
  let stopping = false
  let held = false
  let wasShot = false
  let died_ms: number | undefined
  let timer: NodeJS.Timeout | undefined
  let failures = 0

  function run(): void {
    timer = undefined
    const fd = openSync(logFile, 'a')
    const current = fork(path, {
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', fd, fd, 'ipc'],
      // A session of its own: Ctrl-C reaches the harness only.
      detached: true,
    })
    closeSync(fd)
    child = current
    current.on('error', () => {})
    current.on('message', message => {
      if (current !== child) return
      if (typeof message !== 'object' || message === null || !('ready' in message)) return
      ready = true
      failures = 0
      options.onChange?.(true)
      if (died_ms !== undefined) returns_ms.push(performance.now() - died_ms)
      died_ms = undefined
      for (const wake of waiting) wake()
    })
    current.once('exit', (code, signal) => {
      // One that was replaced is missed by nobody.
      if (current !== child) return
      const began = ready
      child = undefined
      ready = false
      options.onChange?.(false)
      died_ms ??= performance.now()
      if (!began && !stopping && !wasShot) failures++
      if (!wasShot && !stopping) options.onTrouble(`${name} ended by itself (${signal ?? `exit code ${code}`})`)
      wasShot = false
      schedule(restart_ms * 2 ** Math.min(5, failures))
    })
  }
  function schedule(delay_ms: number): void {
    if (!stopping && !held && !child && !timer) timer = setTimeout(run, delay_ms)
  }
  function untilReady(timeout_ms: number): Promise<boolean> {
    if (ready) return Promise.resolve(true)
    return new Promise(resolve => {
      const wake = () => done(true)
      const late = setTimeout(() => done(false), timeout_ms)
      function done(isReady: boolean) {
        clearTimeout(late)
        waiting.delete(wake)
        resolve(isReady)
      }
      waiting.add(wake)
    })
  }
  async function endOf(current: ChildProcess, patience_ms: number): Promise<void> {
    await new Promise<void>(gone => {
      const insist = setTimeout(() => current.kill('SIGKILL'), patience_ms)
      current.once('exit', () => {
        clearTimeout(insist)
        gone()
      })
      current.kill('SIGCONT')
      current.kill('SIGTERM')
    })
  }
  async function end(patience_ms: number): Promise<void> {
    wasShot = child !== undefined
    if (child) await endOf(child, patience_ms)
  }

  run()
  const firstBy_ms = performance.now() + 60_000
  while (!ready && failures < hopeless && performance.now() < firstBy_ms) await untilReady(200)
  if (!ready) {
    stopping = true
    clearTimeout(timer)
    child?.kill('SIGKILL')
    const said = readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n')
    throw new Error(`${name} did not start; its log ends with:\n${said}`)
  }
  return {
    name,
    pid: () => child?.pid,
    isReady: () => ready,
    returns_ms,
    signal(signal) {
      if (signal === 'SIGKILL' || signal === 'SIGTERM') wasShot = child !== undefined
      return child?.kill(signal) ?? false
    },
    tell(message) {
      if (child?.connected) child.send(message, () => {})
    },
    async replace(settings, onReady) {
      const old = child
      if (!old) throw new Error(`${name} is not running`)
      Object.assign(env, settings)
      ready = false
      run()
      if (!(await untilReady(60_000))) throw new Error(`the new ${name} did not become ready`)
      onReady()
      await endOf(old, 15_000)
    },
    hold(hold) {
      held = hold
      if (held) {
        clearTimeout(timer)
        timer = undefined
      } else schedule(0)
    },
    untilReady,
    async stop(patience_ms = 15_000) {
      stopping = true
      clearTimeout(timer)
      await end(patience_ms)
    },
  }
}
