import type { Judge } from './judge.ts'
import { sum } from './money.ts'
import type { World } from './world.ts'

/** 10. Projections converge: what one service keeps of another is what that one says. */
export function judgeProjections(world: World, judge: Judge): void {
  const stock = judge.check(10, 'the stock on a product page is what can be ordered')
  const carts = judge.check(10, 'a cart is closed exactly when an order of it was held or paid')
  const refunds = judge.check(10, 'an order knows how much of its payment went back')
  const revenue = judge.check(10, 'what was sold is what was captured, in each currency')

  for (const product of world.products.values()) {
    const row = world.stock.get(product.id)?.row
    // What a product with variants shows is theirs.
    if (!row || row.revision === 0 || product.variant_count > 0) continue
    const available = row.on_hand - row.reserved
    const right = product.stock_available === available && product.stock_revision === row.revision
    stock.expect(
      right,
      `it shows ${product.stock_available} (revision ${product.stock_revision}), there are ${available} (${row.revision})`,
      {
        product_id: product.id,
      },
    )
  }

  const ordered = new Set<string>()
  for (const { row, said } of world.orders.values()) {
    if (!row?.cart_id) continue
    if (said.some(event => event.name === 'order.paid' || event.name === 'order.reserved')) ordered.add(row.cart_id)
  }
  for (const cart of world.carts.values()) {
    if (cart.status === 'open' && !ordered.has(cart.id)) continue
    if (cart.status === 'merged') continue
    carts.expect((cart.status === 'ordered') === ordered.has(cart.id), `it is ${cart.status}`, { cart_id: cart.id })
  }

  const sales = new Map<string, [sold: number, captured: number]>()
  for (const { id, row, payments, provider } of world.orders.values()) {
    if (!row) continue
    const back = sum(payments.map(payment => payment.refunded_minor))
    if (row.refunded_minor !== 0 || back !== 0) {
      refunds.expect(row.refunded_minor === back, `it says ${row.refunded_minor}, ${back} went back`, { order_id: id })
    }
    const side = sales.get(row.currency) ?? [0, 0]
    sales.set(row.currency, side)
    if (row.status !== 'pending' && row.status !== 'cancelled') side[0] += row.total_minor - row.refunded_minor
    side[1] += sum(provider.map(at => at.captured - at.refunded))
  }
  for (const [currency, [sold, captured]] of sales) {
    revenue.expect(sold === captured, `orders come to ${sold}, the provider has ${captured}`, { currency })
  }
}
