import { type OptionEntry, optionEntries } from './options.ts'
import { services } from './services.ts'

/** A setting as it is shown to a person: in the help, and in .env.example. */
export interface ShownSetting {
  name: string
  description: string
  /** As text; undefined when it has none. */
  default?: string
  isSecret: boolean
}

export interface SettingGroup {
  title: string
  about: string
  settings: ShownSetting[]
}

interface PropertySchema {
  default?: unknown
  description?: string
  secret?: boolean
  enum?: unknown[]
}

/** Given by the launcher, from its ports, its databases and its secrets. */
const isGiven = (name: string) =>
  ['PORT', 'DATABASE_URL', 'BUS_DATABASE_URL', 'PROVIDER_URL'].includes(name) ||
  services.some(entry => name === `${entry.name.toUpperCase()}_URL`)

function shown(name: string, schema: PropertySchema): ShownSetting {
  const choices = schema.enum ? ` (${schema.enum.join(', ')})` : ''
  return {
    name,
    description: `${schema.description ?? ''}${choices}`,
    default: schema.default === undefined || schema.default === '' ? undefined : String(schema.default),
    isSecret: schema.secret === true,
  }
}

const optionSettings = (): ShownSetting[] =>
  (optionEntries as readonly OptionEntry[]).flatMap(option =>
    option.env
      ? [
          {
            name: option.env,
            description: `${option.description} (--${option.flag})`,
            default: String(option.default) || undefined,
            isSecret: option.secret === true,
          },
        ]
      : [],
  )

/** A web app's own; what it has in common with the services is told there. */
async function webAppSettings(): Promise<SettingGroup[]> {
  const { StorefrontConfig } = await import('@shopfleet/storefront/config')
  const { AdminPanelConfig } = await import('@shopfleet/admin-panel/config')
  const group = (title: string, about: string, prefix: string, port: string, own: string[], schema: object) => ({
    title,
    about,
    settings: [
      { name: `${prefix}_PORT`, description: 'Port it listens on', default: port, isSecret: false },
      ...own.map(name => shown(name, (schema as Record<string, PropertySchema>)[name]!)),
      ...(prefix === 'ADMIN_PANEL'
        ? [
            {
              ...shown('BUILD_DIR', AdminPanelConfig.properties.BUILD_DIR as PropertySchema),
              name: 'ADMIN_PANEL_BUILD_DIR',
            },
          ]
        : []),
    ],
  })
  return [
    group(
      'storefront',
      'Settings of the web app for shoppers',
      'STOREFRONT',
      '3000',
      ['PUBLIC_URL', 'PAGE_CACHE_S', 'PAGE_TIMEOUT_MS', 'BUILD_DIR', 'DEVELOPMENT'],
      StorefrontConfig.properties,
    ),
    // Where the shop is, is told once for all.
    group('admin panel', 'Settings of the web app for staff', 'ADMIN_PANEL', '3001', [], AdminPanelConfig.properties),
  ]
}

/**
 * Every setting there is, in groups: the launcher's, those several services have, each service's own. Read from the
 * schemas the services themselves read their settings with.
 */
export async function allSettings(): Promise<SettingGroup[]> {
  const loaded = await Promise.all(
    services.map(async entry => {
      const { config } = await entry.load()
      return { entry, properties: config.properties as Record<string, PropertySchema> }
    }),
  )
  const taken = new Set(optionSettings().map(setting => setting.name))
  const owners = new Map<string, number>()
  for (const { properties } of loaded) {
    for (const name of Object.keys(properties)) owners.set(name, (owners.get(name) ?? 0) + 1)
  }
  const common = new Map<string, ShownSetting>()
  const own: SettingGroup[] = []
  for (const { entry, properties } of loaded) {
    const settings: ShownSetting[] = []
    const { PORT: _port, ...others } = properties
    settings.push({
      name: `${entry.name.toUpperCase()}_PORT`,
      description: 'Port it listens on',
      default: String(entry.port),
      isSecret: false,
    })
    if (entry.hasDatabase) {
      settings.push({
        name: `${entry.name.toUpperCase()}_DATABASE_URL`,
        description:
          'A database made for it beforehand; else one is made in the embedded PostgreSQL, or at DATABASE_URL',
        isSecret: true,
      })
    }
    for (const [name, schema] of Object.entries(others)) {
      if (taken.has(name)) continue
      if (owners.get(name)! > 1) common.set(name, shown(name, schema))
      else settings.push(shown(name, schema))
    }
    own.push({ title: entry.name, about: `Settings of the ${entry.name} service`, settings })
  }
  return [
    { title: 'launcher', about: 'Settings of npm start', settings: optionSettings() },
    {
      title: 'all services',
      about: 'For all services; with the name of one before it (ORDER_LOG_LEVEL) for that one',
      settings: [...common.values()].filter(setting => !isGiven(setting.name)),
    },
    {
      title: 'event log, payment simulator and mail catcher',
      about:
        'The event log is a database beside those of the services; the simulator plays the payment provider, the catcher the mail server',
      settings: [
        {
          name: 'BUS_DATABASE_URL',
          description: 'A database made for the event log beforehand',
          isSecret: true,
        },
        {
          name: 'GATEWAY_BUS_DATABASE_URL',
          description:
            'The same for the gateway, with a role that may select from outward_events and events_position_seq and execute outward_before; without it there is no realtime channel',
          isSecret: true,
        },
        {
          name: 'PAYMENT_SIMULATOR_PORT',
          description: 'Port of the payment simulator; it is not started when PROVIDER_URL is set',
          default: '4100',
          isSecret: false,
        },
        {
          name: 'MAIL_CATCHER_PORT',
          description: 'Port of the mailbox in the browser; mail is not caught when SMTP_URL is set',
          default: '4101',
          isSecret: false,
        },
        {
          name: 'MAIL_CATCHER_SMTP_PORT',
          description: 'Port the mail catcher takes mail at',
          default: '4102',
          isSecret: false,
        },
      ],
    },
    ...own,
    ...(await webAppSettings()),
  ]
}
