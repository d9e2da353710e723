import type { Cart } from '@shopfleet/contracts'
import { Link } from 'react-router'
import { CouponField } from '../cart/coupon-field.tsx'
import type { Quote } from '../cart/quote.ts'
import { Totals } from '../cart/totals.tsx'
import { useFormats, useTexts } from '../shop.tsx'
import { cartTexts } from '../texts/cart.ts'
import { checkoutTexts } from '../texts/checkout.ts'
import { Hidden } from '../ui/hidden.tsx'
import { PictureFrame } from '../ui/picture-frame.tsx'
import { Price } from '../ui/price.tsx'
import { LineSkeleton } from '../ui/skeletons.tsx'
import { styled } from '../ui/styled.ts'

const Items = styled('ul')(({ theme }) => ({
  display: 'grid',
  gap: 16,
  '& li': { display: 'grid', gridTemplateColumns: '64px minmax(0, 1fr) auto', gap: 14, alignItems: 'center' },
  '& .picture': { position: 'relative' },
  '& .count': {
    position: 'absolute',
    top: -8,
    right: -8,
    minWidth: 22,
    height: 22,
    padding: '0 6px',
    borderRadius: 999,
    background: theme.vars.palette.text.primary,
    color: theme.vars.palette.background.default,
    fontSize: 12,
    fontWeight: 650,
    lineHeight: '22px',
    textAlign: 'center',
    fontVariantNumeric: 'tabular-nums',
  },
  '& .name': { fontWeight: 550, lineHeight: 1.35, fontSize: '0.9375rem' },
  '& .was': { display: 'block', fontSize: '0.8125rem', color: theme.vars.palette.stock.low },
}))

export interface ReviewProps {
  cart: Cart
  quote: Quote | undefined
  isCurrent: boolean
  /** What it cost when it was chosen, by product. */
  before: Record<string, number>
}

/** What is about to be bought, and what it comes to. */
export function Review({ cart, quote, isCurrent, before }: ReviewProps) {
  const t = useTexts(checkoutTexts)
  const c = useTexts(cartTexts)
  const { money } = useFormats()
  return (
    <>
      <Items>
        {cart.items.map(item => {
          const earlier = before[item.product_id]
          return (
            <li key={item.product_id}>
              <span className="picture">
                <PictureFrame src={item.image_url} alt="" radius={10} />
                <span className="count" aria-hidden="true">
                  {item.quantity}
                </span>
              </span>
              <span className="name">
                <Hidden>{item.quantity} × </Hidden>
                {item.name ?? c.goneName}
                {earlier === undefined ? null : (
                  <span className="was">
                    {(earlier > item.price ? c.priceFell : c.priceRose)(
                      money(earlier, item.currency),
                      money(item.price, item.currency),
                    )}
                  </span>
                )}
              </span>
              <Price amount={item.subtotal} currency={item.currency} />
            </li>
          )
        })}
      </Items>
      <Link to="/cart" style={{ color: 'inherit', fontSize: '0.9375rem', justifySelf: 'start' }}>
        {t.edit}
      </Link>
      <CouponField quote={quote} />
      {quote ? <Totals amounts={quote} isStale={!isCurrent} /> : <LineSkeleton />}
    </>
  )
}
