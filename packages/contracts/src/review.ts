import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { FileBody, Id, IdParams, nullable, page, pageQuery, Timestamp } from './fields.ts'
import { operation } from './operation.ts'
import { maxPictureBytes, pictureTypes } from './picture.ts'

/** Reviews: what customers say of products, what others find helpful, and what the shop lets stand. */

/** `pending` waits for staff, `published` is seen by everybody, `rejected` only by its author and staff. */
export const reviewStatuses = ['pending', 'published', 'rejected'] as const
export type ReviewStatus = (typeof reviewStatuses)[number]

/** Why a review waits for staff to look at it; `all` where the shop looks at every one. */
export const suspicions = [
  'bad-words',
  'link',
  'email',
  'phone',
  'shouting',
  'photo',
  'rejected-before',
  'all',
] as const
export type Suspicion = (typeof suspicions)[number]

export const reviewSorts = ['newest', 'helpful', 'highest', 'lowest'] as const
export type ReviewSort = (typeof reviewSorts)[number]

/** Pictures of one review. */
export const maxReviewPhotos = 4

const Stars = Type.Integer({ minimum: 1, maximum: 5 })

const shownFields = {
  id: Id,
  product_id: Id,
  author_name: nullable(Type.String({ description: 'First name and initial, as they were when it was written' })),
  stars: Stars,
  title: nullable(Type.String()),
  text: Type.String(),
  is_verified: Type.Boolean({ description: 'The author was delivered the product' }),
  helpful_count: Type.Integer(),
  photos: Type.Array(Type.Object({ url: Type.String() }), {
    description: 'WebP in several widths, as of products (`pictureSizes`)',
  }),
  created_at: Timestamp,
  edited_at: nullable(Timestamp),
}

/** A review as everybody sees it: nothing in it leads to the person. */
export const Review = Type.Object(shownFields)
export type Review = Static<typeof Review>

/** As its author sees it. */
export const OwnReview = Type.Object({
  ...shownFields,
  product_name: Type.String({ description: 'As it was when the review was written' }),
  status: Type.Enum([...reviewStatuses]),
  rejection_reason: nullable(Type.String()),
})
export type OwnReview = Static<typeof OwnReview>

/** As staff see it. */
export const ModeratedReview = Type.Object({
  ...OwnReview.properties,
  user_id: Id,
  suspicions: Type.Array(Type.Enum([...suspicions])),
  version: Type.Integer({ description: 'Counts up with each edit of its author' }),
  moderated_at: nullable(Timestamp),
})
export type ModeratedReview = Static<typeof ModeratedReview>

export const RatingSummary = Type.Object({
  average: nullable(Type.Number({ description: 'Of the published ones, to two places; null without any' })),
  count: Type.Integer(),
  histogram: Type.Array(Type.Object({ stars: Stars, count: Type.Integer() }), {
    description: 'From five stars down to one',
  }),
})
export type RatingSummary = Static<typeof RatingSummary>

/** Said whenever what is published of a product is rated otherwise, with how it stands then. */
export const reviewRatingChanged = event({
  service: 'review',
  name: 'review.rating-changed',
  version: 1,
  schema: Type.Object({
    product_id: Id,
    rating_average: nullable(Type.Number()),
    rating_count: Type.Integer(),
  }),
  summary: 'The published reviews of a product have another average or count',
})

export const listProductReviews = operation({
  service: 'review',
  name: 'listProductReviews',
  method: 'GET',
  path: '/api/products/:id/reviews',
  auth: 'public',
  summary: 'Published reviews of a product, and how they come out',
  description: 'The summary counts all published reviews, whatever the list is narrowed to.',
  params: IdParams,
  query: Type.Object(
    {
      ...pageQuery,
      sort: Type.Optional(Type.Enum([...reviewSorts], { default: 'newest' })),
      stars: Type.Optional(Stars),
      verified: Type.Optional(Type.Boolean({ description: 'Only of those who were delivered the product' })),
      with_photos: Type.Optional(Type.Boolean({ description: 'Only those with pictures' })),
    },
    { additionalProperties: false },
  ),
  replies: { 200: Type.Object({ product_id: Id, summary: RatingSummary, ...page(Review).properties }) },
  problems: ['invalid-cursor'],
  cache: { fresh_s: 10, if_error_s: 300, changed_about: [reviewRatingChanged] },
  example: { query: { sort: 'helpful', limit: 5 } },
})

const reviewFields = {
  stars: Stars,
  title: Type.Optional(nullable(Type.String({ maxLength: 120 }))),
  text: Type.String({ minLength: 1, maxLength: 5000, pattern: '\\S' }),
}
const ReviewBody = Type.Object(reviewFields, { additionalProperties: false })
const reviewExample = {
  body: { stars: 5, title: 'Keeps its promise', text: 'I have had it for three months, and it looks like new.' },
}

export const createReview = operation({
  service: 'review',
  name: 'createReview',
  method: 'POST',
  path: '/api/products/:id/reviews',
  auth: 'customer',
  summary: 'Review a product',
  description: `Once for each product; \`review_id\` of the refusal names the one there is. It is published at once, or waits
for staff (\`status\`) where something in it should be looked at.`,
  params: IdParams,
  body: ReviewBody,
  replies: { 201: OwnReview },
  problems: ['not-found', 'already-exists'],
  example: reviewExample,
})

export const getOwnReview = operation({
  service: 'review',
  name: 'getOwnReview',
  method: 'GET',
  path: '/api/products/:id/reviews/mine',
  auth: 'customer',
  summary: 'What you have to do with the reviews of a product',
  params: IdParams,
  replies: {
    200: Type.Object({
      review: nullable(OwnReview),
      was_delivered: Type.Boolean({ description: 'A review of yours is marked as verified' }),
      helpful_ids: Type.Array(Id, { description: 'Reviews of the product you found helpful' }),
    }),
  },
})

const ReviewedProduct = Type.Object({ slug: Type.String(), name: Type.String(), image_url: nullable(Type.String()) })

export const listOwnReviews = operation({
  service: 'review',
  name: 'listOwnReviews',
  method: 'GET',
  path: '/api/reviews/mine',
  auth: 'customer',
  summary: 'Your reviews, newest first, whatever became of them',
  description:
    'With the product as the catalogue shows it; without it where that shows it no more, or does not answer.',
  query: Type.Object({ ...pageQuery }, { additionalProperties: false }),
  replies: {
    200: page(
      Type.Object({
        ...OwnReview.properties,
        product: nullable(ReviewedProduct),
      }),
    ),
  },
  problems: ['invalid-cursor'],
})

export const listUnreviewed = operation({
  service: 'review',
  name: 'listUnreviewed',
  method: 'GET',
  path: '/api/reviews/to-write',
  auth: 'customer',
  summary: 'What you were delivered and have not reviewed yet, the newest first',
  description: `Once for each product, whichever of its variants you have. What the shop does not show any more is left out, so
a page may have fewer than asked for.`,
  query: Type.Object({ ...pageQuery }, { additionalProperties: false }),
  replies: {
    200: page(
      Type.Object({
        product_id: Id,
        ...ReviewedProduct.properties,
        delivered_at: nullable(Timestamp),
      }),
    ),
  },
  problems: ['invalid-cursor'],
})

export const updateReview = operation({
  service: 'review',
  name: 'updateReview',
  method: 'PUT',
  path: '/api/reviews/:id',
  auth: 'customer',
  summary: 'Rewrite your review',
  description: 'It is looked at anew. One that was rejected waits for staff.',
  params: IdParams,
  body: ReviewBody,
  replies: { 200: OwnReview },
  problems: ['not-found'],
  example: reviewExample,
})

export const deleteReview = operation({
  service: 'review',
  name: 'deleteReview',
  method: 'DELETE',
  path: '/api/reviews/:id',
  auth: 'customer',
  summary: 'Delete your review',
  params: IdParams,
  replies: { 204: Type.Null() },
  problems: ['not-found'],
})

export const addReviewPhoto = operation({
  service: 'review',
  name: 'addReviewPhoto',
  method: 'POST',
  path: '/api/reviews/:id/photos',
  auth: 'customer',
  summary: 'Add a picture to your review',
  description: `The body is the file itself: JPEG, PNG, WebP, AVIF or GIF by its content, up to 12 MB and 50 million points. It is freed of
what the camera wrote into it. At most four; the same twice is one. The review waits for staff, who look at the
picture first, unless the shop does without.`,
  params: IdParams,
  body: FileBody,
  body_types: pictureTypes,
  body_limit: maxPictureBytes,
  replies: { 201: OwnReview },
  problems: ['not-found', 'too-many', 'validation-failed'],
})

const PhotoName = Type.String({ pattern: '^[0-9a-f]{32}-[1-9][0-9]{0,3}(x[1-9][0-9]{0,3})?\\.webp$', maxLength: 60 })

export const deleteReviewPhoto = operation({
  service: 'review',
  name: 'deleteReviewPhoto',
  method: 'DELETE',
  path: '/api/reviews/:id/photos',
  auth: 'customer',
  summary: 'Take a picture from your review',
  params: IdParams,
  query: Type.Object({ name: PhotoName }, { additionalProperties: false }),
  replies: { 204: Type.Null() },
  problems: ['not-found'],
})

/** Nobody guesses a name: who has one was shown the review, or is to look at it. */
export const getReviewPhoto = operation({
  service: 'review',
  name: 'getReviewPhoto',
  method: 'GET',
  path: '/api/review-photos/:name',
  auth: 'public',
  summary: 'A picture of a review',
  params: Type.Object({ name: PhotoName }),
  replies: { 200: Type.Unknown() },
  reply_type: 'image/webp',
  problems: ['not-found'],
  cache: { fresh_s: 60 },
})

const Helpful = Type.Object({ helpful_count: Type.Integer() })

export const voteForReview = operation({
  service: 'review',
  name: 'voteForReview',
  method: 'POST',
  path: '/api/reviews/:id/votes',
  auth: 'customer',
  summary: 'Say that a review was helpful',
  description: 'Each customer counts once, however often they say so.',
  params: IdParams,
  replies: { 200: Helpful },
  problems: ['not-found', 'own-review'],
})

export const withdrawVote = operation({
  service: 'review',
  name: 'withdrawVote',
  method: 'DELETE',
  path: '/api/reviews/:id/votes',
  auth: 'customer',
  summary: 'Take that back',
  params: IdParams,
  replies: { 200: Helpful },
  problems: ['not-found'],
})

export const listReviews = operation({
  service: 'review',
  name: 'listReviews',
  load: 'bulk',
  method: 'GET',
  path: '/api/reviews',
  auth: { staff: 'reviews' },
  summary: 'All reviews, newest first, and how many there are of each status',
  query: Type.Object(
    {
      ...pageQuery,
      status: Type.Optional(Type.Enum([...reviewStatuses])),
      product_id: Type.Optional(Id),
      stars: Type.Optional(Stars),
      q: Type.Optional(
        Type.String({ minLength: 1, maxLength: 100, description: 'A part of title, text, author or product' }),
      ),
    },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      ...page(ModeratedReview).properties,
      counts: Type.Object(
        { pending: Type.Integer(), published: Type.Integer(), rejected: Type.Integer() },
        { description: 'Of all reviews, whatever the list is narrowed to' },
      ),
    }),
  },
  problems: ['invalid-cursor'],
  example: { query: { status: 'pending' } },
})

export const getReview = operation({
  service: 'review',
  name: 'getReview',
  method: 'GET',
  path: '/api/reviews/:id',
  auth: { staff: 'reviews' },
  summary: 'One review',
  params: IdParams,
  replies: { 200: ModeratedReview },
  problems: ['not-found'],
})

export const moderateReview = operation({
  service: 'review',
  name: 'moderateReview',
  method: 'PUT',
  path: '/api/reviews/:id/moderation',
  auth: { staff: 'reviews' },
  summary: 'Publish or reject a review, or put it back into the queue',
  description: 'Its author is shown the reason of a rejection. With `version` it must still be the text that was read.',
  params: IdParams,
  body: Type.Object(
    {
      status: Type.Enum([...reviewStatuses]),
      reason: Type.Optional(
        Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', description: 'Needed to reject, and only then' }),
      ),
      version: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    },
    { additionalProperties: false },
  ),
  replies: { 200: ModeratedReview },
  problems: ['not-found', 'review-edited', 'validation-failed'],
  example: { body: { status: 'rejected', reason: 'It is about the delivery, not about the product.' } },
})
