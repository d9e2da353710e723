import { Amount, Currency, type Locale, type Order } from '@shopfleet/contracts'
import { type Static, Type } from 'typebox'
import { type Block, button, type Compose, note, type Sum, template, text } from './content.ts'
import { money } from './money.ts'

/** What a message about an order is filled with, read when it is sent: the order as it stands then. */
export const OrderData = Type.Object({
  order: Type.Unsafe<Order>(Type.Object({})),
  order_url: Type.String(),
  /** Money that went back just now, in major units. */
  refund: Type.Optional(
    Type.Object({
      amount: Amount,
      currency: Currency,
      lines: Type.Array(Type.Object({ name: Type.String(), quantity: Type.Integer() })),
    }),
  ),
})
export type OrderData = Static<typeof OrderData>

const sumNames: Record<Locale, Record<'subtotal' | 'discount' | 'shipping' | 'tax' | 'total', string>> = {
  en: { subtotal: 'Subtotal', discount: 'Discount', shipping: 'Shipping', tax: 'Tax', total: 'Total' },
  de: { subtotal: 'Zwischensumme', discount: 'Rabatt', shipping: 'Versand', tax: 'Steuern', total: 'Gesamt' },
}

function lines(order: Order, locale: Locale): Block {
  const names = sumNames[locale]
  const show = (amount: number) => money(amount, order.currency, locale)
  const parts: Sum[] = [
    { name: names.subtotal, amount: show(order.subtotal) },
    ...(order.discount ? [{ name: names.discount, amount: show(-order.discount) }] : []),
    ...(order.shipping ? [{ name: names.shipping, amount: show(order.shipping) }] : []),
    ...(order.tax ? [{ name: names.tax, amount: show(order.tax) }] : []),
  ]
  return {
    kind: 'lines',
    rows: order.items.map(item => ({
      name: item.product_name,
      detail: `${item.quantity} × ${show(item.price)}`,
      amount: show(item.subtotal),
    })),
    // One part alone says the same as the total.
    sums: [...(parts.length > 1 ? parts : []), { name: names.total, amount: show(order.total), total: true }],
  }
}

function address(order: Order, locale: Locale): Block[] {
  const to = order.shipping_address
  if (!to) return []
  const place = [to.postal_code, to.city].join(' ')
  const value = [to.name, to.line1, to.line2, place, to.region, to.country].filter(Boolean).join('\n')
  return [{ kind: 'facts', rows: [[locale === 'de' ? 'Lieferung an' : 'Ships to', value]] }]
}

const hello = (order: Order, locale: Locale): Block => {
  const name = order.shipping_address?.name
  return text(locale === 'de' ? (name ? `Guten Tag, ${name},` : 'Guten Tag,') : name ? `Hello ${name},` : 'Hello,')
}
const view = { en: (url: string) => button('View order', url), de: (url: string) => button('Bestellung ansehen', url) }
const isExpired = (order: Order) => order.cancel_reason === 'expired'
const gotMoneyBack = (order: Order) => order.payment_status === 'refunded'

const notRefunded = (paid: number) => ({ paid, refunded_quantity: 0, refunded: 0 })
const sampleOrder: Order = {
  id: '01910000-0000-7000-8000-000000000001',
  number: 'SF-100001',
  user_id: null,
  email: 'ada@example.com',
  status: 'processing',
  payment_status: 'paid',
  items: [
    {
      id: '01910000-0000-7000-8000-000000000002',
      product_id: '01910000-0000-7000-8000-000000000003',
      sku: 'TEA-1',
      product_name: 'Darjeeling, first flush',
      quantity: 2,
      price: 14.5,
      subtotal: 29,
      ...notRefunded(29),
    },
    {
      id: '01910000-0000-7000-8000-000000000004',
      product_id: '01910000-0000-7000-8000-000000000005',
      sku: 'POT-1',
      product_name: 'Cast-iron teapot',
      quantity: 1,
      price: 49.9,
      subtotal: 49.9,
      ...notRefunded(49.9),
    },
  ],
  currency: 'EUR',
  subtotal: 78.9,
  discount: 5,
  shipping: 4.9,
  tax: 12.58,
  total: 91.38,
  total_amount: 91.38,
  refunded: 0,
  coupon_code: 'TEA5',
  shipping_address: {
    name: 'Ada Lovelace',
    line1: '12 St James’s Square',
    city: 'London',
    postal_code: 'SW1Y 4JH',
    country: 'GB',
  },
  cart_id: null,
  cancel_reason: null,
  refused: false,
  expires_at: null,
  created_at: '2026-11-20T10:30:00.000Z',
  updated_at: '2026-11-20T10:30:00.000Z',
}
const sample: OrderData = { order: sampleOrder, order_url: 'https://shop.example/orders/sample' }
const sampleOf = (change: Partial<Order>): OrderData => ({ ...sample, order: { ...sampleOrder, ...change } })

type Texts = Compose<OrderData>

const confirmed: Record<Locale, Texts> = {
  en: ({ order, order_url }) => ({
    subject: `Order ${order.number} is confirmed`,
    preview: `Thank you. We have received ${money(order.total, order.currency, 'en')} and are preparing your order.`,
    heading: 'Thank you for your order',
    blocks: [
      hello(order, 'en'),
      text(
        `We have received your payment and are preparing order ${order.number}. We write again when it is on its way.`,
      ),
      lines(order, 'en'),
      ...address(order, 'en'),
      view.en(order_url),
    ],
  }),
  de: ({ order, order_url }) => ({
    subject: `Bestellung ${order.number} ist bestätigt`,
    preview: `Danke. Wir haben ${money(order.total, order.currency, 'de')} erhalten und bereiten Ihre Bestellung vor.`,
    heading: 'Danke für Ihre Bestellung',
    blocks: [
      hello(order, 'de'),
      text(
        `Wir haben Ihre Zahlung erhalten und bereiten Bestellung ${order.number} vor. Wir schreiben wieder, sobald sie unterwegs ist.`,
      ),
      lines(order, 'de'),
      ...address(order, 'de'),
      view.de(order_url),
    ],
  }),
}

const shipped: Record<Locale, Texts> = {
  en: ({ order, order_url }) => ({
    subject: `Order ${order.number} is on its way`,
    preview: 'It has left our warehouse.',
    heading: 'Your order is on its way',
    blocks: [
      hello(order, 'en'),
      text(`Order ${order.number} has left our warehouse.`),
      ...address(order, 'en'),
      view.en(order_url),
    ],
  }),
  de: ({ order, order_url }) => ({
    subject: `Bestellung ${order.number} ist unterwegs`,
    preview: 'Sie hat unser Lager verlassen.',
    heading: 'Ihre Bestellung ist unterwegs',
    blocks: [
      hello(order, 'de'),
      text(`Bestellung ${order.number} hat unser Lager verlassen.`),
      ...address(order, 'de'),
      view.de(order_url),
    ],
  }),
}

const delivered: Record<Locale, Texts> = {
  en: ({ order, order_url }) => ({
    subject: `Order ${order.number} was delivered`,
    preview: 'Enjoy it.',
    heading: 'Delivered',
    blocks: [
      hello(order, 'en'),
      text(`Order ${order.number} has arrived. We hope you like it; if something is not right, tell us.`),
      view.en(order_url),
    ],
  }),
  de: ({ order, order_url }) => ({
    subject: `Bestellung ${order.number} wurde zugestellt`,
    preview: 'Viel Freude damit.',
    heading: 'Zugestellt',
    blocks: [
      hello(order, 'de'),
      text(
        `Bestellung ${order.number} ist angekommen. Wir hoffen, sie gefällt Ihnen; wenn etwas nicht stimmt, sagen Sie es uns.`,
      ),
      view.de(order_url),
    ],
  }),
}

const cancelled: Record<Locale, Texts> = {
  en: ({ order, order_url }) => ({
    subject: `Order ${order.number} was cancelled`,
    preview: gotMoneyBack(order) ? 'Your money is on its way back.' : 'Nothing is owed.',
    heading: 'Your order was cancelled',
    blocks: [
      hello(order, 'en'),
      text(
        isExpired(order)
          ? `Order ${order.number} was not paid in time, so we have put its items back on the shelf. Nothing is owed.`
          : `Order ${order.number} was cancelled.`,
      ),
      text(
        gotMoneyBack(order)
          ? `We have given ${money(order.total, order.currency, 'en')} back the way it was paid. Depending on your bank it takes some days to show.`
          : 'You were not charged.',
      ),
      view.en(order_url),
    ],
  }),
  de: ({ order, order_url }) => ({
    subject: `Bestellung ${order.number} wurde storniert`,
    preview: gotMoneyBack(order) ? 'Ihr Geld ist auf dem Rückweg.' : 'Es ist nichts offen.',
    heading: 'Ihre Bestellung wurde storniert',
    blocks: [
      hello(order, 'de'),
      text(
        isExpired(order)
          ? `Bestellung ${order.number} wurde nicht rechtzeitig bezahlt; die Artikel sind wieder im Verkauf. Es ist nichts offen.`
          : `Bestellung ${order.number} wurde storniert.`,
      ),
      text(
        gotMoneyBack(order)
          ? `Wir haben ${money(order.total, order.currency, 'de')} auf dem Weg zurückgegeben, auf dem bezahlt wurde. Je nach Bank dauert es einige Tage.`
          : 'Ihnen wurde nichts berechnet.',
      ),
      view.de(order_url),
    ],
  }),
}

const givenBack = (locale: Locale, refund: OrderData['refund']): Block[] => {
  if (!refund || refund.lines.length === 0) return []
  const value = refund.lines.map(({ name, quantity }) => `${quantity} × ${name}`).join('\n')
  return [{ kind: 'facts', rows: [[locale === 'de' ? 'Erstattet' : 'Refunded', value]] }]
}

const refunded: Record<Locale, Texts> = {
  en: ({ order, order_url, refund }) => ({
    subject: `Refund for order ${order.number}`,
    preview: refund
      ? `${money(refund.amount, refund.currency, 'en')} is on its way back.`
      : 'Your money is on its way back.',
    heading: 'Your refund is on its way',
    blocks: [
      hello(order, 'en'),
      text(
        `We have given ${refund ? money(refund.amount, refund.currency, 'en') : 'money'} for order ${order.number} back the way it was paid. Depending on your bank it takes some days to show.`,
      ),
      ...givenBack('en', refund),
      view.en(order_url),
    ],
  }),
  de: ({ order, order_url, refund }) => ({
    subject: `Erstattung zu Bestellung ${order.number}`,
    preview: refund
      ? `${money(refund.amount, refund.currency, 'de')} sind auf dem Rückweg.`
      : 'Ihr Geld ist auf dem Rückweg.',
    heading: 'Ihre Erstattung ist unterwegs',
    blocks: [
      hello(order, 'de'),
      text(
        `Wir haben ${refund ? money(refund.amount, refund.currency, 'de') : 'Geld'} zu Bestellung ${order.number} auf dem Weg zurückgegeben, auf dem bezahlt wurde. Je nach Bank dauert es einige Tage.`,
      ),
      ...givenBack('de', refund),
      view.de(order_url),
    ],
  }),
}

const paymentFailed: Record<Locale, Texts> = {
  en: ({ order, order_url }) => ({
    subject: `The payment for order ${order.number} did not go through`,
    preview: 'Your items are still held for you.',
    heading: 'The payment did not go through',
    blocks: [
      hello(order, 'en'),
      text(
        `The payment for order ${order.number} was declined. Your items are still held; try again, or with another card.`,
      ),
      lines(order, 'en'),
      button('Pay now', order_url),
      note('If it is not paid in time the order is cancelled by itself, and nothing is owed.'),
    ],
  }),
  de: ({ order, order_url }) => ({
    subject: `Die Zahlung zu Bestellung ${order.number} ist fehlgeschlagen`,
    preview: 'Ihre Artikel sind noch reserviert.',
    heading: 'Die Zahlung ist fehlgeschlagen',
    blocks: [
      hello(order, 'de'),
      text(
        `Die Zahlung zu Bestellung ${order.number} wurde abgelehnt. Ihre Artikel sind noch reserviert; versuchen Sie es erneut oder mit einer anderen Karte.`,
      ),
      lines(order, 'de'),
      button('Jetzt bezahlen', order_url),
      note('Wird nicht rechtzeitig bezahlt, verfällt die Bestellung von selbst, und es ist nichts offen.'),
    ],
  }),
}

export const orderTemplates = {
  'order-confirmed': template({
    category: 'order',
    data: OrderData,
    sample,
    ...confirmed,
    short: {
      en: ({ order }, { shop }) => `${shop}: order ${order.number} is confirmed. Thank you!`,
      de: ({ order }, { shop }) => `${shop}: Bestellung ${order.number} ist bestätigt. Danke!`,
    },
  }),
  'order-shipped': template({
    category: 'order-updates',
    data: OrderData,
    sample: sampleOf({ status: 'shipped' }),
    ...shipped,
    short: {
      en: ({ order }, { shop }) => `${shop}: order ${order.number} is on its way.`,
      de: ({ order }, { shop }) => `${shop}: Bestellung ${order.number} ist unterwegs.`,
    },
  }),
  'order-delivered': template({
    category: 'order-updates',
    data: OrderData,
    sample: sampleOf({ status: 'delivered' }),
    ...delivered,
    short: {
      en: ({ order }, { shop }) => `${shop}: order ${order.number} was delivered.`,
      de: ({ order }, { shop }) => `${shop}: Bestellung ${order.number} wurde zugestellt.`,
    },
  }),
  'order-cancelled': template({
    category: 'order',
    data: OrderData,
    sample: sampleOf({ status: 'cancelled', payment_status: 'refunded' }),
    ...cancelled,
  }),
  'order-refunded': template({
    category: 'order',
    data: OrderData,
    sample: {
      ...sample,
      refund: { amount: 14.5, currency: 'EUR', lines: [{ name: 'Darjeeling, first flush', quantity: 1 }] },
    },
    ...refunded,
  }),
  'payment-failed': template({
    category: 'order',
    data: OrderData,
    sample: sampleOf({ status: 'pending', payment_status: 'failed' }),
    ...paymentFailed,
  }),
}
