import { services } from '@shopfleet/platform'
import type { Lines, RunClock } from './history.ts'
import type { Platform } from './platform.ts'

/** Looks once a second at what must hold at every instant, past all edges. What cannot be asked is noted as such. */
export function startSamples(platform: Platform, journal: Lines, clock: RunClock): { stop(): void } {
  let isRunning = false
  const timer = setInterval(async () => {
    if (isRunning) return
    isRunning = true
    const t_ms = clock.t_ms()
    try {
      const stock = await platform.sql('inventory')<{ product_id: string; on_hand: number; reserved: number }[]>`
        select product_id, on_hand, reserved from stock where not (0 <= reserved and reserved <= on_hand)`
      const orders = await platform.sql('order')<{ status: string; payment_status: string; n: number }[]>`
        select status, payment_status, count(*)::int as n from orders group by 1, 2 order by 1, 2`
      const outbox: Record<string, number> = {}
      for (const { name, hasDatabase } of services) {
        if (!hasDatabase) continue
        const [row] = await platform.sql(name)<[{ n: number }]>`select count(*)::int as n from outbox`
        if (row.n > 0) outbox[name] = row.n
      }
      journal.write({ t_ms, stock, orders, outbox })
    } catch (error) {
      journal.write({ t_ms, error: (error as Error).message })
    } finally {
      isRunning = false
    }
  }, 1000)
  return { stop: () => clearInterval(timer) }
}
