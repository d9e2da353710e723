import { databaseSettings, settings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

export const CartConfig = settings(4004, {
  ...databaseSettings,
  GUEST_CART_DAYS: Type.Integer({
    default: 60,
    minimum: 1,
    description: 'Days after which carts nobody came back to are deleted: those of guests, and those that were ordered',
  }),
  CART_SWEEP_MS: Type.Integer({
    default: 600_000,
    minimum: 1000,
    description: 'Milliseconds between sweeps for such carts',
  }),
  CART_ABANDONED_AFTER_S: Type.Integer({
    default: 14_400,
    minimum: 60,
    maximum: 2_592_000,
    description: 'Seconds nobody touches the cart of a customer before it counts as left behind',
  }),
  CART_WATCH_MS: Type.Integer({
    default: 60_000,
    minimum: 100,
    description: 'Milliseconds between looks for carts that were left behind',
  }),
})
export type CartConfig = Static<typeof CartConfig>
