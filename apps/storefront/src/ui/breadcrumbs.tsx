import { Link } from 'react-router'
import { useShopName } from '../profile.ts'
import { useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { styled } from './styled.ts'

export interface Crumb {
  name: string
  to: string
}

const List = styled('ol')(({ theme }) => ({
  display: 'flex',
  flexWrap: 'wrap',
  gap: '2px 8px',
  paddingTop: 'clamp(14px, 1.6vw, 24px)',
  fontSize: '0.875rem',
  color: theme.vars.palette.text.secondary,
  '& li': { display: 'flex', gap: 8 },
  // The heading says it again right below.
  [theme.breakpoints.down('sm')]: { '& li[aria-current]': { display: 'none' } },
  '& li + li::before': { content: '"/"', color: theme.vars.palette.ink.line },
  '& a, & span': { paddingBlock: 3 },
  '& a': { color: 'inherit', textDecoration: 'none', '&:hover': { textDecoration: 'underline' } },
}))

/** Where the page is in the shop. The last step is the page itself. */
export function Breadcrumbs({ steps, current }: { steps: Crumb[]; current: string }) {
  const t = useTexts(browseTexts)
  const shopName = useShopName()
  return (
    <nav aria-label={t.breadcrumbs}>
      <List>
        {[{ name: shopName, to: '/' }, ...steps].map(({ name, to }) => (
          <li key={to}>
            <Link to={to}>{name}</Link>
          </li>
        ))}
        <li aria-current="page">
          <span>{current}</span>
        </li>
      </List>
    </nav>
  )
}

/** The same for search engines. */
export function breadcrumbData(origin: string, steps: Crumb[]) {
  return {
    '@context': 'https://schema.org',
    '@type': 'BreadcrumbList',
    itemListElement: steps.map(({ name, to }, i) => ({
      '@type': 'ListItem',
      position: i + 1,
      name,
      item: origin + to,
    })),
  }
}
