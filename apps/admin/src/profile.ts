import { firstProfile, getShopProfile, type ShopProfile } from '@shopfleet/contracts'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { api } from './api.ts'

/** How the shop is set, for every page; looked at again when somebody comes back to the panel. */
export const profileQuery = queryOptions({
  queryKey: ['shop-profile'],
  staleTime: 15_000,
  refetchOnWindowFocus: true,
  queryFn: (): Promise<ShopProfile> => api.call(getShopProfile, {}),
})

export const useProfile = (): ShopProfile => useQuery(profileQuery).data ?? firstProfile

/** What a tab of the panel is called. */
export const usePageTitle = (title: string): string => `${title} · ${useProfile().shop_name} admin`
