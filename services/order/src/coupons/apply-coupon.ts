import { type CouponProblem, type CouponReason, Problem } from '@shopfleet/contracts'
import { errorCode, isUniqueViolation, seeded, transaction } from '@shopfleet/database'
import type { Priced } from '../price-order.ts'
import type { Ctx } from '../service.ts'
import * as orders from '../store.ts'
import { type Basket, type CouponState, codeOf, discountOf, invalidCoupon, problemOf, reasonAgainst } from './coupon.ts'
import * as store from './coupon-store.ts'

/** A code with what it was asked with: `pointer` names that in the request. */
export interface Asked {
  code: string
  pointer: string
}

/** The coupon, or why it cannot be used. */
export async function lookAtCoupon(
  ctx: Ctx,
  typed: string,
  { basket, customer }: { basket: Basket; customer: store.Customer },
): Promise<{ coupon: CouponState } | { problem: CouponProblem }> {
  const code = codeOf(typed)
  const coupon = await store.findCouponState(ctx.sql, code, customer)
  const reason = reasonAgainst(coupon, basket)
  return reason ? { problem: problemOf(code, reason, coupon) } : { coupon: coupon! }
}

/** Takes a coupon off what lines come to. */
export function discounted(priced: Priced, coupon: CouponState): Priced {
  const discount_minor = discountOf(coupon, priced.subtotal_minor)
  return { ...priced, discount_minor, total_minor: priced.total_minor - discount_minor }
}

/**
 * Records an order that takes a use of its coupon. The order is the use, so there is none without the other: cancelled,
 * expired or refused, it is given back in the same moment.
 */
export async function insertWithCoupon(
  ctx: Ctx,
  order: orders.NewOrder,
  { coupon, pointer }: { coupon: CouponState; pointer: string },
): Promise<orders.OrderRow> {
  const refuse = (reason: CouponReason) => invalidCoupon(problemOf(coupon.code, reason), pointer)
  const work = () =>
    coupon.max_uses === null ? orders.insertOrder(ctx.sql, order) : inTurn(ctx, coupon.code, insertCounted)
  try {
    return await work()
  } catch (error) {
    if (isUniqueViolation(error, 'orders_coupon_once_user') || isUniqueViolation(error, 'orders_coupon_once_email')) {
      throw refuse('already-used')
    }
    // Deleted in this very moment.
    if (errorCode(error) === '23503') throw refuse('unknown')
    throw error
  }

  function insertCounted(): Promise<orders.OrderRow> {
    return transaction(ctx.sql, async tx => {
      const now = await store.lockCoupon(tx, coupon.code)
      if (!now?.is_active) throw refuse('unknown')
      const isUsedUp = now.max_uses !== null && (await store.countUses(tx, now.code)) >= now.max_uses
      if (isUsedUp && !seeded('coupon-overused')) throw refuse('used-up')
      return orders.insertOrderIn(tx, order)
    })
  }
}

/**
 * One of this process at a time for each coupon. The lock in the database would do; but whoever waits for it there keeps
 * a connection from all who buy without a coupon.
 */
async function inTurn<T>(ctx: Ctx, code: string, work: () => Promise<T>): Promise<T> {
  const before = ctx.redeeming.get(code)
  const mine = before ? before.then(work, work) : work()
  ctx.redeeming.set(code, mine)
  try {
    return await mine
  } finally {
    if (ctx.redeeming.get(code) === mine) ctx.redeeming.delete(code)
  }
}

export const isInvalidCoupon = (error: unknown) => error instanceof Problem && error.problem === 'invalid-coupon'
