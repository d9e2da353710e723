import * as api from '@shopfleet/contracts'
import { type Route, reply, route } from '@shopfleet/service-kit'
import type { Ctx } from './service.ts'
import { render, templates } from './templates/index.ts'

/** A preview runs nothing and loads nothing, whatever somebody wrote into a template. */
const previewPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** Templates, for staff to look at. */
export const templateRoutes = (ctx: Ctx): Route[] => {
  const preview = (name: api.MessageTemplate, locale: api.Locale) => {
    const { SHOP_NAME: shop, SHOP_URL: shop_url, API_URL } = ctx.config
    const { category, sample } = templates[name]
    const isOptional = category === 'order-updates' || category === 'news'
    const unsubscribe_url = `${API_URL}/api/notifications/unsubscribe/sample`
    return render(name, sample, { locale, shop, shop_url, ...(isOptional ? { unsubscribe_url } : {}) })
  }

  return [
    route(api.listMessageTemplates, async () => ({
      items: api.messageTemplates.map(name => ({
        name,
        category: templates[name].category,
        locales: [...api.locales],
        subjects: Object.fromEntries(api.locales.map(locale => [locale, preview(name, locale).subject])),
      })),
    })),

    route(api.previewMessageTemplate, async ({ params, query }) => {
      const { html, text } = preview(params.name, query.locale!)
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
