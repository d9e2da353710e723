import { runService } from '@shopfleet/service-kit'
import { AnalyticsConfig, createAnalyticsService } from './service.ts'

await runService('analytics', AnalyticsConfig, createAnalyticsService)
