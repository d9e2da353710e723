import { getOrder, getOrderTimeline, type Order, type ReplyOf } from '@shopfleet/contracts'
import { queryOptions } from '@tanstack/react-query'
import type { Shop } from '../shop.tsx'
import { orderHeaders } from './order-token.ts'
import { noteOrderOfCart } from './ordered-cart.ts'

export const orderKey = (id: string) => ['own', 'order', id] as const

/** How long an order may stand still before it is looked at again, in milliseconds; false: it is at its end. */
export function pollEvery(order: Pick<Order, 'status' | 'payment_status'> | undefined): number | false {
  switch (order?.status) {
    case undefined:
    case 'delivered':
      return false
    case 'cancelled':
      return order!.payment_status === 'in_doubt' ? 3000 : false
    // Somebody waits for the word of the bank.
    case 'pending':
      return 2000
    default:
      return 20_000
  }
}

export const orderQuery = ({ api }: Pick<Shop, 'api'>, id: string) =>
  queryOptions({
    queryKey: orderKey(id),
    staleTime: 1000,
    refetchOnWindowFocus: true,
    refetchInterval: query => pollEvery(query.state.data),
    queryFn: async (): Promise<Order> => {
      const order = await api.call(getOrder, { params: { id } }, orderHeaders(id))
      noteOrderOfCart(order)
      return order
    },
  })

export type Moment = ReplyOf<typeof getOrderTimeline>['items'][number]

export const timelineQuery = ({ api }: Pick<Shop, 'api'>, id: string) =>
  queryOptions({
    queryKey: [...orderKey(id), 'timeline'],
    staleTime: 1000,
    queryFn: async (): Promise<Moment[]> =>
      (await api.call(getOrderTimeline, { params: { id } }, orderHeaders(id))).items,
  })
