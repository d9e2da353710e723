import { Problem } from './problems.ts'

/**
 * Money in rows and arithmetic is an integer of minor units; on the wire it is a decimal number of major units.
 * This module is the only place that converts, and the only one that divides. Products of amounts go through BigInt, so
 * every result is exact before its one rounding: half a unit goes away from zero (docs/decisions/0011).
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

function assertMinor(amount: number, what: string): void {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${what} is not a safe integer: ${amount}`)
}

function assertCount(amount: number, what: string): void {
  assertMinor(amount, what)
  if (amount < 0) throw new RangeError(`${what} is negative: ${amount}`)
}

/** BigInt → number; throws a RangeError for what a number does not hold exactly. Never minus zero. */
function toSafe(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`not a safe integer: ${value}`)
  return number
}

/** `n / d` to the nearest integer, half away from zero; `d` > 0. */
function divideRounded(n: bigint, d: bigint): bigint {
  const magnitude = ((n < 0n ? -n : n) * 2n + d) / (d * 2n)
  return n < 0n ? -magnitude : magnitude
}

/**
 * A rate is an integer of parts per million: 1 % = 10 000, so four decimals of a percent are exact (8.875 % = 88 750).
 * No rate is a fraction of floats.
 */
export const millionth = 1_000_000

/**
 * Percent as a decimal number, such as 19 or 8.875 → parts per million. Exact, like `toMinor`: throws
 * `validation-failed` at `pointer` for more than four decimals, less than 0 or more than `most` percent.
 */
export function toRate(percent: number, pointer = '/percent', most = 100): number {
  const refuse = (detail: string) => new Problem('validation-failed', { errors: [{ pointer, detail }] })
  if (!Number.isFinite(percent)) throw refuse('must be a number')
  const match = /^(\d+)(?:\.(\d+))?$/.exec(String(percent))
  if (!match || percent > most) throw refuse(`must be a plain number from 0 to ${most}`)
  const [, whole, fraction = ''] = match
  if (fraction.length > 4) throw refuse('must have at most 4 decimals')
  return Number(whole + fraction.padEnd(4, '0'))
}

/** `amount × rate`, rate in parts per million, rounded once: half a unit away from zero, so a refund mirrors a charge. */
export function applyRate(amount_minor: number, rate: number): number {
  assertMinor(amount_minor, 'the amount')
  assertCount(rate, 'the rate')
  return toSafe(divideRounded(BigInt(amount_minor) * BigInt(rate), BigInt(millionth)))
}

/**
 * Splits an amount by weights (integers ≥ 0): the parts add up to the amount exactly, each is less than one unit away
 * from its exact share, and a weight of zero gets nothing. What rounding down leaves goes to the largest remainders, of
 * equal ones to the first, so the same input always gives the same parts. All weights zero: split evenly. Negative
 * amounts mirror positive ones. Throws a RangeError without weights.
 */
export function allocate(amount_minor: number, weights: readonly number[]): number[] {
  assertMinor(amount_minor, 'the amount')
  if (weights.length === 0) throw new RangeError('nothing to split an amount among')
  for (const weight of weights) assertCount(weight, 'a weight')
  const even = weights.every(weight => weight === 0)
  const shares = weights.map(weight => BigInt(even ? 1 : weight))
  const whole = shares.reduce((sum, share) => sum + share, 0n)
  const amount = BigInt(Math.abs(amount_minor))
  const parts = shares.map(share => (amount * share) / whole)
  const remainders = shares.map(share => (amount * share) % whole)
  let left = amount - parts.reduce((sum, part) => sum + part, 0n)
  // What is left is the sum of the remainders over the whole: fewer units than there are remainders above zero.
  for (const i of [...shares.keys()].sort((a, b) =>
    remainders[a]! < remainders[b]! ? 1 : remainders[a]! > remainders[b]! ? -1 : a - b,
  )) {
    if (left === 0n) break
    parts[i]! += 1n
    left -= 1n
  }
  return parts.map(part => toSafe(amount_minor < 0 ? -part : part))
}

/** Splits an amount into `count` parts that differ by one unit at most, the larger ones first. */
export function splitEvenly(amount_minor: number, count: number): number[] {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`not a number of parts: ${count}`)
  return allocate(amount_minor, new Array<number>(count).fill(1))
}

/**
 * What units `from` to `to` (the latter not counted) of a line of `of` units come to, when the whole line came to
 * `amount_minor`. Slices that follow each other add up to the slice over all of them, to the unit: so a line of three
 * for 10.00 that comes back in parts gives 3.33, 3.34 and 3.33, and never 10.01.
 */
export function sliceOf(amount_minor: number, { from, to, of }: { from: number; to: number; of: number }): number {
  assertMinor(amount_minor, 'the amount')
  for (const [name, count] of Object.entries({ from, to, of })) assertCount(count, name)
  if (of === 0 || from > to || to > of) throw new RangeError(`no slice from ${from} to ${to} of ${of}`)
  const upTo = (n: number) => divideRounded(BigInt(amount_minor) * BigInt(n), BigInt(of))
  return toSafe(upTo(to) - upTo(from))
}

/** `exclusive`: the tax comes on top of the amount. `inclusive`: the amount contains it. */
export type TaxMode = 'exclusive' | 'inclusive'

/** An amount, the tax on it and both together: `net + tax = gross`, always. */
export interface Taxed {
  net_minor: number
  tax_minor: number
  gross_minor: number
}

/** The tax of an amount at a rate in parts per million. Rounded once; the other side is what is left. */
export function taxOf(amount_minor: number, rate: number, mode: TaxMode): Taxed {
  assertMinor(amount_minor, 'the amount')
  assertCount(rate, 'the rate')
  if (mode === 'exclusive') {
    const tax_minor = applyRate(amount_minor, rate)
    return { net_minor: amount_minor, tax_minor, gross_minor: sumMinor([amount_minor, tax_minor]) }
  }
  const tax_minor = toSafe(divideRounded(BigInt(amount_minor) * BigInt(rate), BigInt(millionth + rate)))
  return { net_minor: amount_minor - tax_minor, tax_minor, gross_minor: amount_minor }
}

/** What an order is made of, in minor units of one currency. */
export interface Charges {
  /** Price × quantity of each line, as it is shown: with the tax in it when `tax_mode` is inclusive. */
  lines_minor: readonly number[]
  /** Taken off the lines; what is more than they come to is not taken. */
  discount_minor?: number
  /** Neither discounted nor taxed. */
  shipping_minor?: number
  /** Parts per million. */
  tax_rate?: number
  tax_mode?: TaxMode
  /** `discounted` (the rule almost everywhere): tax is due on what is really paid. `full`: on the price before. */
  tax_on?: 'discounted' | 'full'
}

export interface ChargedLine {
  subtotal_minor: number
  discount_minor: number
  /** On top of the price, or contained in it. */
  tax_minor: number
  /** What the customer pays for the line, and at most gets back for it. */
  total_minor: number
}

export interface Charged {
  subtotal_minor: number
  discount_minor: number
  shipping_minor: number
  /** Added to the total: 0 when prices include the tax. */
  tax_minor: number
  /** Contained in the prices: 0 when the tax is added. */
  included_tax_minor: number
  /** subtotal − discount + shipping + tax. */
  total_minor: number
  lines: ChargedLine[]
}

/**
 * Adds up an order. Discount and tax are each rounded once, for the order, and then split among the lines by largest
 * remainder, so the lines add up to the order whatever the rate: Σ line totals + shipping = total. Throws a RangeError
 * for a negative amount and for a sum that is not a safe integer.
 */
export function chargesOf(charges: Charges): Charged {
  const { lines_minor, discount_minor: wanted = 0, shipping_minor = 0, tax_rate = 0 } = charges
  const { tax_mode = 'exclusive', tax_on = 'discounted' } = charges
  for (const amount of [...lines_minor, wanted, shipping_minor]) assertCount(amount, 'an amount of the order')
  const subtotal_minor = sumMinor(lines_minor)
  const discount_minor = Math.min(wanted, subtotal_minor)
  const discounts = split(discount_minor, lines_minor)
  const taxed = tax_on === 'full' ? lines_minor : lines_minor.map((amount, i) => amount - discounts[i]!)
  const { tax_minor: tax } = taxOf(sumMinor(taxed), tax_rate, tax_mode)
  const taxes = split(tax, taxed)
  const added = tax_mode === 'exclusive' ? tax : 0
  return {
    subtotal_minor,
    discount_minor,
    shipping_minor,
    tax_minor: added,
    included_tax_minor: tax - added,
    total_minor: sumMinor([subtotal_minor, -discount_minor, shipping_minor, added]),
    lines: lines_minor.map((amount, i) => ({
      subtotal_minor: amount,
      discount_minor: discounts[i]!,
      tax_minor: taxes[i]!,
      total_minor: amount - discounts[i]! + (added === 0 ? 0 : taxes[i]!),
    })),
  }
}

/** `allocate`, also of nothing among no lines. */
function split(amount_minor: number, weights: readonly number[]): number[] {
  return weights.length === 0 ? [] : allocate(amount_minor, weights)
}
