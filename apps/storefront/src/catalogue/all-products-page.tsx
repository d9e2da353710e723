import { useSearchParams } from 'react-router'
import { pageLoader } from '../page-loader.ts'
import { useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { shopTexts } from '../texts/shop.ts'
import { Breadcrumbs } from '../ui/breadcrumbs.tsx'
import { Container } from '../ui/container.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { PageHeading } from '../ui/page-heading.tsx'
import { readListing } from './listing.ts'
import { ListingView } from './listing-view.tsx'
import { loadListing } from './queries.ts'

const listingOf = (search: URLSearchParams) => ({ ...readListing(search), q: undefined })

export const loader = pageLoader(({ shop, url }) => loadListing(shop, listingOf(url.searchParams)))

export function Component() {
  const t = useTexts(shopTexts)
  const browse = useTexts(browseTexts)
  const [search] = useSearchParams()
  return (
    <Container>
      <PageHead title={t.allProducts} description={browse.homeDescription} canonical="/products" />
      <Breadcrumbs steps={[]} current={t.allProducts} />
      <PageHeading style={{ marginTop: 8 }}>{t.allProducts}</PageHeading>
      <ListingView listing={listingOf(search)} />
    </Container>
  )
}
