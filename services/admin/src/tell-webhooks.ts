import type { ServiceName } from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import { insertEnded } from './audit-store.ts'
import { services } from './gather.ts'
import type { Ctx } from './service.ts'
import { bodyOf, retryDelay, secretOf, signedHeaders, testEvent, webhookEvents } from './webhook.ts'
import { post } from './webhook-request.ts'
import * as store from './webhook-store.ts'

const batchSize = 200
const told = new Set(webhookEvents.map(event => event.name))

/**
 * While no webhook is on the log is not read. Before the first one is, the place in each topic moves to its end: what
 * happened before is not looked at.
 */
export async function followFromNow(ctx: Ctx): Promise<void> {
  if (await store.hasActiveWebhooks(ctx.sql)) return
  const places = await store.readPlaces(ctx.sql)
  for (const topic of services) await store.moveTo(ctx.sql, topic, places.get(topic), await endOf(ctx, topic))
}

const endOf = async (ctx: Ctx, topic: ServiceName): Promise<number> =>
  (await ctx.bus.highest?.(topic)) ?? (await ctx.bus.before?.(topic, 0)) ?? 0

/** A log that was set back is shorter than what was read of it: then the place goes back to its end. */
export async function stayWithinLog(ctx: Ctx): Promise<number> {
  let moved = 0
  for (const [topic, place] of await store.readPlaces(ctx.sql)) {
    const highest = await ctx.bus.highest?.(topic)
    if (highest !== undefined && highest < place && (await store.moveTo(ctx.sql, topic, place, highest))) moved++
  }
  return moved
}

/** Reads on in the event log and writes down what webhooks are to be told. Answers how many deliveries that made. */
export async function collectDeliveries(ctx: Ctx): Promise<number> {
  if (!(await store.hasActiveWebhooks(ctx.sql))) return 0
  const places = await store.readPlaces(ctx.sql)
  let made = 0
  for (const topic of services) made += await collectFrom(ctx, topic, places.get(topic))
  return made
}

async function collectFrom(ctx: Ctx, topic: ServiceName, place: number | undefined): Promise<number> {
  let made = 0
  for (let from = place; ; ) {
    const batch = await ctx.bus.read(topic, from ?? 0, batchSize)
    const last = batch.at(-1)
    if (!last) return made
    const messages = batch
      .filter(({ message }) => told.has(message.name))
      .map(({ message }) => ({ ...message, body: bodyOf(message) }))
    made += await store.insertDeliveries(ctx.sql, { topic, from, to: last.position }, messages)
    from = last.position
  }
}

/** Webhooks one run sends to at the same time. */
const atOnce = 10
/** Deliveries a webhook gets in one turn, so that none keeps the others waiting. */
const perTurn = 100

/** Sends what is due, to each webhook in order. Answers how many deliveries came to an end. */
export async function sendDeliveries(ctx: Ctx): Promise<number> {
  // Longer than the longest try, so that who dies is waited for and who lives is left alone.
  const lease_ms = ctx.config.WEBHOOK_TIMEOUT_MS + 20_000
  let done = 0
  for (;;) {
    const webhooks = await store.claimWebhooks(ctx.sql, lease_ms, atOnce)
    const ended = await Promise.all(webhooks.map(webhook => sendTo(ctx, webhook, lease_ms)))
    done += ended.reduce((sum, n) => sum + n, 0)
    if (webhooks.length === 0) return done
  }
}

async function sendTo(ctx: Ctx, webhook: store.ClaimedWebhook, lease_ms: number): Promise<number> {
  let ended = 0
  try {
    for (let turn = 0; turn < perTurn; turn++) {
      const delivery = await store.nextDue(ctx.sql, webhook, lease_ms)
      if (!delivery) break
      if (await sendOne(ctx, webhook, delivery)) ended++
    }
  } finally {
    await store.releaseWebhook(ctx.sql, webhook.id)
  }
  return ended
}

/** So long at most a receiver who was away waits to be asked again, however often it was. */
const longestHold_ms = 5 * 60_000

/** False: it is to be tried again. */
async function sendOne(ctx: Ctx, webhook: store.ClaimedWebhook, delivery: store.DueDelivery): Promise<boolean> {
  const made = await attempt(ctx, webhook, delivery)
  if (made.error === null) {
    await store.noteDelivered(ctx.sql, delivery.id, made)
    ctx.deliveries.inc({ outcome: 'delivered' })
    return true
  }
  const { WEBHOOK_RETRY_FIRST_MS, WEBHOOK_RETRY_MOST_MS, WEBHOOK_ATTEMPTS } = ctx.config
  const isLast = delivery.attempts + 1 >= WEBHOOK_ATTEMPTS
  const delay_ms = retryDelay(delivery.attempts, WEBHOOK_RETRY_FIRST_MS, WEBHOOK_RETRY_MOST_MS)
  // One who is away keeps the order of what waits; one who refuses this event may take the next.
  const isAway = made.response_status === null || made.response_status === 429 || made.response_status >= 500
  await store.noteFailed(ctx.sql, delivery.id, made, {
    retry_ms: isLast ? undefined : delay_ms,
    hold_ms: isAway ? Math.min(delay_ms, longestHold_ms) : undefined,
  })
  ctx.deliveries.inc({ outcome: isLast ? 'failed' : 'postponed' })
  return isLast
}

function attempt(ctx: Ctx, webhook: store.ClaimedWebhook, { event_id, body }: store.DueDelivery): Promise<store.Try> {
  const { config, clock } = ctx
  const timestamp_s = Math.floor(clock.now() / 1000)
  return post({
    url: webhook.url,
    headers: signedHeaders(secretOf(config, webhook), { id: event_id, timestamp_s, body }),
    body,
    timeout_ms: config.WEBHOOK_TIMEOUT_MS,
    allow_private: config.WEBHOOK_PRIVATE_ADDRESSES,
    now: clock.now,
  })
}

/** Sends a webhook something that did not happen, once, and answers what came of it. */
export async function sendTest(ctx: Ctx, webhook: store.WebhookRow): Promise<string> {
  const now = new Date(ctx.clock.now()).toISOString()
  const body = JSON.stringify({
    type: testEvent,
    version: 1,
    timestamp: now,
    aggregate_id: webhook.id,
    data: { webhook_id: webhook.id },
  })
  const delivery = await store.insertTest(ctx.sql, webhook.id, ctx.clock.newId(), body)
  const made = await attempt(ctx, webhook, delivery)
  if (made.error === null) await store.noteDelivered(ctx.sql, delivery.id, made)
  else await store.noteTestFailed(ctx.sql, delivery.id, made)
  return delivery.id
}

/** Switches off webhooks nobody has answered for days, with a line in the audit log. Answers how many. */
export async function disableFailing(ctx: Ctx): Promise<number> {
  return transaction(ctx.sql, async tx => {
    const off = await store.disableFailing(tx, ctx.config.WEBHOOK_DISABLE_DAYS)
    for (const { id, url, failing_since } of off) {
      const action_id = ctx.clock.newId()
      await insertEnded(
        tx,
        'admin',
        {
          action_id,
          actor_id: null,
          role: 'system',
          operation: 'disableWebhook',
          method: 'PATCH',
          path: `/api/admin/webhooks/${id}`,
          target: id,
          input: { is_active: false },
          before: { url, failing_since },
          ip: '',
          forwarded_for: null,
          user_agent: null,
          at: new Date(ctx.clock.now()).toISOString(),
          phase: 'ended',
          status: 200,
          problem: null,
          after: { is_active: false },
        },
        action_id,
      )
    }
    return off.length
  })
}
