import {
  authorisePayment,
  captureForOrder,
  closePayments,
  commitReservation,
  orderCancelled,
  orderPaid,
  orderPaymentChanged,
  orderPaymentFailed,
  orderReserved,
  Problem,
  releaseReservation,
  reserveStock,
  Unavailable,
} from '@shopfleet/contracts'
import { isUnavailable, seeded } from '@shopfleet/database'
import { currentTraceparent, withContext } from '@shopfleet/messaging'
import { type Facts, maxTries, nextStep, paymentStatusAfterCancel, retryDelay, type Step } from './order.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/*
 * Drives one order to its goal. A request does it, and after a crash or a silence the sweeper does it again from the
 * beginning: every step is keyed by the order (and the attempt), so repeating it gets the same answer, and every
 * settlement is conditional, so of two drivers one settles and the other sees that it is done.
 */

/** What a drive came to: how the order stands, and what the attempt came to if it was this drive that decided it. */
export interface Driven {
  order: store.OrderRow
  answer?: store.Answer
}

interface Drive {
  ctx: Ctx
  order: store.OrderRow
  facts: Facts
  /** Why the attempt cannot succeed. It is kept with the move that gives the attempt up. */
  refusal?: Problem
  answer?: store.Answer
  payment_id?: string
  captured_minor: number
}

/** Placed together with its payment: nobody waits between the two, so the stock is sold and the money taken at once. */
const isPaidAtOnce = (order: store.OrderRow): boolean => order.paid_at_once && order.attempt === 1

/** Steps one drive may take: twice the longest path, so that a decider gone wrong cannot spin. */
const maxSteps = 24

export async function drive(ctx: Ctx, order: store.OrderRow, known: Partial<Facts> = {}): Promise<Driven> {
  const run: Drive = {
    ctx,
    order,
    facts: { goal: order.goal, stock: 'unknown', payment: 'unknown', ...known },
    captured_minor: 0,
  }
  for (let n = 0; n < maxSteps; n++) {
    const step = nextStep(run.facts)
    if (step === 'rest') return run
    if (step === 'wait') {
      await noteWait(run)
      return run
    }
    try {
      await steps[step](run)
    } catch (error) {
      // Money is held: going on is the way out with the least harm, so the order is left to the sweeper.
      const held = run.facts.goal === 'pay' && (run.facts.payment === 'authorised' || run.facts.payment === 'captured')
      if (held && error instanceof Unavailable) {
        await notePayment(run, 'authorised', 'the payment is held, the order is being completed')
        return run
      }
      // A refusal that is not foreseen here is our fault and nothing that the shopper could act on.
      throw error instanceof Problem ? new Error(`${step} was refused: ${error.problem}`, { cause: error }) : error
    }
  }
  throw new Error(`the checkout of order ${order.id} does not come to an end: ${JSON.stringify(run.facts)}`)
}

const steps: Record<Exclude<Step, 'rest' | 'wait'>, (run: Drive) => Promise<void>> = {
  async reserve(run) {
    const { ctx, order, facts } = run
    const items = order.items.map(({ product_id, quantity }) => ({ product_id, quantity }))
    try {
      const held = await ctx.call(reserveStock, {
        body: { order_id: order.id, items, expires_in_s: ctx.config.HOLD_S, sell: isPaidAtOnce(order) },
      })
      // An expired one counts as held: the commit takes the stock again, or refuses.
      facts.stock = held.status === 'committed' ? 'committed' : 'held'
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.problem === 'out-of-stock') {
        facts.stock = 'short'
        run.refusal = error
      } else if (error.problem === 'reservation-closed') facts.stock = 'closed'
      else throw error
    }
  },

  async authorise(run) {
    const { ctx, order, facts } = run
    facts.payment = 'unknown'
    try {
      const payment = await ctx.call(authorisePayment, {
        body: {
          order_id: order.id,
          attempt: order.attempt,
          amount_minor: order.total_minor,
          currency: order.currency,
          payment_method: order.payment_method!,
          // Money is taken only for what is sold.
          capture: isPaidAtOnce(order) && facts.stock === 'committed',
        },
      })
      run.payment_id = payment.id
      facts.payment = readPayment(payment.status)
      if (facts.payment === 'refused' || payment.decline_code) refuseDeclined(run, payment.decline_code ?? 'declined')
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.problem === 'invalid-payment-method') {
        facts.payment = 'refused'
        run.refusal = new Problem('invalid-payment-method', {
          errors: [{ pointer: '/payment_method', detail: 'the provider does not know it' }],
          order_id: order.id,
        })
      } else if (error.problem === 'payment-not-allowed') {
        // The order was closed to payments: someone cancels it at the same time.
        facts.payment = 'undone'
      } else throw error
    }
  },

  async commit(run) {
    const { ctx, order, facts } = run
    try {
      await ctx.call(commitReservation, { params: { order_id: order.id } })
      facts.stock = 'committed'
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.problem === 'out-of-stock') {
        facts.stock = 'short'
        run.refusal = new Problem('out-of-stock', {
          detail: 'The stock has gone to someone else. Nothing was charged.',
          items: [],
        })
      } else if (error.problem === 'reservation-closed') facts.stock = 'closed'
      else throw error
    }
  },

  async capture(run) {
    const { ctx, facts } = run
    try {
      const payment = await ctx.call(captureForOrder, { params: { id: run.payment_id! } })
      facts.payment =
        payment.status === 'voided' || payment.status === 'refunded' ? 'undone' : readPayment(payment.status)
    } catch (error) {
      if (!(error instanceof Problem) || error.problem !== 'payment-not-allowed') throw error
      facts.payment = 'undone'
    }
    if (facts.payment === 'refused') facts.payment = 'undone'
    if (facts.payment === 'undone') refuseDeclined(run, 'capture_declined')
  },

  async 'settle-held'(run) {
    const expires_at = run.order.expires_at
    await settle(run, {
      from: { statuses: ['pending'], goals: ['hold'] },
      to: { goal: 'none' },
      note: 'stock held',
      event: orderReserved,
      extra: { expires_at },
      with_items: true,
      answer: 'held',
    })
  },

  async 'settle-paid'(run) {
    const settled = await settle(run, {
      from: seeded('settle-twice')
        ? { statuses: ['pending', 'processing'], attempt: run.order.attempt }
        : { statuses: ['pending'], goals: ['pay'], attempt: run.order.attempt },
      to: { status: 'processing', payment_status: 'paid', goal: 'none', settled: true },
      note: 'paid',
      event: orderPaid,
      with_items: true,
      answer: 'paid',
    })
    if (settled) run.ctx.orders.paid(run.order)
  },

  async 'fail-payment'(run) {
    const { order } = run
    if (isPaidAtOnce(order)) return beginCancel(run, 'payment_declined')
    const reason = String(run.refusal!.extra.decline_code ?? 'invalid_method')
    const settled = await settle(run, {
      from: { statuses: ['pending'], goals: ['pay'], attempt: order.attempt },
      to: { payment_status: 'failed', goal: 'none' },
      note: `payment declined: ${reason}`,
      event: orderPaymentFailed,
      extra: { reason },
      answer: run.refusal,
    })
    if (settled) run.ctx.orders.told('payment_failed')
  },

  async cancel(run) {
    await beginCancel(run, run.facts.stock === 'short' ? 'out_of_stock' : 'payment_failed')
  },

  async 'close-payments'(run) {
    const { ctx, order, facts } = run
    if (seeded('cancel-keeps-money')) {
      facts.payment = 'undone'
      return
    }
    const closed = await ctx.call(closePayments, {
      body: { order_id: order.id, reason: order.cancel_reason ?? 'cancelled' },
    })
    facts.payment = closed.settled ? 'undone' : 'in_doubt'
    run.captured_minor = closed.captured_minor
  },

  async release(run) {
    await run.ctx.call(releaseReservation, { params: { order_id: run.order.id } })
    run.facts.stock = 'released'
  },

  async 'settle-cancelled'(run) {
    const { order } = run
    const settled = await settle(run, {
      from: { statuses: ['pending', 'processing'], goals: ['cancel'] },
      to: {
        status: 'cancelled',
        payment_status: paymentStatusAfterCancel(run.captured_minor, order.payment_status),
        goal: 'none',
        settled: true,
      },
      note: order.cancel_reason ?? 'cancelled',
      event: seeded('cancelled-unsaid') ? undefined : orderCancelled,
      extra: { reason: order.cancel_reason ?? 'cancelled' },
    })
    if (settled) run.ctx.orders.cancelled(run.order)
  },
}

function refuseDeclined(run: Drive, decline_code: string): void {
  run.refusal = new Problem('payment-declined', {
    detail: 'The payment was declined. Nothing was charged; try another card.',
    decline_code,
    order_id: run.order.id,
  })
}

function readPayment(status: string): Facts['payment'] {
  switch (status) {
    case 'authorised':
      return 'authorised'
    case 'captured':
    case 'partially_refunded':
      return 'captured'
    case 'authorising':
    case 'in_doubt':
      return 'in_doubt'
    case 'declined':
      return 'refused'
    default:
      return 'undone'
  }
}

/** Settles, or learns that someone else was there first and goes by what is true now. */
async function settle(run: Drive, transition: store.Transition): Promise<boolean> {
  const moved = await store.moveOrder(run.ctx.sql, run.order, transition)
  const order = moved ?? (await store.findOrder(run.ctx.sql, run.order.id))
  if (!order) throw new Error(`order ${run.order.id} has gone`)
  run.order = order
  if (moved) {
    run.answer ??= transition.answer
    run.facts = { ...run.facts, goal: order.goal }
  } else {
    run.refusal = undefined
    run.facts = { goal: order.goal, stock: 'unknown', payment: 'unknown' }
  }
  return moved !== undefined
}

/** Turns to undoing; the reason is kept, so that a crash from here on undoes as well. */
async function beginCancel(run: Drive, cancel_reason: string): Promise<void> {
  const { stock, payment } = run.facts
  const untouched = payment === 'untouched'
  const turned = await settle(run, {
    // A sweeper that took the order up meanwhile may have asked for the payment: then its own drive must be undone too.
    from: { statuses: ['pending'], goals: ['hold', 'pay'], attempt: run.order.attempt, unclaimed: untouched },
    to: { goal: 'cancel', cancel_reason, due_in_s: run.ctx.config.DRIVE_LEASE_MS / 1000 },
    answer:
      run.refusal ?? new Problem('order-not-payable', { detail: 'The payment was let go.', order_id: run.order.id }),
  })
  // What never was asked for need not be undone.
  if (turned) run.facts = { goal: 'cancel', stock, payment: untouched ? 'untouched' : 'unknown' }
}

/** The provider has not said: the sweeper asks again soon. */
async function noteWait(run: Drive): Promise<void> {
  if (run.order.goal === 'pay') await notePayment(run, 'in_doubt', 'the payment provider has not answered yet')
  else await store.postpone(run.ctx.sql, run.order.id, retryDelay(0))
}

/** Records how the payment stands while the order is not settled, and has the sweeper come back soon. */
async function notePayment(run: Drive, payment_status: 'in_doubt' | 'authorised', note: string): Promise<void> {
  const { ctx, order } = run
  if (order.payment_status === payment_status) return
  const moved = await store.moveOrder(ctx.sql, order, {
    from: { statuses: ['pending'], goals: ['pay'], attempt: order.attempt },
    to: { payment_status, due_in_s: retryDelay(0) },
    note,
    event: orderPaymentChanged,
  })
  if (moved) run.order = moved
}

/** Orders one sweep takes up at once. */
const batch = 50

/**
 * Takes up what requests have left unfinished, and orders nobody paid in time. Orders are driven side by side, each for
 * as long as it is leased, so that one whose provider hangs holds up no other. Answers how many came to rest.
 */
export async function sweep(ctx: Ctx): Promise<number> {
  const expired = new Problem('order-not-payable', { detail: 'The order ran out of time before it was paid.' })
  if (!seeded('hold-never-expires')) await store.expireOverdue(ctx.sql, batch, expired)
  let settled = 0
  for (;;) {
    const due = await store.claimDue(ctx.sql, batch, ctx.config.DRIVE_LEASE_MS)
    const ends = await Promise.all(due.map(order => goOn(ctx, order)))
    settled += ends.filter(Boolean).length
    if (due.length < batch) return settled
  }
}

/** Drives one order that was left, under a correlation id of its own. Answers whether it came to rest. */
async function goOn(ctx: Ctx, { tries, ...order }: store.OrderRow & { tries: number }): Promise<boolean> {
  const context = {
    correlation_id: ctx.clock.newId(),
    traceparent: currentTraceparent(),
    deadline: performance.now() + ctx.config.DRIVE_LEASE_MS,
  }
  return withContext(context, async () => {
    try {
      const { order: after } = await drive(ctx, order)
      if (after.goal === 'none') return true
    } catch (error) {
      ctx.log.warn({ error, orderId: order.id, tries }, 'checkout not finished, will be tried again')
      if (!(error instanceof Unavailable || isUnavailable(error))) {
        ctx.metrics.errors.inc({ kind: 'checkout' })
        if (tries >= maxTries && (await abandon(ctx, order))) return false
      }
    }
    await store.postpone(ctx.sql, order.id, retryDelay(tries))
    return false
  })
}

/** An order that cannot be finished for a fault of our own is undone: that is safe from anywhere, waiting is not. */
async function abandon(ctx: Ctx, order: store.OrderRow): Promise<boolean> {
  const turned = await store.moveOrder(ctx.sql, order, {
    from: { statuses: ['pending'], goals: ['hold', 'pay'], attempt: order.attempt },
    to: { goal: 'cancel', cancel_reason: 'failed', due_in_s: 0 },
    answer: new Problem('order-not-payable', { detail: 'The order could not be completed. Nothing was charged.' }),
  })
  return turned !== undefined
}
