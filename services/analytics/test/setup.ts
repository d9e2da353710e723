import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

/* The analytics service by itself, and events as the other services say them. */

export const product = (n: number) => `0199d0d0-0000-7000-8000-00000000000${n}`

/** An event as it travels; the same each time it is delivered. */
export function told<E extends api.EventType>(event: E, aggregate_id: string, at: string, payload: api.PayloadOf<E>) {
  return {
    id: randomUUID(),
    name: event.name,
    version: event.version,
    service: event.service,
    aggregate_id,
    payload,
    correlation_id: 'test',
    traceparent: null,
    occurred_at: at,
  } satisfies api.EventMessage
}

export interface Bought {
  order_id?: string
  user_id?: string | null
  currency?: string
  lines?: { product_id: string; quantity: number; price_minor: number }[]
  placed: string
  paid?: string
  shipped?: string
  delivered?: string
  cancelled?: string
  refused?: string
  refunds?: { at: string; amount_minor: number }[]
}

/** Everything that is said of one order. */
export function eventsOf(o: Bought): api.EventMessage[] {
  const order_id = o.order_id ?? randomUUID()
  const items = o.lines ?? [{ product_id: product(1), quantity: 2, price_minor: 1250 }]
  const currency = o.currency ?? 'EUR'
  const total_minor = items.reduce((sum, line) => sum + line.quantity * line.price_minor, 0)
  const facts = {
    order_id,
    number: order_id.slice(0, 8),
    user_id: o.user_id ?? null,
    cart_id: null,
    currency,
    total_minor,
  }
  const list: api.EventMessage[] = [told(api.orderPlaced, order_id, o.placed, { ...facts, items })]
  if (o.paid) list.push(told(api.orderPaid, order_id, o.paid, { ...facts, items }))
  if (o.shipped) list.push(told(api.orderShipped, order_id, o.shipped, facts))
  if (o.delivered) list.push(told(api.orderDelivered, order_id, o.delivered, facts))
  if (o.cancelled) list.push(told(api.orderCancelled, order_id, o.cancelled, { ...facts, reason: 'asked' }))
  if (o.refused)
    list.push(told(api.orderCancelled, order_id, o.refused, { ...facts, reason: 'out_of_stock', refused: true }))
  let refunded_minor = 0
  for (const { at, amount_minor } of o.refunds ?? []) {
    refunded_minor += amount_minor
    const payment = { payment_id: order_id, order_id, attempt: 1, amount_minor: total_minor, currency }
    const refund = { refund_id: randomUUID(), refund_minor: amount_minor, captured_minor: total_minor, refunded_minor }
    list.push(told(api.paymentRefunded, order_id, at, { ...payment, ...refund }))
  }
  return list
}

export async function openAnalytics() {
  const platform: TestPlatform = await startTestPlatform({ services: ['analytics'] })
  const staff = await platform.asStaff('analytics')
  const client = platform.client('analytics')
  return {
    platform,
    staff,
    client,
    sql: platform.sql('analytics'),
    deliver: (events: api.EventMessage[]) => platform.service('analytics').deliver(events),
    ask: <O extends api.Operation<any, any, any, any>>(operation: O, query: api.QueryOf<O>) =>
      client.call(operation, { query } as api.InputOf<O>, staff),
    async clear() {
      const sql = platform.sql('analytics')
      for (const table of ['order_lines', 'orders', 'refunds', 'people', 'erasures', 'products', 'stock', 'sales']) {
        await sql.unsafe(`delete from ${table}`)
      }
      for (const table of ['product_sales', 'accounts', 'attention', 'attention_totals', 'searches', 'inbox']) {
        await sql.unsafe(`delete from ${table}`)
      }
    },
  }
}
export type Analytics = Awaited<ReturnType<typeof openAnalytics>>
