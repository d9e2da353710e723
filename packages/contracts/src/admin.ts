import { type Static, Type } from 'typebox'
import { DeadLetterFacts, MessagingFacts } from './every-service.ts'
import { Id, IdParams, nullable, page, pageQuery, Timestamp } from './fields.ts'
import { operation } from './operation.ts'

/** The back office: what differs between the services, what staff did, dead letters, the health of all. */

/** What the reconciler can find, and what it means in words. */
export const findingKinds = {
  'paid-not-captured': 'An order counts as paid, but another amount was captured',
  'money-of-undone-order': 'An order was cancelled, but its money is still held or captured',
  'payment-without-order': 'Money is held or captured for an order nobody knows',
  'captured-but-unpaid': 'A payment was made, but its order still waits for one',
  'order-stuck': 'An order stays on its way past its deadline',
  'reservation-without-order': 'Stock is held or sold for an order nobody knows',
  'stock-of-undone-order': 'An order was cancelled, but its stock is still held or sold',
  'paid-without-stock': 'An order counts as paid, but its stock was not sold',
  'cancellation-forgotten':
    'Money or stock of an order went back as for a cancellation, but it does not count as cancelled',
  'stock-lines-differ': 'Other units were sold than were ordered',
  'returned-stock-differs': 'Goods that were given back did not come into stock, or others did',
  'cart-of-order-open': 'A cart was ordered and still is open',
  'cart-without-order': 'A cart counts as ordered, but there is no such order',
  'confirmation-missing': 'A paid order was not confirmed to the customer',
  'ledger-of-order-differs': 'The ledger and the payments of an order differ',
  'ledger-differs': "The ledger and the provider's own balance differ",
  'provider-stranger': 'The provider has a payment that is not in our books',
  'stock-differs': 'Stock and its movements or reservations differ',
  'page-stock-differs': 'The product page shows another stock than there is',
  'stock-without-product': 'There is stock of a product the catalogue does not know',
  'outbox-stuck': 'Events wait too long to be sent',
  'consumer-behind': 'A service is far behind in hearing events',
  'consumer-ahead': 'A service has heard more events than there are: the event log was set back',
  'dead-letters-open': 'Events could not be applied and wait for somebody',
  'learnt-from-events': 'A service had lost something and learnt it again from its own events',
  'event-without-aggregate': 'An event speaks of something its own service does not know',
} as const
export type FindingKind = keyof typeof findingKinds
const FindingKind = Type.Enum(Object.keys(findingKinds) as FindingKind[])

export const Finding = Type.Object({
  id: Id,
  kind: FindingKind,
  title: Type.String(),
  subject: Type.String({ description: 'An id (order, product, cart), a currency, or a service and its topic' }),
  evidence: Type.Record(Type.String(), Type.Unknown(), { description: 'What differed, as it was seen last' }),
  state: Type.Enum(['open', 'repaired', 'gone'], { description: 'gone: it went away without a repair' }),
  advice: nullable(Type.String({ description: 'What to do where it cannot be repaired safely' })),
  first_seen: Timestamp,
  last_seen: Timestamp,
  attempts: Type.Integer(),
  last_error: nullable(Type.String()),
  repaired_at: nullable(Timestamp),
  how: nullable(Type.String()),
})
export type Finding = Static<typeof Finding>

export const listFindings = operation({
  service: 'admin',
  name: 'listFindings',
  method: 'GET',
  path: '/api/admin/reconciliation',
  auth: { staff: 'admin' },
  summary: 'What the services disagreed about, newest first',
  query: Type.Object(
    {
      ...pageQuery,
      state: Type.Optional(Type.Enum(['open', 'repaired', 'gone'])),
      kind: Type.Optional(FindingKind),
      subject: Type.Optional(Type.String({ maxLength: 200 })),
    },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      ...page(Finding).properties,
      last_run: nullable(
        Type.Object({
          started_at: Timestamp,
          finished_at: nullable(Timestamp),
          checked: Type.Integer(),
          found: Type.Integer(),
          repaired: Type.Integer(),
          failed: nullable(Type.String({ description: 'What could not be looked at' })),
        }),
      ),
    }),
  },
  problems: ['invalid-cursor'],
})

export const getFinding = operation({
  service: 'admin',
  name: 'getFinding',
  method: 'GET',
  path: '/api/admin/reconciliation/:id',
  auth: { staff: 'admin' },
  summary: 'A finding and what was done about it',
  params: IdParams,
  replies: {
    200: Type.Object({
      ...Finding.properties,
      history: Type.Array(
        Type.Object({ at: Timestamp, what: Type.String(), detail: nullable(Type.String()), by: Type.String() }),
      ),
    }),
  },
  problems: ['not-found'],
})

export const repairFinding = operation({
  service: 'admin',
  name: 'repairFinding',
  method: 'POST',
  path: '/api/admin/reconciliation/:id/repair',
  auth: { staff: 'admin' },
  summary: 'Try the repair of a finding now',
  description: 'Also where the reconciler left it to people because too much would have been undone at once.',
  params: IdParams,
  replies: { 200: Finding },
  problems: ['not-found', 'not-repairable'],
})

export const closeFinding = operation({
  service: 'admin',
  name: 'closeFinding',
  method: 'POST',
  path: '/api/admin/reconciliation/:id/close',
  auth: { staff: 'admin' },
  summary: 'Say that a finding is dealt with',
  description: 'One that still differs is found again.',
  params: IdParams,
  body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }) }, { additionalProperties: false }),
  replies: { 200: Finding },
  problems: ['not-found'],
  example: { body: { reason: 'Given back in the office of the provider' } },
})

export const AuditEntry = Type.Object({
  id: Id,
  service: Type.String(),
  actor_id: nullable(Id),
  role: Type.String(),
  operation: Type.String(),
  method: Type.String(),
  path: Type.String(),
  target: nullable(Type.String()),
  input: Type.Unknown(),
  before: Type.Unknown(),
  after: Type.Unknown(),
  status: nullable(Type.Integer({ description: 'Null: it was cut off, and whether it was done is not known' })),
  problem: nullable(Type.String()),
  ip: Type.String(),
  forwarded_for: nullable(Type.String()),
  user_agent: nullable(Type.String()),
  correlation_id: Type.String(),
  at: Timestamp,
})
export type AuditEntry = Static<typeof AuditEntry>

export const listAuditLog = operation({
  service: 'admin',
  name: 'listAuditLog',
  method: 'GET',
  path: '/api/admin/audit-log',
  auth: { staff: 'admin' },
  summary: 'What staff did and were refused, newest first',
  query: Type.Object(
    {
      ...pageQuery,
      actor_id: Type.Optional(Id),
      operation: Type.Optional(Type.String({ pattern: '^[a-zA-Z]{1,60}$' })),
      service: Type.Optional(Type.String({ pattern: '^[a-z]{1,40}$' })),
      target: Type.Optional(Type.String({ maxLength: 200 })),
      from: Type.Optional(Timestamp),
      to: Type.Optional(Timestamp),
    },
    { additionalProperties: false },
  ),
  replies: { 200: page(AuditEntry) },
  problems: ['invalid-cursor'],
})

const Service = Type.String({ pattern: '^[a-z]{1,40}$' })
export const DeadLetter = Type.Object({ service: Service, ...DeadLetterFacts.properties })
export type DeadLetter = Static<typeof DeadLetter>
const LetterParams = Type.Object({ id: Id })
const letterQuery = { service: Service }

export const listDeadLetters = operation({
  service: 'admin',
  name: 'listDeadLetters',
  method: 'GET',
  path: '/api/admin/dead-letters',
  auth: { staff: 'admin' },
  summary: 'Events that could not be applied, of all services or of one, oldest first',
  query: Type.Object(
    {
      service: Type.Optional(Service),
      state: Type.Optional(Type.Enum(['open', 'closed'])),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
      after: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: Number.MAX_SAFE_INTEGER,
          description: 'With `service`: the `id` of the last one seen',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      items: Type.Array(DeadLetter),
      away: Type.Array(Type.String(), { description: 'Services that did not answer' }),
    }),
  },
  problems: ['not-found'],
})

const ofLetter = (name: string, path: string, summary: string) =>
  operation({
    service: 'admin',
    name,
    method: 'POST',
    path: `/api/admin/dead-letters/:id${path}`,
    auth: { staff: 'admin' },
    summary,
    description: '`id` is the `event_id`, `service` the one that could not apply it.',
    params: LetterParams,
    query: Type.Object(letterQuery, { additionalProperties: false }),
    replies: { 200: DeadLetter },
    problems: ['not-found'],
  })
export const replayDeadLetter = ofLetter('replayDeadLetter', '/replay', 'Apply it, with those before and behind it')
export const discardDeadLetter = ofLetter('discardDeadLetter', '/discard', 'Never apply it')
export const editDeadLetter = operation({
  service: 'admin',
  name: 'editDeadLetter',
  method: 'PUT',
  path: '/api/admin/dead-letters/:id',
  auth: { staff: 'admin' },
  summary: 'Mend what it says',
  description: 'Its first text is kept. The payload must be what the event promises.',
  params: LetterParams,
  query: Type.Object(letterQuery, { additionalProperties: false }),
  body: Type.Object({ payload: Type.Object({}, { maxProperties: 100 }) }, { additionalProperties: false }),
  replies: { 200: DeadLetter },
  problems: ['not-found', 'validation-failed'],
})

export const listServices = operation({
  service: 'admin',
  name: 'listServices',
  method: 'GET',
  path: '/api/admin/services',
  auth: { staff: 'admin' },
  summary: 'Health and version of every service, and how it speaks and hears',
  replies: {
    200: Type.Object({
      items: Type.Array(
        Type.Object({
          service: Type.String(),
          healthy: Type.Boolean(),
          answered_ms: nullable(Type.Number()),
          version: nullable(Type.String()),
          error: nullable(Type.String()),
          messaging: nullable(Type.Omit(MessagingFacts, ['version'])),
        }),
      ),
    }),
  },
})
