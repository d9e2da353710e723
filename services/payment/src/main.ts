import { runService } from '@shopfleet/service-kit'
import { createPaymentService, PaymentConfig } from './service.ts'

await runService('payment', PaymentConfig, createPaymentService)
