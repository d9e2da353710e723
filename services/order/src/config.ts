import { databaseSettings, settings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

export const OrderConfig = settings(4003, {
  ...databaseSettings,
  HOLD_S: Type.Integer({
    default: 900,
    minimum: 1,
    maximum: 86_000,
    description: 'Seconds the stock of an unpaid order is held',
  }),
  DRIVE_LEASE_MS: Type.Integer({
    default: 15_000,
    minimum: 100,
    description: 'Milliseconds a request has to finish a checkout before the sweeper takes over',
  }),
  SWEEP_MS: Type.Integer({
    default: 500,
    minimum: 50,
    description: 'Milliseconds between sweeps for unfinished checkouts',
  }),
  ORDER_TOKEN_SECRET: Type.Optional(
    Type.String({
      minLength: 32,
      description: 'Makes the tokens of guest orders; SERVICE_SECRET if not set',
      secret: true,
    }),
  ),
})
export type OrderConfig = Static<typeof OrderConfig>
