import { runService } from '@shopfleet/service-kit'
import { AdminConfig, createAdminService } from './service.ts'

await runService('admin', AdminConfig, createAdminService)
