import { type Static, Type } from 'typebox'
import { Id } from './fields.ts'
import { operation, type ServiceName } from './operation.ts'

/** What services need to judge access tokens by themselves. */

const everyService = [
  'gateway',
  'user',
  'product',
  'order',
  'cart',
  'inventory',
  'payment',
  'review',
  'notification',
  'analytics',
  'admin',
] as const satisfies ServiceName[]

export const Revocations = Type.Object({
  cursor: Type.String({ description: 'Ask with it for what came since' }),
  keep_s: Type.Integer({ description: 'Seconds an entry counts: no access token lives longer' }),
  sessions: Type.Array(Id, { description: 'Sessions that have ended' }),
  users: Type.Array(Type.Object({ user_id: Id, version: Type.Integer() }), {
    description: 'Accounts that may do something else now: tokens of an older version must be refreshed',
  }),
})
export type Revocations = Static<typeof Revocations>

/** What has been taken back of access tokens that have not expired. Every service asks for it every two seconds. */
export const listRevocations = operation({
  service: 'user',
  name: 'listRevocations',
  method: 'GET',
  path: '/internal/revocations',
  auth: { service: everyService },
  summary: 'Sessions and tokens that ended before their time',
  query: Type.Object(
    {
      since: Type.Optional(
        Type.String({ pattern: '^(0|[1-9][0-9]{0,18})$', description: 'cursor of the answer before' }),
      ),
    },
    { additionalProperties: false },
  ),
  replies: { 200: Revocations },
})

export const jwks = operation({
  service: 'user',
  name: 'jwks',
  method: 'GET',
  path: '/.well-known/jwks.json',
  auth: 'public',
  summary: 'The public keys access tokens are signed with',
  replies: { 200: Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.String())) }) },
  cache: { fresh_s: 60, if_error_s: 3600 },
})
