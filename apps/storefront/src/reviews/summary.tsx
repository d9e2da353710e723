import type { RatingSummary } from '@shopfleet/contracts'
import { useFormats, useTexts } from '../shop.tsx'
import { reviewTexts } from '../texts/reviews.ts'
import { Stars } from '../ui/stars.tsx'
import { styled } from '../ui/styled.ts'

const Frame = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 18,
  alignContent: 'start',
  '& .average': { display: 'flex', alignItems: 'baseline', gap: 8 },
  '& .average strong': { fontSize: '3.25rem', fontWeight: 620, letterSpacing: '-0.04em', lineHeight: 1 },
  '& .average span': { color: theme.vars.palette.text.secondary },
  '& .count': { display: 'flex', alignItems: 'center', gap: 10, color: theme.vars.palette.text.secondary },
  '& ul': { display: 'grid', gap: 2 },
  '& button': {
    display: 'grid',
    gridTemplateColumns: '4.5rem minmax(0, 1fr) 2.5rem',
    alignItems: 'center',
    gap: 12,
    width: '100%',
    minHeight: 34,
    padding: '0 8px',
    marginLeft: -8,
    border: 0,
    borderRadius: 8,
    background: 'none',
    color: 'inherit',
    font: 'inherit',
    fontSize: '0.875rem',
    textAlign: 'left',
    cursor: 'pointer',
    '&:hover': { background: theme.vars.palette.ink.faint },
    '&[aria-pressed=true]': { background: theme.vars.palette.background.sunken, fontWeight: 600 },
    '&:disabled': { cursor: 'default', background: 'none', color: theme.vars.palette.text.secondary },
  },
  '& .bar': { height: 8, borderRadius: 8, background: theme.vars.palette.ink.faint, overflow: 'hidden' },
  '& .bar > span': { display: 'block', height: '100%', borderRadius: 8, background: theme.vars.palette.text.primary },
  '& .n': { textAlign: 'right', fontVariantNumeric: 'tabular-nums', color: theme.vars.palette.text.secondary },
}))

export interface SummaryProps {
  summary: RatingSummary
  /** The stars the list is narrowed to. */
  stars: number | undefined
  onStars(stars: number | undefined): void
}

/** How the reviews come out; each bar narrows the list to its stars. */
export function Summary({ summary, stars, onStars }: SummaryProps) {
  const t = useTexts(reviewTexts)
  const { number } = useFormats()
  const { average, count, histogram } = summary
  const most = Math.max(1, ...histogram.map(bar => bar.count))
  return (
    <Frame>
      <p className="average">
        <strong>{number(Math.round((average ?? 0) * 10) / 10)}</strong>
        <span>{t.outOf}</span>
      </p>
      <p className="count">
        <span aria-hidden="true">
          <Stars average={average} count={count} size={18} bare />
        </span>
        {t.count(number(count), count === 1)}
      </p>
      <ul aria-label={t.byStars}>
        {histogram.map(bar => (
          <li key={bar.stars}>
            <button
              type="button"
              disabled={bar.count === 0}
              aria-pressed={stars === bar.stars}
              onClick={() => onStars(stars === bar.stars ? undefined : bar.stars)}
            >
              <span>{t.stars(bar.stars)}</span>
              <span className="bar">
                <span style={{ width: `${(100 * bar.count) / most}%` }} />
              </span>
              <span className="n">{number(bar.count)}</span>
            </button>
          </li>
        ))}
      </ul>
    </Frame>
  )
}
