import { Link } from 'react-router'
import type { InCart } from '../cart-lines.ts'
import { useProfile } from '../profile.ts'
import { useFormats, useTexts } from '../shop.tsx'
import { cartTexts } from '../texts/cart.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { PictureFrame } from '../ui/picture-frame.tsx'
import { Price } from '../ui/price.tsx'
import { QuantityStepper } from '../ui/quantity-stepper.tsx'
import { styled } from '../ui/styled.ts'
import { fewLeft, obstacleOf } from './stock.ts'

const Line = styled('li')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '88px minmax(0, 1fr)',
  columnGap: 16,
  paddingBlock: 20,
  borderTop: `1px solid ${theme.vars.palette.divider}`,
  '&:first-of-type': { borderTop: 0 },
  '& .picture': { display: 'block', borderRadius: 14 },
  '& .body': { display: 'grid', alignContent: 'start', gap: 6, minWidth: 0 },
  '& .first': { display: 'flex', justifyContent: 'space-between', gap: 16, alignItems: 'baseline' },
  '& .name': {
    fontWeight: 550,
    letterSpacing: '-0.01em',
    lineHeight: 1.35,
    color: 'inherit',
    textDecoration: 'none',
    '&:hover': { textDecoration: 'underline' },
  },
  '& .sum': { fontWeight: 600 },
  '& .each': { fontSize: '0.875rem', color: theme.vars.palette.text.secondary },
  '& .notes': { display: 'grid', gap: 4, fontSize: '0.875rem', fontWeight: 550 },
  '& .notes > span': { display: 'flex', alignItems: 'center', gap: 6, flexWrap: 'wrap' },
  '& .none': { color: theme.vars.palette.error.main },
  '& .few': { color: theme.vars.palette.stock.low },
  '& .fell': { color: theme.vars.palette.stock.good },
  '& .actions': { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '4px 14px', marginTop: 6 },
  '& .small': { minHeight: 34, padding: '0 14px', fontSize: '0.875rem' },
  '& .quiet': {
    font: 'inherit',
    fontSize: '0.875rem',
    border: 0,
    padding: 0,
    minHeight: 34,
    background: 'none',
    color: theme.vars.palette.text.secondary,
    textDecoration: 'underline',
    textDecorationColor: theme.vars.palette.ink.line,
    textUnderlineOffset: 4,
    cursor: 'pointer',
    '&:hover': { color: theme.vars.palette.text.primary, textDecorationColor: 'currentColor' },
  },
  '& .sign': { display: 'none' },
  '&.page:first-of-type': { paddingTop: 0 },
  '&.page': {
    // There is no room for both words beside the number on a phone.
    [theme.breakpoints.down('sm')]: {
      rowGap: 6,
      // Beneath the picture as well: “Save for later” is long in every language.
      '& .body': { display: 'contents' },
      '& > :first-child': { gridRow: '1 / span 3', alignSelf: 'start' },
      '& .first, & .each, & .notes': { gridColumn: 2 },
      '& .sign': { display: 'grid', padding: 6 },
      '& .word': { display: 'none' },
      '& .actions': { gap: 14, flexWrap: 'nowrap', gridColumn: '1 / -1' },
      '& .actions > button:last-of-type': { marginLeft: 'auto' },
    },
    [theme.breakpoints.up('sm')]: { gridTemplateColumns: '128px minmax(0, 1fr)', columnGap: 24, paddingBlock: 26 },
  },
}))

export interface CartLineProps {
  item: InCart
  /** What it cost when it was chosen, where that has changed. */
  before?: number
  size: 'page' | 'drawer'
  onQuantity(item: InCart, quantity: number): void
  onRemove(item: InCart): void
  onSave?(item: InCart): void
}

export function CartLine({ item, before, size, onQuantity, onRemove, onSave }: CartLineProps) {
  const t = useTexts(cartTexts)
  const { money } = useFormats()
  const name = item.name ?? t.goneName
  const obstacle = obstacleOf(item)
  const few = fewLeft(item, useProfile().low_stock_threshold)
  // What has just been put in is not known to the platform yet.
  const isNew = item.id.startsWith('new-')
  const canCount = obstacle === undefined || obstacle.kind === 'short'
  return (
    <Line className={size}>
      {/* The name beside it is the link; a second one to the same place would only be in the way of the keyboard. */}
      {item.slug ? (
        <Link to={`/products/${item.slug}`} className="picture" tabIndex={-1} aria-hidden="true">
          <PictureFrame src={item.image_url} alt="" />
        </Link>
      ) : (
        <PictureFrame src={item.image_url} alt="" />
      )}
      <div className="body">
        <div className="first">
          {item.slug ? (
            <Link to={`/products/${item.slug}`} className="name">
              {name}
            </Link>
          ) : (
            <span className="name">{name}</span>
          )}
          {canCount ? (
            <span className="sum">
              <Price amount={item.subtotal} currency={item.currency} />
            </span>
          ) : null}
        </div>
        {item.name !== null && item.quantity > 1 ? (
          <span className="each">{t.each(money(item.price, item.currency))}</span>
        ) : null}
        <div className="notes">
          {obstacle?.kind === 'gone' || obstacle?.kind === 'sold-out' ? (
            <span className="none">
              <Icon name="alert" size={16} />
              {obstacle.kind === 'gone' ? t.gone : t.soldOut}
            </span>
          ) : null}
          {obstacle?.kind === 'short' ? (
            <span className="none">
              <Icon name="alert" size={16} />
              {t.onlyLeft(obstacle.available)}
              <Button
                type="button"
                kind="outlined"
                className="small"
                onClick={() => onQuantity(item, obstacle.available)}
              >
                {t.take(obstacle.available)}
              </Button>
            </span>
          ) : null}
          {few === undefined ? null : <span className="few">{t.fewLeft(few)}</span>}
          {before === undefined || item.name === null ? null : (
            <span className={before > item.price ? 'fell' : 'few'}>
              <Icon name={before > item.price ? 'down' : 'up'} size={15} />
              {(before > item.price ? t.priceFell : t.priceRose)(
                money(before, item.currency),
                money(item.price, item.currency),
              )}
            </span>
          )}
        </div>
        <div className="actions">
          {canCount ? (
            <QuantityStepper
              size="small"
              label={t.quantityOf(name)}
              value={item.quantity}
              max={Math.max(item.quantity, Math.min(1000, item.stock_quantity))}
              disabled={isNew}
              onChange={quantity => onQuantity(item, quantity)}
            />
          ) : null}
          {onSave && !isNew ? (
            <button type="button" className="quiet" aria-label={t.saveOf(name)} onClick={() => onSave(item)}>
              {t.save}
            </button>
          ) : null}
          {isNew ? null : (
            <button type="button" className="quiet" aria-label={t.removeOf(name)} onClick={() => onRemove(item)}>
              <span className="word">{t.remove}</span>
              <span className="sign">
                <Icon name="trash" size={20} />
              </span>
            </button>
          )}
        </div>
      </div>
    </Line>
  )
}
