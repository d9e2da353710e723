import { useState } from 'react'
import { useTexts } from '../shop.tsx'
import { reviewTexts } from '../texts/reviews.ts'
import { Hidden } from '../ui/hidden.tsx'
import { styled } from '../ui/styled.ts'

const Frame = styled('fieldset')(({ theme }) => ({
  border: 0,
  padding: 0,
  margin: 0,
  minWidth: 0,
  '& legend': { padding: 0, fontWeight: 550, marginBottom: 6 },
  '& .row': { display: 'inline-flex', marginLeft: -6 },
  '& label': {
    position: 'relative',
    display: 'grid',
    placeItems: 'center',
    width: 44,
    height: 44,
    fontSize: 32,
    lineHeight: 1,
    cursor: 'pointer',
    color: theme.vars.palette.ink.line,
    transition: 'color .12s',
    '&[data-on=true]': { color: theme.vars.palette.text.primary },
  },
  '& input': { position: 'absolute', inset: 0, margin: 0, opacity: 0, cursor: 'pointer' },
  '& label:focus-within': {
    outline: `2px solid ${theme.vars.palette.secondary.main}`,
    outlineOffset: -2,
    borderRadius: 10,
  },
  '& .error': { marginTop: 4, fontSize: '0.8125rem', color: theme.vars.palette.error.main },
}))

/** One to five stars, chosen like a radio: by pointer, by touch, or by the arrow keys. */
export function StarField({ initial, error }: { initial: number | undefined; error: string | undefined }) {
  const t = useTexts(reviewTexts)
  const [chosen, choose] = useState(initial ?? 0)
  const [pointed, point] = useState(0)
  return (
    <Frame aria-describedby={error ? 'stars-error' : undefined}>
      <legend>{t.yourStars}</legend>
      <div className="row" onPointerLeave={() => point(0)}>
        {[1, 2, 3, 4, 5].map(stars => (
          <label key={stars} data-on={stars <= (pointed || chosen)} onPointerEnter={() => point(stars)}>
            <input
              type="radio"
              name="stars"
              value={stars}
              checked={chosen === stars}
              aria-invalid={error !== undefined}
              onChange={() => choose(stars)}
            />
            <span aria-hidden="true">★</span>
            <Hidden>{t.stars(stars)}</Hidden>
          </label>
        ))}
      </div>
      {error ? (
        <p className="error" id="stars-error">
          {error}
        </p>
      ) : null}
    </Frame>
  )
}
