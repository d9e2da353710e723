import { type Static, Type } from 'typebox'
import { Id, nullable, Timestamp } from './fields.ts'
import { operation, type ServiceName } from './operation.ts'

/**
 * What every service with a database offers to the admin service, by itself: how its speaking and hearing stand, its
 * dead letters, and what it had lost and learnt again. Like `/health` these are the same everywhere, so they are made
 * for a service when they are called or mounted, and are in no list of a service's own operations.
 */

export const MessagingFacts = Type.Object({
  version: Type.String(),
  outbox: Type.Object({ waiting: Type.Integer(), oldest_s: Type.Number() }),
  topics: Type.Array(
    Type.Object({
      topic: Type.String(),
      position: Type.Integer(),
      highest: nullable(Type.Integer()),
      unheard_s: Type.Number(),
    }),
  ),
  dead_letters: Type.Object({ open: Type.Integer(), oldest_s: Type.Number() }),
})
export type MessagingFacts = Static<typeof MessagingFacts>

export const EventAsKept = Type.Object({
  id: Id,
  name: Type.String(),
  version: Type.Integer(),
  service: Type.String(),
  aggregate_id: Id,
  payload: Type.Unknown(),
  correlation_id: Type.String(),
  traceparent: nullable(Type.String()),
  occurred_at: Type.String(),
})

export const DeadLetterFacts = Type.Object({
  id: Type.Integer(),
  topic: Type.String(),
  event_id: Id,
  aggregate_id: Id,
  message: EventAsKept,
  original: nullable(EventAsKept),
  error: Type.String(),
  attempts: Type.Integer(),
  created_at: Timestamp,
  replayed_at: nullable(Timestamp),
  outcome: nullable(Type.Enum(['replayed', 'discarded'])),
})

const EventParams = Type.Object({ event_id: Id })

export function everyService(service: ServiceName) {
  return {
    readMessaging: operation({
      service,
      name: 'readMessaging',
      method: 'GET',
      path: '/internal/messaging',
      auth: { service: ['admin'] },
      summary: 'How speaking and hearing of this service stand',
      replies: { 200: MessagingFacts },
    }),
    hastenMessaging: operation({
      service,
      name: 'hastenMessaging',
      method: 'POST',
      path: '/internal/messaging/hasten',
      auth: { service: ['admin'] },
      summary: 'Send and hear everything there is now; read again what a shorter log may have put in known places',
      replies: { 200: Type.Object({ done: Type.Integer(), rewound: Type.Array(Type.String()) }) },
      idempotent: true,
    }),
    listOwnFindings: operation({
      service,
      name: 'listOwnFindings',
      method: 'GET',
      path: '/internal/messaging/own-findings',
      auth: { service: ['admin'] },
      summary: 'What this service had lost, oldest first',
      query: Type.Object({ after: Type.Optional(Id) }, { additionalProperties: false }),
      replies: {
        200: Type.Object({
          items: Type.Array(
            Type.Object({
              id: Id,
              aggregate_id: Id,
              event_name: Type.String(),
              how: nullable(Type.String()),
              evidence: Type.Record(Type.String(), Type.Unknown()),
              at: Timestamp,
            }),
          ),
        }),
      },
    }),
    listDeadLettersHere: operation({
      service,
      name: 'listDeadLettersHere',
      method: 'GET',
      path: '/internal/dead-letters',
      auth: { service: ['admin'] },
      summary: 'Events this service could not apply, oldest first',
      query: Type.Object(
        {
          state: Type.Optional(Type.Enum(['open', 'closed'])),
          after: Type.Optional(Type.Integer({ minimum: 0 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 100 })),
        },
        { additionalProperties: false },
      ),
      replies: { 200: Type.Object({ items: Type.Array(DeadLetterFacts) }) },
    }),
    getDeadLetterHere: operation({
      service,
      name: 'getDeadLetterHere',
      method: 'GET',
      path: '/internal/dead-letters/:event_id',
      auth: { service: ['admin'] },
      summary: 'One of them',
      params: EventParams,
      replies: { 200: DeadLetterFacts },
      problems: ['not-found'],
    }),
    editDeadLetterHere: operation({
      service,
      name: 'editDeadLetterHere',
      method: 'PUT',
      path: '/internal/dead-letters/:event_id',
      auth: { service: ['admin'] },
      summary: 'Mend what it says',
      params: EventParams,
      body: Type.Object({ payload: Type.Object({}, { maxProperties: 100 }) }, { additionalProperties: false }),
      replies: { 200: DeadLetterFacts },
      problems: ['not-found', 'validation-failed'],
    }),
    replayDeadLetterHere: operation({
      service,
      name: 'replayDeadLetterHere',
      method: 'POST',
      path: '/internal/dead-letters/:event_id/replay',
      auth: { service: ['admin'] },
      summary: 'Apply it, after those before it of the same aggregate, and with those behind it',
      params: EventParams,
      replies: { 200: DeadLetterFacts },
      problems: ['not-found'],
      idempotent: true,
    }),
    discardDeadLetterHere: operation({
      service,
      name: 'discardDeadLetterHere',
      method: 'POST',
      path: '/internal/dead-letters/:event_id/discard',
      auth: { service: ['admin'] },
      summary: 'Never apply it',
      params: EventParams,
      replies: { 200: DeadLetterFacts },
      problems: ['not-found'],
      idempotent: true,
    }),
  }
}
