import { createHash } from 'node:crypto'
import {
  type BodyOf,
  type placeOrder as operation,
  Problem,
  readCartForOrder,
  toMajor,
  toMinor,
  Unavailable,
  userExists,
} from '@shopfleet/contracts'
import { isUnavailable, isUniqueViolation, seeded } from '@shopfleet/database'
import { type Caller, isStaff, userIdOf } from '@shopfleet/service-kit'
import { type Answered, answerAgain, answerWhenDriven } from './answer.ts'
import { type Driven, drive } from './checkout.ts'
import { type Asked, discounted, insertWithCoupon, isInvalidCoupon, lookAtCoupon } from './coupons/apply-coupon.ts'
import { type CouponState, invalidCoupon } from './coupons/coupon.ts'
import type { Line } from './order.ts'
import { type Priced, priceOrder } from './price-order.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

export type PlaceOrder = BodyOf<typeof operation>

export interface Placing {
  caller: Caller
  body: PlaceOrder
  idempotency_key?: string
  cart_token?: string
}

/**
 * Records the order, then drives it: to held stock, or to paid. A refusal undoes all of it before it is answered, so a
 * refused request leaves nothing held and nothing charged.
 */
export async function placeOrder(ctx: Ctx, placing: Placing): Promise<Answered> {
  const { body, caller } = placing
  const key = seeded('key-ignored') ? undefined : placing.idempotency_key
  const request_hash = hashOf(body)
  const scope = caller.kind === 'user' ? `user:${caller.user_id}` : caller.kind
  const findBefore = async () => (key === undefined ? undefined : store.findPlacing(ctx.sql, scope, key))
  // A copy of a request that is still being looked at must not be refused for what has changed since: its first one may
  // yet be recorded. (Another instance's copies are not seen here; there the unique index decides which one is.)
  const claim = key === undefined ? undefined : `${scope} ${key}`
  if (claim !== undefined && ctx.placing.has(claim)) throw new Problem('request-in-progress')
  if (claim !== undefined) ctx.placing.add(claim)
  let recorded: Awaited<ReturnType<typeof record>>
  try {
    const before = await findBefore()
    if (before) return answerAgain(before, request_hash)
    recorded = await look().catch(unlessPlaced)
  } finally {
    if (claim !== undefined) ctx.placing.delete(claim)
  }
  if ('before' in recorded) return answerAgain(recorded.before, request_hash)
  const { order } = recorded
  return answerWhenDriven(ctx, order, () =>
    drive(ctx, order, { payment: 'untouched' }).catch(error => giveUp(ctx, order, error)),
  )

  async function look() {
    const buyer = await resolveBuyer(ctx, caller, body)
    const { lines: asked, pointerOf, coupon: wanted } = await resolveLines(ctx, placing)
    const full = await priceOrder(ctx, asked, { currency: body.currency, pointerOf })
    if (!wanted) return record(buyer, full)
    const seen = await lookAtCoupon(ctx, wanted.code, { basket: full, customer: buyer })
    if ('problem' in seen) throw invalidCoupon(seen.problem, wanted.pointer)
    return record(buyer, discounted(full, seen.coupon), { coupon: seen.coupon, pointer: wanted.pointer })
  }

  /** Of two copies of a request that other instances look at, one may have taken the coupon's last use for both. */
  async function unlessPlaced(error: unknown): Promise<{ before: store.AttemptRow }> {
    const before = isInvalidCoupon(error) ? await findBefore() : undefined
    if (before) return { before }
    throw error
  }

  async function record(
    buyer: Awaited<ReturnType<typeof resolveBuyer>>,
    priced: Priced,
    taken?: { coupon: CouponState; pointer: string },
  ): Promise<{ order: store.OrderRow } | { before: store.AttemptRow }> {
    assertExpectedTotal(body, priced.total_minor, priced.currency)
    try {
      const order: store.NewOrder = {
        ...priced,
        id: ctx.clock.newId(),
        ...buyer,
        goal: body.payment_method ? 'pay' : 'hold',
        payment_method: body.payment_method ?? null,
        shipping_address: body.shipping_address ?? null,
        cart_id: body.cart_id ?? null,
        hold_s: ctx.config.HOLD_S,
        lease_ms: ctx.config.DRIVE_LEASE_MS,
        idempotency_scope: key === undefined ? null : scope,
        idempotency_key: key ?? null,
        request_hash,
        coupon_code: taken?.coupon.code ?? null,
        coupon_once: taken?.coupon.once_per_customer ?? false,
      }
      const placed = await (taken ? insertWithCoupon(ctx, order, taken) : store.insertOrder(ctx.sql, order))
      ctx.orders.told('placed')
      return { order: placed }
    } catch (error) {
      const ordered = isUniqueViolation(error, 'orders_cart_once')
      if (!ordered && !isUniqueViolation(error, 'orders_key_once')) throw error
      // The same request twice at the same moment: the key says more than the cart.
      const before = await findBefore()
      if (before) return { before }
      // The key was given free again in that very moment.
      throw new Problem(ordered ? 'cart-ordered' : 'request-in-progress')
    }
  }
}

/**
 * A step did not answer, or failed. Before money is authorised the order is undone, so that the refusal had no effect
 * and the same key may be tried again. Once money may be held, going on is the way out with the least harm: the sweeper
 * does.
 */
async function giveUp(ctx: Ctx, order: store.OrderRow, error: unknown): Promise<Driven> {
  // Our own database: what was done last is not known, and there is nowhere to write that it is undone.
  if (isUnavailable(error)) throw error
  const undone = await store.moveOrder(ctx.sql, order, {
    // While this one waited, the sweeper may have held the stock and the shopper begun to pay: that is no longer its own.
    from: { statuses: ['pending'], goals: ['hold', 'pay'], payment_statuses: ['unpaid'], attempt: order.attempt },
    to: { goal: 'cancel', cancel_reason: 'unavailable', due_in_s: 0, free_key: true },
    answer: new Problem('unavailable'),
  })
  if (undone) throw error
  if (!(error instanceof Unavailable)) ctx.log.error({ error, orderId: order.id }, 'a checkout is left to the sweeper')
  return { order }
}

async function resolveBuyer(
  ctx: Ctx,
  caller: Caller,
  body: PlaceOrder,
): Promise<{ user_id: string | null; email: string | null }> {
  const own = userIdOf(caller)
  const user_id = body.user_id?.toLowerCase()
  if (user_id !== undefined && user_id !== own) {
    if (caller.kind === 'anonymous')
      throw new Problem('unauthenticated', { detail: 'Sign in to order for an account.' })
    if (!isStaff(caller, 'orders')) throw new Problem('forbidden', { detail: 'user_id must be your own.' })
    await assertUserExists(ctx, user_id)
    return { user_id, email: body.email ?? null }
  }
  if (own === null && body.email === undefined) {
    throw new Problem('validation-failed', {
      errors: [{ pointer: '/email', detail: 'is required to order without an account' }],
    })
  }
  return { user_id: own, email: body.email ?? null }
}

async function assertUserExists(ctx: Ctx, user_id: string): Promise<void> {
  try {
    await ctx.call(userExists, { params: { id: user_id } })
  } catch (error) {
    if (!(error instanceof Problem) || error.problem !== 'not-found') throw error
    throw new Problem('validation-failed', { errors: [{ pointer: '/user_id', detail: 'there is no such user' }] })
  }
}

/**
 * The lines an order or a quote is asked for: from exactly one of items, one product, or a cart of the caller's. The
 * coupon is the one that is named, else the cart's.
 */
export async function resolveLines(
  ctx: Ctx,
  {
    body,
    caller,
    cart_token,
  }: {
    body: Pick<PlaceOrder, 'items' | 'product_id' | 'quantity' | 'cart_id' | 'coupon_code'>
    caller: Caller
    cart_token?: string
  },
): Promise<{ lines: Line[]; pointerOf: (index: number) => string; coupon?: Asked }> {
  const given = [body.items && '/items', body.product_id && '/product_id', body.cart_id && '/cart_id'].filter(
    Boolean,
  ) as string[]
  if (given.length !== 1) {
    const detail =
      given.length === 0 ? 'give items, a product_id or a cart_id' : 'give only one of items, product_id and cart_id'
    throw new Problem('validation-failed', {
      errors: (given.length ? given : ['/items']).map(pointer => ({ pointer, detail })),
    })
  }
  if (body.quantity !== undefined && !body.product_id) {
    throw new Problem('validation-failed', { errors: [{ pointer: '/quantity', detail: 'goes with product_id' }] })
  }
  // An id is the same in capitals: lines of one product are found by it.
  const coupon = body.coupon_code === undefined ? undefined : { code: body.coupon_code, pointer: '/coupon_code' }
  const lineOf = ({ product_id, quantity }: Line) => ({ product_id: product_id.toLowerCase(), quantity })
  if (body.items) return { lines: body.items.map(lineOf), pointerOf: index => `/items/${index}/product_id`, coupon }
  if (body.product_id) {
    const line = lineOf({ product_id: body.product_id, quantity: body.quantity ?? 1 })
    return { lines: [line], pointerOf: () => '/product_id', coupon }
  }
  const cart = await ctx.call(readCartForOrder, {
    params: { cart_id: body.cart_id! },
    body: { user_id: userIdOf(caller), cart_token: cart_token ?? null },
  })
  if (cart.items.length === 0) throw new Problem('cart-empty')
  const kept = cart.coupon_code ? { code: cart.coupon_code, pointer: '/cart_id' } : undefined
  return { lines: cart.items, pointerOf: () => '/cart_id', coupon: coupon ?? kept }
}

function assertExpectedTotal(body: PlaceOrder, total_minor: number, currency: string): void {
  if (body.expected_total === undefined) return
  if (toMinor(body.expected_total, currency, '/expected_total') !== total_minor) {
    throw new Problem('price-changed', { total: toMajor(total_minor, currency), currency })
  }
}

/** What makes two requests the same: their content, not the order of their keys. */
export function hashOf(body: unknown): string {
  const sorted = JSON.stringify(body, (_key, value) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
  return createHash('sha256').update(sorted).digest('base64url')
}
