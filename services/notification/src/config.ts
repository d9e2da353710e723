import { databaseSettings, settings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

const WebUrl = (description: string, fallback: string) =>
  Type.String({ default: fallback, pattern: '^https?://', description })

export const NotificationConfig = settings(4008, {
  ...databaseSettings,
  SHOP_URL: WebUrl('Where the storefront is, for links in messages', 'http://localhost:3000'),
  API_URL: WebUrl('Where the API is reached from outside, for the link to unsubscribe', 'http://localhost:8080'),
  SMTP_URL: Type.String({
    default: 'smtp://127.0.0.1:4102',
    pattern: '^smtps?://',
    description: 'Mail server: smtp://user:password@host:587 (STARTTLS) or smtps://…:465; else mail is caught',
    secret: true,
  }),
  MAIL_FROM: Type.String({
    default: 'shop@localhost.localdomain',
    pattern: '^([^\\r\\n]*[\\s<])?[^\\s<@]+@[^\\s>@]+>?$',
    description: 'Address e-mail is sent from; the name beside it is that of the shop, as the settings have it',
  }),
  MAIL_CONNECTIONS: Type.Integer({ default: 5, minimum: 1, maximum: 100, description: 'To the mail server, at once' }),
  SEND_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 100,
    maximum: 300_000,
    description: 'What sending one message may take',
  }),
  SEND_INTERVAL_MS: Type.Integer({ default: 500, minimum: 20, description: 'Milliseconds between looks at the queue' }),
  RETRY_FIRST_MS: Type.Integer({
    default: 1000,
    minimum: 10,
    description: 'Wait before the second try; doubled each time',
  }),
  RETRY_MOST_MS: Type.Integer({
    default: 30_000,
    minimum: 10,
    description: 'Longest wait between two tries',
  }),
  MAX_ATTEMPTS: Type.Integer({
    default: 600,
    minimum: 1,
    maximum: 100_000,
    description: 'Tries before a message has failed',
  }),
  PAYMENT_FAILED_AFTER_S: Type.Integer({
    default: 120,
    minimum: 0,
    description: 'Seconds after a declined payment before its customer is written to, if it still is not paid',
  }),
  KEEP_DAYS: Type.Integer({
    default: 90,
    minimum: 1,
    maximum: 3650,
    description: 'Days the address and contents of a message are kept; that it was sent is kept for good',
  }),
  SMS_URL: Type.Optional(
    Type.String({ pattern: '^https?://', description: "The SMS provider's API; without it no SMS is sent" }),
  ),
  SMS_KEY: Type.Optional(Type.String({ description: 'Key for it', secret: true })),
  SMS_AUTHORIZATION: Type.String({ default: 'Bearer {key}', description: 'Its Authorization header' }),
  SMS_TYPE: Type.Enum(['application/json', 'application/x-www-form-urlencoded'], {
    default: 'application/json',
    description: 'What its body is; decides how values are written into SMS_BODY',
  }),
  SMS_BODY: Type.String({
    default: '{"to":"{to}","from":"{from}","text":"{text}"}',
    description: 'Its body, with {to}, {from}, {text} and {id}',
  }),
  SMS_FROM: Type.String({ default: 'Shopfleet', maxLength: 20, description: 'Sender of SMS: a name or number' }),
  PUSH_CONTACT: Type.String({
    default: 'mailto:shop@localhost.localdomain',
    pattern: '^(mailto:|https://)',
    description: 'Whom a push service may write to (VAPID subject)',
  }),
  PUSH_HOSTS: Type.String({
    default: 'fcm.googleapis.com,*.push.services.mozilla.com,*.push.apple.com,*.notify.windows.com',
    description:
      'Push services messages are sent to; an address elsewhere is refused, so that nobody can have us call inside',
  }),
})
export type NotificationConfig = Static<typeof NotificationConfig>
