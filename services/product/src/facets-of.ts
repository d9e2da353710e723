import type { KnownProduct } from './known-products.ts'
import type { FacetRow } from './search-store.ts'

/** What few products have in common, counted here as the statement of search-store.ts counts it for many. Pure. */

const mostCategories = 30
const mostAttributes = 12
const mostValues = 10

/** A value as PostgreSQL writes it. */
function textOf(value: string | number | boolean): string {
  const text = String(value)
  return typeof value === 'number' && text.includes('e')
    ? value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 })
    : text
}

const inOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The values of each attribute, and those its variants come in; each once, in pairs. */
function valuesOf({ product, offers }: KnownProduct): [key: string, value: string][] {
  const pairs = [
    ...Object.entries(product.attributes).map(([key, value]): [string, string] => [key, textOf(value)]),
    ...offers.flatMap(({ options }) => Object.entries(options)),
  ]
  return offers.length === 0 ? pairs : [...new Map(pairs.map(pair => [JSON.stringify(pair), pair])).values()]
}

export function facetsOf(found: readonly KnownProduct[], currency: string): FacetRow {
  const categories = new Map<string, FacetRow['categories'][number]>()
  const attributes = new Map<string, Map<string, number>>()
  let min_minor: number | null = null
  let max_minor: number | null = null
  for (const one of found) {
    const { product, price_minor } = one
    const { category } = product
    if (category) {
      const counted = categories.get(category.id)
      if (counted) counted.count++
      else categories.set(category.id, { id: category.id, slug: category.slug, name: category.name, count: 1 })
    }
    one.values ??= valuesOf(one)
    for (const [key, value] of one.values) {
      const values = attributes.get(key)
      if (values) values.set(value, (values.get(value) ?? 0) + 1)
      else attributes.set(key, new Map([[value, 1]]))
    }
    if (product.currency !== currency) continue
    if (min_minor === null || price_minor < min_minor) min_minor = price_minor
    if (max_minor === null || price_minor > max_minor) max_minor = price_minor
  }
  const counts = [...attributes].map(([key, values]) => {
    const list = [...values].map(([value, count]) => ({ value, count }))
    const commonest = list.sort((a, b) => b.count - a.count || inOrder(a.value, b.value)).slice(0, mostValues)
    return { key, commonest, sum: commonest.reduce((sum, { count }) => sum + count, 0) }
  })
  counts.sort((a, b) => b.sum - a.sum || inOrder(a.key, b.key))
  return {
    categories: [...categories.values()]
      .sort((a, b) => b.count - a.count || inOrder(a.name, b.name))
      .slice(0, mostCategories),
    attributes: Object.fromEntries(counts.slice(0, mostAttributes).map(({ key, commonest }) => [key, commonest])),
    min_minor,
    max_minor,
    count: found.length,
  }
}
