import { pictureSizes, type Review } from '@shopfleet/contracts'
import { useFormats, useTexts } from '../shop.tsx'
import { reviewTexts } from '../texts/reviews.ts'
import { Heading } from '../ui/heading.tsx'
import { Hidden } from '../ui/hidden.tsx'
import { Icon } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'

const Frame = styled('article')(({ theme }) => ({
  display: 'grid',
  gap: 10,
  paddingBlock: 26,
  borderTop: `1px solid ${theme.vars.palette.divider}`,
  overflowWrap: 'anywhere',
  '& .stars': { letterSpacing: 1.5, fontSize: 15, lineHeight: 1 },
  '& .stars .off': { opacity: 0.22 },
  '& .who': {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '2px 14px',
    fontSize: '0.875rem',
    color: theme.vars.palette.text.secondary,
  },
  '& .who strong': { fontWeight: 600, color: theme.vars.palette.text.primary },
  '& .verified': { display: 'inline-flex', alignItems: 'center', gap: 5, color: theme.vars.palette.stock.good },
  '& .text': { maxWidth: '68ch', whiteSpace: 'pre-line', lineHeight: 1.6 },
  '& .photos': { display: 'flex', flexWrap: 'wrap', gap: 10 },
  '& .photos img': {
    display: 'block',
    width: 96,
    height: 96,
    objectFit: 'cover',
    borderRadius: 10,
    background: theme.vars.palette.background.sunken,
  },
}))

const Helpful = styled('button')(({ theme }) => ({
  justifySelf: 'start',
  display: 'inline-flex',
  alignItems: 'center',
  gap: 8,
  minHeight: 38,
  padding: '0 16px',
  border: 0,
  borderRadius: 999,
  background: 'none',
  boxShadow: `inset 0 0 0 1px ${theme.vars.palette.ink.line}`,
  color: theme.vars.palette.text.secondary,
  font: 'inherit',
  fontSize: '0.875rem',
  cursor: 'pointer',
  '&:hover': { color: theme.vars.palette.text.primary },
  '&[aria-pressed=true]': {
    color: theme.vars.palette.secondary.main,
    boxShadow: `inset 0 0 0 1px ${theme.vars.palette.secondary.main}`,
    fontWeight: 600,
  },
  '&:focus-visible': { borderRadius: 999 },
}))

/** The stars of one review. */
function Given({ stars }: { stars: number }) {
  const t = useTexts(reviewTexts)
  return (
    <span className="stars">
      <span aria-hidden="true">
        {'★'.repeat(stars)}
        <span className="off">{'★'.repeat(5 - stars)}</span>
      </span>
      <Hidden>{t.stars(stars)}</Hidden>
    </span>
  )
}

export interface ReviewItemProps {
  review: Review
  /** Undefined: it cannot be voted for, being one's own. */
  vote?: { isHelpful: boolean; toggle(): void }
  children?: React.ReactNode
}

export function ReviewItem({ review, vote, children }: ReviewItemProps) {
  const t = useTexts(reviewTexts)
  const { date, number } = useFormats()
  const name = review.author_name ?? t.somebody
  return (
    <Frame>
      <Given stars={review.stars} />
      {review.title ? (
        <Heading level="h3" look="h4">
          {review.title}
        </Heading>
      ) : null}
      <p className="who">
        <strong>{name}</strong>
        <span>
          {date(review.created_at)}
          {review.edited_at ? `, ${t.edited}` : ''}
        </span>
        {review.is_verified ? (
          <span className="verified">
            <Icon name="check" size={15} />
            {t.verified}
          </span>
        ) : null}
      </p>
      <p className="text">{review.text}</p>
      {review.photos.length > 0 ? (
        <div className="photos">
          {review.photos.map(({ url }, i) => (
            <a key={url} href={url} target="_blank" rel="noreferrer">
              <img
                src={pictureSizes(url)?.sizes[0]?.url ?? url}
                alt={t.photo(i + 1, name)}
                width={96}
                height={96}
                loading="lazy"
              />
            </a>
          ))}
        </div>
      ) : null}
      {vote ? (
        <Helpful type="button" aria-pressed={vote.isHelpful} onClick={vote.toggle}>
          <Icon name="check" size={16} />
          {t.helpful}
          {review.helpful_count > 0 ? <span>({number(review.helpful_count)})</span> : null}
          <Hidden>{t.helpfulOf(name)}</Hidden>
        </Helpful>
      ) : null}
      {children}
    </Frame>
  )
}
