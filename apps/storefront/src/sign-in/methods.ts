import { getSignInMethods, type ReplyOf } from '@shopfleet/contracts'
import { queryOptions } from '@tanstack/react-query'
import { pageLoader } from '../page-loader.ts'
import type { Shop } from '../shop.tsx'

export type SignInMethods = ReplyOf<typeof getSignInMethods>

/** How one registers and signs in here. */
export const methodsQuery = ({ api }: Pick<Shop, 'api'>) =>
  queryOptions({
    queryKey: ['sign-in-methods'],
    staleTime: 5 * 60_000,
    queryFn: (): Promise<SignInMethods> => api.call(getSignInMethods, {}),
  })

/** Asked beforehand, so that no button comes later and moves the others. Without an answer the form is there all the same. */
export const methodsLoader = pageLoader(({ shop }) => shop.queries.prefetchQuery(methodsQuery(shop)))
