import { runService } from '@shopfleet/service-kit'
import { createUserService, UserConfig } from './service.ts'

await runService('user', UserConfig, createUserService)
