import { type SalesFigures, sliceOf, toMajor } from '@shopfleet/contracts'
import { type Bucket, bucketsOf, cover, type Period, type Unit } from './period.ts'
import type { Pieces, SalesRow, SalesSums } from './report-store.ts'

/* From sums to what reports show. Pure. */

export const rangeOf = ({ from, to, time_zone }: Period) => ({ from, to, time_zone })

const iso = (ms: number) => new Date(ms).toISOString()

/** The buckets of a report, as they are shown, and the pieces of roll-ups that fill them. */
export function bucketed(period: Period, by: Unit): { buckets: Bucket[]; pieces: Pieces } {
  const buckets = bucketsOf(period, by)
  return { buckets, pieces: buckets.flatMap((bucket, n) => cover(bucket).map(piece => ({ ...piece, n }))) }
}
export const showBucket = ({ start, end, label }: Bucket) => ({ start: iso(start), end: iso(end), label })

const nothing: SalesSums = {
  placed: 0,
  orders: 0,
  cancelled: 0,
  cancelled_paid: 0,
  shipped: 0,
  delivered: 0,
  units: 0,
  revenue_minor: 0,
  refunds: 0,
  refunded_minor: 0,
  new_customers: 0,
  returning_orders: 0,
  guest_orders: 0,
}

/** Sums as they are shown, in major units. */
export function figuresOf(sums: SalesSums = nothing, currency: string): Omit<SalesFigures, 'currency'> {
  const { placed, orders, cancelled, shipped, delivered, units, refunds } = sums
  const { revenue_minor, refunded_minor, new_customers, returning_orders, guest_orders } = sums
  const average_minor = orders > 0 ? sliceOf(revenue_minor, { from: 0, to: 1, of: orders }) : undefined
  return {
    placed,
    orders,
    cancelled,
    shipped,
    delivered,
    units,
    revenue: toMajor(revenue_minor, currency),
    refunds,
    refunded: toMajor(refunded_minor, currency),
    net_revenue: toMajor(revenue_minor - refunded_minor, currency),
    average_order: average_minor === undefined ? null : toMajor(average_minor, currency),
    new_customers,
    returning_orders,
    guest_orders,
  }
}

/** By currency, in the order of the currencies; one in which nothing happened is left out unless it is `always`. */
export const byCurrency = (rows: SalesRow[], currencies: string[]): SalesFigures[] =>
  currencies.flatMap(currency => {
    const row = rows.find(one => one.currency === currency)
    return row ? [{ currency, ...figuresOf(row, currency) }] : []
  })

/** The sums of several rows. */
export function totalOf(rows: SalesSums[]): SalesSums {
  const total = { ...nothing }
  for (const row of rows) for (const name of Object.keys(total) as (keyof SalesSums)[]) total[name] += row[name]
  return total
}

/** A share, to four decimals; null where there is nothing to have a share of. */
export const shareOf = (part: number, whole: number): number | null =>
  whole > 0 ? Math.round((part / whole) * 10_000) / 10_000 : null
