import {
  type BodyOf,
  type queueMessage as contract,
  type EventMessage,
  type MessageTemplate,
  type PayloadOf,
  Problem,
  toMajor,
  type wishlistBackInStock,
} from '@shopfleet/contracts'
import type { Tx } from '@shopfleet/database'
import { compileValidator } from '@shopfleet/service-kit'
import type { NewMessage } from './message.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'
import { templates } from './templates/index.ts'

/** What other services ask for themselves; the rest is made of what happens to orders, or written by staff. */
const asked = new Set<MessageTemplate>([
  'welcome',
  'verify-email',
  'reset-password',
  'new-device',
  'password-changed',
  'email-changed',
  'mfa-changed',
  'account-erased',
  'email-in-use',
])
const validators = new Map<MessageTemplate, ReturnType<typeof compileValidator>>()

/** Refuses data a template cannot be filled with: whoever asks hears it now, and not a mail log later. */
function checkData(template: MessageTemplate, data: unknown): void {
  let validate = validators.get(template)
  if (!validate) {
    validate = compileValidator(templates[template].data, 'body')
    validators.set(template, validate)
  }
  try {
    validate(data)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const errors = error.errors?.map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail }))
    throw new Problem('validation-failed', { errors: errors ?? [] })
  }
}

/** Takes a message of another service into the queue. Its key makes it one message, however often it is asked for. */
export async function queueMessage(ctx: Ctx, body: BodyOf<typeof contract>) {
  const { key, template, email, user_id, locale, data } = body
  if (!asked.has(template)) {
    throw new Problem('validation-failed', { errors: [{ pointer: '/template', detail: 'is not made on request' }] })
  }
  checkData(template, data)
  const message: NewMessage = { key: `asked:${key}`, template, recipient: email, user_id, locale, data }
  await store.insertMessages(ctx.sql, [message])
  const found = await store.findByKey(ctx.sql, message.key)
  if (found) return { id: found.id, status: found.status }
  // Its user was forgotten: there is nobody to write to, and nothing to keep.
  return { id: ctx.clock.newId(), status: 'dropped' as const }
}

export interface OrderMessage {
  template: MessageTemplate
  order_id: string
  user_id: string | null
  data?: object
  wait_s?: number
  occasion?: string
  /** Of the event that is the occasion, where several are told of together. */
  correlation_id?: string
  traceparent?: string | null
}

/** Queues what is to be said about an order. */
export const queueOrderMessage = (tx: Tx, message: OrderMessage) => queueOrderMessages(tx, [message])

/**
 * Queues what is to be said about orders: by e-mail, and in short to the telephone and the browsers of who wants it. In
 * the transaction of the event, with the order as the key: one confirmation per paid order.
 */
export async function queueOrderMessages(tx: Tx, messages: OrderMessage[]): Promise<void> {
  const queued = messages.map(({ occasion, ...message }) => ({
    ...message,
    key: `${message.template}:${occasion ?? message.order_id}`,
  }))
  await store.insertMessages(tx, queued)
  const inShort = queued.filter(
    (message): message is typeof message & { user_id: string } =>
      message.user_id !== null && Boolean(templates[message.template].short),
  )
  await store.insertShortMessages(tx, inShort)
}

type WishlistNews = PayloadOf<typeof wishlistBackInStock> & { known_price_minor?: number }

/** Queues what is to be said to those who wish for something, keyed by what was said: it is decided elsewhere, once. */
export async function queueWishlistNews(
  tx: Tx,
  template: 'back-in-stock' | 'price-dropped',
  news: WishlistNews[],
  messages: EventMessage[],
): Promise<void> {
  await store.insertMessages(
    tx,
    news.map(({ user_id, product_name, product_slug, price_minor, known_price_minor, currency }, i) => ({
      key: `${template}:${messages[i]!.id}`,
      template,
      user_id,
      data: {
        product_name,
        product_slug,
        price: toMajor(price_minor, currency),
        currency,
        ...(known_price_minor === undefined ? {} : { known_price: toMajor(known_price_minor, currency) }),
      },
      correlation_id: messages[i]!.correlation_id,
      traceparent: messages[i]!.traceparent,
    })),
  )
}
