import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { attributeName } from '../texts/attributes.ts'
import { browseTexts } from '../texts/browse.ts'
import { Icon } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'
import { categoryPath } from './category-path.ts'
import { type ActiveFilter, activeFilters, withoutFilters } from './filter-choices.ts'
import type { Listing } from './listing.ts'
import { categoriesQuery } from './queries.ts'
import { useListingAddress } from './use-listing.ts'

const List = styled('ul')(({ theme }) => ({
  display: 'flex',
  flexWrap: 'wrap',
  gap: 8,
  marginBottom: 22,
  '& a': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: 8,
    minHeight: 38,
    padding: '0 12px 0 15px',
    borderRadius: 999,
    background: theme.vars.palette.background.sunken,
    border: `1px solid ${theme.vars.palette.divider}`,
    color: 'inherit',
    fontSize: '0.875rem',
    textDecoration: 'none',
    '&:hover': { borderColor: theme.vars.palette.text.primary },
    '&:focus-visible': { borderRadius: 999 },
  },
  '& a.clear': {
    background: 'none',
    border: 0,
    padding: '0 10px',
    textDecoration: 'underline',
    textUnderlineOffset: 3,
  },
}))

export interface ActiveFiltersProps {
  listing: Listing
  category?: string
  /** Of the price limits. */
  currency: string
}

/** What is chosen, each to be taken away by itself. */
export function ActiveFilters({ listing, category, currency }: ActiveFiltersProps) {
  const t = useTexts(browseTexts)
  const shop = useShop()
  const { roundMoney } = useFormats()
  const { toOf } = useListingAddress(category)
  const { data: categories = [] } = useQuery(categoriesQuery(shop))
  const active = activeFilters(listing, category)
  if (active.length === 0) return null

  function nameOf({ kind, name, value }: ActiveFilter): string {
    const { min_price, max_price } = listing
    const money = (amount: number) => roundMoney(amount, currency)
    if (kind === 'stock') return t.inStockOnly
    if (kind === 'category') return categoryPath(categories, value!).at(-1)?.name ?? value!
    if (kind === 'price') {
      if (min_price === undefined) return t.priceBelow(money(max_price!))
      return max_price === undefined
        ? t.priceAbove(money(min_price))
        : t.priceBetween(money(min_price), money(max_price))
    }
    const { label, unit } = attributeName(name!, shop.language)
    return value === 'true' ? label : `${label}: ${value}${unit}`
  }

  return (
    <List aria-label={t.active}>
      {active.map(filter => {
        const name = nameOf(filter)
        return (
          <li key={name}>
            <Link to={toOf(filter.without)} preventScrollReset aria-label={t.remove(name)}>
              {name}
              <Icon name="close" size={14} />
            </Link>
          </li>
        )
      })}
      <li>
        <Link className="clear" to={toOf(withoutFilters(listing, category))} preventScrollReset>
          {t.clearAll}
        </Link>
      </li>
    </List>
  )
}
