import type { Order } from '@shopfleet/contracts'
import type { IconName } from '../ui/icon.tsx'

export type Step = {
  name: 'placed' | 'paid' | 'shipped' | 'delivered' | 'cancelled'
  icon: IconName
  state: 'done' | 'now' | 'open' | 'stop'
}

/** How far an order is, of the way it goes. Pure. */
export function stepsOf({ status, payment_status }: Pick<Order, 'status' | 'payment_status'>): Step[] {
  if (status === 'cancelled') {
    const wasPaid = payment_status === 'refunded' || payment_status === 'partially_refunded'
    return [
      { name: 'placed', icon: 'bag', state: 'done' },
      ...(wasPaid ? [{ name: 'paid', icon: 'check', state: 'done' } as const] : []),
      { name: 'cancelled', icon: 'close', state: 'stop' },
    ]
  }
  const reached = ['pending', 'processing', 'shipped', 'delivered'].indexOf(status)
  const names = ['placed', 'paid', 'shipped', 'delivered'] as const
  const icons = ['bag', 'check', 'truck', 'box'] as const
  return names.map((name, i) => ({
    name,
    icon: icons[i]!,
    state: i <= reached ? 'done' : i === reached + 1 ? 'now' : 'open',
  }))
}
