import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { LauncherError } from '@shopfleet/database'

export const root = join(import.meta.dirname, '../../..')

type Env = Record<string, string | undefined>

/** A setting of the launcher: a flag, its environment name and its default. */
export interface OptionEntry {
  flag: string
  /** None: a wish for this one start. */
  env?: string
  type: 'string' | 'boolean'
  default: string | boolean
  /** What stands behind the flag in the help. */
  value?: string
  choices?: readonly string[]
  group: 'What runs' | 'Data' | 'Addresses' | 'What it says'
  description: string
  /** Holds a secret: no value of it is ever shown. */
  secret?: boolean
}

export const optionEntries = [
  {
    flag: 'layout',
    env: 'LAYOUT',
    type: 'string',
    default: 'one',
    value: 'one|processes',
    choices: ['one', 'processes'],
    group: 'What runs',
    description: 'All services in one process, or one process each, started again when it dies',
  },
  {
    flag: 'demo',
    env: 'DEMO',
    type: 'boolean',
    default: true,
    group: 'What runs',
    description: 'The demonstration: its catalogue on first start, and DEMO_OPEN. --no-demo for a shop of your own',
  },
  {
    flag: 'products',
    env: 'PRODUCTS',
    type: 'string',
    default: '0',
    value: 'N',
    group: 'What runs',
    description: 'Generate so many more products on first start (later: npm run seed)',
  },
  {
    flag: 'web',
    env: 'WEB',
    type: 'boolean',
    default: true,
    group: 'What runs',
    description: 'The storefront and the admin panel, built on first start. --no-web for the services alone',
  },
  {
    flag: 'detach',
    type: 'boolean',
    default: false,
    group: 'What runs',
    description: 'Go on in the background once everything is ready',
  },
  {
    flag: 'exit-after-ready',
    type: 'boolean',
    default: false,
    group: 'What runs',
    description: 'Stop again once everything is ready, to measure the start',
  },
  {
    flag: 'data-dir',
    env: 'DATA_DIR',
    type: 'string',
    default: '.data',
    value: 'folder',
    group: 'Data',
    description: 'Where everything is kept: database, secrets, logs',
  },
  {
    flag: 'database-url',
    env: 'DATABASE_URL',
    type: 'string',
    default: '',
    value: 'URL',
    group: 'Data',
    description:
      'An existing PostgreSQL 18 instead of the embedded one: postgres://admin:password@host:5432/postgres, a role that may ' +
      'create databases and roles. Services with a URL of their own (ORDER_DATABASE_URL, …, BUS_DATABASE_URL) use that one as it is',
    secret: true,
  },
  {
    flag: 'backup-dir',
    env: 'BACKUP_DIR',
    type: 'string',
    default: '',
    value: 'folder',
    group: 'Data',
    description:
      'Where npm run backup keeps its backups, and a running shop the log between them; best on another disk. Without ' +
      'it: <data-dir>/backups',
  },
  {
    flag: 'port-base',
    env: 'PORT_BASE',
    type: 'string',
    default: '',
    value: 'N',
    group: 'Addresses',
    description:
      'Other ports for all: gateway N, its metrics N+1, storefront N+2, admin panel N+3, services N+11 (user) to N+16 (payment) in the order of their usual ports, ' +
      'payment simulator N+30, mailbox N+31',
  },
  {
    flag: 'host',
    env: 'GATEWAY_HOST',
    type: 'string',
    default: '127.0.0.1',
    value: 'address',
    group: 'Addresses',
    description:
      'Where the gateway and the web apps listen; 0.0.0.0 for all networks. The services stay on this machine (HOST)',
  },
  {
    flag: 'log-level',
    env: 'LOG_LEVEL',
    type: 'string',
    default: 'info',
    value: 'level',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    group: 'What it says',
    description: 'Least severe level that is logged',
  },
  {
    flag: 'log-to',
    env: 'LOG_TO',
    type: 'string',
    default: 'file',
    value: 'file|terminal',
    choices: ['file', 'terminal'],
    group: 'What it says',
    description:
      'file: <data-dir>/shopfleet.log (processes: <data-dir>/logs/<service>.log), and only warnings here. terminal: all of it here',
  },
  {
    flag: 'quiet',
    type: 'boolean',
    default: false,
    group: 'What it says',
    description: 'Nothing but problems and, once ready, the address',
  },
  { flag: 'help', type: 'boolean', default: false, group: 'What it says', description: 'This text' },
] as const satisfies OptionEntry[]

export interface Options {
  layout: 'one' | 'processes'
  demo: boolean
  products: number
  web: boolean
  detach: boolean
  exitAfterReady: boolean
  dataDir: string
  databaseUrl: string | undefined
  backupDir: string
  portBase: number | undefined
  host: string
  logLevel: string
  logTo: 'file' | 'terminal'
  quiet: boolean
  help: boolean
}

const seeHelp = 'All options: npm start -- --help'

function parse(args: string[]) {
  try {
    const options = Object.fromEntries(optionEntries.map(({ flag, type }) => [flag, { type }]))
    return parseArgs({ args, options, allowNegative: true, allowPositionals: true })
  } catch (error) {
    throw new LauncherError((error as Error).message.replace(/\. To specify.*/s, ''), seeHelp)
  }
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new LauncherError(`--${flag} is a whole number from ${least} to ${most}, not ${text}`, seeHelp)
}

function isTrue(env: string, text: string): boolean {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw new LauncherError(`${env} is true or false, not ${text}`, seeHelp)
}

/** The options of this start: the command line before the environment before the default. Throws a `LauncherError`. */
export function readOptions(args: string[], env: Env): Options {
  const { values, positionals } = parse(args)
  if (positionals.length > 0) {
    // npm keeps the options for itself when the two dashes are missing, and passes on their values.
    throw new LauncherError(
      `${positionals.join(' ')} is no option`,
      `Options of npm follow two dashes: npm start -- --port-base 9000. ${seeHelp}`,
    )
  }
  const found: Record<string, string | boolean> = {}
  for (const { flag, env: name, type, default: fallback, choices } of optionEntries as readonly OptionEntry[]) {
    const set = name && env[name] ? (type === 'boolean' ? isTrue(name, env[name]) : env[name]) : undefined
    const value = values[flag] ?? set ?? fallback
    if (choices && !choices.includes(String(value)))
      throw new LauncherError(`--${flag} is one of ${choices.join(', ')}, not ${value}`, seeHelp)
    found[flag] = value as string | boolean
  }
  const text = (flag: (typeof optionEntries)[number]['flag']) => String(found[flag])
  const url = text('database-url')
  if (url && !/^postgres(ql)?:\/\//.test(url)) {
    throw new LauncherError('DATABASE_URL does not begin with postgres://', seeHelp)
  }
  // The default belongs to the project; a folder that is named is seen from where one stands.
  const dataDir = text('data-dir') === '.data' ? join(root, '.data') : resolve(text('data-dir'))
  return {
    layout: text('layout') as Options['layout'],
    demo: found.demo === true,
    products: wholeNumber('products', text('products'), 0, 10_000_000),
    web: found.web === true,
    detach: found.detach === true,
    exitAfterReady: found['exit-after-ready'] === true,
    dataDir,
    databaseUrl: url || undefined,
    backupDir: text('backup-dir') ? resolve(text('backup-dir')) : join(dataDir, 'backups'),
    portBase: text('port-base') ? wholeNumber('port-base', text('port-base'), 1, 65_000) : undefined,
    host: text('host'),
    logLevel: text('log-level'),
    logTo: text('log-to') as Options['logTo'],
    quiet: found.quiet === true,
    help: found.help === true,
  }
}
