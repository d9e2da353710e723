import { maxReviewPhotos, type OwnReview, Problem } from '@shopfleet/contracts'
import { keepPicture, picturesWithin } from '@shopfleet/files'
import * as store from './photo-store.ts'
import { standingWithPhoto } from './review.ts'
import type { Ctx } from './service.ts'

/** Adds a picture to a review of the customer's own. It is kept before it is shown; the same one twice is one. */
export async function addPhoto(ctx: Ctx, id: string, user_id: string, bytes: Uint8Array): Promise<OwnReview> {
  // Before the work of making its sizes.
  checkRoom(await store.findPhotos(ctx.sql, id, user_id))
  // Of this review alone: it is deleted with it, whoever else has uploaded the same.
  const { name } = await keepPicture(ctx.files, bytes, { owner: id })
  for (;;) {
    const before = await store.findPhotos(ctx.sql, id, user_id)
    if (before?.photos.includes(name)) return before.review
    checkRoom(before)
    const next = standingWithPhoto(before, ctx.config.MODERATE_PHOTOS)
    const added = await store.appendPhoto(ctx.sql, id, name, before, next)
    if (added) return added
  }
}

function checkRoom(found: store.PhotosOf | undefined): asserts found is store.PhotosOf {
  if (!found) throw new Problem('not-found')
  if (found.photos.length < maxReviewPhotos) return
  throw new Problem('too-many', { detail: `A review has at most ${maxReviewPhotos} pictures.` })
}

/** Deletes the files of pictures that nobody shows any more. Answers how many pictures there were. */
export async function deleteDropped(ctx: Ctx, limit: number): Promise<number> {
  const names = await store.listDropped(ctx.sql, limit)
  for (const name of names) {
    for (const file of picturesWithin(name)) await ctx.files.remove(file)
    await store.forgetDropped(ctx.sql, name)
  }
  return names.length
}
