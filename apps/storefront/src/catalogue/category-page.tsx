import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Suspense } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { pageLoader } from '../page-loader.ts'
import { useFormats, useShop } from '../shop.tsx'
import { Breadcrumbs, breadcrumbData } from '../ui/breadcrumbs.tsx'
import { Container } from '../ui/container.tsx'
import { Lead } from '../ui/lead.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { PageHeading } from '../ui/page-heading.tsx'
import { GridSkeleton } from '../ui/skeletons.tsx'
import { styled } from '../ui/styled.ts'
import { categoryPath } from './category-path.ts'
import { readListing } from './listing.ts'
import { ListingView } from './listing-view.tsx'
import { categoriesQuery, categoryQuery, loadListing } from './queries.ts'

export const loader = pageLoader(({ shop, params, url }) =>
  Promise.all([
    shop.queries.fetchQuery(categoryQuery(shop, params.slug!)),
    loadListing(shop, readListing(url.searchParams, params.slug)),
  ]),
)

const Children = styled('ul')(({ theme }) => ({
  display: 'flex',
  flexWrap: 'wrap',
  gap: 8,
  marginTop: 'clamp(16px, 1.8vw, 24px)',
  [theme.breakpoints.down('sm')]: {
    flexWrap: 'nowrap',
    overflowX: 'auto',
    marginInline: -18,
    padding: '4px 18px',
    scrollbarWidth: 'none',
  },
  '& a': {
    display: 'flex',
    alignItems: 'center',
    gap: 8,
    minHeight: 42,
    padding: '0 18px',
    borderRadius: 999,
    background: theme.vars.palette.background.sunken,
    color: 'inherit',
    textDecoration: 'none',
    fontSize: '0.9375rem',
    whiteSpace: 'nowrap',
    '&:hover': { background: theme.vars.palette.ink.faint },
    '&:focus-visible': { borderRadius: 999 },
    '& span': { color: theme.vars.palette.text.secondary, fontSize: '0.8125rem' },
  },
}))

function CategoryView({ slug }: { slug: string }) {
  const shop = useShop()
  const { number } = useFormats()
  const [search] = useSearchParams()
  const { data: category } = useSuspenseQuery(categoryQuery(shop, slug))
  const { data: categories = [] } = useQuery(categoriesQuery(shop))
  const above = categoryPath(categories, category.id).slice(0, -1)
  const steps = above.map(step => ({ name: step.name, to: `/categories/${step.slug}` }))
  const own = { name: category.name, to: `/categories/${category.slug}` }
  return (
    <>
      <PageHead
        title={category.name}
        description={category.description ?? undefined}
        canonical={own.to}
        data={breadcrumbData(shop.origin, [...steps, own])}
      />
      <Breadcrumbs steps={steps} current={category.name} />
      <PageHeading style={{ marginTop: 8 }}>{category.name}</PageHeading>
      {category.description ? <Lead>{category.description}</Lead> : null}
      {category.children.length > 0 ? (
        <Children>
          {category.children.map(child => (
            <li key={child.id}>
              <Link to={`/categories/${child.slug}`}>
                {child.name}
                <span>{number(child.product_count)}</span>
              </Link>
            </li>
          ))}
        </Children>
      ) : null}
      <ListingView listing={readListing(search, slug)} category={slug} />
    </>
  )
}

export function Component() {
  const { slug } = useParams()
  return (
    <Container>
      <Suspense key={slug} fallback={<GridSkeleton />}>
        <CategoryView slug={slug!} />
      </Suspense>
    </Container>
  )
}
