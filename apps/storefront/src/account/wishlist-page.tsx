import Button from '@mui/material/Button'
import { styled } from '@mui/material/styles'
import { listWishlist, removeFromWishlist, type WishlistItem } from '@shopfleet/contracts'
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useCartDrawer } from '../cart/cart-drawer-state.tsx'
import { useCart } from '../cart.tsx'
import { tellProblem } from '../problem.ts'
import { type Shop, useFormats, useShop, useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { wishlistPageTexts } from '../texts/wishlist-page.ts'
import { ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Icon } from '../ui/icon.tsx'
import { PictureFrame } from '../ui/picture-frame.tsx'
import { Price } from '../ui/price.tsx'
import { Tile } from '../ui/tile.ts'
import { useToast } from '../ui/toast.tsx'
import { wishedKey } from '../wishlist/wishlist.ts'
import { AccountFrame, Failed, Loading } from './frame.tsx'

const wishlistKey = ['own', 'wishlist'] as const
const wishlistQuery = ({ api }: Pick<Shop, 'api'>) =>
  queryOptions({
    queryKey: wishlistKey,
    staleTime: 15_000,
    refetchOnWindowFocus: true,
    queryFn: async (): Promise<WishlistItem[]> => (await api.call(listWishlist, {})).items,
  })

const List = styled('ul')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
  gap: '32px 14px',
  [theme.breakpoints.up('sm')]: { gridTemplateColumns: 'repeat(3, minmax(0, 1fr))', gap: '36px 20px' },
}))

export function Component() {
  const t = useTexts(wishlistPageTexts)
  return (
    <AccountFrame title={t.title} lead={t.lead}>
      {() => <Wishlist />}
    </AccountFrame>
  )
}

function Wishlist() {
  const t = useTexts(wishlistPageTexts)
  const { browse } = useTexts(accountTexts)
  const shop = useShop()
  const queries = useQueryClient()
  const toast = useToast()
  const { money } = useFormats()
  const { add } = useCart()
  const { open } = useCartDrawer()
  const { data: items, error, refetch } = useQuery(wishlistQuery(shop))

  async function remove(item: WishlistItem) {
    await queries.cancelQueries({ queryKey: wishlistKey })
    queries.setQueryData<WishlistItem[]>(wishlistKey, list => list?.filter(one => one !== item))
    try {
      await shop.api.call(removeFromWishlist, { params: { product_id: item.product_id } })
      toast(t.removed(item.name))
    } catch (error) {
      toast(tellProblem(error, shop.language).message, { kind: 'bad' })
    } finally {
      await Promise.all([wishlistKey, wishedKey].map(queryKey => queries.invalidateQueries({ queryKey })))
    }
  }

  async function addToCart({ product_id, available, ...item }: WishlistItem) {
    const adding = add({ ...item, id: product_id, stock_quantity: available ? 1 : 0 }, 1)
    open()
    try {
      await adding
    } catch (error) {
      toast(tellProblem(error, shop.language).message, { kind: 'bad' })
    }
  }

  if (!items) return error ? <Failed retry={() => void refetch()} /> : <Loading lines={6} />
  if (items.length === 0) {
    return (
      <EmptyState icon="heart" title={t.none} action={<ButtonLink to="/products">{browse}</ButtonLink>}>
        {t.noneText}
      </EmptyState>
    )
  }
  return (
    <List>
      {items.map(item => {
        const { product_id, slug, name, image_url, price, currency, added_price, available } = item
        return (
          <Tile key={product_id}>
            <Link to={`/products/${slug}`} className="picture" tabIndex={-1} aria-hidden="true">
              <PictureFrame src={image_url} alt="" />
            </Link>
            <Link to={`/products/${slug}`} className="name">
              {name}
            </Link>
            <Price amount={price} currency={currency} />
            {added_price !== null && price < added_price ? (
              <span className="less">{t.less(money(added_price - price, currency))}</span>
            ) : null}
            {available ? (
              <span className="move">
                <Button
                  variant="outlined"
                  size="small"
                  aria-label={t.toCartOf(name)}
                  onClick={() => void addToCart(item)}
                >
                  {t.toCart}
                </Button>
              </span>
            ) : (
              <span className="none">{t.soldOut}</span>
            )}
            <button type="button" className="forget" aria-label={t.removeOf(name)} onClick={() => void remove(item)}>
              <Icon name="close" size={18} />
            </button>
          </Tile>
        )
      })}
    </List>
  )
}
