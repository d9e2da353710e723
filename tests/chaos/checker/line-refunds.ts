import type { Judge } from './judge.ts'
import { minorOf, sum } from './money.ts'
import { mayHaveActed, push, type Request, type Requests } from './requests.ts'
import type { OrderRefundRow, RefundRow } from './rows.ts'
import { type Dossier, isBought, type World } from './world.ts'

/**
 * Refunds of an order, of lines or of an amount: what was asked for, the books of the order, its payment, its stock and
 * what was said of it are one and the same.
 */
export function judgeLineRefunds(world: World, requests: Requests, judge: Judge): void {
  judgeMoney(world, requests, judge)
  judgePaid(world, judge)
  judgeReturns(world, judge)
  judgeAsked(world, requests, judge)
  judgeCounts(world, judge)
}

function judgeMoney(world: World, requests: Requests, judge: Judge): void {
  const pairs = judge.check(1, 'each refund of an order moved its money once, and nothing else went back of the order')
  const open = judge.check(2, 'no refund of an order is left half done')
  const ofPayment = new Map<string, RefundRow[]>()
  for (const refund of world.refunds) push(ofPayment, refund.payment_id, refund)
  for (const { id: order_id, row, refunds, payments } of world.orders.values()) {
    const left = new Map(payments.flatMap(({ id }) => ofPayment.get(id) ?? []).map(money => [money.id, money]))
    for (const { id, status, amount_minor } of refunds) {
      const evidence = { order_id, refund_id: id }
      open.expect(status !== 'asked', 'it is still asked for', evidence)
      const money = left.get(id)
      left.delete(id)
      const went = money?.status === 'succeeded' ? money.amount_minor : 0
      if (status === 'made') pairs.expect(went === amount_minor, `${went} went back for ${amount_minor}`, evidence)
      else pairs.expect(went === 0, `it is ${status}, and ${went} went back`, evidence)
    }
    // Of a cancelled order everything that is left goes back by itself.
    if (!row || !isBought(row)) continue
    for (const { id, payment_id, status, idempotency_key } of left.values()) {
      if (status !== 'succeeded') continue
      const asked = requests.about(payment_id, 'refundPayment').filter(mayHaveActed)
      const right = asked.some(({ key }) => (key ?? null) === idempotency_key)
      pairs.expect(right, 'money went back that belongs to no refund of the order', { order_id, refund_id: id })
    }
  }
}

/** What was paid for a line is its part of what was paid for all: by share, and exactly once all of it is back. */
function judgePaid(world: World, judge: Judge): void {
  const paid = judge.check(4, 'what comes back of a line is what was paid for it')
  for (const { id, row, items, refunds } of world.orders.values()) {
    if (!row || refunds.length === 0) continue
    const lines = refunds.filter(({ status }) => status === 'made').flatMap(refund => refund.lines)
    if (lines.length === 0) continue
    const goods = row.total_minor - row.shipping_minor
    // Each refund that was refused in between may have left a unit of rounding to the next one.
    const refused = refunds.filter(({ status }) => status === 'refused').length
    let isWhole = true
    for (const item of items) {
      const own = lines.filter(line => line.item_id === item.id)
      const [units, amount] = [sum(own.map(line => line.quantity)), sum(own.map(line => line.amount_minor))]
      const share =
        row.subtotal_minor === 0 ? 0 : (item.subtotal_minor * goods * units) / item.quantity / row.subtotal_minor
      // Rounded three times: by line for the discount and the tax, and by unit.
      paid.expect(Math.abs(amount - share) < 3 + refused, `${units} came to ${amount}, paid were ${share}`, {
        order_id: id,
        item_id: item.id,
      })
      if (units !== item.quantity) isWhole = false
    }
    if (!isWhole || refused > 0) continue
    const back = sum(lines.map(line => line.amount_minor))
    paid.expect(back === goods, `all lines are back, which came to ${back} of ${goods}`, { order_id: id })
  }
}

function judgeReturns(world: World, judge: Judge): void {
  const back = judge.check(
    5,
    'what a refund puts back into stock is its lines, once, and nothing where it puts nothing back',
  )
  const counted = judge.check(5, 'a reservation knows how many of its units came back')
  for (const { id: order_id, row, items, refunds, movements, lines } of world.orders.values()) {
    if (!row || (refunds.length === 0 && lines.every(line => !line.returned))) continue
    const productOf = new Map(items.map(item => [item.id, item.product_id]))
    const returned = new Map<string, number>()
    for (const refund of refunds) {
      const moved = movements.filter(movement => movement.idempotency_key === refund.id)
      const is = moved.map(({ product_id, delta }) => `${product_id} ${delta}`).sort()
      const wanted: string[] = []
      for (const { item_id, quantity } of restocked(refund)) {
        const product_id = productOf.get(item_id) ?? item_id
        wanted.push(`${product_id} ${quantity}`)
        returned.set(product_id, (returned.get(product_id) ?? 0) + quantity)
      }
      // A cancellation may have been first: it gives all units back, and leaves nothing to a refund.
      const right = is.join() === wanted.sort().join() || (row.status === 'cancelled' && is.length === 0)
      back.expect(right, 'other units moved than it has lines', { order_id, refund_id: refund.id, moved: is, wanted })
    }
    if (!isBought(row)) continue
    for (const { product_id, returned: is = 0 } of lines) {
      const wanted = returned.get(product_id) ?? 0
      counted.expect(is === wanted, `it says ${is}, refunds put back ${wanted}`, { order_id, product_id })
    }
  }
}

/** Lines of a refund whose units are in stock again. */
export const restocked = ({ status, restock, lines }: OrderRefundRow) => (status === 'made' && restock ? lines : [])

function judgeAsked(world: World, requests: Requests, judge: Judge): void {
  const kept = judge.check(
    6,
    'an acknowledged refund of an order is there, of the lines and the amount that were asked for',
  )
  const caused = judge.check(6, 'each refund of an order was asked for; what was refused gives nothing back')
  const byId = new Map<string, OrderRefundRow>()
  for (const { refunds } of world.orders.values()) for (const refund of refunds) byId.set(refund.id, refund)
  for (const request of requests.of('refundOrder')) {
    const { phase, status, answer_id, answer, target, lines } = request
    if (phase !== 'ok' || !answer_id) continue
    const evidence = { order_id: target, refund_id: answer_id, lines }
    const refund = byId.get(answer_id)
    const currency = world.orders.get(target ?? '')?.row?.currency ?? ''
    if (!refund || refund.order_id !== target) {
      kept.expect(false, 'it is not there', evidence)
      continue
    }
    const difference = differenceOf(refund, request, currency)
    kept.expect(difference === undefined, `it is of ${difference}`, evidence)
    const isKnown = status === 201 || answer.status === 'made'
    if (isKnown && refund.status !== 'made') kept.wrong(`it was made, and is ${refund.status}`, evidence)
    if (minorOf(answer.amount ?? Number.NaN, currency) !== refund.amount_minor)
      kept.wrong('it is of another amount', evidence)
  }
  for (const { id: order_id, row, refunds } of world.orders.values()) {
    for (const refund of refunds) {
      if (refund.status === 'refused') continue
      const right = requests
        .about(order_id, 'refundOrder')
        .filter(mayHaveActed)
        .some(one => (one.key ?? null) === refund.idempotency_key && !differenceOf(refund, one, row?.currency ?? ''))
      caused.expect(right, 'nobody asked for it, or it was refused', { order_id, refund_id: refund.id })
    }
  }
}

/** Where a refund is not what the request asked for. */
function differenceOf(refund: OrderRefundRow, { body }: Request, currency: string): string | undefined {
  const units = (lines: { item_id: string; quantity: number }[]) =>
    lines
      .map(line => `${line.item_id} ${line.quantity}`)
      .sort()
      .join()
  if (units(refund.lines) !== units(body.lines ?? [])) return 'other lines'
  if (refund.restock !== (body.restock ?? false)) return 'the other answer to whether the goods are back'
  const beside = refund.amount_minor - sum(refund.lines.map(line => line.amount_minor))
  return beside === minorOf(body.amount ?? 0, currency) ? undefined : `${beside} beside its lines`
}

function judgeCounts(world: World, judge: Judge): void {
  const check = judge.check(10, 'a line of an order knows what was given back of it')
  for (const { id, items, refunds } of world.orders.values()) {
    const lines = refunds.filter(({ status }) => status !== 'refused').flatMap(refund => refund.lines)
    for (const { id: item_id, quantity, refunded_quantity = 0, refunded_minor = 0 } of items) {
      const own = lines.filter(line => line.item_id === item_id)
      if (own.length === 0 && refunded_quantity === 0 && refunded_minor === 0) continue
      const [units, amount] = [sum(own.map(line => line.quantity)), sum(own.map(line => line.amount_minor))]
      const right = refunded_quantity === units && refunded_minor === amount && units <= quantity
      check.expect(right, `it says ${refunded_quantity} for ${refunded_minor}, refunds have ${units} for ${amount}`, {
        order_id: id,
        item_id,
      })
    }
  }
}

/** What is said of a refund that was made. */
export function judgeRefundEvents({ id, row, items, refunds, said }: Dossier, check: ReturnType<Judge['check']>): void {
  const events = said.filter(event => event.name === 'order.refunded')
  const productOf = new Map(items.map(item => [item.id, item.product_id]))
  for (const { payload, event_id } of events) {
    const refund = refunds.find(one => one.id === payload.refund_id)
    const text = (lines: { product_id?: string; quantity: number; amount_minor: number }[]) =>
      lines
        .map(line => `${line.product_id} ${line.quantity} ${line.amount_minor}`)
        .sort()
        .join()
    const right =
      refund?.status === 'made' &&
      payload.refund_minor === refund.amount_minor &&
      payload.restocked === refund.restock &&
      payload.total_minor === row?.total_minor &&
      text(payload.items) === text(refund.lines.map(line => ({ ...line, product_id: productOf.get(line.item_id) })))
    check.expect(right, 'it says something else than the refund', { order_id: id, event_id })
  }
  const made = refunds.filter(({ status }) => status === 'made')
  for (const refund of made) {
    const n = events.filter(({ payload }) => payload.refund_id === refund.id).length
    check.expect(n === 1, `it was made, and that was said ${n} times`, { order_id: id, refund_id: refund.id })
  }
}
