import { databaseSettings, settings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

export const PaymentConfig = settings(4006, {
  ...databaseSettings,
  PROVIDER_URL: Type.String({ default: 'http://127.0.0.1:4100', description: 'Where the payment provider answers' }),
  PROVIDER_KEY: Type.String({ minLength: 1, description: 'API key at the payment provider', secret: true }),
  PROVIDER_TIMEOUT_MS: Type.Integer({
    default: 3000,
    minimum: 50,
    description: 'What one call to the provider may take; then the payment is in doubt and asked about again',
  }),
  WEBHOOK_SECRET: Type.String({ minLength: 8, description: "Signs the provider's webhooks", secret: true }),
  WEBHOOK_TOLERANCE_S: Type.Integer({
    default: 300,
    minimum: 1,
    description: 'How old the signature of a webhook may be',
  }),
  SETTLE_SWEEP_MS: Type.Integer({
    default: 1000,
    minimum: 50,
    description: 'Milliseconds between sweeps for open questions',
  }),
  SETTLE_AFTER_MS: Type.Integer({
    default: 2000,
    minimum: 0,
    description: 'How long a question to the provider is left alone before the sweep asks again; doubles each time',
  }),
  RECONCILE_MS: Type.Integer({
    default: 30_000,
    minimum: 100,
    description: 'Milliseconds between comparisons with the provider',
  }),
})
export type PaymentConfig = Static<typeof PaymentConfig>
