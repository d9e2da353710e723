import * as api from '@shopfleet/contracts'
import { decodeCursor, pageOf, type Route, route } from '@shopfleet/service-kit'
import { createWebhook, updateWebhook } from './change-webhook.ts'
import type { Ctx } from './service.ts'
import { sendTest } from './tell-webhooks.ts'
import { secretOf, webhookEvents } from './webhook.ts'
import * as store from './webhook-store.ts'

const toWire = ({ secret_salt: _, ...webhook }: store.WebhookRow): api.Webhook => webhook

function known<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new api.Problem('not-found')
  return thing
}

export const webhookRoutes = (ctx: Ctx): Route[] => {
  const { sql, config } = ctx
  const withSecret = (row: store.WebhookRow) => ({ ...toWire(row), secret: secretOf(config, row) })

  return [
    route(api.createWebhook, async ({ body }) => withSecret(await createWebhook(ctx, body))),
    route(api.listWebhooks, async () => ({ items: (await store.listWebhooks(sql)).map(toWire) })),
    route(api.getWebhook, async ({ params }) => toWire(known(await store.findWebhook(sql, params.id)))),
    route(api.updateWebhook, async ({ params, body }) => toWire(known(await updateWebhook(ctx, params.id, body)))),
    route(api.deleteWebhook, async ({ params }) => {
      if (!(await store.deleteWebhook(sql, params.id))) throw new api.Problem('not-found')
      return null
    }),
    route(api.renewWebhookSecret, async ({ params }) => withSecret(known(await store.renewSalt(sql, params.id)))),

    route(api.listWebhookDeliveries, async ({ params, query }) => {
      known(await store.findWebhook(sql, params.id))
      const [before] = decodeCursor('webhook-deliveries', ['id'], query.cursor) ?? []
      const limit = query.limit!
      const filter = { webhook_id: params.id, status: query.status, before, limit: limit + 1 }
      return pageOf('webhook-deliveries', await store.listDeliveries(sql, filter), limit, row => [row.id])
    }),
    route(api.listDeliveriesAbout, async ({ query }) => ({
      items: await store.listDeliveriesAbout(sql, query.subject, 100),
    })),
    route(api.getWebhookDelivery, async ({ params }) =>
      known(await store.findDelivery(sql, params.id, params.delivery_id)),
    ),
    route(api.replayWebhookDelivery, async ({ params }) =>
      known(await store.replayDelivery(sql, params.id, params.delivery_id)),
    ),
    route(api.testWebhook, async ({ params }) => {
      const webhook = known(await store.findWebhook(sql, params.id))
      const id = await sendTest(ctx, webhook)
      return known(await store.findDelivery(sql, webhook.id, id))
    }),
    route(api.listWebhookEvents, async () => ({ items: webhookEvents })),
  ]
}
