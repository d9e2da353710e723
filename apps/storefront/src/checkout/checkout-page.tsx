import { useEffect } from 'react'
import { useNavigate } from 'react-router'
import { UnderWay, useUnderWay } from '../cart/under-way.tsx'
import { useCart } from '../cart.tsx'
import { recentOrder } from '../order/ordered-cart.ts'
import { tellProblem } from '../problem.ts'
import { useSession } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { cartTexts } from '../texts/cart.ts'
import { checkoutTexts } from '../texts/checkout.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Container } from '../ui/container.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { PageHeading } from '../ui/page-heading.tsx'
import { LineSkeleton } from '../ui/skeletons.tsx'
import { CheckoutForm, useAddresses } from './checkout-form.tsx'
import { keepDraft } from './draft.ts'
import { Outcome } from './outcome.tsx'
import { usePlacing } from './placing.ts'

function Body() {
  const t = useTexts(checkoutTexts)
  const c = useTexts(cartTexts)
  const { language } = useShop()
  const navigate = useNavigate()
  const { user } = useSession()
  const { cart, error, refresh } = useCart()
  const { data: addresses, isError: hasNoAddresses } = useAddresses(user)
  const { placing, resume, settle } = usePlacing()
  const underWay = useUnderWay(cart)
  const user_id = user === undefined ? undefined : (user?.id ?? null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each person who arrives here.
  useEffect(() => {
    if (user_id !== undefined) resume(user_id)
  }, [user_id])

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each order.
  useEffect(() => {
    if (placing.step !== 'placed') return
    keepDraft(undefined)
    settle()
    // Going back from the order leads to the cart, not to a form that has done its work.
    void navigate(`/orders/${placing.order.id}`, { replace: true, state: { isNew: true } })
  }, [placing])

  const isPursued = placing.step !== 'idle' && placing.step !== 'refused'
  if (cart && user !== undefined && cart.items.length > 0 && (!underWay || isPursued)) {
    if (user && !addresses && !hasNoAddresses) return <LineSkeleton lines={6} />
    return <CheckoutForm cart={cart} user={user} addresses={addresses ?? []} />
  }
  if (isPursued || placing.step === 'refused') {
    return (
      <Outcome placing={placing} cart={cart} onFinish={() => resume(user_id ?? null, true)} onFitStock={() => {}} />
    )
  }
  if (cart && underWay) return <UnderWay order_id={underWay} />
  if (cart && user !== undefined) {
    // The answer may have come in the moment the page was reloaded in.
    const ordered = recentOrder(Date.now())
    if (ordered) {
      return (
        <EmptyState
          icon="bag"
          title={t.nothing}
          action={<ButtonLink to={`/orders/${ordered}`}>{t.toOrder}</ButtonLink>}
        >
          {t.orderedText}
        </EmptyState>
      )
    }
    return (
      <EmptyState icon="bag" title={t.nothing} action={<ButtonLink to="/products">{t.browse}</ButtonLink>}>
        {t.nothingText}
      </EmptyState>
    )
  }
  if (error) {
    return (
      <EmptyState
        icon="alert"
        title={c.failed}
        action={
          <Button type="button" onClick={() => void refresh()}>
            {t.again}
          </Button>
        }
      >
        {tellProblem(error, language).message}
      </EmptyState>
    )
  }
  return <LineSkeleton lines={6} />
}

export function Component() {
  const t = useTexts(checkoutTexts)
  return (
    <Container style={{ paddingBlock: 'clamp(24px, 3.4vw, 40px) clamp(24px, 6vw, 80px)' }}>
      <PageHead title={t.title} />
      <PageHeading>{t.title}</PageHeading>
      <Body />
    </Container>
  )
}
