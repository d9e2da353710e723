import { settingsChanged } from '@shopfleet/contracts'
import { type Handler, on } from '@shopfleet/messaging'
import { saveShopName } from './second-factor-store.ts'

export const handlers = (): Handler[] => [on(settingsChanged, (tx, { shop_name }) => saveShopName(tx, shop_name))]
