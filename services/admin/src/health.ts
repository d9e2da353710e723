import { everyService, type listServices, type ReplyOf, type ServiceName } from '@shopfleet/contracts'
import { services } from './gather.ts'
import type { Ctx } from './service.ts'

type Health = ReplyOf<typeof listServices>['items'][number]

/** How each service is: asked for its messaging, which needs its process, its database and the bus. */
export async function readHealth(ctx: Ctx): Promise<Health[]> {
  return Promise.all(services.map(service => readOne(ctx, service)))
}

async function readOne(ctx: Ctx, service: ServiceName): Promise<Health> {
  const from_ms = ctx.clock.now()
  try {
    const { version, ...messaging } = await ctx.call(everyService(service).readMessaging, {})
    if (!messaging.outbox) throw new Error('something else answers at its address')
    return { service, healthy: true, answered_ms: ctx.clock.now() - from_ms, version, error: null, messaging }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    return { service, healthy: false, answered_ms: null, version: null, error: words, messaging: null }
  }
}
