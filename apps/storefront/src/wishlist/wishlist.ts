import { addToWishlist, listWishlistIds, Problem, removeFromWishlist } from '@shopfleet/contracts'
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from 'react-router'
import { kept, signedInKey } from '../kept.ts'
import { tellProblem } from '../problem.ts'
import { type Shop, useShop, useTexts } from '../shop.tsx'
import { wishlistTexts } from '../texts/wishlist.ts'
import { useToast } from '../ui/toast.tsx'

export const wishedKey = ['own', 'wished'] as const

/** Which products are on one's wishlist. A stranger asks nothing. */
const wishedQuery = ({ api }: Pick<Shop, 'api'>) =>
  queryOptions({
    queryKey: wishedKey,
    staleTime: 60_000,
    queryFn: async (): Promise<string[]> => {
      if (kept(signedInKey) === undefined) return []
      return (await api.call(listWishlistIds, {})).product_ids
    },
  })

/** Whether a product is wished for, and how that is changed: seen at once, and owned up to when it is refused. */
export function useWish(product_id: string) {
  const shop = useShop()
  const t = useTexts(wishlistTexts)
  const queries = useQueryClient()
  const toast = useToast()
  const navigate = useNavigate()
  const { pathname, search } = useLocation()
  const { data: wished = [] } = useQuery(wishedQuery(shop))
  const isWished = wished.includes(product_id)

  async function toggle(): Promise<void> {
    if (kept(signedInKey) === undefined) {
      await navigate('/sign-in', { state: { from: pathname + search } })
      return
    }
    await queries.cancelQueries({ queryKey: wishedKey })
    const show = (is: boolean) =>
      queries.setQueryData<string[]>(wishedKey, (ids = []) => [
        ...(is ? [product_id] : []),
        ...ids.filter(id => id !== product_id),
      ])
    show(!isWished)
    try {
      await shop.api.call(isWished ? removeFromWishlist : addToWishlist, { params: { product_id } })
      if (isWished) toast(t.removed)
      else toast(t.added, { action: { label: t.show, onPress: () => void navigate('/account/wishlist') } })
    } catch (error) {
      // Taken off in another tab: what was wanted is so.
      if (isWished && error instanceof Problem && error.problem === 'not-found') return
      show(isWished)
      toast(tellProblem(error, shop.language).message, { kind: 'bad' })
    } finally {
      void queries.invalidateQueries({ queryKey: ['own', 'wishlist'] })
    }
  }
  return { isWished, toggle }
}
