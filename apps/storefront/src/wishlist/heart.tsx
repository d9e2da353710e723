import { useTexts } from '../shop.tsx'
import { wishlistTexts } from '../texts/wishlist.ts'
import { Icon } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'
import { useWish } from './wishlist.ts'

const Button = styled('button')(({ theme }) => ({
  display: 'grid',
  placeItems: 'center',
  flex: 'none',
  width: 44,
  height: 44,
  padding: 0,
  border: 0,
  borderRadius: 999,
  background: theme.vars.palette.background.paper,
  color: theme.vars.palette.text.primary,
  cursor: 'pointer',
  transition: 'color .16s, transform .16s, box-shadow .16s',
  '&:active': { transform: 'scale(.9)' },
  '&[aria-pressed=true]': { color: theme.vars.palette.secondary.main },
  '&:focus-visible': { borderRadius: 999 },
  '&[data-look=line]': {
    width: 54,
    height: 54,
    background: 'none',
    boxShadow: `inset 0 0 0 1px ${theme.vars.palette.ink.line}`,
    '&:hover': { boxShadow: `inset 0 0 0 1px ${theme.vars.palette.text.primary}` },
  },
  // On a picture: the room around it is to be pressed, the disc is small.
  '&[data-look=card]': {
    position: 'absolute',
    top: 4,
    right: 4,
    zIndex: 1,
    background: 'none',
    '&::before': {
      content: '""',
      position: 'absolute',
      inset: 5,
      borderRadius: 999,
      background: theme.vars.palette.background.paper,
    },
    '& svg': { position: 'relative' },
  },
}))

/** Wishes for a product, and no longer. */
export function Heart({ product, look }: { product: { id: string; name: string }; look: 'card' | 'line' }) {
  const t = useTexts(wishlistTexts)
  const { isWished, toggle } = useWish(product.id)
  return (
    <Button
      type="button"
      data-look={look}
      aria-pressed={isWished}
      aria-label={t.wish(product.name)}
      onClick={() => void toggle()}
    >
      <Icon name="heart" size={look === 'card' ? 18 : 22} filled={isWished} />
    </Button>
  )
}
