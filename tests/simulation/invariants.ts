import { short } from './names.ts'
import type { People } from './people.ts'
import {
  changesOf,
  type OrderRecord,
  type PaymentRecord,
  type ReservationRecord,
  type StockRecord,
  type Table,
  type Tables,
} from './tables.ts'
import type { World } from './world.ts'

/*
 * What must hold in a world: at every instant, and when it has come to rest. It is said again here, in other words than
 * in the code that is judged.
 */

const mayFollow: Record<string, string> = {
  ' pending': 'placed',
  'pending processing': 'paid',
  'pending cancelled': 'undone',
  'processing cancelled': 'undone',
  'processing shipped': 'by hand',
  'shipped delivered': 'by hand',
}
const live = new Set(['authorising', 'in_doubt', 'authorised', 'captured', 'partially_refunded'])
const isKept = (order: OrderRecord) => ['processing', 'shipped', 'delivered'].includes(order.status)

/** Looks at whatever has changed since the last look. */
export function watch(world: World): void {
  const { tables, provider } = world
  let seenEffects = 0
  let seenChanges = 0

  /** Calls `look` with the rows that were put in place since the last time. */
  function changed<R>(table: Table<R>): (look: (row: R, before: R | undefined) => void) => void {
    const seen = new Map<string, R>()
    let changes = 0
    return look => {
      if (table.changes === changes) return
      changes = table.changes
      for (const [id, row] of table) {
        const before = seen.get(id)
        if (before === row) continue
        seen.set(id, row)
        look(row, before)
      }
    }
  }

  function lookAtStock(stock: StockRecord): void {
    const { product_id, reserved, on_hand, opening } = stock
    if (reserved < 0 || reserved > on_hand) world.violate(`stock: ${reserved} reserved of ${on_hand}`)
    let moved = opening
    for (const m of tables.movements) if (m.product_id === product_id) moved += m.delta
    if (moved !== on_hand) world.violate(`stock: ${on_hand} on hand, but opening and movements come to ${moved}`)
    let held = 0
    for (const r of tables.reservations.values())
      if (r.status === 'held') for (const l of r.lines) if (l.product_id === product_id) held += l.quantity
    if (held !== reserved) world.violate(`stock: ${reserved} reserved, but ${held} are held for orders`)
  }

  function lookAtOrder(order: OrderRecord, before: OrderRecord | undefined): void {
    const { id, status } = order
    if (before?.status === status) return
    if (!mayFollow[`${before?.status ?? ''} ${status}`])
      world.violate(`order ${short(id)} went from ${before?.status} to ${status}`)
    if (status === 'processing') {
      let captured = 0
      for (const p of provider.paymentsOf(id)) captured += p.captured
      if (captured !== order.total_minor)
        world.violate(`order ${short(id)} is paid: ${order.total_minor} wanted, ${captured} captured`)
    }
    lookAtKept(order)
  }

  function lookAtReservation({ order_id, lines }: ReservationRecord): void {
    const order = tables.orders.get(order_id)
    if (order) lookAtKept(order)
    // What it holds or has sold must have moved with it.
    for (const { product_id } of lines) lookAtStock(tables.stock.get(product_id)!)
  }

  /** An order that is kept keeps its stock; one that is cancelled has none, and no money. */
  function lookAtKept(order: OrderRecord): void {
    const stock = tables.reservations.get(order.id)?.status
    if (isKept(order) && order.goal !== 'cancel' && stock !== 'committed')
      world.violate(`order ${short(order.id)} is ${order.status}, its stock ${stock}`)
    if (order.status !== 'cancelled') return
    if (stock === 'held' || stock === 'committed')
      world.violate(`order ${short(order.id)} is cancelled, its stock ${stock}`)
    for (const p of provider.paymentsOf(order.id))
      if (p.status === 'authorised' || p.captured !== p.refunded)
        world.violate(
          `order ${short(order.id)} is cancelled, and the provider has ${p.status} ${p.captured - p.refunded}`,
        )
  }

  function lookAtProvider(): void {
    const perOrder = new Map<string, number>()
    for (const p of provider.book.payments.values()) {
      if (p.captured > p.amount || p.refunded > p.captured)
        world.violate('the provider has given back more than it took')
      if (p.status === 'authorised' || p.captured > p.refunded)
        perOrder.set(p.reference, (perOrder.get(p.reference) ?? 0) + 1)
    }
    for (const [id, n] of perOrder) if (n > 1) world.violate(`order ${short(id)} is charged ${n} times`)
    for (const order of tables.orders.values()) if (order.status === 'cancelled') lookAtKept(order)
  }

  function lookAtPayment(payment: PaymentRecord): void {
    let alive = 0
    for (const p of tables.payments.values()) if (p.order_id === payment.order_id && live.has(p.status)) alive++
    if (alive > 1) world.violate(`order ${short(payment.order_id)} has ${alive} live payments`)
    if (payment.refunded_minor + payment.refunding_minor > payment.captured_minor)
      world.violate(`payment ${short(payment.id)} gives back more than was captured`)
  }

  const stock = changed(tables.stock)
  const reservations = changed(tables.reservations)
  const orders = changed(tables.orders)
  const payments = changed(tables.payments)
  world.afterStatement = () => {
    const changes = changesOf(tables)
    if (changes !== seenChanges) {
      seenChanges = changes
      stock(lookAtStock)
      reservations(lookAtReservation)
      orders(lookAtOrder)
      payments(lookAtPayment)
    }
    if (provider.book.n !== seenEffects) {
      seenEffects = provider.book.n
      lookAtProvider()
    }
  }
}

/** Answers whether nothing is left to do. It looks through the tables only when something has changed in them. */
export function restOf({ tables }: World): (world: World, people: People) => boolean {
  let changes = -1
  let quiet = false
  return ({ eventsPending }, people) => {
    if (people.active > 0 || eventsPending > 0) return false
    const now = changesOf(tables)
    if (now !== changes) {
      changes = now
      quiet = isQuiet(tables)
    }
    return quiet
  }
}

function isQuiet(tables: Tables): boolean {
  for (const o of tables.orders.values()) if (o.goal !== 'none' || o.status === 'pending') return false
  for (const p of tables.payments.values()) if (p.next_check_at !== null || p.compare_at !== null) return false
  for (const r of tables.refunds.values()) if (r.status === 'pending') return false
  for (const c of tables.closures.values()) if (c.next_check_at !== null) return false
  for (const r of tables.reservations.values()) if (r.status === 'held') return false
  return true
}

/** What must hold once a world is at rest. */
export function judge(world: World, { told }: People): void {
  const { tables, provider } = world
  const sum = <T>(list: Iterable<T>, of: (one: T) => number) => {
    let total = 0
    for (const one of list) total += of(one)
    return total
  }
  const wrong = (id: string, what: string) =>
    world.violate(`order ${short(id)}, ${tables.orders.get(id)?.status}: ${what}`)

  for (const order of tables.orders.values()) {
    const { id } = order
    const kept = isKept(order)
    const at = provider.paymentsOf(id)
    const net = sum(at, p => p.captured - p.refunded)
    const wanted = kept ? order.total_minor - order.refunded_minor : 0
    if (net !== wanted) wrong(id, `the provider has ${net} of it and should have ${wanted}`)
    const rows = [...tables.payments.values()].filter(p => p.order_id === id)
    if (sum(rows, p => p.captured_minor - p.refunded_minor) !== net) wrong(id, 'our payments differ from the provider')
    if (kept && sum(rows, p => p.refunded_minor) !== order.refunded_minor) wrong(id, 'it has not heard of all refunds')
    const back = order.refunded_minor
    const should = kept
      ? back === 0
        ? ['paid']
        : back < order.total_minor
          ? ['partially_refunded']
          : ['refunded']
      : ['unpaid', 'failed', 'refunded']
    if (!should.includes(order.payment_status)) wrong(id, `its payment is ${order.payment_status} instead of ${should}`)
    const sold = -sum(
      tables.movements.filter(m => m.order_id === id),
      m => m.delta,
    )
    const units = kept ? sum(order.items, i => i.quantity) : 0
    if (sold !== units) wrong(id, `${sold} units were sold and ${units} paid`)
    if (order.total_minor !== sum(order.items, i => i.quantity * world.prices.get(i.product_id)!))
      wrong(id, 'wrong total')

    const path = tables.history.filter(line => line.order_id === id).map(line => line.status)
    const moves = path.map((to, i) => [path[i - 1] ?? '', to]).filter(([from, to]) => from !== to)
    const broken = moves.find(([from, to]) => !mayFollow[`${from} ${to}`])
    if (broken || path.at(-1) !== order.status) wrong(id, `its history is no path: ${path}`)
    const wasPaid = path.includes('processing')
    const said = (name: string) => tables.outbox.filter(m => m.name === name && m.aggregate_id === id).length
    for (const [name, times] of [
      ['order.placed', 1],
      ['order.paid', wasPaid ? 1 : 0],
      ['order.cancelled', kept ? 0 : 1],
      ['order.shipped', path.includes('shipped') ? 1 : 0],
    ] as const)
      if (said(name) !== times) wrong(id, `${name} was said ${said(name)} times instead of ${times}`)
    for (const attempt of tables.attempts.values())
      if (attempt.order_id === id && attempt.outcome === null) wrong(id, `attempt ${attempt.attempt} was never decided`)
  }

  for (const p of provider.book.payments.values()) {
    const row = [...tables.payments.values()].find(one => one.provider_key === p.key)
    if (!row) world.violate(`the provider has a payment ${p.key} that is nobody's`)
    else if (row.captured_minor !== p.captured || row.refunded_minor !== p.refunded)
      world.violate(
        `payment ${short(row.id)} says ${row.captured_minor} − ${row.refunded_minor}, the provider ${p.captured} − ${p.refunded}`,
      )
  }
  for (const p of tables.payments.values()) {
    const foreign = [...tables.refunds.values()].filter(
      r => r.payment_id === p.id && r.status === 'succeeded' && r.provider_reference === null,
    )
    const office = provider.office.get(p.provider_reference ?? '') ?? 0
    const given = sum(foreign, r => r.amount_minor)
    if (given !== office)
      wrong(p.order_id, `${given} went back that nobody here asked for, of which ${office} by the provider's office`)
  }
  const clearing = sum(tables.ledger, e => (e.account === 'provider_clearing' ? e.amount_minor : 0))
  if (sum(tables.ledger, e => e.amount_minor) !== 0) world.violate('the ledger does not add up to zero')
  const balance = provider.book.balances.get('USD') ?? { captured: 0, refunded: 0 }
  if (clearing !== balance.captured - balance.refunded) world.violate('the ledger differs from the provider')

  const byCart = new Map<string, number>()
  for (const o of tables.orders.values())
    if (o.cart_id && o.status !== 'cancelled') byCart.set(o.cart_id, (byCart.get(o.cart_id) ?? 0) + 1)
  for (const n of byCart.values()) if (n > 1) world.violate(`one cart became ${n} orders`)
  judgeAnswers(world, told)
}

/** Everybody was told the truth, and the same each time. */
function judgeAnswers({ tables, violate }: World, told: People['told']): void {
  const answers = new Map<string, string>()
  for (const { what, key, order_id, answer } of told) {
    const before = answers.get(what + key)
    const once = (what === 'place' || what === 'pay') && answer !== 'cart-ordered'
    if (once && before !== undefined && before !== answer)
      violate(`a request to ${what} was told ${before}, then ${answer}`)
    if (once) answers.set(what + key, answer)
    const [refund] = what === 'refund' ? [...tables.refunds.values()].filter(r => r.idempotency_key === key) : []
    if (answer === 'refunded' && refund?.status !== 'succeeded')
      violate(`a refund was told as made, and is ${refund?.status}`)
    const history = tables.history.filter(line => line.order_id === order_id)
    if (answer === 'paid' && !history.some(line => line.status === 'processing'))
      violate(`somebody was told that order ${short(order_id!)} is paid`)
    if (answer === 'cancelled' && !history.some(line => line.status === 'cancelled'))
      violate(`somebody was told that order ${short(order_id!)} is cancelled`)
    if (answer === 'held' && !tables.orders.has(order_id!)) violate('an order that was acknowledged is lost')
    // `cart-ordered` is said before anything is recorded: a copy that was under way may find the cart free again.
    if (what === 'place' && !order_id && answer !== 'cart-ordered') {
      const order = [...tables.orders.values()].find(one => one.idempotency_key === key)
      if (order && order.status !== 'cancelled')
        violate(`a request was refused as ${answer}, its order is ${order.status}`)
    }
    if (what === 'pay' && answer === 'payment-declined') {
      const attempt = [...tables.attempts.values()].find(one => one.idempotency_key === key)
      if (attempt?.outcome !== 'refused') violate(`a payment was refused, and recorded as ${attempt?.outcome}`)
    }
  }
  const refunds = [...tables.refunds.values()].filter(r => r.idempotency_key !== null)
  if (new Set(refunds.map(r => r.idempotency_key)).size !== refunds.length) violate('one request refunded twice')
}
