import { best } from './best.ts'
import type { CategoryName, Facts } from './memory-store.ts'
import { createNumberLists } from './number-lists.ts'
import type { FacetRow } from './search-store.ts'

/**
 * What products are counted by: category, price, and the values of their attributes and variants, by the small numbers of
 * products. Counts what matches have in common as the statement of search-store.ts counts it. Pure.
 */

const mostCategories = 30
const mostAttributes = 12
const mostValues = 10

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
  /** By the numbers of products: the category, one more than its number, */
  let categoryOf = new Uint32Array(256)
  /** the price in the currency of the shop, NaN in another, */
  let priceOf = new Float64Array(256)
  /** the values, */
  const valuesOf = createNumberLists()
  /** and whether all that is known. */
  let isKnown = new Uint8Array(256)
  const categories = createNumbering<string>()
  const keys = createNumbering<string>()
  const values = createNumbering<Value>()
  /** Of each value in the search that is being counted; all zero between two. */
  let counts = new Uint32Array(256)

  /** The values of each attribute, and those its variants come in; each once. */
  function readValues({ attributes, offers }: Facts): number[] {
    const numberOf = ([key, value]: [string, string | number | boolean]) => {
      const text = textOf(value)
      return values.of(`${key}\0${text}`, () => ({ key: keys.of(key, () => key), value: text }))
    }
    const own = Object.entries(attributes).map(numberOf)
    if (offers.length === 0) return own
    return [...new Set([...own, ...offers.flatMap(({ options }) => Object.entries(options).map(numberOf))])]
  }

  function makeRoom(product: number): void {
    if (product < isKnown.length) return
    const before = { categoryOf, priceOf, isKnown }
    const length = 2 ** Math.ceil(Math.log2(product + 1))
    categoryOf = new Uint32Array(length)
    priceOf = new Float64Array(length)
    isKnown = new Uint8Array(length)
    categoryOf.set(before.categoryOf)
    priceOf.set(before.priceOf)
    isKnown.set(before.isKnown)
  }

  return {
    has: (product: number): boolean => isKnown[product] === 1,
    /** Of all products, to be held against a limit. */
    get valueCount() {
      return values.things.length
    },
    keep(product: number, facts: Facts): void {
      const { category_id: id } = facts
      makeRoom(product)
      categoryOf[product] = id === null ? 0 : categories.of(id, () => id) + 1
      priceOf[product] = facts.currency === currency ? facts.price_minor : Number.NaN
      valuesOf.set(product, readValues(facts))
      isKnown[product] = 1
    },
    forget(product: number): void {
      if (product < isKnown.length) isKnown[product] = 0
    },

    /** What these have in common; each must be known. `nameOf` tells what a category is called. */
    count(products: Uint32Array, nameOf: (id: string) => CategoryName | undefined): FacetRow {
      const inCategory = new Uint32Array(categories.things.length + 1)
      let min = Number.POSITIVE_INFINITY
      let max = Number.NEGATIVE_INFINITY
      for (let i = 0; i < products.length; i++) {
        const product = products[i]!
        inCategory[categoryOf[product]!]!++
        const price = priceOf[product]!
        if (price < min) min = price
        if (price > max) max = price
      }
      if (counts.length < values.things.length) counts = new Uint32Array(values.things.length * 2)
      const seen = valuesOf.count(products, counts)
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
        const count = inCategory[n + 1]!
        const name = count > 0 ? nameOf(id) : undefined
        return name ? [{ ...name, count }] : []
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
