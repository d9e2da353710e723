import { createHash } from 'node:crypto'
import type { Channel, Locale, MessageCategory, MessageTemplate, NotificationPreferences } from '@shopfleet/contracts'
import { templates } from './templates/index.ts'

/** What a message is before it is queued. */
export interface NewMessage {
  key: string
  template: MessageTemplate
  channel?: Channel
  user_id?: string | null
  order_id?: string | null
  recipient?: string | null
  locale?: Locale | null
  data?: object
  request_hash?: string
  /** Seconds until its turn. */
  wait_s?: number
}

/** What came of handing a message to a mail server or provider. */
export type Outcome =
  | { kind: 'taken' }
  /** For good: trying again would be refused again. */
  | { kind: 'refused'; reason: string }
  /** Not now, or nobody knows. */
  | { kind: 'later'; reason: string }

export const categoryOf = (template: MessageTemplate): MessageCategory => templates[template].category

/** Milliseconds until the next try. The store adds jitter. */
export const retryDelay = (attempts: number, first_ms: number, most_ms: number): number =>
  Math.min(most_ms, first_ms * 2 ** Math.min(attempts - 1, 30))

export type Wishes = Omit<NotificationPreferences, 'locale'>
export const defaultPreferences: Wishes = {
  email_order_updates: true,
  email_news: false,
  email_wishlist: true,
  cart_reminders: false,
  sms_order_updates: false,
  push_order_updates: true,
  phone: null,
}

/** Whether somebody with these preferences is to get an e-mail of the category. */
export function wantsEmail(category: MessageCategory, preferences: Wishes): boolean {
  if (category === 'order-updates') return preferences.email_order_updates
  if (category === 'wishlist') return preferences.email_wishlist
  if (category === 'cart') return preferences.cart_reminders
  return category !== 'news' || preferences.email_news
}

/** What stands for an address where it must not be readable. */
export const digestOf = (email: string): string =>
  createHash('sha256').update(email.trim().toLowerCase()).digest('base64url')

/** What a provider said, as it is kept: one line, not without end. */
export const reasonOf = (text: string): string => text.replace(/[\r\n\0]+/g, ' ').slice(0, 500)
