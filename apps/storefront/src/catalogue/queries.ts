import {
  type Category,
  getCategory,
  getProduct,
  listCategories,
  listFacets,
  listProducts,
  type Product,
  type QueryOf,
  searchProducts,
  suggestProducts,
} from '@shopfleet/contracts'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Shop } from '../shop.tsx'
import { type Listing, listingQuery } from './listing.ts'

/** What the pages ask of the catalogue. Anybody may see it, so the server asks the same and hands the answers on. */

type Asking = Pick<Shop, 'api'>

export const categoriesQuery = ({ api }: Asking) =>
  queryOptions({
    queryKey: ['categories'],
    staleTime: 5 * 60_000,
    queryFn: async (): Promise<Category[]> => (await api.call(listCategories, {})).items,
  })

export const categoryQuery = ({ api }: Asking, slug: string) =>
  queryOptions({
    queryKey: ['category', slug],
    staleTime: 5 * 60_000,
    queryFn: () => api.call(getCategory, { params: { id: slug } }),
  })

export const productQuery = ({ api }: Asking, slug: string) =>
  queryOptions({
    queryKey: ['product', slug],
    staleTime: 15_000,
    queryFn: () => api.call(getProduct, { params: { id: slug } }),
  })

/** A short row of products, such as the newest. */
export const productsQuery = ({ api }: Asking, query: QueryOf<typeof listProducts>) =>
  queryOptions({
    queryKey: ['products', query],
    staleTime: 60_000,
    queryFn: async (): Promise<Product[]> => (await api.call(listProducts, { query })).items,
  })

export const suggestionsQuery = ({ api }: Asking, q: string) =>
  queryOptions({
    queryKey: ['suggestions', q],
    staleTime: 60_000,
    enabled: q.length > 0,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      signal.throwIfAborted()
      return (await api.call(suggestProducts, { query: { q, limit: 6 } })).items
    },
  })

export interface ListingPage {
  items: Product[]
  next_cursor: string | null
  /** What was probably meant by the words. */
  suggestion: string | null
}

/** A list that goes on page by page: a category, or what a search finds. */
export const listingQueryOptions = ({ api }: Asking, listing: Listing) =>
  infiniteQueryOptions({
    queryKey: ['listing', listing.q ?? '', listingQuery(listing)],
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: ListingPage) => page.next_cursor ?? undefined,
    queryFn: async ({ pageParam: cursor }): Promise<ListingPage> => {
      const query = { ...listingQuery(listing), ...(cursor ? { cursor } : {}) }
      if (listing.q === undefined) return { ...(await api.call(listProducts, { query })), suggestion: null }
      const { items, next_cursor, suggestion } = await api.call(searchProducts, { query: { q: listing.q, ...query } })
      return { items, next_cursor, suggestion }
    },
  })

/** What such a list can be narrowed by. */
export const facetsQuery = ({ api }: Asking, listing: Listing) => {
  const { limit: _, sort: __, ...filters } = listingQuery(listing)
  const query = { ...filters, ...(listing.q ? { q: listing.q } : {}) }
  return queryOptions({
    queryKey: ['facets', query],
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: () => api.call(listFacets, { query }),
  })
}

/** Everything a list shows at first, as loaders ask for it. */
export const loadListing = (shop: Pick<Shop, 'api' | 'queries'>, listing: Listing) =>
  Promise.all([
    shop.queries.fetchInfiniteQuery({ ...listingQueryOptions(shop, listing), pages: listing.pages }),
    shop.queries.fetchQuery(facetsQuery(shop, listing)),
  ])
