import { runService } from '@shopfleet/service-kit'
import { createProductService, ProductConfig } from './service.ts'

await runService('product', ProductConfig, createProductService)
