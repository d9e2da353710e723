import type { Judge } from './judge.ts'
import { sum } from './money.ts'
import type { Requests } from './requests.ts'
import { mayHaveActed } from './requests.ts'
import { type Dossier, isBought, type World } from './world.ts'

/**
 * 2. A cancelled, expired or failed order ends with net captured 0; a paid one with net captured = total. A timeout from
 * the provider is in doubt until it is known, never retried under a new key.
 */
export function judgeMoneyEnds(world: World, requests: Requests, judge: Judge): void {
  const undone = judge.check(2, 'a cancelled order ends with nothing captured at the provider')
  const unpaid = judge.check(2, 'an order that waits to be paid has nothing captured or held')
  const paid = judge.check(2, 'a paid order ends with its total captured, less what somebody asked to give back')
  const told = judge.check(2, 'the payment status says what the provider has')
  const open = judge.check(2, 'nothing stays authorised, in doubt or half done')
  const keys = judge.check(
    2,
    'the provider is asked under one key for each attempt of the shopper, never under a new one',
  )

  for (const dossier of world.orders.values()) {
    const { id, row, provider } = dossier
    const captured = sum(provider.map(at => at.captured))
    const net = captured - sum(provider.map(at => at.refunded))
    const evidence = { order_id: id, provider_payments: provider.map(at => at.id), net, status: row?.status }
    if (row?.status === 'cancelled') undone.expect(net === 0, `${net} stays captured of a cancelled order`, evidence)
    if (row?.status === 'pending') unpaid.expect(net === 0, `${net} is captured of an unpaid order`, evidence)
    if (row && isBought(row) && row.total_minor > 0) {
      paid.expect(captured === row.total_minor, `captured ${captured}, the total is ${row.total_minor}`, evidence)
      const asked = wasRefundAsked(dossier, requests)
      if (net !== captured && !asked) paid.wrong('money went back that nobody asked for', evidence)
    }
    if (row && (provider.length > 0 || row.payment_status !== 'unpaid')) {
      told.expect(fits(row.payment_status, row.total_minor, captured, net), `it says ${row.payment_status}`, {
        ...evidence,
        captured,
        total: row.total_minor,
      })
    }
    judgeOpen(dossier)
    if (provider.length > 0) judgeKeys(dossier)
  }

  function judgeOpen({ id, provider, payments, closing }: Dossier): void {
    for (const at of provider) {
      open.expect(at.status !== 'authorised', 'the provider still holds the money', {
        order_id: id,
        provider_payment: at.id,
      })
    }
    for (const payment of payments) {
      const done = !['authorising', 'in_doubt', 'authorised'].includes(payment.status)
      open.expect(done && payment.refunding_minor === 0, `a payment stays ${payment.status}`, {
        order_id: id,
        payment_id: payment.id,
        refunding_minor: payment.refunding_minor,
      })
      if (payment.next_check_at !== null) open.wrong('a payment still has a question open', { payment_id: payment.id })
    }
    if (closing?.next_check_at) open.wrong('the payments of a cancelled order are not closed yet', { order_id: id })
  }

  function judgeKeys({ id, provider, attempts, said }: Dossier): void {
    const made = attempts.filter(attempt => attempt.attempt > 0).length
    keys.expect(provider.length <= made, `${provider.length} authorisations for ${made} attempts`, {
      order_id: id,
      keys: provider.map(at => at.key),
    })
    const correlation = said.find(event => event.name === 'order.placed')?.correlation_id
    const placing = requests.byCorrelation.get(correlation ?? '')
    if (!placing) return
    const once = placing.some(request => request.op === 'placeOrder' && request.body.payment_method) ? 1 : 0
    const paying = requests.about(id, 'payOrder').filter(mayHaveActedOrDeclined)
    const intentions = new Set(paying.map(request => request.key ?? request.lines[0])).size + once
    if (provider.length > intentions) {
      keys.wrong(`${provider.length} authorisations, the shopper asked ${intentions} times`, {
        order_id: id,
        keys: provider.map(at => at.key),
        lines: paying.flatMap(request => request.lines),
      })
    }
  }

  for (const refund of world.refunds) {
    open.expect(refund.status !== 'pending', 'a refund is still pending', { refund_id: refund.id })
  }
}

/** A declined card was asked for, too. */
const mayHaveActedOrDeclined = (request: Parameters<typeof mayHaveActed>[0]) =>
  mayHaveActed(request) || request.status === 402 || request.status === 409 || request.status === 422

function wasRefundAsked({ id, payments }: Dossier, requests: Requests): boolean {
  const asked = [
    ...payments.flatMap(({ id }) => requests.about(id, 'refundPayment')),
    ...requests.about(id, 'refundOrder'),
  ]
  return asked.some(mayHaveActed)
}

function fits(payment_status: string, total: number, captured: number, net: number): boolean {
  switch (payment_status) {
    case 'paid':
      return net === total
    case 'partially_refunded':
      return captured === total && net < total && net > 0
    case 'refunded':
      return captured > 0 && net === 0
    default:
      return captured === 0
  }
}
