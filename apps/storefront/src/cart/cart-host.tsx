import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { cartKey } from '../cart.tsx'
import { useCartDrawer } from './cart-drawer-state.tsx'
import { onCartChanged } from './cart-tabs.ts'

const CartDrawer = lazy(async () => {
  const [{ CartDrawer: Drawer }, { Mui }] = await Promise.all([import('./cart-drawer.tsx'), import('../ui/mui.tsx')])
  const WithMui = () => (
    <Mui>
      <Drawer />
    </Mui>
  )
  return { default: WithMui }
})

/** On every page: keeps the cart in step with other tabs, and has the drawer ready once it is wanted. */
export function CartHost() {
  const queries = useQueryClient()
  const { isOpen } = useCartDrawer()
  const [isWanted, want] = useState(false)
  useEffect(() => {
    if (isOpen) want(true)
  }, [isOpen])
  useEffect(
    () =>
      onCartChanged(() => {
        void queries.invalidateQueries({ queryKey: cartKey })
        void queries.invalidateQueries({ queryKey: ['own', 'saved'] })
      }),
    [queries],
  )
  return isWanted ? (
    <Suspense>
      <CartDrawer />
    </Suspense>
  ) : null
}
