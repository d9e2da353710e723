import type { Category } from '@shopfleet/contracts'
import { useEffect, useState } from 'react'
import { Link, NavLink, useLocation } from 'react-router'
import { useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { Container } from '../ui/container.tsx'
import { styled } from '../ui/styled.ts'

const Bar = styled('nav')(({ theme }) => ({
  display: 'none',
  position: 'relative',
  zIndex: theme.zIndex.appBar - 1,
  borderBottom: `1px solid ${theme.vars.palette.divider}`,
  [theme.breakpoints.up('lg')]: { display: 'block' },
  '& .row': { display: 'flex', marginInline: -12 },
  '& .row > li': { position: 'relative' },
  '& .row > li > a': {
    display: 'block',
    padding: '7px 12px 13px',
    fontSize: '0.9375rem',
    color: theme.vars.palette.text.secondary,
    textDecoration: 'none',
    whiteSpace: 'nowrap',
    '&:hover, &.active': { color: theme.vars.palette.text.primary },
    '&.active': { boxShadow: `inset 0 -2px ${theme.vars.palette.text.primary}` },
    '&:focus-visible': { outlineOffset: -3 },
  },
  '& .row > li:nth-last-of-type(-n + 3) .panel': { left: 'auto', right: 0 },
  '& .panel': {
    position: 'absolute',
    top: '100%',
    left: 0,
    minWidth: 230,
    padding: 10,
    background: theme.vars.palette.background.paper,
    border: `1px solid ${theme.vars.palette.divider}`,
    borderRadius: '0 0 16px 16px',
    boxShadow: '0 24px 60px -24px rgb(0 0 0 / .3)',
    visibility: 'hidden',
    opacity: 0,
    transform: 'translateY(-4px)',
    transition: 'opacity .16s, transform .16s, visibility .16s',
  },
  // The pointer may cross on its way to somewhere else: the panel waits a moment for it to stay.
  '@media (hover: hover)': {
    '& li[data-closed=false]:hover > .panel': {
      visibility: 'visible',
      opacity: 1,
      transform: 'none',
      transitionDelay: '.12s',
    },
  },
  '& .panel a': {
    display: 'block',
    padding: '9px 12px',
    borderRadius: 10,
    fontSize: '0.9375rem',
    color: 'inherit',
    textDecoration: 'none',
    '&:hover': { background: theme.vars.palette.ink.faint },
  },
}))

/**
 * The first level of categories on a wide screen; what is below it opens under the pointer. By keyboard one goes to the
 * category, whose page begins with the same links, instead of passing fifty of them on every page.
 */
export function CategoryBar({ categories }: { categories: Category[] }) {
  const t = useTexts(shopTexts)
  const { key } = useLocation()
  const [closed, setClosed] = useState<string>()

  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent) => key === 'Escape' && setClosed('all')
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has gone somewhere wants to see it.
  useEffect(() => setClosed('all'), [key])

  return (
    <Bar aria-label={t.categories}>
      <Container>
        <ul className="row">
          {categories.map(({ id, name, slug, children }) => (
            <li key={id} data-closed={closed === 'all' || closed === id} onMouseEnter={() => setClosed(undefined)}>
              <NavLink to={`/categories/${slug}`}>{name}</NavLink>
              {children.length > 0 ? (
                <div className="panel">
                  {children.map(child => (
                    <Link key={child.id} to={`/categories/${child.slug}`} tabIndex={-1}>
                      {child.name}
                    </Link>
                  ))}
                </div>
              ) : null}
            </li>
          ))}
        </ul>
      </Container>
    </Bar>
  )
}
