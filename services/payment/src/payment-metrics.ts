import type { Sql } from '@shopfleet/database'
import type { Metrics } from '@shopfleet/service-kit'
import type { ProviderAnswer } from './provider.ts'
import * as store from './store.ts'

/** Counts what becomes of payments and refunds, and what the provider answers. */
export function createPaymentMetrics(metrics: Metrics, sql: Sql) {
  const payments = metrics.counter(
    'payments_total',
    'Payments, by what became of them',
    ['status'],
    ['authorised', 'captured', 'declined', 'voided', 'in_doubt'].map(status => ({ status })),
  )
  const refunds = metrics.counter(
    'refunds_total',
    'Refunds, by what became of them',
    ['outcome'],
    ['asked', 'made', 'refused'].map(outcome => ({ outcome })),
  )
  const repairs = metrics.counter('payment_repairs_total', "Payments corrected after a look into the provider's book")
  const answers = metrics.counter(
    'provider_answers_total',
    'Answers of the payment provider, by step; unknown: none that could be relied on',
    ['step', 'kind'],
    ['authorise', 'capture', 'void', 'refund', 'get', 'find'].map(step => ({ step, kind: 'unknown' })),
  )
  const durations = metrics.histogram('provider_duration_seconds', 'Time the payment provider took, by step', ['step'])

  let asked: ReturnType<typeof store.readOpenQuestions> | undefined
  const question = (name: string, help: string, key: 'n' | 'oldest_s') =>
    metrics.gauge(name, help, async set => {
      asked ??= store.readOpenQuestions(sql).finally(() => {
        asked = undefined
      })
      set((await asked)[key])
    })
  question('payments_in_question', 'Payments and refunds that wait for an answer of the provider', 'n')
  question('payments_in_question_oldest_seconds', 'How long the first of them has waited', 'oldest_s')

  return {
    payment: (status: string) => payments.inc({ status }),
    refund: (outcome: 'asked' | 'made' | 'refused') => refunds.inc({ outcome }),
    /** A payment differed from the provider's book: none does in a calm run. */
    repaired: () => repairs.inc(),
    answered(step: string, kind: ProviderAnswer['kind'], duration_ms: number) {
      answers.inc({ step, kind })
      durations.observe({ step }, duration_ms / 1000)
    },
  }
}
export type PaymentMetrics = ReturnType<typeof createPaymentMetrics>
