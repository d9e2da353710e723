import { createContext, type ReactNode, use, useMemo, useState } from 'react'

interface DrawerState {
  isOpen: boolean
  /** Opens the cart at the side of the page, as after something was put into it. */
  open(): void
  close(): void
}

const closed: DrawerState = { isOpen: false, open() {}, close() {} }
const DrawerContext = createContext(closed)

export const useCartDrawer = (): DrawerState => use(DrawerContext)

export function CartDrawerProvider({ children }: { children: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  const value = useMemo(() => ({ isOpen, open: () => setOpen(true), close: () => setOpen(false) }), [isOpen])
  return <DrawerContext value={value}>{children}</DrawerContext>
}
