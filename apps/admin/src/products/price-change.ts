import { exponentOf, type Product, toMajor } from '@shopfleet/contracts'

export type PriceChange = 'percent' | 'add' | 'set'

/** Thousandths of a percent: finer changes are nobody's wish. */
const whole = 100_000

/** A price after a change, in whole minor units of its currency. */
export function newPrice(
  { price, currency }: Pick<Product, 'price' | 'currency'>,
  how: PriceChange,
  by: number,
): number {
  const minorOf = (amount: number) => Math.round(amount * 10 ** exponentOf(currency))
  const now = minorOf(price)
  const changed =
    how === 'percent'
      ? Math.round((now * (whole + Math.round(by * (whole / 100)))) / whole)
      : how === 'add'
        ? now + minorOf(by)
        : minorOf(by)
  return toMajor(changed, currency)
}
