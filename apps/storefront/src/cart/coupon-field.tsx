import { applyCoupon, type CouponProblem, Problem, removeCoupon } from '@shopfleet/contracts'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { useCart } from '../cart.tsx'
import { tellProblem } from '../problem.ts'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { couponTexts } from '../texts/coupon.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'
import type { Quote } from './quote.ts'

const Frame = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 8,
  '& form': { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) auto', gap: '8px 10px', alignItems: 'center' },
  '& form > label, & form > p': { gridColumn: '1 / -1' },
  '& label': { fontSize: '0.9375rem', fontWeight: 550 },
  '& input': {
    width: '100%',
    minWidth: 0,
    height: 46,
    padding: '0 14px',
    border: `1px solid ${theme.vars.palette.ink.line}`,
    borderRadius: 12,
    background: theme.vars.palette.background.default,
    color: theme.vars.palette.text.primary,
    font: 'inherit',
    textTransform: 'uppercase',
    '&[aria-invalid=true]': { borderColor: theme.vars.palette.error.main },
  },
  '& .kept': {
    display: 'flex',
    alignItems: 'center',
    gap: 12,
    padding: '6px 6px 6px 16px',
    borderRadius: 14,
    background: theme.vars.palette.background.default,
    border: `1px dashed ${theme.vars.palette.ink.line}`,
  },
  '& .kept > span': { flex: 1, minWidth: 0, overflowWrap: 'anywhere' },
  '& .kept strong': { display: 'block', fontWeight: 620, letterSpacing: '0.02em' },
  '& .kept small': { fontSize: '0.875rem', color: theme.vars.palette.text.secondary },
  '& .against': { fontSize: '0.875rem', fontWeight: 550, color: theme.vars.palette.error.main },
}))

/** Why a coupon cannot be used, in the words of the visitor's language. */
export function useCouponWords() {
  const t = useTexts(couponTexts)
  const { money } = useFormats()
  return (problem: Pick<CouponProblem, 'reason' | 'min_subtotal'>, currency: string): string =>
    problem.reason === 'below-minimum' && problem.min_subtotal !== undefined
      ? t.below(money(problem.min_subtotal, currency))
      : t.reasons[problem.reason]
}

/** The coupon of the cart: giving one, seeing how it stands, and taking it off again. */
export function CouponField({ quote }: { quote: Quote | undefined }) {
  const t = useTexts(couponTexts)
  const { api, language } = useShop()
  const { cart, change } = useCart()
  const say = useCouponWords()
  const [code, setCode] = useState('')
  const [error, setError] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const frame = useRef<HTMLDivElement>(null)
  const id = useId()
  const moved = useRef(false)
  const kept = cart?.coupon?.code
  // What was pressed is gone: the focus goes to what took its place.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another coupon is there.
  useEffect(() => {
    if (!moved.current) return
    moved.current = false
    frame.current?.querySelector<HTMLElement>('input, .kept button')?.focus()
  }, [kept])

  function tell(problem: unknown): string {
    const currency = cart?.currency ?? 'USD'
    if (problem instanceof Problem && problem.problem === 'invalid-coupon') return say(problem.extra as never, currency)
    if (problem instanceof Problem && problem.problem === 'validation-failed') return t.shape
    return tellProblem(problem, language).message
  }

  async function tried(send: Parameters<typeof change>[1]): Promise<void> {
    setBusy(true)
    setError(undefined)
    try {
      moved.current = true
      await change(null, send)
      setCode('')
    } catch (problem) {
      moved.current = false
      setError(tell(problem))
      frame.current?.querySelector('input')?.focus()
    } finally {
      setBusy(false)
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    const typed = code.trim()
    if (typed === '') setError(t.empty)
    else void tried(() => api.call(applyCoupon, { body: { code: typed } }))
  }

  const against = quote?.coupon_problem?.code === kept ? quote?.coupon_problem : undefined
  return (
    <Frame ref={frame}>
      {kept ? (
        <>
          <div className="kept">
            <Icon name="check" size={18} />
            <span>
              <strong>{kept}</strong>
              {quote?.coupon?.code === kept && quote.coupon.description ? (
                <small>{quote.coupon.description}</small>
              ) : null}
            </span>
            <Button
              type="button"
              kind="quiet"
              disabled={isBusy}
              aria-label={t.removeOf(kept)}
              onClick={() => void tried(() => api.call(removeCoupon, {}))}
            >
              {t.remove}
            </Button>
          </div>
          {against || error ? (
            <p className="against" role="alert">
              {error ?? say(against!, quote!.currency)}
            </p>
          ) : null}
        </>
      ) : (
        <form noValidate onSubmit={submit}>
          <label htmlFor={`${id}-code`}>{t.label}</label>
          <input
            id={`${id}-code`}
            name="coupon_code"
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={40}
            aria-invalid={error ? true : undefined}
            aria-describedby={error ? `${id}-error` : undefined}
            value={code}
            onChange={event => {
              setCode(event.target.value)
              setError(undefined)
            }}
          />
          <Button type="submit" kind="outlined" disabled={isBusy}>
            {t.apply}
          </Button>
          {error ? (
            <p className="against" id={`${id}-error`} role="alert">
              {error}
            </p>
          ) : null}
        </form>
      )}
    </Frame>
  )
}
