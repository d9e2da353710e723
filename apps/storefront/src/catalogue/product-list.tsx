import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ProductCard } from '../ui/product-card.tsx'
import { ProductGrid } from '../ui/product-grid.tsx'
import { GridSkeleton } from '../ui/skeletons.tsx'
import { styled } from '../ui/styled.ts'
import { activeFilters, withoutFilters } from './filter-choices.ts'
import type { ListingViewProps } from './listing-view.tsx'
import { listingQueryOptions } from './queries.ts'
import { useListingAddress } from './use-listing.ts'

const Grid = styled(ProductGrid)(({ theme }) => ({
  transition: 'opacity .2s',
  '&[aria-busy=true]': { opacity: 0.45 },
  // Beside the filters there is room for one less.
  [theme.breakpoints.up('md')]: { gridTemplateColumns: 'repeat(2, minmax(0, 1fr))' },
  [theme.breakpoints.up('lg')]: { gridTemplateColumns: 'repeat(3, minmax(0, 1fr))' },
}))

const More = styled('div')(({ theme }) => ({
  display: 'grid',
  justifyItems: 'center',
  gap: 16,
  marginTop: 'clamp(40px, 5vw, 64px)',
  color: theme.vars.palette.text.secondary,
  fontSize: '0.9375rem',
  '& progress': {
    appearance: 'none',
    width: 200,
    height: 3,
    border: 0,
    borderRadius: 3,
    overflow: 'hidden',
    background: theme.vars.palette.divider,
    '&::-webkit-progress-bar': { background: theme.vars.palette.divider },
    '&::-webkit-progress-value': { background: theme.vars.palette.text.primary },
    '&::-moz-progress-bar': { background: theme.vars.palette.text.primary },
  },
}))

/** The products of a list, as many pages of them as its address says, and the way to more. */
export function ProductList({ listing, category, total }: ListingViewProps & { total: number | undefined }) {
  const shop = useShop()
  const t = useTexts(browseTexts)
  const { number } = useFormats()
  const { toOf } = useListingAddress(category)
  const { data, hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage } = useInfiniteQuery({
    ...listingQueryOptions(shop, listing),
    throwOnError: (_error, query) => query.state.data === undefined,
  })
  const known = data?.pages.length ?? 0
  const grid = useRef<HTMLUListElement>(null)
  /** The first of the products that were asked for: the focus goes there, or it would be lost with the button. */
  const goTo = useRef<number | undefined>(undefined)

  useEffect(() => {
    if (known > 0 && known < listing.pages && hasNextPage && !isFetchingNextPage && !isPlaceholderData)
      void fetchNextPage()
  }, [known, listing.pages, hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage])

  const products = data?.pages.slice(0, listing.pages).flatMap(page => page.items) ?? []
  useEffect(() => {
    if (goTo.current === undefined || products.length <= goTo.current) return
    grid.current?.querySelectorAll<HTMLAnchorElement>('li h2 a')[goTo.current]?.focus({ preventScroll: true })
    goTo.current = undefined
  }, [products.length])

  if (!data) return <GridSkeleton />
  if (products.length === 0) {
    const isNarrowed = activeFilters(listing, category).length > 0
    if (!isNarrowed) {
      const title = listing.q ? t.nothingFoundFor(listing.q) : t.nothingFound
      return (
        <EmptyState icon="search" title={title} action={<ButtonLink to="/products">{t.heroBrowse}</ButtonLink>}>
          {t.nothingFoundText}
        </EmptyState>
      )
    }
    const action = (
      <ButtonLink to={toOf(withoutFilters(listing, category))} preventScrollReset>
        {t.clearAll}
      </ButtonLink>
    )
    return (
      <EmptyState icon="filter" title={t.nothingWithFilters} action={action}>
        {t.nothingWithFiltersText}
      </EmptyState>
    )
  }
  const isMore = hasNextPage || known > listing.pages
  return (
    <>
      <Grid ref={grid} aria-busy={isPlaceholderData}>
        {products.map((product, i) => (
          <ProductCard key={product.id} product={product} eager={i < 6} priority={i === 0} heading="h2" />
        ))}
      </Grid>
      {isMore ? (
        <More>
          {total === undefined || total < products.length ? null : (
            <>
              <span>{t.shown(number(products.length), number(total))}</span>
              <progress
                value={products.length}
                max={total}
                aria-label={t.shown(number(products.length), number(total))}
              />
            </>
          )}
          <ButtonLink
            kind="outlined"
            large
            preventScrollReset
            replace
            to={toOf({ ...listing, pages: listing.pages + 1 })}
            aria-busy={isFetchingNextPage}
            onClick={() => {
              goTo.current = products.length
            }}
          >
            {t.more}
          </ButtonLink>
        </More>
      ) : null}
    </>
  )
}
