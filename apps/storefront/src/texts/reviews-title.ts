import { defineTexts } from '../language.ts'

/** The little that is said of reviews before they are there; the rest is fetched with them (`reviews.ts`). */
export const reviewTexts = defineTexts({
  en: { title: 'Reviews', loading: 'Loading reviews' },
  de: { title: 'Bewertungen', loading: 'Bewertungen werden geladen' },
})
