import { useFormats, useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { Hidden } from './hidden.tsx'

export interface StarsProps {
  average: number | null
  count: number
  size?: number
  /** Without figures: they stand beside it. */
  bare?: boolean
}

/** An average of ratings as stars, in words for those who do not see them. Nothing where nobody has rated. */
export function Stars({ average, count, size = 15, bare }: StarsProps) {
  const t = useTexts(shopTexts)
  const { number } = useFormats()
  if (average === null || count === 0) return null
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 6, fontSize: size }}>
      <span aria-hidden="true" style={{ position: 'relative', letterSpacing: 1, lineHeight: 1 }}>
        <span style={{ opacity: 0.22 }}>★★★★★</span>
        <span
          style={{
            position: 'absolute',
            left: 0,
            top: 0,
            overflow: 'hidden',
            width: `${average * 20}%`,
            whiteSpace: 'nowrap',
          }}
        >
          ★★★★★
        </span>
      </span>
      {bare ? null : (
        <>
          <span aria-hidden="true" style={{ fontSize: '0.8125rem' }}>
            {number(Math.round(average * 10) / 10)} ({number(count)})
          </span>
          <Hidden>{t.rated(number(Math.round(average * 10) / 10), count)}</Hidden>
        </>
      )}
    </span>
  )
}
