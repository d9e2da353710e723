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
    description: 'Pages of 1,000 changes one comparison reads of each service; the next one goes on',
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
  OUTBOUND_WEBHOOK_SECRET: Type.Optional(
    Type.String({
      minLength: 32,
      description: 'The secrets of outbound webhooks are made from it; SERVICE_SECRET if not set',
      secret: true,
    }),
  ),
  WEBHOOK_PRIVATE_ADDRESSES: Type.Boolean({
    default: false,
    description: 'Lets outbound webhooks go to private addresses, and without TLS: for an intranet',
  }),
  WEBHOOK_INTERVAL_MS: Type.Integer({
    default: 1000,
    minimum: 50,
    description: 'Milliseconds between looks for what webhooks are to be told',
  }),
  WEBHOOK_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 100,
    maximum: 60_000,
    description: 'What a receiver of webhooks has to answer in',
  }),
  WEBHOOK_RETRY_FIRST_MS: Type.Integer({
    default: 10_000,
    minimum: 10,
    description: 'Wait before a delivery is tried again; doubled each time',
  }),
  WEBHOOK_RETRY_MOST_MS: Type.Integer({
    default: 21_600_000,
    minimum: 10,
    description: 'Longest wait between two tries of a delivery',
  }),
  WEBHOOK_ATTEMPTS: Type.Integer({
    default: 16,
    minimum: 1,
    maximum: 100,
    description: 'Tries of a delivery, within about two days, before it counts as failed',
  }),
  WEBHOOK_DISABLE_DAYS: Type.Integer({
    default: 5,
    minimum: 1,
    description: 'A webhook that took nothing for so many days is switched off',
  }),
  WEBHOOK_KEEP_DAYS: Type.Integer({ default: 30, minimum: 1, description: 'Days deliveries that are done are kept' }),
  RECONCILE_MAX_UNDO: Type.Integer({
    default: 20,
    minimum: 0,
    description: 'More payments or reservations without an order than this are left to people: a database may be gone',
  }),
})
export type AdminConfig = Static<typeof AdminConfig>
