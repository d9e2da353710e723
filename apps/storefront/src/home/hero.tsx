import type { Product } from '@shopfleet/contracts'
import { Link } from 'react-router'
import { useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Lead } from '../ui/lead.tsx'
import { PageHeading } from '../ui/page-heading.tsx'
import { PictureFrame } from '../ui/picture-frame.tsx'
import { Price } from '../ui/price.tsx'
import { styled } from '../ui/styled.ts'

const Frame = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 'clamp(28px, 4vw, 64px)',
  alignItems: 'center',
  paddingBlock: 'clamp(24px, 4vw, 56px) 0',
  [theme.breakpoints.up('md')]: { gridTemplateColumns: 'minmax(0, 5fr) minmax(0, 6fr)' },
  '& .lead': { maxWidth: '38ch', marginTop: 'clamp(16px, 1.8vw, 26px)' },
  '& .actions': { display: 'flex', flexWrap: 'wrap', gap: 12, marginTop: 'clamp(24px, 2.6vw, 38px)' },
}))

const Pictures = styled('ul')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '2fr 1fr',
  gridTemplateRows: '1fr 1fr',
  gap: 'clamp(10px, 1.2vw, 18px)',
  aspectRatio: '3 / 2.02',
  '& > li:first-of-type': { gridRow: '1 / span 2' },
  '& > li': { position: 'relative', minWidth: 0, minHeight: 0 },
  '& .frame': { position: 'absolute', inset: 0, aspectRatio: 'auto !important' },
  '& .frame img': { transition: 'transform .8s cubic-bezier(.2,.7,.2,1)' },
  '@media (hover: hover)': { '& a:hover .frame img': { transform: 'scale(1.03)' } },
  '& a': { position: 'absolute', inset: 0, borderRadius: 20, color: '#17181b', textDecoration: 'none' },
  '& a:focus-visible': { borderRadius: 20 },
  // On the pictures, which are light in both themes.
  '& .name': {
    position: 'absolute',
    left: 14,
    bottom: 14,
    maxWidth: 'calc(100% - 28px)',
    display: 'flex',
    gap: 10,
    padding: '9px 14px',
    borderRadius: 999,
    background: 'rgb(255 255 255 / .9)',
    fontSize: '0.8125rem',
    fontWeight: 550,
    lineHeight: 1.3,
    '& > span:first-of-type': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
    '& > span:last-of-type': { color: '#55575e' },
    [theme.breakpoints.down('sm')]: { display: 'none' },
  },
}))

/** The first thing a visitor sees: what the shop is about, and things one can buy. */
export function Hero({ products }: { products: Product[] }) {
  const t = useTexts(browseTexts)
  return (
    <Frame>
      <div>
        <PageHeading look="display" style={{ textWrap: 'balance' }}>
          {t.heroTitle}
        </PageHeading>
        <Lead className="lead">{t.heroText}</Lead>
        <div className="actions">
          <ButtonLink large to="/products">
            {t.heroShop}
          </ButtonLink>
          <ButtonLink large kind="outlined" to="#categories">
            {t.byCategory}
          </ButtonLink>
        </div>
      </div>
      <Pictures>
        {products.map((product, i) => (
          <li key={product.id}>
            <Link to={`/products/${product.slug}`}>
              <PictureFrame
                className="frame"
                src={product.image_url}
                alt={product.name}
                eager
                radius={20}
                priority={i === 0}
              />
              {i === 0 ? (
                <span className="name" aria-hidden="true">
                  <span>{product.name}</span>
                  <span>
                    <Price amount={product.price} currency={product.currency} />
                  </span>
                </span>
              ) : null}
            </Link>
          </li>
        ))}
      </Pictures>
    </Frame>
  )
}
