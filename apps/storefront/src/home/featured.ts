import { type Category, listProducts, type Product } from '@shopfleet/contracts'
import { queryOptions } from '@tanstack/react-query'
import { categoriesQuery } from '../catalogue/queries.ts'
import type { Shop } from '../shop.tsx'

/** What the home page puts forward: a picture for each category, and some products of different kinds. */

export interface Featured {
  hero: Product[]
  products: Product[]
  tiles: { category: Pick<Category, 'id' | 'name' | 'slug' | 'product_count'>; picture: string | null }[]
}

const perCategory = 4
const newestAsked = 100
const newestShown = 8

/** From each category in turn, so that no two neighbours are alike. */
function pick(lists: Product[][], place: number, count: number): Product[] {
  return lists.flatMap(list => list[place] ?? []).slice(0, count)
}

export const featuredQuery = (shop: Pick<Shop, 'api' | 'queries'>) =>
  queryOptions({
    queryKey: ['featured'],
    staleTime: 5 * 60_000,
    queryFn: async (): Promise<Featured> => {
      const categories = await shop.queries.ensureQueryData(categoriesQuery(shop))
      const filled = categories.filter(category => category.product_count > 0)
      const lists = await Promise.all(
        filled.map(async ({ slug }) => {
          const query = { category: slug, in_stock: true, limit: perCategory, sort: '-price' } as const
          return (await shop.api.call(listProducts, { query })).items
        }),
      )
      return {
        hero: pick([...lists].reverse(), 0, 3),
        products: pick(lists, 1, 4),
        tiles: filled.map(({ id, name, slug, product_count }, i) => ({
          category: { id, name, slug, product_count },
          picture: (lists[i]![2] ?? lists[i]![0])?.image_url ?? null,
        })),
      }
    },
  })

/** The newest, but of each kind one or two: a delivery of one kind does not fill the page. */
export function mixed(products: readonly Product[], count: number): Product[] {
  const kinds = new Map<string | null, number>()
  const placed = products.map((product, age) => {
    const nth = kinds.get(product.category_id) ?? 0
    kinds.set(product.category_id, nth + 1)
    return { product, nth, age }
  })
  return placed
    .sort((a, b) => a.nth - b.nth || a.age - b.age)
    .slice(0, count)
    .map(({ product }) => product)
}

export const newestQuery = ({ api }: Pick<Shop, 'api'>) =>
  queryOptions({
    queryKey: ['newest'],
    staleTime: 60_000,
    queryFn: async (): Promise<Product[]> => {
      const { items } = await api.call(listProducts, { query: { limit: newestAsked, in_stock: true } })
      return mixed(items, newestShown)
    },
  })
