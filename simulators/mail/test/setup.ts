import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTransport, type SendMailOptions } from 'nodemailer'
import { createMailCatcher } from '../src/catcher.ts'
import type { CatcherOptions } from '../src/config.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A journal path in a directory of its own, removed after the test. */
export async function newJournal(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'mail-catcher-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return join(directory, 'nested', 'journal.jsonl')
}

/** Starts a catcher in this process with short waits. */
export async function startCatcher(t: TestContext, options: Partial<CatcherOptions> = {}) {
  const journal = options.journal ?? (await newJournal(t))
  const catcher = createMailCatcher({ smtpPort: 0, httpPort: 0, slowMs: 80, hangMs: 80, ...options, journal })
  const { url, smtpUrl } = await catcher.start()
  t.after(() => catcher.stop())
  return { catcher, journal, ...createClient(t, url, smtpUrl) }
}

/** Starts the program. */
export async function spawnCatcher(t: TestContext, journal: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, '--smtp-port', '0', '--http-port', '0'], {
    env: { ...process.env, JOURNAL: journal, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  await until(() => output.endsWith('\n'))
  const [, smtpUrl, url] = /^mail catcher ready on (smtp:\S+), mailbox on (http:\S+)\n$/.exec(output)!
  return { child, ...createClient(t, url!, smtpUrl!) }
}

export async function end(child: ChildProcess, signal: NodeJS.Signals) {
  const exited = once(child, 'exit')
  child.kill(signal)
  return exited
}

function createClient(t: TestContext, url: string, smtpUrl: string) {
  const transport = createTransport({ url: smtpUrl, pool: true, maxConnections: 8 })
  t.after(() => transport.close())
  const get = async (path: string) => {
    const response = await fetch(url + path)
    return { status: response.status, headers: response.headers, body: (await response.json()) as any }
  }
  return {
    url,
    smtpUrl,
    get,
    /** A real SMTP conversation; the answer's line, or the error's code and text. */
    async send(mail: SendMailOptions): Promise<string> {
      try {
        const { response } = await transport.sendMail({
          from: 'shop@shop.example',
          subject: 'Hello',
          text: 'Hi',
          ...mail,
        })
        return response
      } catch (error) {
        const { responseCode, message } = error as Error & { responseCode?: number }
        return `${responseCode ?? 'no answer'}: ${message}`
      }
    },
    messages: async (query = ''): Promise<any[]> => (await get(`/v1/messages${query}`)).body.items,
    async setFault(rule: object | undefined) {
      const response = await fetch(`${url}/v1/faults`, {
        method: rule ? 'PUT' : 'DELETE',
        ...(rule ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(rule) } : {}),
      })
      return response.status
    },
  }
}

/** Waits until `condition` holds; throws after ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>) {
  const end = performance.now() + 10_000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('it did not happen in ten seconds')
    await sleep(5)
  }
}
