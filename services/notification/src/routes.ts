import type { Notification, Page, QueryOf } from '@shopfleet/contracts'
import * as api from '@shopfleet/contracts'
import { decodeCursor, isStaff, mayAccess, pageOf, type Route, route, userIdOf } from '@shopfleet/service-kit'
import { preferenceRoutes } from './preference-routes.ts'
import { queueMessage } from './queue-message.ts'
import { reconcileRoutes } from './reconcile-routes.ts'
import { resend } from './resend.ts'
import { sendLetter } from './send-letter.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'
import { templateRoutes } from './template-routes.ts'
import * as tries from './tries-store.ts'

export const routes = (ctx: Ctx): Route[] => {
  async function list(
    query: QueryOf<typeof api.listNotifications>,
    user_id: string | undefined,
  ): Promise<Page<Notification>> {
    const { cursor, ...filter } = query
    const limit = query.limit!
    const [before] = decodeCursor('notifications', ['id'], cursor) ?? []
    const rows = await store.listMessages(ctx.sql, { ...filter, user_id, before, limit: limit + 1 })
    return pageOf('notifications', rows, limit, row => [row.id])
  }

  return [
    route(api.queueMessage, ({ body }) => queueMessage(ctx, body)),
    route(api.sendNotification, ({ body, caller, idempotency_key }) =>
      sendLetter(ctx, { body, author: userIdOf(caller), idempotency_key }),
    ),
    route(api.readNotification, async ({ params: { id } }) => {
      const message = await store.findMessage(ctx.sql, id)
      if (!message) throw new api.Problem('not-found')
      const [said, contents] = await Promise.all([tries.listTries(ctx.sql, id), tries.findContents(ctx.sql, id)])
      return { message, tries: said, contents: contents ?? null }
    }),
    route(api.resendNotification, ({ params }) => resend(ctx, params.id)),

    route(api.listNotifications, ({ query, caller }) =>
      list(query, isStaff(caller, 'orders') ? undefined : userIdOf(caller)!),
    ),
    route(api.listUserNotifications, ({ params, query, caller }) => {
      if (!mayAccess(caller, params.user_id, 'orders')) throw new api.Problem('not-found')
      return list(query, params.user_id)
    }),

    ...reconcileRoutes(ctx),
    ...preferenceRoutes(ctx),
    ...templateRoutes(ctx),
  ]
}
