import { parseArgs } from 'node:util'

/** What can go wrong on purpose. Each has its file in `faults/`. */
export const faultNames = [
  'kill',
  'kill-pair',
  'postgres-kill',
  'backend-kill',
  'stop-service',
  'postgres-stop',
  'slow-statements',
  'connections',
  'disk-full',
  'edge-delay',
  'edge-bandwidth',
  'edge-reset',
  'edge-cut',
  'edge-blackhole',
  'edge-one-way',
  'events-again',
  'events-late',
  'provider-kill',
  'provider-stop',
  'kafka-kill',
  'clock',
] as const
export type FaultName = (typeof faultNames)[number]

export interface ChaosOptions {
  /** Of the load; start, quiet and judging come on top. */
  minutes: number
  faults: readonly FaultName[]
  seed: number
  layout: 'processes' | 'one'
  /** The event log in Kafka instead of PostgreSQL. */
  kafka: boolean
  shoppers: number
  /** Where the run is kept; made if need be. */
  folder?: string
  /** Keeps the data folder of PostgreSQL too. */
  keep: boolean
  /** A deliberate fault in our own code (`seeded-bugs.ts`). */
  seeded_bug?: string
  /** One situation with a figure of its own instead of random faults (`drills.ts`). */
  drill?: (typeof drillNames)[number]
  /** How often some cards are used instead of usually (`shoppers/store.ts`). */
  cards?: Readonly<Record<string, number>>
  /** Settings of the services beside the run's own. */
  env: Record<string, string>
  /** Seconds the platform is given to come to rest. */
  quiet_s: number
  /** A line a second shows what is happening. */
  say: (line: string) => void
  /** Aborted when the person does not want to wait any longer: load ends, what there is is judged. */
  signal?: AbortSignal
}

export const defaultOptions: ChaosOptions = {
  minutes: 1.5,
  faults: faultNames,
  seed: 1,
  layout: 'processes',
  kafka: false,
  shoppers: 24,
  keep: false,
  env: {},
  quiet_s: 60,
  say: console.log,
}

export const helpText = `npm run chaos -- [options]
  --minutes 1.5        how long shoppers shop and things break
  --faults a,b         only these: ${faultNames.join(', ')}
                       (none: a calm run)
  --seed 1             the same seed, the same decisions
  --layout processes   or one: all services in one process
  --kafka              the event log in a broker of Apache Kafka, which is killed too (needs KAFKA_JARS)
  --shoppers 24        so many shop at once
  --seeded-bug name    with a deliberate fault in our own code
  --drill name         one situation with a figure of its own: rolling-restart, postgres-back,
                       side-services-down, overload
  --folder path        where the run is kept (default .data/chaos/<time>-<seed>)
  --keep               keeps PostgreSQL's data folder too
Exit code: 0 all guarantees held, 1 one was violated, 2 the run is invalid or failed.`

export const drillNames = ['rolling-restart', 'postgres-back', 'side-services-down', 'overload'] as const

export class UsageError extends Error {}

function positive(flag: string, text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new UsageError(`--${flag} is a number above 0, not ${text}`)
}

function faultsFrom(text: string): FaultName[] {
  if (text === 'none') return []
  const known: readonly string[] = faultNames
  const names = text.split(',').filter(Boolean)
  const unknown = names.filter(name => !known.includes(name))
  if (unknown.length > 0) throw new UsageError(`no fault ${unknown.join(', ')}; there are ${known.join(', ')}`)
  return names as FaultName[]
}

/** The options of the command line. Throws a `UsageError`; undefined when help is asked for. */
export function readOptions(args: string[]): ChaosOptions | undefined {
  const string = { type: 'string' } as const
  let values: Record<string, string | boolean | undefined>
  try {
    const flags = { minutes: string, faults: string, seed: string, layout: string, shoppers: string, folder: string }
    const more = {
      'seeded-bug': string,
      drill: string,
      keep: { type: 'boolean' },
      kafka: { type: 'boolean' },
      help: { type: 'boolean' },
    } as const
    values = parseArgs({ args, options: { ...flags, ...more } }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  if (values.help) return undefined
  const text = (name: string) => values[name] as string | undefined
  const layout = text('layout') ?? defaultOptions.layout
  if (layout !== 'processes' && layout !== 'one') throw new UsageError(`--layout is processes or one, not ${layout}`)
  const drill = text('drill')
  if (drill !== undefined && !(drillNames as readonly string[]).includes(drill))
    throw new UsageError(`no drill ${drill}; there are ${drillNames.join(', ')}`)
  if (drill !== undefined && layout === 'one') throw new UsageError('drills need a process for each service')
  const minutes = positive('minutes', text('minutes') ?? String(defaultOptions.minutes))
  return {
    ...defaultOptions,
    minutes,
    faults: text('faults') === undefined ? faultNames : faultsFrom(text('faults')!),
    seed: Math.floor(positive('seed', text('seed') ?? String(defaultOptions.seed))),
    layout,
    kafka: values.kafka === true,
    shoppers: Math.ceil(positive('shoppers', text('shoppers') ?? String(defaultOptions.shoppers))),
    folder: text('folder'),
    keep: values.keep === true,
    seeded_bug: text('seeded-bug'),
    drill: drill as ChaosOptions['drill'],
    quiet_s: minutes > 5 ? 180 : defaultOptions.quiet_s,
  }
}
