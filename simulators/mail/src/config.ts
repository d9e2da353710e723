import { parseArgs } from 'node:util'

export type CatcherOptions = {
  host: string
  smtpPort: number
  httpPort: number
  /** Path of the append-only journal. */
  journal: string
  /** Whether a message is on the disk itself, not only in the page cache, before it is taken. */
  fsync: boolean
  /** Whether the HTML of a message is kept, not only its size. Without it there is less to look at, and to store. */
  keepHtml: boolean
  /** How long `slow` takes. */
  slowMs: number
  /** How long a connection that hangs is held before it is destroyed. */
  hangMs: number
}

export const defaults: CatcherOptions = {
  host: '127.0.0.1',
  smtpPort: 4102,
  httpPort: 4101,
  journal: '.data/mail-catcher/journal.jsonl',
  fsync: true,
  keepHtml: true,
  slowMs: 1500,
  hangMs: 30_000,
}

const names = {
  host: 'HOST',
  smtpPort: 'SMTP_PORT',
  httpPort: 'HTTP_PORT',
  journal: 'JOURNAL',
  fsync: 'FSYNC',
  keepHtml: 'KEEP_HTML',
  slowMs: 'SLOW_MS',
  hangMs: 'HANG_MS',
} as const

/** The options from the environment (`SMTP_PORT`) and, before it, the command line (`--smtp-port 4102`). Throws on nonsense. */
export function readOptions(env: NodeJS.ProcessEnv, args: string[]): CatcherOptions {
  const flags = Object.values(names).map(name => [toFlag(name), { type: 'string' as const }])
  const values: Record<string, unknown> = parseArgs({ args, options: Object.fromEntries(flags) }).values
  const options: Record<string, unknown> = { ...defaults }
  for (const [option, name] of Object.entries(names)) {
    const text = (values[toFlag(name)] as string | undefined) ?? env[name]
    if (text) options[option] = convert(name, text, defaults[option as keyof typeof names])
  }
  return options as CatcherOptions
}

function convert(name: string, text: string, fallback: unknown) {
  if (typeof fallback === 'number') {
    if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} is a whole number, not ${text}`)
    return Number(text)
  }
  if (typeof fallback === 'boolean') {
    if (text !== 'true' && text !== 'false') throw new Error(`${name} is true or false, not ${text}`)
    return text === 'true'
  }
  return text
}

function toFlag(name: string) {
  return name.toLowerCase().replaceAll('_', '-')
}
