import { defineTexts } from '../language.ts'

/** The page wishes are kept on. */
export const wishlistPageTexts = defineTexts({
  en: {
    title: 'Your wishlist',
    lead: 'We write to you when something is back or costs less, of one product at most once a day.',
    none: 'Nothing on your wishlist yet',
    noneText: 'Press the heart on a product you would like to come back to.',
    toCart: 'Add to cart',
    toCartOf: (name: string) => `Add to cart: ${name}`,
    soldOut: 'Sold out. We write when it is back.',
    less: (amount: string) => `${amount} less than before`,
    removeOf: (name: string) => `Take off the wishlist: ${name}`,
    removed: (name: string) => `${name} is no longer on your wishlist.`,
  },
  de: {
    title: 'Ihr Wunschzettel',
    lead: 'Wir schreiben Ihnen, wenn etwas wieder da oder günstiger ist, von einem Artikel höchstens einmal am Tag.',
    none: 'Noch nichts auf dem Wunschzettel',
    noneText: 'Drücken Sie das Herz an einem Artikel, zu dem Sie zurückkommen möchten.',
    toCart: 'In den Warenkorb',
    toCartOf: (name: string) => `In den Warenkorb: ${name}`,
    soldOut: 'Ausverkauft. Wir schreiben, wenn es wieder da ist.',
    less: (amount: string) => `${amount} günstiger als zuvor`,
    removeOf: (name: string) => `Vom Wunschzettel nehmen: ${name}`,
    removed: (name: string) => `${name} ist nicht mehr auf Ihrem Wunschzettel.`,
  },
})
