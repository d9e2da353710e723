import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { Id, nullable, Timestamp } from './fields.ts'
import type { ServiceName } from './operation.ts'

/** What a member of staff did, or was refused; without anything secret or personal in it. */
const action = {
  action_id: Id,
  actor_id: nullable(Id),
  role: Type.String(),
  operation: Type.String(),
  method: Type.String(),
  path: Type.String(),
  target: nullable(Type.String({ description: 'The id in the path' })),
  input: Type.Unknown(),
  before: Type.Unknown(),
  ip: Type.String(),
  forwarded_for: nullable(Type.String({ description: 'As the request told it' })),
  user_agent: nullable(Type.String()),
  at: Timestamp,
}

export const StaffAction = Type.Object({
  ...action,
  /** `begun` is written before the change, so that a crash in the midst leaves a trace; `ended` after it. */
  phase: Type.Enum(['begun', 'ended']),
  status: nullable(Type.Integer()),
  problem: nullable(Type.String()),
  after: Type.Unknown(),
})
export type StaffAction = Static<typeof StaffAction>

/** Said by each service of what staff do in it; the admin service writes the log. */
export const staffActed = (service: ServiceName) =>
  event({
    service,
    name: `${service}.staff-acted`,
    version: 1,
    schema: StaffAction,
    summary: 'A member of staff changed something, or was refused',
  })
