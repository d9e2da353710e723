import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Order, Problem, toMajor } from '@shopfleet/contracts'
import { seeded } from '@shopfleet/database'
import { type Caller, mayAccess } from '@shopfleet/service-kit'
import { refundable } from './refunds/refund.ts'
import type { Ctx } from './service.ts'
import type { OrderRow } from './store.ts'

/** An order as it goes onto the wire: money in major units, nothing of how checkout works inside. */
export function toWire(row: OrderRow, order_token?: string): Order {
  const major = (minor: number) => toMajor(minor, row.currency)
  const total = major(row.total_minor)
  return {
    id: row.id,
    number: row.number,
    user_id: row.user_id,
    email: row.email,
    status: row.status,
    payment_status: row.payment_status,
    items: refundable(row).map(({ price_minor, subtotal_minor, paid_minor, refunded_minor, ...item }) => ({
      ...item,
      price: major(price_minor),
      subtotal: major(subtotal_minor),
      paid: major(paid_minor),
      refunded: major(refunded_minor),
    })),
    currency: row.currency,
    subtotal: major(row.subtotal_minor),
    discount: major(row.discount_minor),
    shipping: major(row.shipping_minor),
    tax: major(row.tax_minor),
    total,
    total_amount: total,
    refunded: major(row.refunded_minor),
    coupon_code: row.coupon_code,
    shipping_address: row.shipping_address as Order['shipping_address'],
    cart_id: row.cart_id,
    cancel_reason: row.cancel_reason,
    refused: row.refused,
    expires_at: row.expires_at,
    ...(order_token === undefined ? {} : { order_token }),
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}

/**
 * The token by which a guest reaches their order: made from the order's id, so that a repeated request can be given it
 * again without it being kept anywhere.
 */
export function guestToken(ctx: Ctx, order_id: string): string {
  const secret = ctx.config.ORDER_TOKEN_SECRET ?? ctx.config.SERVICE_SECRET ?? ctx.config.SERVICE_KEY!
  return createHmac('sha256', secret).update(`order:${order_id}`).digest('base64url')
}

/** The order, if it is the caller's: their own, by the guest's token, or staff. Otherwise it is as if it did not exist. */
export function assertAccess(ctx: Ctx, row: OrderRow | undefined, caller: Caller, token: string | undefined): OrderRow {
  if (row && (mayAccess(caller, row.user_id, 'orders') || seeded('orders-of-others'))) return row
  if (row && row.user_id === null && token !== undefined) {
    const expected = Buffer.from(guestToken(ctx, row.id))
    const given = Buffer.from(token)
    if (given.length === expected.length && timingSafeEqual(given, expected)) return row
  }
  throw new Problem('not-found')
}
