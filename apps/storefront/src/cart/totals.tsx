import { useTexts } from '../shop.tsx'
import { cartTexts } from '../texts/cart.ts'
import { Price } from '../ui/price.tsx'
import { styled } from '../ui/styled.ts'

const List = styled('dl')(({ theme }) => ({
  display: 'grid',
  gap: 10,
  '& > div': { display: 'flex', justifyContent: 'space-between', gap: 20 },
  '& dt': { color: theme.vars.palette.text.secondary },
  '& .total': {
    borderTop: `1px solid ${theme.vars.palette.ink.line}`,
    paddingTop: 14,
    marginTop: 4,
    fontSize: '1.1875rem',
    fontWeight: 620,
    letterSpacing: '-0.015em',
    '& dt': { color: 'inherit' },
  },
}))

interface Amounts {
  subtotal: number
  discount: number
  shipping: number
  tax: number
  total: number
  currency: string
  /** What the discount is of: named by the code. */
  coupon?: { code: string } | null
  coupon_code?: string | null
  /** Of an order: what was given back. */
  refunded?: number
}

/** How a total comes about; of an order, or of one that might be. */
export function Totals({ amounts, isStale = false }: { amounts: Amounts; isStale?: boolean }) {
  const t = useTexts(cartTexts)
  const { subtotal, discount, shipping, tax, total, currency, coupon, coupon_code, refunded = 0 } = amounts
  const code = coupon?.code ?? coupon_code
  const row = (label: string, amount: number) => (
    <div>
      <dt>{label}</dt>
      <dd>
        <Price amount={amount} currency={currency} />
      </dd>
    </div>
  )
  return (
    <List aria-busy={isStale}>
      {row(t.subtotal, subtotal)}
      {discount > 0 ? row(code ? t.discountOf(code) : t.discount, -discount) : null}
      <div>
        <dt>{t.shipping}</dt>
        <dd>{shipping > 0 ? <Price amount={shipping} currency={currency} /> : t.free}</dd>
      </div>
      {tax > 0 ? row(t.tax, tax) : null}
      <div className="total">
        <dt>{t.total}</dt>
        <dd>
          <Price amount={total} currency={currency} />
        </dd>
      </div>
      {refunded > 0 ? row(t.givenBack, -refunded) : null}
    </List>
  )
}
