import Button from '@mui/material/Button'
import { styled } from '@mui/material/styles'
import type { Order } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { productQuery } from '../catalogue/queries.ts'
import { useReorder } from '../order/reorder.ts'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { cartTexts } from '../texts/cart.ts'
import { orderTexts } from '../texts/order.ts'
import { PictureFrame } from '../ui/picture-frame.tsx'
import { Price } from '../ui/price.tsx'
import { useToast } from '../ui/toast.tsx'

const Frame = styled('article')(({ theme }) => ({
  display: 'grid',
  gap: 18,
  padding: 20,
  borderRadius: 20,
  border: `1px solid ${theme.vars!.palette.divider}`,
  [theme.breakpoints.up('sm')]: { padding: '24px 28px' },
  '& header': { display: 'flex', flexWrap: 'wrap', alignItems: 'baseline', gap: '4px 18px' },
  '& h2, & h3': { fontSize: '1.0625rem', fontWeight: 600, letterSpacing: '-0.01em' },
  '& h2 a, & h3 a': { color: 'inherit', textDecoration: 'none', '&:hover': { textDecoration: 'underline' } },
  '& .when, & .more': { fontSize: '0.875rem', color: theme.vars!.palette.text.secondary },
  '& .total': { marginLeft: 'auto', fontWeight: 600 },
  '& .state': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: 8,
    fontWeight: 550,
    '&::before': { content: '""', width: 9, height: 9, borderRadius: 999, background: theme.vars!.palette.stock.low },
    '&[data-state=shipped]::before, &[data-state=processing]::before': {
      background: theme.vars!.palette.secondary.main,
    },
    '&[data-state=delivered]::before': { background: theme.vars!.palette.text.primary },
    '&[data-state=cancelled]::before': { background: theme.vars!.palette.ink.line },
  },
  '& .contents': {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-end',
    justifyContent: 'space-between',
    gap: '18px 24px',
  },
  '& .things': { marginTop: 14, display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 12 },
  '& .things li': { display: 'flex', alignItems: 'center', gap: 12, minWidth: 0 },
  '& .name': { maxWidth: '28ch', lineHeight: 1.35 },
  '& .things a': { display: 'block', width: 68, borderRadius: 12 },
  '& .acts': {
    display: 'flex',
    flexDirection: 'row-reverse',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: 6,
    [theme.breakpoints.down('sm')]: { flexDirection: 'row' },
  },
}))

/** As many as fit on a phone beside each other. */
const shown = 4

function Thumbnail({ item }: { item: Order['items'][number] }) {
  const shop = useShop()
  const { data } = useQuery({ ...productQuery(shop, item.product_id), staleTime: 5 * 60_000, retry: false })
  // What is no longer in the shop has no page to go to.
  if (!data) {
    return (
      <span style={{ width: 68 }} role="img" aria-label={item.product_name}>
        <PictureFrame src={undefined} alt="" radius={12} />
      </span>
    )
  }
  return (
    <Link to={`/products/${data.slug}`} aria-label={item.product_name}>
      <PictureFrame src={data.image_url} alt="" radius={12} />
    </Link>
  )
}

/** Puts everything of an order into the cart again, says what could not be, and goes there. */
function useOrderAgain(order: Order): [isBusy: boolean, again: () => void] {
  const t = useTexts(orderTexts)
  const c = useTexts(cartTexts)
  const reorder = useReorder()
  const toast = useToast()
  const navigate = useNavigate()
  const [isBusy, setBusy] = useState(false)
  async function again() {
    setBusy(true)
    try {
      const { added, missing } = await reorder(order)
      if (added === 0) return toast(t.reorderedNone, { kind: 'bad' })
      if (missing.length > 0) toast(t.reorderedSome(missing.join(', ')), { kind: 'bad' })
      else toast(t.reordered(c.linesIn(added)))
      await navigate('/cart')
    } catch {
      toast(t.reorderedNone, { kind: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  return [isBusy, () => void again()]
}

/** An order in a list. */
export function OrderCard({ order, heading: Heading = 'h2' }: { order: Order; heading?: 'h2' | 'h3' }) {
  const t = useTexts(accountTexts)
  const o = useTexts(orderTexts)
  const { date } = useFormats()
  const [isBusy, again] = useOrderAgain(order)
  const { number, status, payment_status, items, created_at } = order
  const first = items.slice(0, shown)
  const beyond = items.length - first.length
  const note =
    payment_status === 'refunded'
      ? t.givenBack
      : payment_status === 'partially_refunded'
        ? t.partlyGivenBack
        : payment_status === 'in_doubt'
          ? t.inDoubt
          : undefined
  return (
    <Frame>
      <header>
        <Heading>
          <Link to={`/orders/${order.id}`}>{o.number(number)}</Link>
        </Heading>
        <span className="when">{t.placedOn(date(created_at))}</span>
        <span className="total">
          <Price amount={order.total} currency={order.currency} />
        </span>
      </header>
      <div className="contents">
        <div>
          <span className="state" data-state={status}>
            {status === 'pending' && note ? note : t.status[status]}
          </span>
          {status !== 'pending' && note ? <span className="more"> · {note}</span> : null}
          <ul className="things">
            {first.map(item => (
              <li key={item.id}>
                <Thumbnail item={item} />
                {items.length === 1 ? <span className="name">{item.product_name}</span> : null}
              </li>
            ))}
            {beyond > 0 ? <li className="more">{t.more(beyond)}</li> : null}
          </ul>
        </div>
        <div className="acts">
          <Button
            variant="outlined"
            size="small"
            component={Link}
            to={`/orders/${order.id}`}
            aria-label={t.showOrderOf(number)}
          >
            {t.showOrder}
          </Button>
          <Button size="small" aria-disabled={isBusy} aria-label={t.againOf(number)} onClick={() => !isBusy && again()}>
            {t.again}
          </Button>
        </div>
      </div>
    </Frame>
  )
}
