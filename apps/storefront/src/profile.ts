import { firstProfile, getShopProfile, type ShopProfile } from '@shopfleet/contracts'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { type Shop, useShop } from './shop.tsx'

/** How staff have set the shop. The server hands it to every page, so it is there from the first moment. */
export const profileQuery = ({ api }: Pick<Shop, 'api'>) =>
  queryOptions({
    queryKey: ['shop-profile'],
    staleTime: 60_000,
    queryFn: (): Promise<ShopProfile> => api.call(getShopProfile, {}),
  })

export const useProfile = (): ShopProfile => useQuery(profileQuery(useShop())).data ?? firstProfile

/** What the shop is called. */
export const useShopName = (): string => useProfile().shop_name
