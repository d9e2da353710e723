import {
  type BodyOf,
  type Coupon,
  type createCoupon as createOperation,
  Problem,
  toMinor,
  toRate,
  type updateCoupon as updateOperation,
} from '@shopfleet/contracts'
import { errorCode, isCheckViolation, transaction } from '@shopfleet/database'
import type { Ctx } from '../service.ts'
import { codeOf, toWire } from './coupon.ts'
import * as store from './coupon-store.ts'

const refuse = (pointer: string, detail: string) => new Problem('validation-failed', { errors: [{ pointer, detail }] })

export async function createCoupon(ctx: Ctx, body: BodyOf<typeof createOperation>): Promise<Coupon> {
  const { percent, amount, currency, min_subtotal } = body
  if (percent === undefined && amount === undefined) throw refuse('/percent', 'give percent or amount')
  if (percent !== undefined && amount !== undefined) throw refuse('/amount', 'give only one of percent and amount')
  if (currency === undefined && (amount !== undefined || min_subtotal !== undefined)) {
    throw refuse('/currency', 'is required with an amount or a min_subtotal')
  }
  const made = await withinTime(
    store.insertCoupon(ctx.sql, {
      id: ctx.clock.newId(),
      code: codeOf(body.code),
      description: body.description ?? '',
      rate: percent === undefined ? null : toRate(percent, '/percent'),
      amount_minor: amount === undefined ? null : toMinor(amount, currency!, '/amount'),
      currency: currency ?? null,
      min_subtotal_minor: min_subtotal === undefined ? null : toMinor(min_subtotal, currency!, '/min_subtotal'),
      starts_at: body.starts_at ?? null,
      ends_at: body.ends_at ?? null,
      max_uses: body.max_uses ?? null,
      once_per_customer: body.once_per_customer ?? false,
      is_active: body.is_active ?? true,
    }),
  )
  if (made) return toWire(made, 0)
  throw new Problem('already-exists', {
    detail: 'There is a coupon with this code.',
    errors: [{ pointer: '/code', detail: 'is taken' }],
  })
}

export async function changeCoupon(ctx: Ctx, id: string, body: BodyOf<typeof updateOperation>): Promise<Coupon> {
  return transaction(ctx.sql, async tx => {
    const found = await store.findCoupon(tx, id)
    const before = found && (await store.lockCoupon(tx, found.code))
    if (!before) throw new Problem('not-found')
    const uses = await store.countUses(tx, before.code)
    const to = { ...before, ...body }
    if (to.max_uses !== null && before.max_uses === null) throw refuse('/max_uses', 'was without a limit and stays so')
    if (to.max_uses !== null && to.max_uses < uses) throw refuse('/max_uses', `is below the ${uses} uses so far`)
    return toWire(await withinTime(store.updateCoupon(tx, id, to)), uses)
  })
}

export async function deleteCoupon(ctx: Ctx, id: string): Promise<null> {
  try {
    if (!(await store.deleteCoupon(ctx.sql, id))) throw new Problem('not-found')
    return null
  } catch (error) {
    if (errorCode(error) !== '23503') throw error
    throw new Problem('in-use', { detail: 'Orders were made with it. Switch it off instead.' })
  }
}

async function withinTime<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    if (isCheckViolation(error, 'coupons_end_after_start')) throw refuse('/ends_at', 'must be after starts_at')
    throw error
  }
}
