import { createHmac, timingSafeEqual } from 'node:crypto'
import { type MessageCategory, messageCategories } from '@shopfleet/contracts'

/** Who no longer wants what: an account, or an address without one. */
export interface Unsubscription {
  category: MessageCategory
  user_id: string | null
  address_digest: string
}

/**
 * A link that unsubscribes, for whoever holds the mail it is in: it carries what it does, signed, and names nobody. It
 * is good for ever, as mails are kept.
 */
export function unsubscribeToken({ category, user_id, address_digest }: Unsubscription, secret: string): string {
  const text = [messageCategories.indexOf(category), user_id ?? '', address_digest].join('.')
  return `${text}.${sign(text, secret)}`
}

/** What a link does; undefined if we did not make it. */
export function readUnsubscribeToken(token: string, secret: string): Unsubscription | undefined {
  const at = token.lastIndexOf('.')
  const given = Buffer.from(token.slice(at + 1))
  const right = Buffer.from(sign(token.slice(0, at), secret))
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  const [category, user_id, address_digest] = token.slice(0, at).split('.') as [string, string, string]
  return { category: messageCategories[Number(category)]!, user_id: user_id || null, address_digest }
}

const sign = (text: string, secret: string) =>
  createHmac('sha256', secret).update(`unsubscribe:${text}`).digest('base64url')
