import { rowsOf } from './evidence.ts'
import type { Judge } from './judge.ts'
import { judgeRefundEvents } from './line-refunds.ts'
import { push, type Requests } from './requests.ts'
import type { EventRow } from './rows.ts'
import { dossierOf, isBought, type Said, sameUnits, stockOf, turns, unitsOf, type World } from './world.ts'

/**
 * 9. Each state change has its event and each event its state change; delivered at least once, applied exactly once, in
 * order per aggregate. This file compares states and events; deliveries.ts, who has heard them.
 */

/** What is remembered of every event on the bus: where it lies, what it is about. */
export interface EventIndex {
  of: Map<string, number>
  topics: string[]
  names: string[]
  aggregates: string[]
  positions: number[]
  /** The highest position of each topic. */
  ends: Map<string, number>
}

/** Events of accounts and products, counted by what they are of. */
interface Others {
  users: Map<string, string[]>
  products: Map<string, { name: string; payload: any; position: number }[]>
}

export function readEvents(world: World, judge: Judge, observe: (row: EventRow) => void) {
  const index: EventIndex = { of: new Map(), topics: [], names: [], aggregates: [], positions: [], ends: new Map() }
  const others: Others = { users: new Map(), products: new Map() }
  const once = judge.check(9, 'each event is on the bus once')
  const whole = judge.check(9, 'each event says who said it, of what and for which request')
  const list = world.evidence.has('tables/bus/events.jsonl')
    ? rowsOf<EventRow>(world.evidence, 'tables/bus/events.jsonl')
    : []
  for (const row of list) {
    const { message, topic, position } = row
    index.ends.set(topic, Math.max(position, index.ends.get(topic) ?? 0))
    if (row.is_repeat) continue
    once.expect(!index.of.has(row.event_id), 'it is there twice', { event_id: row.event_id, topic, position })
    index.of.set(row.event_id, index.topics.length)
    index.topics.push(topic)
    index.names.push(message.name)
    index.aggregates.push(message.aggregate_id)
    index.positions.push(position)
    const right = message.id === row.event_id && message.service === topic && message.correlation_id !== ''
    whole.expect(right && aboutItself(message), 'its envelope is not of its payload', { event_id: row.event_id })
    keep(world, others, row)
    observe(row)
  }
  for (const { said } of world.orders.values()) said.sort(byPlace)
  for (const { states } of world.stock.values()) states.sort((a, b) => a.position - b.position)
  return { index, others }
}

/** Topics one after the other, each in its own order: between two topics the bus promises none. */
const byPlace = (a: Said, b: Said) => (a.topic === b.topic ? a.position - b.position : a.topic < b.topic ? -1 : 1)

/** Events that tell what became of something, and the member that says of what. Others are only followed to their listeners. */
const told: [pattern: RegExp, member: string][] = [
  [/^order\.(placed|reserved|paid|payment-failed|payment-changed|cancelled|shipped|delivered|refunded)$/, 'order_id'],
  [/^payment\.(authorised|declined|captured|voided|refunded)$/, 'order_id'],
  [/^stock\.changed$/, 'product_id'],
  [/^product\.(created|updated|deleted)$/, 'product_id'],
  [/^user\.(registered|updated|erased)$/, 'user_id'],
]
const subjectOf = (name: string) => told.find(([pattern]) => pattern.test(name))?.[1]

function aboutItself({ name, aggregate_id, payload }: EventRow['message']): boolean {
  const member = subjectOf(name)
  return member === undefined || payload[member] === aggregate_id
}

function keep(world: World, others: Others, { topic, position, event_id, message }: EventRow): void {
  const { name, payload, correlation_id } = message
  const at = Date.parse(message.occurred_at)
  const member = subjectOf(name)
  if (name === 'stock.changed') {
    const { revision, on_hand, reserved, available } = payload
    stockOf(world, payload.product_id).states.push({ event_id, position, revision, on_hand, reserved, available, at })
  } else if (member === 'order_id') {
    const said: Said = { event_id, topic, position, name, correlation_id, payload, at }
    dossierOf(world, payload.order_id).said.push(said)
  } else if (member === 'user_id') push(others.users, payload.user_id, name)
  else if (member === 'product_id') push(others.products, payload.product_id, { name, payload, position })
}

export function judgeEvents(world: World, requests: Requests, others: Others, judge: Judge): void {
  judgeOrderEvents(world, judge)
  judgeOrderSequence(world, judge)
  judgePaymentEvents(world, judge)
  judgeOtherEvents(world, requests, others, judge)
}

const count = (said: Said[], name: string) => said.filter(event => event.name === name).length

/** What is noted where a payment changes and the order does not go on. */
const paymentNotes =
  /^(the payment provider has not answered yet|the payment could not be confirmed yet|the payment is held, .*|money given back)$/

function judgeOrderEvents(world: World, judge: Judge): void {
  const pairs = judge.check(9, 'each change of an order has its event, and each event its change')
  const facts = judge.check(9, 'the events of an order say what the order is')
  const refunded = judge.check(9, 'each refund of an order has its event, which says what came back')
  for (const dossier of world.orders.values()) {
    const { id, row, items, history, said } = dossier
    const ours = said.filter(event => event.name.startsWith('order.'))
    if (!row) {
      if (ours.length > 0) pairs.expect(false, 'an event of an order that does not exist', { order_id: id })
      continue
    }
    judgeRefundEvents(dossier, refunded)
    const changes: Record<string, number> = {
      'order.placed': 1,
      'order.reserved': history.filter(step => step.note === 'stock held').length,
      'order.paid': turns(history, step => step.status === 'processing'),
      'order.payment-failed': history.filter(
        step =>
          step.status === 'pending' && step.payment_status === 'failed' && step.note?.startsWith('payment declined'),
      ).length,
      'order.payment-changed': history.filter(step => paymentNotes.test(step.note ?? '')).length,
      'order.shipped': turns(history, step => step.status === 'shipped'),
      'order.delivered': turns(history, step => step.status === 'delivered'),
      'order.cancelled': turns(history, step => step.status === 'cancelled'),
    }
    for (const [name, n] of Object.entries(changes)) {
      const events = count(ours, name)
      pairs.expect(events === n, `${n} times it happened, ${events} times it was said: ${name}`, { order_id: id })
    }
    for (const { name, payload, event_id } of ours) {
      const right =
        payload.total_minor === row.total_minor &&
        payload.currency === row.currency &&
        payload.number === row.number &&
        payload.user_id === row.user_id &&
        payload.cart_id === row.cart_id &&
        (name === 'order.refunded' || payload.items === undefined || sameUnits(unitsOf(payload.items), unitsOf(items)))
      facts.expect(right, `${name} says something else`, { order_id: id, event_id })
    }
  }
}

/** A payment may change, and something be given back, before and after each of the others. */
const besides = new Set(['order.payment-changed', 'order.refunded'])

/** The order in which the events of one order may lie on the bus. */
const stages = [
  'order.placed',
  'order.reserved',
  'order.payment-failed',
  'order.paid',
  'order.shipped',
  'order.delivered',
]

function judgeOrderSequence(world: World, judge: Judge): void {
  const sequence = judge.check(9, 'the events of an order lie on the bus in the order in which they happened')
  for (const { id, said } of world.orders.values()) {
    const ours = said.filter(event => event.topic === 'order' && !besides.has(event.name))
    if (ours.length === 0) continue
    sequence.look()
    ours.forEach((event, i) => {
      const before = ours[i - 1]
      const evidence = { order_id: id, positions: [before?.position, event.position] }
      if (!before) {
        if (event.name !== 'order.placed') sequence.wrong(`it begins with ${event.name}`, evidence)
        return
      }
      const stage = (name: string) => stages.indexOf(name)
      const back = event.name !== 'order.cancelled' && stage(event.name) < stage(before.name)
      if (before.name === 'order.cancelled' || back) sequence.wrong(`${event.name} after ${before.name}`, evidence)
      if (event.at < before.at) sequence.wrong(`${event.name} happened before what lies before it`, evidence)
    })
  }
  const stock = judge.check(9, 'the states of a product lie on the bus in the order in which they were')
  for (const { product_id, states } of world.stock.values()) {
    states.forEach((state, i) => {
      const before = states[i - 1]
      const right = !before || before.revision < state.revision
      stock.expect(right, `revision ${state.revision} lies after ${before?.revision}`, {
        product_id,
        position: state.position,
      })
    })
  }
}

function judgePaymentEvents(world: World, judge: Judge): void {
  const pairs = judge.check(9, 'each change of a payment has its event, and each event its change')
  const sequence = judge.check(9, 'the events of a payment lie on the bus in the order in which they happened')
  const refunds = new Map<string, number>()
  for (const { id, status, amount_minor } of world.refunds) if (status === 'succeeded') refunds.set(id, amount_minor)

  for (const { payments, said } of world.orders.values()) {
    const byPayment = new Map<string, Said[]>()
    for (const event of said) if (event.topic === 'payment') push(byPayment, event.payload.payment_id, event)
    for (const payment of payments) {
      const events = byPayment.get(payment.id) ?? []
      byPayment.delete(payment.id)
      const { status, at_once } = payment
      const captured = ['captured', 'refunded', 'partially_refunded'].includes(status)
      const answered = !['authorising', 'in_doubt'].includes(status)
      // What the provider was asked to take at once was held only where nothing was to be taken any more.
      const held = count(events, 'payment.authorised')
      const changes: Record<string, number> = {
        'payment.authorised':
          !answered || status === 'declined' ? 0 : at_once && status !== 'authorised' ? Math.min(held, 1) : 1,
        'payment.declined': status === 'declined' ? 1 : 0,
        'payment.captured': captured ? 1 : 0,
        'payment.voided': status === 'voided' ? 1 : 0,
      }
      const evidence = { payment_id: payment.id, order_id: payment.order_id }
      for (const [name, n] of Object.entries(changes)) {
        const found = count(events, name)
        pairs.expect(found === n, `${n} times it happened, ${found} times it was said: ${name}`, evidence)
      }
      judgeSequence(events, evidence, at_once)
    }
    for (const [payment_id, events] of byPayment) {
      pairs.expect(false, 'events of a payment that does not exist', { payment_id, event_id: events[0]!.event_id })
    }
    for (const { payload, name, event_id } of said) {
      if (name !== 'payment.refunded') continue
      const amount = refunds.get(payload.refund_id)
      refunds.delete(payload.refund_id)
      pairs.expect(amount === payload.refund_minor, 'a refund was said that is not, or was said before', { event_id })
    }
  }
  for (const refund_id of refunds.keys()) pairs.expect(false, 'a refund was made and not said', { refund_id })

  function judgeSequence(events: Said[], evidence: Record<string, unknown>, at_once: boolean): void {
    let refunded = 0
    const began = at_once && events[0]?.name !== 'payment.authorised' ? 1 : 0
    events.forEach((event, n) => {
      const first = event.name === 'payment.authorised' || event.name === 'payment.declined'
      const i = first ? n : n + began
      const right = first ? i === 0 : i > 0 && !(event.name !== 'payment.refunded' && i > 1)
      sequence.expect(right, `${event.name} is number ${i + 1}`, { ...evidence, position: event.position })
      if (event.name !== 'payment.refunded') return
      if (event.payload.refunded_minor <= refunded)
        sequence.wrong('refunds go back', { ...evidence, position: event.position })
      refunded = event.payload.refunded_minor
    })
  }
}

function judgeOtherEvents(world: World, requests: Requests, others: Others, judge: Judge): void {
  const users = judge.check(9, 'each account that came or went has its event, and each event its account')
  const products = judge.check(9, 'each product that came, changed or went has its event, and each event its product')
  for (const { id, erased_at } of world.users.values()) {
    const names = others.users.get(id) ?? []
    const registered = names.filter(name => name === 'user.registered').length
    const erased = names.filter(name => name === 'user.erased').length
    users.expect(registered === 1, `it was registered, and that was said ${registered} times`, { user_id: id })
    users.expect(erased === (erased_at ? 1 : 0), `its erasure was said ${erased} times`, { user_id: id })
  }
  for (const id of others.users.keys()) {
    if (!world.users.has(id)) users.expect(false, 'an event of an account that does not exist', { user_id: id })
  }
  const created = new Set(requests.of('createProduct').flatMap(request => request.answer_id ?? []))
  for (const [id, events] of others.products) {
    const row = world.products.get(id)
    const evidence = { product_id: id }
    if (!row) {
      products.expect(false, 'an event of a product that does not exist', evidence)
      continue
    }
    events.sort((a, b) => a.position - b.position)
    const names = events.map(event => event.name)
    const births = names.filter(name => name === 'product.created').length
    products.expect(births === 1 && names[0] === 'product.created', `it was created ${births} times`, evidence)
    const deaths = names.filter(name => name === 'product.deleted').length
    products.expect(deaths === (row.deleted_at ? 1 : 0), `its end was said ${deaths} times`, evidence)
    const last = events.findLast(event => event.name !== 'product.deleted')
    if (!last) continue
    const { sku, slug, name, price_minor, currency, is_active } = last.payload
    const right =
      sku === row.sku &&
      slug === row.slug &&
      name === row.name &&
      price_minor === row.price_minor &&
      currency === row.currency &&
      is_active === row.is_active
    products.expect(right, 'the last event says something else than the row', evidence)
  }
  for (const id of created) {
    if (world.products.has(id) && !others.products.has(id)) {
      products.expect(false, 'a product was created and that was not said', { product_id: id })
    }
  }
}

export const boughtOrders = (world: World): number => {
  let n = 0
  for (const { row } of world.orders.values()) if (row && isBought(row)) n++
  return n
}
