import type { Category } from '@shopfleet/contracts'
import { useEffect, useRef } from 'react'
import { Link, useLocation } from 'react-router'
import { useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { Icon } from '../ui/icon.tsx'
import { SideSheet } from '../ui/side-sheet.tsx'
import { styled } from '../ui/styled.ts'

const Panel = styled('div')(({ theme }) => ({
  '& details': { borderBottom: `1px solid ${theme.vars.palette.divider}` },
  '& summary': {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    minHeight: 54,
    fontSize: '1.0625rem',
    fontWeight: 550,
    letterSpacing: '-0.01em',
    cursor: 'pointer',
    listStyle: 'none',
    '&::-webkit-details-marker': { display: 'none' },
    '& svg': { transition: 'transform .2s', color: theme.vars.palette.text.secondary },
  },
  '& details[open] > summary svg': { transform: 'rotate(180deg)' },
  '& ul': { paddingBottom: 12 },
  '& li a': {
    display: 'block',
    padding: '10px 0 10px 2px',
    color: theme.vars.palette.text.secondary,
    textDecoration: 'none',
  },
}))

export interface MenuDrawerProps {
  categories: Category[]
  open: boolean
  onClose: () => void
}

/** All categories, where there is no room for them in the header. */
export function MenuDrawer({ categories, open, onClose }: MenuDrawerProps) {
  const t = useTexts(shopTexts)
  const { key } = useLocation()
  const shownAt = useRef(key)
  useEffect(() => {
    // Whoever has gone somewhere is done with the menu.
    if (shownAt.current !== key) onClose()
    shownAt.current = key
  }, [key, onClose])
  return (
    <SideSheet side="left" title={t.categories} closeLabel={t.closeMenu} {...{ open, onClose }}>
      <Panel>
        <nav aria-label={t.categories}>
          {categories.map(category => (
            <details key={category.id} name="categories">
              <summary>
                {category.name}
                <Icon name="down" size={18} />
              </summary>
              <ul>
                <li>
                  <Link to={`/categories/${category.slug}`}>{t.all(category.name)}</Link>
                </li>
                {category.children.map(child => (
                  <li key={child.id}>
                    <Link to={`/categories/${child.slug}`}>{child.name}</Link>
                  </li>
                ))}
              </ul>
            </details>
          ))}
        </nav>
      </Panel>
    </SideSheet>
  )
}
