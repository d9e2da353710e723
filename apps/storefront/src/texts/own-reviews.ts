import { defineTexts } from '../language.ts'

/** The page of one's own reviews. */
export const ownReviewTexts = defineTexts({
  en: {
    title: 'Your reviews',
    lead: 'They help others to choose, and us to offer better things.',
    toWrite: 'Not reviewed yet',
    delivered: (date: string) => `Delivered on ${date}`,
    write: 'Write a review',
    writeOf: (name: string) => `Write a review: ${name}`,
    moreToWrite: 'More products',
    written: 'What you have said',
    none: 'No reviews yet',
    noneText: 'What you have bought and have at home can be reviewed here, or on the page of the product.',
    older: 'Older reviews',
  },
  de: {
    title: 'Ihre Bewertungen',
    lead: 'Sie helfen anderen beim Aussuchen, und uns, Besseres anzubieten.',
    toWrite: 'Noch nicht bewertet',
    delivered: (date: string) => `Geliefert am ${date}`,
    write: 'Bewertung schreiben',
    writeOf: (name: string) => `Bewertung schreiben: ${name}`,
    moreToWrite: 'Weitere Artikel',
    written: 'Was Sie gesagt haben',
    none: 'Noch keine Bewertungen',
    noneText: 'Was Sie gekauft und zu Hause haben, können Sie hier bewerten, oder auf der Seite des Artikels.',
    older: 'Ältere Bewertungen',
  },
})
