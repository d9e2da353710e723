import { best } from './best.ts'
import type { CategoryName, Facts } from './memory-store.ts'
import type { FacetRow } from './search-store.ts'

/**
 * What products are counted by: category, price, and the values of their attributes and variants, by the small numbers of
 * products. Counts what matches have in common as the statement of search-store.ts counts it. Pure.
 */

const mostCategories = 30
const mostAttributes = 12
const mostValues = 10
const none = -1

interface Known {
  category: number
  /** In the currency of the shop; NaN in another. */
  price_minor: number
  values: readonly number[]
}

interface Value {
  key: number
  value: string
}

/** A value as PostgreSQL writes it. */
function textOf(value: string | number | boolean): string {
  const text = String(value)
  return typeof value === 'number' && text.includes('e')
    ? value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 })
    : text
}

const inOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

interface Counted {
  value: string
  count: number
}
const isCommoner = (a: Counted, b: Counted) => (a.count === b.count ? a.value < b.value : a.count > b.count)

/** Numbers of things by their names, given in the order they are first heard of. */
function createNumbering<T>() {
  const numbers = new Map<string, number>()
  const things: T[] = []
  return {
    things,
    of(name: string, thing: () => T): number {
      const known = numbers.get(name)
      if (known !== undefined) return known
      numbers.set(name, things.length)
      return things.push(thing()) - 1
    },
  }
}

export function createProductFacts(currency: string) {
  const known: (Known | undefined)[] = []
  const categories = createNumbering<string>()
  const keys = createNumbering<string>()
  const values = createNumbering<Value>()
  /** Of each value in the search that is being counted; all zero between two. */
  let counts = new Uint32Array(256)

  /** The values of each attribute, and those its variants come in; each once. */
  function valuesOf({ attributes, offers }: Facts): number[] {
    const numberOf = ([key, value]: [string, string | number | boolean]) => {
      const text = textOf(value)
      return values.of(`${key}\0${text}`, () => ({ key: keys.of(key, () => key), value: text }))
    }
    const own = Object.entries(attributes).map(numberOf)
    if (offers.length === 0) return own
    return [...new Set([...own, ...offers.flatMap(({ options }) => Object.entries(options).map(numberOf))])]
  }

  return {
    has: (product: number): boolean => known[product] !== undefined,
    /** Of all products, to be held against a limit. */
    get valueCount() {
      return values.things.length
    },
    keep(product: number, facts: Facts): void {
      const { category_id: id } = facts
      while (known.length <= product) known.push(undefined)
      known[product] = {
        category: id === null ? none : categories.of(id, () => id),
        price_minor: facts.currency === currency ? facts.price_minor : Number.NaN,
        values: valuesOf(facts),
      }
    },
    forget(product: number): void {
      if (product < known.length) known[product] = undefined
    },

    /** What these have in common; each must be known. `nameOf` tells what a category is called. */
    count(products: Uint32Array, nameOf: (id: string) => CategoryName | undefined): FacetRow {
      const inCategory = new Uint32Array(categories.things.length)
      if (counts.length < values.things.length) counts = new Uint32Array(values.things.length * 2)
      const seen: number[] = []
      let min = Number.POSITIVE_INFINITY
      let max = Number.NEGATIVE_INFINITY
      for (const product of products) {
        const one = known[product]!
        if (one.category !== none) inCategory[one.category]!++
        for (const value of one.values) if (counts[value]!++ === 0) seen.push(value)
        if (one.price_minor < min) min = one.price_minor
        if (one.price_minor > max) max = one.price_minor
      }
      const byKey = new Map<number, number[]>()
      for (const value of seen) {
        const { key } = values.things[value]!
        const those = byKey.get(key)
        if (those) those.push(value)
        else byKey.set(key, [value])
      }
      const attributes = [...byKey].map(([key, those]) => {
        const counted = those.map(value => ({ value: values.things[value]!.value, count: counts[value]! }))
        const commonest = best(counted.length, mostValues, (a, b) => isCommoner(counted[a]!, counted[b]!))
        const list = commonest.map(place => counted[place]!)
        return { key: keys.things[key]!, list, sum: list.reduce((sum, { count }) => sum + count, 0) }
      })
      attributes.sort((a, b) => b.sum - a.sum || inOrder(a.key, b.key))
      for (const value of seen) counts[value] = 0
      const found = categories.things.flatMap((id, n) => {
        const name = inCategory[n]! > 0 ? nameOf(id) : undefined
        return name ? [{ ...name, count: inCategory[n]! }] : []
      })
      found.sort((a, b) => b.count - a.count || inOrder(a.name, b.name))
      return {
        categories: found.slice(0, mostCategories),
        attributes: Object.fromEntries(attributes.slice(0, mostAttributes).map(({ key, list }) => [key, list])),
        min_minor: min === Number.POSITIVE_INFINITY ? null : min,
        max_minor: max === Number.NEGATIVE_INFINITY ? null : max,
        count: products.length,
      }
    },
  }
}
export type ProductFacts = ReturnType<typeof createProductFacts>
