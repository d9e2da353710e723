import { deleteReview, Problem, type Product, voteForReview, withdrawVote } from '@shopfleet/contracts'
import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from 'react-router'
import { tellProblem } from '../problem.ts'
import { useSession } from '../session.tsx'
import { useShop } from '../shop.tsx'
import { useToast } from '../ui/toast.tsx'
import {
  type Narrowed,
  type OwnState,
  ownReviewKey,
  ownReviewQuery,
  ownReviewsKey,
  type ReviewsPage,
  reviewsKey,
  reviewsQuery,
} from './queries.ts'

/** What one does with one's own review of a product, wherever that is. */
export function useOwnReview(product: Pick<Product, 'id' | 'slug'>) {
  const { api } = useShop()
  const queries = useQueryClient()

  /** Something is another than before: the lists, what is one's own, and the stars beside the price. */
  async function readAgain(): Promise<void> {
    const keys = [reviewsKey(product.id), ownReviewKey(product.id), ownReviewsKey, ['product', product.slug]]
    await Promise.all(keys.map(queryKey => queries.invalidateQueries({ queryKey })))
  }

  /** Deletes it; one that is gone already is what was wanted. */
  async function remove(review_id: string): Promise<void> {
    try {
      await api.call(deleteReview, { params: { id: review_id } })
    } catch (error) {
      if (!(error instanceof Problem) || error.problem !== 'not-found') throw error
    }
    await readAgain()
  }

  return { readAgain, remove }
}

/** The reviews of a product as they are narrowed, what one has to do with them, and what one can do about it. */
export function useReviews(product: Pick<Product, 'id' | 'slug'>, narrowed: Narrowed) {
  const shop = useShop()
  const queries = useQueryClient()
  const toast = useToast()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const { isSignedIn } = useSession()
  const list = useInfiniteQuery(reviewsQuery(shop, product.id, narrowed))
  const { data: own } = useQuery({ ...ownReviewQuery(shop, product.id), enabled: isSignedIn })

  const askToSignIn = () => void navigate('/sign-in', { state: { from: `${pathname}#reviews` } })

  const { readAgain, remove } = useOwnReview(product)

  function showVote(review_id: string, isHelpful: boolean, count: (before: number) => number): void {
    queries.setQueryData<OwnState>(ownReviewKey(product.id), state => {
      if (!state) return state
      const others = state.helpful_ids.filter(id => id !== review_id)
      return { ...state, helpful_ids: isHelpful ? [...others, review_id] : others }
    })
    queries.setQueriesData<InfiniteData<ReviewsPage>>({ queryKey: reviewsKey(product.id) }, data => {
      if (!data) return data
      const pages = data.pages.map(page => ({
        ...page,
        items: page.items.map(item =>
          item.id === review_id ? { ...item, helpful_count: count(item.helpful_count) } : item,
        ),
      }))
      return { ...data, pages }
    })
  }

  async function vote(review_id: string): Promise<void> {
    if (!isSignedIn) return askToSignIn()
    const was = own?.helpful_ids.includes(review_id) ?? false
    showVote(review_id, !was, before => before + (was ? -1 : 1))
    try {
      const operation = was ? withdrawVote : voteForReview
      const { helpful_count } = await shop.api.call(operation, { params: { id: review_id } })
      showVote(review_id, !was, () => helpful_count)
    } catch (error) {
      showVote(review_id, was, before => before + (was ? 1 : -1))
      toast(tellProblem(error, shop.language).message, { kind: 'bad' })
    }
  }

  return { list, own, isSignedIn, askToSignIn, vote, remove, readAgain }
}
