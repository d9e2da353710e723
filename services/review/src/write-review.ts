import { type BodyOf, type createReview as contract, type OwnReview, Problem, readUserName } from '@shopfleet/contracts'
import { findReviewed } from './products.ts'
import { authorName, standingAfterEdit, standingOf, type Words, wordsOf } from './review.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'
import { suspicionsIn } from './suspicion.ts'

type Body = BodyOf<typeof contract>

/** Writes what a customer says of a product: published at once, or put before staff. */
export async function createReview(ctx: Ctx, id: string, user_id: string, body: Body): Promise<OwnReview> {
  const words = wordsOf(body)
  const [product, name] = await Promise.all([findReviewed(ctx, id), askName(ctx, user_id)])
  if (!product) throw new Problem('not-found')
  const { product_id } = product
  const review = { ...words, ...standingOf(look(ctx, words)), product_id, product_name: product.name, user_id }
  const written = await store.insertReview(ctx.sql, { ...review, author_name: name })
  if (written) return written
  const review_id = await store.findIdOf(ctx.sql, product_id, user_id)
  throw new Problem('already-exists', {
    detail: 'You have reviewed this product. Edit that review instead.',
    review_id,
  })
}

/** Rewrites a review of the customer's own; anew if it was edited or decided on since it was read. */
export async function updateReview(ctx: Ctx, id: string, user_id: string, body: Body): Promise<OwnReview> {
  const words = wordsOf(body)
  const found = look(ctx, words)
  for (;;) {
    const before = await store.findOwn(ctx.sql, id, user_id)
    if (!before) throw new Problem('not-found')
    const next = { ...words, ...standingAfterEdit(before, words, found) }
    const written = await store.updateReview(ctx.sql, id, before, next)
    if (written) return written
  }
}

const look = (ctx: Ctx, words: Words) => [...suspicionsIn(words), ...(ctx.config.MODERATE_ALL ? ['all' as const] : [])]

/** Null for somebody who gave no name. An account that is gone since the token was made writes nothing any more. */
async function askName(ctx: Ctx, user_id: string): Promise<string | null> {
  try {
    const { first_name, last_name } = await ctx.call(readUserName, { params: { id: user_id } })
    return authorName(first_name, last_name)
  } catch (error) {
    if (error instanceof Problem && error.problem === 'not-found') throw new Problem('unauthenticated')
    throw error
  }
}
