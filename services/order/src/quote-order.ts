import { type BodyOf, type quoteOrder as operation, type ReplyOf, toMajor } from '@shopfleet/contracts'
import { type Caller, userIdOf } from '@shopfleet/service-kit'
import { discounted, lookAtCoupon } from './coupons/apply-coupon.ts'
import { resolveLines } from './place-order.ts'
import { priceOrder } from './price-order.ts'
import type { Ctx } from './service.ts'

export interface Quoting {
  caller: Caller
  body: BodyOf<typeof operation>
  cart_token?: string
}

/** What an order would come to now. A coupon that cannot be used takes nothing off, and the quote says why. */
export async function quoteOrder(ctx: Ctx, quoting: Quoting): Promise<ReplyOf<typeof operation>> {
  const { lines, pointerOf, coupon: wanted } = await resolveLines(ctx, quoting)
  const full = await priceOrder(ctx, lines, { currency: quoting.body.currency, pointerOf })
  // A guest has not said who they are yet.
  const customer = { user_id: userIdOf(quoting.caller), email: null }
  const seen = wanted && (await lookAtCoupon(ctx, wanted.code, { basket: full, customer }))
  const coupon = seen && 'coupon' in seen ? seen.coupon : null
  const priced = coupon ? discounted(full, coupon) : full
  const major = (minor: number) => toMajor(minor, priced.currency)
  return {
    items: priced.lines.map(({ price_minor, subtotal_minor, ...line }) => ({
      ...line,
      price: major(price_minor),
      subtotal: major(subtotal_minor),
    })),
    currency: priced.currency,
    subtotal: major(priced.subtotal_minor),
    discount: major(priced.discount_minor),
    shipping: major(priced.shipping_minor),
    tax: major(priced.tax_minor),
    total: major(priced.total_minor),
    coupon: coupon && { code: coupon.code, description: coupon.description },
    coupon_problem: seen && 'problem' in seen ? seen.problem : null,
  }
}
