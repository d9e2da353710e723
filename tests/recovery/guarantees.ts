import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from '@shopfleet/database'
import type { Told } from './buyers.ts'

/* What must hold after a restore, seen from outside: the databases, the provider's journal, what buyers were told. */

export interface Scene {
  sql(service: string): Sql
  /** Where the provider keeps its journal. */
  folder: string
}

interface ProviderPayment {
  key: string
  order_id: string
  captured: number
  refunded: number
}

interface Line {
  type: string
  id: string
  payment?: string
  key?: string
  reference?: string
  amount?: number
  /** Captured with its authorisation. */
  at_once?: true
}

/** The provider's books, by order. It was never restored: it knows everything. */
export function readProvider(folder: string): Map<string, ProviderPayment[]> {
  const payments = new Map<string, ProviderPayment>()
  for (const text of readFileSync(join(folder, 'provider/journal.jsonl'), 'utf8').split('\n')) {
    if (!text) continue
    const line = JSON.parse(text) as Line & { payment_id?: string }
    const id = line.payment_id ?? line.payment ?? line.id
    if (line.type === 'authorised' || (line.type === 'captured' && line.at_once)) {
      payments.set(id, { key: line.key!, order_id: line.reference!, captured: 0, refunded: 0 })
    }
    const payment = payments.get(id)
    if (line.type === 'captured') payment!.captured += line.amount!
    if (line.type === 'refunded') payment!.refunded += line.amount!
  }
  return Map.groupBy(payments.values(), payment => payment.order_id)
}

interface OrderRow {
  id: string
  number: string
  status: string
  payment_status: string
  goal: string
  total_minor: number
  refunded_minor: number
}

/**
 * Compares everything with everything. Answers what does not agree: nothing, once all is reconciled. `told`: the buyers
 * the restored shop owes something, with what it owes them.
 */
export async function disagreements(scene: Scene, told: Iterable<Told>): Promise<string[]> {
  const found: string[] = []
  const orders = new Map(
    (
      await scene.sql('order')<OrderRow[]>`
        select id, number, status, payment_status, goal, total_minor, refunded_minor from orders`
    ).map(row => [row.id, row]),
  )
  judgeMoney(scene, orders, found)
  await judgeLedger(scene, found)
  await judgeStock(scene, orders, found)
  await judgeMessaging(scene, found)
  for (const entry of told) {
    const order = orders.get(entry.id)
    if (!order) found.push(`${entry.number} was acknowledged and is gone`)
    else if (order.number !== entry.number) found.push(`${entry.number} is ${order.number} now`)
    else if (entry.state === 'paid' && !['processing', 'shipped', 'delivered'].includes(order.status))
      found.push(`${entry.number} was paid, and is ${order.status}`)
    else if (entry.state === 'cancelled' && order.status !== 'cancelled')
      found.push(`${entry.number} was cancelled, and is ${order.status}`)
  }
  return found
}

function judgeMoney({ folder }: Scene, orders: Map<string, OrderRow>, found: string[]): void {
  const provider = readProvider(folder)
  for (const [id, payments] of provider) {
    const net = payments.reduce((sum, payment) => sum + payment.captured - payment.refunded, 0)
    const order = orders.get(id)
    if (payments.filter(payment => payment.captured > 0).length > 1) found.push(`${id} was captured twice`)
    if (!order && net !== 0) found.push(`${net} were taken for order ${id}, which nobody knows`)
    if (order?.status === 'cancelled' && net !== 0) found.push(`${order.number} is cancelled, ${net} are kept`)
  }
  for (const order of orders.values()) {
    if (order.goal !== 'none') found.push(`${order.number} is on its way`)
    if (order.status === 'cancelled' || order.status === 'pending') continue
    const net = (provider.get(order.id) ?? []).reduce((sum, one) => sum + one.captured - one.refunded, 0)
    if (net !== order.total_minor - order.refunded_minor) found.push(`${order.number} is paid, ${net} were taken`)
  }
}

async function judgeLedger({ sql, folder }: Scene, found: string[]): Promise<void> {
  const rows = await sql('payment')<{ order_id: string; net: number }[]>`
    select order_id, sum(amount_minor)::bigint as net from ledger_entries where account = 'provider_clearing' group by 1`
  const booked = new Map(rows.map(row => [row.order_id, row.net]))
  for (const [id, payments] of readProvider(folder)) {
    const net = payments.reduce((sum, payment) => sum + payment.captured - payment.refunded, 0)
    if ((booked.get(id) ?? 0) !== net)
      found.push(`the ledger has ${booked.get(id) ?? 0} for order ${id}, the provider ${net}`)
    booked.delete(id)
  }
  for (const [id, net] of booked)
    if (net !== 0) found.push(`the ledger has ${net} for order ${id}, the provider nothing`)
  const [sum] = await sql('payment')<
    [{ n: number }]
  >`select coalesce(sum(amount_minor), 0)::bigint as n from ledger_entries`
  if (sum.n !== 0) found.push(`the ledger does not add up: ${sum.n}`)
}

async function judgeStock({ sql }: Scene, orders: Map<string, OrderRow>, found: string[]): Promise<void> {
  const stock = await sql('inventory')<
    { product_id: string; on_hand: number; reserved: number; moved: number; held: number }[]
  >`
    select s.product_id, s.on_hand, s.reserved,
      coalesce((select sum(delta) from movements m where m.product_id = s.product_id), 0)::int as moved,
      coalesce((select sum(quantity) from reservation_lines l join reservations r using (order_id)
        where l.product_id = s.product_id and r.status = 'held'), 0)::int as held
    from stock s`
  for (const { product_id, on_hand, reserved, moved, held } of stock) {
    if (on_hand !== moved || reserved !== held)
      found.push(`stock of ${product_id}: ${on_hand} on hand, ${moved} moved, ${reserved} reserved, ${held} held`)
  }
  const shown = new Map(
    (await sql('product')<{ id: string; n: number }[]>`select id, stock_available as n from products`).map(row => [
      row.id,
      row.n,
    ]),
  )
  for (const { product_id, on_hand, reserved } of stock) {
    if (shown.get(product_id) !== on_hand - reserved)
      found.push(`the page of ${product_id} shows ${shown.get(product_id)} of ${on_hand - reserved}`)
  }
  const reservations = new Map(
    (await sql('inventory')<{ order_id: string; status: string }[]>`select order_id, status from reservations`).map(
      row => [row.order_id, row.status],
    ),
  )
  for (const order of orders.values()) {
    const status = reservations.get(order.id)
    const sold = !['pending', 'cancelled'].includes(order.status)
    if (sold && status !== 'committed') found.push(`${order.number} is paid, its stock ${status ?? 'unknown'}`)
    if (order.status === 'cancelled' && (status === 'held' || status === 'committed'))
      found.push(`${order.number} is cancelled, its stock ${status}`)
  }
  for (const [id, status] of reservations) {
    if (!orders.has(id) && (status === 'held' || status === 'committed'))
      found.push(`stock is ${status} for order ${id}, which nobody knows`)
  }
}

async function judgeMessaging({ sql }: Scene, found: string[]): Promise<void> {
  const tails = new Map(
    (
      await sql('bus')<
        { topic: string; last: number }[]
      >`select topic, max(position) as last from events group by topic`
    ).map(row => [row.topic, row.last]),
  )
  for (const service of ['user', 'product', 'order', 'cart', 'inventory', 'payment', 'review', 'notification']) {
    const [waiting] = await sql(service)<[{ outbox: number; letters: number }]>`
      select (select count(*) from outbox)::int as outbox,
        (select count(*) from dead_letters where replayed_at is null)::int as letters`
    if (waiting.outbox > 0) found.push(`${service}: ${waiting.outbox} events wait to be sent`)
    if (waiting.letters > 0) found.push(`${service}: ${waiting.letters} events could not be applied`)
    const places = await sql(service)<
      { topic: string; position: number }[]
    >`select topic, position from consumer_offsets`
    for (const { topic, position } of places) {
      if (topic.startsWith('own:')) continue
      const last = tails.get(topic) ?? 0
      if (position < last) found.push(`${service} has not heard all of ${topic}`)
      if (position > last) found.push(`${service} waits for events of ${topic} that were already said`)
    }
  }
}
