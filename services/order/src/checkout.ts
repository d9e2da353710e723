import {
  authorisePayment,
  captureForOrder,
  closePayments,
  commitReservation,
  orderCancelled,
  orderPaid,
  orderPaymentFailed,
  orderReserved,
  Problem,
  releaseReservation,
  reserveStock,
  Unavailable,
} from '@shopfleet/contracts'
import { type Facts, nextStep, paymentStatusAfterCancel, retryDelay, type Step } from './order.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/*
 * Drives one order to its goal. A request does it, and after a crash or a silence the sweeper does it again from the
 * beginning: every step is keyed by the order (and the attempt), so repeating it gets the same answer, and every
 * settlement is conditional, so of two drivers one settles and the other sees that it is done.
 */

/** What a drive came to. `order` is how it stands; `refusal` what to tell the shopper, if anything went wrong. */
export interface Driven {
  order: store.OrderRow
  refusal?: Problem
}

interface Drive {
  ctx: Ctx
  order: store.OrderRow
  facts: Facts
  refusal?: Problem
  payment_id?: string
  captured_minor: number
}

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
    if (step === 'rest') return { order: run.order, refusal: run.refusal }
    if (step === 'wait') {
      await notePayment(run, 'in_doubt', 'the payment provider has not answered yet')
      return { order: run.order, refusal: run.refusal }
    }
    try {
      await steps[step](run)
    } catch (error) {
      // Money is held: going on is the way out with the least harm, so the order is left to the sweeper.
      const held = run.facts.goal === 'pay' && (run.facts.payment === 'authorised' || run.facts.payment === 'captured')
      if (!(held && error instanceof Unavailable)) throw error
      await notePayment(run, 'authorised', 'the payment is held, the order is being completed')
      return { order: run.order, refusal: run.refusal }
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
        body: { order_id: order.id, items, expires_in_s: ctx.config.HOLD_S },
      })
      // An expired one counts as held: the commit takes the stock again, or refuses.
      facts.stock = held.status === 'committed' ? 'committed' : 'held'
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.problem === 'out-of-stock') facts.stock = 'short'
      else if (error.problem === 'reservation-closed') facts.stock = 'closed'
      else throw error
      run.refusal = error
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
        },
      })
      run.payment_id = payment.id
      facts.payment = readPayment(payment.status)
      if (facts.payment === 'refused') {
        run.refusal = new Problem('payment-declined', {
          detail: 'The card was declined. Nothing was charged; try another one.',
          decline_code: payment.decline_code ?? 'declined',
          order_id: order.id,
        })
      }
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
        run.refusal = new Problem('order-not-payable', { detail: 'The order was cancelled while it was being paid.' })
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
      if (error.problem === 'out-of-stock') facts.stock = 'short'
      else if (error.problem === 'reservation-closed') facts.stock = 'closed'
      else throw error
      run.refusal = new Problem('out-of-stock', {
        detail: 'The stock has gone to someone else. Nothing was charged.',
        items: [],
      })
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
    if (facts.payment === 'refused' || facts.payment === 'undone') {
      facts.payment = 'undone'
      run.refusal = new Problem('payment-declined', {
        detail: 'The provider did not hand over the money. Nothing was charged.',
        decline_code: 'capture_declined',
        order_id: run.order.id,
      })
    }
  },

  async 'settle-held'(run) {
    const expires_at = run.order.expires_at
    await settle(run, {
      from: { statuses: ['pending'], goals: ['hold'] },
      to: { goal: 'none' },
      note: 'stock held',
      event: orderReserved,
      extra: { expires_at },
    })
  },

  async 'settle-paid'(run) {
    const settled = await settle(run, {
      from: { statuses: ['pending'], goals: ['pay'], attempt: run.order.attempt },
      to: { status: 'processing', payment_status: 'paid', goal: 'none', settled: true },
      note: 'paid',
      event: orderPaid,
      with_items: true,
      outcome: { outcome: 'paid' },
    })
    if (settled) run.ctx.orders.inc({ status: 'paid' })
  },

  async 'fail-payment'(run) {
    const { order } = run
    const code = String(run.refusal?.extra.decline_code ?? 'invalid_method')
    if (order.paid_at_once && order.attempt === 1) return beginCancel(run, 'payment_declined')
    await settle(run, {
      from: { statuses: ['pending'], goals: ['pay'], attempt: order.attempt },
      to: { payment_status: 'failed', goal: 'none' },
      note: `payment declined: ${code}`,
      event: orderPaymentFailed,
      extra: { reason: code },
      outcome: {
        outcome: run.refusal?.problem === 'invalid-payment-method' ? 'invalid_method' : 'declined',
        decline_code: code,
      },
    })
  },

  async cancel(run) {
    await beginCancel(run, run.facts.stock === 'short' ? 'out_of_stock' : 'payment_failed')
  },

  async 'close-payments'(run) {
    const { ctx, order, facts } = run
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
      event: orderCancelled,
      extra: { reason: order.cancel_reason ?? 'cancelled' },
      outcome: outcomeOfCancel(order.cancel_reason, run.refusal),
    })
    if (settled) run.ctx.orders.inc({ status: 'cancelled' })
  },
}

function outcomeOfCancel(
  reason: string | null,
  refusal: Problem | undefined,
): NonNullable<store.Transition['outcome']> {
  if (refusal?.problem === 'invalid-payment-method') return { outcome: 'invalid_method' }
  if (reason === 'payment_declined')
    return { outcome: 'declined', decline_code: (refusal?.extra.decline_code as string) ?? null }
  return { outcome: reason === 'out_of_stock' ? 'out_of_stock' : 'cancelled' }
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
  const moved = await store.moveOrder(run.ctx.sql, run.order.id, transition)
  const order = moved ?? (await store.findOrder(run.ctx.sql, run.order.id))
  if (!order) throw new Error(`order ${run.order.id} has gone`)
  run.order = order
  run.facts = moved ? { ...run.facts, goal: order.goal } : { goal: order.goal, stock: 'unknown', payment: 'unknown' }
  return moved !== undefined
}

/** Turns to undoing; the reason is kept, so that a crash from here on undoes as well. */
async function beginCancel(run: Drive, reason: string): Promise<void> {
  const { stock, payment } = run.facts
  const turned = await settle(run, {
    from: { statuses: ['pending'], goals: ['hold', 'pay'], attempt: run.order.attempt },
    to: { goal: 'cancel', cancel_reason: reason, due_in_s: run.ctx.config.DRIVE_LEASE_MS / 1000 },
  })
  // What never was asked for need not be undone.
  if (turned) run.facts = { goal: 'cancel', stock, payment: payment === 'untouched' ? 'untouched' : 'unknown' }
}

/** Records how the payment stands while the order is not settled, and has the sweeper come back soon. */
async function notePayment(run: Drive, payment_status: 'in_doubt' | 'authorised', note: string): Promise<void> {
  const { ctx, order } = run
  if (order.goal !== 'pay' || order.payment_status === payment_status) return
  const moved = await store.moveOrder(ctx.sql, order.id, {
    from: { statuses: ['pending'], goals: ['pay'], attempt: order.attempt },
    to: { payment_status, due_in_s: retryDelay(0) },
    note,
  })
  if (moved) run.order = moved
}

/**
 * Takes up what requests have left unfinished, and orders nobody paid in time. Answers how many orders it moved, so
 * that the next sweep comes at once while there is work.
 */
export async function sweep(ctx: Ctx): Promise<number> {
  for (const id of await store.listExpired(ctx.sql, 50)) {
    await store.moveOrder(ctx.sql, id, {
      from: { statuses: ['pending'], goals: ['none'] },
      to: { goal: 'cancel', cancel_reason: 'expired', due_in_s: 0 },
    })
  }
  let moved = 0
  for (const { tries, ...order } of await store.claimDue(ctx.sql, 50, ctx.config.DRIVE_LEASE_MS)) {
    try {
      const { order: after } = await drive(ctx, order)
      if (after.goal === 'none') moved++
      else await store.postpone(ctx.sql, order.id, retryDelay(tries))
    } catch (error) {
      ctx.log.warn({ error, orderId: order.id, tries }, 'checkout not finished, will be tried again')
      await store.postpone(ctx.sql, order.id, retryDelay(tries))
      if (!(error instanceof Unavailable)) ctx.metrics.errors.inc({ kind: 'checkout' })
    }
  }
  return moved
}
