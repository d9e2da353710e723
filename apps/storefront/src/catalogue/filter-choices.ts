import type { listFacets, ReplyOf } from '@shopfleet/contracts'
import type { Listing } from './listing.ts'

/** What a shopper can choose from, made of the platform's counts. Pure. */

export type Facets = ReplyOf<typeof listFacets>

export interface Choice {
  value: string
  count: number
  isChosen: boolean
}
export interface ChoiceGroup {
  name: string
  choices: Choice[]
}
export interface Choices {
  groups: ChoiceGroup[]
  /** Attributes that are so or not: only being so is worth choosing. */
  features: (Choice & { name: string })[]
}

const mostGroups = 7

const isNumber = (text: string) => text !== '' && Number.isFinite(Number(text))
const isTruth = (text: string) => text === 'true' || text === 'false'

/**
 * Groups of values in the platform's order. Measures (grams, centimetres) are left out: nobody looks for 460 g. What is
 * chosen stays to be seen, also where nothing would be left.
 */
export function choicesOf(facets: Pick<Facets, 'attributes' | 'total'>, chosen: Listing['attributes']): Choices {
  const groups: ChoiceGroup[] = []
  const features: Choices['features'] = []
  const names = [...new Set([...Object.keys(facets.attributes), ...Object.keys(chosen)])]
  for (const name of names) {
    const counted = facets.attributes[name] ?? []
    const wanted = chosen[name] ?? []
    const values = [...counted.map(one => one.value), ...wanted]
    if (values.every(isTruth)) {
      const count = counted.find(one => one.value === 'true')?.count ?? 0
      const isChosen = wanted.includes('true')
      // What all of them are narrows nothing.
      if (isChosen || (count > 0 && count < facets.total)) features.push({ name, value: 'true', count, isChosen })
      continue
    }
    if (wanted.length === 0 && (counted.length < 2 || counted.every(one => isNumber(one.value)))) continue
    const missing = wanted.filter(value => !counted.some(one => one.value === value))
    const choices = [...counted, ...missing.map(value => ({ value, count: 0 }))]
    groups.push({ name, choices: choices.map(one => ({ ...one, isChosen: wanted.includes(one.value) })) })
  }
  const brandFirst = groups.sort((a, b) => Number(b.name === 'brand') - Number(a.name === 'brand'))
  return {
    groups: brandFirst.filter((group, i) => i < mostGroups || group.choices.some(one => one.isChosen)),
    features,
  }
}

/** The list with a value of an attribute chosen, or not any more. It begins again at its first page. */
export function withValue(listing: Listing, name: string, value: string, isChosen: boolean): Listing {
  const others = (listing.attributes[name] ?? []).filter(one => one !== value)
  const { [name]: _, ...attributes } = listing.attributes
  const values = isChosen ? [...others, value].sort() : others
  return { ...listing, pages: 1, attributes: values.length > 0 ? { ...attributes, [name]: values } : attributes }
}

export interface ActiveFilter {
  kind: 'category' | 'price' | 'stock' | 'attribute'
  /** Of an attribute. */
  name?: string
  value?: string
  /** The list without it. */
  without: Listing
}

/** Everything chosen, one by one. `fixed` is the category the page itself stands for. */
export function activeFilters(listing: Listing, fixed?: string): ActiveFilter[] {
  const first = { ...listing, pages: 1 }
  const list: ActiveFilter[] = []
  if (listing.category && listing.category !== fixed)
    list.push({ kind: 'category', value: listing.category, without: { ...first, category: undefined } })
  if (listing.min_price !== undefined || listing.max_price !== undefined)
    list.push({ kind: 'price', without: { ...first, min_price: undefined, max_price: undefined } })
  if (listing.in_stock) list.push({ kind: 'stock', without: { ...first, in_stock: false } })
  for (const [name, values] of Object.entries(listing.attributes))
    for (const value of values)
      list.push({ kind: 'attribute', name, value, without: withValue(listing, name, value, false) })
  return list
}

/** The list with nothing chosen: only what it is about, and its order. */
export function withoutFilters(listing: Listing, fixed?: string): Listing {
  return {
    ...listing,
    category: fixed,
    min_price: undefined,
    max_price: undefined,
    in_stock: false,
    attributes: {},
    pages: 1,
  }
}
