import { type BodyOf, type moderateReview as contract, type ModeratedReview, Problem } from '@shopfleet/contracts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/** Staff publish, reject or put back a review. Deciding the same again changes nothing that is seen. */
export async function moderateReview(ctx: Ctx, id: string, body: BodyOf<typeof contract>): Promise<ModeratedReview> {
  const { status, reason, version } = body
  if ((status === 'rejected') !== (reason !== undefined)) {
    const detail = reason === undefined ? 'is needed to reject a review' : 'is only for rejecting'
    throw new Problem('validation-failed', { errors: [{ pointer: '/reason', detail }] })
  }
  const moderated = await store.moderate(ctx.sql, id, { status, rejection_reason: reason?.trim() ?? null, version })
  if (moderated) return moderated
  const now = await store.findReview(ctx.sql, id)
  if (!now) throw new Problem('not-found')
  throw new Problem('review-edited', { version: now.version })
}
