import { toMajor } from '@shopfleet/contracts'
import type { Metrics } from '@shopfleet/service-kit'
import { readUnfinished, type Unfinished } from './metrics-store.ts'
import type { OrderRow } from './store.ts'

type Told = 'placed' | 'paid' | 'payment_failed' | 'cancelled' | 'shipped' | 'delivered'

/** Reasons of our own. What people write as theirs is theirs, and would be a series each. */
const reasons = ['out_of_stock', 'payment_declined', 'payment_failed', 'expired', 'unavailable', 'failed']

/** Counts what becomes of orders. */
export function createOrderMetrics(metrics: Metrics) {
  const told: Told[] = ['placed', 'paid', 'payment_failed', 'cancelled', 'shipped', 'delivered']
  const orders = metrics.counter(
    'orders_total',
    'Orders, by what became of them',
    ['status'],
    told.map(status => ({ status })),
  )
  const value = metrics.counter('orders_value_total', 'What paid orders come to, in whole units of the currency', [
    'currency',
  ])
  const cancelled = metrics.counter(
    'orders_cancelled_total',
    'Orders cancelled, by reason; asked: by the customer or by staff',
    ['reason'],
    [...reasons, 'asked'].map(reason => ({ reason })),
  )
  return {
    told(status: Exclude<Told, 'paid' | 'cancelled'>) {
      orders.inc({ status })
    },
    paid({ total_minor, currency }: OrderRow) {
      orders.inc({ status: 'paid' })
      value.inc({ currency }, toMajor(total_minor, currency))
    },
    cancelled({ cancel_reason }: OrderRow) {
      orders.inc({ status: 'cancelled' })
      cancelled.inc({ reason: reasons.includes(cancel_reason ?? '') ? cancel_reason! : 'asked' })
    },
  }
}
export type OrderMetrics = ReturnType<typeof createOrderMetrics>

/** Tells at each scrape what is not at its end; one statement for all of it. */
export function watchUnfinished(metrics: Metrics, sql: Parameters<typeof readUnfinished>[0]): void {
  let asked: Promise<Unfinished> | undefined
  const gauge = (name: string, help: string, key: keyof Unfinished) =>
    metrics.gauge(name, help, async set => {
      asked ??= readUnfinished(sql).finally(() => {
        asked = undefined
      })
      set((await asked)[key])
    })
  gauge('orders_unfinished', 'Orders that are being paid, held or undone', 'orders')
  gauge('orders_unfinished_oldest_seconds', 'How long the one that waits longest has not moved', 'orders_oldest_s')
  gauge('order_refunds_unfinished', 'Refunds of orders that are not at their end', 'refunds')
  gauge('order_refunds_unfinished_oldest_seconds', 'How long ago the oldest was asked for', 'refunds_oldest_s')
}
