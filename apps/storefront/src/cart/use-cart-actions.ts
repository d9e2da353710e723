import { removeCoupon } from '@shopfleet/contracts'
import { useCart } from '../cart.tsx'
import type { InCart } from '../cart-lines.ts'
import { tellProblem } from '../problem.ts'
import { useShop, useTexts } from '../shop.tsx'
import { cartTexts } from '../texts/cart.ts'
import { useToast } from '../ui/toast.tsx'
import { useSaved } from './saved.ts'
import { type Left, obstacleOf, withLeft } from './stock.ts'

/** What one can do with a line, with a word on how it went and a way back. */
export function useCartActions() {
  const t = useTexts(cartTexts)
  const { api, language } = useShop()
  const toast = useToast()
  const { cart, add, setQuantity, remove, change } = useCart()
  const { save, moveToCart, forget } = useSaved()
  const nameOf = (item: InCart) => item.name ?? t.goneName

  async function tried(work: Promise<unknown>, done?: () => void): Promise<void> {
    try {
      await work
      done?.()
    } catch (error) {
      toast(tellProblem(error, language).message, { kind: 'bad' })
    }
  }

  return {
    onQuantity: (item: InCart, quantity: number) => void tried(setQuantity(item, quantity)),
    onRemove(item: InCart) {
      const undo = () => void tried(add({ ...item, id: item.product_id }, item.quantity))
      const action = item.name === null ? undefined : { label: t.undo, onPress: undo }
      toast(t.removed(nameOf(item)), { action })
      void tried(remove(item))
    },
    onSave: (item: InCart) => void tried(save(item), () => toast(t.saved(nameOf(item)))),
    onMoveToCart: (item: InCart) => void tried(moveToCart(item)),
    onForget: (item: InCart) => void tried(forget(item), () => toast(t.forgotten(nameOf(item)))),
    dropCoupon: () => tried(change(null, () => api.call(removeCoupon, {}))),
    /** Takes what there is, and puts the rest aside. What the cart was shown with may be older than what was `told`. */
    async sortOut(told: readonly Left[] = []): Promise<void> {
      try {
        for (const item of cart?.items ?? []) {
          const obstacle = obstacleOf(withLeft(item, told))
          if (obstacle?.kind === 'short') await setQuantity(item, obstacle.available)
          else if (obstacle?.kind === 'gone') await remove(item)
          else if (obstacle) await save(item)
        }
        toast(t.sorted)
      } catch {
        toast(t.sortFailed, { kind: 'bad' })
      }
    },
  }
}
