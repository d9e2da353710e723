import {
  catalogueChanged,
  orderDelivered,
  productCreated,
  productDeleted,
  productUpdated,
  userErased,
} from '@shopfleet/contracts'
import { type Handler, on, onMany } from '@shopfleet/messaging'
import * as store from './store.ts'
import * as wishlist from './wishlist/wishlist-store.ts'

export const handlers = (): Handler[] => [
  // A guest has no account to review with.
  ...onMany([orderDelivered], async (tx, orders, messages) => {
    const got = orders.flatMap(({ user_id, items = [] }, i) =>
      user_id === null
        ? []
        : items.map(({ product_id }) => ({ user_id, product_id, delivered_at: messages[i]!.occurred_at })),
    )
    if (got.length > 0) await store.insertDeliveries(tx, got)
  }),

  ...onMany([productCreated], store.noteVariants),
  on(productUpdated, (tx, product, { occurred_at }) => wishlist.noteProduct(tx, product, occurred_at)),
  on(catalogueChanged, async (tx, { in_stock }, { aggregate_id, occurred_at }) => {
    if (in_stock !== undefined) await wishlist.noteStock(tx, aggregate_id, in_stock, occurred_at)
  }),
  on(productDeleted, (tx, { product_id }) => wishlist.forgetProduct(tx, product_id)),

  on(userErased, async (tx, { user_id }) => {
    await store.forgetUser(tx, user_id)
    await wishlist.deleteWishlistOf(tx, user_id)
  }),
]
