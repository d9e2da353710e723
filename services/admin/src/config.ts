import { databaseSettings, settings } from '@shopfleet/service-kit'
import type { Static } from 'typebox'

export const AdminConfig = settings(4010, { ...databaseSettings })
export type AdminConfig = Static<typeof AdminConfig>
