import type { Product } from '@shopfleet/contracts'
import { Link } from 'react-router'
import { useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { Heart } from '../wishlist/heart.tsx'
import { PictureFrame } from './picture-frame.tsx'
import { Price } from './price.tsx'
import { Stars } from './stars.tsx'
import { styled } from './styled.ts'

const Card = styled('li')(({ theme }) => ({
  position: 'relative',
  display: 'flex',
  flexDirection: 'column',
  '& .frame img': { transition: 'transform .6s cubic-bezier(.2,.7,.2,1)' },
  '@media (hover: hover)': { '&:hover .frame img': { transform: 'scale(1.035)' } },
  '& a': {
    color: 'inherit',
    textDecoration: 'none',
    fontWeight: 550,
    letterSpacing: '-0.01em',
    lineHeight: 1.35,
    // The whole card is the link, with one name.
    '&::after': { content: '""', position: 'absolute', inset: 0, borderRadius: 14 },
    '&:focus-visible': { outline: 'none' },
    '&:focus-visible::after': {
      outline: `2px solid ${theme.vars.palette.secondary.main}`,
      outlineOffset: 4,
    },
  },
  '& .brand': { fontSize: '0.8125rem', color: theme.vars.palette.text.secondary, marginTop: 14 },
  '& .price': { marginTop: 4, display: 'flex', alignItems: 'center', gap: 12, flexWrap: 'wrap' },
  '& .note': {
    position: 'absolute',
    top: 10,
    left: 10,
    zIndex: 1,
    fontSize: '0.75rem',
    fontWeight: 600,
    lineHeight: 1,
    padding: '7px 10px',
    borderRadius: 999,
    background: theme.vars.palette.background.paper,
    color: theme.vars.palette.text.primary,
  },
}))

/** A product in a list. The heading level fits the list it is in. */
export function ProductCard({
  product,
  eager,
  priority,
  heading: Heading = 'h3',
}: {
  product: Product
  eager?: boolean
  priority?: boolean
  heading?: 'h2' | 'h3'
}) {
  const t = useTexts(shopTexts)
  const { brand } = product.attributes
  const isGone = product.stock_quantity < 1
  return (
    <Card>
      <PictureFrame className="frame" src={product.image_url} alt="" eager={eager} priority={priority} />
      {isGone ? <span className="note">{t.soldOut}</span> : null}
      {typeof brand === 'string' ? (
        <span className="brand">{brand}</span>
      ) : (
        <span className="brand">{product.category?.name ?? '\u00a0'}</span>
      )}
      <Heading style={{ font: 'inherit' }}>
        <Link to={`/products/${product.slug}`}>{product.name}</Link>
      </Heading>
      <span className="price">
        <span>
          {product.variant_count > 0 ? `${t.from} ` : null}
          <Price amount={product.price} currency={product.currency} />
        </span>
        <Stars average={product.rating_average} count={product.rating_count} size={13} />
      </span>
      {product.variant_count > 0 ? null : <Heart product={product} look="card" />}
    </Card>
  )
}
