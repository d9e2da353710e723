import Button from '@mui/material/Button'
import { styled } from '@mui/material/styles'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { OwnCard } from '../reviews/own-card.tsx'
import { type OwnReviewsPage, ownReviewsQuery, type UnreviewedPage, unreviewedQuery } from '../reviews/queries.ts'
import { ReviewForm } from '../reviews/review-form.tsx'
import { useOwnReview } from '../reviews/use-reviews.ts'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { ownReviewTexts } from '../texts/own-reviews.ts'
import { ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Heading } from '../ui/heading.tsx'
import { PictureFrame } from '../ui/picture-frame.tsx'
import { AccountFrame, Failed, Loading } from './frame.tsx'

type Written = OwnReviewsPage['items'][number]
type ToWrite = UnreviewedPage['items'][number]

const Part = styled('section')({ display: 'grid', gap: 18, minWidth: 0 })

const Row = styled('li')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '64px minmax(0, 1fr)',
  alignItems: 'center',
  gap: '10px 16px',
  paddingBlock: 14,
  borderTop: `1px solid ${theme.vars!.palette.divider}`,
  '&:last-of-type': { borderBottom: `1px solid ${theme.vars!.palette.divider}` },
  '& .name': {
    fontWeight: 550,
    letterSpacing: '-0.01em',
    color: 'inherit',
    textDecoration: 'none',
    '&:hover': { textDecoration: 'underline' },
  },
  '& .when': { display: 'block', fontSize: '0.875rem', color: theme.vars!.palette.text.secondary },
  '& .act': { gridColumn: 2, justifySelf: 'start' },
  '&.open': { display: 'block', '& > section': { margin: 0, maxWidth: 'none' } },
  [theme.breakpoints.up('sm')]: {
    gridTemplateColumns: '64px minmax(0, 1fr) auto',
    '& .act': { gridColumn: 'auto' },
  },
}))

const Cards = styled('ul')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr)',
  gap: 16,
  // The room between them is the list's.
  '& > li > section': { margin: 0, maxWidth: 'none' },
  '& h3 a': {
    display: 'inline-grid',
    gridTemplateColumns: '44px auto',
    alignItems: 'center',
    gap: 12,
    color: 'inherit',
    textDecoration: 'none',
    '&:hover': { textDecoration: 'underline' },
  },
  '& .MuiButton-root': { borderColor: theme.vars!.palette.ink.line },
}))

export function Component() {
  const t = useTexts(ownReviewTexts)
  return (
    <AccountFrame title={t.title} lead={t.lead}>
      {() => <OwnReviews />}
    </AccountFrame>
  )
}

/** What waits for one's word, and every review one has written. One form is open at a time. */
function OwnReviews() {
  const t = useTexts(ownReviewTexts)
  const { browse } = useTexts(accountTexts)
  const shop = useShop()
  const toWrite = useInfiniteQuery(unreviewedQuery(shop))
  const written = useInfiniteQuery(ownReviewsQuery(shop))
  const [open, setOpen] = useState<string>()
  const frame = useRef<HTMLDivElement>(null)
  const opener = useRef<string>(undefined)

  // The form is gone; whoever types goes on where it was opened, or where its review is now.
  useEffect(() => {
    if (open !== undefined) {
      opener.current = open
      return
    }
    const id = opener.current
    if (id === undefined) return
    opener.current = undefined
    frame.current?.querySelector<HTMLElement>(`[data-product="${id}"] button`)?.focus()
  }, [open])

  if (!written.data) {
    if (written.error) return <Failed retry={() => void written.refetch()} />
    return <Loading lines={6} />
  }
  const waiting = toWrite.data?.pages.flatMap(page => page.items) ?? []
  const reviews = written.data.pages.flatMap(page => page.items)
  if (waiting.length === 0 && reviews.length === 0 && !toWrite.isPending) {
    return (
      <EmptyState icon="star" title={t.none} action={<ButtonLink to="/products">{browse}</ButtonLink>}>
        {t.noneText}
      </EmptyState>
    )
  }
  return (
    <div ref={frame} style={{ display: 'grid', gap: 48 }}>
      {waiting.length > 0 ? (
        <Part aria-labelledby="to-write">
          <Heading level="h2" look="h3" id="to-write">
            {t.toWrite}
          </Heading>
          <ul>
            {waiting.map(item => (
              <Waiting
                key={item.product_id}
                item={item}
                isOpen={open === item.product_id}
                onOpen={() => setOpen(item.product_id)}
                onClose={() => setOpen(undefined)}
              />
            ))}
          </ul>
          <More query={toWrite} label={t.moreToWrite} />
        </Part>
      ) : null}
      {reviews.length > 0 ? (
        <Part aria-labelledby="written">
          <Heading level="h2" look="h3" id="written">
            {t.written}
          </Heading>
          <Cards>
            {reviews.map(review => (
              <Said
                key={review.id}
                review={review}
                isOpen={open === review.product_id}
                onOpen={() => setOpen(review.product_id)}
                onClose={() => setOpen(undefined)}
              />
            ))}
          </Cards>
          <More query={written} label={t.older} />
        </Part>
      ) : null}
    </div>
  )
}

interface Openable {
  isOpen: boolean
  onOpen(): void
  onClose(): void
}

function Waiting({ item, isOpen, onOpen, onClose }: { item: ToWrite } & Openable) {
  const t = useTexts(ownReviewTexts)
  const { date } = useFormats()
  const { product_id, slug, name, image_url, delivered_at } = item
  const { readAgain } = useOwnReview({ id: product_id, slug })
  if (isOpen)
    return (
      <Row className="open" data-product={product_id}>
        <ReviewForm
          product={{ id: product_id }}
          review={undefined}
          title={name}
          onClose={onClose}
          onDone={async () => {
            await readAgain()
            onClose()
          }}
        />
      </Row>
    )
  return (
    <Row data-product={product_id}>
      <Link to={`/products/${slug}`} tabIndex={-1} aria-hidden="true">
        <PictureFrame src={image_url} alt="" />
      </Link>
      <div>
        <Link to={`/products/${slug}`} className="name">
          {name}
        </Link>
        {delivered_at === null ? null : <span className="when">{t.delivered(date(delivered_at))}</span>}
      </div>
      <Button className="act" variant="outlined" size="small" aria-label={t.writeOf(name)} onClick={onOpen}>
        {t.write}
      </Button>
    </Row>
  )
}

function Said({ review, isOpen, onOpen, onClose }: { review: Written } & Openable) {
  const { product_id, product } = review
  const name = product?.name ?? review.product_name
  const { readAgain, remove } = useOwnReview({ id: product_id, slug: product?.slug ?? product_id })
  return (
    <li data-product={product_id}>
      {isOpen ? (
        <ReviewForm
          product={{ id: product_id }}
          review={review}
          title={name}
          onClose={onClose}
          onDone={async () => {
            await readAgain()
            onClose()
          }}
        />
      ) : (
        <OwnCard
          review={review}
          title={
            product ? (
              <Link to={`/products/${product.slug}`}>
                <PictureFrame src={product.image_url} alt="" radius={10} sizes="44px" />
                {name}
              </Link>
            ) : (
              name
            )
          }
          onEdit={onOpen}
          remove={() => remove(review.id)}
        />
      )}
    </li>
  )
}

interface MoreProps {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage(): Promise<unknown> }
  label: string
}

function More({ query, label }: MoreProps) {
  if (!query.hasNextPage) return null
  return (
    <Button
      variant="outlined"
      sx={{ justifySelf: 'center' }}
      aria-disabled={query.isFetchingNextPage}
      onClick={() => !query.isFetchingNextPage && void query.fetchNextPage()}
    >
      {label}
    </Button>
  )
}
