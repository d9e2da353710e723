import {
  type cartAbandoned,
  type Locale,
  type MessageContents,
  type NotificationPreferences,
  type Order,
  type OrderRefund,
  type PayloadOf,
  Problem,
  pictureSizes,
  readAbandonedCart,
  readOrder,
  readOrderRefund,
  toMajor,
  userExists,
} from '@shopfleet/contracts'
import { defaultPreferences, digestOf, wantsEmail } from './message.ts'
import * as preferencesStore from './preferences-store.ts'
import type { Ctx } from './service.ts'
import { findShop, type Shop } from './shop-store.ts'
import type { ClaimedMessage } from './store.ts'
import {
  type CartData,
  type Frame,
  type OrderData,
  type Rendered,
  render,
  renderKept,
  renderShort,
} from './templates/index.ts'
import { unsubscribeToken } from './unsubscribe-token.ts'

/** A message as it will go out, or why it will not. */
export type Composed =
  | {
      to: string
      user_id: string | null
      shop: Shop
      contents: Rendered
      /** What is kept of it. */
      kept: MessageContents
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

  const shop = await findShop(ctx.sql)
  const locale: Locale = preferences?.locale ?? message.locale ?? shop.default_language
  const unsubscribe_url = await unsubscribeUrl(ctx, message, { to, user_id })
  const shop_url = shopUrl(ctx)
  const frame: Frame = {
    locale,
    shop: shop.shop_name,
    support_email: shop.support_email,
    shop_url,
    ...(unsubscribe_url ? { unsubscribe_url } : {}),
  }
  const data = await dataOf(ctx, message, about)
  if (typeof data === 'string') return { drop: data }
  const contents = render(message.template, data, frame)
  const short = renderShort(message.template, data, frame)
  const link = linkOf(message, shop_url)
  const kept: MessageContents =
    message.channel === 'email'
      ? renderKept(message.template, data, frame)
      : { subject: null, html: null, text: short! }
  return { to, user_id, shop, contents, kept, short, link, unsubscribe_url }
}

function linkOf({ template, order_id }: ClaimedMessage, shop_url: string): string {
  if (template === 'cart-abandoned') return `${shop_url}/cart`
  return order_id === null ? shop_url : `${shop_url}/orders/${order_id}`
}

/** What a template is filled with, as it is now; or why there is nothing to say any more. */
async function dataOf(ctx: Ctx, message: ClaimedMessage, about: About | undefined) {
  if (message.template === 'cart-abandoned') return abandonedCart(ctx, message.data as PayloadOf<typeof cartAbandoned>)
  if (isLetter(message) || !about) return message.data
  return orderData(message, about.order, shopUrl(ctx), await findRefund(ctx, message))
}

/** What is still in a cart, if it still is as it was left: who has been back needs no reminder. */
async function abandonedCart(ctx: Ctx, left: { cart_id: string; left_at: string }): Promise<CartData | string> {
  const cart = await orNothing(ctx.call(readAbandonedCart, { params: { cart_id: left.cart_id } }))
  if (!cart) return 'the cart was ordered or emptied since'
  if (Date.parse(cart.updated_at!) > Date.parse(left.left_at)) return 'the cart was changed since'
  if (!cart.items.some(item => item.available)) return 'nothing in the cart can be bought just now'
  const { subtotal, currency, items } = cart
  return {
    ...{ subtotal, currency },
    items: items.flatMap(({ name, image_url, ...item }) =>
      name === null ? [] : { ...item, name, picture_url: pictureUrl(image_url, shopUrl(ctx)) },
    ),
  }
}

/** The smallest of a picture's sizes, where a mail program finds it. */
function pictureUrl(image_url: string | null, shop_url: string): string | null {
  if (image_url === null) return null
  const url = pictureSizes(image_url)?.sizes[0]?.url ?? image_url
  return URL.canParse(url, shop_url) ? new URL(url, shop_url).href : null
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
  if (category === 'cart') return wishes.cart_reminders
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

const shopUrl = (ctx: Ctx) => ctx.config.SHOP_URL.replace(/\/+$/, '')

/** What came back by the refund a message is about: nothing of the order's own where only money did. */
async function findRefund(ctx: Ctx, { template, data }: ClaimedMessage): Promise<OrderRefund | null> {
  const { refund_id: id } = (data ?? {}) as { refund_id?: string }
  if (template !== 'order-refunded' || id === undefined) return null
  return (await ctx.call(readOrderRefund, { params: { id } })).refund
}

function orderData({ data }: ClaimedMessage, order: Order, shop_url: string, refund: OrderRefund | null): OrderData {
  // The guest's token rides behind the #: no server's log has it.
  const token = order.order_token === undefined ? '' : `#token=${encodeURIComponent(order.order_token)}`
  const given = data as { refund_minor?: number; currency?: string } | null
  return {
    order,
    order_url: `${shop_url}/orders/${order.id}${token}`,
    ...(given?.refund_minor === undefined
      ? {}
      : {
          refund: {
            amount: toMajor(given.refund_minor, given.currency!),
            currency: given.currency!,
            lines: refund?.lines.map(({ product_name, quantity }) => ({ name: product_name, quantity })) ?? [],
          },
        }),
  }
}
