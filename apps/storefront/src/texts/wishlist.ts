import { defineTexts } from '../language.ts'

/** Wishes: the heart on a product, and the page they are kept on. */
export const wishlistTexts = defineTexts({
  en: {
    wish: (name: string) => `Put on your wishlist: ${name}`,
    added: 'On your wishlist. We write when it is back or costs less.',
    removed: 'No longer on your wishlist.',
    show: 'Show',
  },
  de: {
    wish: (name: string) => `Auf den Wunschzettel: ${name}`,
    added: 'Auf Ihrem Wunschzettel. Wir schreiben, wenn es wieder da oder günstiger ist.',
    removed: 'Nicht mehr auf Ihrem Wunschzettel.',
    show: 'Zeigen',
  },
})
