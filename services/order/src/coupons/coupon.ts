import { applyRate, type Coupon, type CouponProblem, type CouponReason, Problem, toMajor } from '@shopfleet/contracts'
import { seeded } from '@shopfleet/database'

/** A coupon as it is kept. */
export interface CouponRow {
  id: string
  code: string
  description: string
  rate: number | null
  amount_minor: number | null
  currency: string | null
  min_subtotal_minor: number | null
  starts_at: string | null
  ends_at: string | null
  max_uses: number | null
  once_per_customer: boolean
  is_active: boolean
  created_at: string
  updated_at: string
}

/** A coupon and how it stands at the moment, by the database's clock. */
export interface CouponState extends CouponRow {
  is_early: boolean
  is_over: boolean
  /** Null where nothing limits them: nobody counts then. */
  uses: number | null
  /** Whether the customer has used it, where that matters. */
  is_used_by_customer: boolean
}

/** What it is asked to take something off from. */
export interface Basket {
  subtotal_minor: number
  currency: string
}

export const codeOf = (typed: string): string => typed.toUpperCase()

/** What a coupon takes off: rounded once, half a unit away from zero, and never more than there is. */
export function discountOf({ rate, amount_minor }: Pick<CouponRow, 'rate' | 'amount_minor'>, subtotal_minor: number) {
  return Math.min(rate === null ? amount_minor! : applyRate(subtotal_minor, rate), subtotal_minor)
}

/** Why a coupon cannot be used for a basket; undefined: it can. One that is switched off is as if there were none. */
export function reasonAgainst(coupon: CouponState | undefined, basket: Basket): CouponReason | undefined {
  if (!coupon?.is_active) return 'unknown'
  if (coupon.is_early) return 'not-yet'
  if (coupon.is_over) return 'expired'
  if (coupon.currency !== null && coupon.currency !== basket.currency) return 'wrong-currency'
  const isBelow = coupon.min_subtotal_minor !== null && basket.subtotal_minor < coupon.min_subtotal_minor
  if (isBelow && !seeded('coupon-for-any-basket')) return 'below-minimum'
  if (coupon.max_uses !== null && coupon.uses! >= coupon.max_uses && !seeded('coupon-overused')) return 'used-up'
  return coupon.is_used_by_customer ? 'already-used' : undefined
}

const details: Record<CouponReason, string> = {
  unknown: 'is not one of ours',
  'not-yet': 'cannot be used yet',
  expired: 'has run out',
  'used-up': 'has been used as often as it may be',
  'already-used': 'can be used once, and was',
  'below-minimum': 'needs more in the cart',
  'wrong-currency': 'is of another currency',
}

/** What a quote says of a coupon that takes nothing off. */
export function problemOf(
  code: string,
  reason: CouponReason,
  coupon?: Pick<CouponRow, 'min_subtotal_minor' | 'currency'>,
): CouponProblem {
  const least = reason === 'below-minimum' && coupon?.min_subtotal_minor
  const more = least ? { min_subtotal: toMajor(least, coupon.currency!) } : {}
  return { code, reason, detail: details[reason], ...more }
}

/** `pointer` names in the request what the coupon came with. */
export function invalidCoupon({ detail, ...rest }: CouponProblem, pointer: string): Problem {
  return new Problem('invalid-coupon', { detail: `The coupon ${detail}.`, errors: [{ pointer, detail }], ...rest })
}

export function toWire({ rate, amount_minor, min_subtotal_minor, ...row }: CouponRow, uses: number): Coupon {
  const major = (minor: number | null) => (minor === null ? null : toMajor(minor, row.currency!))
  return {
    ...row,
    percent: rate === null ? null : rate / 10_000,
    amount: major(amount_minor),
    min_subtotal: major(min_subtotal_minor),
    uses,
  }
}
