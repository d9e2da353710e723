import { orderPaid, orderReserved, userErased } from '@shopfleet/contracts'
import { type Handler, on } from '@shopfleet/messaging'
import * as store from './store.ts'

export const handlers = (): Handler[] => [
  // An order that is paid at once says only the second of these.
  on(orderReserved, async (tx, { cart_id }) => {
    if (cart_id) await store.markOrdered(tx, cart_id)
  }),
  on(orderPaid, async (tx, { cart_id }) => {
    if (cart_id) await store.markOrdered(tx, cart_id)
  }),
  on(userErased, async (tx, { user_id }) => {
    await store.deleteCartsOf(tx, user_id)
  }),
]
