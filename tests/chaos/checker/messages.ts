import { rowsOf } from './evidence.ts'
import type { Judge } from './judge.ts'
import { push } from './requests.ts'
import type { MailLine } from './rows.ts'
import { isBought, table, type World } from './world.ts'

/** 11. One confirmation message per paid order, none for unpaid; each to the one who ordered (12). */

const confirmation = 'order-confirmed'
const moneyBack = 'order-refunded'

interface MessageRow {
  id: string
  channel: string
  status: string
}

export function judgeMessages(world: World, judge: Judge): void {
  const one = judge.check(11, 'each paid order has one confirmation message')
  const none = judge.check(11, 'no order that never was paid has one')
  const whose = judge.check(12, 'a message goes to nobody but whom it is about')
  const taken = judge.check(11, 'each message that counts as sent was taken by the mail server')
  const refunds = judge.check(11, 'each refund of an order that stands has one message')
  const messages = new Map<string, Map<string, MailLine[]>>()
  const ofRefunds = new Map<string, Set<string>>()
  const ids = new Set<string>()
  let lines = 0
  for (const line of rowsOf<MailLine>(world.evidence, 'mail/journal.jsonl')) {
    lines++
    ids.add(line.message_id.replace(/^<|@.*$/g, ''))
    const headers = lowered(line.headers ?? {})
    const order_id = headers['x-entity-ref-id']
    const template = headers['x-shopfleet-template']
    if (template === moneyBack && order_id) {
      ofRefunds.set(order_id, (ofRefunds.get(order_id) ?? new Set()).add(line.message_id))
    }
    if (template !== confirmation || !order_id) continue
    const ofOrder = messages.get(order_id) ?? new Map<string, MailLine[]>()
    messages.set(order_id, ofOrder)
    push(ofOrder, line.message_id, line)
  }
  // Without a mail catcher, or a notification service that listens, there is nothing to judge.
  const isJudged = lines > 0 || (world.evidence.has('mail/journal.jsonl') && hears(world))
  judge.figures.messages = lines
  if (!isJudged) return

  for (const { id, channel, status } of table<MessageRow>(world.evidence, 'notification', 'messages')) {
    if (channel !== 'email' || status !== 'sent') continue
    taken.expect(ids.has(id), 'the mail server never had it', { message_id: id })
  }

  let repeated = 0
  const made = new Map<string, number>()
  for (const { payment_id, status } of world.refunds)
    if (status === 'succeeded') made.set(payment_id, (made.get(payment_id) ?? 0) + 1)
  for (const { id, row, payments, said } of world.orders.values()) {
    const sent = messages.get(id)
    messages.delete(id)
    const paid = said.some(event => event.name === 'order.paid')
    const account = row?.user_id ? world.users.get(row.user_id) : undefined
    const address = row?.email ?? account?.email
    const evidence = { order_id: id, message_ids: [...(sent?.keys() ?? [])] }
    if (!paid) {
      none.expect(!sent, 'an order that never was paid was confirmed', evidence)
      continue
    }
    const erased = account?.erased_at || !address
    const told = ofRefunds.get(id)?.size ?? 0
    const back = payments.reduce((n, payment) => n + (made.get(payment.id) ?? 0), 0)
    // The message about a cancellation says that the money comes back.
    if (row && isBought(row) && !erased && (told > 0 || back > 0)) {
      refunds.expect(told === back, `${told} messages of ${back} refunds`, { order_id: id })
    }
    if (!(erased && !sent)) one.expect(sent?.size === 1, `${sent?.size ?? 0} messages`, evidence)
    for (const copies of sent?.values() ?? []) {
      repeated += copies.length - 1
      if (erased) continue
      const mine = [row?.email, account?.email].filter(Boolean).map(email => email!.toLowerCase())
      for (const { to, n } of copies) {
        const right = to.length > 0 && to.every(one => mine.includes(addressOf(one)))
        whose.expect(right, 'a confirmation went to somebody else', { order_id: id, line: n })
      }
    }
  }
  for (const order_id of messages.keys()) none.expect(false, 'a confirmation of no order', { order_id })
  judge.figures.messages_repeated = repeated
}

const addressOf = (text: string) => (/<([^>]+)>/.exec(text)?.[1] ?? text).trim().toLowerCase()

const lowered = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value).trim()]))

function hears(world: World): boolean {
  for (const _ of rowsOf(world.evidence, 'tables/notification/inbox.jsonl')) return true
  return false
}
