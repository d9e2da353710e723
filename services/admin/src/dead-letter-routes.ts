import * as api from '@shopfleet/contracts'
import { type Route, route } from '@shopfleet/service-kit'
import { services } from './gather.ts'
import type { Ctx } from './service.ts'

/** Dead letters lie with the service that could not apply them; this one asks and passes on. */
export const deadLetterRoutes = (ctx: Ctx): Route[] => {
  function known(service: string): api.ServiceName {
    const name = services.find(one => one === service)
    if (!name) throw new api.Problem('not-found')
    return name
  }

  return [
    route(api.listDeadLetters, async ({ query }) => {
      const { service, ...asked } = query
      const items: api.DeadLetter[] = []
      const away: string[] = []
      for (const name of service === undefined ? services : [known(service)]) {
        try {
          const letters = await ctx.call(api.everyService(name).listDeadLettersHere, { query: asked })
          // Something answers at that address, but none of this platform's services.
          if (!letters.items) throw new api.Unavailable(name)
          items.push(...letters.items.map(letter => ({ service: name, ...letter })))
        } catch (error) {
          // The letters of the others are worth seeing while one is down.
          if (!(error instanceof api.Unavailable)) throw error
          away.push(name)
        }
      }
      return { items: items.slice(0, query.limit), away }
    }),
    route(api.replayDeadLetter, async ({ params, query }) => {
      const service = known(query.service)
      const input = { params: { event_id: params.id } }
      return { service, ...(await ctx.call(api.everyService(service).replayDeadLetterHere, input)) }
    }),
    route(api.discardDeadLetter, async ({ params, query }) => {
      const service = known(query.service)
      const input = { params: { event_id: params.id } }
      return { service, ...(await ctx.call(api.everyService(service).discardDeadLetterHere, input)) }
    }),
    route(api.editDeadLetter, async ({ params, query, body }) => {
      const service = known(query.service)
      const input = { params: { event_id: params.id }, body }
      return { service, ...(await ctx.call(api.everyService(service).editDeadLetterHere, input)) }
    }),
  ]
}
