import {
  countLowStock,
  countPendingReviews,
  type getDashboard,
  type ReplyOf,
  readShopFigures,
  type ServiceName,
  Unavailable,
} from '@shopfleet/contracts'
import { readHealth } from './health.ts'
import type { Ctx } from './service.ts'
import { findProfile } from './settings-store.ts'
import { countOpen } from './store.ts'
import { countFailing } from './webhook-store.ts'

/** Asks everybody at once. Who does not answer leaves a gap, not an error. */
export async function readDashboard(ctx: Ctx, time_zone: string): Promise<ReplyOf<typeof getDashboard>> {
  const { low_stock_threshold: threshold } = await findProfile(ctx.sql)
  const away = new Set<string>()
  const [figures, stock, reviews, health, findings, webhooks_failing] = await Promise.all([
    unlessAway(away, 'analytics', () => ctx.call(readShopFigures, { query: { time_zone } })),
    unlessAway(away, 'inventory', () => ctx.call(countLowStock, { query: { below: threshold } })),
    unlessAway(away, 'review', () => ctx.call(countPendingReviews, {})),
    readHealth(ctx),
    countOpen(ctx.sql),
    countFailing(ctx.sql),
  ])
  for (const { service, healthy } of health) if (!healthy) away.add(service)
  const { today, yesterday, ...orders } = figures ?? {}
  return {
    sales: today && yesterday ? { today, yesterday } : null,
    orders: figures ? (orders as { unpaid: number; to_ship: number; in_transit: number }) : null,
    stock: stock ? { ...stock, threshold } : null,
    reviews: reviews ?? null,
    findings,
    dead_letters: health.reduce((sum, one) => sum + (one.messaging?.dead_letters.open ?? 0), 0),
    webhooks_failing,
    services: { healthy: health.filter(one => one.healthy).length, total: health.length },
    away: [...away].sort(),
  }
}

/** Notes who is away, and answers nothing for them. */
export async function unlessAway<Answer>(
  away: Set<string>,
  service: ServiceName,
  ask: () => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    away.add(service)
    return undefined
  }
}
