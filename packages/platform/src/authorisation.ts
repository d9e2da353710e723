import {
  type Auth,
  everyService,
  getOrder,
  isForServices,
  type Operation,
  operations,
  type Permission,
  permissions,
  personalData,
  personalDataServices,
  type RealtimeChannel,
  realtimeChannels,
} from '@shopfleet/contracts'
import { services } from './services.ts'

/**
 * Who may do what, derived from how operations are declared and from nothing else. The table in docs/generated is made
 * from it, and tests/security/authorisation.test.ts asks the real services every cell of it.
 */

/** The roles a new shop has (services/user/migrations/0001_users.sql; the test compares). */
export const firstRoles: Record<string, readonly Permission[]> = {
  admin: permissions,
  'catalogue-manager': ['catalogue', 'stock', 'reviews'],
  warehouse: ['stock', 'orders'],
  support: ['orders', 'reviews', 'users'],
  accountant: ['orders', 'payments', 'analytics'],
  analyst: ['analytics'],
}

/** Somebody who calls, as far as it matters for what they may. The owner is whose thing the path names. */
export type MatrixCaller =
  | 'anonymous'
  | 'owner'
  | 'other customer'
  | `role ${string}`
  | 'service named'
  | 'service not named'
  | 'service for another'
  | 'expired token'
  | 'revoked token'

export const matrixCallers: MatrixCaller[] = [
  'anonymous',
  'owner',
  'other customer',
  ...Object.keys(firstRoles).map(role => `role ${role}` as const),
  'service named',
  'service not named',
  'service for another',
  'expired token',
  'revoked token',
]

/** `absent`: the 404 of a thing that does not exist. */
export type Verdict = 'allowed' | 'unauthenticated' | 'forbidden' | 'absent' | 'invalid-token' | 'token-expired'

/** Every operation there is: those of the contracts, and those made for each service that has them. */
export const allOperations: Operation[] = [
  ...operations,
  ...services.filter(entry => entry.hasDatabase).flatMap(entry => Object.values(everyService(entry.name))),
  ...personalDataServices.flatMap(service => Object.values(personalData(service))),
]

/** Things of a guest or a customer that staff may reach too, with which permission: a verb decides it (`mayAccess`). */
const reachedByStaff: Record<string, Permission> = {
  getOrder: 'orders',
  getOrderTimeline: 'orders',
  listOrderRefunds: 'orders',
  payOrder: 'orders',
  cancelOrder: 'orders',
}

/** Their paths name what everybody is shown, a product or a published review, and the caller does something of their own to it. */
const namesPublicThing = new Set(['createReview', 'getOwnReview', 'voteForReview', 'withdrawVote', 'addToWishlist'])

/** Whether the path names a thing that is somebody's. What guests and customers name by id is theirs, or is not there. */
export function namesSomeonesThing({ name, auth, params }: Pick<Operation, 'name' | 'auth' | 'params'>): boolean {
  return (
    params !== undefined &&
    !namesPublicThing.has(name) &&
    (auth === 'guest' || auth === 'customer' || isOwnOrStaff(auth))
  )
}

const isOwnOrStaff = (auth: Auth): auth is { own_or_staff: Permission } =>
  typeof auth === 'object' && 'own_or_staff' in auth

/** What a caller is answered who asks an operation for the owner's thing. */
export function expectedVerdict(
  operation: Pick<Operation, 'name' | 'auth' | 'params'>,
  caller: MatrixCaller,
  roles: Record<string, readonly Permission[]> = firstRoles,
): Verdict {
  const { auth } = operation
  if (auth === 'public') return 'allowed'
  if (isForServices(auth)) {
    // A person's token is not looked at here: without a service's there is nobody.
    if (caller === 'service named') return 'allowed'
    if (caller === 'service not named') return auth === 'service' ? 'allowed' : 'forbidden'
    return caller === 'service for another' ? 'invalid-token' : 'unauthenticated'
  }
  if (caller === 'service for another' || caller === 'revoked token') return 'invalid-token'
  if (caller === 'expired token') return 'token-expired'
  const isNobody = caller === 'anonymous' || caller === 'service named' || caller === 'service not named'
  if (isNobody && auth !== 'guest') return 'unauthenticated'
  const held = caller.startsWith('role ') ? (roles[caller.slice('role '.length)] ?? []) : []
  if (typeof auth === 'object' && 'staff' in auth) return held.includes(auth.staff) ? 'allowed' : 'forbidden'
  if (!namesSomeonesThing(operation) || caller === 'owner') return 'allowed'
  const opens = isOwnOrStaff(auth) ? auth.own_or_staff : reachedByStaff[operation.name]
  return opens !== undefined && held.includes(opens) ? 'allowed' : 'absent'
}

/**
 * What a caller is answered who follows something on a socket: what the operation like it would answer. A socket that comes
 * with a token that is not good is closed, whatever it wants to follow; tokens of services are not looked at.
 */
export function expectedOnSocket(
  channel: RealtimeChannel,
  caller: MatrixCaller,
  roles: Record<string, readonly Permission[]> = firstRoles,
): Verdict {
  if (caller === 'expired token') return 'token-expired'
  if (caller === 'revoked token') return 'invalid-token'
  const { auth } = realtimeChannels[channel]
  const like = channel === 'order' ? getOrder : { name: channel, auth, params: undefined }
  return expectedVerdict({ ...like, auth }, caller.startsWith('service ') ? 'anonymous' : caller, roles)
}

const signs: Record<Verdict, string> = {
  allowed: '✓',
  unauthenticated: '401',
  forbidden: '403',
  absent: '404',
  'invalid-token': '401 ✗',
  'token-expired': '401 ⌛',
}

/** The table for people. */
export function authorisationPage(all: readonly Operation[] = allOperations): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  const head = ['operation', ...matrixCallers.map(caller => caller.replace(/^role /, ''))]
  const rowsOf = (own: readonly Operation[]) =>
    own.map(operation =>
      line([
        `\`${operation.method} ${operation.path}\``,
        ...matrixCallers.map(caller => signs[expectedVerdict(operation, caller)]),
      ]),
    )
  const names = [...new Set(all.map(operation => operation.service))]
  const sections = names.map(name => {
    const own = all
      .filter(operation => operation.service === name)
      .toSorted((a, b) => a.path.localeCompare(b.path, 'en') || a.method.localeCompare(b.method, 'en'))
    return `## ${name}\n\n${[line(head), line(head.map(() => '---')), ...rowsOf(own)].join('\n')}\n`
  })
  const channels = (Object.keys(realtimeChannels) as RealtimeChannel[]).map(channel =>
    line([`\`/ws\` \`${channel}\``, ...matrixCallers.map(caller => signs[expectedOnSocket(channel, caller)])]),
  )
  const onSockets = [line(['channel', ...head.slice(1)]), line(head.map(() => '---')), ...channels].join('\n')
  const roles = Object.entries(firstRoles).map(([role, held]) => `- ${role}: ${held.join(', ')}`)
  return `# Who may do what

Made by \`npm run generate\` from \`packages/contracts\`; do not edit. Each cell is asked of the real services by
\`tests/security/authorisation.test.ts\`.

\`✓\` it is done; where the path names a thing of somebody's, it is the owner's. \`401\` sign in first. \`401 ✗\` the token is
not good. \`401 ⌛\` the token has expired. \`403\` not allowed. \`404\` as if it did not exist, byte for byte. A list shows a
customer their own things only. What is between services is a 404 for everybody at the gateway.

*service named* is one the operation names, *service not named* another one, both with a token for this service;
*service for another* has a token for another service. The roles a new shop has:

${roles.join('\n')}

${sections.join('\n')}
## sockets

What may be followed at \`/ws\` on the gateway. Where the token a socket comes with is not good (✗ ⌛), it is closed with 4401.

${onSockets}
`
}
