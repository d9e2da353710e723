import type { Ctx } from './service.ts'

/** What somebody said of products, found helpful, and wishes for. */
export async function readPersonalData({ sql }: Pick<Ctx, 'sql'>, user_id: string) {
  const [reviews, votes, wishlist] = await Promise.all([
    sql`
      select id, product_id, product_name, author_name, stars, title, text, status, rejection_reason, helpful_count,
        photos, created_at, edited_at from reviews where user_id = ${user_id} order by id limit 10000`,
    sql`select review_id, at from votes where user_id = ${user_id} order by review_id limit 10000`,
    sql`select product_id, created_at from wishlist_items where user_id = ${user_id} order by id limit 10000`,
  ])
  return { reviews: [...reviews], votes: [...votes], wishlist: [...wishlist] }
}
