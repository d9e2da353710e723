import { getImport, type ProductImport } from '@shopfleet/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../api.ts'

export const importsKey = ['imports'] as const

const isUnderWay = ({ status, stock }: ProductImport) =>
  status === 'applying' || status === 'undoing' || (status === 'applied' && stock.moved + stock.refused < stock.total)

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: [...importsKey, 'one', id],
    queryFn: () => api.call(getImport, { params: { id } }),
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? 1000 : false),
  })
