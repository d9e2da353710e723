import { type Category, getCatalogueProduct, listCategories, type Product } from '@shopfleet/contracts'
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../api.ts'
import type { Choice } from '../ui/form.tsx'

export const productsKey = ['products'] as const

export const productQuery = (id: string) =>
  queryOptions({
    queryKey: [...productsKey, 'one', id],
    queryFn: () => api.call(getCatalogueProduct, { params: { id } }),
  })

export const categoriesQuery = queryOptions({
  queryKey: ['categories'],
  queryFn: async () => (await api.call(listCategories, {})).items,
})

export interface FlatCategory extends Omit<Category, 'children'> {
  depth: number
  /** “Lamps › Desk lamps” */
  path: string
}

/** The tree as lines, each below its own. */
export function flatten(tree: readonly Category[], depth = 0, above = ''): FlatCategory[] {
  return tree.flatMap(({ children, ...category }) => {
    const path = above ? `${above} › ${category.name}` : category.name
    return [{ ...category, depth, path }, ...flatten(children as unknown as Category[], depth + 1, path)]
  })
}

export function useCategories(): FlatCategory[] {
  return flatten(useQuery(categoriesQuery).data ?? [])
}

/** For a field: every category, and none. */
export const useCategoryChoices = (none: string): Choice[] => [
  { value: '', label: none },
  ...useCategories().map(({ id, path }) => ({ value: id, label: path })),
]

/** After a change: lists and the product itself are asked again. */
export function useProductsChanged(): (product?: Product) => void {
  const queries = useQueryClient()
  return product => {
    if (product) queries.setQueryData([...productsKey, 'one', product.id], product)
    void queries.invalidateQueries({ queryKey: productsKey })
    void queries.invalidateQueries({ queryKey: ['categories'] })
  }
}
