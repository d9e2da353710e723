import { reviewRatingChanged, stockChanged } from '@shopfleet/contracts'
import { type Handler, onMany } from '@shopfleet/messaging'
import * as store from './store.ts'

export const handlers = (): Handler[] => [
  ...onMany([stockChanged], store.projectStock),
  ...onMany([reviewRatingChanged], store.projectRatings),
]
