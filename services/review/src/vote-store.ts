import type { Queryable } from '@shopfleet/database'

export interface Voted {
  is_own: boolean
  helpful_count: number
}

/** Counts somebody once, unless it is their own review. Undefined: nobody is shown such a review. */
export async function insertVote(sql: Queryable, review_id: string, user_id: string): Promise<Voted | undefined> {
  const [row] = await sql<Voted[]>`
    with review as (
      select id, user_id, helpful_count from reviews where id = ${review_id} and status = 'published'
    ), voted as (
      insert into votes (review_id, user_id) select id, ${user_id}::uuid from review where user_id <> ${user_id}
      on conflict do nothing returning review_id
    ), counted as (
      update reviews set helpful_count = reviews.helpful_count + 1 where id = (select review_id from voted)
      returning helpful_count
    )
    select user_id = ${user_id} as is_own, coalesce((select helpful_count from counted), helpful_count) as helpful_count
    from review`
  return row
}

/** Takes a vote back, if there is one. Undefined: nobody is shown such a review. */
export async function deleteVote(
  sql: Queryable,
  review_id: string,
  user_id: string,
): Promise<{ helpful_count: number } | undefined> {
  const [row] = await sql<{ helpful_count: number }[]>`
    with gone as (
      delete from votes where review_id = ${review_id} and user_id = ${user_id} returning review_id
    ), counted as (
      update reviews set helpful_count = helpful_count - 1 where id = (select review_id from gone)
      returning helpful_count
    )
    select coalesce((select helpful_count from counted), helpful_count) as helpful_count
    from reviews where id = ${review_id} and status = 'published'`
  return row
}
