import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { NavLink, useLocation } from 'react-router'
import { useCart } from '../cart.tsx'
import { categoriesQuery } from '../catalogue/queries.ts'
import { useSession } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { Container } from '../ui/container.tsx'
import { Icon } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'
import { CategoryBar } from './category-bar.tsx'
import { Logo } from './logo.tsx'
import { SearchBox } from './search-box.tsx'

const MenuDrawer = lazy(async () => ({ default: (await import('./menu-drawer.tsx')).MenuDrawer }))

const Bar = styled('header')(({ theme }) => ({
  position: 'sticky',
  top: 0,
  zIndex: theme.zIndex.appBar,
  background: `color-mix(in srgb, ${theme.vars.palette.background.default} 92%, transparent)`,
  backdropFilter: 'blur(14px) saturate(1.4)',
  boxShadow: `0 1px ${theme.vars.palette.divider}`,
  // Where the categories follow, the line belongs beneath them, until they have been scrolled away.
  [theme.breakpoints.up('lg')]: {
    '@supports (animation-timeline: scroll())': {
      animation: 'line linear both',
      animationTimeline: 'scroll()',
      animationRange: '36px 52px',
      '@keyframes line': { from: { boxShadow: 'none' } },
    },
  },
}))

const Row = styled(Container)(({ theme }) => ({
  display: 'grid',
  alignItems: 'center',
  gridTemplateColumns: 'auto minmax(0, auto) 1fr auto',
  gridTemplateAreas: '"menu logo . actions" "search search search search"',
  gap: '0 6px',
  paddingBlock: '8px 10px',
  [theme.breakpoints.up('md')]: {
    gridTemplateColumns: 'auto auto minmax(200px, 560px) 1fr auto',
    gridTemplateAreas: '"menu logo search . actions"',
    gap: '0 14px',
    paddingBlock: 14,
  },
  [theme.breakpoints.up('lg')]: {
    gridTemplateColumns: 'auto minmax(200px, 560px) 1fr auto',
    gridTemplateAreas: '"logo search . actions"',
    gap: '0 40px',
    paddingBlock: '16px 10px',
  },
}))

const Action = styled('span')(({ theme }) => ({
  display: 'inline-flex',
  '&.menu': { gridArea: 'menu', marginLeft: -10, [theme.breakpoints.up('lg')]: { display: 'none' } },
  '& > a, & > button': {
    position: 'relative',
    display: 'inline-flex',
    alignItems: 'center',
    justifyContent: 'center',
    gap: 8,
    minWidth: 44,
    height: 44,
    border: 0,
    borderRadius: 999,
    background: 'none',
    color: 'inherit',
    font: 'inherit',
    fontSize: '0.9375rem',
    fontWeight: 500,
    textDecoration: 'none',
    cursor: 'pointer',
    paddingInline: 10,
    '&:hover': { background: theme.vars.palette.ink.faint },
  },
  // The number stands on the bag, and not on the word beside it.
  '&.cart > a': { [theme.breakpoints.up('lg')]: { gap: 22 } },
  '& .word': { display: 'none', [theme.breakpoints.up('lg')]: { display: 'inline' } },
  '& .count::after': { content: 'attr(data-count)' },
  '& .count': {
    position: 'absolute',
    top: 3,
    left: 26,
    minWidth: 19,
    height: 19,
    padding: '0 5px',
    borderRadius: 999,
    background: theme.vars.palette.secondary.main,
    color: theme.vars.palette.secondary.contrastText,
    fontSize: 11.5,
    fontWeight: 700,
    lineHeight: '19px',
    textAlign: 'center',
    fontVariantNumeric: 'tabular-nums',
  },
}))

/** Logo, search, account and cart, with the categories beneath. */
export function Header() {
  const t = useTexts(shopTexts)
  const shop = useShop()
  const { pathname, search } = useLocation()
  const { data: categories = [] } = useQuery(categoriesQuery(shop))
  const { isSignedIn } = useSession()
  const { cart } = useCart()
  const [menu, setMenu] = useState<{ open: boolean; wanted: boolean }>({ open: false, wanted: false })
  const count = cart?.item_count ?? 0

  return (
    <>
      <Bar>
        <Row>
          <Action className="menu">
            <button
              type="button"
              aria-label={t.menu}
              aria-expanded={menu.open}
              onClick={() => setMenu({ open: true, wanted: true })}
            >
              <Icon name="menu" />
            </button>
          </Action>
          <Logo />
          <SearchBox />
          <div style={{ gridArea: 'actions', display: 'flex', justifyContent: 'flex-end', marginRight: -10 }}>
            <Action>
              <NavLink
                aria-label={isSignedIn ? t.account : t.signIn}
                to={isSignedIn ? '/account' : '/sign-in'}
                state={isSignedIn ? undefined : { from: pathname + search }}
              >
                <Icon name="person" />
                <span className="word">{isSignedIn ? t.account : t.signIn}</span>
              </NavLink>
            </Action>
            <Action className="cart">
              <NavLink to="/cart" aria-label={count > 0 ? t.cartWith(count) : t.cart}>
                <Icon name="bag" />
                {/* A picture of the number: in words it is in the name of the link. */}
                {count > 0 ? <span className="count" data-count={count > 99 ? '99+' : count} /> : null}
                <span className="word">{t.cart}</span>
              </NavLink>
            </Action>
          </div>
        </Row>
        {menu.wanted ? (
          <Suspense>
            <MenuDrawer
              categories={categories}
              open={menu.open}
              onClose={() => setMenu({ open: false, wanted: true })}
            />
          </Suspense>
        ) : null}
      </Bar>
      <CategoryBar categories={categories} />
    </>
  )
}
