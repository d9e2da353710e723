import { runService } from '@shopfleet/service-kit'
import { createReviewService, ReviewConfig } from './service.ts'

await runService('review', ReviewConfig, createReviewService)
