import { productCreated } from '@shopfleet/contracts'
import { type Handler, on } from '@shopfleet/messaging'
import * as store from './store.ts'

export const handlers = (): Handler[] => [
  // The product service also asks for this directly, so that a new product can be sold at once; whoever is first wins.
  on(productCreated, async (tx, product) => {
    await store.insertOpeningStock(tx, product.product_id, product.opening_stock)
  }),
]
