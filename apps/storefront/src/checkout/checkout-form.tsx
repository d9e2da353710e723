import type { Cart, SavedAddress } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { addressesQuery } from '../account/queries.ts'
import { useQuote } from '../cart/quote.ts'
import { earlierPrices } from '../cart/seen-prices.ts'
import { useCartActions } from '../cart/use-cart-actions.ts'
import { cartTokenKey, kept } from '../kept.ts'
import { tellProblem } from '../problem.ts'
import type { SignedInUser } from '../session.tsx'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { checkoutTexts } from '../texts/checkout.ts'
import { Button } from '../ui/button.tsx'
import { Field, focusFirstError } from '../ui/field.tsx'
import { Heading } from '../ui/heading.tsx'
import { Icon } from '../ui/icon.tsx'
import { Price } from '../ui/price.tsx'
import { styled } from '../ui/styled.ts'
import { useIsWide } from '../ui/use-is-wide.ts'
import { AddressFields } from './address-fields.tsx'
import { likelyCountry } from './countries.ts'
import { addressFields, addressOf, complaintsAbout, type Draft, emptyDraft, keepDraft, keptDraft } from './draft.ts'
import { Outcome } from './outcome.tsx'
import { usePlacing } from './placing.ts'
import { Review } from './review.tsx'
import { SavedAddresses } from './saved-addresses.tsx'
import { everydayCard, type TestCard, TestCards } from './test-cards.tsx'

const Columns = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 28,
  alignItems: 'start',
  marginTop: 20,
  [theme.breakpoints.up('md')]: { gridTemplateColumns: 'minmax(0, 1fr) 400px', gap: 64, marginTop: 32 },
}))

const Form = styled('form')(({ theme }) => ({
  '& > fieldset': { border: 0, margin: 0, padding: 0, minWidth: 0, transition: 'opacity .2s' },
  '& > fieldset:disabled': { opacity: 0.6 },
  '& > [data-kind]': { marginBottom: 18 },
  '& section': {
    display: 'grid',
    gap: 18,
    paddingBlock: '30px 34px',
    borderTop: `1px solid ${theme.vars.palette.divider}`,
  },
  '& section:first-of-type': { borderTop: 0, paddingTop: 0 },
  '& .head': { display: 'flex', justifyContent: 'space-between', alignItems: 'baseline', gap: 16, flexWrap: 'wrap' },
  '& .quiet': { fontSize: '0.9375rem', color: theme.vars.palette.text.secondary },
  '& .quiet a': { color: theme.vars.palette.text.primary },
  '& .check': { display: 'flex', alignItems: 'center', gap: 12, minHeight: 44, cursor: 'pointer' },
  '& .check input': { width: 20, height: 20, margin: 0, accentColor: theme.vars.palette.secondary.main },
  '& .complaint': { color: theme.vars.palette.error.main, fontSize: '0.9375rem' },
  '& .method': {
    display: 'flex',
    alignItems: 'center',
    gap: 14,
    padding: '16px 18px',
    borderRadius: 14,
    background: theme.vars.palette.background.sunken,
    '& > span': { flex: 1 },
    '& small': { display: 'block', fontSize: '0.875rem', color: theme.vars.palette.text.secondary },
  },
  '& .end': {
    position: 'sticky',
    bottom: 0,
    zIndex: 2,
    display: 'grid',
    gap: 10,
    paddingBlock: '14px max(14px, env(safe-area-inset-bottom))',
    background: theme.vars.palette.background.default,
    borderTop: `1px solid ${theme.vars.palette.divider}`,
    [theme.breakpoints.up('md')]: { position: 'static', borderTop: 0, paddingTop: 24 },
  },
  '& .promise': {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    gap: 8,
    fontSize: '0.875rem',
    color: theme.vars.palette.text.secondary,
  },
}))

const Aside = styled('aside')(({ theme }) => ({
  display: 'grid',
  gap: 22,
  padding: 30,
  borderRadius: 20,
  background: theme.vars.palette.background.sunken,
  position: 'sticky',
  top: 150,
}))

const Folded = styled('details')(({ theme }) => ({
  borderRadius: 16,
  background: theme.vars.palette.background.sunken,
  padding: '0 18px',
  '& summary': {
    display: 'flex',
    alignItems: 'center',
    gap: 10,
    minHeight: 58,
    fontWeight: 550,
    cursor: 'pointer',
    listStyle: 'none',
    '&::-webkit-details-marker': { display: 'none' },
    '& > :last-child': { marginLeft: 'auto', fontWeight: 620 },
    '& svg': { transition: 'transform .2s' },
  },
  '&[open] summary svg': { transform: 'rotate(180deg)' },
  '& > div': { display: 'grid', gap: 18, padding: '8px 0 22px' },
}))

/** The names of the fields, as the platform complains about them. */
const shown = ['email', ...addressFields.map(field => `shipping_address.${field}`)]

export interface CheckoutFormProps {
  cart: Cart
  user: SignedInUser | null
  addresses: readonly SavedAddress[]
}

/** Contact, address, shipping, payment and the order itself, on one page. */
export function CheckoutForm({ cart, user, addresses }: CheckoutFormProps) {
  const t = useTexts(checkoutTexts)
  const { language } = useShop()
  const { money } = useFormats()
  const { placing, begin, resume, settle } = usePlacing()
  const { sortOut, dropCoupon } = useCartActions()
  const { quote, isCurrent, error: quoteError, refetch } = useQuote(cart)
  const isWide = useIsWide('md')
  const form = useRef<HTMLFormElement>(null)
  const [draft, setDraft] = useState<Draft>(() => keptDraft() ?? emptyDraft(likelyCountry(navigator.languages)))
  const [card, setCard] = useState<TestCard>(everydayCard)
  const [errors, setErrors] = useState<Record<string, string>>({})

  const saved = addresses.find(one => one.id === draft.chosen_address)
  const chosen = saved ? saved.id : draft.chosen_address === 'new' || addresses.length === 0 ? 'new' : addresses[0]!.id
  const address = addresses.find(one => one.id === chosen)?.address
  const isBusy = placing.step === 'sending' || placing.step === 'finding-out'
  const isOpen = placing.step === 'idle' || placing.step === 'refused'
  const isReady = quote !== undefined && isCurrent && cart.id !== null
  const refusal = placing.step === 'refused' ? placing.problem : undefined
  const before = earlierPrices(cart.items)

  function change(next: Partial<Draft>) {
    const changed = { ...draft, ...next }
    setDraft(changed)
    keepDraft(changed)
    // A complaint has been heard once one does something about it.
    const touched = Object.keys(next)[0]
    setErrors(known =>
      Object.fromEntries(
        Object.entries(known).filter(([name]) =>
          touched === 'address'
            ? next.address![name.split('.')[1] as keyof Draft['address']] ===
              draft.address[name.split('.')[1] as keyof Draft['address']]
            : name !== touched,
        ),
      ),
    )
  }

  useEffect(() => {
    if (!refusal) return
    const { fields } = tellProblem(refusal, language, shown)
    setErrors(fields)
    focusFirstError(fields, form.current)
    void refetch()
  }, [refusal, language, refetch])

  function submit(event: FormEvent) {
    event.preventDefault()
    if (!isOpen || !isReady) return
    const complaints = complaintsAbout(draft, { isGuest: user === null, hasSavedAddress: address !== undefined })
    const told = Object.fromEntries(
      Object.entries(complaints).map(([name, kind]) => [name, kind === 'bad-email' ? t.badEmail : t.required]),
    )
    setErrors(told)
    if (Object.keys(told).length > 0) {
      settle()
      focusFirstError(told, form.current)
      return
    }
    begin({
      user_id: user?.id ?? null,
      cart_token: user ? null : (kept(cartTokenKey) ?? null),
      keeps_address: user !== null && address === undefined && draft.keeps_address,
      body: {
        cart_id: cart.id!,
        ...(user ? { user_id: user.id } : { email: draft.email.trim() }),
        currency: quote.currency,
        expected_total: quote.total,
        shipping_address: address ?? addressOf(draft.address),
        payment_method: card,
      },
    })
  }

  const review = <Review cart={cart} quote={quote} isCurrent={isCurrent} before={before} />
  const complaints = Object.keys(errors).length
  const total = quote ? money(quote.total, quote.currency) : ''
  const cardError =
    refusal?.problem === 'payment-declined' || refusal?.problem === 'invalid-payment-method' ? t.declined : undefined

  return (
    <Columns>
      {isWide ? null : (
        <Folded>
          <summary>
            {t.showReview(cart.item_count)}
            <Icon name="down" size={18} />
            {quote ? <Price amount={quote.total} currency={quote.currency} /> : <span />}
          </summary>
          <div>{review}</div>
        </Folded>
      )}
      <Form ref={form} noValidate onSubmit={submit} aria-label={t.title}>
        <fieldset disabled={isBusy}>
          <section aria-labelledby="contact-title">
            <div className="head">
              <Heading level="h2" look="h3" id="contact-title">
                {t.contact}
              </Heading>
              {user ? null : (
                <span className="quiet">
                  {t.haveAccount}{' '}
                  <Link to="/sign-in" state={{ from: '/checkout' }}>
                    {t.signIn}
                  </Link>
                </span>
              )}
            </div>
            {user ? (
              <p>
                <span className="quiet">{t.signedInAs}</span> {user.email}
              </p>
            ) : (
              <Field
                name="email"
                type="email"
                label={t.email}
                autoComplete="email"
                inputMode="email"
                required
                errors={errors}
                helperText={t.emailHelp}
                value={draft.email}
                onChange={event => change({ email: event.target.value })}
                slotProps={{ htmlInput: { maxLength: 254 } }}
              />
            )}
          </section>
          <section aria-labelledby="delivery-title">
            <Heading level="h2" look="h3" id="delivery-title">
              {t.delivery}
            </Heading>
            {addresses.length > 0 ? (
              <SavedAddresses addresses={addresses} value={chosen} onChange={id => change({ chosen_address: id })} />
            ) : null}
            {address ? null : (
              <AddressFields values={draft.address} errors={errors} onChange={values => change({ address: values })} />
            )}
            {user && !address ? (
              <label className="check" htmlFor="keeps-address">
                <input
                  id="keeps-address"
                  type="checkbox"
                  checked={draft.keeps_address}
                  onChange={event => change({ keeps_address: event.target.checked })}
                />
                {t.keepAddress}
              </label>
            ) : null}
          </section>
          <section aria-labelledby="shipping-title">
            <Heading level="h2" look="h3" id="shipping-title">
              {t.shipping}
            </Heading>
            <div className="method">
              <Icon name="truck" />
              <span>
                {t.standard}
                <small>{t.standardText}</small>
              </span>
              {quote ? (
                <strong>
                  {quote.shipping > 0 ? <Price amount={quote.shipping} currency={quote.currency} /> : t.free}
                </strong>
              ) : null}
            </div>
          </section>
          <section aria-labelledby="payment-title">
            <Heading level="h2" look="h3" id="payment-title">
              {t.payment}
            </Heading>
            <TestCards
              value={card}
              error={cardError}
              disabled={isBusy}
              onChange={next => {
                setCard(next)
                if (cardError) settle()
              }}
            />
          </section>
        </fieldset>
        <Outcome
          placing={placing}
          cart={cart}
          onFinish={() => resume(user?.id ?? null, true)}
          onFitStock={told => {
            void sortOut(told).then(() => {
              settle()
              void refetch()
            })
          }}
          onDropCoupon={() => {
            void dropCoupon().then(settle)
          }}
        />
        {quoteError && !quote ? (
          <p role="alert" className="quiet">
            {t.failed}. {tellProblem(quoteError, language).message}{' '}
            <Button type="button" kind="outlined" onClick={() => void refetch()}>
              {t.again}
            </Button>
          </p>
        ) : null}
        <div className="end">
          {complaints > 0 ? (
            <p role="alert" className="complaint">
              {t.fields(complaints)}
            </p>
          ) : null}
          {/* It is not disabled while it cannot act: whoever is on it with the keyboard would be thrown off. */}
          <Button
            type="submit"
            large
            wide
            aria-disabled={!isOpen || !isReady}
            style={!isOpen || !isReady ? { opacity: 0.6 } : undefined}
          >
            <Icon name="lock" size={18} />
            {isBusy
              ? t.paying
              : !isReady
                ? t.looking
                : refusal?.problem === 'price-changed'
                  ? t.confirmAndPay(total)
                  : t.pay(total)}
          </Button>
          <span className="promise">
            <Icon name="shield" size={18} />
            {t.promise}
          </span>
        </div>
      </Form>
      {isWide ? (
        <Aside aria-labelledby="review-title">
          <Heading level="h2" look="h3" id="review-title">
            {t.review}
          </Heading>
          {review}
        </Aside>
      ) : null}
    </Columns>
  )
}

export const useAddresses = (user: SignedInUser | null | undefined) => {
  const shop = useShop()
  return useQuery({ ...addressesQuery(shop), enabled: Boolean(user) })
}
