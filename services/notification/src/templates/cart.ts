import { Amount, Currency, type Locale, nullable, Quantity } from '@shopfleet/contracts'
import { type Static, Type } from 'typebox'
import { type Block, button, type Compose, note, template, text } from './content.ts'
import { money } from './money.ts'

/** A cart that was left behind, read when the message is sent: what is still in it, for what it costs then. */
export const CartData = Type.Object({
  items: Type.Array(
    Type.Object({
      name: Type.String(),
      quantity: Quantity,
      price: Amount,
      currency: Currency,
      subtotal: Amount,
      available: Type.Boolean(),
      picture_url: nullable(Type.String()),
    }),
  ),
  subtotal: Amount,
  currency: Currency,
})
export type CartData = Static<typeof CartData>

/** Lines a message shows; a cart may have a hundred. */
const shown = 8

const words = {
  en: {
    away: 'not to be had just now',
    sum: 'Subtotal',
    more: (n: number) => (n === 1 ? 'and one more' : `and ${n} more`),
  },
  de: {
    away: 'zurzeit nicht zu haben',
    sum: 'Zwischensumme',
    more: (n: number) => (n === 1 ? 'und ein weiterer' : `und ${n} weitere`),
  },
}

function lines({ items, subtotal, currency }: CartData, locale: Locale): Block[] {
  const { away, sum, more } = words[locale]
  const rest = items.length - shown
  return [
    {
      kind: 'lines',
      rows: items.slice(0, shown).map(item => ({
        name: item.name,
        detail: item.available ? `${item.quantity} × ${money(item.price, item.currency, locale)}` : away,
        amount: item.available ? money(item.subtotal, item.currency, locale) : '',
        picture_url: item.picture_url,
      })),
      // Of what can be bought as a whole only: else it would not be the sum of what stands above it.
      sums:
        rest <= 0 && items.every(item => item.available)
          ? [{ name: sum, amount: money(subtotal, currency, locale), total: true }]
          : [],
    },
    ...(rest > 0 ? [note(more(rest))] : []),
  ]
}

/** What stands for all of it: the first thing that can be bought. */
const firstOf = ({ items }: CartData) => (items.find(item => item.available) ?? items[0]!).name

const sample: CartData = {
  items: [
    {
      ...{ name: 'Cast-iron teapot', quantity: 1, price: 49.9, subtotal: 49.9 },
      ...{ currency: 'EUR', available: true, picture_url: null },
    },
    {
      ...{ name: 'Darjeeling, first flush', quantity: 2, price: 14.5, subtotal: 29 },
      ...{ currency: 'EUR', available: true, picture_url: null },
    },
  ],
  subtotal: 78.9,
  currency: 'EUR',
}

const abandoned: Record<Locale, Compose<CartData>> = {
  en: (data, { shop_url }) => ({
    subject: `Still in your cart: ${firstOf(data)}`,
    preview: 'It is all there, as you left it.',
    heading: 'You left something in your cart',
    blocks: [
      text('It is still there. These are the prices of now; nothing is held back for you until you order.'),
      ...lines(data, 'en'),
      button('To the cart', `${shop_url}/cart`),
      note('You asked to be reminded: once of a cart, and not again. The link below switches reminders off.'),
    ],
  }),
  de: (data, { shop_url }) => ({
    subject: `Noch in Ihrem Warenkorb: ${firstOf(data)}`,
    preview: 'Alles ist noch da, wie Sie es zurückgelassen haben.',
    heading: 'In Ihrem Warenkorb liegt noch etwas',
    blocks: [
      text('Es ist noch da. Die Preise sind die von jetzt; reserviert wird erst mit der Bestellung.'),
      ...lines(data, 'de'),
      button('Zum Warenkorb', `${shop_url}/cart`),
      note(
        'Sie wollten erinnert werden: an einen Warenkorb einmal und nicht wieder. Mit dem Link unten schalten Sie Erinnerungen ab.',
      ),
    ],
  }),
}

export const cartTemplates = {
  'cart-abandoned': template({
    category: 'cart',
    data: CartData,
    sample,
    ...abandoned,
    short: {
      en: (data, { shop }) => `${shop}: still in your cart: ${firstOf(data)}`,
      de: (data, { shop }) => `${shop}: noch in Ihrem Warenkorb: ${firstOf(data)}`,
    },
  }),
}
