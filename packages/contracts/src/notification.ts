import { type Static, Type } from 'typebox'
import { Email, Id, IdParams, nullable, page, pageQuery, Timestamp } from './fields.ts'
import { operation } from './operation.ts'

/** Messages to people: what is sent, by which channel, and what they want to be sent. */

export const channels = ['email', 'sms', 'push'] as const
export type Channel = (typeof channels)[number]
export const locales = ['en', 'de'] as const
export type Locale = (typeof locales)[number]

/**
 * `queued` waits for its turn or its next try; `sending` is with a sender; `sent` was taken by the mail server (or
 * provider); `failed` was refused for good, or too often; `dropped` was not to be sent after all (`reason` says why).
 */
export const messageStatuses = ['queued', 'sending', 'sent', 'failed', 'dropped'] as const
export type MessageStatus = (typeof messageStatuses)[number]

export const messageTemplates = [
  'welcome',
  'verify-email',
  'reset-password',
  'new-device',
  'password-changed',
  'email-changed',
  'mfa-changed',
  'account-erased',
  'email-in-use',
  'order-confirmed',
  'order-shipped',
  'order-delivered',
  'order-cancelled',
  'order-refunded',
  'payment-failed',
  'message',
  'announcement',
  'back-in-stock',
  'price-dropped',
  'cart-abandoned',
] as const
export type MessageTemplate = (typeof messageTemplates)[number]

/**
 * Why a message is sent, and who may say no to it: `account` (security; always sent), `order` (what the law or the
 * buyer's interest asks for; always sent), `order-updates` (until unsubscribed), `news` (only who asked for it),
 * `wishlist` (until unsubscribed: whoever wishes for something wants to hear of it), `cart` (only who asked for it). Links to
 * unsubscribe count from the beginning of the list: a new one goes to its end.
 */
export const messageCategories = ['account', 'order', 'order-updates', 'news', 'wishlist', 'cart'] as const
export type MessageCategory = (typeof messageCategories)[number]

const LocaleField = Type.Enum([...locales])

export const Notification = Type.Object({
  id: Id,
  template: Type.Enum([...messageTemplates]),
  category: Type.Enum([...messageCategories]),
  channel: Type.Enum([...channels]),
  status: Type.Enum([...messageStatuses]),
  reason: nullable(Type.String({ description: 'Why it failed, was dropped, or waits' })),
  user_id: nullable(Id),
  order_id: nullable(Id),
  recipient: nullable(Type.String({ description: 'Once it is known; gone when the person is' })),
  subject: nullable(Type.String({ description: 'Once it was sent' })),
  attempts: Type.Integer(),
  created_at: Timestamp,
  sent_at: nullable(Timestamp),
})
export type Notification = Static<typeof Notification>

export const queueMessage = operation({
  service: 'notification',
  name: 'queueMessage',
  method: 'POST',
  path: '/internal/notifications',
  auth: { service: ['user', 'admin'] },
  summary: 'Have a message sent by e-mail',
  description: 'The same `key` is the same message: asking again changes nothing and answers where it stands.',
  body: Type.Object(
    {
      key: Type.String({ minLength: 1, maxLength: 200 }),
      template: Type.Enum([...messageTemplates]),
      email: Email,
      user_id: Type.Optional(Id),
      locale: Type.Optional(LocaleField),
      data: Type.Record(Type.String({ maxLength: 50 }), Type.Unknown(), {
        description: 'What the template is filled with',
      }),
    },
    { additionalProperties: false },
  ),
  replies: { 200: Type.Object({ id: Id, status: Type.Enum([...messageStatuses]) }) },
  problems: ['validation-failed'],
})

export const sendNotification = operation({
  service: 'notification',
  name: 'sendNotification',
  method: 'POST',
  path: '/api/notifications/send',
  auth: { staff: 'orders' },
  summary: 'Write to a customer',
  description: `To one of \`user_id\`, \`order_id\` (whoever placed it) and \`email\`. A \`message\` is personal and is always sent;
an \`announcement\` is news and goes only to those who asked for it.`,
  body: Type.Object(
    {
      user_id: Type.Optional(Id),
      order_id: Type.Optional(Id),
      email: Type.Optional(Email),
      template: Type.Optional(Type.Enum(['message', 'announcement'], { default: 'message' })),
      subject: Type.String({ minLength: 1, maxLength: 150, pattern: '^[^\\r\\n]*$' }),
      text: Type.String({ minLength: 1, maxLength: 5000, description: 'A blank line begins a paragraph' }),
      locale: Type.Optional(LocaleField),
    },
    { additionalProperties: false },
  ),
  replies: { 201: Notification },
  problems: ['validation-failed'],
  idempotent: true,
  example: { body: { email: 'ada@example.com', subject: 'Your question', text: 'Yes, it comes in blue.' } },
})

const ListQuery = Type.Object(
  {
    ...pageQuery,
    status: Type.Optional(Type.Enum([...messageStatuses])),
    template: Type.Optional(Type.Enum([...messageTemplates])),
    channel: Type.Optional(Type.Enum([...channels])),
    order_id: Type.Optional(Id),
    recipient: Type.Optional(Type.String({ minLength: 1, maxLength: 254, description: 'Exact address' })),
  },
  { additionalProperties: false },
)

export const listNotifications = operation({
  service: 'notification',
  name: 'listNotifications',
  method: 'GET',
  path: '/api/notifications',
  auth: 'customer',
  summary: 'Messages to you, newest first; to everybody for staff',
  query: ListQuery,
  replies: { 200: page(Notification) },
  problems: ['invalid-cursor'],
})

export const listUserNotifications = operation({
  service: 'notification',
  name: 'listUserNotifications',
  method: 'GET',
  path: '/api/notifications/:user_id',
  auth: { own_or_staff: 'orders' },
  summary: 'Messages to a user, newest first',
  params: Type.Object({ user_id: Id }),
  query: ListQuery,
  replies: { 200: page(Notification) },
  problems: ['not-found', 'invalid-cursor'],
})

export const MessageTry = Type.Object({
  outcome: Type.Enum(['sent', 'failed', 'dropped', 'postponed']),
  reason: nullable(Type.String()),
  times: Type.Integer({ description: 'Tries one after the other that were put off for the same reason' }),
  first_at: Timestamp,
  last_at: Timestamp,
})
export type MessageTry = Static<typeof MessageTry>

export const MessageContents = Type.Object({
  subject: nullable(Type.String()),
  html: nullable(Type.String({ description: 'Of an e-mail' })),
  text: Type.String(),
})
export type MessageContents = Static<typeof MessageContents>

export const readNotification = operation({
  service: 'notification',
  name: 'readNotification',
  method: 'GET',
  path: '/api/notifications/:id/contents',
  auth: { staff: 'orders' },
  summary: 'A message, what came of each try to send it, and what it said',
  description: `As it went out, but for links that sign in, open an order, set a password or unsubscribe: what makes them work
is kept nowhere, and a \`…\` stands in its place. \`contents\` is null for a message that was not handed over yet, and for one
whose contents are too old to be kept.`,
  params: IdParams,
  replies: {
    200: Type.Object({ message: Notification, tries: Type.Array(MessageTry), contents: nullable(MessageContents) }),
  },
  problems: ['not-found'],
})

export const resendNotification = operation({
  service: 'notification',
  name: 'resendNotification',
  method: 'POST',
  path: '/api/notifications/:id/resend',
  auth: { staff: 'orders' },
  summary: 'Send a message again that failed, was dropped or got lost',
  description:
    'It keeps its Message-ID. A message whose contents were not kept (a link that signs in) cannot be sent again.',
  params: IdParams,
  replies: { 200: Notification },
  problems: ['not-found', 'not-resendable'],
})

const preferenceFields = {
  locale: LocaleField,
  email_order_updates: Type.Boolean({ description: 'Shipped and delivered by e-mail' }),
  email_news: Type.Boolean({ description: 'News by e-mail; off until asked for' }),
  email_wishlist: Type.Boolean({ description: 'By e-mail when something on the wishlist is back or costs less' }),
  cart_reminders: Type.Boolean({
    description: 'Once, by e-mail and to browsers that subscribed, of a cart that was left behind; off until asked for',
  }),
  sms_order_updates: Type.Boolean({ description: 'Confirmed, shipped and delivered by SMS to `phone`' }),
  push_order_updates: Type.Boolean({ description: 'The same to browsers that subscribed' }),
  phone: nullable(Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$', description: 'E.164, as +4915112345678' })),
}
export const NotificationPreferences = Type.Object(preferenceFields)
export type NotificationPreferences = Static<typeof NotificationPreferences>

export const getNotificationPreferences = operation({
  service: 'notification',
  name: 'getNotificationPreferences',
  method: 'GET',
  path: '/api/notifications/preferences',
  auth: 'customer',
  summary: 'What you want to be told, how, and in which language',
  replies: { 200: NotificationPreferences },
})

export const updateNotificationPreferences = operation({
  service: 'notification',
  name: 'updateNotificationPreferences',
  method: 'PUT',
  path: '/api/notifications/preferences',
  auth: 'customer',
  summary: 'Change what you want to be told',
  description: 'What is left out stays as it is.',
  body: Type.Partial(Type.Object(preferenceFields), { additionalProperties: false }),
  replies: { 200: NotificationPreferences },
  problems: ['validation-failed'],
  example: { body: { locale: 'de', email_news: true } },
})

const PushKey = Type.String({ pattern: '^[A-Za-z0-9_-]{16,100}={0,2}$', description: 'base64url' })

export const createPushSubscription = operation({
  service: 'notification',
  name: 'createPushSubscription',
  method: 'POST',
  path: '/api/notifications/push-subscriptions',
  auth: 'customer',
  summary: 'Be told in this browser',
  description: "The browser's `PushSubscription` as JSON, made with the key of `GET /api/notifications/push-key`.",
  body: Type.Object(
    {
      endpoint: Type.String({ format: 'uri', maxLength: 1000 }),
      expirationTime: Type.Optional(nullable(Type.Number({ minimum: 0, maximum: 1e15 }))),
      keys: Type.Object({ p256dh: PushKey, auth: PushKey }, { additionalProperties: false }),
    },
    { additionalProperties: false },
  ),
  replies: { 201: Type.Object({ id: Id }) },
  problems: ['validation-failed'],
})

export const deletePushSubscription = operation({
  service: 'notification',
  name: 'deletePushSubscription',
  method: 'DELETE',
  path: '/api/notifications/push-subscriptions/:id',
  auth: 'customer',
  summary: 'No longer be told in a browser',
  params: IdParams,
  replies: { 204: Type.Null() },
  problems: ['not-found'],
})

export const getPushKey = operation({
  service: 'notification',
  name: 'getPushKey',
  method: 'GET',
  path: '/api/notifications/push-key',
  auth: 'public',
  summary: 'The public key (VAPID) a browser subscribes with',
  replies: { 200: Type.Object({ public_key: Type.String() }) },
  cache: { fresh_s: 3600, if_error_s: 86_400 },
})

export const listMessageTemplates = operation({
  service: 'notification',
  name: 'listMessageTemplates',
  method: 'GET',
  path: '/api/notifications/templates',
  auth: { staff: 'orders' },
  summary: 'The templates messages are made from',
  replies: {
    200: Type.Object({
      items: Type.Array(
        Type.Object({
          name: Type.Enum([...messageTemplates]),
          category: Type.Enum([...messageCategories]),
          locales: Type.Array(LocaleField),
          subjects: Type.Record(Type.String(), Type.String(), { description: 'Of the sample, by language' }),
        }),
      ),
    }),
  },
})

export const previewMessageTemplate = operation({
  service: 'notification',
  name: 'previewMessageTemplate',
  method: 'GET',
  path: '/api/notifications/templates/:name/preview',
  auth: { staff: 'orders' },
  summary: 'A template, filled with a sample',
  params: Type.Object({ name: Type.Enum([...messageTemplates]) }),
  query: Type.Object(
    {
      locale: Type.Optional(Type.Enum([...locales], { default: 'en' })),
      format: Type.Optional(Type.Enum(['html', 'text'], { default: 'html' })),
    },
    { additionalProperties: false },
  ),
  replies: { 200: Type.Any() },
  reply_type: 'text/html',
})

const TokenParams = Type.Object({ token: Type.String({ pattern: '^[A-Za-z0-9_.-]{40,220}$' }) })

export const showUnsubscribe = operation({
  service: 'notification',
  name: 'showUnsubscribe',
  method: 'GET',
  path: '/api/notifications/unsubscribe/:token',
  auth: 'public',
  summary: 'A page that asks whether to unsubscribe',
  description: 'Looking at it changes nothing: mail scanners follow links.',
  params: TokenParams,
  replies: { 200: Type.Any() },
  problems: ['not-found'],
  reply_type: 'text/html',
})

export const unsubscribe = operation({
  service: 'notification',
  name: 'unsubscribe',
  method: 'POST',
  path: '/api/notifications/unsubscribe/:token',
  auth: 'public',
  summary: 'Unsubscribe with one click',
  description:
    'As mail programs do it (RFC 8058), or from the page. The body, `List-Unsubscribe=One-Click`, is not looked at.',
  params: TokenParams,
  replies: { 200: Type.Any() },
  problems: ['not-found'],
  reply_type: 'text/html',
})
