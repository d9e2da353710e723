/** How the panel writes money, numbers and times. */

const language = 'en'
const monies = new Map<string, Intl.NumberFormat>()

export function money(amount: number, currency: string): string {
  const format = monies.get(currency) ?? new Intl.NumberFormat(language, { style: 'currency', currency })
  monies.set(currency, format)
  return format.format(amount)
}

/** “$6K”, for the axis of a chart. */
export const shortMoney = (amount: number, currency: string): string =>
  new Intl.NumberFormat(language, { style: 'currency', currency, notation: 'compact' }).format(amount)

const numbers = new Intl.NumberFormat(language)
export const count = (n: number): string => numbers.format(n)
export const percent = (share: number): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(share)

const days = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
const moments = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
const exact = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' })
export const day = (at: string): string => days.format(new Date(at))
export const moment = (at: string): string => moments.format(new Date(at))
export const exactly = (at: string): string => exact.format(new Date(at))

const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'narrow' })
const steps: [Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** “5 min ago”; the date for what is more than a week old. */
export function ago(at: string, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000
  if (Math.abs(seconds) > 7 * 86_400) return day(at)
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit)
  }
  return 'just now'
}

const countries = new Intl.DisplayNames(language, { type: 'region', fallback: 'code' })
/** What a code like GB stands for. */
export const country = (code: string): string => (/^[A-Za-z]{2}$/.test(code) ? (countries.of(code) ?? code) : code)

/** `partially_refunded` → `Partially refunded`. */
export const words = (name: string): string => {
  const text = name
    .replaceAll(/[_-]/g, ' ')
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The end of an id: enough to tell two rows apart. */
export const shortId = (id: string): string => id.slice(-8)
