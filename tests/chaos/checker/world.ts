import { type Evidence, rowsOf } from './evidence.ts'
import type * as rows from './rows.ts'

/** Everything that was kept about the end of a run, joined by what it is about. */

/** A payment as the provider's own journal tells it. */
export interface ProviderPayment {
  id: string
  key: string
  reference: string
  amount: number
  currency: string
  status: 'authorised' | 'declined' | 'captured' | 'voided'
  captured: number
  refunded: number
  refunds: { id: string; key: string; amount: number; n: number }[]
  /** Numbers of the effects that began it and, if it ended without money, ended it. */
  from_n: number
  to_n: number
}

/** An event of the orders or payments topics, in the order of the bus. */
export interface Said {
  event_id: string
  topic: string
  position: number
  name: string
  correlation_id: string
  payload: any
  at: number
}

/** All there is about one order, whoever has it. Without a row nobody should have anything. */
export interface Dossier {
  id: string
  row: rows.OrderRow | undefined
  items: rows.ItemRow[]
  history: rows.HistoryRow[]
  attempts: rows.AttemptRow[]
  refunds: rows.OrderRefundRow[]
  payments: rows.PaymentRow[]
  closing: rows.PaymentOrderRow | undefined
  provider: ProviderPayment[]
  reservation: rows.ReservationRow | undefined
  lines: rows.ReservationLineRow[]
  movements: rows.MovementRow[]
  said: Said[]
}

/** A state of a product's stock, as its event told it. */
export interface StockState {
  event_id: string
  position: number
  revision: number
  on_hand: number
  reserved: number
  available: number
  at: number
}

export interface StockFile {
  product_id: string
  row: rows.StockRow | undefined
  movements: rows.MovementRow[]
  /** In the order of the bus. */
  states: StockState[]
}

export interface Run {
  seed?: number
  commit?: string
  minutes?: number
  started_at?: string
  ended_at?: string
  /** Milliseconds after the end of a fault that still count as its window. */
  recovery_ms?: number
  seeded_bug?: string | null
}

export interface World {
  evidence: Evidence
  run: Run
  /** When the tables were read, in milliseconds. */
  ended: number
  orders: Map<string, Dossier>
  stock: Map<string, StockFile>
  payments: Map<string, rows.PaymentRow>
  refunds: rows.RefundRow[]
  providerLines: number
  provider: Map<string, ProviderPayment>
  /** What the provider's journal itself has wrong. */
  providerFaults: string[]
  products: Map<string, rows.ProductRow>
  users: Map<string, rows.UserRow>
  carts: Map<string, rows.CartRow>
}

export const table = <T>(evidence: Evidence, service: string, name: string): Generator<T> =>
  rowsOf<T>(evidence, `tables/${service}/${name}.jsonl`)

export function loadWorld(evidence: Evidence): World {
  const run = evidence.json<Run>('run.json')
  if (!run) throw new Error('there is no run.json: this is no kept run')
  const world: World = {
    evidence,
    run,
    ended: run.ended_at ? Date.parse(run.ended_at) : Number.POSITIVE_INFINITY,
    orders: new Map(),
    stock: new Map(),
    payments: byId(table<rows.PaymentRow>(evidence, 'payment', 'payments')),
    refunds: [...table<rows.RefundRow>(evidence, 'payment', 'refunds')],
    providerLines: 0,
    provider: new Map(),
    providerFaults: [],
    products: byId(table<rows.ProductRow>(evidence, 'product', 'products')),
    users: byId(table<rows.UserRow>(evidence, 'user', 'users')),
    carts: byId(table<rows.CartRow>(evidence, 'cart', 'carts')),
  }
  readOrders(world)
  readPayments(world)
  readInventory(world)
  return world
}

const byId = <T extends { id: string }>(list: Iterable<T>): Map<string, T> => {
  const map = new Map<string, T>()
  for (const row of list) map.set(row.id, row)
  return map
}

export function dossierOf(world: World, id: string): Dossier {
  let dossier = world.orders.get(id)
  if (!dossier) {
    dossier = {
      id,
      row: undefined,
      items: [],
      history: [],
      attempts: [],
      refunds: [],
      payments: [],
      closing: undefined,
      provider: [],
      reservation: undefined,
      lines: [],
      movements: [],
      said: [],
    }
    world.orders.set(id, dossier)
  }
  return dossier
}

export function stockOf(world: World, product_id: string): StockFile {
  let file = world.stock.get(product_id)
  if (!file) {
    file = { product_id, row: undefined, movements: [], states: [] }
    world.stock.set(product_id, file)
  }
  return file
}

function readOrders(world: World): void {
  const of = <T>(name: string) => table<T>(world.evidence, 'order', name)
  for (const row of of<rows.OrderRow>('orders')) dossierOf(world, row.id).row = row
  for (const row of of<rows.ItemRow>('order_items')) dossierOf(world, row.order_id).items.push(row)
  for (const row of of<rows.HistoryRow>('order_history')) dossierOf(world, row.order_id).history.push(row)
  for (const row of of<rows.AttemptRow>('payment_attempts')) dossierOf(world, row.order_id).attempts.push(row)
  const lines = new Map<string, rows.OrderRefundLineRow[]>()
  for (const row of of<rows.OrderRefundLineRow>('order_refund_lines')) {
    lines.set(row.refund_id, [...(lines.get(row.refund_id) ?? []), row])
  }
  for (const row of of<Omit<rows.OrderRefundRow, 'lines'>>('order_refunds')) {
    dossierOf(world, row.order_id).refunds.push({ ...row, lines: lines.get(row.id) ?? [] })
  }
  for (const { history } of world.orders.values()) history.sort((a, b) => a.id - b.id)
}

function readPayments(world: World): void {
  for (const row of world.payments.values()) dossierOf(world, row.order_id).payments.push(row)
  for (const row of table<rows.PaymentOrderRow>(world.evidence, 'payment', 'orders')) {
    dossierOf(world, row.order_id).closing = row
  }
  readProvider(world)
}

function readProvider(world: World): void {
  const keys = new Set<string>()
  const wrong = (text: string) => world.providerFaults.push(text)
  let last = 0
  for (const line of rowsOf<rows.ProviderLine>(world.evidence, 'provider/journal.jsonl')) {
    if (line.n === undefined) continue
    world.providerLines++
    if (line.n !== last + 1) wrong(`entry ${line.n} follows ${last}`)
    last = line.n
    if (keys.has(line.key)) wrong(`entry ${line.n} has the key ${line.key} a second time`)
    keys.add(line.key)
    const { payment_id: id, key, reference, amount, currency, n } = line
    const captured = line.type === 'captured' && line.at_once
    if (line.type === 'authorised' || line.type === 'declined' || captured) {
      if (world.provider.has(id)) wrong(`entry ${n} is the first of ${id}, which is there already`)
      const status = line.type === 'declined' ? 'declined' : captured ? 'captured' : 'authorised'
      const payment: ProviderPayment = {
        ...{ id, key, reference, amount, currency, status, captured: captured ? amount : 0, refunded: 0, refunds: [] },
        ...{ from_n: n, to_n: status === 'declined' ? n : Number.POSITIVE_INFINITY },
      }
      world.provider.set(id, payment)
      dossierOf(world, reference).provider.push(payment)
      continue
    }
    const payment = world.provider.get(id)
    if (!payment) {
      wrong(`entry ${n} is of ${id}, which was never authorised`)
      continue
    }
    if (line.type === 'captured') {
      if (payment.status !== 'authorised') wrong(`entry ${n} captures ${id}, which is ${payment.status}`)
      payment.status = 'captured'
      payment.captured += amount
    } else if (line.type === 'voided') {
      if (payment.status !== 'authorised') wrong(`entry ${n} voids ${id}, which is ${payment.status}`)
      payment.status = 'voided'
      payment.to_n = n
    } else if (line.type === 'refunded') {
      payment.refunded += amount
      payment.refunds.push({ id: line.refund_id ?? '', key, amount, n })
      if (payment.refunded > payment.captured) wrong(`entry ${n} refunds more of ${id} than was captured`)
      if (payment.refunded === payment.captured) payment.to_n = n
    } else wrong(`entry ${n} is of a kind nobody knows: ${line.type}`)
  }
}

function readInventory(world: World): void {
  const of = <T>(name: string) => table<T>(world.evidence, 'inventory', name)
  for (const row of of<rows.StockRow>('stock')) stockOf(world, row.product_id).row = row
  for (const row of of<rows.ReservationRow>('reservations')) dossierOf(world, row.order_id).reservation = row
  for (const row of of<rows.ReservationLineRow>('reservation_lines')) dossierOf(world, row.order_id).lines.push(row)
  for (const row of of<rows.MovementRow>('movements')) {
    stockOf(world, row.product_id).movements.push(row)
    if (row.order_id) dossierOf(world, row.order_id).movements.push(row)
  }
}

export const isBought = (row: rows.OrderRow): boolean =>
  row.status === 'processing' || row.status === 'shipped' || row.status === 'delivered'

/** Units of each product in an order's items. */
export function unitsOf(lines: Iterable<{ product_id: string; quantity: number }>): Map<string, number> {
  const units = new Map<string, number>()
  for (const { product_id, quantity } of lines) units.set(product_id, (units.get(product_id) ?? 0) + quantity)
  return units
}

export const sameUnits = (a: Map<string, number>, b: Map<string, number>): boolean =>
  a.size === b.size && [...a].every(([id, quantity]) => b.get(id) === quantity)

/** Entries of an order's history at which it became what `test` says, coming from something else. */
export const turns = (history: rows.HistoryRow[], test: (row: rows.HistoryRow) => boolean): number =>
  history.filter((row, i) => test(row) && !(i > 0 && test(history[i - 1]!))).length
