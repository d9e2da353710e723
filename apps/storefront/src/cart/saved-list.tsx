import { Link } from 'react-router'
import { useTexts } from '../shop.tsx'
import { cartTexts } from '../texts/cart.ts'
import { Button } from '../ui/button.tsx'
import { Heading } from '../ui/heading.tsx'
import { Icon } from '../ui/icon.tsx'
import { PictureFrame } from '../ui/picture-frame.tsx'
import { Price } from '../ui/price.tsx'
import { styled } from '../ui/styled.ts'
import { Tile } from '../ui/tile.ts'
import { useSaved } from './saved.ts'
import { useCartActions } from './use-cart-actions.ts'

const Section = styled('section')(({ theme }) => ({
  marginTop: 64,
  '& > p': { color: theme.vars.palette.text.secondary, marginTop: 6 },
  '& > ul': {
    display: 'grid',
    gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
    gap: '28px 14px',
    marginTop: 24,
    [theme.breakpoints.up('sm')]: { gridTemplateColumns: 'repeat(3, minmax(0, 1fr))', gap: '32px 20px' },
    [theme.breakpoints.up('lg')]: { gridTemplateColumns: 'repeat(4, minmax(0, 1fr))', gap: '36px 24px' },
  },
}))

/** What was put aside. Nothing, where there is nothing. */
export function SavedList() {
  const t = useTexts(cartTexts)
  const { items, error, retry } = useSaved()
  const { onMoveToCart, onForget } = useCartActions()
  if (!items && error) {
    return (
      <Section>
        <p role="alert">
          {t.savedFailed}{' '}
          <Button type="button" kind="outlined" onClick={retry}>
            {t.again}
          </Button>
        </p>
      </Section>
    )
  }
  if (!items?.length) return null
  return (
    <Section aria-labelledby="saved-title">
      <Heading level="h2" id="saved-title">
        {t.savedTitle}
      </Heading>
      <p>{t.savedText}</p>
      <ul>
        {items.map(item => {
          const name = item.name ?? t.goneName
          return (
            <Tile key={item.id}>
              {item.slug ? (
                <Link to={`/products/${item.slug}`} className="picture" tabIndex={-1} aria-hidden="true">
                  <PictureFrame src={item.image_url} alt="" />
                </Link>
              ) : (
                <span className="picture">
                  <PictureFrame src={item.image_url} alt="" />
                </span>
              )}
              {item.slug ? (
                <Link to={`/products/${item.slug}`} className="name">
                  {name}
                </Link>
              ) : (
                <span className="name">{name}</span>
              )}
              {item.name === null ? null : <Price amount={item.price} currency={item.currency} />}
              {item.name === null || item.stock_quantity < 1 ? (
                <span className="none">{item.name === null ? t.gone : t.soldOut}</span>
              ) : (
                <span className="move">
                  <Button
                    type="button"
                    kind="outlined"
                    aria-label={t.moveToCartOf(name)}
                    onClick={() => onMoveToCart(item)}
                  >
                    {t.moveToCart}
                  </Button>
                </span>
              )}
              <button type="button" className="forget" aria-label={t.removeOf(name)} onClick={() => onForget(item)}>
                <Icon name="close" size={18} />
              </button>
            </Tile>
          )
        })}
      </ul>
    </Section>
  )
}
