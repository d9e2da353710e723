import { best } from './best.ts'
import type { FacetCounts } from './facet-store.ts'
import type { CategoryName, Facts } from './memory-store.ts'
import { createNumberLists } from './number-lists.ts'
import type { FacetRow } from './search-store.ts'
import type { Filters } from './store.ts'

/**
 * What products are counted by: category, price, and the values of their attributes and variants, by the small numbers of
 * products. Counts what matches have in common as the statements of search-store.ts and facet-store.ts count it. Pure.
 */

const mostCategories = 30
const mostAttributes = 12
const mostValues = 10
/** Of each attribute, where nothing but what can be narrowed by is asked for. */
const mostChoices = 20

/** The categories there are, by id. */
export type Categories = ReadonlyMap<string, CategoryName>

interface Value {
  key: number
  value: string
}

/** A value as PostgreSQL writes it. */
function textOf(value: unknown): string {
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
    find: (name: string) => numbers.get(name),
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
  /** whether there is any, */
  let inStock = new Uint8Array(256)
  /** whether it comes in variants that are for sale, */
  let isChoice = new Uint8Array(256)
  /** and whether all that is known. */
  let isKnown = new Uint8Array(256)
  const categories = createNumbering<string>()
  const keys = createNumbering<string>()
  const values = createNumbering<Value>()
  /** Of each value in the search that is being counted, and in a part of it; all zero between two. */
  let counts = new Uint32Array(256)
  let partCounts = new Uint32Array(256)

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
    const before = { categoryOf, priceOf, inStock, isChoice, isKnown }
    const length = 2 ** Math.ceil(Math.log2(product + 1))
    categoryOf = new Uint32Array(length)
    priceOf = new Float64Array(length)
    inStock = new Uint8Array(length)
    isChoice = new Uint8Array(length)
    isKnown = new Uint8Array(length)
    categoryOf.set(before.categoryOf)
    priceOf.set(before.priceOf)
    inStock.set(before.inStock)
    isChoice.set(before.isChoice)
    isKnown.set(before.isKnown)
  }

  /** The values of the commonest attributes, `most` of each: of these, and of those that count for one attribute alone. */
  function countValues(products: Uint32Array, parts: readonly { key: number; products: Uint32Array }[], most: number) {
    if (counts.length < values.things.length) {
      counts = new Uint32Array(values.things.length * 2)
      partCounts = new Uint32Array(counts.length)
    }
    const seen = valuesOf.count(products, counts)
    for (const part of parts) {
      for (const value of valuesOf.count(part.products, partCounts)) {
        if (values.things[value]!.key === part.key) {
          if (counts[value] === 0) seen.push(value)
          counts[value]! += partCounts[value]!
        }
        partCounts[value] = 0
      }
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
      const commonest = best(counted.length, most, (a, b) => isCommoner(counted[a]!, counted[b]!))
      const list = commonest.map(place => counted[place]!)
      return { key: keys.things[key]!, list, sum: list.reduce((sum, { count }) => sum + count, 0) }
    })
    attributes.sort((a, b) => b.sum - a.sum || inOrder(a.key, b.key))
    for (const value of seen) counts[value] = 0
    return Object.fromEntries(attributes.slice(0, mostAttributes).map(({ key, list }) => [key, list]))
  }

  function countCategories(parts: readonly Uint32Array[], named: Categories) {
    const inCategory = new Uint32Array(categories.things.length + 1)
    for (const part of parts) for (let i = 0; i < part.length; i++) inCategory[categoryOf[part[i]!]!]!++
    const found = categories.things.flatMap((of, n) => {
      const count = inCategory[n + 1]!
      const category = count > 0 ? named.get(of) : undefined
      if (!category) return []
      const { id, slug, name } = category
      return [{ id, slug, name, count }]
    })
    found.sort((a, b) => b.count - a.count || inOrder(a.name, b.name))
    return found.slice(0, mostCategories)
  }

  function priceRange(parts: readonly Uint32Array[]) {
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    for (const part of parts) {
      for (let i = 0; i < part.length; i++) {
        const price = priceOf[part[i]!]!
        if (price < min) min = price
        if (price > max) max = price
      }
    }
    return {
      min_minor: min === Number.POSITIVE_INFINITY ? null : min,
      max_minor: max === Number.NEGATIVE_INFINITY ? null : max,
    }
  }

  /** What each filter asks of a product. */
  function testsOf({ category, min_minor, max_minor, in_stock, attributes }: Filters, named: Categories) {
    const tests: { name: string; key?: number; passes(product: number): boolean }[] = []
    if (category !== undefined) {
      const isAsked = ({ id, slug }: CategoryName) => slug === category || id === category.toLowerCase()
      const tops = new Set([...named.values()].filter(isAsked).map(({ id }) => id))
      const within = categories.things.map(id => named.get(id)?.path.some(above => tops.has(above)) ?? false)
      tests.push({ name: 'category', passes: product => within[categoryOf[product]! - 1] ?? false })
    }
    if (min_minor !== undefined || max_minor !== undefined) {
      const [min, max] = [min_minor ?? 0, max_minor ?? Number.MAX_SAFE_INTEGER]
      tests.push({ name: 'price', passes: product => priceOf[product]! >= min && priceOf[product]! <= max })
    }
    if (in_stock !== undefined) tests.push({ name: 'stock', passes: product => (inStock[product] === 1) === in_stock })
    for (const choices of attributes) {
      const [name] = Object.keys(choices[0]!) as [string]
      const wanted = new Set(
        choices.flatMap(choice => values.find(`${name}\0${textOf(Object.values(choice)[0])}`) ?? []),
      )
      const key = keys.find(name) ?? -1
      tests.push({ name: `attribute ${name}`, key, passes: product => valuesOf.hasOne(product, wanted) })
    }
    return tests
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
      isChoice[product] = facts.offers.length > 0 ? 1 : 0
      inStock[product] = (
        facts.offers.length > 0
          ? facts.offers.some(offer => offer.in_stock)
          : facts.stock_available > 0
      )
        ? 1
        : 0
      isKnown[product] = 1
    },
    forget(product: number): void {
      if (product < isKnown.length) isKnown[product] = 0
    },

    /** What these have in common; each must be known. */
    count: (products: Uint32Array, named: Categories): FacetRow => ({
      categories: countCategories([products], named),
      attributes: countValues(products, [], mostValues),
      ...priceRange([products]),
      count: products.length,
    }),

    /**
     * What these can be narrowed by, each filter aside for its own alternatives; each must be known. Undefined where variants
     * must be looked at one by one.
     */
    countNarrowed(products: Uint32Array, filters: Filters, named: Categories): FacetCounts | undefined {
      const isOfVariants = filters.in_stock === true || filters.attributes.length > 0
      if (isOfVariants && products.some(product => isChoice[product] === 1)) return undefined
      const tests = testsOf(filters, named)
      const passing: number[] = []
      /** Those that fail one filter alone, by filter */
      const failing: number[][] = tests.map(() => [])
      for (const product of products) {
        let failed = -1
        let count = 0
        for (let i = 0; i < tests.length && count < 2; i++) {
          if (tests[i]!.passes(product)) continue
          failed = i
          count++
        }
        if (count === 0) passing.push(product)
        else if (count === 1) failing[failed]!.push(product)
      }
      const all = Uint32Array.from(passing)
      const parts = tests.map(({ name, key }, i) => ({ name, key: key ?? -1, products: Uint32Array.from(failing[i]!) }))
      const but = (name: string) => [all, ...parts.flatMap(part => (part.name === name ? [part.products] : []))]
      const ofAttributes = parts.filter(({ name }) => name.startsWith('attribute '))
      return {
        total: all.length,
        in_stock: but('stock').reduce((sum, part) => sum + part.filter(product => inStock[product] === 1).length, 0),
        categories: countCategories(but('category'), named),
        attributes: countValues(all, ofAttributes, mostChoices),
        ...priceRange(but('price')),
      }
    },
  }
}
export type ProductFacts = ReturnType<typeof createProductFacts>
