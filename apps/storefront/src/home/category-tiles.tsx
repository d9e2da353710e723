import { Link } from 'react-router'
import { useFormats, useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { PictureFrame } from '../ui/picture-frame.tsx'
import { styled } from '../ui/styled.ts'
import type { Featured } from './featured.ts'

const Tiles = styled('ul')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
  gap: 'clamp(10px, 1.4vw, 20px)',
  [theme.breakpoints.up('sm')]: { gridTemplateColumns: 'repeat(3, minmax(0, 1fr))' },
  [theme.breakpoints.up('md')]: { gridTemplateColumns: 'repeat(4, minmax(0, 1fr))' },
  '& a': {
    position: 'relative',
    display: 'flex',
    alignItems: 'center',
    gap: 14,
    padding: 10,
    borderRadius: 18,
    background: theme.vars.palette.background.sunken,
    color: 'inherit',
    textDecoration: 'none',
    transition: 'background .2s',
    '&:hover': { background: theme.vars.palette.ink.faint },
    [theme.breakpoints.down('sm')]: { flexDirection: 'column', alignItems: 'stretch', gap: 10, paddingBottom: 14 },
    '&:focus-visible': { borderRadius: 18 },
  },
  '& .frame': {
    flex: 'none',
    width: 'clamp(72px, 7vw, 96px)',
    [theme.breakpoints.down('sm')]: { width: '100%' },
  },
  '& .name': { display: 'block', fontWeight: 580, letterSpacing: '-0.01em', lineHeight: 1.25 },
  '& .count': { fontSize: '0.8125rem', color: theme.vars.palette.text.secondary },
}))

export function CategoryTiles({ tiles }: { tiles: Featured['tiles'] }) {
  const t = useTexts(browseTexts)
  const { number } = useFormats()
  return (
    <Tiles>
      {tiles.map(({ category, picture }) => (
        <li key={category.id}>
          <Link to={`/categories/${category.slug}`}>
            <PictureFrame className="frame" src={picture} alt="" radius={12} />
            <span>
              <span className="name">{category.name}</span>
              <span className="count">{t.products(number(category.product_count), category.product_count === 1)}</span>
            </span>
          </Link>
        </li>
      ))}
    </Tiles>
  )
}
