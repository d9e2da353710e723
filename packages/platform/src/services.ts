import type { ServiceName } from '@shopfleet/contracts'
import type { Overrides } from '@shopfleet/service-kit'
import type { TObject } from 'typebox'
import type { SecretName } from './secrets.ts'

/** What is needed to run a service, whether in this process or in one of its own. */
export interface ServiceEntry {
  name: ServiceName
  port: number
  /** Owns a database (and reads the bus). */
  hasDatabase: boolean
  /** The generated secrets it is given beside its own SERVICE_KEY; it sees no others. */
  secrets: SecretName[]
  /** Loaded when needed: a process that runs one service reads the code of one. */
  load: () => Promise<LoadedService>
}

export interface Runnable {
  start(): Promise<string>
  stop(): Promise<void>
  drain(): Promise<number>
  /** Makes good what its database does not know of its own events. The gateway has none. */
  learn?(): Promise<number>
}

export interface LoadedService {
  config: TObject
  create: (config: any, overrides?: Overrides) => Promise<Runnable>
}

/** Every service of the platform. A new one is added here and nowhere else. */
export const services: ServiceEntry[] = [
  {
    name: 'user',
    port: 4001,
    hasDatabase: true,
    secrets: ['SEALING_SECRET'],
    load: async () => {
      const { UserConfig, createUserService } = await import('@shopfleet/user')
      return { config: UserConfig, create: createUserService }
    },
  },
  {
    name: 'product',
    port: 4002,
    hasDatabase: true,
    secrets: [],
    load: async () => {
      const { ProductConfig, createProductService } = await import('@shopfleet/product')
      return { config: ProductConfig, create: createProductService }
    },
  },
  {
    name: 'order',
    port: 4003,
    hasDatabase: true,
    secrets: ['ORDER_TOKEN_SECRET'],
    load: async () => {
      const { OrderConfig, createOrderService } = await import('@shopfleet/order')
      return { config: OrderConfig, create: createOrderService }
    },
  },
  {
    name: 'cart',
    port: 4004,
    hasDatabase: true,
    secrets: [],
    load: async () => {
      const { CartConfig, createCartService } = await import('@shopfleet/cart')
      return { config: CartConfig, create: createCartService }
    },
  },
  {
    name: 'inventory',
    port: 4005,
    hasDatabase: true,
    secrets: [],
    load: async () => {
      const { InventoryConfig, createInventoryService } = await import('@shopfleet/inventory')
      return { config: InventoryConfig, create: createInventoryService }
    },
  },
  {
    name: 'payment',
    port: 4006,
    hasDatabase: true,
    secrets: ['PROVIDER_KEY', 'WEBHOOK_SECRET'],
    load: async () => {
      const { PaymentConfig, createPaymentService } = await import('@shopfleet/payment')
      return { config: PaymentConfig, create: createPaymentService }
    },
  },
  {
    name: 'notification',
    port: 4008,
    hasDatabase: true,
    secrets: [],
    load: async () => {
      const { NotificationConfig, createNotificationService } = await import('@shopfleet/notification')
      return { config: NotificationConfig, create: createNotificationService }
    },
  },
  {
    name: 'admin',
    port: 4010,
    hasDatabase: true,
    secrets: ['OUTBOUND_WEBHOOK_SECRET'],
    load: async () => {
      const { AdminConfig, createAdminService } = await import('@shopfleet/admin')
      return { config: AdminConfig, create: createAdminService }
    },
  },
  {
    name: 'review',
    port: 4007,
    hasDatabase: true,
    secrets: [],
    load: async () => {
      const { ReviewConfig, createReviewService } = await import('@shopfleet/review')
      return { config: ReviewConfig, create: createReviewService }
    },
  },
  {
    name: 'analytics',
    port: 4009,
    hasDatabase: true,
    secrets: [],
    load: async () => {
      const { AnalyticsConfig, createAnalyticsService } = await import('@shopfleet/analytics')
      return { config: AnalyticsConfig, create: createAnalyticsService }
    },
  },
  {
    name: 'gateway',
    port: 8080,
    hasDatabase: false,
    secrets: [],
    load: async () => {
      const { GatewayConfig, createGateway } = await import('@shopfleet/gateway')
      return { config: GatewayConfig, create: createGateway }
    },
  },
]
