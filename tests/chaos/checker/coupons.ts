import type { Judge } from './judge.ts'
import { minorOf } from './money.ts'
import { push, type Requests } from './requests.ts'
import type { Dossier, World } from './world.ts'

/**
 * 4 and 11 for coupons: what is taken off is what the coupon says that staff made, for who may have it; and of the orders
 * that are not cancelled no more have it than it has uses. What the order service says of its coupons is not looked at.
 */
export function judgeCoupons(world: World, requests: Requests, judge: Judge): void {
  const discounts = judge.check(4, 'what an order has less is what its coupon takes off')
  const limits = judge.check(11, 'no coupon has more uses than it may')
  const once = judge.check(11, 'nobody uses a coupon twice that is for once')
  const made = new Map(
    requests
      .of('createCoupon')
      .filter(({ phase }) => phase === 'ok')
      .map(({ body }) => [String(body.code).toUpperCase(), body as Made]),
  )
  const uses = new Map<string, Dossier[]>()
  for (const dossier of world.orders.values()) {
    const { id, row } = dossier
    if (!row || (row.coupon_code === null && row.discount_minor === 0)) continue
    const coupon = made.get(row.coupon_code ?? '')
    const off = coupon && discountOf(coupon, row)
    discounts.expect(row.discount_minor === off, `${row.coupon_code} takes off ${off}, not ${row.discount_minor}`, {
      order_id: id,
    })
    if (row.status !== 'cancelled') push(uses, row.coupon_code!, dossier)
  }
  for (const [code, { max_uses, once_per_customer }] of made) {
    const used = uses.get(code) ?? []
    const order_ids = used.map(({ id }) => id)
    if (max_uses)
      limits.expect(used.length <= max_uses, `${code} has ${used.length} uses of ${max_uses}`, { order_ids })
    if (!once_per_customer) continue
    for (const name of ['user_id', 'email'] as const) {
      const customers = used.map(({ row }) => row![name]?.toLowerCase()).filter(one => one !== undefined)
      once.expect(new Set(customers).size === customers.length, `${code} was used twice by the same`, { order_ids })
    }
  }
}

interface Made {
  percent?: number
  amount?: number
  currency?: string
  min_subtotal?: number
  max_uses?: number
  once_per_customer?: boolean
}

/** In minor units, half a unit up; undefined where it takes nothing off. */
function discountOf(
  { percent, amount, currency, min_subtotal }: Made,
  { subtotal_minor, currency: paid }: { subtotal_minor: number; currency: string },
): number | undefined {
  if (currency !== undefined && currency !== paid) return undefined
  if (min_subtotal !== undefined && subtotal_minor < minorOf(min_subtotal, paid)) return undefined
  if (amount !== undefined) return Math.min(minorOf(amount, paid), subtotal_minor)
  // Whole percents are all that the shoppers' coupons have.
  return Number((BigInt(subtotal_minor) * BigInt(percent!) + 50n) / 100n)
}
