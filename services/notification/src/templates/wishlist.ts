import { Amount, Currency, type Locale } from '@shopfleet/contracts'
import { type Static, Type } from 'typebox'
import { button, type Compose, note, type Setting, template, text } from './content.ts'
import { money } from './money.ts'

/** News of a product somebody wished for. */
const WishData = Type.Object(
  {
    product_name: Type.String({ maxLength: 300 }),
    product_slug: Type.String({ maxLength: 200 }),
    price: Amount,
    currency: Currency,
    known_price: Type.Optional(Amount),
  },
  { additionalProperties: false },
)
type WishData = Static<typeof WishData>

const productUrl = ({ product_slug }: WishData, { shop_url }: Setting) =>
  `${shop_url}/products/${encodeURIComponent(product_slug)}`

const why = {
  en: note('You are told because it is on your wishlist: of one product at most once a day.'),
  de: note(
    'Sie erfahren es, weil der Artikel auf Ihrem Wunschzettel steht: von einem Artikel höchstens einmal am Tag.',
  ),
}
const sample: WishData = {
  product_name: 'Cast-iron teapot',
  product_slug: 'cast-iron-teapot',
  price: 39.9,
  currency: 'EUR',
}

const backInStock: Record<Locale, Compose<WishData>> = {
  en: (data, setting) => ({
    subject: `Back in stock: ${data.product_name}`,
    preview: `It can be ordered again, for ${money(data.price, data.currency, 'en')}.`,
    heading: 'It is back',
    blocks: [
      text(`${data.product_name} can be ordered again, for ${money(data.price, data.currency, 'en')}.`),
      button('Have a look', productUrl(data, setting)),
      why.en,
    ],
  }),
  de: (data, setting) => ({
    subject: `Wieder da: ${data.product_name}`,
    preview: `Wieder bestellbar, für ${money(data.price, data.currency, 'de')}.`,
    heading: 'Wieder da',
    blocks: [
      text(`${data.product_name} ist wieder bestellbar, für ${money(data.price, data.currency, 'de')}.`),
      button('Ansehen', productUrl(data, setting)),
      why.de,
    ],
  }),
}

const priceDropped: Record<Locale, Compose<WishData>> = {
  en: (data, setting) => ({
    subject: `Now ${money(data.price, data.currency, 'en')}: ${data.product_name}`,
    preview: 'Something on your wishlist costs less.',
    heading: 'It costs less now',
    blocks: [
      text(
        data.known_price === undefined
          ? `${data.product_name} now costs ${money(data.price, data.currency, 'en')}.`
          : `${data.product_name} now costs ${money(data.price, data.currency, 'en')} instead of ${money(data.known_price, data.currency, 'en')}.`,
      ),
      button('Have a look', productUrl(data, setting)),
      why.en,
    ],
  }),
  de: (data, setting) => ({
    subject: `Jetzt ${money(data.price, data.currency, 'de')}: ${data.product_name}`,
    preview: 'Etwas auf Ihrem Wunschzettel ist günstiger geworden.',
    heading: 'Jetzt günstiger',
    blocks: [
      text(
        data.known_price === undefined
          ? `${data.product_name} kostet jetzt ${money(data.price, data.currency, 'de')}.`
          : `${data.product_name} kostet jetzt ${money(data.price, data.currency, 'de')} statt ${money(data.known_price, data.currency, 'de')}.`,
      ),
      button('Ansehen', productUrl(data, setting)),
      why.de,
    ],
  }),
}

export const wishlistTemplates = {
  'back-in-stock': template({ category: 'wishlist', data: WishData, sample, ...backInStock }),
  'price-dropped': template({
    category: 'wishlist',
    data: WishData,
    sample: { ...sample, known_price: 49.9 },
    ...priceDropped,
  }),
}
