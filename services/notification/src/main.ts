import { runService } from '@shopfleet/service-kit'
import { createNotificationService, NotificationConfig } from './service.ts'

await runService('notification', NotificationConfig, createNotificationService)
