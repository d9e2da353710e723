import { type Static, Type } from 'typebox'
import { Amount, Currency, Id, IdParams, maxAmount, nullable, page, pageQuery, Timestamp } from './fields.ts'
import { maxMinor } from './money.ts'
import { operation } from './operation.ts'

/** Coupons: a code that takes something off an order. The order service owns them. */

export const couponReasons = [
  'unknown',
  'not-yet',
  'expired',
  'used-up',
  'already-used',
  'below-minimum',
  'wrong-currency',
] as const
/** Why a coupon cannot be used; `reason` of the problem `invalid-coupon`. */
export type CouponReason = (typeof couponReasons)[number]

export const CouponCode = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,40}$',
  description: 'Of letters, digits, hyphens and underscores, capitals or small',
})

/** How a coupon that was asked for stands: what a quote says instead of refusing. */
export const CouponProblem = Type.Object({
  code: Type.String(),
  reason: Type.Enum([...couponReasons]),
  detail: Type.String(),
  min_subtotal: Type.Optional(Amount),
})
export type CouponProblem = Static<typeof CouponProblem>

export const Coupon = Type.Object({
  id: Id,
  code: Type.String(),
  description: Type.String(),
  percent: nullable(Type.Number({ description: 'Taken off the subtotal' })),
  amount: nullable(Amount),
  currency: nullable(Currency),
  min_subtotal: nullable(Amount),
  starts_at: nullable(Timestamp),
  ends_at: nullable(Timestamp),
  max_uses: nullable(Type.Integer()),
  once_per_customer: Type.Boolean(),
  is_active: Type.Boolean(),
  uses: Type.Integer({ description: 'Orders with it that were not undone' }),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type Coupon = Static<typeof Coupon>

const Moment = Type.Optional(nullable(Timestamp))
const MaxUses = Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 100_000 })))
const Description = Type.Optional(Type.String({ maxLength: 200 }))
const IsActive = Type.Optional(Type.Boolean())

export const listCoupons = operation({
  service: 'order',
  name: 'listCoupons',
  method: 'GET',
  path: '/api/coupons',
  auth: { staff: 'catalogue' },
  summary: 'Coupons, newest first, with their uses so far',
  query: Type.Object(pageQuery, { additionalProperties: false }),
  replies: { 200: page(Coupon) },
  problems: ['invalid-cursor'],
})

export const createCoupon = operation({
  service: 'order',
  name: 'createCoupon',
  method: 'POST',
  path: '/api/coupons',
  auth: { staff: 'catalogue' },
  summary: 'Make a coupon',
  description: `Takes \`percent\` of the subtotal off, or an \`amount\` of a \`currency\`, never more than the subtotal. Without
\`max_uses\` it may be used without a limit. Nobody uses one \`once_per_customer\` twice: a customer is known by the account, a
guest by the e-mail address.`,
  body: Type.Object(
    {
      code: Type.String({ pattern: '^[A-Za-z0-9_-]{3,40}$', description: 'Kept in capitals' }),
      description: Description,
      percent: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100 })),
      amount: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: maxAmount })),
      currency: Type.Optional(Currency),
      min_subtotal: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: maxAmount })),
      starts_at: Moment,
      ends_at: Moment,
      max_uses: MaxUses,
      once_per_customer: Type.Optional(Type.Boolean()),
      is_active: IsActive,
    },
    { additionalProperties: false },
  ),
  replies: { 201: Coupon },
  problems: ['already-exists', 'validation-failed'],
  example: { body: { code: 'SPRING10', percent: 10, description: 'Ten percent off in spring' } },
})

export const getCoupon = operation({
  service: 'order',
  name: 'getCoupon',
  method: 'GET',
  path: '/api/coupons/:id',
  auth: { staff: 'catalogue' },
  summary: 'One coupon',
  params: IdParams,
  replies: { 200: Coupon },
  problems: ['not-found'],
})

export const updateCoupon = operation({
  service: 'order',
  name: 'updateCoupon',
  method: 'PATCH',
  path: '/api/coupons/:id',
  auth: { staff: 'catalogue' },
  summary: 'Change when and how often a coupon may be used',
  description: `What it takes off and who may use it stays as it was made: that was promised to whoever holds the code.
\`max_uses\` goes no lower than the uses so far, and one without a limit is given none.`,
  params: IdParams,
  body: Type.Object(
    { description: Description, starts_at: Moment, ends_at: Moment, max_uses: MaxUses, is_active: IsActive },
    { additionalProperties: false, minProperties: 1 },
  ),
  replies: { 200: Coupon },
  problems: ['not-found', 'validation-failed'],
  example: { body: { is_active: false } },
})

export const deleteCoupon = operation({
  service: 'order',
  name: 'deleteCoupon',
  method: 'DELETE',
  path: '/api/coupons/:id',
  auth: { staff: 'catalogue' },
  summary: 'Delete a coupon that no order was made with',
  params: IdParams,
  replies: { 204: Type.Null() },
  problems: ['not-found', 'in-use'],
})

/** Whether a cart may keep a code. It says nothing of the order that is made of the cart later: that asks again. */
export const checkCoupon = operation({
  service: 'order',
  name: 'checkCoupon',
  method: 'POST',
  path: '/internal/coupons/check',
  auth: { service: ['cart'] },
  summary: 'Whether a coupon can be used now, for so much',
  body: Type.Object(
    {
      code: CouponCode,
      subtotal_minor: Type.Integer({ minimum: 0, maximum: maxMinor }),
      currency: Currency,
      user_id: nullable(Id),
    },
    { additionalProperties: false },
  ),
  replies: { 200: Type.Object({ code: Type.String() }) },
  problems: ['invalid-coupon'],
  idempotent: true,
})
