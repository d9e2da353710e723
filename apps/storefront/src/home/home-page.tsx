import { useSuspenseQuery } from '@tanstack/react-query'
import { Suspense } from 'react'
import { pageLoader } from '../page-loader.ts'
import { RecentlyViewed } from '../product/recently-viewed.tsx'
import { useShopName } from '../profile.ts'
import { useShop, useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { Container } from '../ui/container.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { ProductCard } from '../ui/product-card.tsx'
import { ProductGrid } from '../ui/product-grid.tsx'
import { ProductShelf } from '../ui/product-shelf.tsx'
import { Section } from '../ui/section.tsx'
import { GridSkeleton } from '../ui/skeletons.tsx'
import { styled } from '../ui/styled.ts'
import { CategoryTiles } from './category-tiles.tsx'
import { featuredQuery, newestQuery } from './featured.ts'
import { Hero } from './hero.tsx'
import { Promises } from './promises.tsx'

export const loader = pageLoader(({ shop }) =>
  Promise.all([shop.queries.ensureQueryData(newestQuery(shop)), shop.queries.ensureQueryData(featuredQuery(shop))]),
)

/** Whole rows where three stand side by side. */
const Newest = styled(ProductGrid)(({ theme }) => ({
  [theme.breakpoints.between('sm', 'lg')]: { '& > li:nth-of-type(n + 7)': { display: 'none' } },
}))

function Home() {
  const shop = useShop()
  const t = useTexts(browseTexts)
  const { data: featured } = useSuspenseQuery(featuredQuery(shop))
  const { data: products } = useSuspenseQuery(newestQuery(shop))
  return (
    <>
      <Hero products={featured.hero} />
      <Promises />
      <Section title={t.newIn} more={{ to: '/products', label: t.seeAll }}>
        <Newest>
          {products.map(product => (
            <ProductCard key={product.id} product={product} />
          ))}
        </Newest>
      </Section>
      <div id="categories">
        <Section title={t.byCategory}>
          <CategoryTiles tiles={featured.tiles} />
        </Section>
      </div>
      <Section title={t.featured}>
        <ProductShelf>
          {featured.products.map(product => (
            <ProductCard key={product.id} product={product} />
          ))}
        </ProductShelf>
      </Section>
      <RecentlyViewed />
    </>
  )
}

export function Component() {
  const t = useTexts(browseTexts)
  const { origin } = useShop()
  const name = useShopName()
  return (
    <Container>
      <PageHead
        title={t.homeTitle(name)}
        isWholeTitle
        description={t.homeDescription}
        canonical="/"
        data={{
          '@context': 'https://schema.org',
          '@type': 'WebSite',
          name,
          url: `${origin}/`,
          potentialAction: {
            '@type': 'SearchAction',
            target: `${origin}/search?q={search_term_string}`,
            'query-input': 'required name=search_term_string',
          },
        }}
      />
      <Suspense fallback={<GridSkeleton />}>
        <Home />
      </Suspense>
    </Container>
  )
}
