import { databaseSettings, settings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

export const InventoryConfig = settings(4005, {
  ...databaseSettings,
  EXPIRY_SWEEP_MS: Type.Integer({
    default: 1000,
    minimum: 50,
    description: 'Milliseconds between sweeps for reservations past their deadline',
  }),
})
export type InventoryConfig = Static<typeof InventoryConfig>
