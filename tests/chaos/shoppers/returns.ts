import * as api from '@shopfleet/contracts'
import type { Sender } from '../client.ts'
import { ask, newKey, type Shop } from './store.ts'

/** Somebody of the staff who takes back what buyers send back, beside the one who ships. */
export async function takeReturns(shop: Shop, staff: Sender): Promise<void> {
  while (!shop.isOver()) {
    await giveBackLines(shop, staff)
    await shop.sleep(200 + shop.random.below(300))
  }
}

/**
 * Lines of an order back, some of them into stock, sometimes with an amount beside them. Now and then two members of staff
 * give back the same lines at once, each under a key of their own; now and then one sends it twice, or a key again with
 * another body.
 */
async function giveBackLines(shop: Shop, staff: Sender): Promise<void> {
  const { random, client } = shop
  const order = shop.paid.pick(random)
  if (!order) return
  const params = { id: order.id }
  const found = await ask(shop, staff, api.getOrder, { params })
  const items = (found.body?.items as api.Order['items'] | undefined) ?? []
  const left = items.filter(item => item.refunded_quantity < item.quantity)
  if (left.length === 0) return
  const some = left.slice(random.below(left.length))
  const lines = some.map(({ id, quantity, refunded_quantity }) => ({
    item_id: id,
    quantity: 1 + random.below(quantity - refunded_quantity),
  }))
  const beside = random.next() < 0.25 ? { amount: random.pick([0.5, -0.05]) } : {}
  const body = { lines, restock: random.next() < 0.6, ...beside }
  const chance = random.next()
  if (chance < 0.2) {
    await Promise.all([giveBackUnder(newKey(random), body), giveBackUnder(newKey(random), body)])
    return
  }
  const key = newKey(random)
  if (chance < 0.4) {
    await Promise.all([giveBackUnder(key, body), giveBackUnder(key, body)])
    await giveBackUnder(key, body)
  } else await giveBackUnder(key, body)
  if (chance > 0.9) await client.send(staff, api.refundOrder, { params, body: { amount: 0.25 } }, { key, attempt: 9 })

  /** Until it is known to be made, or refused: 202 says neither. */
  async function giveBackUnder(key: string, body: object): Promise<void> {
    for (let attempt = 1; attempt <= 4; attempt++) {
      const { phase, status } = await client.send(staff, api.refundOrder, { params, body }, { key, attempt })
      if ((phase !== 'info' && status !== 202) || shop.isOver()) return
      await shop.sleep(200 * attempt)
    }
  }
}
