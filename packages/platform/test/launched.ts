import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { root } from '@shopfleet/platform/options'

/** A script of the repository, run as a person does. */
export interface Script {
  pid: number
  /** All it has said so far. */
  said(): string
  /** Waits for words on its output; fails when it ends before. */
  until(words: RegExp): Promise<string>
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>
  signal(name: NodeJS.Signals): void
}

const patience_ms = 60_000

export function runScript(script: string, args: string[]): Script {
  const child = spawn(process.execPath, [join(root, 'scripts', script), ...args], {
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile'),
      NODE_TEST_CONTEXT: undefined,
      DATABASE_URL: undefined,
      BCRYPT_COST: '4',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const heard = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', chunk => {
      text += chunk
      for (const listener of heard) listener()
    })
  }
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | string)
  return {
    pid: child.pid!,
    said: () => text,
    ended,
    until(words) {
      return new Promise((done, fail) => {
        const stop = (finish: () => void) => {
          heard.delete(look)
          clearTimeout(timer)
          finish()
        }
        const look = () => {
          if (words.test(text)) stop(() => done(text))
        }
        const timer = setTimeout(() => stop(() => fail(new Error(`${words} was not said:\n${text}`))), patience_ms)
        heard.add(look)
        void ended.then(end =>
          stop(() => fail(new Error(`${script} ended (${end}) before it said ${words}:\n${text}`))),
        )
        look()
      })
    },
    signal: name => child.kill(name),
  }
}

/** The children of a process that run a program, by the program's path, whether from its source or bundled. */
export function childrenOf(pid: number): { pid: number; program: string }[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')
  return lines.flatMap(line => {
    const [, own, parent, program] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    const source = program?.replace(/(services|simulators|apps)-(\w+)-src-main\.mjs/, '$1/$2/src/main.ts')
    return Number(parent) === pid && source?.includes('/src/main.ts') ? [{ pid: Number(own), program: source }] : []
  })
}
