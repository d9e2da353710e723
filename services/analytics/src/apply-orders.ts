import type { Tx } from '@shopfleet/database'
import { difference, type OrderNews } from './order-facts.ts'
import * as rollups from './rollup-store.ts'
import * as store from './store.ts'

/** Writes what orders told, and lets the roll-ups follow. */
export async function applyOrders(tx: Tx, news: OrderNews[]): Promise<void> {
  await rollups.lockRollups(tx)
  const ids = news.map(one => one.order_id)
  // One that is paid late, but was paid first, makes the one that counted as first a returning customer's.
  const firsts = await store.listFirstOrders(tx, news)
  await following(tx, [...new Set([...ids, ...firsts])], async () => {
    await store.writeOrders(tx, news)
    await store.chooseFirstOrders(tx, ids)
  })
}

export async function applyRefunds(tx: Tx, refunds: store.Refund[]): Promise<void> {
  await rollups.lockRollups(tx)
  const ids = [...new Set(refunds.map(refund => refund.order_id))]
  await following(tx, ids, () => store.writeRefunds(tx, refunds))
}

/** Changes orders, and the roll-ups by the difference that makes. */
async function following(tx: Tx, order_ids: string[], change: () => Promise<void>): Promise<void> {
  const before = await rollups.readParts(tx, order_ids)
  await change()
  const after = await rollups.readParts(tx, order_ids)
  for (const name of ['sales', 'product_sales'] as const) {
    const keys = ['at', ...Object.keys(rollups.rollups[name].keys)]
    await rollups.addTo(tx, name, difference(before[name], after[name], keys))
  }
}
