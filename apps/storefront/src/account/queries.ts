import {
  type Device,
  getMfa,
  getNotificationPreferences,
  listAddresses,
  listSessions,
  listUserOrders,
  type Order,
  type SavedAddress,
} from '@shopfleet/contracts'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Shop } from '../shop.tsx'

/** What the pages of an account ask for. All of it is somebody's own. */

type Asking = Pick<Shop, 'api'>

export interface OrdersPage {
  items: Order[]
  next_cursor: string | null
}

/** One's own orders, newest first, page by page; of staff, too, not everybody's. */
export const ordersQuery = ({ api }: Asking, user_id: string) =>
  infiniteQueryOptions({
    queryKey: ['own', 'orders', user_id],
    staleTime: 5000,
    refetchOnWindowFocus: true,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: OrdersPage) => page.next_cursor ?? undefined,
    queryFn: async ({ pageParam: cursor }): Promise<OrdersPage> =>
      api.call(listUserOrders, { params: { user_id }, query: { limit: 10, ...(cursor ? { cursor } : {}) } }),
  })

export const addressesKey = ['own', 'addresses'] as const
export const addressesQuery = ({ api }: Asking) =>
  queryOptions({
    queryKey: addressesKey,
    queryFn: async (): Promise<SavedAddress[]> => (await api.call(listAddresses, {})).items,
  })

export const devicesKey = ['own', 'devices'] as const
export const devicesQuery = ({ api }: Asking) =>
  queryOptions({
    queryKey: devicesKey,
    staleTime: 0,
    queryFn: async (): Promise<Device[]> => (await api.call(listSessions, {})).items,
  })

export const factorKey = ['own', 'second-factor'] as const
export const factorQuery = ({ api }: Asking) =>
  queryOptions({ queryKey: factorKey, staleTime: 0, queryFn: () => api.call(getMfa, {}) })

export const preferencesKey = ['own', 'preferences'] as const
export const preferencesQuery = ({ api }: Asking) =>
  queryOptions({ queryKey: preferencesKey, queryFn: () => api.call(getNotificationPreferences, {}) })
