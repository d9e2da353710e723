import type {
  CartFacts,
  FindingKind,
  MessagingFacts,
  OrderFacts,
  PaymentFacts,
  ReservationFacts,
  ShownStock,
  StockFacts,
} from '@shopfleet/contracts'

/*
 * What may differ between the services, as pure functions of the facts each of them gave. A difference is no finding
 * yet: the facts were not read at the same instant. One that is seen again and again with the same fingerprint is.
 */

export interface Difference {
  kind: FindingKind
  subject: string
  evidence: Record<string, unknown>
  /** What must stay the same for it to be the same difference. */
  fingerprint: string
}

/** What every service says of one order. */
export interface OrderCase {
  order_id: string
  order?: OrderFacts
  payment?: PaymentFacts
  reservation?: ReservationFacts
  cart?: CartFacts
  /** Whether the customer was told; undefined: not known. */
  confirmed?: boolean
}

/** Kinds each question decides: what it does not say any more has gone. */
export const kindsOf = {
  order: [
    'paid-not-captured',
    'money-of-undone-order',
    'payment-without-order',
    'captured-but-unpaid',
    'order-stuck',
    'reservation-without-order',
    'stock-of-undone-order',
    'paid-without-stock',
    'cancellation-forgotten',
    'stock-lines-differ',
    'returned-stock-differs',
    'cart-of-order-open',
    'confirmation-missing',
    'ledger-of-order-differs',
  ],
  product: ['stock-differs', 'page-stock-differs', 'stock-without-product'],
  cart: ['cart-without-order'],
  money: ['ledger-differs', 'provider-stranger'],
  messaging: ['outbox-stuck', 'consumer-behind', 'consumer-ahead', 'dead-letters-open'],
} as const satisfies Record<string, readonly FindingKind[]>
export type Group = keyof typeof kindsOf

/** An order on its way for longer than its sweeper would ever leave it. */
const stuck_s = 300

export function orderDifferences(facts: OrderCase): Difference[] {
  const { order, payment, reservation } = facts
  const found: Difference[] = []
  const say = (kind: FindingKind, evidence: Record<string, unknown>) =>
    found.push({ kind, subject: facts.order_id, evidence, fingerprint: JSON.stringify(evidence) })

  const net_minor = (payment?.captured_minor ?? 0) - (payment?.refunded_minor ?? 0)
  const live = payment?.live ?? null
  const money = { net_captured_minor: net_minor, payment: live?.status ?? null }
  const settled = payment === undefined || !payment.open
  const stock = reservation?.status ?? null
  const taken = stock === 'held' || stock === 'committed'
  if (payment && settled && payment.ledger_minor !== net_minor) {
    say('ledger-of-order-differs', { ledger_minor: payment.ledger_minor, net_captured_minor: net_minor })
  }

  if (!order) {
    if (payment && settled && (net_minor !== 0 || live)) say('payment-without-order', money)
    if (taken) say('reservation-without-order', { stock })
    return found
  }
  // On its way: whoever drives it will change all of the rest.
  if (order.goal !== 'none') {
    // Not how long, or it would be another difference each time.
    if (order.overdue_s > stuck_s) say('order-stuck', { goal: order.goal, payment_status: order.payment_status })
    return found
  }
  if (order.expired_s > stuck_s) say('order-stuck', { goal: 'none', why: 'unpaid past its deadline' })

  if (order.status === 'cancelled') {
    if (settled && (net_minor !== 0 || live)) say('money-of-undone-order', money)
    if (taken) say('stock-of-undone-order', { stock })
    return found
  }
  const undone = traceOfCancelling(facts)
  // What follows from it is not worth a finding of its own. How much is back may still change.
  if (undone) {
    const evidence = { undone, ...money, stock }
    found.push({ kind: 'cancellation-forgotten', subject: facts.order_id, evidence, fingerprint: undone })
    return found
  }
  if (order.status === 'pending') {
    const paying = live !== null && (live.status === 'captured' || live.status === 'authorised')
    if (settled && paying) say('captured-but-unpaid', { ...money, attempt: live.attempt })
  } else {
    const expected_minor = order.total_minor - order.refunded_minor
    if (settled && net_minor !== expected_minor) say('paid-not-captured', { ...money, expected_minor })
    if (stock !== 'committed') say('paid-without-stock', { stock })
    else if (!sameLines(order.items, reservation!.items)) {
      say('stock-lines-differ', { ordered: order.items, sold: reservation!.items })
    } else if (!sameLines(order.restocked, reservation!.returned)) {
      say('returned-stock-differs', { refunded: order.restocked, returned: reservation!.returned })
    }
    if (facts.confirmed === false) say('confirmation-missing', {})
  }
  if (facts.cart?.status === 'open') say('cart-of-order-open', { cart_id: facts.cart.cart_id })
  return found
}

/**
 * What says that an order was being cancelled when the order service lost its memory of it. Payments of an order are closed
 * by nothing else; where the payment service has forgotten as well, all the money is back and the stock released, which a
 * refund by itself never does. Stock that nobody knows says nothing: the inventory may have been set back too.
 */
export function traceOfCancelling({
  payment,
  reservation,
}: OrderCase): 'payments closed' | 'all given back' | undefined {
  if (!payment) return undefined
  if (payment.closed) return 'payments closed'
  const isBack = payment.captured_minor > 0 && payment.captured_minor === payment.refunded_minor
  return isBack && reservation?.status === 'released' ? 'all given back' : undefined
}

type Lines = { product_id: string; quantity: number }[]
const sameLines = (a: Lines, b: Lines) => {
  const text = (lines: Lines) =>
    lines
      .map(line => `${line.product_id} ${line.quantity}`)
      .sort()
      .join()
  return text(a) === text(b)
}

export function productDifferences(stock: StockFacts, shown: ShownStock | undefined): Difference[] {
  const found: Difference[] = []
  const subject = stock.product_id
  const { on_hand, reserved, moved, held } = stock
  if (on_hand !== moved || reserved !== held) {
    // The gap stays the same while the product goes on being sold.
    const fingerprint = `${on_hand - moved} ${reserved - held}`
    found.push({ kind: 'stock-differs', subject, evidence: { on_hand, moved, reserved, held }, fingerprint })
  }
  if (!shown) {
    const evidence = { on_hand }
    return [...found, { kind: 'stock-without-product', subject, evidence, fingerprint: '' }]
  }
  if (shown.available === null) return found
  const available = on_hand - reserved
  const evidence = { shown: shown.available, available, shown_revision: shown.revision, revision: stock.revision }
  // A page that stays where it is while the stock moves on has stopped hearing: its own revision is what stays the same.
  if (shown.revision !== stock.revision) {
    found.push({ kind: 'page-stock-differs', subject, evidence, fingerprint: `at ${shown.revision}` })
  } else if (shown.available !== available) {
    found.push({
      kind: 'page-stock-differs',
      subject,
      evidence,
      fingerprint: `shows ${shown.available} of ${available}`,
    })
  }
  return found
}

export function cartDifference(cart: CartFacts, order_id: string | undefined): Difference[] {
  if (cart.status !== 'ordered' || order_id !== undefined) return []
  return [{ kind: 'cart-without-order', subject: cart.cart_id, evidence: {}, fingerprint: '' }]
}

/** The provider's balance must lie within what the ledger and all that is under way allow. */
export function balanceDifference(balance: {
  currency: string
  lowest_minor: number
  highest_minor: number
  provider_minor: number
}): Difference[] {
  const { currency, lowest_minor, highest_minor, provider_minor } = balance
  if (provider_minor >= lowest_minor && provider_minor <= highest_minor) return []
  return [{ kind: 'ledger-differs', subject: currency, evidence: { ...balance }, fingerprint: '' }]
}

/** How long an event may wait to be sent or heard. */
const late_s = 60

/** What is wrong with how one service speaks and hears; subjects are the service, or the service and a topic. */
export function messagingDifferences(service: string, facts: MessagingFacts): Difference[] {
  const { outbox, topics, dead_letters } = facts
  const found: Difference[] = []
  const say = (kind: FindingKind, subject: string, evidence: Record<string, unknown>) =>
    found.push({ kind, subject, evidence, fingerprint: '' })
  if (outbox.oldest_s > late_s) say('outbox-stuck', service, { ...outbox })
  if (dead_letters.open > 0) say('dead-letters-open', service, { ...dead_letters })
  for (const { topic, position, highest, unheard_s } of topics) {
    if (highest !== null && position > highest) say('consumer-ahead', `${service}/${topic}`, { position, highest })
    else if (unheard_s > late_s) say('consumer-behind', `${service}/${topic}`, { position, unheard_s })
  }
  return found
}
