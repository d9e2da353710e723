import { runService } from '@shopfleet/service-kit'
import { CartConfig, createCartService } from './service.ts'

await runService('cart', CartConfig, createCartService)
