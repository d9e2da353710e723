import type { ItemRow, OrderRow } from '../../services/order/src/store.ts'
import type { PaymentRow, RefundRow } from '../../services/payment/src/payment.ts'

/*
 * What outlives a crash: the tables of the three services that take part in a checkout, as plain maps. The models of the
 * stores (order-store.ts, inventory-store.ts, payment-store.ts) are the only ones that change them. Times are
 * milliseconds of virtual time.
 */

export interface OrderRecord extends Omit<OrderRow, 'expires_at' | 'created_at' | 'updated_at' | 'items'> {
  items: ItemRow[]
  due_at: number | null
  tries: number
  refunded_minor: number
  expires_at: number | null
  created_at: number
  updated_at: number
  idempotency_scope: string | null
  idempotency_key: string | null
}

export interface AttemptRecord {
  order_id: string
  attempt: number
  idempotency_key: string | null
  request_hash: string
  outcome: 'held' | 'paid' | 'refused' | null
  refusal: object | null
}

export interface HistoryRecord {
  order_id: string
  status: string
  payment_status: string
  note: string | null
  at: number
}

export interface Message {
  service: string
  name: string
  aggregate_id: string
  payload: any
}

export interface StockRecord {
  product_id: string
  opening: number
  on_hand: number
  reserved: number
}

export interface ReservationRecord {
  order_id: string
  status: 'held' | 'committed' | 'released' | 'expired'
  expires_at: number
  lines: { product_id: string; quantity: number }[]
}

export interface PaymentRecord extends Omit<PaymentRow, 'created_at' | 'updated_at'> {
  next_check_at: number | null
  checks: number
  compare_at: number | null
  created_at: number
  updated_at: number
}

export interface RefundRecord extends RefundRow {
  idempotency_key: string | null
  provider_reference: string | null
  next_check_at: number | null
  checks: number
}

/** What the payment service knows of an order. */
export interface ClosureRecord {
  order_id: string
  closed_at: number | null
  close_reason: string | null
  next_check_at: number | null
  checks: number
}

export interface LedgerRecord {
  transaction_id: string
  account: 'provider_clearing' | 'sales' | 'refunds'
  amount_minor: number
  payment_id: string
  order_id: string
}

/** Rows by their key, and how often one was put in place: rows are exchanged, never changed where they are. */
export class Table<R> extends Map<string, R> {
  changes = 0

  override set(key: string, row: R): this {
    this.changes++
    return super.set(key, row)
  }
}

export interface Tables {
  orders: Table<OrderRecord>
  attempts: Map<string, AttemptRecord>
  history: HistoryRecord[]
  stock: Table<StockRecord>
  reservations: Table<ReservationRecord>
  movements: { product_id: string; delta: number; order_id: string | null }[]
  payments: Table<PaymentRecord>
  refunds: Table<RefundRecord>
  closures: Table<ClosureRecord>
  webhooks: Set<string>
  ledger: LedgerRecord[]
  outbox: Message[]
}

export function createTables(): Tables {
  return {
    orders: new Table(),
    attempts: new Map(),
    history: [],
    stock: new Table(),
    reservations: new Table(),
    movements: [],
    payments: new Table(),
    refunds: new Table(),
    closures: new Table(),
    webhooks: new Set(),
    ledger: [],
    outbox: [],
  }
}

/** Grows with each change of what the sweepers, and the question whether all is at rest, look at. */
export const changesOf = ({ orders, stock, reservations, payments, refunds, closures }: Tables): number =>
  orders.changes + stock.changes + reservations.changes + payments.changes + refunds.changes + closures.changes

/** What stands in for a connection: runs one statement against the tables, all or nothing. */
export interface Session {
  statement<T>(run: (tables: Tables, db: Database) => T): Promise<T>
}

export interface Database {
  now: number
  newId(): string
  /** Whether a race that a single thread cannot have should be taken to have happened. */
  raced(): boolean
}

/** The model stores are called with what the verbs believe to be a connection. */
export const at = (sql: unknown): Session => sql as Session

/** The last text of each slot: rows are read much more often than their times change. */
const texts = Array.from({ length: 1024 }, () => ({ ms: -1, text: '' }))

export function isoOf(ms: number): string {
  const slot = texts[ms & 1023]!
  if (slot.ms !== ms) {
    slot.ms = ms
    slot.text = new Date(ms).toISOString()
  }
  return slot.text
}

/** An error as the driver throws it. */
export function databaseError(code: string, constraint_name?: string): Error {
  return Object.assign(new Error(`${code} ${constraint_name ?? ''}`), { code, constraint_name })
}
export const uniqueViolation = (constraint: string): Error => databaseError('23505', constraint)
export function check(holds: boolean, constraint: string): void {
  if (!holds) throw databaseError('23514', constraint)
}
