import { runService } from '@shopfleet/service-kit'
import { createOrderService, OrderConfig } from './service.ts'

await runService('order', OrderConfig, createOrderService)
