import { fileSettings } from '@shopfleet/files'
import { databaseSettings, settings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

export const ReviewConfig = settings(4007, {
  ...databaseSettings,
  ...fileSettings,
  MODERATE_ALL: Type.Boolean({
    default: false,
    description: 'No review is published before staff have read it; else only those with something suspicious wait',
  }),
  MODERATE_PHOTOS: Type.Boolean({
    default: true,
    description: 'A review with a new picture waits until staff have seen it',
  }),
  WISHLIST_SWEEP_MS: Type.Integer({
    default: 300_000,
    minimum: 1000,
    description: 'Milliseconds between looks for wishlist news that was held back for a day',
  }),
})
export type ReviewConfig = Static<typeof ReviewConfig>
