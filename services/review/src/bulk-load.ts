import type { Sql } from '@shopfleet/database'
import * as store from './store.ts'

/** A review of the demonstration, with what others made of it. */
export interface ReviewToLoad {
  product_id: string
  product_name: string
  user_id: string
  author_name: string
  stars: number
  title: string | null
  text: string
  is_verified: boolean
  helpful_count: number
  /** How long ago it was written. */
  minutes_ago: number
}

/**
 * Inserts many published reviews at once, of people who have no account, and says the ratings that come of it. Does nothing
 * once there is any review. Answers how many were inserted.
 */
export const bulkLoadReviews = (sql: Sql, reviews: readonly ReviewToLoad[]): Promise<number> =>
  store.insertFirstReviews(sql, reviews)
