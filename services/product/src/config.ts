import { currencies } from '@shopfleet/contracts'
import { fileSettings } from '@shopfleet/files'
import { databaseSettings, settings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

export const ProductConfig = settings(4002, {
  ...databaseSettings,
  ...fileSettings,
  DEFAULT_CURRENCY: Type.Enum(Object.keys(currencies), {
    default: 'USD',
    description: 'Currency of products that name none, and of the price filters',
  }),
  IMAGES_DIR: Type.Optional(
    Type.String({
      description: 'Folder of pictures beside the uploaded ones; the one of the demonstration if not set',
    }),
  ),
})
export type ProductConfig = Static<typeof ProductConfig>
