import type { MessageCategory } from '@shopfleet/contracts'
import { escapeHtml } from './templates/layout.ts'

/** Two pages without script, in both languages, for whoever follows the link at the foot of a mail. */

const what: Partial<Record<MessageCategory, { en: string; de: string }>> = {
  'order-updates': { en: 'news of your orders on their way', de: 'Nachrichten über den Weg Ihrer Bestellungen' },
  news: { en: 'our news', de: 'unsere Neuigkeiten' },
  wishlist: { en: 'news of your wishlist', de: 'Neuigkeiten zu Ihrem Wunschzettel' },
  cart: { en: 'reminders of your cart', de: 'Erinnerungen an Ihren Warenkorb' },
}

const page = (shop: string, body: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>${escapeHtml(shop)}</title><style>
  :root { color-scheme: light dark }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 17px/1.5 system-ui, sans-serif; background: light-dark(#eef1f5, #10151b); color: light-dark(#16202c, #e8edf3) }
  main { max-width: 26rem; margin: 1rem; padding: 2rem; border-radius: 14px; background: light-dark(#fff, #181f27) }
  h1 { font-size: 1.4rem; margin: 0 0 1rem } p { margin: 0 0 1rem }
  button { font: inherit; font-weight: 600; padding: .7rem 1.4rem; border: 0; border-radius: 8px; background: #0b57d0; color: #fff; cursor: pointer }
</style></head><body><main>${body}</main></body></html>`

export const unsubscribePage = (shop: string, category: MessageCategory) =>
  page(
    shop,
    `<h1>Unsubscribe? <span lang="de">· Abbestellen?</span></h1>
<p>${escapeHtml(shop)} will no longer send you ${what[category]!.en}.</p>
<p lang="de">${escapeHtml(shop)} schickt Ihnen dann keine ${what[category]!.de.replace(/^unsere /, '')} mehr.</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Unsubscribe · <span lang="de">Abbestellen</span></button></form>`,
  )

export const unsubscribedPage = (shop: string, category: MessageCategory) =>
  page(
    shop,
    `<h1>Done <span lang="de">· Erledigt</span></h1>
<p>You will no longer be sent ${what[category]!.en}. What you must know of an order or your account you still are.</p>
<p lang="de">Sie erhalten keine ${what[category]!.de.replace(/^unsere /, '')} mehr. Was Sie zu Bestellung oder Konto wissen müssen, schicken wir weiterhin.</p>`,
  )
