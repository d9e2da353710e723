import { useId } from 'react'
import { useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { Icon } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'
import type { Listing, Sort } from './listing.ts'
import { useListingAddress } from './use-listing.ts'

const Frame = styled('div')(({ theme }) => ({
  position: 'relative',
  display: 'flex',
  alignItems: 'center',
  gap: 10,
  fontSize: '0.9375rem',
  '& label': { color: theme.vars.palette.text.secondary, [theme.breakpoints.down('sm')]: { display: 'none' } },
  '& select': {
    appearance: 'none',
    height: 42,
    padding: '0 38px 0 16px',
    border: `1px solid ${theme.vars.palette.ink.line}`,
    borderRadius: 999,
    background: theme.vars.palette.background.paper,
    color: theme.vars.palette.text.primary,
    font: 'inherit',
    cursor: 'pointer',
    '&:hover': { borderColor: theme.vars.palette.text.primary },
    '&:focus-visible': { borderRadius: 999 },
  },
  '& svg': { position: 'absolute', right: 14, pointerEvents: 'none' },
}))

export function SortSelect({ listing, category }: { listing: Listing; category?: string }) {
  const t = useTexts(browseTexts)
  const { show } = useListingAddress(category)
  const id = useId()
  const usual: Sort | '' = listing.q ? '' : 'newest'
  const options: [Sort | '', string][] = [
    ...(listing.q ? [['', t.sortFit] as [Sort | '', string]] : []),
    ['newest', t.sortNewest],
    ['price', t.sortPrice],
    ['-price', t.sortPriceDown],
    ['name', t.sortName],
    ['rating', t.sortRating],
  ]
  return (
    <Frame>
      <label htmlFor={id}>{t.sort}</label>
      <select
        id={id}
        aria-label={t.sort}
        value={listing.sort ?? usual}
        onChange={event => {
          const sort = event.target.value as Sort | ''
          show({ ...listing, pages: 1, sort: sort === '' || sort === usual ? undefined : sort })
        }}
      >
        {options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <Icon name="down" size={16} />
    </Frame>
  )
}
