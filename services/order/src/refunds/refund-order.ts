import {
  type BodyOf,
  type refundOrder as operation,
  Problem,
  type ProblemBody,
  refundForOrder,
  refundOfLine,
  returnStock,
  sumMinor,
  toMajor,
  toMinor,
  Unavailable,
} from '@shopfleet/contracts'
import { isUnavailable, seeded, transaction } from '@shopfleet/database'
import { currentTraceparent, withContext } from '@shopfleet/messaging'
import { retryDelay } from '../order.ts'
import { hashOf } from '../place-order.ts'
import type { Ctx } from '../service.ts'
import type { OrderRow } from '../store.ts'
import { type RefundRow, refundable } from './refund.ts'
import * as store from './refund-store.ts'

export type Wish = BodyOf<typeof operation>

/**
 * Gives back lines of an order, or an amount: records it with its lines counted, has the money go back, then the goods come
 * into stock, and ends it. Both steps are keyed by the refund, so whoever finds it unfinished plays it from the beginning.
 * Money comes first: stock that is back while the customer's money is not would be sold again.
 */
export async function refundOrder(
  ctx: Ctx,
  order_id: string,
  wish: Wish,
  idempotency_key: string | undefined,
): Promise<RefundRow> {
  const request_hash = hashOf(wish)
  const { before, begun } = await transaction(ctx.sql, async tx => {
    const order = await store.lockOrder(tx, order_id)
    if (!order) throw new Problem('not-found')
    // Under the lock, and before anything is decided: the same request at the same time has taken what this one wants.
    const before =
      idempotency_key === undefined ? undefined : await store.findRefundByKey(tx, order_id, idempotency_key)
    if (before) return { before }
    const refund = { id: ctx.clock.newId(), order_id, restock: wish.restock ?? false, reason: wish.reason ?? null }
    const key = { idempotency_key: idempotency_key ?? null, request_hash }
    return {
      begun: await store.insertRefund(tx, { ...refund, ...key, ...decide(order, wish) }, ctx.config.DRIVE_LEASE_MS),
    }
  })
  if (before) return answerAgain(before, request_hash)
  try {
    return told(await drive(ctx, begun))
  } catch (error) {
    if (error instanceof Problem) throw error
    // It is written down and will be finished: whoever does not answer is asked again.
    if (!(error instanceof Unavailable || isUnavailable(error))) {
      ctx.log.error({ error, orderId: order_id, refundId: begun.id }, 'a refund is left to the sweeper')
    }
    return begun
  }
}

/** What a wish comes to, as the order stands. */
function decide(order: OrderRow, wish: Wish): { amount_minor: number; lines: store.NewRefund['lines'] } {
  const { currency, status, payment_status } = order
  const refuse = (pointer: string, detail: string) =>
    new Problem('validation-failed', { errors: [{ pointer, detail }] })
  if (order.goal !== 'none' || !['processing', 'shipped', 'delivered'].includes(status)) {
    const detail = `The order is ${order.goal === 'cancel' ? 'being cancelled' : status}: there is nothing to give back.`
    throw new Problem('payment-not-allowed', { detail, payment_status })
  }
  const items = new Map(refundable(order).map(item => [item.id, item]))
  const lines = new Map<string, store.NewRefund['lines'][number]>()
  for (const [i, { item_id: id, quantity }] of (wish.lines ?? []).entries()) {
    const item_id = id.toLowerCase()
    const item = items.get(item_id)
    if (!item) throw refuse(`/lines/${i}/item_id`, 'is no line of this order')
    if (lines.has(item_id)) throw refuse(`/lines/${i}/item_id`, 'is there twice')
    const left = item.quantity - item.refunded_quantity
    if (quantity > left) throw refuse(`/lines/${i}/quantity`, `must be at most ${left}: so many are not given back yet`)
    lines.set(item_id, { item_id, quantity, amount_minor: refundOfLine(item, quantity) })
  }
  const beside = wish.amount === undefined ? 0 : toMinor(wish.amount, currency, '/amount')
  const amount_minor = sumMinor([...[...lines.values()].map(line => line.amount_minor), beside])
  const expected =
    wish.expected_total === undefined ? amount_minor : toMinor(wish.expected_total, currency, '/expected_total')
  if (expected !== amount_minor) {
    const total = toMajor(amount_minor, currency)
    throw new Problem('changed-meanwhile', { detail: `It comes to ${total} ${currency} by now.`, total })
  }
  if (amount_minor <= 0) throw refuse('/amount', 'must leave something to give back')
  const left = order.total_minor - order.refunded_minor
  if (amount_minor > left) {
    throw new Problem('refund-exceeds-captured', {
      detail: `${toMajor(left, currency)} ${currency} are left to give back.`,
      left: toMajor(left, currency),
    })
  }
  return { amount_minor, lines: [...lines.values()] }
}

function answerAgain(before: RefundRow, request_hash: string): RefundRow {
  if (before.request_hash !== request_hash) throw new Problem('idempotency-key-reused')
  return told(before)
}

function told(refund: RefundRow): RefundRow {
  if (refund.refusal) throw Problem.fromBody(refund.refusal as ProblemBody)!
  return refund
}

/** Plays a refund to its end, as far as it is known. */
async function drive(ctx: Ctx, refund: RefundRow): Promise<RefundRow> {
  const { id } = refund
  const money = await askForMoney(ctx, refund)
  if (money instanceof Problem) {
    await store.settleRefused(ctx.sql, id, money.toBody())
  } else if (money.status === 'pending') {
    await store.postponeRefund(ctx.sql, id, retryDelay(0))
  } else {
    await bringBack(ctx, refund)
    await store.settleMade(ctx.sql, refund, money.refunded_minor)
  }
  return (await store.findRefund(ctx.sql, id))!
}

/** Has the goods of a refund come into stock, once however often it is asked. Answers how many units did this time. */
async function bringBack(ctx: Ctx, { id, order_id, lines, restock }: RefundRow): Promise<number> {
  if (!restock || lines.length === 0) return 0
  const items = lines.map(({ product_id, quantity }) => ({ product_id, quantity }))
  return (await ctx.call(returnStock, { params: { order_id, key: id }, body: { items } })).units
}

/** The same for all refunds of an order that were made, where stock may have forgotten some. Answers how many units came back. */
export async function restockAgain(ctx: Ctx, order_id: string): Promise<number> {
  let units = 0
  for (const refund of await store.listRefunds(ctx.sql, order_id))
    if (refund.status === 'made') units += await bringBack(ctx, refund)
  return units
}

/** What came of the money, or why it will not go back. */
async function askForMoney(ctx: Ctx, { id, order_id, amount_minor, reason }: RefundRow) {
  const key = seeded('line-refund-per-try') ? ctx.clock.newId() : id
  try {
    const money = await ctx.call(refundForOrder, { params: { id: key }, body: { order_id, amount_minor, reason } })
    if (money.status !== 'failed') return money
    return new Problem('payment-not-allowed', { detail: 'The provider refused the refund.' })
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** Refunds one sweep takes up at once. */
const batch = 20

/** Takes up what requests have left unfinished. Answers how many came to their end. */
export async function sweepRefunds(ctx: Ctx): Promise<number> {
  const due = await store.claimDueRefunds(ctx.sql, batch, ctx.config.DRIVE_LEASE_MS)
  const ends = await Promise.all(due.map(refund => goOn(ctx, refund)))
  return ends.filter(Boolean).length
}

function goOn(ctx: Ctx, { tries, ...refund }: RefundRow & { tries: number }): Promise<boolean> {
  const context = {
    correlation_id: ctx.clock.newId(),
    traceparent: currentTraceparent(),
    deadline: performance.now() + ctx.config.DRIVE_LEASE_MS,
  }
  return withContext(context, async () => {
    try {
      if ((await drive(ctx, refund)).status !== 'asked') return true
    } catch (error) {
      ctx.log.warn({ error, refundId: refund.id, tries }, 'a refund is not finished, will be tried again')
      if (!(error instanceof Unavailable || isUnavailable(error))) ctx.metrics.errors.inc({ kind: 'refund' })
    }
    await store.postponeRefund(ctx.sql, refund.id, retryDelay(tries))
    return false
  })
}
