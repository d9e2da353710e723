import * as api from '@shopfleet/contracts'
import { decodeCursor, pageOf, type Route, route, userIdOf } from '@shopfleet/service-kit'
import * as audit from './audit-store.ts'
import { changeSettings } from './change-settings.ts'
import { exportRecord, readCustomer } from './customer-record.ts'
import { readDashboard } from './dashboard.ts'
import { deadLetterRoutes } from './dead-letter-routes.ts'
import { readHealth } from './health.ts'
import { repairNow } from './reconcile.ts'
import { repairs } from './repairs.ts'
import type { Ctx } from './service.ts'
import * as settings from './settings-store.ts'
import * as store from './store.ts'
import { webhookRoutes } from './webhook-routes.ts'

const toFinding = (row: store.FindingRow): api.Finding => ({ ...row, title: api.findingKinds[row.kind] })

async function findOr404(ctx: Ctx, id: string): Promise<store.FindingRow> {
  const finding = await store.findFinding(ctx.sql, id)
  if (!finding) throw new api.Problem('not-found')
  return finding
}

export const routes = (ctx: Ctx): Route[] => [
  route(api.listFindings, async ({ query }) => {
    const { cursor, ...filter } = query
    const [before] = decodeCursor('findings', ['id'], cursor) ?? []
    const limit = query.limit!
    const rows = await store.listFindings(ctx.sql, { ...filter, before, limit: limit + 1 })
    const page = pageOf('findings', rows.map(toFinding), limit, row => [row.id])
    return { ...page, last_run: (await store.lastRun(ctx.sql)) ?? null }
  }),

  route(api.getFinding, async ({ params }) => {
    const finding = await findOr404(ctx, params.id)
    return { ...toFinding(finding), history: [...(await store.listHistory(ctx.sql, params.id))] }
  }),

  route(api.repairFinding, async ({ params, caller }) => {
    const finding = await findOr404(ctx, params.id)
    if (finding.state === 'open') {
      if (!repairs[finding.kind]) throw new api.Problem('not-repairable', { detail: finding.advice ?? undefined })
      await repairNow(ctx, finding, userIdOf(caller) ?? 'staff')
    }
    return toFinding(await findOr404(ctx, params.id))
  }),

  route(api.closeFinding, async ({ params, body, caller }) => {
    await findOr404(ctx, params.id)
    await store.closeFinding(ctx.sql, params.id, body.reason, userIdOf(caller) ?? 'staff')
    return toFinding(await findOr404(ctx, params.id))
  }),

  route(api.listAuditLog, async ({ query }) => {
    const { cursor, limit: _, ...filter } = query
    const limit = query.limit!
    const after = decodeCursor('audit', ['time', 'id'], cursor)
    const rows = await audit.listAudit(ctx.sql, filter, { after, limit: limit + 1 })
    return pageOf('audit', rows, limit, row => [row.at, row.id])
  }),

  route(api.getDashboard, ({ query }) => readDashboard(ctx, query.time_zone!)),
  route(api.getCustomerRecord, ({ params }) => readCustomer(ctx, params.id)),
  route(api.exportCustomer, ({ params }) => exportRecord(ctx, params.id)),
  route(api.getSettings, async () => {
    const [now, ...earlier] = await settings.listSettings(ctx.sql, 20)
    return { ...now!, earlier }
  }),
  route(api.updateSettings, ({ body, caller }) => changeSettings(ctx, body, userIdOf(caller) ?? null)),
  route(api.getShopProfile, () => settings.findProfile(ctx.sql)),

  ...deadLetterRoutes(ctx),
  ...webhookRoutes(ctx),
  route(api.listServices, async () => ({ items: await readHealth(ctx) })),
]
