import Button from '@mui/material/Button'
import { styled } from '@mui/material/styles'
import Typography from '@mui/material/Typography'
import { type Order, Problem } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { Link, useLocation, useNavigate, useParams } from 'react-router'
import { Totals } from '../cart/totals.tsx'
import { countryName } from '../checkout/countries.ts'
import { useLive } from '../live.ts'
import { useSession } from '../session.tsx'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { cartTexts } from '../texts/cart.ts'
import { orderTexts } from '../texts/order.ts'
import { Container } from '../ui/container.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { PageHeading } from '../ui/page-heading.tsx'
import { Price } from '../ui/price.tsx'
import { LineSkeleton } from '../ui/skeletons.tsx'
import { useToast } from '../ui/toast.tsx'
import { CancelOrder, mayCancel } from './cancel-order.tsx'
import { orderKey, orderQuery, pollEvery, timelineQuery } from './order-queries.ts'
import { keepOrderToken, orderTokenOf, tokenInFragment } from './order-token.ts'
import { Progress } from './progress.tsx'
import { useReorder } from './reorder.ts'
import { Timeline } from './timeline.tsx'

const Columns = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 40,
  alignItems: 'start',
  marginTop: 44,
  [theme.breakpoints.up('md')]: { gridTemplateColumns: 'minmax(0, 1fr) 380px', gap: 64 },
  '& .main': { display: 'grid', gap: 44, minWidth: 0 },
  '& .side': {
    display: 'grid',
    gap: 26,
    padding: 26,
    borderRadius: 20,
    background: theme.vars!.palette.background.sunken,
    [theme.breakpoints.only('sm')]: { gridTemplateColumns: '1fr 1fr', gap: 40 },
    [theme.breakpoints.up('md')]: { padding: 30 },
  },
  '& .items > li': {
    display: 'flex',
    justifyContent: 'space-between',
    alignItems: 'baseline',
    gap: 20,
    paddingBlock: 14,
    borderTop: `1px solid ${theme.vars!.palette.divider}`,
  },
  '& .items small': { display: 'block', fontSize: '0.875rem', color: theme.vars!.palette.text.secondary },
  '& .items a': {
    color: 'inherit',
    fontWeight: 550,
    textDecoration: 'none',
    '&:hover': { textDecoration: 'underline' },
  },
  '& address': { fontStyle: 'normal', lineHeight: 1.6, overflowWrap: 'anywhere' },
  '& .live': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: 8,
    fontSize: '0.875rem',
    color: theme.vars!.palette.text.secondary,
    '&::before': {
      content: '""',
      width: 8,
      height: 8,
      borderRadius: 999,
      background: theme.vars!.palette.secondary.main,
    },
  },
  '& .head': {
    display: 'flex',
    justifyContent: 'space-between',
    alignItems: 'baseline',
    gap: 16,
    flexWrap: 'wrap',
    marginBottom: 20,
  },
}))

const Invitation = styled('section')(({ theme }) => ({
  display: 'grid',
  gap: 12,
  justifyItems: 'start',
  padding: 26,
  borderRadius: 20,
  border: `1px solid ${theme.vars!.palette.divider}`,
  '& p': { color: theme.vars!.palette.text.secondary, maxWidth: '56ch' },
}))

const Lead = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 12,
  maxWidth: 760,
  '& .number': { fontSize: '0.9375rem', color: theme.vars!.palette.text.secondary },
  '& .said': { color: theme.vars!.palette.text.secondary, maxWidth: '60ch' },
}))

/** The one thing to say about an order as it is. */
function useWords(order: Order, isNew: boolean): { head: string; text: string } {
  const t = useTexts(orderTexts)
  const { dateTime } = useFormats()
  const { status, payment_status, expires_at } = order
  if (status === 'pending') {
    // Without a payment under way it is one that waits to be paid.
    if (payment_status === 'unpaid' || payment_status === 'failed') {
      return { head: t.heads.held, text: expires_at ? t.texts.held(dateTime(expires_at)) : t.texts.heldOpen }
    }
    return { head: t.heads.pending, text: t.texts.pending }
  }
  if (status === 'cancelled') {
    const hasBeenPaid = payment_status === 'refunded' || payment_status === 'partially_refunded'
    const isOpen = payment_status === 'in_doubt' || payment_status === 'authorised' || payment_status === 'paid'
    const text = hasBeenPaid ? t.texts.refunded : isOpen ? t.texts.cancelledOpen : t.texts.cancelled
    return { head: t.heads.cancelled, text }
  }
  const head = isNew && status === 'processing' ? t.thanks : t.heads[status]
  return { head, text: t.texts[status] }
}

function Section({ title, children, aside }: { title: string; children: ReactNode; aside?: ReactNode }) {
  return (
    <section>
      <div className="head">
        <Typography variant="h3" component="h2">
          {title}
        </Typography>
        {aside}
      </div>
      {children}
    </section>
  )
}

function Shown({ order, isNew }: { order: Order; isNew: boolean }) {
  const t = useTexts(orderTexts)
  const c = useTexts(cartTexts)
  const shop = useShop()
  const toast = useToast()
  const navigate = useNavigate()
  const { money, number, dateTime } = useFormats()
  const { user } = useSession()
  const reorder = useReorder()
  const [isReordering, setReordering] = useState(false)
  const { data: history } = useQuery({
    ...timelineQuery(shop, order.id),
    // A new state has a new line in it.
    queryKey: [...orderKey(order.id), 'timeline', order.status, order.payment_status],
  })
  const { head, text } = useWords(order, isNew)
  const { shipping_address: address } = order
  const isLive = order.status !== 'cancelled' && order.status !== 'delivered'
  const isGuests = order.user_id === null

  async function again() {
    setReordering(true)
    try {
      const { added, missing } = await reorder(order)
      if (added === 0) return toast(t.reorderedNone, { kind: 'bad' })
      if (missing.length > 0) toast(t.reorderedSome(missing.join(', ')), { kind: 'bad' })
      else toast(t.reordered(c.linesIn(added)))
      void navigate('/cart')
    } catch {
      toast(t.reorderedNone, { kind: 'bad' })
    } finally {
      setReordering(false)
    }
  }

  return (
    <>
      <PageHead title={t.titleOf(order.number)} />
      <Lead>
        <span className="number">
          {t.number(order.number)} · {t.placedOn(dateTime(order.created_at))}
        </span>
        <PageHeading>{head}</PageHeading>
        <p className="said" role="status">
          {text} {isNew && order.status === 'processing' ? (order.email ? t.mailTo(order.email) : t.mail) : null}
        </p>
      </Lead>
      <div style={{ marginTop: 36, maxWidth: 760 }}>
        <Progress order={order} />
      </div>
      <Columns>
        <div className="main">
          <Section title={t.items}>
            <ul className="items">
              {order.items.map(item => (
                <li key={item.id}>
                  <span>
                    <Link to={`/products/${item.sku}`}>{item.product_name}</Link>
                    <small>{t.times(number(item.quantity), money(item.price, order.currency))}</small>
                    {item.refunded_quantity > 0 ? (
                      <small>
                        {t.refundedOf(number(item.refunded_quantity), money(item.refunded, order.currency))}
                      </small>
                    ) : null}
                  </span>
                  <Price amount={item.subtotal} currency={order.currency} />
                </li>
              ))}
            </ul>
          </Section>
          <Section title={t.timeline} aside={isLive ? <span className="live">{t.live}</span> : undefined}>
            {history ? <Timeline history={history} /> : <LineSkeleton />}
          </Section>
          {isGuests && user === null ? (
            <Invitation aria-labelledby="invite-title">
              <Typography variant="h3" component="h2" id="invite-title">
                {t.inviteTitle}
              </Typography>
              <p>{t.inviteText}</p>
              <Button variant="contained" component={Link} to="/register" state={{ from: '/', email: order.email }}>
                {t.invite}
              </Button>
              <p>
                <small>{t.bookmark}</small>
              </p>
            </Invitation>
          ) : null}
        </div>
        <div className="side">
          <Section title={t.totals}>
            <Totals amounts={order} />
          </Section>
          <Section title={t.address}>
            {address ? (
              <address>
                {[address.name, address.line1, address.line2, `${address.postal_code} ${address.city}`, address.region]
                  .filter(Boolean)
                  .map(line => (
                    <div key={line}>{line}</div>
                  ))}
                <div>{countryName(address.country, shop.language)}</div>
              </address>
            ) : (
              <p>{t.noAddress}</p>
            )}
          </Section>
          {order.email ? (
            <Section title={t.contact}>
              <p style={{ overflowWrap: 'anywhere' }}>{order.email}</p>
            </Section>
          ) : null}
          <div style={{ display: 'grid', gap: 10 }}>
            <Button variant="contained" component={Link} to="/products">
              {t.keepShopping}
            </Button>
            <Button variant="outlined" disabled={isReordering} onClick={() => void again()}>
              {t.again}
            </Button>
            {mayCancel(order) ? <CancelOrder order={order} /> : null}
          </div>
        </div>
      </Columns>
    </>
  )
}

/** The tokens of links are taken out of the address, so that it can be shown and sent around without opening the order. */
function useToken(id: string): boolean {
  const { hash, pathname, state } = useLocation()
  const navigate = useNavigate()
  const token = tokenInFragment(hash)
  const [isReady, setReady] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each order and token.
  useEffect(() => {
    if (token) {
      keepOrderToken(id, token)
      void navigate(pathname, { replace: true, state, preventScrollReset: true })
    }
    setReady(true)
  }, [id, token])
  return isReady && !token
}

/** Reads the order again when something happens to it. Answers whether that is heard just now. */
function useLiveOrder(id: string | undefined): boolean {
  const queries = useQueryClient()
  const key = orderKey(id ?? '')
  const order_token = id && orderTokenOf(id)
  return useLive(id ? { channel: 'order', order_id: id, ...(order_token ? { order_token } : {}) } : undefined, {
    heard(message) {
      if (message.type !== 'order') return
      const known = queries.getQueryData<Order>(key)
      // How it stands is told at the beginning: mostly that is known.
      const isNew =
        message.event !== null || known?.status !== message.status || known.payment_status !== message.payment_status
      if (known && isNew) void queries.invalidateQueries({ queryKey: key })
    },
    // Where it matters, the query looks by itself.
    stale() {},
  })
}

/** How often an order that is on its way is looked at although one would hear of it. */
const quietly = ({ state }: { state: { data?: Order } }) => pollEvery(state.data) && 60_000

function OrderView({ id }: { id: string }) {
  const t = useTexts(orderTexts)
  const shop = useShop()
  const { pathname, state } = useLocation()
  const isReady = useToken(id)
  const isLive = useLiveOrder(isReady ? id : undefined)
  const {
    data: order,
    error,
    refetch,
  } = useQuery({
    ...orderQuery(shop, id),
    enabled: isReady,
    // What happens is heard; now and then it is looked at all the same.
    ...(isLive ? { refetchInterval: quietly } : {}),
  })
  const isNew = Boolean((state as { isNew?: boolean } | null)?.isNew)

  if (order) return <Shown order={order} isNew={isNew} />
  if (error) {
    const isMissing = error instanceof Problem && error.status < 500
    return (
      <>
        <PageHead title={isMissing ? t.missing : t.failed} />
        <EmptyState
          heading="h1"
          icon={isMissing ? 'lock' : 'alert'}
          title={isMissing ? t.missing : t.failed}
          action={
            isMissing ? (
              <Button variant="contained" component={Link} to="/sign-in" state={{ from: pathname }}>
                {t.signIn}
              </Button>
            ) : (
              <Button variant="contained" onClick={() => void refetch()}>
                {t.tryAgain}
              </Button>
            )
          }
        >
          {isMissing ? t.missingText : t.failedText}
        </EmptyState>
      </>
    )
  }
  return (
    <div role="status" aria-busy="true" aria-label={t.loading}>
      <PageHead title={t.loading} />
      <LineSkeleton lines={6} />
    </div>
  )
}

export function Component() {
  const { id } = useParams()
  return (
    <Container style={{ paddingBlock: 'clamp(32px, 4.5vw, 56px) 80px' }}>
      <OrderView key={id} id={id!} />
    </Container>
  )
}
