import type { Product } from '@shopfleet/contracts'
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Suspense, useEffect } from 'react'
import { useParams } from 'react-router'
import { categoryPath } from '../catalogue/category-path.ts'
import { categoriesQuery, productQuery } from '../catalogue/queries.ts'
import { useLiveProduct } from '../live.ts'
import { observe } from '../observe.ts'
import { pageLoader } from '../page-loader.ts'
import { ReviewsHost, reviewsId } from '../reviews/reviews-host.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { Breadcrumbs, breadcrumbData } from '../ui/breadcrumbs.tsx'
import { Container } from '../ui/container.tsx'
import { Heading } from '../ui/heading.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { PageHeading } from '../ui/page-heading.tsx'
import { Price } from '../ui/price.tsx'
import { Stars } from '../ui/stars.tsx'
import { styled } from '../ui/styled.ts'
import { AttributeTable } from './attribute-table.tsx'
import { Gallery } from './gallery.tsx'
import { productData } from './product-data.ts'
import { ProductFrame } from './product-frame.tsx'
import { ProductSkeleton } from './product-skeleton.tsx'
import { Purchase } from './purchase.tsx'
import { RecentlyViewed, useSeen } from './recently-viewed.tsx'
import { Related, relatedQuery } from './related.tsx'
import { StockLine } from './stock-line.tsx'
import { picturesWith } from './variant.ts'
import { useChosen, VariantChoice } from './variant-choice.tsx'

export const loader = pageLoader(async ({ shop, params }) => {
  const asked = await shop.queries.fetchQuery(productQuery(shop, params.slug!))
  const product = asked.parent_id ? await shop.queries.fetchQuery(productQuery(shop, asked.parent_id)) : asked
  // The page is worth showing without them.
  if (product.category) await shop.queries.prefetchQuery(relatedQuery(shop, product))
})

const Told = styled('div')(({ theme }) => ({
  '& .brand': { fontSize: '0.9375rem', color: theme.vars.palette.text.secondary, marginBottom: 8 },
  '& .price': {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '4px 18px',
    margin: '14px 0 4px',
    fontSize: '1.375rem',
    fontWeight: 550,
    letterSpacing: '-0.02em',
  },
  '& .rating': {
    color: 'inherit',
    textDecoration: 'none',
    letterSpacing: 0,
    '&:hover': { textDecoration: 'underline' },
  },
  '& .tax': { fontSize: '0.8125rem', color: theme.vars.palette.text.secondary },
  '& .buy': { display: 'grid', gap: 16, margin: 'clamp(22px, 2.4vw, 34px) 0' },
  '& .text': { color: theme.vars.palette.text.secondary, maxWidth: '60ch', fontSize: '1.0625rem', lineHeight: 1.65 },
  '& h2': { margin: 'clamp(26px, 3vw, 40px) 0 12px' },
}))

/** A product; of a variant the product it belongs to, with the variant chosen. */
function ProductView({ slug, variant }: { slug: string; variant?: string }) {
  const { data } = useSuspenseQuery(productQuery(useShop(), slug))
  if (data.parent_id) return <ProductView slug={data.parent_id} variant={data.id} />
  return <Shown slug={slug} product={data} variant={variant} />
}

function Shown({ slug, product, variant }: { slug: string; product: Product; variant: string | undefined }) {
  const shop = useShop()
  const t = useTexts(browseTexts)
  const queries = useQueryClient()
  const { data: categories = [] } = useQuery(categoriesQuery(shop))
  // The stock and the price it has now, whoever buys meanwhile.
  const [chosen, choose] = useChosen(product, variant)
  const bought = useLiveProduct(chosen, () => void queries.invalidateQueries({ queryKey: ['product', slug] }))
  useSeen(product.slug)
  useEffect(() => observe({ what: 'viewed', product_id: product.id }), [product.id])
  const steps = product.category
    ? categoryPath(categories, product.category.id).map(step => ({ name: step.name, to: `/categories/${step.slug}` }))
    : []
  const own = { name: product.name, to: `/products/${product.slug}` }
  const { brand } = product.attributes
  return (
    <>
      <PageHead
        title={product.name}
        description={product.description.slice(0, 300)}
        canonical={own.to}
        image={product.image_url}
        data={[productData(product, shop.origin), breadcrumbData(shop.origin, [...steps, own])]}
      />
      <Breadcrumbs steps={steps} current={product.name} />
      <ProductFrame>
        <Gallery images={picturesWith(product, bought.image_url)} name={product.name} chosen={bought.image_url} />
        <Told className="told">
          {typeof brand === 'string' ? <p className="brand">{brand}</p> : null}
          <PageHeading>{product.name}</PageHeading>
          <p className="price">
            <Price amount={bought.price} currency={bought.currency} />
            {product.rating_count > 0 ? (
              <a className="rating" href={`#${reviewsId}`}>
                <Stars average={product.rating_average} count={product.rating_count} />
              </a>
            ) : null}
          </p>
          <p className="tax">{t.taxNote}</p>
          <div className="buy">
            {product.variants.length > 0 ? <VariantChoice product={product} chosen={bought} onChoose={choose} /> : null}
            <StockLine quantity={bought.stock_quantity} />
            <Purchase product={bought} />
          </div>
          <p className="text">{product.description}</p>
          <Heading level="h2" look="h3">
            {t.details}
          </Heading>
          <AttributeTable product={{ ...product, sku: bought.sku }} />
        </Told>
      </ProductFrame>
      <ReviewsHost product={product} />
      <Related product={product} />
      <RecentlyViewed except={product.slug} />
    </>
  )
}

export function Component() {
  const { slug } = useParams()
  return (
    <Container>
      <Suspense key={slug} fallback={<ProductSkeleton />}>
        <ProductView key={slug} slug={slug!} />
      </Suspense>
    </Container>
  )
}
