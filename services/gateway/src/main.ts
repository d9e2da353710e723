import { runService } from '@shopfleet/service-kit'
import { createGateway, GatewayConfig } from './service.ts'

await runService('gateway', GatewayConfig, createGateway)
