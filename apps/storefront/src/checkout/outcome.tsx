import type { Cart, CouponProblem, Problem } from '@shopfleet/contracts'
import { onlineManager } from '@tanstack/react-query'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useCouponWords } from '../cart/coupon-field.tsx'
import type { Left } from '../cart/stock.ts'
import { tellProblem } from '../problem.ts'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { checkoutTexts } from '../texts/checkout.ts'
import { couponTexts } from '../texts/coupon.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { Note, type NoteProps } from '../ui/note.tsx'
import type { Placing } from './placing.ts'

type ToldProps = Pick<NoteProps, 'kind' | 'title' | 'children' | 'actions' | 'isBusy'>

/** What became of the wish to pay, in words one can act on. It takes the focus, so that nobody overlooks or overhears it. */
function Told(props: ToldProps) {
  const note = useRef<HTMLDivElement>(null)
  useEffect(() => {
    note.current?.focus({ preventScroll: true })
    note.current?.scrollIntoView({ block: 'center', behavior: 'smooth' })
  }, [])
  return <Note ref={note} {...props} />
}

interface Short extends Left {
  requested: number
}

const shortOf = (problem: Problem) => (Array.isArray(problem.extra.items) ? (problem.extra.items as Short[]) : [])

/** What the platform says is missing, by the names of the cart. */
function shortages(problem: Problem, cart: Cart | undefined): (Short & { name: string })[] {
  return shortOf(problem).map(item => ({
    ...item,
    name: cart?.items.find(line => line.product_id === item.product_id)?.name ?? item.product_id,
  }))
}

export interface OutcomeProps {
  placing: Placing
  cart: Cart | undefined
  onFinish(): void
  /** Makes the cart fit what is there, as the refusal says. */
  onFitStock(told: readonly Left[]): void
  onDropCoupon?(): void
}

export function Outcome({ placing, cart, onFinish, ...ways }: OutcomeProps) {
  const t = useTexts(checkoutTexts)
  const { money, dateTime } = useFormats()
  const isOnline = useSyncExternalStore(
    changed => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
    () => true,
  )
  switch (placing.step) {
    case 'idle':
    case 'placed':
      return null
    case 'sending':
      return (
        <Told key="sending" kind="info" isBusy>
          {t.sending}
        </Told>
      )
    case 'finding-out':
      return (
        <Told key="finding-out" kind="info" isBusy title={t.findingOut}>
          {isOnline ? t.findingOutText : t.offline}
        </Told>
      )
    case 'stale':
      return (
        <Told
          key="stale"
          kind="warning"
          title={t.staleTitle}
          actions={
            <Button type="button" kind="outlined" onClick={onFinish}>
              {t.finish}
            </Button>
          }
        >
          {t.staleText(
            dateTime(new Date(placing.began_ms).toISOString()),
            money(placing.total, placing.currency ?? cart?.currency ?? 'USD'),
          )}
        </Told>
      )
    case 'signed-out':
      return (
        <Told
          key="signed-out"
          kind="warning"
          title={t.signedOut}
          actions={
            <ButtonLink kind="outlined" to="/sign-in" state={{ from: '/checkout' }}>
              {t.signIn}
            </ButtonLink>
          }
        >
          {t.signedOutText}
        </Told>
      )
    case 'refused':
      return <Refused problem={placing.problem} cart={cart} {...ways} />
  }
}

type RefusedProps = Omit<OutcomeProps, 'placing' | 'onFinish'> & { problem: Problem }

function Refused({ problem, cart, onFitStock, onDropCoupon }: RefusedProps) {
  const t = useTexts(checkoutTexts)
  const c = useTexts(couponTexts)
  const sayCoupon = useCouponWords()
  const { language } = useShop()
  const { money, number } = useFormats()
  const { extra } = problem
  const toCart = (
    <ButtonLink kind="outlined" to="/cart">
      {t.toCart}
    </ButtonLink>
  )
  switch (problem.problem) {
    case 'payment-declined': {
      const why =
        extra.decline_code === 'insufficient_funds'
          ? t.declinedFunds
          : extra.decline_code === 'capture_declined'
            ? t.captureDeclined
            : ''
      return (
        <Told kind="error" title={t.declined}>
          {why} {t.declinedText}
        </Told>
      )
    }
    case 'out-of-stock': {
      const short = shortages(problem, cart)
      return (
        <Told
          kind="error"
          title={t.outOfStock}
          actions={
            <>
              <Button type="button" kind="outlined" onClick={() => onFitStock(shortOf(problem))}>
                {t.fitStock}
              </Button>
              {toCart}
            </>
          }
        >
          {t.outOfStockText}
          {short.length > 0 ? (
            <ul style={{ marginTop: 8, fontWeight: 600 }}>
              {short.map(({ product_id, name, available, requested }) => (
                <li key={product_id}>
                  {available > 0 ? t.outOfStockLine(name, number(available), number(requested)) : t.soldOutLine(name)}
                </li>
              ))}
            </ul>
          ) : null}
        </Told>
      )
    }
    case 'price-changed': {
      const total = typeof extra.total === 'number' ? money(extra.total, String(extra.currency ?? cart?.currency)) : ''
      return (
        <Told kind="warning" title={t.priceChanged}>
          {t.priceChangedText(total)}
        </Told>
      )
    }
    case 'invalid-coupon':
      return (
        <Told
          kind="error"
          title={c.refused}
          actions={
            onDropCoupon ? (
              <Button type="button" kind="outlined" onClick={onDropCoupon}>
                {c.goOnWithout}
              </Button>
            ) : (
              toCart
            )
          }
        >
          {sayCoupon(extra as unknown as CouponProblem, cart?.currency ?? 'USD')} {c.refusedText}
        </Told>
      )
    case 'not-for-sale':
    case 'unknown-product':
    case 'wrong-currency':
      return (
        <Told kind="error" title={t.notForSale} actions={toCart}>
          {t.notForSaleText}
        </Told>
      )
    case 'cart-ordered':
      return (
        <Told
          kind="warning"
          title={t.alreadyOrdered}
          actions={
            <ButtonLink kind="outlined" to="/account/orders">
              {t.toOrders}
            </ButtonLink>
          }
        >
          {t.alreadyOrderedText}
        </Told>
      )
    default:
      return (
        <Told kind="error" title={t.refused}>
          {t.refusedText} {tellProblem(problem, language).message}
        </Told>
      )
  }
}
