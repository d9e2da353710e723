import { orderPaymentChanged, orderPlaced, Problem } from '@shopfleet/contracts'
import { maxAttempts } from '../../services/order/src/order.ts'
import type * as real from '../../services/order/src/store.ts'
import {
  type AttemptRecord,
  at,
  check,
  type Database,
  isoOf,
  type OrderRecord,
  type Tables,
  uniqueViolation,
} from './tables.ts'

/*
 * The order service's store, in memory: the same conditional changes as its SQL, one statement at a time. models.test.ts
 * plays random sequences against both.
 */

function rowOf(order: OrderRecord): real.OrderRow {
  const { due_at: _d, tries: _t, idempotency_scope: _s, idempotency_key: _k, ...row } = order
  return {
    ...row,
    expires_at: row.expires_at === null ? null : isoOf(row.expires_at),
    created_at: isoOf(row.created_at),
    updated_at: isoOf(row.updated_at),
  }
}

const attemptKey = (order_id: string, attempt: number) => `${order_id}:${attempt}`

const factsOf = (o: OrderRecord) => ({
  order_id: o.id,
  number: o.number,
  user_id: o.user_id,
  cart_id: o.cart_id,
  currency: o.currency,
  total_minor: o.total_minor,
})
const itemsOf = (o: OrderRecord) => ({
  items: o.items.map(({ product_id, quantity, price_minor }) => ({ product_id, quantity, price_minor })),
})

export const insertOrder: typeof real.insertOrder = (sql, order) =>
  at(sql).statement((tables, db) => {
    for (const other of tables.orders.values()) {
      if (
        order.idempotency_key !== null &&
        other.idempotency_key === order.idempotency_key &&
        other.idempotency_scope === order.idempotency_scope
      )
        throw uniqueViolation('orders_key_once')
    }
    // After all of the keys: PostgreSQL looks into one index after the other.
    for (const other of tables.orders.values()) {
      if (
        order.cart_id !== null &&
        other.cart_id === order.cart_id &&
        other.goal !== 'cancel' &&
        other.status !== 'cancelled'
      )
        throw uniqueViolation('orders_cart_once')
    }
    const { lines, hold_s, lease_ms, request_hash, coupon_once: _, ...fields } = order
    const record: OrderRecord = {
      ...fields,
      number: `SF-${100_001 + tables.orders.size}`,
      status: 'pending',
      payment_status: 'unpaid',
      due_at: db.now + lease_ms,
      tries: 0,
      paid_at_once: order.goal === 'pay',
      attempt: order.goal === 'pay' ? 1 : 0,
      cancel_reason: null,
      refused: false,
      refunded_minor: 0,
      expires_at: db.now + hold_s * 1000,
      created_at: db.now,
      updated_at: db.now,
      items: lines.map(line => ({ id: db.newId(), ...line, refunded_quantity: 0, refunded_minor: 0 })),
    }
    checkOrder(record)
    tables.orders.set(record.id, record)
    noteHistory(tables, db, record, null)
    tables.attempts.set(attemptKey(record.id, record.attempt), {
      order_id: record.id,
      attempt: record.attempt,
      idempotency_key: null,
      request_hash,
      outcome: null,
      refusal: null,
    })
    say(tables, orderPlaced.name, record, itemsOf(record))
    return rowOf(record)
  })

function checkOrder(o: OrderRecord): void {
  check(o.total_minor === o.subtotal_minor - o.discount_minor + o.shipping_minor + o.tax_minor, 'orders_add_up')
  check((o.goal === 'none') === (o.due_at === null), 'orders_at_rest')
  check(o.payment_method === null || o.goal === 'pay', 'orders_keep_no_card')
}

function noteHistory(tables: Tables, db: Database, { id, status, payment_status }: OrderRecord, note: string | null) {
  tables.history.push({ order_id: id, status, payment_status, note, at: db.now })
}

function say(tables: Tables, name: string, order: OrderRecord, more: object): void {
  tables.outbox.push({ service: 'order', name, aggregate_id: order.id, payload: { ...factsOf(order), ...more } })
}

export const findOrder: typeof real.findOrder = (sql, id) =>
  at(sql).statement(({ orders }) => {
    const order = orders.get(id)
    return order && rowOf(order)
  })

function attemptOf({ orders }: Tables, attempt: AttemptRecord | undefined): real.AttemptRow | undefined {
  if (!attempt) return undefined
  const { request_hash, outcome, refusal } = attempt
  return { ...rowOf(orders.get(attempt.order_id)!), request_hash, outcome, refusal: refusal as never }
}

export const findAttempt: typeof real.findAttempt = (sql, order_id, attempt) =>
  at(sql).statement(tables => attemptOf(tables, tables.attempts.get(attemptKey(order_id, attempt))))

export const findPlacing: typeof real.findPlacing = (sql, scope, key) =>
  at(sql).statement(tables => {
    for (const order of tables.orders.values())
      if (order.idempotency_scope === scope && order.idempotency_key === key)
        return attemptOf(tables, tables.attempts.get(attemptKey(order.id, order.paid_at_once ? 1 : 0)))
    return undefined
  })

export const findPaying: typeof real.findPaying = (sql, order_id, key) =>
  at(sql).statement(tables => {
    for (const attempt of tables.attempts.values())
      if (attempt.order_id === order_id && attempt.idempotency_key === key) return attemptOf(tables, attempt)
    return undefined
  })

export const listHistory: typeof real.listHistory = (sql, order_id) =>
  at(sql).statement(({ history }) =>
    history
      .filter(line => line.order_id === order_id)
      .map(({ status, payment_status, note, at: ms }) => ({ status, payment_status, note, at: isoOf(ms) }) as never),
  )

const paidStatus = (refunded_minor: number, total_minor: number) =>
  refunded_minor === 0 ? 'paid' : refunded_minor < total_minor ? 'partially_refunded' : 'refunded'

export const moveOrder: typeof real.moveOrder = (sql, { id }, { from, to, ...rest }) =>
  at(sql).statement((tables, db) => {
    const order = tables.orders.get(id)
    if (!order) return undefined
    if (from.statuses && !from.statuses.includes(order.status)) return undefined
    if (from.goals && !from.goals.includes(order.goal)) return undefined
    if (from.payment_statuses && !from.payment_statuses.includes(order.payment_status)) return undefined
    if (from.attempt !== undefined && from.attempt !== order.attempt) return undefined
    if (from.unclaimed && order.tries !== 0) return undefined
    const goal = to.goal ?? order.goal
    const changed: OrderRecord = {
      ...order,
      status: to.status ?? order.status,
      payment_status:
        to.payment_status === 'paid'
          ? paidStatus(order.refunded_minor, order.total_minor)
          : (to.payment_status ?? order.payment_status),
      goal,
      due_at: goal === 'none' ? null : to.due_in_s === undefined ? order.due_at : db.now + to.due_in_s * 1000,
      tries: to.goal === undefined ? order.tries : 0,
      cancel_reason: to.cancel_reason ?? order.cancel_reason,
      refused: to.status === 'cancelled' ? !isAcknowledged(tables, id) : order.refused,
      payment_method: goal === 'pay' ? order.payment_method : null,
      expires_at: to.settled ? null : order.expires_at,
      idempotency_key: to.free_key ? null : order.idempotency_key,
      updated_at: db.now,
    }
    checkOrder(changed)
    tables.orders.set(id, changed)
    const { event, note = null, extra = {}, with_items, answer } = rest
    if (to.status || to.payment_status || event) noteHistory(tables, db, changed, note)
    if (event) say(tables, event.name, changed, { ...extra, ...(with_items ? itemsOf(changed) : {}) })
    if (answer) decideAttempt(tables, changed, answer)
    return rowOf(changed)
  })

const told = ['authorised', 'in_doubt', 'paid']
const isAcknowledged = (tables: Tables, id: string): boolean =>
  [...tables.attempts.values()].some(t => t.order_id === id && (t.outcome === 'held' || t.outcome === 'paid')) ||
  tables.history.some(line => line.order_id === id && told.includes(line.payment_status))

function decideAttempt(tables: Tables, { id, attempt }: OrderRecord, answer: real.Answer): void {
  const key = attemptKey(id, attempt)
  const known = tables.attempts.get(key)
  if (known && known.outcome !== null) return
  const refusal = answer instanceof Problem ? answer.toBody() : null
  tables.attempts.set(key, {
    ...(known ?? { order_id: id, attempt, idempotency_key: null, request_hash: '' }),
    outcome: refusal ? 'refused' : (answer as 'held' | 'paid'),
    refusal,
  })
}

export const beginPayment: typeof real.beginPayment = (
  sql,
  id,
  { payment_method, idempotency_key, request_hash, lease_ms },
) =>
  at(sql).statement((tables, db) => {
    const order = tables.orders.get(id)
    if (order?.status !== 'pending' || order.goal !== 'none') return undefined
    if (order.payment_status !== 'unpaid' && order.payment_status !== 'failed') return undefined
    if (order.expires_at === null || order.expires_at <= db.now || order.attempt >= maxAttempts) return undefined
    if (idempotency_key !== null)
      for (const other of tables.attempts.values())
        if (other.order_id === id && other.idempotency_key === idempotency_key)
          throw uniqueViolation('payment_attempts_key_once')
    const changed: OrderRecord = {
      ...order,
      goal: 'pay',
      attempt: order.attempt + 1,
      payment_method,
      tries: 0,
      due_at: db.now + lease_ms,
      updated_at: db.now,
    }
    tables.orders.set(id, changed)
    tables.attempts.set(attemptKey(id, changed.attempt), {
      order_id: id,
      attempt: changed.attempt,
      idempotency_key,
      request_hash,
      outcome: null,
      refusal: null,
    })
    return rowOf(changed)
  })

const dueFirst = (a: OrderRecord, b: OrderRecord) => a.due_at! - b.due_at!

export const claimDue: typeof real.claimDue = (sql, limit, lease_ms) =>
  at(sql).statement(({ orders }, db) =>
    [...orders.values()]
      .filter(o => o.goal !== 'none' && o.due_at! <= db.now)
      .sort(dueFirst)
      .slice(0, limit)
      .map(o => {
        const changed = { ...o, due_at: db.now + lease_ms, tries: o.tries + 1 }
        orders.set(o.id, changed)
        return { tries: changed.tries, ...rowOf(changed) }
      }),
  )

const isOverdue = (o: OrderRecord, now: number) =>
  o.status === 'pending' &&
  o.goal !== 'cancel' &&
  o.expires_at !== null &&
  o.expires_at <= now &&
  (o.goal === 'none' || ((o.payment_status === 'unpaid' || o.payment_status === 'failed') && o.due_at! <= now))

export const expireOverdue: typeof real.expireOverdue = (sql, limit, refusal) =>
  at(sql).statement((tables, db) => {
    const overdue = [...tables.orders.values()]
      .filter(o => isOverdue(o, db.now))
      .sort((a, b) => a.expires_at! - b.expires_at!)
    for (const o of overdue.slice(0, limit)) {
      const changed: OrderRecord = {
        ...o,
        goal: 'cancel',
        cancel_reason: 'expired',
        due_at: db.now,
        tries: 0,
        payment_method: null,
        updated_at: db.now,
      }
      tables.orders.set(o.id, changed)
      decideAttempt(tables, changed, refusal)
    }
  })

export const hasten: typeof real.hasten = (sql, ids) =>
  at(sql).statement(({ orders }, db) => {
    for (const id of ids) {
      const o = orders.get(id)
      if (o && o.goal !== 'none' && (o.payment_status === 'in_doubt' || o.tries > 0))
        orders.set(id, { ...o, due_at: db.now })
    }
  })

export const noteRefund: typeof real.noteRefund = (sql, id, refunded_minor) =>
  at(sql).statement((tables, db) => {
    const o = tables.orders.get(id)
    if (!o || o.refunded_minor >= refunded_minor) return
    const settled = o.goal === 'none' && ['processing', 'shipped', 'delivered'].includes(o.status)
    const payment_status = settled ? paidStatus(refunded_minor, o.total_minor) : o.payment_status
    const changed: OrderRecord = { ...o, refunded_minor, payment_status, updated_at: db.now }
    tables.orders.set(id, changed)
    if (payment_status === o.payment_status) return
    noteHistory(tables, db, changed, 'money given back')
    say(tables, orderPaymentChanged.name, changed, {})
  })

export const postpone: typeof real.postpone = (sql, id, delay_s) =>
  at(sql).statement(({ orders }, db) => {
    const o = orders.get(id)
    if (o && o.goal !== 'none') orders.set(id, { ...o, due_at: db.now + delay_s * 1000 })
  })

/** When the sweeper next has something to do. */
export function nextDue({ orders }: Tables): number {
  let due = Infinity
  for (const o of orders.values()) {
    if (o.goal !== 'none') due = Math.min(due, o.due_at!)
    if (o.status === 'pending' && o.goal === 'none') due = Math.min(due, o.expires_at!)
  }
  return due
}
