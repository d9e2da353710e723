import { stockChanged } from '@shopfleet/contracts'
import { type Handler, on } from '@shopfleet/messaging'
import * as store from './store.ts'

export const handlers = (): Handler[] => [on(stockChanged, (tx, stock) => store.projectStock(tx, stock))]
