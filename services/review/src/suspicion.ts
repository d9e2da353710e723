import type { Suspicion } from '@shopfleet/contracts'
import { DataSet, englishDataset, englishRecommendedTransformers, RegExpMatcher } from 'obscenity'

/*
 * What in a text is to be looked at by a person before everybody sees it. None of it forbids anything: a rule that errs
 * costs a look, so the rules are few and plain.
 */

/** German for "thick", as good towels are. */
const harmlessPhrases = ['dick']
/** A bassoon, a channel and a spice are no bad words. */
const harmlessWords = ['fagott', 'kanal', 'kanäl', 'banal', 'cumin', 'cockpit', 'shiitake', 'rapeseed', 'great tit']

const english = new DataSet<{ originalWord: string }>()
  .addAll(englishDataset)
  .removePhrasesIf(phrase => harmlessPhrases.includes(phrase.metadata?.originalWord ?? ''))
  .build()
const matcher = new RegExpMatcher({
  ...english,
  ...englishRecommendedTransformers,
  whitelistedTerms: [...(english.whitelistedTerms ?? []), ...harmlessWords],
})
/** The library knows English only, and takes ß for a b. */
const german =
  /(?<!\p{L})(arsch(?!äolog)|fick(t|en|er)?(?!\p{L})|fotze|gefickt|hurensohn|missgeburt|schei(ß|ss)|schlampe|verpiss|wichser)/iu

/** In small letters only: a sentence that follows a full stop without a space begins with a capital. */
const domain =
  /(?<![\p{L}\d@.])(?:[a-z0-9-]+\.)+(?:com|net|org|info|biz|shop|store|online|io|de|at|ch|eu|uk|ru|cn|xyz|top)(?![\p{L}\d])/u
const link = /https?:\/\/|(?<![\p{L}\d])www\./iu
const email =
  /(?<![\p{L}\d._%+-])[\p{L}\d._%+-]+\s?(?:@|\(at\)|\[at\])\s?[\p{L}\d-]+\s?(?:\.|\(dot\)|\[dot\])\s?\p{L}{2,}/iu
/** As numbers are written that are called: from + or 0, in groups. What is measured has neither, or a decimal point. */
const phone = /(?<![\d.,])(?:\+|00?(?=[1-9]))\d(?:[\s/()-]{0,2}\d){7,14}(?![\d.,]\d)/u

/** From so many letters on capitals are no abbreviation any more. */
const shoutedLetters = 20
function isShouted(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  const capitals = text.match(/\p{Lu}/gu)?.length ?? 0
  return letters >= shoutedLetters && capitals / letters > 0.7
}

const rules: [Suspicion, (text: string) => boolean][] = [
  ['bad-words', text => matcher.hasMatch(text) || german.test(text)],
  ['link', text => link.test(text) || domain.test(text)],
  ['email', text => email.test(text)],
  ['phone', text => phone.test(text)],
  ['shouting', isShouted],
]

/** What is suspicious in a review, in the order of the rules. */
export function suspicionsIn({ title, text }: { title: string | null; text: string }): Suspicion[] {
  const parts = title === null ? [text] : [title, text]
  return rules.filter(([, isBroken]) => parts.some(isBroken)).map(([name]) => name)
}
