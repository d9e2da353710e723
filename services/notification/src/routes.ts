import * as api from '@shopfleet/contracts'
import { decodeCursor, pageOf, type Route, route } from '@shopfleet/service-kit'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

export const routes = (ctx: Ctx): Route[] => [
  route(api.listNotification, async ({ query }) => {
    const [before] = decodeCursor('notification', ['id'], query.cursor) ?? []
    const limit = query.limit!
    const rows = await store.listNotes(ctx.sql, before, limit + 1)
    return pageOf('notification', rows, limit, row => [row.id])
  }),

  route(api.createNotification, ({ body }) => store.insertNote(ctx.sql, body.name)),
]
