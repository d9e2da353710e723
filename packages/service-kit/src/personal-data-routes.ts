import { personalData, personalDataServices, type ServiceName } from '@shopfleet/contracts'
import type { Sql } from '@shopfleet/database'
import { type Route, route } from './route.ts'

/** What a service keeps of a person, by the name of a thing. */
export type ReadPersonalData = (user_id: string) => Promise<Record<string, unknown[]>>

/**
 * What a service that keeps something of people offers to the user service. Whether it has dropped what names somebody
 * its inbox says: the event is noted there in the transaction of the effect.
 */
export function personalDataRoutes(service: ServiceName, sql: Sql, read: ReadPersonalData): Route[] {
  const keeper = personalDataServices.find(one => one === service)
  if (!keeper) throw new Error(`${service} is not in personalDataServices`)
  const api = personalData(keeper)
  return [
    route(api.exportPersonalData, ({ params }) => read(params.user_id)),
    route(api.hasErased, async ({ params }) => {
      const applied = await sql`select 1 from inbox where event_id = ${params.event_id}`
      return { erased: applied.count === 1 }
    }),
  ]
}
