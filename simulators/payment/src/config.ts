import { parseArgs } from 'node:util'

export type SimulatorOptions = {
  port: number
  host: string
  /** Path of the append-only journal. */
  journal: string
  apiKey: string
  /** Where events are posted; none are sent without it. */
  webhookUrl?: string
  webhookSecret: string
  /** Whether an effect is on the disk itself, not only in the page cache, before it is answered. */
  fsync: boolean
  /** How long `slow` takes. */
  slowMs: number
  /** How long a request that times out is held before its socket is destroyed. */
  hangMs: number
  webhookLateMs: number
  /** The delays before each repetition of a webhook that was not answered with a 2xx. */
  webhookRetryMs: number[]
}

export const defaults: SimulatorOptions = {
  port: 4100,
  host: '127.0.0.1',
  journal: '.data/payment-simulator/journal.jsonl',
  apiKey: 'sim_key',
  webhookSecret: 'sim_webhook_secret',
  fsync: true,
  slowMs: 1500,
  hangMs: 30_000,
  webhookLateMs: 3000,
  webhookRetryMs: [200, 500, 1000, 2500, 5000, 10_000, 20_000, 30_000],
}

const names = {
  port: 'PORT',
  host: 'HOST',
  journal: 'JOURNAL',
  apiKey: 'API_KEY',
  webhookUrl: 'WEBHOOK_URL',
  webhookSecret: 'WEBHOOK_SECRET',
  fsync: 'FSYNC',
  slowMs: 'SLOW_MS',
  hangMs: 'HANG_MS',
  webhookLateMs: 'WEBHOOK_LATE_MS',
} as const

/** The options from the environment (`SLOW_MS`) and, before it, the command line (`--slow-ms 10`). Throws on nonsense. */
export function readOptions(env: NodeJS.ProcessEnv, args: string[]): SimulatorOptions {
  const flags = Object.values(names).map(name => [toFlag(name), { type: 'string' as const }])
  const values: Record<string, unknown> = parseArgs({ args, options: Object.fromEntries(flags) }).values
  const options: Record<string, unknown> = { ...defaults }
  for (const [option, name] of Object.entries(names)) {
    const text = (values[toFlag(name)] as string | undefined) ?? env[name]
    if (text) options[option] = convert(name, text, defaults[option as keyof typeof names])
  }
  return options as SimulatorOptions
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
