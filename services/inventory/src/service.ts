import { fileURLToPath } from 'node:url'
import { type Context, createService, type Metrics, type Overrides } from '@shopfleet/service-kit'
import type { InventoryConfig } from './config.ts'
import { handlers } from './events.ts'
import { readStockState, type StockState } from './metrics-store.ts'
import { expireOverdue } from './reserve.ts'
import { routes } from './routes.ts'

export { InventoryConfig } from './config.ts'
export type Ctx = Context<InventoryConfig> & {
  /** Counts orders that could not have what they asked for. */
  shortages: ReturnType<Metrics['counter']>
}

/** Stock, reservations with a deadline, movements. */
export const createInventoryService = (config: InventoryConfig, overrides?: Overrides) =>
  createService<InventoryConfig, Ctx>({
    name: 'inventory',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    extend(base) {
      watchStock(base)
      const shortages = base.metrics.counter('stock_shortages_total', 'Reservations refused for want of stock')
      return { ...base, shortages }
    },
    routes,
    handlers,
    sweeps: ctx => [
      { name: 'expire reservations', interval_ms: config.EXPIRY_SWEEP_MS, run: () => expireOverdue(ctx) },
    ],
  })

function watchStock({ metrics, sql }: Context<InventoryConfig>): void {
  let asked: Promise<StockState> | undefined
  const gauge = (name: string, help: string, key: keyof StockState) =>
    metrics.gauge(name, help, async set => {
      asked ??= readStockState(sql).finally(() => {
        asked = undefined
      })
      set((await asked)[key])
    })
  gauge('stock_sold_out', 'Variants of which nothing is available, at most 10000', 'sold_out')
  gauge('reservations_held', 'Orders that stock is held for', 'held')
  gauge('reservations_overdue_seconds', 'How long stock has been held beyond its deadline', 'overdue_s')
}
