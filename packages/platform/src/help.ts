import { type OptionEntry, optionEntries } from './options.ts'
import { allSettings, type ShownSetting } from './settings.ts'

const width = 108

function wrap(text: string, indent: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && indent + line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  lines.push(line)
  return lines.join(`\n${' '.repeat(indent)}`)
}

function optionLine({ flag, env, type, value, description, default: fallback }: OptionEntry): string {
  const name = `--${flag}${type === 'string' ? ` <${value}>` : ''}`
  const notes = [env && `${env} in the environment`, fallback !== '' && `default ${fallback}`].filter(Boolean)
  return `  ${name.padEnd(30)}${wrap(`${description} [${notes.join(', ')}]`, 32)}`
}

function settingLine({ name, description, default: fallback, isSecret }: ShownSetting): string {
  const notes = isSecret ? 'secret' : fallback === undefined ? 'not set' : `default ${fallback}`
  return `  ${name.padEnd(30)}${wrap(`${description} [${notes}]`, 32)}`
}

/** The text of --help: the options, and every other setting with its name in the environment. */
export async function helpText(): Promise<string> {
  const groups = new Map<string, OptionEntry[]>()
  for (const option of optionEntries as readonly OptionEntry[])
    groups.set(option.group, [...(groups.get(option.group) ?? []), option])
  const [, ...settings] = await allSettings()
  return [
    'npm start -- [options]     starts the whole shop: database, services, payment simulator.',
    'An option on the command line wins over the environment, and that over .env in the project folder.',
    ...[...groups].map(([title, options]) => ['', title, ...options.map(optionLine)].join('\n')),
    '',
    'Every other setting is an environment variable, or a line in .env (see .env.example). NAME_FILE names a file that holds',
    'the value instead. Secrets that are not set are made on first start.',
    ...settings.map(({ title, about, settings }) =>
      ['', wrap(`${title}: ${about}`, 2), ...settings.map(settingLine)].join('\n'),
    ),
    '',
    'Other commands: npm stop · npm run migrate · npm run seed -- --products 10000 · npm test',
  ].join('\n')
}
