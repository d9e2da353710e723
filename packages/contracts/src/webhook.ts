import { type Static, Type } from 'typebox'
import { Id, IdParams, nullable, page, pageQuery, Timestamp } from './fields.ts'
import { operation } from './operation.ts'

/**
 * Outbound webhooks: what happened, told to other people's systems. Sent as Standard Webhooks has it, so that its
 * libraries check the signatures: `webhook-id`, `webhook-timestamp` and `webhook-signature`.
 */

/** Webhooks a shop may have. */
export const maxWebhooks = 50

const Url = Type.String({ minLength: 1, maxLength: 2000, description: 'https, at a public address' })
const EventNames = Type.Array(Type.String({ maxLength: 100 }), {
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
  description: 'Names of events, or `*` for all of them, those that come later too',
})
const Description = Type.String({ maxLength: 200 })

export const Webhook = Type.Object({
  id: Id,
  url: Type.String(),
  events: Type.Array(Type.String()),
  description: Type.String(),
  is_active: Type.Boolean(),
  disabled_reason: nullable(Type.String({ description: 'Why it was switched off, if that was not staff' })),
  failing_since: nullable(Timestamp),
  delivered_at: nullable(Type.Unsafe<string>({ ...Timestamp, description: 'Of the last delivery that was taken' })),
  waiting: Type.Integer({ description: 'Deliveries that are not done' }),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Webhook = Static<typeof Webhook>
const WithSecret = Type.Object({
  ...Webhook.properties,
  secret: Type.String({ description: 'Signs what is sent. Shown now and never again' }),
})

const staff = { staff: 'admin' } as const

export const createWebhook = operation({
  service: 'admin',
  name: 'createWebhook',
  method: 'POST',
  path: '/api/admin/webhooks',
  auth: staff,
  summary: 'Tell another system what happens from now on',
  description: `Each event is a POST of \`{"type", "timestamp", "data", …}\`. \`webhook-signature\` is \`v1,\` and the base64 of the
HMAC-SHA256 of \`<webhook-id>.<webhook-timestamp>.<body>\`, keyed with what follows \`whsec_\` in the secret, read as base64: a
receiver compares it, and refuses a timestamp more than five minutes old. \`webhook-id\` is the same each time one event is
sent. Any 2xx within ten seconds means taken; no redirect is followed. Events may come twice, and out of order.`,
  body: Type.Object(
    {
      url: Url,
      events: EventNames,
      description: Type.Optional(Description),
      is_active: Type.Optional(Type.Boolean({ default: true })),
    },
    { additionalProperties: false },
  ),
  replies: { 201: WithSecret },
  problems: ['validation-failed', 'too-many'],
  example: { body: { url: 'https://erp.example.com/shop', events: ['order.paid', 'order.cancelled'] } },
})

export const listWebhooks = operation({
  service: 'admin',
  name: 'listWebhooks',
  method: 'GET',
  path: '/api/admin/webhooks',
  auth: staff,
  summary: 'All webhooks, newest first',
  replies: { 200: Type.Object({ items: Type.Array(Webhook) }) },
})

export const getWebhook = operation({
  service: 'admin',
  name: 'getWebhook',
  method: 'GET',
  path: '/api/admin/webhooks/:id',
  auth: staff,
  summary: 'One webhook',
  params: IdParams,
  replies: { 200: Webhook },
  problems: ['not-found'],
})

export const updateWebhook = operation({
  service: 'admin',
  name: 'updateWebhook',
  method: 'PATCH',
  path: '/api/admin/webhooks/:id',
  auth: staff,
  summary: 'Change a webhook, switch it off or on again',
  description: 'What happened while it was off is not sent later. What waited when it went off can be replayed.',
  params: IdParams,
  body: Type.Object(
    {
      url: Type.Optional(Url),
      events: Type.Optional(EventNames),
      description: Type.Optional(Description),
      is_active: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  replies: { 200: Webhook },
  problems: ['not-found', 'validation-failed'],
})

export const deleteWebhook = operation({
  service: 'admin',
  name: 'deleteWebhook',
  method: 'DELETE',
  path: '/api/admin/webhooks/:id',
  auth: staff,
  summary: 'Delete a webhook with its deliveries',
  params: IdParams,
  replies: { 204: Type.Null() },
  problems: ['not-found'],
})

export const renewWebhookSecret = operation({
  service: 'admin',
  name: 'renewWebhookSecret',
  method: 'POST',
  path: '/api/admin/webhooks/:id/secret',
  auth: staff,
  summary: 'Another secret, at once; the old one signs nothing any more',
  params: IdParams,
  replies: { 200: WithSecret },
  problems: ['not-found'],
})

export const webhookStates = ['waiting', 'delivered', 'failed'] as const
export const WebhookDelivery = Type.Object({
  id: Id,
  webhook_id: Id,
  event_id: Type.Unsafe<string>({ ...Id, description: 'The `webhook-id` it is sent with' }),
  event: Type.String(),
  status: Type.Enum([...webhookStates]),
  attempts: Type.Integer(),
  response_status: nullable(Type.Integer({ description: 'Of the last attempt; null: there was no answer' })),
  error: nullable(Type.String({ description: 'Why it was not taken the last time' })),
  due_at: nullable(Type.Unsafe<string>({ ...Timestamp, description: 'When it is tried next' })),
  delivered_at: nullable(Timestamp),
  created_at: Timestamp,
})
export type WebhookDelivery = Static<typeof WebhookDelivery>

const WholeDelivery = Type.Object({
  ...WebhookDelivery.properties,
  body: Type.String({ description: 'As it is sent' }),
  tries: Type.Array(
    Type.Object({
      at: Timestamp,
      took_ms: Type.Integer(),
      response_status: nullable(Type.Integer()),
      response: nullable(Type.String({ description: 'How the answer begins' })),
      error: nullable(Type.String()),
    }),
    { description: 'Newest first' },
  ),
})
export type WholeDelivery = Static<typeof WholeDelivery>

export const DeliveryAbout = Type.Object({
  ...WebhookDelivery.properties,
  url: Type.String({ description: 'Of the webhook' }),
  tries: WholeDelivery.properties.tries,
})
export type DeliveryAbout = Static<typeof DeliveryAbout>

const DeliveryParams = Type.Object({ id: Id, delivery_id: Id })

export const listWebhookDeliveries = operation({
  service: 'admin',
  name: 'listWebhookDeliveries',
  method: 'GET',
  path: '/api/admin/webhooks/:id/deliveries',
  auth: staff,
  summary: 'What was sent to a webhook, newest first',
  params: IdParams,
  query: Type.Object(
    { ...pageQuery, status: Type.Optional(Type.Enum([...webhookStates])) },
    { additionalProperties: false },
  ),
  replies: { 200: page(WebhookDelivery) },
  problems: ['not-found', 'invalid-cursor'],
})

export const listDeliveriesAbout = operation({
  service: 'admin',
  name: 'listDeliveriesAbout',
  method: 'GET',
  path: '/api/admin/webhook-deliveries',
  auth: staff,
  summary: 'What webhooks were told of one thing, an order say, with every attempt; newest first, a hundred at most',
  query: Type.Object({ subject: Id }, { additionalProperties: false }),
  replies: { 200: Type.Object({ items: Type.Array(DeliveryAbout) }) },
})

export const getWebhookDelivery = operation({
  service: 'admin',
  name: 'getWebhookDelivery',
  method: 'GET',
  path: '/api/admin/webhooks/:id/deliveries/:delivery_id',
  auth: staff,
  summary: 'A delivery with its body and every attempt',
  params: DeliveryParams,
  replies: { 200: WholeDelivery },
  problems: ['not-found'],
})

export const replayWebhookDelivery = operation({
  service: 'admin',
  name: 'replayWebhookDelivery',
  method: 'POST',
  path: '/api/admin/webhooks/:id/deliveries/:delivery_id/replay',
  auth: staff,
  summary: 'Send it again, as if it were new',
  params: DeliveryParams,
  replies: { 200: WebhookDelivery },
  problems: ['not-found'],
})

export const testWebhook = operation({
  service: 'admin',
  name: 'testWebhook',
  method: 'POST',
  path: '/api/admin/webhooks/:id/test',
  auth: staff,
  summary: 'Send a `webhook.test` now and see what is answered',
  description: 'Once, also to a webhook that is off.',
  params: IdParams,
  replies: { 200: WholeDelivery },
  problems: ['not-found'],
})

export const listWebhookEvents = operation({
  service: 'admin',
  name: 'listWebhookEvents',
  method: 'GET',
  path: '/api/admin/webhook-events',
  auth: staff,
  summary: 'The events a webhook can be told of',
  replies: {
    200: Type.Object({ items: Type.Array(Type.Object({ name: Type.String(), summary: Type.String() })) }),
  },
})
