import type {
  AuditEntry,
  DeliveryAbout,
  getOrderTimeline,
  getReservation,
  MessageTry,
  Notification,
  OrderRefund,
  PaymentStep,
  ReplyOf,
} from '@shopfleet/contracts'
import type { ReactNode } from 'react'
import { money, words } from '../formats.ts'

/* What each service keeps of an order, as things that happened to it. Pure. */

export const kinds = ['Order', 'Stock', 'Payment', 'Message', 'Webhook', 'Staff'] as const
export type Kind = (typeof kinds)[number]

export interface Happening {
  key: string
  at: string
  kind: Kind
  title: string
  detail?: ReactNode
  /** Where more of it is told. */
  to?: string
  isBad?: boolean
}

type Step = ReplyOf<typeof getOrderTimeline>['items'][number]

const joined = (parts: (string | null | undefined | false)[], between = ' · ') => parts.filter(Boolean).join(between)

export function ofSteps(steps: Step[]): Happening[] {
  return steps.map((step, i) => {
    const before = steps[i - 1]
    const changes = [
      step.status !== before?.status ? (before ? words(step.status) : 'Placed') : undefined,
      step.payment_status !== before?.payment_status && (before || step.payment_status !== 'unpaid')
        ? `payment ${words(step.payment_status).toLowerCase()}`
        : undefined,
    ].filter(Boolean)
    return {
      key: `step ${i}`,
      at: step.at,
      kind: 'Order',
      title: words(changes.join(', ') || 'Tried again'),
      detail: step.note ?? undefined,
      isBad: step.payment_status === 'failed' || step.payment_status === 'in_doubt',
    }
  })
}

const stockEnds: Record<string, string> = {
  committed: 'Stock sold',
  released: 'Stock given back',
  expired: 'Stock let go: its deadline passed',
}

export function ofReservation(reservation: ReplyOf<typeof getReservation> | null): Happening[] {
  if (!reservation) return []
  const { created_at, updated_at, status } = reservation
  const held: Happening = { key: 'stock held', at: created_at, kind: 'Stock', title: 'Stock reserved' }
  const end = stockEnds[status]
  return end ? [held, { key: 'stock', at: updated_at, kind: 'Stock', title: end, isBad: status === 'expired' }] : [held]
}

const paymentTitles: Record<PaymentStep['step'], string> = {
  asked: 'payment asked of the provider',
  silent: 'the provider did not answer',
  in_doubt: 'in doubt, the provider is asked on',
  authorised: 'authorised',
  declined: 'declined',
  voided: 'let go',
  captured: 'captured',
  refund_asked: 'refund asked of the provider',
  refunded: 'refunded',
  refund_refused: 'the provider refused the refund',
}
const badSteps: ReadonlySet<PaymentStep['step']> = new Set(['silent', 'in_doubt', 'declined', 'refund_refused'])

export const ofPayments = (steps: PaymentStep[]): Happening[] =>
  steps.map(({ payment_id, step, at, attempt, amount, currency, reason, times }) => ({
    key: `payment ${payment_id} ${step} ${at} ${reason}`,
    at,
    kind: 'Payment',
    title: `Attempt ${attempt}: ${paymentTitles[step]}`,
    detail: joined([
      step !== 'silent' && step !== 'in_doubt' && money(amount, currency),
      reason,
      times > 1 && `${times} times`,
    ]),
    isBad: badSteps.has(step),
  }))

const refundTitles = { asked: 'Refund under way', made: 'Refund made', refused: 'Refund refused' }

export const ofRefunds = (refunds: OrderRefund[]): Happening[] =>
  refunds.map(refund => ({
    key: `refund ${refund.id}`,
    at: refund.created_at,
    kind: 'Order',
    title: `${refundTitles[refund.status]}: ${money(refund.amount, refund.currency)}`,
    detail: joined([
      joined(
        refund.lines.map(line => `${line.quantity} × ${line.product_name}`),
        ', ',
      ),
      refund.is_restocked && 'in stock again',
      refund.reason,
    ]),
    isBad: refund.status === 'refused',
  }))

export type Told = Notification & { tries: MessageTry[] }

const outcomes: Record<MessageTry['outcome'], string> = {
  sent: 'sent',
  failed: 'failed',
  dropped: 'dropped',
  postponed: 'put off',
}

/** A line for each try; one that was not tried yet has its own. */
export const ofMessages = (messages: Told[]): Happening[] =>
  messages.flatMap(message => {
    const name = message.subject ?? words(message.template)
    const base = { kind: 'Message' as const, to: `/messages/${message.id}` }
    const whole: Happening = {
      ...base,
      key: `message ${message.id}`,
      at: message.sent_at ?? message.created_at,
      title: `${name} (${message.channel}, ${message.status})`,
      detail: joined([message.recipient, message.reason]),
      isBad: message.status === 'failed',
    }
    if (message.tries.length === 0) return [whole]
    return message.tries.map((made, i) => ({
      ...base,
      key: `message ${message.id} ${i}`,
      at: made.last_at,
      title: `${name} (${message.channel}, ${outcomes[made.outcome]})`,
      detail: joined([message.recipient, made.reason, made.times > 1 && `${made.times} tries`]),
      isBad: made.outcome === 'failed' || made.outcome === 'postponed',
    }))
  })

/** A line for each try; a delivery that was not tried yet has its own. */
export const ofDeliveries = (deliveries: DeliveryAbout[]): Happening[] =>
  deliveries.flatMap(({ id, webhook_id, event, url, status, created_at, tries }) => {
    const host = new URL(url).host
    const base = { kind: 'Webhook' as const, to: `/webhooks/${webhook_id}` }
    if (tries.length === 0) {
      return [{ ...base, key: `delivery ${id}`, at: created_at, title: `${event} to ${host} (${status})` }]
    }
    return tries.map((made, i) => {
      const isTaken = made.error === null
      return {
        ...base,
        key: `delivery ${id} ${made.at} ${i}`,
        at: made.at,
        title: `${event} to ${host} (${isTaken ? 'taken' : 'not taken'})`,
        detail: joined([
          made.response_status !== null && `answered ${made.response_status}`,
          made.error,
          `${made.took_ms} ms`,
        ]),
        isBad: !isTaken,
      }
    })
  })

const inputOf = (input: object): string =>
  joined(
    Object.entries(input).map(
      ([name, value]) => `${words(name)}: ${typeof value === 'object' ? JSON.stringify(value) : value}`,
    ),
  )

export const ofAudit = (entries: AuditEntry[]): Happening[] =>
  entries.map(entry => ({
    key: `audit ${entry.id}`,
    at: entry.at,
    kind: 'Staff',
    title: `${words(entry.operation)} by ${entry.role}${entry.problem ? `, refused: ${words(entry.problem).toLowerCase()}` : ''}`,
    detail: entry.input && Object.keys(entry.input).length > 0 ? inputOf(entry.input) : undefined,
    isBad: entry.status === null || entry.status >= 400,
  }))
