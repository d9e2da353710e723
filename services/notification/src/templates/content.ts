import type { Locale, MessageCategory } from '@shopfleet/contracts'
import type { Static, TObject } from 'typebox'

/**
 * What a message says, as plain values. A template never writes HTML: the one layout does, and escapes every text on the
 * way, so there is nothing a name or a subject could break out of.
 */
export interface Content {
  subject: string
  /** The line mail programs show beside the subject. */
  preview: string
  heading: string
  blocks: Block[]
}

export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'button'; label: string; url: string }
  /** Small print. */
  | { kind: 'note'; text: string }
  | { kind: 'facts'; rows: [name: string, value: string][] }
  | { kind: 'lines'; rows: Line[]; sums: Sum[] }

export interface Line {
  name: string
  detail: string
  amount: string
  /** Null leaves its place empty; without it there is none. */
  picture_url?: string | null
}

export interface Sum {
  name: string
  amount: string
  /** The one that counts. */
  total?: boolean
}

export const text = (text: string): Block => ({ kind: 'text', text })
export const button = (label: string, url: string): Block => ({ kind: 'button', label, url })
export const note = (text: string): Block => ({ kind: 'note', text })

/** What every template is given beside its own data. */
export interface Setting {
  locale: Locale
  shop: string
  /** Where one may ask. */
  support_email?: string | null
  /** Where the storefront is, without a trailing slash. */
  shop_url: string
}

/** What stands around the contents. */
export interface Frame extends Setting {
  /** Where it can be unsubscribed from, if it can. */
  unsubscribe_url?: string
}

export type Compose<Data> = (data: Data, setting: Setting) => Content

export interface Template<Schema extends TObject = TObject> {
  category: MessageCategory
  /** What it is filled with; checked when a message is queued, not when it is to be sent. */
  data: Schema
  /**
   * `data`: it holds a secret, which goes once the message is sent or has failed. `all`: it is to somebody we do not
   * know (any more), so the address goes as well.
   */
  forgets?: 'data' | 'all'
  sample: Static<Schema>
  en: Compose<Static<Schema>>
  de: Compose<Static<Schema>>
  /** A few words for SMS and push, where the template goes there too. */
  short?: Record<Locale, (data: Static<Schema>, setting: Setting) => string>
}

/** Declares a template. A mere identity that ties the texts to the data. */
export const template = <const Schema extends TObject>(declaration: Template<Schema>): Template<Schema> => declaration
