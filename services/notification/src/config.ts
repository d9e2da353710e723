import { databaseSettings, settings } from '@shopfleet/service-kit'
import type { Static } from 'typebox'

export const NotificationConfig = settings(4008, { ...databaseSettings })
export type NotificationConfig = Static<typeof NotificationConfig>
