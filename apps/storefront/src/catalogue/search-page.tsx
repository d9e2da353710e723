import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link, useSearchParams } from 'react-router'
import { observe } from '../observe.ts'
import { pageLoader } from '../page-loader.ts'
import { useShop, useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { Container } from '../ui/container.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Lead } from '../ui/lead.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { PageHeading } from '../ui/page-heading.tsx'
import { type Listing, readListing, writeListing } from './listing.ts'
import { ListingView } from './listing-view.tsx'
import { facetsQuery, listingQueryOptions, loadListing } from './queries.ts'

export const loader = pageLoader(async ({ shop, url }) => {
  const listing = readListing(url.searchParams)
  if (listing.q) await loadListing(shop, listing)
})

/** Tells how much was found for the words; what it is narrowed to afterwards is no other search. */
function useObserved(listing: Listing): void {
  const { q } = listing
  const plain = readListing(new URLSearchParams({ q: q ?? '' }))
  const isPlain = q !== undefined && writeListing({ ...listing, pages: 1, sort: undefined }) === writeListing(plain)
  const { data, isPlaceholderData } = useQuery({ ...facetsQuery(useShop(), plain), enabled: isPlain })
  const results = isPlain && !isPlaceholderData ? data?.total : undefined
  useEffect(() => {
    if (q !== undefined && results !== undefined) observe({ what: 'searched', term: q, results })
  }, [q, results])
}

function Suggestion({ listing }: { listing: Listing }) {
  const shop = useShop()
  const t = useTexts(browseTexts)
  const { data } = useInfiniteQuery(listingQueryOptions(shop, listing))
  const suggestion = data?.pages[0]?.suggestion
  if (!suggestion) return null
  return (
    <Lead>
      {t.didYouMean}{' '}
      <Link
        to={`/search${writeListing({ ...listing, q: suggestion, pages: 1 })}`}
        style={{ color: 'inherit', fontWeight: 600, textUnderlineOffset: 3 }}
      >
        {suggestion}
      </Link>
      ?
    </Lead>
  )
}

export function Component() {
  const t = useTexts(browseTexts)
  const [search] = useSearchParams()
  const listing = readListing(search)
  useObserved(listing)
  const title = listing.q ? t.searchFor(listing.q) : t.searchTitle
  return (
    <Container style={{ paddingTop: 'clamp(20px, 3vw, 44px)' }}>
      <PageHead title={title} />
      <PageHeading>{title}</PageHeading>
      {listing.q ? (
        <>
          <Suggestion listing={listing} />
          <ListingView listing={listing} />
        </>
      ) : (
        <EmptyState icon="search" title={t.searchTitle}>
          {t.searchHint}
        </EmptyState>
      )}
    </Container>
  )
}
