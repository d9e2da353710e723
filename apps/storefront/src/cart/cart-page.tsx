import type { Cart } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useCart } from '../cart.tsx'
import { productsQuery } from '../catalogue/queries.ts'
import { tellProblem } from '../problem.ts'
import { useSession } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { cartTexts } from '../texts/cart.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Container } from '../ui/container.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Heading } from '../ui/heading.tsx'
import { Icon } from '../ui/icon.tsx'
import { Note } from '../ui/note.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { PageHeading } from '../ui/page-heading.tsx'
import { ProductCard } from '../ui/product-card.tsx'
import { ProductGrid } from '../ui/product-grid.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { LineSkeleton } from '../ui/skeletons.tsx'
import { styled } from '../ui/styled.ts'
import { CartLine } from './cart-line.tsx'
import { CouponField } from './coupon-field.tsx'
import { useQuote } from './quote.ts'
import { SavedList } from './saved-list.tsx'
import { earlierPrices } from './seen-prices.ts'
import { obstacleOf } from './stock.ts'
import { Totals } from './totals.tsx'
import { UnderWay, useUnderWay } from './under-way.tsx'
import { useCartActions } from './use-cart-actions.ts'

const Columns = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 32,
  marginTop: 20,
  alignItems: 'start',
  [theme.breakpoints.up('md')]: { gridTemplateColumns: 'minmax(0, 1fr) 380px', gap: 56 },
}))

const Card = styled('aside')(({ theme }) => ({
  display: 'grid',
  gap: 20,
  padding: 24,
  borderRadius: 20,
  background: theme.vars.palette.background.sunken,
  [theme.breakpoints.up('md')]: { position: 'sticky', top: 150, padding: 30 },
  '& .assurance': {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    gap: 8,
    fontSize: '0.875rem',
    color: theme.vars.palette.text.secondary,
  },
}))

function Summary({ cart, isBlocked }: { cart: Cart; isBlocked: boolean }) {
  const t = useTexts(cartTexts)
  const { language } = useShop()
  const { quote, isCurrent, error, refetch } = useQuote(cart)
  return (
    <Card aria-labelledby="summary-title">
      <Heading level="h2" look="h3" id="summary-title">
        {t.summary}
      </Heading>
      <CouponField quote={quote} />
      {quote ? <Totals amounts={quote} isStale={!isCurrent} /> : error ? null : <LineSkeleton />}
      {error && !quote ? (
        <Note
          kind="warning"
          actions={
            <Button type="button" kind="outlined" onClick={() => void refetch()}>
              {t.again}
            </Button>
          }
        >
          {tellProblem(error, language).message}
        </Note>
      ) : null}
      {isBlocked ? (
        <Button type="button" large wide disabled>
          {t.checkOut}
        </Button>
      ) : (
        <ButtonLink large wide to="/checkout">
          {t.checkOut}
        </ButtonLink>
      )}
      <p className="assurance">
        <Icon name="shield" size={18} />
        {t.assurance}
      </p>
    </Card>
  )
}

function Empty() {
  const t = useTexts(cartTexts)
  const shop = useShop()
  const { user } = useSession()
  const { data: products } = useQuery(productsQuery(shop, { limit: 4, in_stock: true, sort: 'newest' }))
  return (
    <>
      <EmptyState
        icon="bag"
        heading="h1"
        title={t.emptyTitle}
        action={<ButtonLink to="/products">{t.browse}</ButtonLink>}
      >
        {t.emptyText}
        {user === null ? (
          <>
            {' '}
            {t.emptyGuest}{' '}
            <Link to="/sign-in" state={{ from: '/cart' }} style={{ color: 'inherit' }}>
              {t.emptySignIn}
            </Link>
            .
          </>
        ) : null}
      </EmptyState>
      <SavedList />
      {products?.length ? (
        <section style={{ marginTop: 56 }} aria-labelledby="fresh-title">
          <Heading level="h2" id="fresh-title" style={{ marginBottom: 24 }}>
            {t.fresh}
          </Heading>
          <ProductGrid>
            {products.map(product => (
              <ProductCard key={product.id} product={product} />
            ))}
          </ProductGrid>
        </section>
      ) : null}
    </>
  )
}

function Loading() {
  return (
    <Columns aria-busy="true">
      <div>
        {[0, 1, 2].map(i => (
          <div key={i} style={{ display: 'flex', gap: 24, paddingBlock: 26 }}>
            <span style={{ width: 128, flex: 'none' }}>
              <Skeleton ratio={1} radius={14} />
            </span>
            <div style={{ flex: 1 }}>
              <LineSkeleton />
            </div>
          </div>
        ))}
      </div>
      <Card>
        <LineSkeleton lines={4} />
      </Card>
    </Columns>
  )
}

function Full({ cart }: { cart: Cart }) {
  const t = useTexts(cartTexts)
  const { onQuantity, onRemove, onSave, sortOut } = useCartActions()
  const underWay = useUnderWay(cart)
  const before = earlierPrices(cart.items)
  const obstacles = cart.items.filter(item => obstacleOf(item) !== undefined).length
  return (
    <>
      <Columns>
        <div>
          {underWay ? <UnderWay order_id={underWay} /> : null}
          {obstacles > 0 && !underWay ? (
            <Note
              kind="warning"
              title={t.blocked}
              beside
              actions={
                <Button type="button" kind="outlined" onClick={() => void sortOut()}>
                  {t.sort}
                </Button>
              }
            >
              {t.blockedText(obstacles)}
            </Note>
          ) : null}
          <ul>
            {cart.items.map(item => (
              <CartLine
                key={item.product_id}
                item={item}
                before={before[item.product_id]}
                size="page"
                onQuantity={onQuantity}
                onRemove={onRemove}
                onSave={onSave}
              />
            ))}
          </ul>
        </div>
        <Summary cart={cart} isBlocked={obstacles > 0 || underWay !== undefined} />
      </Columns>
      <SavedList />
    </>
  )
}

export function Component() {
  const t = useTexts(cartTexts)
  const { language } = useShop()
  const { cart, error, refresh } = useCart()
  if (cart?.items.length === 0) {
    return (
      <Container style={{ paddingBottom: 80 }}>
        <PageHead title={t.title} />
        <Empty />
      </Container>
    )
  }
  return (
    <Container style={{ paddingBlock: 'clamp(32px, 4vw, 48px) 80px' }}>
      <PageHead title={t.title} />
      <PageHeading>{t.title}</PageHeading>
      {cart ? (
        <Full cart={cart} />
      ) : error ? (
        <EmptyState
          icon="alert"
          title={t.failed}
          action={
            <Button type="button" onClick={() => void refresh()}>
              {t.again}
            </Button>
          }
        >
          {tellProblem(error, language).message}
        </EmptyState>
      ) : (
        <Loading />
      )}
    </Container>
  )
}
