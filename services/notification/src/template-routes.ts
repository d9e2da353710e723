import * as api from '@shopfleet/contracts'
import { type Route, reply, route } from '@shopfleet/service-kit'
import type { Ctx } from './service.ts'
import { findShop, type Shop } from './shop-store.ts'
import { render, templates } from './templates/index.ts'

/** A preview runs nothing and loads nothing, whatever somebody wrote into a template. */
const previewPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** Templates, for staff to look at. */
export const templateRoutes = (ctx: Ctx): Route[] => {
  const preview = (name: api.MessageTemplate, locale: api.Locale, { shop_name: shop, support_email }: Shop) => {
    const { SHOP_URL: shop_url, API_URL } = ctx.config
    const { category, sample } = templates[name]
    const isOptional = category !== 'account' && category !== 'order'
    const unsubscribe_url = `${API_URL}/api/notifications/unsubscribe/sample`
    return render(name, sample, { locale, shop, support_email, shop_url, ...(isOptional ? { unsubscribe_url } : {}) })
  }

  return [
    route(api.listMessageTemplates, async () => {
      const shop = await findShop(ctx.sql)
      return {
        items: api.messageTemplates.map(name => ({
          name,
          category: templates[name].category,
          locales: [...api.locales],
          subjects: Object.fromEntries(api.locales.map(locale => [locale, preview(name, locale, shop).subject])),
        })),
      }
    }),

    route(api.previewMessageTemplate, async ({ params, query }) => {
      const { html, text } = preview(params.name, query.locale!, await findShop(ctx.sql))
      const [type, body] = query.format === 'text' ? ['text/plain', text] : ['text/html', html]
      return reply(200, Buffer.from(body!), {
        'content-type': `${type}; charset=utf-8`,
        'content-security-policy': previewPolicy,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      })
    }),
  ]
}
