import {
  type ModeratedReview,
  type OwnReview,
  type RatingSummary,
  type Review,
  type ReviewSort,
  type ReviewStatus,
  reviewRatingChanged,
} from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import type { KeyPart } from '@shopfleet/service-kit'
import type { ReviewToLoad } from './bulk-load.ts'
import type { Standing, Words } from './review.ts'

/** Whether the author of `r` was delivered what it is about, or a variant of it. */
const isDelivered = (sql: Queryable) => sql`
  exists (select 1 from deliveries d left join variants v using (product_id)
    where d.user_id = r.user_id and r.product_id in (d.product_id, v.parent_id))`

/** The wire shapes; `r` is the review. */
const shownColumns = (sql: Queryable) => sql`
  r.id, r.product_id, r.author_name, r.stars, r.title, r.text, r.helpful_count, r.created_at, r.edited_at,
  coalesce((select jsonb_agg(jsonb_build_object('url', '/api/review-photos/' || name) order by i)
    from unnest(r.photos) with ordinality as p(name, i)), '[]') as photos,
  ${isDelivered(sql)} as is_verified`
export const ownColumns = (sql: Queryable) => sql`${shownColumns(sql)}, r.product_name, r.status, r.rejection_reason`
const staffColumns = (sql: Queryable) => sql`${ownColumns(sql)}, r.user_id, r.suspicions, r.version, r.moderated_at`

/**
 * Ends a statement that changed reviews: counts `change` (product_id, stars, by) into the ratings and says how they stand
 * then. Whoever counts has locked the rating by that, so of many at once each says what includes all before.
 */
export const rated = (sql: Queryable) => {
  const { correlation_id, traceparent } = currentContext()
  const stars = [1, 2, 3, 4, 5]
  const sumOf = (n: number) => sql`coalesce(sum(by) filter (where stars = ${n}), 0)::int`
  return sql`
    counted as (
      insert into ratings as r (product_id, stars_1, stars_2, stars_3, stars_4, stars_5)
      select product_id, ${sumOf(1)}, ${sumOf(2)}, ${sumOf(3)}, ${sumOf(4)}, ${sumOf(5)}
      from change group by product_id
      having ${stars.map((n, i) => (i === 0 ? sql`${sumOf(n)} <> 0` : sql` or ${sumOf(n)} <> 0`))}
      order by product_id
      on conflict (product_id) do update set
        stars_1 = r.stars_1 + excluded.stars_1, stars_2 = r.stars_2 + excluded.stars_2,
        stars_3 = r.stars_3 + excluded.stars_3, stars_4 = r.stars_4 + excluded.stars_4,
        stars_5 = r.stars_5 + excluded.stars_5
      returning product_id, stars_1 + stars_2 + stars_3 + stars_4 + stars_5 as n,
        stars_1 + 2 * stars_2 + 3 * stars_3 + 4 * stars_4 + 5 * stars_5 as total
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${reviewRatingChanged.name}, ${reviewRatingChanged.version}::int, product_id, jsonb_build_object(
          'product_id', product_id, 'rating_average', case when n > 0 then round(total::numeric / n, 2) end,
          'rating_count', n), ${correlation_id}, ${traceparent}
      from counted
    )`
}

export interface NewReview extends Words, Standing {
  product_id: string
  product_name: string
  user_id: string
  author_name: string | null
}

/** Writes a review. Undefined: this customer has reviewed this product before. */
export async function insertReview(sql: Queryable, n: NewReview): Promise<OwnReview | undefined> {
  const [row] = await sql<OwnReview[]>`
    with r as (
      insert into reviews (product_id, product_name, user_id, author_name, stars, title, text, status, suspicions)
      values (${n.product_id}, ${n.product_name}, ${n.user_id}, ${n.author_name}, ${n.stars}, ${n.title}, ${n.text},
        ${n.status}, ${n.suspicions})
      on conflict on constraint reviews_once do nothing returning *
    ), change as (
      select product_id, stars, 1 as by from r where status = 'published'
    ), ${rated(sql)}
    select ${ownColumns(sql)} from r`
  return row
}

/** Many published reviews in one statement, where there is none yet. Answers how many. */
export async function insertFirstReviews(sql: Queryable, reviews: readonly ReviewToLoad[]): Promise<number> {
  const rows = await sql`
    with asked as materialized (
      select *, uuidv7(make_interval(mins => -minutes_ago)) as id from jsonb_to_recordset(${reviews as never}::jsonb)
        as a(product_id uuid, product_name text, user_id uuid, author_name text, stars int, title text, text text,
          is_verified boolean, helpful_count int, minutes_ago int)
      where not exists (select 1 from reviews)
    ), r as (
      insert into reviews (id, product_id, product_name, user_id, author_name, stars, title, text, status, helpful_count,
        created_at)
      select id, product_id, product_name, user_id, author_name, stars, title, text, 'published', helpful_count,
        now() - make_interval(mins => minutes_ago)
      from asked returning *
    ), delivered as (
      insert into deliveries (user_id, product_id) select user_id, product_id from asked where is_verified
      on conflict do nothing
    ), found_helpful as (
      insert into votes (review_id, user_id) select r.id, gen_random_uuid() from r, generate_series(1, r.helpful_count)
    ), change as (
      select product_id, stars, 1 as by from r
    ), ${rated(sql)}
    select 1 from r`
  return rows.count
}

/** What an updated review `r`, with `was_stars` and `was_status`, changes of the ratings. */
export const difference = (sql: Queryable) => sql`
  change as (
    select product_id, was_stars as stars, -1 as by from r where was_status = 'published'
    union all
    select product_id, stars, 1 from r where status = 'published'
  )`

export interface KnownReview extends Words, Standing {
  version: number
}

export async function findOwn(sql: Queryable, id: string, user_id: string): Promise<KnownReview | undefined> {
  const [row] = await sql<KnownReview[]>`
    select stars, title, text, status, suspicions, version from reviews where id = ${id} and user_id = ${user_id}`
  return row
}

/** Rewrites a review, if it still is what was read. Undefined: it is gone, or another by now. */
export async function updateReview(
  sql: Queryable,
  id: string,
  read: KnownReview,
  next: Words & Standing,
): Promise<OwnReview | undefined> {
  const [row] = await sql<OwnReview[]>`
    with r as (
      update reviews set stars = ${next.stars}, title = ${next.title}, text = ${next.text}, status = ${next.status},
        suspicions = ${next.suspicions}, version = version + 1, edited_at = now(),
        rejection_reason = case when ${next.status} = 'rejected' then rejection_reason end
      where id = ${id} and version = ${read.version} and status = ${read.status}
      returning new.*, old.stars as was_stars, old.status as was_status
    ), ${difference(sql)}, ${rated(sql)}
    select ${ownColumns(sql)} from r`
  return row
}

export interface Verdict {
  status: ReviewStatus
  rejection_reason: string | null
  /** Of the text that was read; undefined: whichever there is. */
  version: number | undefined
}

/** What staff decide. Undefined: it is gone, or was edited since it was read. */
export async function moderate(sql: Queryable, id: string, verdict: Verdict): Promise<ModeratedReview | undefined> {
  const { status, rejection_reason, version } = verdict
  const [row] = await sql<ModeratedReview[]>`
    with r as (
      update reviews set status = ${status}, rejection_reason = ${rejection_reason}, moderated_at = now()
      where id = ${id} ${version === undefined ? sql`` : sql`and version = ${version}`}
      returning new.*, old.stars as was_stars, old.status as was_status
    ), ${difference(sql)}, ${rated(sql)}
    select ${staffColumns(sql)} from r`
  return row
}

/** Notes the pictures of deleted reviews: no statement can delete files. */
const dropped = (sql: Queryable) => sql`
  dropped as (
    insert into dropped_photos (name) select unnest(photos) from gone on conflict do nothing
  )`

/** Deletes a review of this customer. False: there is none. */
export async function deleteReview(sql: Queryable, id: string, user_id: string): Promise<boolean> {
  const rows = await sql`
    with gone as (
      delete from reviews where id = ${id} and user_id = ${user_id} returning product_id, stars, status, photos
    ), ${dropped(sql)}, change as (
      select product_id, stars, -1 as by from gone where status = 'published'
    ), ${rated(sql)}
    select 1 from gone`
  return rows.count === 1
}

/** Everything a person said, and what they found helpful. */
export async function forgetUser(tx: Queryable, user_id: string): Promise<void> {
  await tx`
    with gone as (
      delete from votes where user_id = ${user_id} returning review_id
    )
    update reviews set helpful_count = helpful_count - 1 where id in (select review_id from gone)`
  await tx`
    with gone as (
      delete from reviews where user_id = ${user_id} returning product_id, stars, status, photos
    ), ${dropped(tx)}, change as (
      select product_id, stars, -1 as by from gone where status = 'published'
    ), ${rated(tx)}
    select 1 from gone`
  await tx`delete from deliveries where user_id = ${user_id}`
}

/** The id of the review a customer has written of a product. */
export async function findIdOf(sql: Queryable, product_id: string, user_id: string): Promise<string | undefined> {
  const [row] = await sql<{ id: string }[]>`
    select id from reviews where product_id = ${product_id} and user_id = ${user_id}`
  return row?.id
}

/** What a customer has to do with the reviews of a product. */
export async function readOwn(sql: Queryable, product_id: string, user_id: string) {
  const [[review], [more]] = await Promise.all([
    sql<OwnReview[]>`
      select ${ownColumns(sql)} from reviews r where product_id = ${product_id} and user_id = ${user_id}`,
    sql<[{ was_delivered: boolean; helpful_ids: string[] }]>`
      select exists (select 1 from deliveries d left join variants v using (product_id)
          where d.user_id = ${user_id} and ${product_id} in (d.product_id, v.parent_id)) as was_delivered,
        array(select v.review_id from votes v join reviews r on r.id = v.review_id
              where v.user_id = ${user_id} and r.product_id = ${product_id} limit 1000) as helpful_ids`,
  ])
  return { review: review ?? null, ...more }
}

export async function listOwn(
  sql: Queryable,
  user_id: string,
  before: string | undefined,
  limit: number,
): Promise<OwnReview[]> {
  return sql<OwnReview[]>`
    select ${ownColumns(sql)} from reviews r
    where user_id = ${user_id} ${before === undefined ? sql`` : sql`and id < ${before}::uuid`}
    order by id desc limit ${limit}`
}

/** What the parts of a sort's key are, for the cursors made of it. */
export const sortKeys: Record<ReviewSort, KeyPart[]> = {
  newest: ['id'],
  helpful: ['count', 'id'],
  highest: ['count', 'id'],
  lowest: ['count', 'id'],
}
export type SortKey = (string | number)[]
export const sortKeyOf = (sort: ReviewSort, review: Review): SortKey =>
  sort === 'newest' ? [review.id] : [sort === 'helpful' ? review.helpful_count : review.stars, review.id]

export interface Shown {
  product_id: string
  sort: ReviewSort
  after: SortKey | undefined
  stars: number | undefined
  verified: boolean | undefined
  with_photos: boolean | undefined
  limit: number
}

export async function listPublished(sql: Queryable, asked: Shown): Promise<Review[]> {
  const { product_id, sort, after, stars, verified, with_photos, limit } = asked
  const [first, second] = (after ?? []) as [never, never]
  const [order, beyond] = {
    newest: () => [sql`r.id desc`, sql`r.id < ${first}::uuid`],
    helpful: () => [
      sql`r.helpful_count desc, r.id desc`,
      sql`(r.helpful_count, r.id) < (${first}::int, ${second}::uuid)`,
    ],
    highest: () => [sql`r.stars desc, r.id desc`, sql`(r.stars, r.id) < (${first}::int, ${second}::uuid)`],
    lowest: () => [
      sql`r.stars, r.id desc`,
      sql`(r.stars > ${first}::int or (r.stars = ${first}::int and r.id < ${second}::uuid))`,
    ],
  }[sort]() as unknown as [ReturnType<Queryable>, ReturnType<Queryable>]
  return sql<Review[]>`
    select ${shownColumns(sql)} from reviews r
    where product_id = ${product_id} and status = 'published'
      ${stars === undefined ? sql`` : sql`and stars = ${stars}`}
      ${verified === undefined ? sql`` : verified ? sql`and ${isDelivered(sql)}` : sql`and not ${isDelivered(sql)}`}
      ${with_photos === undefined ? sql`` : with_photos ? sql`and cardinality(photos) > 0` : sql`and cardinality(photos) = 0`}
      ${after === undefined ? sql`` : sql`and ${beyond}`}
    order by ${order} limit ${limit}`
}

/** How the published reviews of a product come out. */
export async function readSummary(sql: Queryable, product_id: string): Promise<RatingSummary> {
  const [row] = await sql<{ counts: number[] }[]>`
    select array[stars_5, stars_4, stars_3, stars_2, stars_1] as counts from ratings where product_id = ${product_id}`
  const histogram = [5, 4, 3, 2, 1].map((stars, i) => ({ stars, count: row?.counts[i] ?? 0 }))
  const count = histogram.reduce((sum, bar) => sum + bar.count, 0)
  const total = histogram.reduce((sum, bar) => sum + bar.stars * bar.count, 0)
  return { average: count === 0 ? null : Math.round((100 * total) / count) / 100, count, histogram }
}

export interface Queue {
  status: ReviewStatus | undefined
  product_id: string | undefined
  stars: number | undefined
  q: string | undefined
  before: string | undefined
  limit: number
}

/** Reviews for staff, newest first. */
export async function listAll(sql: Queryable, asked: Queue): Promise<ModeratedReview[]> {
  const { status, product_id, stars, q, before, limit } = asked
  const like = `%${q?.replace(/[\\%_]/g, '\\$&')}%`
  return sql<ModeratedReview[]>`
    select ${staffColumns(sql)} from reviews r
    where true ${status === undefined ? sql`` : sql`and status = ${status}`}
      ${product_id === undefined ? sql`` : sql`and product_id = ${product_id}`}
      ${stars === undefined ? sql`` : sql`and stars = ${stars}`}
      ${
        q === undefined
          ? sql``
          : sql`and (coalesce(title, '') || ' ' || text || ' ' || coalesce(author_name, '') || ' ' || product_name)
              ilike ${like}`
      }
      ${before === undefined ? sql`` : sql`and id < ${before}::uuid`}
    order by id desc limit ${limit}`
}

export async function countByStatus(sql: Queryable): Promise<Record<ReviewStatus, number>> {
  const rows = await sql<{ status: ReviewStatus; n: number }[]>`
    select status, count(*)::int as n from reviews group by status`
  return { pending: 0, published: 0, rejected: 0, ...Object.fromEntries(rows.map(row => [row.status, row.n])) }
}

export async function findReview(sql: Queryable, id: string): Promise<ModeratedReview | undefined> {
  const [row] = await sql<ModeratedReview[]>`select ${staffColumns(sql)} from reviews r where id = ${id}`
  return row
}

export interface Unreviewed {
  product_id: string
  /** To the microsecond as text: a page goes on exactly behind it. */
  key: string
  delivered_at: string | null
}

/** What somebody was delivered and has not reviewed, once for each product; `after` a row, or the first ones. */
export async function listUnreviewed(
  sql: Queryable,
  user_id: string,
  { after, limit }: { after: [string, string] | undefined; limit: number },
): Promise<Unreviewed[]> {
  return sql<Unreviewed[]>`
    with got as (
      select coalesce(v.parent_id, d.product_id) as product_id, max(d.delivered_at) as delivered_at
      from deliveries d left join variants v using (product_id)
      where d.user_id = ${user_id}
      group by 1
    ), dated as (
      select *, coalesce(delivered_at, '2000-01-01Z') as at from got
    )
    select product_id, delivered_at, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as key from dated g
    where not exists (select 1 from reviews r where r.product_id = g.product_id and r.user_id = ${user_id})
      ${after === undefined ? sql`` : sql`and (at, product_id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`}
    order by at desc, product_id desc limit ${limit}`
}

/** Notes which of these products are variants of others: they stay that. */
export async function noteVariants(
  tx: Queryable,
  products: { product_id: string; parent_id?: string | null }[],
): Promise<void> {
  const variants = products.filter(product => product.parent_id)
  if (variants.length === 0) return
  await tx`
    insert into variants (product_id, parent_id)
    select distinct product_id, parent_id
    from unnest(${variants.map(v => v.product_id)}::uuid[], ${variants.map(v => v.parent_id!)}::uuid[])
      as v(product_id, parent_id)
    order by 1 on conflict do nothing`
}

/** Notes that somebody got something. */
export async function insertDeliveries(
  tx: Queryable,
  deliveries: { user_id: string; product_id: string; delivered_at: string }[],
): Promise<void> {
  await tx`
    insert into deliveries (user_id, product_id, delivered_at)
    select user_id, product_id, max(delivered_at)
    from unnest(${deliveries.map(d => d.user_id)}::uuid[], ${deliveries.map(d => d.product_id)}::uuid[],
      ${deliveries.map(d => d.delivered_at)}::timestamptz[]) as d(user_id, product_id, delivered_at)
    group by 1, 2 order by 1, 2
    on conflict (user_id, product_id) do update set delivered_at = greatest(deliveries.delivered_at, excluded.delivered_at)`
}
