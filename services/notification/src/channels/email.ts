import SMTPPool from 'nodemailer/lib/smtp-pool'
import type { NotificationConfig } from '../config.ts'
import { type Outcome, reasonOf } from '../message.ts'
import type { Shop } from '../shop-store.ts'
import type { Rendered } from '../templates/index.ts'
import { type Mime, writeMime } from './mime.ts'

export interface Letter extends Rendered {
  id: string
  to: string
  template: string
  /** Who it is from, and who answers. */
  shop: Shop
  order_id: string | null
  /** Where mail programs unsubscribe with one click; none for what is always sent. */
  unsubscribe_url: string | undefined
  /** When it was written: a repetition says the same. */
  date: Date
}

export type EmailChannel = ReturnType<typeof createEmailChannel>

/** E-mail by SMTP, over a few connections that stay open. It tries once; when to try again is the queue's to say. */
export function createEmailChannel(config: NotificationConfig) {
  const timeout_ms = config.SEND_TIMEOUT_MS
  // The library's pool by itself: what it has before it puts messages together, which mime.ts does.
  const pool = new SMTPPool({
    url: config.SMTP_URL,
    pool: true,
    maxConnections: config.MAIL_CONNECTIONS,
    maxMessages: 500,
    // Who sends again is the queue, which counts.
    maxRequeues: 0,
    connectionTimeout: timeout_ms / 4,
    greetingTimeout: timeout_ms / 4,
    dnsTimeout: timeout_ms / 4,
    socketTimeout: timeout_ms / 2,
  })
  /** Rejects with the library's error. `signal` ends a delivery that takes too long, with its connection. */
  function handOver(mime: Mime, signal: AbortSignal): Promise<void> {
    const { head, raw } = writeMime(mime)
    // A text is sent as it is; as a stream of the library's it would go through five.
    const message = Object.assign(head, { createReadStream: () => raw })
    return new Promise((done, fail) => {
      const mail = { data: { signal }, message } as unknown as Parameters<typeof pool.send>[0]
      pool.send(mail, error => (error ? fail(error) : done()))
    })
  }
  // A name beside the address is left out: the shop's stands there.
  const [, address, domain] = /([^\s<@]+@([^\s>@]+))>?$/.exec(config.MAIL_FROM)!

  return {
    /**
     * The Message-ID comes from the message's id and nothing else: what is sent again, because nobody knows whether it
     * arrived, can be told from what is new.
     */
    messageIdOf: (id: string) => `<${id}@${domain}>`,

    async send(letter: Letter): Promise<Outcome> {
      const { id, to, shop, subject, html, text, template, order_id, unsubscribe_url, date } = letter
      try {
        const from = { name: shop.shop_name, address: address! }
        const headers = {
          From: from,
          ...(shop.support_email === null ? {} : { 'Reply-To': { ...from, address: shop.support_email } }),
          // As an object: a text would be read as a list.
          To: { name: '', address: to },
          Subject: subject,
          'Message-ID': `<${id}@${domain}>`,
          Date: date,
          'Auto-Submitted': 'auto-generated',
          'X-Shopfleet-Template': template,
          ...(order_id === null ? {} : { 'X-Entity-Ref-ID': order_id }),
          ...(unsubscribe_url === undefined ? {} : unsubscribing(unsubscribe_url)),
        }
        // On all of it: a server that answers each line just in time would outlast the lease.
        await handOver({ headers, text, html, id }, AbortSignal.timeout(timeout_ms))
        return { kind: 'taken' }
      } catch (error) {
        return outcomeOf(error)
      }
    },

    close: () => pool.close(),
  }
}

/** With one click (RFC 8058, 2369). */
const unsubscribing = (url: string) => ({
  'List-Unsubscribe': { prepared: true, foldLines: true, value: `<${new URL(url).href}>` },
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
})

/**
 * Only a 5xx about this message is for good. One about our sign-in is our fault, and everything else (no connection, no
 * answer, 4xx) may be another time, or nobody knows.
 */
function outcomeOf(error: unknown): Outcome {
  const { code, responseCode, message } = error as Error & { code?: string; responseCode?: number }
  const reason = reasonOf(message)
  const isRefused = responseCode !== undefined && responseCode >= 500 && responseCode < 600 && code !== 'EAUTH'
  const isUnusable = code === 'EENVELOPE' && responseCode === undefined
  return isRefused || isUnusable ? { kind: 'refused', reason } : { kind: 'later', reason }
}
