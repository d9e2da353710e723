import {
  type Locale,
  type NotificationPreferences,
  type Order,
  Problem,
  readOrder,
  toMajor,
  userExists,
} from '@shopfleet/contracts'
import { defaultPreferences, digestOf, wantsEmail } from './message.ts'
import * as preferencesStore from './preferences-store.ts'
import type { Ctx } from './service.ts'
import type { ClaimedMessage } from './store.ts'
import { type Frame, type OrderData, type Rendered, render, renderShort } from './templates/index.ts'
import { unsubscribeToken } from './unsubscribe-token.ts'

/** A message as it will go out, or why it will not. */
export type Composed =
  | {
      to: string
      user_id: string | null
      contents: Rendered
      /** In a few words, for SMS and push; undefined where the template does not go there. */
      short: string | undefined
      /** Where a short message leads. */
      link: string
      unsubscribe_url: string | undefined
    }
  | { drop: string }

/**
 * Makes a message of what is true when it is sent: whom it goes to, what the order is like now, whether it is still
 * wanted. Addresses are in no event, so they are asked for here. Throws `Unavailable` when somebody asked does not answer.
 */
export async function compose(ctx: Ctx, message: ClaimedMessage): Promise<Composed> {
  const about = message.order_id === null ? undefined : await findOrder(ctx, message.order_id)
  if (message.order_id !== null && about === undefined) return { drop: 'there is no such order' }
  const outdated = about && reasonAgainst(message, about)
  if (outdated) return { drop: outdated }

  const user_id = message.user_id ?? about?.order.user_id ?? null
  const preferences = user_id === null ? undefined : await preferencesStore.findPreferences(ctx.sql, user_id)
  const to = message.recipient ?? (await findAddress(ctx, about?.order, user_id))
  if (to === undefined) return { drop: 'there is no address to write to' }
  if (!(await isWanted(ctx, message, { to, user_id, preferences })))
    return { drop: `${message.category} is not wanted` }

  const locale: Locale = preferences?.locale ?? message.locale ?? ctx.config.DEFAULT_LOCALE
  const unsubscribe_url = await unsubscribeUrl(ctx, message, { to, user_id })
  const { SHOP_NAME: shop, SHOP_URL } = ctx.config
  const shop_url = SHOP_URL.replace(/\/+$/, '')
  const frame: Frame = { locale, shop, shop_url, ...(unsubscribe_url ? { unsubscribe_url } : {}) }
  const data = isLetter(message) || !about ? message.data : orderData(message, about.order, shop_url)
  const contents = render(message.template, data, frame)
  const link = message.order_id === null ? shop_url : `${shop_url}/orders/${message.order_id}`
  return { to, user_id, contents, short: renderShort(message.template, data, frame), link, unsubscribe_url }
}

/** What staff wrote is about an order, and not made of it. */
const isLetter = ({ template }: ClaimedMessage) => template === 'message' || template === 'announcement'

interface About {
  order: Order
  acknowledged: boolean
  cancelling: boolean
}

async function findOrder(ctx: Ctx, id: string): Promise<About | undefined> {
  return orNothing(ctx.call(readOrder, { params: { id } }))
}

async function findAddress(ctx: Ctx, order: Order | undefined, user_id: string | null): Promise<string | undefined> {
  if (order?.email) return order.email
  if (user_id === null) return undefined
  return (await orNothing(ctx.call(userExists, { params: { id: user_id } })))?.email
}

async function orNothing<Found>(asked: Promise<Found>): Promise<Found | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Problem && error.problem === 'not-found') return undefined
    throw error
  }
}

/** Why a message about an order is not to be sent after all. */
function reasonAgainst({ template }: ClaimedMessage, { order, acknowledged, cancelling }: About): string | undefined {
  if (template === 'order-cancelled' && !acknowledged) return 'nobody was told of this order'
  if (template === 'order-refunded' && (cancelling || order.status === 'cancelled'))
    return 'the message about the cancellation says so'
  if (template === 'payment-failed' && (order.status !== 'pending' || order.payment_status !== 'failed' || cancelling))
    return 'it was paid or cancelled since'
  return undefined
}

interface Addressee {
  to: string
  user_id: string | null
  preferences: NotificationPreferences | undefined
}

async function isWanted(ctx: Ctx, { category, channel }: ClaimedMessage, who: Addressee): Promise<boolean> {
  const wishes = who.preferences ?? defaultPreferences
  if (channel === 'sms') return wishes.sms_order_updates
  if (channel === 'push') return wishes.push_order_updates
  if (category === 'account' || category === 'order') return true
  if (who.user_id !== null) return wantsEmail(category, wishes)
  // Without an account nobody can have asked for news.
  return category !== 'news' && !(await preferencesStore.isUnsubscribed(ctx.sql, digestOf(who.to), category))
}

async function unsubscribeUrl(
  ctx: Ctx,
  { category, channel }: ClaimedMessage,
  { to, user_id }: { to: string; user_id: string | null },
): Promise<string | undefined> {
  if (channel !== 'email' || category === 'account' || category === 'order') return undefined
  const token = unsubscribeToken({ category, user_id, address_digest: digestOf(to) }, await ctx.keys.linkSecret())
  return `${ctx.config.API_URL.replace(/\/+$/, '')}/api/notifications/unsubscribe/${token}`
}

function orderData({ data }: ClaimedMessage, order: Order, shop_url: string): OrderData {
  // The guest's token rides behind the #: no server's log has it.
  const token = order.order_token === undefined ? '' : `#token=${encodeURIComponent(order.order_token)}`
  const given = data as { refund_minor?: number; currency?: string } | null
  return {
    order,
    order_url: `${shop_url}/orders/${order.id}${token}`,
    ...(given?.refund_minor === undefined
      ? {}
      : { refund: { amount: toMajor(given.refund_minor, given.currency!), currency: given.currency! } }),
  }
}
