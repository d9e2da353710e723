import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'
import { ActiveFilters } from './active-filters.tsx'
import { activeFilters } from './filter-choices.ts'
import { FilterPanel } from './filter-panel.tsx'
import type { Listing } from './listing.ts'
import { ProductList } from './product-list.tsx'
import { facetsQuery } from './queries.ts'
import { SortSelect } from './sort-select.tsx'

const FilterDrawer = lazy(async () => ({ default: (await import('./filter-drawer.tsx')).FilterDrawer }))

const Frame = styled('div')(({ theme }) => ({
  marginTop: 'clamp(20px, 2.6vw, 36px)',
  [theme.breakpoints.up('md')]: {
    display: 'grid',
    gridTemplateColumns: '250px minmax(0, 1fr)',
    gap: 'clamp(32px, 4vw, 64px)',
  },
  '& > aside': { display: 'none', [theme.breakpoints.up('md')]: { display: 'block' } },
  '& .bar': {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: 12,
    minHeight: 44,
    marginBottom: 22,
  },
  '& .bar .count': { color: theme.vars.palette.text.secondary, fontSize: '0.9375rem' },
  '& .open': { [theme.breakpoints.up('md')]: { display: 'none' } },
  [theme.breakpoints.down('md')]: { '& .bar .count': { display: 'none' } },
  '&[data-empty=true]': { display: 'block', '& > aside, & .bar': { display: 'none' } },
}))

export const mostCounted = 2000

export interface ListingViewProps {
  listing: Listing
  /** The category the page stands for. */
  category?: string
}

/** A list with everything to narrow and sort it by. All of its state is in the address. */
export function ListingView({ listing, category }: ListingViewProps) {
  const shop = useShop()
  const t = useTexts(browseTexts)
  const { number } = useFormats()
  const { data: facets } = useQuery(facetsQuery(shop, listing))
  const [drawer, setDrawer] = useState({ open: false, wanted: false })
  const total = facets?.total
  const count =
    total === undefined
      ? ''
      : t.products(total >= mostCounted ? t.atLeast(number(mostCounted)) : number(total), total === 1)

  const isEmpty = total === 0 && activeFilters(listing, category).length === 0
  return (
    <Frame data-empty={isEmpty}>
      <aside aria-label={t.filters}>{facets ? <FilterPanel {...{ listing, facets, category }} /> : null}</aside>
      <div>
        <div className="bar">
          <p className="count" role="status">
            {count}
          </p>
          <Button
            type="button"
            kind="outlined"
            className="open"
            aria-haspopup="dialog"
            onClick={() => setDrawer({ open: true, wanted: true })}
          >
            <Icon name="filter" size={18} />
            {t.filtersWith(activeFilters(listing, category).length)}
          </Button>
          <SortSelect {...{ listing, category }} />
        </div>
        {facets ? <ActiveFilters {...{ listing, category, currency: facets.currency }} /> : null}
        <ProductList {...{ listing, category, total }} />
      </div>
      {drawer.wanted && facets ? (
        <Suspense>
          <FilterDrawer
            {...{ listing, facets, category }}
            open={drawer.open}
            onClose={() => setDrawer({ open: false, wanted: true })}
          />
        </Suspense>
      ) : null}
    </Frame>
  )
}
