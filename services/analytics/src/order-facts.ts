import type { EventMessage } from '@shopfleet/contracts'

/*
 * What events of orders tell, put together by order. Pure. Of each time the earliest that was told counts, so it does
 * not matter in what order they come, nor how often.
 */

export const moments = ['placed_at', 'paid_at', 'shipped_at', 'delivered_at', 'cancelled_at'] as const
export type Moment = (typeof moments)[number]

const momentOf: Record<string, Moment> = {
  'order.placed': 'placed_at',
  'order.paid': 'paid_at',
  'order.shipped': 'shipped_at',
  'order.delivered': 'delivered_at',
  'order.cancelled': 'cancelled_at',
}

export interface Line {
  product_id: string
  quantity: number
  amount_minor: number
}

export interface OrderNews extends Partial<Record<Moment, string>> {
  order_id: string
  user_id: string | null
  currency: string
  total_minor: number
  refused: boolean
  lines: Line[]
}

interface OrderTold {
  order_id: string
  user_id: string | null
  currency: string
  total_minor: number
  items?: { product_id: string; quantity: number; price_minor: number }[]
  refused?: boolean
}

export function newsOf(messages: EventMessage<OrderTold>[]): OrderNews[] {
  const news = new Map<string, OrderNews>()
  for (const { name, occurred_at, payload } of messages) {
    const { order_id, user_id, currency, total_minor, items, refused } = payload
    const known = news.get(order_id) ?? { order_id, user_id, currency, total_minor, refused: false, lines: [] }
    news.set(order_id, known)
    const moment = momentOf[name]!
    const before = known[moment]
    if (before === undefined || Date.parse(occurred_at) < Date.parse(before)) known[moment] = occurred_at
    if (refused) known.refused = true
    if (items && known.lines.length === 0) known.lines = linesOf(items)
  }
  return [...news.values()]
}

/** One line of a product: an order may name it twice. */
function linesOf(items: NonNullable<OrderTold['items']>): Line[] {
  const lines = new Map<string, Line>()
  for (const { product_id, quantity, price_minor } of items) {
    const line = lines.get(product_id) ?? { product_id, quantity: 0, amount_minor: 0 }
    line.quantity += quantity
    line.amount_minor += quantity * price_minor
    lines.set(product_id, line)
  }
  return [...lines.values()]
}

/** A row of a roll-up: what it is about, and what is counted. */
export type Sums = Record<string, string | number>

/**
 * What has to be added to a roll-up for it to follow a change: the sums after less the sums before, those of zero left
 * out. `keys` says which members name the row; the rest are counted.
 */
export function difference(before: Sums[], after: Sums[], keys: readonly string[]): Sums[] {
  const rows = new Map<string, Sums>()
  const add = (from: Sums, sign: 1 | -1) => {
    const key = JSON.stringify(keys.map(name => from[name]))
    const row = rows.get(key)
    if (!row) {
      const signed = Object.entries(from).map(([name, value]) => [
        name,
        keys.includes(name) ? value : sign * (value as number),
      ])
      rows.set(key, Object.fromEntries(signed))
      return
    }
    for (const [name, value] of Object.entries(from)) {
      if (!keys.includes(name)) row[name] = (row[name] as number) + sign * (value as number)
    }
  }
  for (const row of before) add(row, -1)
  for (const row of after) add(row, 1)
  return [...rows.values()].filter(row =>
    Object.entries(row).some(([name, value]) => !keys.includes(name) && value !== 0),
  )
}
