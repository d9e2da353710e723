import {
  orderCancelled,
  orderDelivered,
  orderPaid,
  orderPlaced,
  orderShipped,
  paymentRefunded,
  productCreated,
  productDeleted,
  productUpdated,
  stockChanged,
  storefrontObserved,
  userErased,
  userRegistered,
} from '@shopfleet/contracts'
import { type Handler, on, onMany } from '@shopfleet/messaging'
import { applyOrders, applyRefunds } from './apply-orders.ts'
import { countObservations } from './observe.ts'
import { newsOf } from './order-facts.ts'
import * as rollups from './rollup-store.ts'
import * as store from './store.ts'

export const handlers = (): Handler[] => [
  ...onMany([orderPlaced, orderPaid, orderShipped, orderDelivered, orderCancelled], (tx, _orders, messages) =>
    applyOrders(tx, newsOf(messages)),
  ),
  ...onMany([paymentRefunded], (tx, _refunds, messages) =>
    applyRefunds(
      tx,
      messages.map(({ occurred_at, payload: { refund_id, order_id, currency, refund_minor } }) => {
        return { refund_id, order_id, currency, amount_minor: refund_minor, made_at: occurred_at }
      }),
    ),
  ),
  ...onMany([userRegistered], async (tx, _users, messages) => {
    const accounts = messages.map(({ occurred_at, payload }) => ({ user_id: payload.user_id, at: occurred_at }))
    await rollups.lockRollups(tx)
    const opened = await store.writeAccounts(tx, accounts)
    await rollups.addTo(
      tx,
      'accounts',
      opened.map(at => ({ at, registered: 1 })),
    )
  }),
  on(userErased, async (tx, { user_id }, { occurred_at: at }) => {
    await rollups.lockRollups(tx)
    if (await store.forgetUser(tx, user_id, at)) await rollups.addTo(tx, 'accounts', [{ at, erased: 1 }])
  }),
  // One at a time: those of one product change the same row.
  ...[productCreated, productUpdated].map(event =>
    on(event, (tx, { product_id, sku, name, category_id, is_active }, { occurred_at: told_at }) =>
      store.writeProducts(tx, [{ product_id, sku, name, category_id, is_active, told_at }]),
    ),
  ),
  on(productDeleted, (tx, { product_id }, { occurred_at }) =>
    store.writeProducts(tx, [{ product_id, is_active: false, deleted_at: occurred_at, told_at: occurred_at }]),
  ),
  ...onMany([stockChanged], (tx, stock) => store.writeStock(tx, stock)),
  ...onMany([storefrontObserved], (tx, _told, messages) =>
    countObservations(
      tx,
      messages.map(({ occurred_at, payload }) => ({ at: occurred_at, events: payload.events })),
    ),
  ),
]
