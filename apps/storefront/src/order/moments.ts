import type { orderTexts } from '../texts/order.ts'
import type { Moment } from './order-queries.ts'

type Kind = keyof (typeof orderTexts)['en']['moments']

/** What each step of an order meant to the shopper; steps that mean nothing to them are left out. Pure. */
export function momentsOf(history: readonly Moment[]): { kind: Kind; at: string }[] {
  return history.flatMap((moment, i) => {
    const kind = kindOf(moment, history[i - 1])
    return kind ? [{ kind, at: moment.at }] : []
  })
}

function kindOf({ status, payment_status, note }: Moment, before: Moment | undefined): Kind | undefined {
  if (before && status !== before.status && status !== 'pending') return status === 'processing' ? 'paid' : status
  if (payment_status !== before?.payment_status) {
    if (payment_status === 'failed') return 'declined'
    if (payment_status !== 'unpaid') return payment_status
  }
  if (before === undefined) return 'placed'
  return note === 'stock held' ? 'held' : undefined
}
