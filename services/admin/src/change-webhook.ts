import {
  type BodyOf,
  type createWebhook as create,
  maxWebhooks,
  Problem,
  type updateWebhook as update,
} from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import type { Ctx } from './service.ts'
import { followFromNow } from './tell-webhooks.ts'
import { checkEvents, checkUrl } from './webhook.ts'
import * as store from './webhook-store.ts'

export async function createWebhook(ctx: Ctx, body: BodyOf<typeof create>): Promise<store.WebhookRow> {
  const { description = '', is_active = true, events } = body
  checkEvents(events)
  const webhook = { url: checkUrl(body.url, ctx.config), events, description, is_active }
  if (is_active) await followFromNow(ctx)
  const row = await transaction(ctx.sql, tx => store.insertWebhook(tx, webhook, maxWebhooks))
  if (!row) throw new Problem('too-many', { detail: `A shop has at most ${maxWebhooks} webhooks.` })
  return row
}

/** Undefined: there is no such webhook. */
export async function updateWebhook(
  ctx: Ctx,
  id: string,
  body: BodyOf<typeof update>,
): Promise<store.WebhookRow | undefined> {
  if (body.events) checkEvents(body.events)
  const patch = { ...body, ...(body.url === undefined ? {} : { url: checkUrl(body.url, ctx.config) }) }
  if (body.is_active) await followFromNow(ctx)
  return store.updateWebhook(ctx.sql, id, patch)
}
