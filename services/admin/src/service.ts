import { fileURLToPath } from 'node:url'
import { findingKinds } from '@shopfleet/contracts'
import { type Context, createService, type Metrics, type Overrides } from '@shopfleet/service-kit'
import { insertUnended } from './audit-store.ts'
import { learnSettings } from './change-settings.ts'
import type { AdminConfig } from './config.ts'
import { handlers } from './events.ts'
import { reconcile } from './reconcile.ts'
import { routes } from './routes.ts'
import * as store from './store.ts'
import { collectDeliveries, disableFailing, sendDeliveries, stayWithinLog } from './tell-webhooks.ts'
import { deleteOldDeliveries } from './webhook-store.ts'

export { AdminConfig } from './config.ts'
export interface Ctx extends Context<AdminConfig> {
  findings: ReturnType<Metrics['counter']>
  repairs: ReturnType<Metrics['counter']>
  deliveries: ReturnType<Metrics['counter']>
  /** Notes when the last comparison ended, in seconds since 1970. */
  lastRun: { set(at_s: number): void }
}

/** The back office: what differs between the services and its repair, what staff did, dead letters, health. */
export const createAdminService = (config: AdminConfig, overrides?: Overrides) =>
  createService<AdminConfig, Ctx>({
    name: 'admin',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    extend(base) {
      const { metrics, sql } = base
      const kinds = Object.keys(findingKinds).map(kind => ({ kind }))
      let ended_s = 0
      metrics.gauge('reconciler_last_run_seconds', 'When the last comparison ended, seconds since 1970', set =>
        set(ended_s),
      )
      metrics.gauges('reconciler_open_findings', 'Differences that are not repaired, by kind', ['kind'], async set => {
        for (const { kind, n } of await store.countOpenByKind(sql)) set({ kind }, n)
      })
      return {
        ...base,
        findings: metrics.counter('reconciler_findings_total', 'Differences found, by kind', ['kind'], kinds),
        repairs: metrics.counter('reconciler_repairs_total', 'Differences repaired, by kind', ['kind'], kinds),
        deliveries: metrics.counter('webhook_deliveries_total', 'Tries to tell webhooks, by what came of them', [
          'outcome',
        ]),
        lastRun: {
          set(at_s) {
            ended_s = at_s
          },
        },
      }
    },
    routes,
    gather_ms: 500,
    handlers,
    learn: () => learnSettings,
    sweeps: ctx => [
      {
        name: 'note actions without an end',
        interval_ms: 60_000,
        run: () => insertUnended(ctx.sql, config.AUDIT_UNENDED_S),
      },
      { name: 'reconcile', interval_ms: config.RECONCILE_MS, run: () => reconcile(ctx) },
      {
        name: 'tell webhooks',
        interval_ms: config.WEBHOOK_INTERVAL_MS,
        run: async () => (await collectDeliveries(ctx)) + (await sendDeliveries(ctx)),
      },
      {
        name: 'tend webhooks',
        interval_ms: 60_000,
        run: async () => (await disableFailing(ctx)) + (await stayWithinLog(ctx)),
      },
      {
        name: 'forget old deliveries',
        interval_ms: 3_600_000,
        run: () => deleteOldDeliveries(ctx.sql, config.WEBHOOK_KEEP_DAYS, 5000),
      },
    ],
  })
