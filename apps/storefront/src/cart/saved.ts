import { listSavedItems, moveSavedItem, Problem, removeSavedItem, saveCartItem } from '@shopfleet/contracts'
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCart } from '../cart.tsx'
import type { InCart } from '../cart-lines.ts'
import { cartTokenKey, kept, signedInKey } from '../kept.ts'
import { type Shop, useShop } from '../shop.tsx'

export const savedKey = ['own', 'saved'] as const

export const savedQuery = ({ api }: Pick<Shop, 'api'>) =>
  queryOptions({
    queryKey: savedKey,
    staleTime: 15_000,
    refetchOnWindowFocus: true,
    queryFn: async (): Promise<InCart[]> => {
      // A stranger without a token has saved nothing yet.
      if (kept(cartTokenKey) === undefined && kept(signedInKey) === undefined) return []
      return (await api.call(listSavedItems, {})).items
    },
  })

/** What another tab has done already is what was asked for. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!(error instanceof Problem) || error.problem !== 'not-found') throw error
  }
}

/** What the visitor has put aside, and how it gets there and back. Each change resolves when the platform has it. */
export function useSaved() {
  const shop = useShop()
  const queries = useQueryClient()
  const cart = useCart()
  const { data, isLoading, error, refetch } = useQuery(savedQuery(shop))
  const without = (id: string) =>
    queries.setQueryData<InCart[]>(savedKey, items => items?.filter(item => item.id !== id))

  async function change(work: () => Promise<unknown>): Promise<void> {
    await queries.cancelQueries({ queryKey: savedKey })
    try {
      await unlessGone(work())
    } finally {
      await queries.invalidateQueries({ queryKey: savedKey })
    }
  }

  return {
    items: data,
    isLoading,
    error,
    retry: () => void refetch(),
    save: (item: InCart) =>
      change(() =>
        cart.change({ kind: 'remove', item_id: item.id }, () =>
          shop.api.call(saveCartItem, { params: { item_id: item.id } }),
        ),
      ),
    moveToCart(item: InCart) {
      without(item.id)
      return change(() => cart.change(null, () => shop.api.call(moveSavedItem, { params: { item_id: item.id } })))
    },
    forget(item: InCart) {
      without(item.id)
      return change(() => shop.api.call(removeSavedItem, { params: { item_id: item.id } }))
    },
  }
}
