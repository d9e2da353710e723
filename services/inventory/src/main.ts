import { runService } from '@shopfleet/service-kit'
import { createInventoryService, InventoryConfig } from './service.ts'

await runService('inventory', InventoryConfig, createInventoryService)
