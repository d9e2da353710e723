import { orderPaid, orderReserved, userErased } from '@shopfleet/contracts'
import { type Handler, on, onMany } from '@shopfleet/messaging'
import { deleteSavedOf } from './saved-store.ts'
import * as store from './store.ts'

export const handlers = (): Handler[] => [
  // An order that is paid at once says only the second of these.
  ...onMany([orderReserved, orderPaid], (tx, orders) =>
    store.markOrdered(
      tx,
      orders.flatMap(({ cart_id, items }) => (cart_id === null ? [] : { cart_id, items })),
    ),
  ),
  on(userErased, async (tx, { user_id }) => {
    await store.deleteCartsOf(tx, user_id)
    await deleteSavedOf(tx, user_id)
  }),
]
