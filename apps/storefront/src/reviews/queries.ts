import {
  getOwnReview,
  listOwnReviews,
  listProductReviews,
  listUnreviewed,
  type OwnReview,
  type ReplyOf,
  type ReviewSort,
} from '@shopfleet/contracts'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Shop } from '../shop.tsx'

type Asking = Pick<Shop, 'api'>

/** Which reviews of a product, and in which order. */
export interface Narrowed {
  sort: ReviewSort
  stars?: number
  verified?: true
  with_photos?: true
}
export type ReviewsPage = ReplyOf<typeof listProductReviews>
export type OwnState = ReplyOf<typeof getOwnReview>

export const reviewsKey = (product_id: string) => ['reviews', product_id] as const
export const reviewsQuery = ({ api }: Asking, product_id: string, narrowed: Narrowed) =>
  infiniteQueryOptions({
    queryKey: [...reviewsKey(product_id), narrowed],
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: ReviewsPage) => page.next_cursor ?? undefined,
    queryFn: ({ pageParam: cursor }): Promise<ReviewsPage> =>
      api.call(listProductReviews, {
        params: { id: product_id },
        query: { limit: 6, ...narrowed, ...(cursor ? { cursor } : {}) },
      }),
  })

export const ownReviewKey = (product_id: string) => ['own', 'review', product_id] as const
/** What somebody who is signed in has to do with the reviews of a product. */
export const ownReviewQuery = ({ api }: Asking, product_id: string) =>
  queryOptions({
    queryKey: ownReviewKey(product_id),
    staleTime: 30_000,
    queryFn: (): Promise<OwnState> => api.call(getOwnReview, { params: { id: product_id } }),
  })

/** All of one's own reviews, and what one could review. */
export const ownReviewsKey = ['own', 'reviews'] as const

export type OwnReviewsPage = ReplyOf<typeof listOwnReviews>
export const ownReviewsQuery = ({ api }: Asking) =>
  infiniteQueryOptions({
    queryKey: [...ownReviewsKey, 'written'],
    staleTime: 10_000,
    refetchOnWindowFocus: true,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: OwnReviewsPage) => page.next_cursor ?? undefined,
    queryFn: ({ pageParam: cursor }): Promise<OwnReviewsPage> =>
      api.call(listOwnReviews, { query: { limit: 10, ...(cursor ? { cursor } : {}) } }),
  })

export type UnreviewedPage = ReplyOf<typeof listUnreviewed>
export const unreviewedQuery = ({ api }: Asking) =>
  infiniteQueryOptions({
    queryKey: [...ownReviewsKey, 'to-write'],
    staleTime: 10_000,
    refetchOnWindowFocus: true,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: UnreviewedPage) => page.next_cursor ?? undefined,
    queryFn: ({ pageParam: cursor }): Promise<UnreviewedPage> =>
      api.call(listUnreviewed, { query: { limit: 5, ...(cursor ? { cursor } : {}) } }),
  })

export type { OwnReview }
