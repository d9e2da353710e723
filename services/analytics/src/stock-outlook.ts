import { cover } from './period.ts'
import { listRunningOut } from './report-store.ts'
import type { Ctx } from './service.ts'

const hour_ms = 3_600_000
const day_ms = 24 * hour_ms

/** What runs out soon if it goes on selling as in the last days. */
export async function stockOutlook(ctx: Ctx, query: { days?: number; within?: number; limit?: number } = {}) {
  const { days = 28, within = 14, limit = 10 } = query
  const now = ctx.clock.now()
  // The hour that is running counts too.
  const end = Math.ceil(now / hour_ms) * hour_ms
  const pieces = cover({ start: end - days * day_ms, end })
  const rows = await listRunningOut(ctx.sql, { pieces, days, within, limit })
  const items = rows.map(row => {
    const left_ms = Math.floor((row.available * days * day_ms) / row.sold)
    return { ...row, days_left: Math.floor(left_ms / day_ms), runs_out_at: new Date(now + left_ms).toISOString() }
  })
  return { days, items }
}
