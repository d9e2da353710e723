import type { SettingGroup, ShownSetting } from './settings.ts'

function entry({ name, description, default: fallback, isSecret }: ShownSetting): string {
  return `# ${description}${isSecret ? ' (secret)' : ''}\n#${name}=${isSecret ? '' : (fallback ?? '')}\n`
}

/** The text of .env.example: every setting with its default, all of them commented out. */
export function envExample(groups: readonly SettingGroup[]): string {
  const head = [
    '# Every setting of Shopfleet with its default. Copy this file to .env and uncomment what you change.',
    '# Made by npm run generate from the schemas in services/*/src/config.ts; do not edit.',
    '#',
    '# The name of a service before a setting sets it for that one only (ORDER_LOG_LEVEL). NAME_FILE names a file that',
    '# holds the value. The launcher makes the secrets on first start and gives each service its port and database; a',
    '# service that is run by itself (node services/order/src/main.ts) is told them here, together with the addresses',
    '# of the others (USER_URL=http://127.0.0.1:4001, …).',
  ]
  const rule = (title: string, about: string) => `# --- ${title} ---\n# ${about}\n`
  return `${[
    head.join('\n'),
    '',
    ...groups.map(({ title, about, settings }) => [rule(title, about), ...settings.map(entry)].join('\n')),
  ].join('\n')}`
}
