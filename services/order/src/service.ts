import { fileURLToPath } from 'node:url'
import { type Context, createService, type Overrides } from '@shopfleet/service-kit'
import { sweep } from './checkout.ts'
import type { OrderConfig } from './config.ts'
import { handlers } from './events.ts'
import { createOrderMetrics, type OrderMetrics, watchUnfinished } from './order-metrics.ts'
import { readPersonalData } from './personal-data-store.ts'
import { sweepRefunds } from './refunds/refund-order.ts'
import { relearn } from './relearn.ts'
import { routes } from './routes.ts'

export { OrderConfig } from './config.ts'
export type Ctx = Context<OrderConfig> & {
  orders: OrderMetrics
  /** Keys of requests that are on their way to being recorded just now. */
  placing: Set<string>
  /** Of each coupon of a limited number of uses, the order that was last to take one. */
  redeeming: Map<string, Promise<unknown>>
}

/** Orders: checkout, history, status, cancel. It alone knows the checkout sequence. */
export const createOrderService = (config: OrderConfig, overrides?: Overrides) =>
  createService<OrderConfig, Ctx>({
    name: 'order',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    extend(base) {
      watchUnfinished(base.metrics, base.sql)
      return { ...base, orders: createOrderMetrics(base.metrics), placing: new Set(), redeeming: new Map() }
    },
    routes,
    handlers,
    // News of payments matters to orders whose request is no longer there.
    gather_ms: 100,
    personalData: readPersonalData,
    learn: () => relearn,
    sweeps: ctx => [
      { name: 'finish checkouts', interval_ms: config.SWEEP_MS, run: () => sweep(ctx) },
      { name: 'finish refunds', interval_ms: config.SWEEP_MS, run: () => sweepRefunds(ctx) },
    ],
  })
