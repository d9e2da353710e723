import { useId } from 'react'
import { useTexts } from '../shop.tsx'
import { checkoutTexts } from '../texts/checkout.ts'
import { testCardTexts } from '../texts/test-cards.ts'
import { Icon } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'

/** The cards of the payment simulator, in the colours they are drawn in. The first is the one of every day. */
const drawn = {
  tok_approve: 'linear-gradient(135deg, #0d6350, #08382e)',
  tok_decline: 'linear-gradient(135deg, #8f2437, #4d0f1b)',
  tok_insufficient_funds: 'linear-gradient(135deg, #7a4b10, #452804)',
  tok_slow: 'linear-gradient(135deg, #1f4f8a, #0d2649)',
  tok_timeout_after: 'linear-gradient(135deg, #59397f, #2c1a45)',
  tok_capture_decline: 'linear-gradient(135deg, #4a4f57, #202327)',
} as const
const listed = [
  'tok_timeout_before',
  'tok_error_after',
  'tok_webhook_late',
  'tok_webhook_thrice',
  'tok_webhook_never',
] as const

export type TestCard = keyof typeof drawn | (typeof listed)[number]
export const everydayCard: TestCard = 'tok_approve'

const Frame = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 18,
  '& .mode': {
    display: 'flex',
    gap: 12,
    padding: '14px 16px',
    borderRadius: 14,
    border: `1px dashed ${theme.vars.palette.stock.low}`,
    fontSize: '0.875rem',
    lineHeight: 1.5,
    '& strong': { display: 'block', color: theme.vars.palette.stock.low },
    '& svg': { color: theme.vars.palette.stock.low, marginTop: 2 },
  },
  '& .cards': {
    display: 'grid',
    gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
    gap: 12,
    [theme.breakpoints.up('sm')]: { gridTemplateColumns: 'repeat(3, minmax(0, 1fr))', gap: 14 },
  },
  '& .card': {
    position: 'relative',
    display: 'flex',
    flexDirection: 'column',
    justifyContent: 'space-between',
    aspectRatio: '1.586',
    borderRadius: 14,
    padding: 14,
    color: '#fff',
    cursor: 'pointer',
    boxShadow: 'inset 0 0 0 1px rgb(255 255 255 / .12)',
    transition: 'transform .18s cubic-bezier(.2,.7,.2,1), box-shadow .18s',
    '@media (hover: hover)': { '&:hover': { transform: 'translateY(-2px)' } },
    '& input': { position: 'absolute', opacity: 0, inset: 0, margin: 0, cursor: 'pointer' },
    '&:has(input:checked)': {
      boxShadow: `0 0 0 3px ${theme.vars.palette.background.default}, 0 0 0 6px ${theme.vars.palette.secondary.main}`,
    },
    '&:has(input:focus-visible)': {
      boxShadow: `0 0 0 3px ${theme.vars.palette.background.default}, 0 0 0 6px ${theme.vars.palette.text.primary}`,
    },
    '&:has(input:disabled)': { cursor: 'default', transform: 'none' },
    '& .top': { display: 'flex', justifyContent: 'space-between', alignItems: 'flex-start' },
    '& .chip': { width: 26, height: 19, borderRadius: 5, background: 'linear-gradient(135deg, #f1dda6, #c5a25c)' },
    '& .check': {
      display: 'none',
      placeItems: 'center',
      width: 24,
      height: 24,
      borderRadius: 999,
      background: '#fff',
      color: '#111',
    },
    '&:has(input:checked) .check': { display: 'grid' },
    '& .name': { display: 'block', fontWeight: 620, fontSize: '0.9375rem', letterSpacing: '-0.01em', lineHeight: 1.25 },
    '& code': {
      display: 'block',
      fontSize: 'clamp(0.5625rem, 2.6vw, 0.6875rem)',
      opacity: 0.92,
      overflowWrap: 'anywhere',
    },
  },
  '& .says': {
    fontSize: '0.9375rem',
    color: theme.vars.palette.text.secondary,
    minHeight: '3em',
    '&[role=alert]': { color: theme.vars.palette.error.main, fontWeight: 550 },
  },
  '& details': { borderTop: `1px solid ${theme.vars.palette.divider}`, paddingTop: 6 },
  '& summary': {
    display: 'flex',
    alignItems: 'center',
    gap: 8,
    minHeight: 44,
    cursor: 'pointer',
    fontWeight: 550,
    fontSize: '0.9375rem',
    listStyle: 'none',
    '&::-webkit-details-marker': { display: 'none' },
    '& svg': { transition: 'transform .2s' },
  },
  '& details[open] summary svg': { transform: 'rotate(180deg)' },
  '& .row': {
    display: 'grid',
    gridTemplateColumns: 'auto 1fr',
    gap: '0 12px',
    padding: '10px 0',
    cursor: 'pointer',
    fontSize: '0.9375rem',
    '& input': { width: 20, height: 20, marginTop: 1, accentColor: theme.vars.palette.secondary.main },
    '& small': { display: 'block', fontSize: '0.875rem', color: theme.vars.palette.text.secondary },
  },
}))

export interface TestCardsProps {
  value: TestCard
  onChange(card: TestCard): void
  disabled?: boolean
  /** A complaint about the card that is chosen. */
  error?: string
}

/** Choosing a card where payments are simulated. */
export function TestCards({ value, onChange, disabled, error }: TestCardsProps) {
  const t = useTexts(checkoutTexts)
  const texts = useTexts(testCardTexts)
  const id = useId()
  const radio = (token: TestCard) => (
    <input
      id={`${id}-${token}`}
      type="radio"
      name="payment_method"
      value={token}
      checked={value === token}
      disabled={disabled}
      aria-describedby={`${id}-says`}
      aria-invalid={value === token && error ? true : undefined}
      onChange={() => onChange(token)}
    />
  )
  return (
    <Frame>
      <div className="mode">
        <Icon name="shield" size={20} />
        <span>
          <strong>{t.testMode}</strong>
          {t.testModeText}
        </span>
      </div>
      <div role="radiogroup" aria-label={t.cards} style={{ display: 'grid', gap: 14 }}>
        <div className="cards">
          {(Object.keys(drawn) as (keyof typeof drawn)[]).map(token => (
            <label key={token} htmlFor={`${id}-${token}`} className="card" style={{ background: drawn[token] }}>
              {radio(token)}
              <span className="top" aria-hidden="true">
                <span className="chip" />
                <span className="check">
                  <Icon name="check" size={16} />
                </span>
              </span>
              <span>
                <span className="name">{texts[token][0]}</span>
                <code aria-hidden="true">{token}</code>
              </span>
            </label>
          ))}
        </div>
        <p className="says" id={`${id}-says`} role={error ? 'alert' : undefined}>
          {error ?? texts[value][1]}
        </p>
        <details open={(listed as readonly string[]).includes(value) || undefined}>
          <summary>
            {t.moreCards}
            <Icon name="down" size={18} />
          </summary>
          {listed.map(token => (
            <label key={token} htmlFor={`${id}-${token}`} className="row">
              {radio(token)}
              <span>
                {texts[token][0]}
                <small>{texts[token][1]}</small>
              </span>
            </label>
          ))}
        </details>
      </div>
    </Frame>
  )
}
