import { getCatalogueProduct, getProduct, type Product } from '@shopfleet/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api, queries } from '../api.ts'

/**
 * What the product of a stock row is called. Whoever counts stock need not work on the catalogue: then it is asked for
 * where shoppers ask, who do not see what is not for sale.
 */
export const productQuery = (id: string, mayCatalogue: boolean) =>
  queryOptions({
    queryKey: ['stock', 'product', id],
    staleTime: 5 * 60_000,
    queryFn: async () => {
      const { status, body } = await api.send(mayCatalogue ? getCatalogueProduct : getProduct, { params: { id } })
      return status === 200 ? (body as Product) : null
    },
  })

export const productOf = (id: string, mayCatalogue: boolean): Promise<Product | null> =>
  queries.ensureQueryData(productQuery(id, mayCatalogue))
