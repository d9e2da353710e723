import {
  paymentAuthorised,
  paymentCaptured,
  paymentDeclined,
  paymentRefunded,
  paymentVoided,
} from '@shopfleet/contracts'
import { movesFrom, type PaymentRow, type Seen } from '../../services/payment/src/payment.ts'
import type * as real from '../../services/payment/src/store.ts'
import {
  at,
  check,
  type Database,
  isoOf,
  type PaymentRecord,
  type RefundRecord,
  type Tables,
  uniqueViolation,
} from './tables.ts'

/* The payment service's store, in memory; see order-store.ts. */

function rowOf(p: PaymentRecord): PaymentRow {
  const { next_check_at: _n, checks: _c, compare_at: _a, ...row } = p
  return { ...row, created_at: isoOf(row.created_at), updated_at: isoOf(row.updated_at) }
}
const refundRowOf = ({ id, payment_id, amount_minor, status, asked_minor }: RefundRecord) => ({
  id,
  payment_id,
  amount_minor,
  status,
  asked_minor,
})

const compareAfter_ms = 90_000
const backoff = (after_ms: number, checks: number) => Math.min(after_ms * 2 ** Math.min(checks, 20), 60_000)
const live = ['authorising', 'in_doubt', 'authorised', 'captured', 'partially_refunded']

function put(tables: Tables, p: PaymentRecord): PaymentRow {
  check(
    0 <= p.refunded_minor && 0 <= p.refunding_minor && p.refunded_minor + p.refunding_minor <= p.captured_minor,
    'payments_refunds_fit',
  )
  check(0 <= p.captured_minor && p.captured_minor <= p.amount_minor, 'payments_captures_fit')
  check(p.payment_method === null || p.status === 'authorising' || p.status === 'in_doubt', 'payments_token_forgotten')
  check(p.wanted === null || p.status === 'authorised', 'payments_wants_when_authorised')
  if (live.includes(p.status))
    for (const other of tables.payments.values())
      if (other.id !== p.id && other.order_id === p.order_id && live.includes(other.status))
        throw uniqueViolation('payments_one_live')
  tables.payments.set(p.id, p)
  return rowOf(p)
}

function say(tables: Tables, name: string, p: PaymentRecord, more: object = {}): void {
  const { id: payment_id, order_id, attempt, amount_minor, currency } = p
  const payload = { payment_id, order_id, attempt, amount_minor, currency, ...more }
  tables.outbox.push({ service: 'payment', name, aggregate_id: order_id, payload })
}

function book(
  tables: Tables,
  p: PaymentRecord,
  transaction_id: string,
  entries: [account: 'provider_clearing' | 'sales' | 'refunds', amount: number][],
) {
  for (const [account, amount_minor] of entries)
    tables.ledger.push({ transaction_id, account, amount_minor, payment_id: p.id, order_id: p.order_id })
}

export const insertPayment: typeof real.insertPayment = (sql, p, after_ms) =>
  at(sql).statement((tables, db) => {
    const closure = tables.closures.get(p.order_id)
    if (closure && closure.closed_at !== null) return undefined
    if (!closure)
      tables.closures.set(p.order_id, {
        order_id: p.order_id,
        closed_at: null,
        close_reason: null,
        next_check_at: null,
        checks: 0,
      })
    for (const other of tables.payments.values())
      if (other.order_id === p.order_id && (other.attempt === p.attempt || live.includes(other.status)))
        return undefined
    return put(tables, {
      ...p,
      id: db.newId(),
      provider_key: `${p.order_id}:authorise:${p.attempt}`,
      status: 'authorising',
      captured_minor: 0,
      refunded_minor: 0,
      refunding_minor: 0,
      provider_reference: null,
      decline_code: null,
      wanted: null,
      next_check_at: db.now + after_ms,
      checks: 0,
      compare_at: null,
      correlation_id: 'simulation',
      created_at: db.now,
      updated_at: db.now,
    })
  })

const find = (tables: Tables, is: (p: PaymentRecord) => boolean): PaymentRecord | undefined => {
  for (const p of tables.payments.values()) if (is(p)) return p
  return undefined
}

export const findPayment: typeof real.findPayment = (sql, id) =>
  at(sql).statement(({ payments }) => {
    const p = payments.get(id)
    return p && rowOf(p)
  })

export const findAttempt: typeof real.findAttempt = (sql, order_id, attempt) =>
  at(sql).statement(tables => {
    const p = find(tables, one => one.order_id === order_id && one.attempt === attempt)
    return p && rowOf(p)
  })

export const findForWebhook: typeof real.findForWebhook = (sql, provider_key, event_id) =>
  at(sql).statement(tables => {
    const p = find(tables, one => one.provider_key === provider_key)
    return p && { ...rowOf(p), heard: tables.webhooks.has(event_id) }
  })

export const recordWebhook: typeof real.recordWebhook = (sql, id) =>
  at(sql).statement(({ webhooks }) => void webhooks.add(id))

export const pruneWebhooks: typeof real.pruneWebhooks = async () => {}

export const settlePayment: typeof real.settlePayment = (sql, id, seen) =>
  at(sql).statement((tables, db) => {
    const p = tables.payments.get(id)
    if (!p || !movesFrom(seen.status).includes(p.status)) return undefined
    const changed: PaymentRecord = {
      ...p,
      status: seen.status as PaymentRow['status'],
      captured_minor: seen.captured_minor,
      provider_reference: p.provider_reference ?? seen.provider_reference,
      decline_code: seen.decline_code,
      payment_method: null,
      wanted: null,
      next_check_at: null,
      checks: 0,
      updated_at: db.now,
      compare_at: seen.provider_reference === null ? p.compare_at : db.now + compareAfter_ms,
    }
    const row = put(tables, changed)
    if (changed.captured_minor > 0)
      book(tables, changed, id, [
        ['provider_clearing', changed.captured_minor],
        ['sales', -changed.captured_minor],
      ])
    if (
      seen.status === 'authorised' ||
      (['captured', 'voided'].includes(seen.status) && p.status !== 'authorised' && !p.at_once)
    )
      say(tables, paymentAuthorised.name, changed)
    if (seen.status === 'declined')
      say(tables, paymentDeclined.name, changed, { decline_code: seen.decline_code ?? 'declined' })
    if (seen.status === 'captured') say(tables, paymentCaptured.name, changed)
    if (seen.status === 'voided') say(tables, paymentVoided.name, changed)
    return row
  })

export const markInDoubt: typeof real.markInDoubt = (sql, id) =>
  at(sql).statement((tables, db) => {
    const p = tables.payments.get(id)
    if (p?.status !== 'authorising') return false
    put(tables, { ...p, status: 'in_doubt', updated_at: db.now })
    return true
  })

/** What is shown to staff decides nothing. */
export const noteSilence: typeof real.noteSilence = sql => at(sql).statement(() => undefined)

export const wantCapture: typeof real.wantCapture = (sql, id, after_ms) =>
  at(sql).statement((tables, db) => {
    const p = tables.payments.get(id)
    if (p?.status !== 'authorised' || p.wanted === 'void') return undefined
    if (tables.closures.get(p.order_id)!.closed_at !== null) return undefined
    return put(tables, { ...p, wanted: 'capture', next_check_at: db.now + after_ms })
  })

export const wantVoid: typeof real.wantVoid = (sql, id, { even_captured, after_ms }) =>
  at(sql).statement((tables, db) => {
    const p = tables.payments.get(id)
    if (p?.status !== 'authorised' || (p.wanted === 'capture' && !even_captured)) return undefined
    return put(tables, { ...p, wanted: 'void', next_check_at: db.now + after_ms })
  })

export const insertRefund: typeof real.insertRefund = (sql, payment_id, wish, after_ms) =>
  at(sql).statement((tables, db) => {
    const p = tables.payments.get(payment_id)
    if (p?.status !== 'captured' && p?.status !== 'partially_refunded') return undefined
    const left = p.captured_minor - p.refunded_minor - p.refunding_minor
    if (left < (wish.amount_minor ?? 1)) return undefined
    if (wish.idempotency_key !== null)
      for (const other of tables.refunds.values())
        if (other.payment_id === payment_id && other.idempotency_key === wish.idempotency_key)
          throw uniqueViolation('refunds_once')
    const amount_minor = wish.amount_minor ?? left
    put(tables, { ...p, refunding_minor: p.refunding_minor + amount_minor })
    const refund: RefundRecord = {
      id: db.newId(),
      payment_id,
      amount_minor,
      status: 'pending',
      idempotency_key: wish.idempotency_key,
      asked_minor: wish.amount_minor,
      provider_reference: null,
      next_check_at: db.now + after_ms,
      checks: 0,
    }
    tables.refunds.set(refund.id, refund)
    return refundRowOf(refund)
  })

export const findRefund: typeof real.findRefund = (sql, id) =>
  at(sql).statement(({ refunds }) => {
    const refund = refunds.get(id)
    return refund && refundRowOf(refund)
  })

export const findRefundByKey: typeof real.findRefundByKey = (sql, payment_id, key) =>
  at(sql).statement(({ refunds }) => {
    for (const refund of refunds.values())
      if (refund.payment_id === payment_id && refund.idempotency_key === key) return refundRowOf(refund)
    return undefined
  })

export const claimRefund: typeof real.claimRefund = (sql, id, after_ms) =>
  at(sql).statement(({ refunds }, db) => {
    const refund = refunds.get(id)
    if (refund?.status !== 'pending' || refund.next_check_at === null || refund.next_check_at > db.now) return undefined
    const changed = { ...refund, next_check_at: db.now + after_ms }
    refunds.set(id, changed)
    return refundRowOf(changed)
  })

export const listPendingRefunds: typeof real.listPendingRefunds = (sql, payment_id) =>
  at(sql).statement(({ refunds }) =>
    [...refunds.values()]
      .filter(r => r.payment_id === payment_id && r.status === 'pending')
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(refundRowOf),
  )

function refunded(tables: Tables, db: Database, p: PaymentRecord, refund_id: string, refund_minor: number): PaymentRow {
  const refunded_minor = p.refunded_minor + refund_minor
  const changed: PaymentRecord = {
    ...p,
    refunded_minor,
    status: refunded_minor === p.captured_minor ? 'refunded' : 'partially_refunded',
    updated_at: db.now,
    compare_at: db.now + compareAfter_ms,
  }
  const row = put(tables, changed)
  book(tables, changed, refund_id, [
    ['refunds', refund_minor],
    ['provider_clearing', -refund_minor],
  ])
  const { captured_minor } = changed
  say(tables, paymentRefunded.name, changed, { refund_id, refund_minor, captured_minor, refunded_minor })
  return row
}

export const settleRefundMade: typeof real.settleRefundMade = (sql, id, provider_reference) =>
  at(sql).statement((tables, db) => {
    const refund = tables.refunds.get(id)
    if (refund?.status !== 'pending') return false
    const p = tables.payments.get(refund.payment_id)!
    refunded(tables, db, { ...p, refunding_minor: p.refunding_minor - refund.amount_minor }, id, refund.amount_minor)
    tables.refunds.set(id, { ...refund, status: 'succeeded', provider_reference, next_check_at: null })
    return true
  })

export const settleRefundFailed: typeof real.settleRefundFailed = (sql, id) =>
  at(sql).statement((tables, db) => {
    const refund = tables.refunds.get(id)
    if (refund?.status !== 'pending') return false
    const p = tables.payments.get(refund.payment_id)!
    put(tables, { ...p, refunding_minor: p.refunding_minor - refund.amount_minor, compare_at: db.now })
    tables.refunds.set(id, { ...refund, status: 'failed', next_check_at: null })
    return true
  })

export const insertForeignRefund: typeof real.insertForeignRefund = (sql, payment_id, seen: Seen) =>
  at(sql).statement((tables, db) => {
    const p = tables.payments.get(payment_id)
    if (p?.status !== 'captured' && p?.status !== 'partially_refunded') return undefined
    if (p.refunding_minor !== 0 || p.refunded_minor >= seen.refunded_minor) return undefined
    const amount_minor = seen.refunded_minor - p.refunded_minor
    const id = db.newId()
    const row = refunded(tables, db, p, id, amount_minor)
    tables.refunds.set(id, {
      id,
      payment_id,
      amount_minor,
      status: 'succeeded',
      idempotency_key: null,
      asked_minor: null,
      provider_reference: null,
      next_check_at: null,
      checks: 0,
    })
    return row
  })

export const closeOrder: typeof real.closeOrder = (sql, order_id, reason, after_ms) =>
  at(sql).statement(({ closures }, db) => {
    const closure = closures.get(order_id)
    if (closure && closure.closed_at !== null) return
    closures.set(order_id, {
      order_id,
      closed_at: db.now,
      close_reason: reason,
      next_check_at: db.now + after_ms,
      checks: closure?.checks ?? 0,
    })
  })

export const isOrderClosed: typeof real.isOrderClosed = (sql, order_id) =>
  at(sql).statement(({ closures }) => (closures.get(order_id)?.closed_at ?? null) !== null)

const paymentsOf = ({ payments }: Tables, order_id: string) =>
  [...payments.values()].filter(p => p.order_id === order_id).sort((a, b) => a.attempt - b.attempt)

export const listOrderPayments: typeof real.listOrderPayments = (sql, order_id) =>
  at(sql).statement(tables => paymentsOf(tables, order_id).map(rowOf))

export const finishClosing: typeof real.finishClosing = (sql, order_id) =>
  at(sql).statement(tables => {
    const payments = paymentsOf(tables, order_id)
    const settled = payments.every(
      p =>
        p.status === 'declined' ||
        p.status === 'voided' ||
        (['captured', 'refunded', 'partially_refunded'].includes(p.status) && p.refunded_minor === p.captured_minor),
    )
    const closure = tables.closures.get(order_id)
    if (settled && closure) tables.closures.set(order_id, { ...closure, next_check_at: null })
    return {
      captured_minor: payments.reduce((sum, p) => sum + p.captured_minor, 0),
      refunded_minor: payments.reduce((sum, p) => sum + p.refunded_minor, 0),
      settled,
    }
  })

/** Takes up what is due, earliest first, and puts it off, longer each time. */
function claim<R extends { next_check_at: number | null; checks: number }>(
  records: Map<string, R>,
  db: Database,
  { after_ms, limit, open = () => true }: { after_ms: number; limit: number; open?: (record: R) => boolean },
): R[] {
  return [...records]
    .filter(([, r]) => r.next_check_at !== null && r.next_check_at <= db.now && open(r))
    .sort(([, a], [, b]) => a.next_check_at! - b.next_check_at!)
    .slice(0, limit)
    .map(([id, r]) => {
      const changed = { ...r, checks: r.checks + 1, next_check_at: db.now + backoff(after_ms, r.checks) }
      records.set(id, changed)
      return changed
    })
}

const ofOpenOrder = (tables: Tables) => (p: PaymentRecord) => tables.closures.get(p.order_id)!.closed_at === null

export const claimDuePayments: typeof real.claimDuePayments = (sql, after_ms, limit) =>
  at(sql).statement((tables, db) =>
    claim(tables.payments, db, { after_ms, limit, open: ofOpenOrder(tables) }).map(rowOf),
  )

export const claimDueRefunds: typeof real.claimDueRefunds = (sql, after_ms, limit) =>
  at(sql).statement((tables, db) => claim(tables.refunds, db, { after_ms, limit }).map(refundRowOf))

export const claimDueClosings: typeof real.claimDueClosings = (sql, after_ms, limit) =>
  at(sql).statement((tables, db) =>
    claim(tables.closures, db, { after_ms, limit }).map(({ order_id, close_reason }) => ({
      order_id,
      close_reason: close_reason!,
    })),
  )

const isToCompare = (p: PaymentRecord, now: number) =>
  p.compare_at !== null && p.compare_at <= now && p.next_check_at === null && p.refunding_minor === 0

export const claimToCompare: typeof real.claimToCompare = (sql, limit) =>
  at(sql).statement(({ payments }, db) =>
    [...payments.values()]
      .filter(p => isToCompare(p, db.now))
      .sort((a, b) => a.compare_at! - b.compare_at!)
      .slice(0, limit)
      .map(p => {
        const changed = { ...p, compare_at: db.now + (p.status === 'authorised' ? 300_000 : 60_000) }
        payments.set(p.id, changed)
        return rowOf(changed)
      }),
  )

export const markCompared: typeof real.markCompared = (sql, payment) =>
  at(sql).statement(({ payments }) => {
    const p = payments.get(payment.id)
    if (p?.status !== payment.status || p.refunded_minor !== payment.refunded_minor || p.status === 'authorised') return
    payments.set(p.id, { ...p, compare_at: null })
  })

/** When the sweeper next has something to do. */
export function nextDue(tables: Tables): number {
  const isOpen = ofOpenOrder(tables)
  let due = Infinity
  for (const p of tables.payments.values())
    if (p.next_check_at !== null && isOpen(p)) due = Math.min(due, p.next_check_at)
  for (const r of tables.refunds.values()) if (r.next_check_at !== null) due = Math.min(due, r.next_check_at)
  for (const c of tables.closures.values()) if (c.next_check_at !== null) due = Math.min(due, c.next_check_at)
  return due
}

/** When the reconciler next has something to do. */
export function nextCompare({ payments }: Tables): number {
  let due = Infinity
  for (const p of payments.values()) if (isToCompare(p, Infinity)) due = Math.min(due, p.compare_at!)
  return due
}
