import * as api from '@shopfleet/contracts'
import { isCheckViolation } from '@shopfleet/database'
import { type Route, reply, route, userIdOf } from '@shopfleet/service-kit'
import { defaultPreferences } from './message.ts'
import * as store from './preferences-store.ts'
import { savePushSubscription } from './push-subscription.ts'
import type { Ctx } from './service.ts'
import { findShop } from './shop-store.ts'
import { unsubscribedPage, unsubscribePage } from './unsubscribe-page.ts'
import { readUnsubscribeToken } from './unsubscribe-token.ts'

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
}
const htmlPage = (html: string) => reply(200, Buffer.from(html), pageHeaders)

/** What says yes or no to a category. */
const preferenceOf: Partial<Record<api.MessageCategory, keyof api.NotificationPreferences>> = {
  'order-updates': 'email_order_updates',
  news: 'email_news',
  wishlist: 'email_wishlist',
  cart: 'cart_reminders',
}

/** What people want to be told, and where. */
export const preferenceRoutes = (ctx: Ctx): Route[] => {
  const read = async (token: string) => {
    const found = readUnsubscribeToken(token, await ctx.keys.linkSecret())
    if (!found) throw new api.Problem('not-found')
    return found
  }

  return [
    route(api.getNotificationPreferences, async ({ caller }) => {
      const found = await store.findPreferences(ctx.sql, userIdOf(caller)!)
      return found ?? { locale: (await findShop(ctx.sql)).default_language, ...defaultPreferences }
    }),

    route(api.updateNotificationPreferences, async ({ caller, body }) => {
      try {
        return await store.savePreferences(ctx.sql, userIdOf(caller)!, body)
      } catch (error) {
        if (!isCheckViolation(error, 'preferences_sms_needs_phone')) throw error
        throw new api.Problem('validation-failed', {
          errors: [{ pointer: '/phone', detail: 'is needed to be told by SMS' }],
        })
      }
    }),

    route(api.createPushSubscription, ({ caller, body }) => savePushSubscription(ctx, userIdOf(caller)!, body)),
    route(api.deletePushSubscription, async ({ caller, params }) => {
      if (!(await store.deletePushSubscription(ctx.sql, params.id, userIdOf(caller)!)))
        throw new api.Problem('not-found')
      return null
    }),
    route(api.getPushKey, async () => ({ public_key: (await ctx.keys.vapid()).publicKey })),

    route(api.showUnsubscribe, async ({ params }) => {
      const { category } = await read(params.token)
      return htmlPage(unsubscribePage((await findShop(ctx.sql)).shop_name, category))
    }),
    route(api.unsubscribe, async ({ params }) => {
      const { category, user_id, address_digest } = await read(params.token)
      if (user_id === null) await store.unsubscribeAddress(ctx.sql, address_digest, category)
      else {
        const change = { [preferenceOf[category]!]: false }
        await store.savePreferences(ctx.sql, user_id, change)
      }
      return htmlPage(unsubscribedPage((await findShop(ctx.sql)).shop_name, category))
    }),
  ]
}
