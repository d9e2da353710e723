import { type Cart, quoteOrder, type ReplyOf } from '@shopfleet/contracts'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { type Shop, useShop } from '../shop.tsx'
import { obstacleOf } from './stock.ts'

export type Quote = ReplyOf<typeof quoteOrder>

/** What can be bought of a cart as far as is known. */
const linesOf = (cart: Cart | undefined) =>
  (cart?.items ?? [])
    .filter(item => [undefined, 'short'].includes(obstacleOf(item)?.kind))
    .map(({ product_id, quantity, price }) => ({ product_id, quantity, price }))

/** What a cart comes to with shipping and tax, as the platform says. Lines that are not to be had are not in it. */
export function quoteQuery(
  { api }: Pick<Shop, 'api'>,
  lines: ReturnType<typeof linesOf>,
  { currency, coupon_code }: { currency?: string; coupon_code?: string } = {},
) {
  return queryOptions({
    queryKey: ['own', 'quote', lines, currency, coupon_code] as const,
    enabled: lines.length > 0,
    staleTime: 10_000,
    refetchOnWindowFocus: true,
    placeholderData: keepPreviousData,
    queryFn: (): Promise<Quote> => {
      const items = lines.map(({ product_id, quantity }) => ({ product_id, quantity }))
      return api.call(quoteOrder, { body: { items, currency, coupon_code } })
    },
  })
}

const settle_ms = 200

/** The total of the cart, and whether it is that of the cart as it is now. */
export function useQuote(cart: Cart | undefined) {
  const shop = useShop()
  const lines = linesOf(cart)
  const coupon_code = cart?.coupon?.code
  const wanted = JSON.stringify(lines)
  const [asked, setAsked] = useState(wanted)
  useEffect(() => {
    const timer = setTimeout(() => setAsked(wanted), settle_ms)
    return () => clearTimeout(timer)
  }, [wanted])
  const { data, error, isPlaceholderData, isFetching, refetch } = useQuery(
    quoteQuery(shop, JSON.parse(asked), { currency: cart?.currency, coupon_code }),
  )
  const isCurrent = data !== undefined && asked === wanted && !isPlaceholderData
  return {
    quote: lines.length > 0 ? data : undefined,
    isCurrent,
    isFetching,
    error,
    refetch,
    isEmpty: lines.length === 0,
  }
}
