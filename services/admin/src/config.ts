import { databaseSettings, settings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

export const AdminConfig = settings(4010, {
  ...databaseSettings,
  RECONCILE_MS: Type.Integer({
    default: 30_000,
    minimum: 100,
    description: 'Milliseconds between comparisons of the services',
  }),
  RECONCILE_GRACE_S: Type.Integer({
    default: 90,
    minimum: 0,
    description: 'How long a difference must last to be a finding; longer than anything that is on its way',
  }),
  RECONCILE_PAGES: Type.Integer({
    default: 20,
    minimum: 1,
    description: 'Pages of 200 changes one comparison reads of each service; the next one goes on',
  }),
  RECONCILE_SWEEP: Type.Integer({
    default: 200,
    minimum: 0,
    maximum: 1000,
    description: 'Things one comparison looks at again of those that did not change; in time that is all of them',
  }),
  AUDIT_UNENDED_S: Type.Integer({
    default: 600,
    minimum: 1,
    description: 'After how long without an end an action of staff is written down as cut off',
  }),
  RECONCILE_MAX_UNDO: Type.Integer({
    default: 20,
    minimum: 0,
    description: 'More payments or reservations without an order than this are left to people: a database may be gone',
  }),
})
export type AdminConfig = Static<typeof AdminConfig>
