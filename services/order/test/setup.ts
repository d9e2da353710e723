import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

/* A shop of real services, and short words for what shoppers and staff do in it. */

export const guest = { email: 'guest@example.com' }
export const is = (problem: api.ProblemName) => (error: unknown) =>
  error instanceof api.Problem && error.problem === problem
export const token = (o: api.Order) => ({ 'x-order-token': o.order_token! })
export const newKey = () => ({ 'idempotency-key': randomUUID() })
/** The name of the problem an answer is, or its status. */
export const nameOf = (answer: { status: number; body: any }): string | number =>
  answer.status < 400 ? answer.status : answer.body.type.split('/').at(-1)

type Headers = Record<string, string>
type Anything = api.Operation<any, any, any, any>
interface Hook {
  operation: Anything
  when: 'before' | 'after'
  act: () => unknown
  left: number
}

export type Shop = Awaited<ReturnType<typeof openShop>>

export async function openShop(env: Record<string, string> = {}) {
  /** Awaited around each write of the order service to its database, and each of its calls. */
  let boundary: (name: string) => void = () => {}
  const platform: TestPlatform = await startTestPlatform({
    services: ['product', 'inventory', 'cart', 'order', 'payment'],
    simulator: true,
    env: { DRIVE_LEASE_MS: '3000', ...env },
    overrides: { order: { boundary: name => boundary(name), poll_ms: 3_600_000 } },
  })
  const staff = await platform.asStaff('catalogue', 'stock', 'orders', 'payments')
  const order = () => platform.client('order')
  const sql = () => platform.sql('order')
  const ctx = () => platform.service('order').ctx

  const hooks: Hook[] = []
  const call = ctx().call
  ctx().call = async (operation: Anything, input: any) => {
    await reach(operation, 'before')
    const answer = await call(operation, input)
    await reach(operation, 'after')
    return answer
  }
  async function reach(operation: Anything, when: Hook['when']) {
    const hook = hooks.find(h => h.left > 0 && h.operation.name === operation.name && h.when === when)
    if (!hook) return
    hook.left--
    await hook.act()
  }

  const shop = {
    platform,
    staff,
    order,
    sql,
    ctx,
    stop: () => platform.stop(),
    /** Does something in the midst of the order service's next call of an operation, or next `times` of them. */
    interrupt(operation: Anything, when: Hook['when'], act: () => unknown, times = 1) {
      hooks.push({ operation, when, act, left: times })
    },
    /** The order service gets no answer from the next calls of an operation; `after`: though they had their effect. */
    silence(operation: Anything, when: Hook['when'], times = 1) {
      shop.interrupt(operation, when, () => Promise.reject(new api.Unavailable(operation.service)), times)
    },
    onBoundary(act: (name: string) => void) {
      boundary = act
    },
    calm() {
      hooks.length = 0
      boundary = () => {}
    },

    product(fields: object = {}): Promise<api.Product> {
      const body = { name: `Thing ${randomUUID()}`, price: 12.5, stock: 10, ...fields }
      return platform.client('product').call(api.createProduct, { body }, staff)
    },
    stockOf: (product_id: string) => platform.client('inventory').call(api.getStock, { params: { product_id } }, staff),
    /** On hand and reserved. */
    async stock(product_id: string) {
      const { on_hand, reserved } = await shop.stockOf(product_id)
      return [on_hand, reserved]
    },
    place: (body: object, headers: Headers = {}) => order().call(api.placeOrder, { body: body as never }, headers),
    tryPlace: (body: unknown, headers: Headers = {}) => order().send(api.placeOrder, { body }, headers),
    pay: (id: string, payment_method: string, headers: Headers) =>
      order().call(api.payOrder, { params: { id }, body: { payment_method } }, headers),
    tryPay: (id: string, payment_method: string, headers: Headers) =>
      order().send(api.payOrder, { params: { id }, body: { payment_method } }, headers),
    get: (id: string, headers: Headers = staff) => order().call(api.getOrder, { params: { id } }, headers),
    cancel: (id: string, headers: Headers = staff, reason?: string) =>
      order().call(api.cancelOrder, { params: { id }, body: reason ? { reason } : {} }, headers),
    async idOf(product_id: string): Promise<string> {
      const [row] = await sql()`select order_id from order_items where product_id = ${product_id} order by id desc`
      return row!.order_id
    },
    async payments(order_id: string) {
      return (await platform.client('payment').call(api.listPayments, { query: { order_id } }, staff)).items
    },
    async netOf(order_id: string) {
      return (await shop.payments(order_id)).reduce((sum, p) => sum + p.captured - p.refunded, 0)
    },
    /** The timeline as `status payment_status`. */
    async history(id: string) {
      const { items } = await order().call(api.getOrderTimeline, { params: { id } }, staff)
      return items.map(i => `${i.status} ${i.payment_status}`)
    },
    /** What was said of orders, of each in order. */
    async saidOf(...ids: string[]) {
      await platform.drain()
      const said = await platform.said('order')
      return ids.map(id => said.filter(m => m.aggregate_id === id).map(m => m.name))
    },
    /** The sweepers look at what is unfinished as if its time had come. */
    async sweepNow() {
      await platform.sql('payment')`update payments set next_check_at = now() where next_check_at is not null`
      await platform.sql('payment')`update orders set next_check_at = now() where next_check_at is not null`
      await platform.sql('payment')`update refunds set next_check_at = now() where next_check_at is not null`
      await sql()`update orders set due_at = now() where goal <> 'none'`
      await sql()`update order_refunds set due_at = now() where status = 'asked'`
      await platform.drain()
    },
    /** Sweeps until the order has come to rest. */
    async settled(id: string): Promise<api.Order> {
      for (let i = 0; i < 20; i++) {
        const [row] = await sql()`select goal from orders where id = ${id}`
        if (row!.goal === 'none') return shop.get(id)
        await shop.sweepNow()
      }
      return assert.fail(`order ${id} does not come to rest`)
    },
    /** Nothing is left of an order: no money, no hold, the stock as it was, and it says so. */
    async assertUndone(id: string, product_id: string, on_hand = 10) {
      const undone = await shop.settled(id)
      assert.equal(undone.status, 'cancelled')
      assert.equal(await shop.netOf(id), 0)
      assert.ok((await shop.payments(id)).every(p => !['authorising', 'in_doubt', 'authorised'].includes(p.status)))
      assert.deepEqual(await shop.stock(product_id), [on_hand, 0])
    },
    assertBooksAgree: () => assertBooksAgree(platform),
  }
  return shop
}

/** Sold stock, paid orders, captured money, the ledger and the provider say the same, and every order is at rest. */
async function assertBooksAgree(platform: TestPlatform) {
  const sql = platform.sql('order')
  await sql`update orders set due_at = now() where goal <> 'none'`
  await platform.drain()
  assert.deepEqual([...(await sql`select id, goal, payment_status from orders where goal <> 'none'`)], [])
  const orders = await sql`
    select currency, sum(total_minor - refunded_minor)::bigint as net from orders
    where payment_status in ('paid', 'partially_refunded', 'refunded') and status <> 'cancelled' and total_minor > 0
    group by currency order by currency`
  const payments = await platform.sql('payment')`
    select currency, sum(captured_minor - refunded_minor)::bigint as net from payments
    group by currency having sum(captured_minor - refunded_minor) <> 0 order by currency`
  assert.deepEqual([...payments], [...orders.filter(row => row.net !== 0)])
  const ledger = await platform.sql('payment')`
    select currency, sum(amount_minor) filter (where account = 'provider_clearing')::bigint as net,
           sum(amount_minor)::bigint as total
    from ledger_entries group by currency order by currency`
  assert.ok(ledger.every(row => row.total === 0))
  assert.deepEqual(
    ledger.filter(row => row.net !== 0).map(({ currency, net }) => ({ currency, net })),
    [...payments],
  )
  const headers = { authorization: 'Bearer sim_key' }
  const balance = (await (await fetch(`${platform.simulator.url}/v1/balance`, { headers })).json()) as any
  for (const { currency, net } of payments) assert.equal(balance[currency].net, net)
  const sold = await sql<{ product_id: string; n: number }[]>`
    select product_id, sum(quantity - coalesce((
        select sum(l.quantity) from order_refund_lines l join order_refunds r on r.id = l.refund_id
        where l.item_id = order_items.id and r.restock and r.status = 'made'), 0))
      filter (where status in ('processing', 'shipped', 'delivered'))::int as n
    from orders join order_items on order_id = orders.id group by product_id`
  const moved = await platform.sql('inventory')<{ product_id: string; n: number }[]>`
    select product_id, -sum(delta)::int as n from movements where order_id is not null group by product_id`
  const movedOf = new Map(moved.map(row => [row.product_id, row.n]))
  for (const { product_id, n } of sold) assert.equal(movedOf.get(product_id) ?? 0, n ?? 0)
  const decided = await sql`
    select order_id from payment_attempts join orders on id = order_id
    where outcome is null and (goal not in ('hold', 'pay') or payment_attempts.attempt <> orders.attempt)`
  assert.deepEqual([...decided], [], 'an attempt is undecided only while its order is driven towards it')
}
