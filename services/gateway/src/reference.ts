import * as contracts from '@shopfleet/contracts'
import {
  type Auth,
  commonProblems,
  isPublic,
  type Method,
  type Operation,
  type ProblemName,
  problems,
  type ServiceName,
} from '@shopfleet/contracts'

/** What the API document and the readable reference both say about operations, read from the contracts. Pure. */

/** A schema as it is on paper: plain JSON Schema. */
export interface Schema {
  type?: string
  format?: string
  description?: string
  pattern?: string
  enum?: unknown[]
  const?: unknown
  default?: unknown
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minProperties?: number
  items?: Schema
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: string[]
  anyOf?: Schema[]
  not?: Schema
}

/** A service as a chapter: its title and what it is about. */
export const chapters: Partial<Record<ServiceName, { title: string; about: string }>> = {
  user: {
    title: 'Identity',
    about: 'Accounts, signing in and out, profiles, and the keys access tokens are signed with.',
  },
  product: { title: 'Catalogue', about: 'Products, categories, pictures and search. Reading needs no sign-in.' },
  inventory: { title: 'Stock', about: 'What is in the warehouse, what is held for orders, and every movement.' },
  cart: { title: 'Cart', about: 'Carts of guests and of signed-in users.' },
  order: { title: 'Orders', about: 'Quotes, checkout, payment, status and history of orders.' },
  payment: { title: 'Payments', about: 'Payments at the provider, refunds, and the double-entry ledger.' },
  review: { title: 'Reviews', about: 'Ratings and reviews of products, and their moderation.' },
  notification: { title: 'Notifications', about: 'Messages sent to people, and what they want to receive.' },
  analytics: { title: 'Analytics', about: 'Figures of the shop, built from its events.' },
  admin: { title: 'Administration', about: 'Settings, audit log, dead letters and findings, for staff.' },
}

export interface Chapter {
  service: ServiceName
  title: string
  about: string
  operations: Operation[]
}

const methodOrder: Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const byAddress = (a: Operation, b: Operation) =>
  Number(b.path.startsWith('/api/')) - Number(a.path.startsWith('/api/')) ||
  a.path.localeCompare(b.path, 'en') ||
  methodOrder.indexOf(a.method) - methodOrder.indexOf(b.method)

/** The public operations by service, sorted by address. */
export function chaptersOf(operations: readonly Operation[]): Chapter[] {
  const found = new Map<ServiceName, Chapter>()
  for (const operation of operations.filter(isPublic).sort(byAddress)) {
    const { service } = operation
    const chapter = found.get(service)
    if (chapter) chapter.operations.push(operation)
    else
      found.set(service, { service, ...(chapters[service] ?? { title: service, about: '' }), operations: [operation] })
  }
  const order = Object.keys(chapters)
  return [...found.values()].sort((a, b) => order.indexOf(a.service) - order.indexOf(b.service))
}

/** Who may call, in words. */
export function whoMayCall(auth: Auth): string {
  if (auth === 'public') return 'Anyone'
  if (auth === 'guest') return 'Anyone, signed in or guest'
  if (auth === 'customer') return 'Signed-in users'
  if (auth === 'service') return 'Other services'
  if ('service' in auth) return `The services ${auth.service.join(', ')}`
  return 'staff' in auth ? `Staff with “${auth.staff}”` : `The user, or staff with “${auth.own_or_staff}”`
}

export const needsSignIn = (auth: Auth): boolean => auth !== 'public' && auth !== 'guest'

/** Guests name their cart by a header wherever a cart is asked for. */
export const takesCartToken = (o: Operation): boolean =>
  o.auth === 'guest' && (o.service === 'cart' || 'cart_id' in ((o.body as Schema | undefined)?.properties ?? {}))

/** Guests show the token of the answer to their order wherever one order is asked for. */
export const takesOrderToken = (o: Operation): boolean =>
  o.auth === 'guest' && o.service === 'order' && o.params !== undefined

/** The problems an operation may answer, its own and the common ones, by status. */
export function problemsOf(operation: Operation): Map<number, ProblemName[]> {
  const names = new Set<ProblemName>([...(operation.problems ?? []), ...commonProblems(operation)])
  const byStatus = new Map<number, ProblemName[]>()
  const sorted = [...names].sort((a, b) => problems[a].status - problems[b].status)
  for (const name of sorted) {
    const { status } = problems[name]
    byStatus.set(status, [...(byStatus.get(status) ?? []), name])
  }
  return byStatus
}

const isShape = (name: string, value: unknown): value is Schema =>
  /^[A-Z]/.test(name) && typeof value === 'object' && value !== null && (value as Schema).properties !== undefined

/** The shapes the contracts export by name, by their text: equal text is the same shape, wherever it was copied to. */
export const namesOfShapes: ReadonlyMap<string, string> = new Map(
  Object.entries(contracts as Record<string, unknown>)
    .filter((entry): entry is [string, Schema] => isShape(...entry))
    .map(([name, schema]) => [JSON.stringify(schema), name]),
)

/** The name of a schema that is one of the contracts' shapes. */
export const shapeName = (schema: Schema): string | undefined =>
  schema.properties && namesOfShapes.get(JSON.stringify(schema))

/** The named shapes bodies and replies use, those they are made of included, by name. */
export function shapesOf(operations: readonly Operation[]): Map<string, Schema> {
  const found = new Map<string, Schema>()
  const visit = (schema: Schema | undefined): void => {
    if (schema === undefined || typeof schema !== 'object') return
    const name = shapeName(schema)
    if (name !== undefined) {
      if (found.has(name)) return
      found.set(name, schema)
    }
    for (const child of childrenOf(schema)) visit(child)
  }
  for (const operation of operations.filter(isPublic)) {
    visit(operation.body as Schema | undefined)
    for (const reply of Object.values(operation.replies)) visit(reply as Schema)
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)))
}

function childrenOf(schema: Schema): Schema[] {
  const { properties, patternProperties, items, anyOf, additionalProperties } = schema
  const rest = typeof additionalProperties === 'object' ? [additionalProperties] : []
  return [
    ...Object.values(properties ?? {}),
    ...Object.values(patternProperties ?? {}),
    ...(items ? [items] : []),
    ...(anyOf ?? []),
    ...rest,
  ]
}
