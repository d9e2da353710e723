import { Problem } from './problems.ts'

/**
 * Money in rows and arithmetic is an integer of minor units; on the wire it is a decimal number of major units.
 * This module is the only place that converts, and the only one that divides.
 */

/** Decimals of each currency we accept (ISO 4217). */
export const currencies = {
  USD: 2,
  EUR: 2,
  GBP: 2,
  CHF: 2,
  CAD: 2,
  AUD: 2,
  SEK: 2,
  NOK: 2,
  DKK: 2,
  PLN: 2,
  INR: 2,
  BRL: 2,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  BHD: 3,
} as const
export type CurrencyCode = keyof typeof currencies

/** The largest amount on a wire, in minor units: sums of many of them still are safe integers. */
export const maxMinor = 1_000_000_000_000

/** Decimals of a currency; throws a `wrong-currency` Problem for one we do not know. */
export function exponentOf(currency: string): number {
  if (!Object.hasOwn(currencies, currency)) {
    throw new Problem('wrong-currency', { detail: `The currency ${currency.slice(0, 8)} is not one we take.` })
  }
  return currencies[currency as CurrencyCode]
}

/**
 * Major units on the wire → integer minor units. Exact: it reads the shortest decimal form of the number and
 * never multiplies. Throws `validation-failed` at `pointer` when the amount has more decimals than its currency,
 * is not finite, or is larger than `maxMinor`.
 */
export function toMinor(amount: number, currency: string, pointer = '/price'): number {
  const exponent = exponentOf(currency)
  const refuse = (detail: string) => new Problem('validation-failed', { errors: [{ pointer, detail }] })
  if (!Number.isFinite(amount)) throw refuse('must be a number')
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(amount))
  if (!match) throw refuse('must be a plain decimal number')
  const [, sign, whole, fraction = ''] = match
  if (fraction.length > exponent) throw refuse(`must have at most ${exponent} decimals in ${currency}`)
  const minor = Number(whole + fraction.padEnd(exponent, '0'))
  if (minor > maxMinor) throw refuse(`must be at most ${maxMinor / 10 ** exponent}`)
  return sign && minor !== 0 ? -minor : minor
}

/** Integer minor units → major units for the wire. One correctly rounded division, so it prints as the decimal meant. */
export function toMajor(minor: number, currency: string): number {
  if (!Number.isSafeInteger(minor)) throw new RangeError(`not an amount in minor units: ${minor}`)
  // Plus zero: minus zero is no amount.
  return (minor + 0) / 10 ** exponentOf(currency)
}

/** Sum of integers; throws a RangeError where an amount, or the sum on the way, is not a safe integer. */
export function sumMinor(amounts: Iterable<number>): number {
  let sum = 0
  for (const amount of amounts) {
    sum += amount
    if (!Number.isSafeInteger(amount) || !Number.isSafeInteger(sum))
      throw new RangeError('sum of money is not a safe integer')
  }
  return sum
}
