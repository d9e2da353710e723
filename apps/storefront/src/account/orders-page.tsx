import Button from '@mui/material/Button'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useLive } from '../live.ts'
import { useShop, useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { AccountFrame, Failed, Loading } from './frame.tsx'
import { OrderCard } from './order-card.tsx'
import { ordersQuery } from './queries.ts'

export function Component() {
  const t = useTexts(accountTexts)
  return <AccountFrame title={t.ordersTitle}>{user => <Orders user_id={user.id} />}</AccountFrame>
}

function Orders({ user_id }: { user_id: string }) {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    ordersQuery(shop, user_id),
  )
  const queries = useQueryClient()
  const readAgain = () => void queries.invalidateQueries({ queryKey: ['own', 'orders', user_id] })
  useLive({ channel: 'orders' }, { heard: readAgain, stale: readAgain })
  const list = useRef<HTMLUListElement>(null)
  const pages = data?.pages.length ?? 0
  const known = useRef(pages)
  // The button that was pressed may be gone: the focus goes on where the new ones begin.
  useEffect(() => {
    if (known.current > 0 && pages > known.current) {
      list.current?.querySelectorAll<HTMLElement>('li > article h2 a')[(pages - 1) * 10]?.focus()
    }
    known.current = pages
  }, [pages])

  if (!data) return error ? <Failed retry={() => void refetch()} /> : <Loading lines={8} />
  const orders = data.pages.flatMap(page => page.items)
  if (orders.length === 0) {
    return (
      <EmptyState icon="box" title={t.noOrders} action={<ButtonLink to="/products">{t.browse}</ButtonLink>}>
        {t.noOrdersText}
      </EmptyState>
    )
  }
  return (
    <>
      <ul ref={list} style={{ display: 'grid', gap: 16 }}>
        {orders.map(order => (
          <li key={order.id}>
            <OrderCard order={order} />
          </li>
        ))}
      </ul>
      {hasNextPage ? (
        <Button
          variant="outlined"
          sx={{ justifySelf: 'center' }}
          aria-disabled={isFetchingNextPage}
          onClick={() => !isFetchingNextPage && void fetchNextPage()}
        >
          {t.olderOrders}
        </Button>
      ) : null}
    </>
  )
}
