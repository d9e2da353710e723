import type { OwnReview } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import type { Standing } from './review.ts'
import { difference, ownColumns, rated } from './store.ts'

/* Statements about the pictures of reviews. */

export interface PhotosOf extends Standing {
  photos: string[]
  version: number
  review: OwnReview
}

export async function findPhotos(sql: Queryable, id: string, user_id: string): Promise<PhotosOf | undefined> {
  const [row] = await sql<(Omit<PhotosOf, 'review' | 'photos'> & OwnReview & { names: string[] })[]>`
    select ${ownColumns(sql)}, r.suspicions, r.version, r.photos as names from reviews r
    where id = ${id} and user_id = ${user_id}`
  if (!row) return undefined
  const { suspicions, version, names, ...review } = row
  return { photos: names, status: review.status, suspicions, version, review }
}

/** Adds a picture to a review, if it still is what was read. Undefined: it is gone, or another by now. */
export async function appendPhoto(
  sql: Queryable,
  id: string,
  name: string,
  read: PhotosOf,
  next: Standing,
): Promise<OwnReview | undefined> {
  const [row] = await sql<OwnReview[]>`
    with r as (
      update reviews set photos = photos || ${name}::text, status = ${next.status}, suspicions = ${next.suspicions},
        version = version + 1, edited_at = now(), rejection_reason = null
      where id = ${id} and version = ${read.version} and status = ${read.status}
      returning new.*, old.stars as was_stars, old.status as was_status
    ), ${difference(sql)}, ${rated(sql)}
    select ${ownColumns(sql)} from r`
  return row
}

/** Takes a picture from a review of this customer. False: there is no such picture. */
export async function dropPhoto(sql: Queryable, id: string, user_id: string, name: string): Promise<boolean> {
  const rows = await sql`
    with changed as (
      update reviews set photos = array_remove(photos, ${name}), version = version + 1
      where id = ${id} and user_id = ${user_id} and ${name} = any(photos) returning id
    ), dropped as (
      insert into dropped_photos (name) select ${name} from changed on conflict do nothing
    )
    select 1 from changed`
  return rows.count === 1
}

export async function listDropped(sql: Queryable, limit: number): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`select name from dropped_photos order by name limit ${limit}`
  return rows.map(row => row.name)
}

export async function forgetDropped(sql: Queryable, name: string): Promise<void> {
  await sql`delete from dropped_photos where name = ${name}`
}
