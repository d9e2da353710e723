import { databaseSettings, settings } from '@shopfleet/service-kit'
import type { Static } from 'typebox'

export const AnalyticsConfig = settings(4009, { ...databaseSettings })
export type AnalyticsConfig = Static<typeof AnalyticsConfig>
