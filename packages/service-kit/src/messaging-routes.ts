import { events, everyService, Problem, type ServiceName } from '@shopfleet/contracts'
import type { Sql } from '@shopfleet/database'
import {
  type Bus,
  type DeadLetterRow,
  discardDeadLetter,
  editDeadLetter,
  findDeadLetter,
  listDeadLetters,
  listOwnFindings,
  type Relay,
  readMessagingState,
  rewindBeyondEnd,
  type Subscription,
} from '@shopfleet/messaging'
import packageJson from '../package.json' with { type: 'json' }
import type { Clock } from './clock.ts'
import { type Route, route } from './route.ts'
import { checkReply } from './validation.ts'

/** The platform's version: all of it is released as one. */
export const version: string = packageJson.version

/** What every service offers to the admin service: see `everyService` of the contracts. */
export function messagingRoutes(kit: {
  service: ServiceName
  sql: Sql
  bus: Bus
  clock: Clock
  relay: Relay
  subscription: Subscription
  /** Reads this service's own events back. */
  learn: () => Promise<number>
}): Route[] {
  const { sql, bus, relay, subscription } = kit
  const api = everyService(kit.service)

  async function letterOr404(event_id: string): Promise<DeadLetterRow> {
    const letter = await findDeadLetter(sql, event_id)
    if (!letter) throw new Problem('not-found')
    return letter
  }

  return [
    route(api.readMessaging, async () => ({ version, ...(await readMessagingState(sql, bus, kit.clock.now())) })),
    route(api.hastenMessaging, async () => {
      const rewound = await rewindBeyondEnd(sql, bus)
      const done = (await relay.drain()) + (await kit.learn()) + (await subscription.drain())
      return { done, rewound }
    }),
    route(api.listOwnFindings, async ({ query }) => ({ items: await listOwnFindings(sql, query.after, 200) })),
    route(api.listDeadLettersHere, async ({ query }) => ({
      items: await listDeadLetters(sql, { state: query.state ?? 'open', after: query.after, limit: query.limit! }),
    })),
    route(api.getDeadLetterHere, ({ params }) => letterOr404(params.event_id)),
    route(api.editDeadLetterHere, async ({ params, body }) => {
      const { message } = await letterOr404(params.event_id)
      const event = events.find(one => one.name === message.name)
      // What is mended must be what the event promises, or it would only fail again.
      const wrong = event && checkReply(event.schema, body.payload)
      if (wrong) throw new Problem('validation-failed', { errors: [{ pointer: '/payload', detail: wrong }] })
      await editDeadLetter(sql, params.event_id, body.payload)
      return letterOr404(params.event_id)
    }),
    route(api.replayDeadLetterHere, async ({ params }) => {
      const { topic, aggregate_id } = await letterOr404(params.event_id)
      await subscription.replayDeadLetters({ topic, aggregate_id })
      return letterOr404(params.event_id)
    }),
    route(api.discardDeadLetterHere, async ({ params }) => {
      await letterOr404(params.event_id)
      await discardDeadLetter(sql, params.event_id)
      return letterOr404(params.event_id)
    }),
  ]
}
