import { useEffect, useRef } from 'react'
import { useLocation } from 'react-router'
import { useCart } from '../cart.tsx'
import { useTexts } from '../shop.tsx'
import { cartTexts } from '../texts/cart.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Price } from '../ui/price.tsx'
import { SideSheet } from '../ui/side-sheet.tsx'
import { styled } from '../ui/styled.ts'
import { useCartDrawer } from './cart-drawer-state.tsx'
import { CartLine } from './cart-line.tsx'
import { earlierPrices } from './seen-prices.ts'
import { obstacleOf } from './stock.ts'
import { useCartActions } from './use-cart-actions.ts'

const Foot = styled('div')({
  display: 'grid',
  gap: 12,
  '& .sum': { display: 'flex', justifyContent: 'space-between', fontSize: '1.0625rem', fontWeight: 600 },
  '& .buttons': { display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 10 },
})

/** The cart at the side of the page: what has just been put in is seen, and one goes on where one was. */
export function CartDrawer() {
  const t = useTexts(cartTexts)
  const { isOpen, close } = useCartDrawer()
  const { cart } = useCart()
  const { onQuantity, onRemove } = useCartActions()
  const { key } = useLocation()
  const opened = useRef(key)
  useEffect(() => {
    // Whoever has gone somewhere is done with it.
    if (opened.current !== key) close()
    opened.current = key
  }, [key, close])
  const items = cart?.items ?? []
  const before = isOpen ? earlierPrices(items) : {}
  const canCheckOut = items.every(item => obstacleOf(item) === undefined)
  return (
    <SideSheet
      side="right"
      open={isOpen}
      onClose={close}
      title={t.drawerTitle}
      closeLabel={t.close}
      footer={
        cart && items.length > 0 ? (
          <Foot>
            <div className="sum">
              <span>{t.subtotal}</span>
              <Price amount={cart.subtotal} currency={cart.currency} />
            </div>
            <div className="buttons">
              <ButtonLink kind="outlined" to="/cart">
                {t.viewCart}
              </ButtonLink>
              <ButtonLink to={canCheckOut ? '/checkout' : '/cart'}>{t.checkOut}</ButtonLink>
            </div>
          </Foot>
        ) : null
      }
    >
      {items.length === 0 ? <p>{t.emptyDrawer}</p> : null}
      <ul>
        {/* The newest first: it is what was just put in. */}
        {items.toReversed().map(item => (
          <CartLine
            key={item.product_id}
            item={item}
            before={before[item.product_id]}
            size="drawer"
            onQuantity={onQuantity}
            onRemove={onRemove}
          />
        ))}
      </ul>
    </SideSheet>
  )
}
