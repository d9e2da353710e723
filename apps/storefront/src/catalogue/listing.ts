/**
 * What a list of products shows: words, category, filters, order. All of it is in the address of the page, so that it can
 * be shared, kept, and gone back to. Pure.
 */

export const sorts = ['newest', 'price', '-price', 'name', 'rating'] as const
export type Sort = (typeof sorts)[number]

export interface Listing {
  q: string | undefined
  category: string | undefined
  min_price: number | undefined
  max_price: number | undefined
  in_stock: boolean
  /** Undefined: by fit for a search, the newest first for a category. */
  sort: Sort | undefined
  /** Values wanted of each attribute. */
  attributes: Record<string, string[]>
  /** So many pages are shown. */
  pages: number
}

export const pageSize = 24
const mostPages = 20
const mostValues = 20
const prefix = 'attribute.'

const amount = (text: string | null): number | undefined => {
  if (text === null || !/^\d{1,9}(\.\d{1,2})?$/.test(text)) return undefined
  return Number(text)
}

/** Reads the state of a list from an address. What makes no sense there is left out. */
export function readListing(search: URLSearchParams, category?: string): Listing {
  const sort = search.get('sort')
  const pages = Number(search.get('pages'))
  const attributes: Record<string, string[]> = {}
  for (const key of new Set(search.keys())) {
    if (!/^attribute\.[a-z][a-z0-9_]{0,49}$/.test(key)) continue
    const values = search.getAll(key).filter(value => value !== '' && value.length <= 200)
    if (values.length > 0) attributes[key.slice(prefix.length)] = [...new Set(values)].sort().slice(0, mostValues)
  }
  return {
    q: search.get('q')?.trim().slice(0, 200) || undefined,
    category: category ?? (search.get('category')?.slice(0, 200) || undefined),
    min_price: amount(search.get('min_price')),
    max_price: amount(search.get('max_price')),
    in_stock: search.get('in_stock') === 'true',
    sort: sorts.find(one => one === sort),
    attributes,
    pages: Number.isInteger(pages) && pages >= 1 ? Math.min(pages, mostPages) : 1,
  }
}

/** The address' search part for a list; `category` is left out where the path says it. */
export function writeListing(listing: Listing, options: { categoryInPath?: boolean } = {}): string {
  const search = new URLSearchParams()
  if (listing.q) search.set('q', listing.q)
  if (listing.category && !options.categoryInPath) search.set('category', listing.category)
  for (const [name, values] of Object.entries(listing.attributes).sort(([a], [b]) => (a < b ? -1 : 1)))
    for (const value of values) search.append(prefix + name, value)
  if (listing.min_price !== undefined) search.set('min_price', String(listing.min_price))
  if (listing.max_price !== undefined) search.set('max_price', String(listing.max_price))
  if (listing.in_stock) search.set('in_stock', 'true')
  if (listing.sort) search.set('sort', listing.sort)
  if (listing.pages > 1) search.set('pages', String(listing.pages))
  const text = search.toString()
  return text ? `?${text}` : ''
}

/** What the platform is asked, without the words and the place in the list. */
export function listingQuery(listing: Listing) {
  const { category, min_price, max_price, in_stock, attributes, sort } = listing
  return {
    limit: pageSize,
    ...(category ? { category } : {}),
    ...(min_price === undefined ? {} : { min_price }),
    ...(max_price === undefined ? {} : { max_price }),
    ...(in_stock ? { in_stock } : {}),
    ...(sort ? { sort } : {}),
    ...Object.fromEntries(Object.entries(attributes).map(([name, values]) => [prefix + name, values])),
  }
}
