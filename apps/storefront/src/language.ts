/**
 * The languages of the shop, and how they write numbers, money and dates. Every text stands in `src/texts`, each table
 * with all languages side by side, so that none can be forgotten.
 */

export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

export const languageNames: Record<Language, string> = { en: 'English', de: 'Deutsch' }
const locales: Record<Language, string> = { en: 'en-US', de: 'de-DE' }
export const languageCookie = 'language'

const isLanguage = (text: string): text is Language => (languages as readonly string[]).includes(text)

/** The value of a cookie in a `Cookie` header or in `document.cookie`. */
export function cookieOf(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}

/** What was chosen before, else the first language of the browser that we speak, else that of the shop. */
export function pickLanguage(cookies = '', acceptLanguage = '', ofShop: Language = 'en'): Language {
  const chosen = cookieOf(cookies, languageCookie)
  if (chosen !== undefined && isLanguage(chosen)) return chosen
  const wanted = acceptLanguage
    .split(',')
    .map(part => {
      const [tag = '', ...parameters] = part.trim().split(';')
      const quality = parameters.map(text => /^\s*q=([\d.]+)/.exec(text)?.[1]).find(Boolean)
      return { language: tag.split('-', 1)[0]!.toLowerCase(), quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
  return wanted.map(one => one.language).find(isLanguage) ?? ofShop
}

/** Texts in all languages; the others have exactly the keys of English. */
export type Table<T> = { en: T } & Record<Exclude<Language, 'en'>, Widened<T>>

type Widened<T> = T extends string
  ? string
  : T extends (...args: infer A) => infer R
    ? (...args: A) => R extends string ? string : R
    : { [K in keyof T]: Widened<T[K]> }

/** Declares a table of texts. */
export const defineTexts = <const T>(table: Table<T>): Record<Language, Widened<T>> =>
  table as Record<Language, Widened<T>>

export interface Formats {
  /** An amount in major units. */
  money(amount: number, currency: string): string
  /** The same without `.00`, where the price is only hinted at. */
  roundMoney(amount: number, currency: string): string
  number(value: number): string
  date(iso: string): string
  dateTime(iso: string): string
  /** The word for one or for several, by the rules of the language. */
  plural(count: number, one: string, other: string): string
}

const made = new Map<Language, Formats>()

export function formatsOf(language: Language): Formats {
  const known = made.get(language)
  if (known) return known
  const locale = locales[language]
  const currencies = new Map<string, Intl.NumberFormat>()
  const moneyFormat = (currency: string, isRound: boolean) => {
    const key = `${currency} ${isRound}`
    let format = currencies.get(key)
    if (!format) {
      format = new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        ...(isRound ? { trailingZeroDisplay: 'stripIfInteger' } : {}),
      })
      currencies.set(key, format)
    }
    return format
  }
  const numbers = new Intl.NumberFormat(locale)
  const plurals = new Intl.PluralRules(locale)
  // Dates are shown as the browser's clock has them; on the server there are none.
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'long' })
  const times = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const formats: Formats = {
    money: (amount, currency) => moneyFormat(currency, false).format(amount),
    roundMoney: (amount, currency) => moneyFormat(currency, true).format(amount),
    number: value => numbers.format(value),
    date: iso => dates.format(new Date(iso)),
    dateTime: iso => times.format(new Date(iso)),
    plural: (count, one, other) => (plurals.select(count) === 'one' ? one : other),
  }
  made.set(language, formats)
  return formats
}
