import assert from 'node:assert/strict'
import * as api from '@shopfleet/contracts'
import { opening, price, type Scene } from './scene.ts'

/** How the orders of one product ended. */
export interface Ended {
  paid: number
  cancelled: number
  pending: number
  refunded: number
}

/** What each move of an order says, and how often at most. */
const saidOf: Record<string, string[]> = {
  processing: ['order.placed', 'order.paid'],
  cancelled: ['order.placed', 'order.cancelled'],
  pending: ['order.placed'],
}

/**
 * Looks at all that was bought of one product after everything has come to rest: orders, history, events, payments, the
 * ledger, the provider's own books, stock, and what other services keep of it.
 */
export async function judge(scene: Scene, product_id: string, at: string): Promise<Ended> {
  const { platform, staff } = scene
  const orders = await platform.sql('order')<
    { id: string; status: string; goal: string; total_minor: number; cart_id: string | null; refunded_minor: number }[]
  >`
    select distinct o.id, status, goal, total_minor, cart_id, o.refunded_minor from orders o join order_items on order_id = o.id
    where product_id = ${product_id}`
  const said = await platform.said('order')
  const ended: Ended = { paid: 0, cancelled: 0, pending: 0, refunded: 0 }
  let kept_minor = 0
  for (const order of orders) {
    assert.equal(order.goal, 'none', `${at}: the order is at rest`)
    await judgeOrder(scene, order, said, at)
    const { net_minor, refunded_minor } = await judgeMoney(scene, order.id, at)
    kept_minor += net_minor
    if (order.status === 'processing') {
      ended.paid++
      ended.refunded += refunded_minor
      assert.equal(net_minor, order.total_minor - refunded_minor, `${at}: a paid order's money`)
      assert.equal(order.refunded_minor, refunded_minor, `${at}: the order knows what was given back`)
    } else {
      assert.equal(net_minor, 0, `${at}: an order that is ${order.status} holds no money`)
      ended[order.status === 'pending' ? 'pending' : 'cancelled']++
    }
  }
  assert.equal(kept_minor, ended.paid * price * 100 - ended.refunded, `${at}: net captured is what paid orders come to`)

  const stock = await platform.client('inventory').call(api.getStock, { params: { product_id } }, staff)
  const back = await judgeRefunds(scene, product_id, at)
  assert.deepEqual([stock.on_hand, stock.reserved], [opening - ended.paid + back, ended.pending], `${at}: stock`)
  const shown = await platform.client('product').call(api.getProduct, { params: { id: product_id } })
  assert.equal(shown.stock_quantity, stock.on_hand - stock.reserved, `${at}: the catalogue shows the stock there is`)
  await judgeMessages(scene, at)
  return ended
}

/** What was given back of the product by line is counted at its line, and at rest. Answers how many units are in stock again. */
async function judgeRefunds({ platform }: Scene, product_id: string, at: string): Promise<number> {
  const [row] = await platform.sql('order')<[{ asked: number; counted: number; lines: number; back: number }]>`
    select count(*) filter (where r.status = 'asked')::int as asked,
      (select coalesce(sum(refunded_quantity), 0)::int from order_items where product_id = ${product_id}) as counted,
      coalesce(sum(l.quantity) filter (where r.status = 'made'), 0)::int as lines,
      coalesce(sum(l.quantity) filter (where r.status = 'made' and r.restock), 0)::int as back
    from order_refund_lines l join order_refunds r on r.id = l.refund_id join order_items i on i.id = l.item_id
    where i.product_id = ${product_id}`
  assert.deepEqual([row.asked, row.counted], [0, row.lines], `${at}: refunds are at rest, and counted at their lines`)
  return row.back
}

async function judgeOrder(
  { platform }: Scene,
  order: { id: string; status: string; cart_id: string | null },
  said: api.EventMessage[],
  at: string,
) {
  const names = said.filter(m => m.aggregate_id === order.id).map(m => m.name)
  const wanted = saidOf[order.status]!
  assert.deepEqual(
    names.filter(name => wanted.includes(name)),
    wanted,
    `${at}: said ${names} of one that is ${order.status}`,
  )
  assert.equal(new Set(names).size, names.length, `${at}: nothing is said twice: ${names}`)
  const history = await platform.sql('order')<{ status: string }[]>`
    select status from order_history where order_id = ${order.id} order by id`
  const path = history.map(row => row.status).filter((status, i, all) => status !== all[i - 1])
  const last = path.at(-1)
  assert.equal(last, order.status, `${at}: the history ends where the order is`)
  assert.ok(
    ['pending', 'pending processing', 'pending cancelled', 'pending processing cancelled'].includes(path.join(' ')),
    `${at}: the history is a path: ${path.join(' → ')}`,
  )
  if (order.cart_id && order.status !== 'cancelled') {
    const [cart] = await platform.sql('cart')`select status from carts where id = ${order.cart_id}`
    assert.equal(cart?.status, 'ordered', `${at}: the cart is closed`)
  }
}

/** Our book, the ledger and the provider's book of one order say the same. */
async function judgeMoney({ platform }: Scene, order_id: string, at: string) {
  const payments = await platform.sql('payment')<{ status: string; captured_minor: number; refunded_minor: number }[]>`
    select status, captured_minor, refunded_minor from payments where order_id = ${order_id}`
  const open = payments.filter(p => ['authorising', 'in_doubt', 'authorised'].includes(p.status))
  assert.deepEqual([...open], [], `${at}: no payment is left open`)
  const refunded_minor = payments.reduce((sum, p) => sum + p.refunded_minor, 0)
  const net_minor = payments.reduce((sum, p) => sum + p.captured_minor - p.refunded_minor, 0)

  const headers = { authorization: 'Bearer sim_key' }
  const answer = await fetch(`${platform.simulator.url}/v1/payments?reference=${order_id}`, { headers })
  const { items } = (await answer.json()) as { items: { status: string; captured: number; refunded: number }[] }
  assert.ok(
    items.every(p => p.status !== 'authorised'),
    `${at}: no money is held for ever`,
  )
  assert.equal(
    items.reduce((sum, p) => sum + p.captured - p.refunded, 0),
    net_minor,
    `${at}: the provider's book`,
  )
  assert.ok(items.filter(p => p.captured > 0).length <= 1, `${at}: captured once`)

  const ledger = await platform.sql('payment')<{ account: string; sum: number }[]>`
    select account, sum(amount_minor)::bigint as sum from ledger_entries where order_id = ${order_id} group by account`
  const of = (account: string) => ledger.find(row => row.account === account)?.sum ?? 0
  assert.equal(of('provider_clearing'), net_minor, `${at}: the ledger`)
  assert.equal(
    ledger.reduce((sum, row) => sum + row.sum, 0),
    0,
    `${at}: the ledger adds up to zero`,
  )
  return { net_minor, refunded_minor }
}

/** Nothing waits in an outbox, nothing was put aside. */
async function judgeMessages({ platform }: Scene, at: string): Promise<void> {
  for (const service of ['order', 'inventory', 'payment', 'cart', 'product'] as const) {
    const [left] = await platform.sql(service)<[{ outbox: number; letters: number }]>`
      select (select count(*)::int from outbox) as outbox, (select count(*)::int from dead_letters) as letters`
    assert.deepEqual({ ...left }, { outbox: 0, letters: 0 }, `${at}: what ${service} had to say was said, and heard`)
  }
}
