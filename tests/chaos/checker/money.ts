/** The checker's own arithmetic: what it judges must not be its measure. Amounts are integers of minor units. */

const decimals: Record<string, number> = { JPY: 0, KRW: 0, KWD: 3, BHD: 3 }

/** Major units on the wire, in minor units; NaN if it has more decimals than its currency. */
export function minorOf(amount: number, currency: string): number {
  const places = decimals[currency] ?? 2
  const [whole = '', fraction = ''] = String(amount).split('.')
  if (!/^-?\d+$/.test(whole) || !/^\d*$/.test(fraction) || fraction.length > places) return Number.NaN
  return Number(whole + fraction.padEnd(places, '0'))
}

/** Sums without end, one for each key. */
export class Sums {
  readonly of = new Map<string, bigint>()
  add(key: string, amount: number): void {
    this.of.set(key, (this.of.get(key) ?? 0n) + BigInt(amount))
  }
  get(key: string): bigint {
    return this.of.get(key) ?? 0n
  }
}

export function sum(amounts: Iterable<number>): number {
  let total = 0
  for (const amount of amounts) total += amount
  return total
}
