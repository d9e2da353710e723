import type { Locale } from '@shopfleet/contracts'

/** By language and currency: making one takes longer than the rest of a message. */
const formats = new Map<string, Intl.NumberFormat>()

/** An amount in major units as people of that language write it. */
export function money(amount: number, currency: string, locale: Locale): string {
  const language = locale === 'de' ? 'de-DE' : 'en-US'
  const key = `${language} ${currency}`
  const format = formats.get(key) ?? new Intl.NumberFormat(language, { style: 'currency', currency })
  formats.set(key, format)
  return format.format(amount)
}
