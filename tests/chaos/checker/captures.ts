import type { Judge } from './judge.ts'
import type { World } from './world.ts'

/**
 * 1. Every capture at the payment provider belongs to exactly one payment and one order; at most one successful capture
 * set per order; refunds never exceed captures.
 */
export function judgeCaptures(world: World, judge: Judge): void {
  judgeJournal(world, judge)
  judgePairs(world, judge)
  judgeOrders(world, judge)
  judgeRefunds(world, judge)
}

function judgeJournal(world: World, judge: Judge): void {
  const check = judge.check(1, "the provider's journal is whole: no gap, no key twice, no refund above its capture")
  check.look(world.providerLines)
  for (const fault of world.providerFaults) check.wrong(fault, { file: 'provider/journal.jsonl' })
}

function judgePairs(world: World, judge: Judge): void {
  const owned = judge.check(1, 'each authorisation at the provider is one payment of one order')
  const agrees = judge.check(
    1,
    'what was captured and refunded of a payment is the same in the books and at the provider',
  )
  const known = judge.check(1, 'each payment that holds or held money is known to the provider')
  const byKey = new Map<string, string>()
  for (const payment of world.payments.values()) {
    if (byKey.has(payment.provider_key)) owned.wrong('two payments have one key', { payments: [payment.id] })
    byKey.set(payment.provider_key, payment.id)
  }
  for (const at of world.provider.values()) {
    const payment = world.payments.get(byKey.get(at.key) ?? '')
    const order = world.orders.get(at.reference)?.row
    const evidence = { provider_payment: at.id, key: at.key, order_id: at.reference, payment_id: payment?.id }
    owned.expect(payment !== undefined, 'money was asked for that no payment knows of', evidence)
    if (!order) owned.wrong('money was asked for an order that does not exist', evidence)
    if (!payment) continue
    if (payment.order_id !== at.reference) owned.wrong('the payment is of another order', evidence)
    if (payment.amount_minor !== at.amount || payment.currency !== at.currency) {
      owned.wrong(`the provider was asked for ${at.amount} ${at.currency}, the payment is of another amount`, evidence)
    }
    if (payment.provider_reference !== null && payment.provider_reference !== at.id) {
      owned.wrong('the payment names another one at the provider', evidence)
    }
    agrees.expect(
      payment.captured_minor === at.captured && payment.refunded_minor === at.refunded,
      `books: ${payment.captured_minor} captured, ${payment.refunded_minor} refunded; provider: ${at.captured}, ${at.refunded}`,
      evidence,
    )
    if (stateOf(payment.status) !== at.status) {
      agrees.wrong(`the payment is ${payment.status} here and ${at.status} at the provider`, evidence)
    }
  }
  for (const payment of world.payments.values()) {
    if (payment.provider === 'none' || payment.captured_minor + payment.refunded_minor === 0) continue
    const at = world.provider.get(payment.provider_reference ?? '')
    known.expect(at?.key === payment.provider_key, 'the books have money that the provider never moved', {
      payment_id: payment.id,
      order_id: payment.order_id,
    })
  }
}

const stateOf = (status: string) => (status === 'refunded' || status === 'partially_refunded' ? 'captured' : status)

function judgeOrders(world: World, judge: Judge): void {
  const once = judge.check(1, 'at most one payment of an order was captured')
  const alone = judge.check(1, 'no two payments of an order held money at the same time')
  const whole = judge.check(1, 'what is authorised and captured is the total of the order')
  for (const { id, row, provider } of world.orders.values()) {
    if (provider.length === 0) continue
    const captured = provider.filter(at => at.captured > 0)
    once.expect(captured.length <= 1, `${captured.length} payments were captured`, {
      order_id: id,
      provider_payments: captured.map(at => at.id),
    })
    const inOrder = provider.toSorted((a, b) => a.from_n - b.from_n)
    alone.look()
    inOrder.forEach((at, i) => {
      const before = inOrder[i - 1]
      if (before && before.to_n > at.from_n) {
        alone.wrong('money was held a second time while it still was held', {
          order_id: id,
          entries: [before.from_n, at.from_n],
        })
      }
    })
    for (const at of provider) {
      const total = row?.total_minor
      const right = at.amount === total && at.currency === row?.currency && (at.captured === 0 || at.captured === total)
      whole.expect(
        right,
        `the order is of ${total} ${row?.currency}, asked for ${at.amount}, captured ${at.captured}`,
        {
          order_id: id,
          provider_payment: at.id,
        },
      )
    }
  }
}

function judgeRefunds(world: World, judge: Judge): void {
  const below = judge.check(1, 'refunds never exceed the capture')
  const pairs = judge.check(1, 'each refund at the provider is one refund of the books, and the other way round')
  const made = new Map<string, { amount: number; payment: string }>()
  for (const at of world.provider.values()) {
    if (at.captured > 0 || at.refunded > 0) {
      below.expect(at.refunded <= at.captured, `${at.refunded} refunded of ${at.captured}`, { provider_payment: at.id })
    }
    for (const refund of at.refunds) made.set(refund.id, { amount: refund.amount, payment: at.id })
  }
  for (const payment of world.payments.values()) {
    const { captured_minor, refunded_minor, refunding_minor } = payment
    if (captured_minor === 0 && refunded_minor === 0 && refunding_minor === 0) continue
    below.expect(refunded_minor + refunding_minor <= captured_minor, 'more is refunded than was captured', {
      payment_id: payment.id,
    })
  }
  for (const refund of world.refunds) {
    if (refund.status !== 'succeeded') continue
    const at = made.get(refund.provider_reference ?? '')
    const payment = world.payments.get(refund.payment_id)
    const right = at?.amount === refund.amount_minor && at.payment === payment?.provider_reference
    pairs.expect(right, 'a refund of the books was not made at the provider, or otherwise', { refund_id: refund.id })
    made.delete(refund.provider_reference ?? '')
  }
  for (const [id, { payment }] of made) {
    pairs.look()
    pairs.wrong('a refund at the provider is in no book', { provider_refund: id, provider_payment: payment })
  }
}
