import type { Auth, EventType, Operation } from '@shopfleet/contracts'

/** The contracts as tables for people, kept in docs/generated. */

const made = 'Made by `npm run generate` from `packages/contracts`; do not edit.'

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function whoMayCall(auth: Auth): string {
  if (typeof auth === 'string') return auth
  if ('service' in auth) return `service ${auth.service.join(', ')}`
  return 'staff' in auth ? `staff \`${auth.staff}\`` : `own, or staff \`${auth.own_or_staff}\``
}

function byService<T extends { service: string }>(items: readonly T[]): [string, T[]][] {
  const found = new Map<string, T[]>()
  for (const item of items) found.set(item.service, [...(found.get(item.service) ?? []), item])
  return [...found]
}

const byAddress = (a: Operation, b: Operation) =>
  a.path.localeCompare(b.path, 'en') || a.method.localeCompare(b.method, 'en')

export function operationsPage(operations: readonly Operation[]): string {
  const sections = byService(operations).map(([service, own]) => {
    const rows = own
      .toSorted(byAddress)
      .map(operation => [
        `\`${operation.method} ${operation.path}\`${(operation.aliases ?? []).map(path => `, \`${path}\``).join('')}`,
        `\`${operation.name}\``,
        whoMayCall(operation.auth),
        operation.summary,
        Object.keys(operation.replies).join(', '),
        (operation.problems ?? []).join(', '),
      ])
    return `## ${service}\n\n${table(['operation', 'name', 'who', 'what', 'answers', 'refusals of its own'], rows)}\n`
  })
  return `# Operations\n\n${made}\n\nWho: \`public\` anyone, \`guest\` anyone signed in or not, \`customer\` signed in, \`service\` other services only.\n\n${sections.join('\n')}`
}

interface PayloadSchema {
  properties?: Record<string, unknown>
}

export function eventsPage(events: readonly EventType[]): string {
  const sections = byService(events).map(([service, own]) => {
    const rows = own.map(event => [
      `\`${event.name}\``,
      String(event.version),
      event.summary,
      Object.keys((event.schema as PayloadSchema).properties ?? {})
        .map(name => `\`${name}\``)
        .join(', '),
    ])
    return `## ${service}\n\n${table(['event', 'version', 'what happened', 'payload'], rows)}\n`
  })
  return `# Events\n\n${made}\n\n${sections.join('\n')}`
}
