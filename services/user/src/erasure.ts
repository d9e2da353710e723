import { type PersonalDataService, personalData, personalDataServices, Unavailable } from '@shopfleet/contracts'
import * as store from './erasure-store.ts'
import type { Ctx } from './service.ts'

/** Asks the services whose part of an erasure is open whether it is done. Answers how many parts were. */
export async function confirmErasures(ctx: Ctx): Promise<number> {
  let done = 0
  const away = new Set<string>()
  for (const { erasure_id, service, event_id } of await store.listOpenParts(ctx.sql, 100)) {
    if (away.has(service)) continue
    try {
      const { hasErased } = personalData(service as PersonalDataService)
      const { erased } = await ctx.call(hasErased, { params: { event_id } })
      if (!erased) continue
      await store.completePart(ctx.sql, erasure_id, service)
      done++
    } catch (error) {
      // Asked again at the next run.
      if (!(error instanceof Unavailable)) throw error
      away.add(service)
    }
  }
  return done
}

/** Everything the platform keeps of a person, from every service, or nothing: a part of it would look like all. */
export async function exportPerson(ctx: Ctx, user_id: string) {
  const [user, ...others] = await Promise.all([
    store.readOwnData(ctx.sql, user_id),
    ...personalDataServices.map(service => ctx.call(personalData(service).exportPersonalData, { params: { user_id } })),
  ])
  const named = personalDataServices.map((service, i) => [service, others[i]!] as const)
  return {
    user_id,
    exported_at: new Date(ctx.clock.now()).toISOString(),
    services: Object.fromEntries([['user', user!] as const, ...named]),
  }
}
