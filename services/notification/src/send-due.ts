import { type MessageContents, Unavailable } from '@shopfleet/contracts'
import { seeded } from '@shopfleet/database'
import { withContext } from '@shopfleet/messaging'
import type { Span } from '@shopfleet/service-kit'
import { type Composed, compose } from './compose.ts'
import { type Outcome, reasonOf, retryDelay } from './message.ts'
import { deletePushSubscription, findPushSubscription } from './preferences-store.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'
import { templates } from './templates/index.ts'

const batchSize = 20
/** What asking for the address and the order may take. */
const compose_ms = 8000
/** How long what was handed over waits for the others of its batch, to be noted in one statement with them. */
const together_ms = 100
/** A sender that has a message for longer than this has died: making and handing over end before. */
const leaseOf = (send_timeout_ms: number) => compose_ms + send_timeout_ms + 7000

/**
 * Sends what is due: take it, make it, hand it over, note that. No transaction is open meanwhile. Whoever is killed
 * between handing over and noting leaves a message nobody knows of; it is sent again, when the lease is over, with the
 * same Message-ID (docs/decisions/0013). Answers how many came to an end.
 */
export async function sendDue(ctx: Ctx): Promise<number> {
  let done = 0
  for (;;) {
    const messages = await store.claimDue(ctx.sql, batchSize, leaseOf(ctx.config.SEND_TIMEOUT_MS))
    const round = createRound(messages.length)
    const ends = await Promise.all(
      messages.map(message => withinLease(ctx, message, round.together).finally(round.leave)),
    )
    if (messages.length === 0) return done
    done += ends.filter(Boolean).length
  }
}

/** Who calls `together` waits until all have called it that have not called `leave`, though not for long. */
function createRound(members: number) {
  let waiting: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  function letGo(): void {
    clearTimeout(timer)
    for (const go of waiting) go()
    waiting = []
  }
  return {
    together: () =>
      new Promise<void>(go => {
        if (waiting.push(go) === 1) timer = setTimeout(letGo, together_ms)
        if (waiting.length === members) letGo()
      }),
    leave(): void {
      members--
      if (waiting.length === members) letGo()
    },
  }
}

function withinLease(ctx: Ctx, message: store.ClaimedMessage, together: () => Promise<void>): Promise<boolean> {
  const { correlation_id, traceparent } = message
  const context = { correlation_id, traceparent, deadline: performance.now() + compose_ms }
  return withContext(context, () =>
    ctx.traces ? traced(ctx, message, together) : sendOrPutOff(ctx, message, together),
  )
}

function traced(ctx: Ctx, message: store.ClaimedMessage, together: () => Promise<void>): Promise<boolean> {
  const attributes = {
    'shopfleet.correlation_id': message.correlation_id,
    'shopfleet.template': message.template,
    'shopfleet.attempt': message.attempts,
  }
  return ctx.traces!.within('send message', { kind: 'internal', attributes }, span =>
    sendOrPutOff(ctx, message, together, span),
  )
}

async function sendOrPutOff(
  ctx: Ctx,
  message: store.ClaimedMessage,
  together: () => Promise<void>,
  span?: Span,
): Promise<boolean> {
  try {
    return await sendOne(ctx, message, together)
  } catch (error) {
    span?.fail(error)
    // One message that cannot be dealt with must not hold up the others.
    if (error instanceof Unavailable) return later(ctx, message, `${error.dependency} does not answer`)
    ctx.metrics.errors.inc({ kind: 'send message' })
    ctx.log.error({ message_id: message.id, template: message.template, error }, 'a message could not be made')
    return later(ctx, message, 'a fault of our own')
  }
}

/** False: it is to be tried again. */
async function sendOne(ctx: Ctx, message: store.ClaimedMessage, together: () => Promise<void>): Promise<boolean> {
  const composed = await compose(ctx, message)
  if ('drop' in composed) {
    ctx.outcomes.inc({ channel: message.channel, outcome: 'dropped' })
    return store.endMessage(ctx.sql, message, { status: 'dropped', reason: composed.drop, ...keeping(message) })
  }
  await ctx.boundary(`before send ${message.channel}`)
  const outcome = await (ctx.traces ? handOverTraced(ctx, message, composed) : handOver(ctx, message, composed))
  await ctx.boundary(`after send ${message.channel}`)
  await together()
  return note(ctx, message, composed, outcome)
}

type Ready = Exclude<Composed, { drop: string }>

function handOverTraced(ctx: Ctx, message: store.ClaimedMessage, composed: Ready): Promise<Outcome> {
  const { channel } = message
  return ctx.traces!.within(`send ${channel}`, { kind: 'client', attributes: {} }, async span => {
    const outcome = await handOver(ctx, message, composed)
    if (outcome.kind === 'later') span?.fail(new Unavailable(channel))
    return outcome
  })
}

function handOver(ctx: Ctx, message: store.ClaimedMessage, composed: Ready): Promise<Outcome> {
  const { id, template, order_id, created_at, channel } = message
  const { to, shop, contents, short, link, unsubscribe_url } = composed
  switch (channel) {
    case 'email':
      return ctx.email.send({
        ...{ id, to, template, order_id, unsubscribe_url, shop },
        date: new Date(created_at),
        ...contents,
      })
    case 'sms':
      return ctx.sms.send({ id, to, text: short! })
    case 'push':
      return pushTo(ctx, message, { title: shop.shop_name, body: short!, url: link })
  }
}

async function pushTo(
  ctx: Ctx,
  { id, user_id, recipient }: store.ClaimedMessage,
  note: { title: string; body: string; url: string },
): Promise<Outcome> {
  const gone: Outcome = { kind: 'refused', reason: 'the browser no longer takes messages' }
  const subscription = await findPushSubscription(ctx.sql, recipient!, user_id!)
  if (!subscription) return gone
  const outcome = await ctx.push.send(subscription, { id, ...note })
  if (outcome.kind !== 'gone') return outcome
  await deletePushSubscription(ctx.sql, subscription.id)
  return gone
}

async function note(ctx: Ctx, message: store.ClaimedMessage, composed: Ready, outcome: Outcome): Promise<boolean> {
  if (outcome.kind === 'later') return later(ctx, message, outcome.reason, composed)
  const status = outcome.kind === 'taken' ? 'sent' : 'failed'
  ctx.outcomes.inc({ channel: message.channel, outcome: status })
  const { to, user_id, contents, kept } = composed
  if (seeded('recipient-logged')) ctx.log.warn({ to }, `a message was ${status}: ${to}`)
  const ended = await store.endMessage(ctx.sql, message, {
    status,
    subject: contents.subject,
    recipient: to,
    user_id,
    ...(outcome.kind === 'refused' ? { reason: withoutAddress(outcome.reason, to) } : {}),
    ...keeping(message, kept),
  })
  if (!ended) ctx.log.warn({ message_id: message.id, status }, 'a message was taken over while it was sent')
  return true
}

async function later(ctx: Ctx, message: store.ClaimedMessage, said: string, composed?: Ready): Promise<boolean> {
  const reason = composed ? withoutAddress(said, composed.to) : said
  const { MAX_ATTEMPTS, RETRY_FIRST_MS, RETRY_MOST_MS } = ctx.config
  if (message.attempts >= MAX_ATTEMPTS) {
    ctx.outcomes.inc({ channel: message.channel, outcome: 'failed' })
    await store.endMessage(ctx.sql, message, {
      status: 'failed',
      reason: reasonOf(`given up after ${message.attempts} tries: ${reason}`),
      ...keeping(message, composed?.kept),
    })
    return true
  }
  ctx.outcomes.inc({ channel: message.channel, outcome: 'postponed' })
  await store.postpone(ctx.sql, message, retryDelay(message.attempts, RETRY_FIRST_MS, RETRY_MOST_MS), reasonOf(reason))
  return false
}

/** What of a message goes when it is done with, and what it said stays. Of who is forgotten nothing does. */
function keeping({ template }: store.ClaimedMessage, contents?: MessageContents) {
  const { forgets } = templates[template]
  return { ...(forgets ? { forgets } : {}), ...(forgets === 'all' ? {} : { contents }) }
}

/** A mail server likes to say whom it will not write to; a reason stays when the address is forgotten. */
const withoutAddress = (reason: string, to: string) => reason.replaceAll(to, 'the address')
