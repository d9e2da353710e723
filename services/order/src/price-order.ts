import { maxMinor, Problem, priceProducts, toMajor } from '@shopfleet/contracts'
import { seeded } from '@shopfleet/database'
import { type Line, mergeLines, type PricedLine, type Totals, totalsOf } from './order.ts'
import type { Ctx } from './service.ts'

export interface Priced extends Totals {
  lines: PricedLine[]
  currency: string
}

/**
 * Lines at the catalogue's prices, as they are now: what the client believes a price to be is never looked at. Refuses
 * products that do not exist, are not for sale, or cost another currency. `pointerOf` names a line in the request.
 */
export async function priceOrder(
  ctx: Ctx,
  asked: Line[],
  options: { currency?: string; pointerOf?: (index: number) => string } = {},
): Promise<Priced> {
  const lines = mergeLines(asked)
  const ids = lines.map(line => line.product_id)
  const { items } = seeded('prices-remembered')
    ? await remembered(ctx, ids)
    : await ctx.call(priceProducts, { query: { ids: ids.join(',') } })
  const products = new Map(items.map(item => [item.product_id, item]))
  const at = (id: string) => options.pointerOf?.(asked.findIndex(line => line.product_id === id)) ?? '/items'

  const unknown = ids.filter(id => !products.has(id))
  if (unknown.length > 0) {
    throw new Problem('unknown-product', {
      errors: unknown.map(id => ({ pointer: at(id), detail: 'there is no such product' })),
      product_ids: unknown,
    })
  }
  const inactive = ids.filter(id => !products.get(id)!.is_active)
  if (inactive.length > 0) {
    throw new Problem('not-for-sale', {
      errors: inactive.map(id => ({ pointer: at(id), detail: 'is not for sale' })),
      product_ids: inactive,
    })
  }
  const currency = options.currency ?? products.get(ids[0]!)!.currency
  const foreign = ids.filter(id => products.get(id)!.currency !== currency)
  if (foreign.length > 0) {
    throw new Problem('wrong-currency', {
      errors: foreign.map(id => ({
        pointer: at(id),
        detail: `is sold in ${products.get(id)!.currency}, not ${currency}`,
      })),
    })
  }
  const priced = lines.map(({ product_id, quantity }) => {
    const { sku, name, price_minor } = products.get(product_id)!
    const subtotal_minor = seeded('float-money')
      ? Math.trunc((price_minor / 100) * quantity * 100)
      : price_minor * quantity
    return { product_id, quantity, sku, product_name: name, price_minor, subtotal_minor }
  })
  const totals = totalsOf(priced)
  if (totals.total_minor > maxMinor) {
    const [largest] = priced.toSorted((a, b) => b.subtotal_minor - a.subtotal_minor)
    const detail = `makes the order come to more than ${toMajor(maxMinor, currency)} ${currency}`
    throw new Problem('validation-failed', { errors: [{ pointer: at(largest!.product_id), detail }] })
  }
  return { lines: priced, currency, ...totals }
}

const memory = new Map<string, ReturnType<typeof askPrices>>()
const askPrices = (ctx: Ctx, ids: string) => ctx.call(priceProducts, { query: { ids } })

/** The mistake of `prices-remembered`. */
async function remembered(ctx: Ctx, ids: string[]): ReturnType<typeof askPrices> {
  const known = await Promise.all(
    ids.map(id => {
      const price = memory.get(id) ?? askPrices(ctx, id)
      memory.set(id, price)
      price.catch(() => memory.delete(id))
      return price
    }),
  )
  return { items: known.flatMap(({ items }) => items) }
}
