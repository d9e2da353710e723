import { stockChanged } from '@shopfleet/contracts'
import type * as real from '../../services/inventory/src/store.ts'
import { at, check, isoOf, type ReservationRecord, type StockRecord, type Tables, uniqueViolation } from './tables.ts'

/* The inventory service's store, in memory; see order-store.ts. */

const rowOf = ({ order_id, status, expires_at }: ReservationRecord) => ({
  order_id,
  status,
  expires_at: isoOf(expires_at),
})

interface Change {
  product_id: string
  on_hand?: number
  reserved?: number
}

/** Moves stock, all lines or none, with its movements and events. */
function moveStock(tables: Tables, changes: Change[], order_id: string): void {
  const moved = changes.map(({ product_id, on_hand = 0, reserved = 0 }) => {
    const stock = tables.stock.get(product_id)!
    const changed: StockRecord = { ...stock, on_hand: stock.on_hand + on_hand, reserved: stock.reserved + reserved }
    check(0 <= changed.reserved && changed.reserved <= changed.on_hand, 'stock_holds')
    return { changed, on_hand }
  })
  for (const { changed, on_hand } of moved) {
    tables.stock.set(changed.product_id, changed)
    if (on_hand !== 0) tables.movements.push({ product_id: changed.product_id, delta: on_hand, order_id })
    const payload = { product_id: changed.product_id, available: changed.on_hand - changed.reserved }
    tables.outbox.push({ service: 'inventory', name: stockChanged.name, aggregate_id: changed.product_id, payload })
  }
}

const availableOf = (tables: Tables, product_id: string) => {
  const stock = tables.stock.get(product_id)
  return stock ? stock.on_hand - stock.reserved : 0
}

export const insertReservation: typeof real.insertReservation = (sql, order_id, lines, { expires_in_s, sell }) =>
  at(sql).statement((tables, db) => {
    if (tables.reservations.has(order_id)) {
      // Two at once for one order: the second does not see the first, and fails on the key.
      if (db.raced()) throw uniqueViolation('reservations_pkey')
      return { outcome: 'exists' }
    }
    const short = lines
      .map(({ product_id, quantity }) => ({ product_id, quantity, available: availableOf(tables, product_id) }))
      .filter(line => line.available < line.quantity)
    if (short.length > 0)
      return { outcome: 'short', short: short.map(({ product_id, available }) => ({ product_id, available })) }
    moveStock(
      tables,
      lines.map(({ product_id, quantity }) =>
        sell ? { product_id, on_hand: -quantity } : { product_id, reserved: quantity },
      ),
      order_id,
    )
    const expires_at = db.now + expires_in_s * 1000
    tables.reservations.set(order_id, { order_id, status: sell ? 'committed' : 'held', expires_at, lines })
    return { outcome: 'held', expires_at: isoOf(expires_at) }
  })

export const findReservation: typeof real.findReservation = (sql, order_id) =>
  at(sql).statement(({ reservations }) => {
    const reservation = reservations.get(order_id)
    return reservation && rowOf(reservation)
  })

function setStatus(tables: Tables, reservation: ReservationRecord, status: ReservationRecord['status']) {
  const changed = { ...reservation, status }
  tables.reservations.set(reservation.order_id, changed)
  return rowOf(changed)
}

export const commitHeld: typeof real.commitHeld = (sql, order_id) =>
  at(sql).statement((tables, db) => {
    const held = tables.reservations.get(order_id)
    if (held?.status !== 'held' || held.expires_at <= db.now) return undefined
    const sold = held.lines.map(l => ({ product_id: l.product_id, on_hand: -l.quantity, reserved: -l.quantity }))
    moveStock(tables, sold, order_id)
    return setStatus(tables, held, 'committed')
  })

export const commitExpired: typeof real.commitExpired = (sql, order_id) =>
  at(sql).statement(tables => {
    const expired = tables.reservations.get(order_id)
    if (expired?.status !== 'expired') return undefined
    if (!expired.lines.every(line => availableOf(tables, line.product_id) >= line.quantity)) return undefined
    const sold = expired.lines.map(l => ({ product_id: l.product_id, on_hand: -l.quantity }))
    moveStock(tables, sold, order_id)
    return setStatus(tables, expired, 'committed')
  })

export const closeReservation: typeof real.closeReservation = (sql, order_id, to) =>
  at(sql).statement((tables, db) => {
    const was = tables.reservations.get(order_id)
    if (!was) return undefined
    if (to === 'released' ? was.status === 'released' : was.status !== 'held' || was.expires_at > db.now)
      return undefined
    const back = was.lines.map(({ product_id, quantity }) => ({
      product_id,
      on_hand: was.status === 'committed' ? quantity : 0,
      reserved: was.status === 'held' ? -quantity : 0,
    }))
    if (was.status === 'held' || was.status === 'committed') moveStock(tables, back, order_id)
    return setStatus(tables, was, to)
  })

/** No world here gives lines back: crash and chaos tests do. */
export const returnLines: typeof real.returnLines = () => {
  throw new Error('no world gives lines back')
}

export const insertTombstone: typeof real.insertTombstone = (sql, order_id) =>
  at(sql).statement(({ reservations }, db) => {
    if (!reservations.has(order_id))
      reservations.set(order_id, { order_id, status: 'released', expires_at: db.now, lines: [] })
  })

export const listOverdue: typeof real.listOverdue = (sql, limit, after) =>
  at(sql).statement(({ reservations }, db) =>
    [...reservations.values()]
      .filter(r => r.status === 'held' && r.expires_at <= db.now)
      .map(r => ({ deadline: isoOf(r.expires_at), order_id: r.order_id }))
      .sort((a, b) => (a.deadline + a.order_id < b.deadline + b.order_id ? -1 : 1))
      .filter(r => after === undefined || r.deadline + r.order_id > after.deadline + after.order_id)
      .slice(0, limit),
  )

/** When the sweeper next has something to do. */
export function nextDue({ reservations }: Tables): number {
  let due = Infinity
  for (const r of reservations.values()) if (r.status === 'held') due = Math.min(due, r.expires_at)
  return due
}
