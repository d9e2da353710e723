import * as api from '@shopfleet/contracts'
import { decodeCursor, pageOf, type Route, reply, route, userIdOf } from '@shopfleet/service-kit'
import { moderateReview } from './moderate-review.ts'
import { listOwn, listToWrite } from './own-reviews.ts'
import { dropPhoto } from './photo-store.ts'
import { addPhoto } from './photos.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'
import { deleteVote, insertVote } from './vote-store.ts'
import { wishlistRoutes } from './wishlist/routes.ts'
import { createReview, updateReview } from './write-review.ts'

/** Something or a 404. */
function found<T>(value: T | undefined): T {
  if (value === undefined) throw new api.Problem('not-found')
  return value
}

/** What lies under a name never changes; it may be taken away. */
const photoHeaders = (type: string) => ({
  'content-type': type,
  'cache-control': 'public, max-age=3600',
  'x-content-type-options': 'nosniff',
})

async function listProductReviews(ctx: Ctx, product_id: string, query: api.QueryOf<typeof api.listProductReviews>) {
  const { stars, verified, with_photos } = query
  const [sort, limit] = [query.sort!, query.limit!]
  const list = `reviews ${sort}`
  const after = decodeCursor(list, store.sortKeys[sort], query.cursor) as store.SortKey | undefined
  const [summary, rows] = await Promise.all([
    store.readSummary(ctx.sql, product_id),
    store.listPublished(ctx.sql, { product_id, sort, after, stars, verified, with_photos, limit: limit + 1 }),
  ])
  return { product_id, summary, ...pageOf(list, rows, limit, row => store.sortKeyOf(sort, row)) }
}

async function listReviews(ctx: Ctx, query: api.QueryOf<typeof api.listReviews>) {
  const { status, product_id, stars, q } = query
  const limit = query.limit!
  const [before] = decodeCursor('all reviews', ['id'], query.cursor) ?? []
  const [rows, counts] = await Promise.all([
    store.listAll(ctx.sql, { status, product_id, stars, q, before, limit: limit + 1 }),
    store.countByStatus(ctx.sql),
  ])
  return { ...pageOf('all reviews', rows, limit, row => [row.id]), counts }
}

export const routes = (ctx: Ctx): Route[] => [
  ...wishlistRoutes(ctx),
  route(api.listProductReviews, ({ params, query }) => listProductReviews(ctx, params.id, query)),
  route(api.createReview, ({ caller, params, body }) => createReview(ctx, params.id, userIdOf(caller)!, body)),
  route(api.getOwnReview, ({ caller, params }) => store.readOwn(ctx.sql, params.id, userIdOf(caller)!)),

  route(api.listOwnReviews, ({ caller, query }) => listOwn(ctx, userIdOf(caller)!, query)),
  route(api.listUnreviewed, ({ caller, query }) => listToWrite(ctx, userIdOf(caller)!, query)),
  route(api.updateReview, ({ caller, params, body }) => updateReview(ctx, params.id, userIdOf(caller)!, body)),
  route(api.deleteReview, async ({ caller, params }) => {
    if (!(await store.deleteReview(ctx.sql, params.id, userIdOf(caller)!))) throw new api.Problem('not-found')
    return null
  }),
  route(api.addReviewPhoto, ({ caller, params, body }) => addPhoto(ctx, params.id, userIdOf(caller)!, body)),
  route(api.deleteReviewPhoto, async ({ caller, params, query }) => {
    if (!(await dropPhoto(ctx.sql, params.id, userIdOf(caller)!, query.name))) throw new api.Problem('not-found')
    return null
  }),
  route(api.getReviewPhoto, async ({ params }) => {
    const { bytes, type } = found(await ctx.files.find(params.name))
    return reply(200, bytes, photoHeaders(type))
  }),
  route(api.voteForReview, async ({ caller, params }) => {
    const { is_own, helpful_count } = found(await insertVote(ctx.sql, params.id, userIdOf(caller)!))
    if (is_own) throw new api.Problem('own-review')
    return { helpful_count }
  }),
  route(api.withdrawVote, async ({ caller, params }) => {
    return found(await deleteVote(ctx.sql, params.id, userIdOf(caller)!))
  }),

  route(api.countPendingReviews, async () => ({ pending: (await store.countByStatus(ctx.sql)).pending })),
  route(api.listReviews, ({ query }) => listReviews(ctx, query)),
  route(api.getReview, async ({ params }) => found(await store.findReview(ctx.sql, params.id))),
  route(api.moderateReview, ({ params, body }) => moderateReview(ctx, params.id, body)),
]
