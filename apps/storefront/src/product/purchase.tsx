import type { Product } from '@shopfleet/contracts'
import { useEffect, useRef, useState } from 'react'
import { useCartDrawer } from '../cart/cart-drawer-state.tsx'
import { useCart } from '../cart.tsx'
import { tellProblem } from '../problem.ts'
import { useShop, useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { Button } from '../ui/button.tsx'
import { Price } from '../ui/price.tsx'
import { QuantityStepper } from '../ui/quantity-stepper.tsx'
import { styled } from '../ui/styled.ts'
import { useToast } from '../ui/toast.tsx'
import { Heart } from '../wishlist/heart.tsx'

const Row = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'auto minmax(0, 1fr) auto',
  gap: 12,
  alignItems: 'center',
  '& button[data-add]': { minHeight: 54 },
})

/** On a phone, once the button has been scrolled away. */
const Bar = styled('div')(({ theme }) => ({
  position: 'fixed',
  zIndex: theme.zIndex.appBar - 1,
  left: 0,
  right: 0,
  bottom: 0,
  display: 'flex',
  alignItems: 'center',
  justifyContent: 'space-between',
  gap: 16,
  padding: '10px 18px max(10px, env(safe-area-inset-bottom))',
  background: theme.vars.palette.background.paper,
  borderTop: `1px solid ${theme.vars.palette.divider}`,
  transition: 'transform .25s cubic-bezier(.2,.7,.2,1), visibility .25s',
  '&[data-shown=false]': { transform: 'translateY(110%)', visibility: 'hidden' },
  '& .what': { minWidth: 0, lineHeight: 1.3, fontSize: '0.875rem' },
  '& .name': { display: 'block', fontWeight: 600, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  [theme.breakpoints.up('md')]: { display: 'none' },
}))

const mostAtOnce = 1000

/** How many, and into the cart. */
export function Purchase({ product }: { product: Product }) {
  const t = useTexts(browseTexts)
  const { language } = useShop()
  const toast = useToast()
  const { add } = useCart()
  const { open } = useCartDrawer()
  const [wanted, setWanted] = useState(1)
  const row = useRef<HTMLDivElement>(null)
  const [isAway, setAway] = useState(false)
  const most = Math.min(mostAtOnce, product.stock_quantity)
  // Somebody else may buy some while one still counts.
  const quantity = Math.max(1, Math.min(wanted, most))
  const isGone = most < 1

  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      setAway(entry !== undefined && !entry.isIntersecting && entry.boundingClientRect.top < 0)
    })
    if (row.current) observer.observe(row.current)
    return () => observer.disconnect()
  }, [])

  async function addToCart() {
    const adding = add(product, quantity)
    open()
    try {
      await adding
    } catch (error) {
      toast(tellProblem(error, language).message, { kind: 'bad' })
    }
  }

  return (
    <>
      <Row ref={row}>
        <QuantityStepper
          value={quantity}
          onChange={setWanted}
          max={Math.max(1, most)}
          label={t.quantity}
          disabled={isGone}
        />
        <Button type="button" large wide data-add onClick={addToCart} disabled={isGone}>
          {isGone ? t.soldOut : t.addToCart}
        </Button>
        <Heart product={product} look="line" />
      </Row>
      {isGone ? null : (
        <Bar data-shown={isAway} aria-hidden={!isAway}>
          <span className="what">
            <span className="name">{product.name}</span>
            <Price amount={product.price * quantity} currency={product.currency} />
          </span>
          <Button type="button" onClick={addToCart} tabIndex={isAway ? 0 : -1}>
            {t.addToCart}
          </Button>
        </Bar>
      )}
    </>
  )
}
