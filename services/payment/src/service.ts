import { fileURLToPath } from 'node:url'
import { type Context, createService, type Overrides } from '@shopfleet/service-kit'
import type { PaymentConfig } from './config.ts'
import { createPaymentMetrics, type PaymentMetrics } from './payment-metrics.ts'
import { createProvider, type Provider } from './provider.ts'
import { readJournal } from './reconcile.ts'
import { routes } from './routes.ts'
import { reconcile, settleOverdue } from './sweep.ts'

export { PaymentConfig } from './config.ts'
export interface Ctx extends Context<PaymentConfig> {
  provider: Provider
  counts: PaymentMetrics
}

/** Payments at the provider, refunds, webhooks, the ledger. */
export const createPaymentService = (config: PaymentConfig, overrides?: Overrides) =>
  createService<PaymentConfig, Ctx>({
    name: 'payment',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    extend(base) {
      const counts = createPaymentMetrics(base.metrics, base.sql)
      const provider = createProvider({
        url: config.PROVIDER_URL,
        key: config.PROVIDER_KEY,
        timeout_ms: config.PROVIDER_TIMEOUT_MS,
        boundary: overrides?.boundary,
        onAnswer: counts.answered,
        traces: base.traces,
      })
      return { ...base, provider, counts }
    },
    routes,
    sweeps: ctx => [
      { name: 'settle payments', interval_ms: config.SETTLE_SWEEP_MS, run: () => settleOverdue(ctx) },
      { name: 'reconcile payments', interval_ms: config.RECONCILE_MS, run: () => reconcile(ctx) },
      { name: 'read the journal of the provider', interval_ms: config.RECONCILE_MS, run: () => readJournal(ctx) },
    ],
    close: ctx => ctx.provider.close(),
  })
