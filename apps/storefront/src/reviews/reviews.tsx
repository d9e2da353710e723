import { type Product, type ReviewSort, reviewSorts } from '@shopfleet/contracts'
import { lazy, Suspense, useEffect, useId, useRef, useState } from 'react'
import { useTexts } from '../shop.tsx'
import { reviewTexts } from '../texts/reviews.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Icon } from '../ui/icon.tsx'
import { LineSkeleton } from '../ui/skeletons.tsx'
import { styled } from '../ui/styled.ts'
import { OwnCard } from './own-card.tsx'
import type { Narrowed } from './queries.ts'
import { ReviewItem } from './review-item.tsx'
import { Summary } from './summary.tsx'
import { useReviews } from './use-reviews.ts'

const Form = lazy(async () => {
  const [{ ReviewForm }, { Mui }] = await Promise.all([import('./review-form.tsx'), import('../ui/mui.tsx')])
  return {
    default: (props: React.ComponentProps<typeof ReviewForm>) => (
      <Mui>
        <ReviewForm {...props} />
      </Mui>
    ),
  }
})

const Columns = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 'clamp(28px, 5vw, 80px)',
  [theme.breakpoints.up('md')]: {
    gridTemplateColumns: 'minmax(220px, 300px) minmax(0, 1fr)',
    alignItems: 'start',
    '& > .side': { position: 'sticky', top: 140 },
  },
  '& .side': { display: 'grid', gap: 22 },
}))

const Bar = styled('div')(({ theme }) => ({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  gap: 10,
  paddingBottom: 20,
  '& .chip': {
    minHeight: 40,
    padding: '0 16px',
    border: 0,
    borderRadius: 999,
    background: 'none',
    boxShadow: `inset 0 0 0 1px ${theme.vars.palette.ink.line}`,
    color: theme.vars.palette.text.primary,
    font: 'inherit',
    fontSize: '0.875rem',
    cursor: 'pointer',
    '&[aria-pressed=true]': {
      background: theme.vars.palette.primary.main,
      color: theme.vars.palette.primary.contrastText,
      boxShadow: 'none',
    },
    '&:focus-visible': { borderRadius: 999 },
  },
  '& .sort': { position: 'relative', display: 'flex', alignItems: 'center', marginLeft: 'auto' },
  '& select': {
    appearance: 'none',
    height: 40,
    padding: '0 36px 0 16px',
    border: `1px solid ${theme.vars.palette.ink.line}`,
    borderRadius: 999,
    background: theme.vars.palette.background.paper,
    color: theme.vars.palette.text.primary,
    font: 'inherit',
    fontSize: '0.875rem',
    cursor: 'pointer',
    '&:focus-visible': { borderRadius: 999 },
  },
  '& .sort svg': { position: 'absolute', right: 13, pointerEvents: 'none' },
}))

/** What customers say of a product, and one's own part in it. */
export function Reviews({ product }: { product: Product }) {
  const t = useTexts(reviewTexts)
  const sortId = useId()
  const [narrowed, narrow] = useState<Narrowed>({ sort: 'newest' })
  const [isWriting, write] = useState(false)
  const { list, own, isSignedIn, askToSignIn, vote, remove, readAgain } = useReviews(product, narrowed)
  const opener = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (location.hash === '#reviews') document.getElementById('reviews')?.scrollIntoView()
  }, [])

  const { data } = list
  if (!data) {
    if (!list.error) return <LineSkeleton lines={5} />
    return (
      <EmptyState
        icon="alert"
        title={t.failed}
        action={
          <Button type="button" kind="outlined" onClick={() => void list.refetch()}>
            {t.tryAgain}
          </Button>
        }
      >
        {t.failedText}
      </EmptyState>
    )
  }
  const { summary } = data.pages[0]!
  const items = data.pages.flatMap(page => page.items).filter(item => item.id !== own?.review?.id)
  const isNarrowed = narrowed.stars !== undefined || narrowed.verified || narrowed.with_photos

  function close() {
    write(false)
    // The form is gone; whoever types goes on where it was opened.
    requestAnimationFrame(() => opener.current?.querySelector('button')?.focus())
  }

  const writeButton =
    own?.review || isWriting ? null : (
      <Button type="button" onClick={() => (isSignedIn ? write(true) : askToSignIn())}>
        {t.write}
      </Button>
    )
  const form = isWriting ? (
    <Suspense fallback={<LineSkeleton lines={5} />}>
      <Form
        product={product}
        review={own?.review ?? undefined}
        onClose={close}
        onDone={async () => {
          await readAgain()
          close()
        }}
      />
    </Suspense>
  ) : null
  const mine =
    own?.review && !isWriting ? (
      <OwnCard review={own.review} onEdit={() => write(true)} remove={() => remove(own.review!.id)} />
    ) : null

  if (summary.count === 0) {
    return (
      <div ref={opener}>
        {form ?? mine ?? (
          <EmptyState icon="star" title={t.none} action={writeButton}>
            {t.noneText}
          </EmptyState>
        )}
      </div>
    )
  }
  const toggles = [
    ['verified', t.verifiedOnly],
    ['with_photos', t.withPhotos],
  ] as const
  return (
    <Columns>
      <div className="side">
        <Summary summary={summary} stars={narrowed.stars} onStars={stars => narrow({ ...narrowed, stars })} />
        <div ref={mine ? undefined : opener}>{writeButton}</div>
      </div>
      <div>
        {form}
        {mine ? <div ref={opener}>{mine}</div> : null}
        <Bar role="group" aria-label={t.narrow}>
          {toggles.map(([name, label]) => (
            <button
              key={name}
              type="button"
              className="chip"
              aria-pressed={narrowed[name] === true}
              onClick={() => narrow({ ...narrowed, [name]: narrowed[name] ? undefined : true })}
            >
              {label}
            </button>
          ))}
          <span className="sort">
            <select
              id={sortId}
              aria-label={t.sort}
              value={narrowed.sort}
              onChange={event => narrow({ ...narrowed, sort: event.target.value as ReviewSort })}
            >
              {reviewSorts.map(sort => (
                <option key={sort} value={sort}>
                  {t.sorts[sort]}
                </option>
              ))}
            </select>
            <Icon name="down" size={15} />
          </span>
        </Bar>
        <div aria-busy={list.isPlaceholderData} style={{ opacity: list.isPlaceholderData ? 0.5 : 1 }}>
          {items.map(review => (
            <ReviewItem
              key={review.id}
              review={review}
              vote={{
                isHelpful: own?.helpful_ids.includes(review.id) ?? false,
                toggle: () => void vote(review.id),
              }}
            />
          ))}
          {items.length === 0 && isNarrowed ? (
            <EmptyState
              icon="filter"
              title={t.noneLeft}
              action={
                <Button type="button" kind="outlined" onClick={() => narrow({ sort: narrowed.sort })}>
                  {t.showAll}
                </Button>
              }
            />
          ) : null}
        </div>
        {list.hasNextPage ? (
          <Button
            type="button"
            kind="outlined"
            aria-disabled={list.isFetchingNextPage}
            onClick={() => !list.isFetchingNextPage && void list.fetchNextPage()}
          >
            {t.more}
          </Button>
        ) : null}
      </div>
    </Columns>
  )
}
