import type { Cart } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useCart } from '../cart.tsx'
import { orderQuery } from '../order/order-queries.ts'
import { orderOfCart } from '../order/ordered-cart.ts'
import { useShop, useTexts } from '../shop.tsx'
import { cartTexts } from '../texts/cart.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'

/** The order this cart is being made into, while the bank has not said. Nobody should pay for the same things twice. */
export function useUnderWay(cart: Cart | undefined): string | undefined {
  const shop = useShop()
  const { refresh } = useCart()
  const ordered = orderOfCart(cart)
  const id = ordered?.order_id ?? ''
  const { data: order } = useQuery({ ...orderQuery(shop, id), enabled: ordered !== undefined })
  const status = ordered && order?.status
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each thing that becomes of the order.
  useEffect(() => {
    // Paid, the cart is gone; come to nothing, it is as it was.
    if (status && status !== 'pending') void refresh()
  }, [status])
  return ordered && status !== 'cancelled' ? id : undefined
}

export function UnderWay({ order_id }: { order_id: string }) {
  const t = useTexts(cartTexts)
  return (
    <Note
      title={t.underWayTitle}
      actions={
        <ButtonLink kind="outlined" to={`/orders/${order_id}`}>
          {t.underWayLink}
        </ButtonLink>
      }
    >
      {t.underWayText}
    </Note>
  )
}
