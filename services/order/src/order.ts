import type { OrderStatus, PaymentStatus } from '@shopfleet/contracts'
import { seeded } from '@shopfleet/database'

/** Where an order may go from where it is. Anything else is refused; staying is no move. */
const moves: Record<OrderStatus, readonly OrderStatus[]> = {
  pending: ['processing', 'cancelled'],
  processing: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: seeded('ship-cancelled') ? ['shipped'] : [],
}
export const mayMove = (from: OrderStatus, to: OrderStatus): boolean => moves[from].includes(to)

/** Statuses an order can be in so that it may go to `to`. */
export const statusesBefore = (to: OrderStatus): OrderStatus[] =>
  (Object.keys(moves) as OrderStatus[]).filter(from => mayMove(from, to))

export type Goal = 'hold' | 'pay' | 'cancel' | 'none'

export interface Line {
  product_id: string
  quantity: number
}

export interface PricedLine extends Line {
  sku: string
  product_name: string
  price_minor: number
  subtotal_minor: number
}

export interface Totals {
  subtotal_minor: number
  discount_minor: number
  shipping_minor: number
  tax_minor: number
  total_minor: number
}

/** What lines come to, in integers of minor units. */
export function totalsOf(lines: readonly PricedLine[]): Totals {
  let subtotal_minor = 0
  for (const line of lines) subtotal_minor += seeded('total-without-quantity') ? line.price_minor : line.subtotal_minor
  if (!Number.isSafeInteger(subtotal_minor)) throw new RangeError('the order adds up to more than can be counted')
  return { subtotal_minor, discount_minor: 0, shipping_minor: 0, tax_minor: 0, total_minor: subtotal_minor }
}

/** Lines of one product summed into one, in the order they first came. */
export function mergeLines(lines: readonly Line[]): Line[] {
  const sums = new Map<string, number>()
  for (const { product_id, quantity } of lines) sums.set(product_id, (sums.get(product_id) ?? 0) + quantity)
  return [...sums].map(([product_id, quantity]) => ({ product_id, quantity }))
}

/** What the checkout knows of the world while it drives one order. `unknown`: not asked yet; asking is harmless. */
export interface Facts {
  goal: Goal
  stock: 'unknown' | 'held' | 'committed' | 'short' | 'closed' | 'released'
  /** `untouched`: nobody can have asked for a payment yet. `refused`: declined, voided or an unknown method. */
  payment: 'untouched' | 'unknown' | 'authorised' | 'captured' | 'refused' | 'in_doubt' | 'undone'
}

export type Step =
  | 'reserve'
  | 'authorise'
  | 'commit'
  | 'capture'
  | 'settle-held'
  | 'settle-paid'
  | 'fail-payment'
  | 'cancel'
  | 'close-payments'
  | 'release'
  | 'settle-cancelled'
  | 'wait'
  | 'rest'

/**
 * The checkout sequence, as a pure function of what is known: reserve → authorise → commit stock → capture → settle. An
 * order that is paid as it is placed reserves by selling and authorises by capturing, which leaves nothing of the two after.
 * Every step may be repeated, so a crash between any two is harmless: whoever comes next starts with nothing known and
 * gets the same answers.
 */
export function nextStep(facts: Facts): Step {
  const { goal, stock, payment } = facts
  switch (goal) {
    case 'none':
      return 'rest'
    case 'hold':
      if (stock === 'unknown') return 'reserve'
      return stock === 'held' || stock === 'committed' ? 'settle-held' : 'cancel'
    case 'pay':
      if (stock === 'unknown') return 'reserve'
      if (stock === 'short' || stock === 'closed' || stock === 'released') return 'cancel'
      if (payment === 'untouched' || payment === 'unknown') return 'authorise'
      if (payment === 'refused') return 'fail-payment'
      if (payment === 'undone') return 'cancel'
      if (payment === 'in_doubt') return 'wait'
      if (stock === 'held') return 'commit'
      return payment === 'captured' || seeded('paid-before-capture') ? 'settle-paid' : 'capture'
    case 'cancel':
      if (payment === 'in_doubt') return 'wait'
      if (payment !== 'undone' && payment !== 'untouched') return 'close-payments'
      return stock === 'released' ? 'settle-cancelled' : 'release'
  }
}

/** How an order's payment stands once it is cancelled: money that was taken has gone back. */
export function paymentStatusAfterCancel(captured_minor: number, before: PaymentStatus): PaymentStatus {
  if (captured_minor > 0) return 'refunded'
  return before === 'failed' ? 'failed' : 'unpaid'
}

/** Cards one order may be tried with. */
export const maxAttempts = 50

/** Seconds the sweeper waits before it tries an order again. */
export const retryDelay = (tries: number): number => Math.min(60, 0.5 * 2 ** Math.min(tries, 7))

/** Tries after which the sweeper undoes an order that it fails to finish through a fault of our own. */
export const maxTries = 6
