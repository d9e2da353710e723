import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { crashCorrelation } from '@shopfleet/service-kit'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

/*
 * A service is killed (SIGKILL, as a program of its own) at every durable boundary of a purchase and of a cancellation
 * in turn: before and after each commit and each outgoing call. Started again, it must end with a finished or a fully
 * undone order, and with books that agree.
 */

let platform: TestPlatform
let staff: Record<string, string>

before(async () => {
  platform = await startTestPlatform({
    services: ['product', 'inventory', 'cart', 'order', 'payment'],
    simulator: true,
    env: { DRIVE_LEASE_MS: '60000', SWEEP_MS: '3600000', SETTLE_SWEEP_MS: '3600000' },
  })
  staff = await platform.asStaff('catalogue', 'stock', 'orders', 'payments')
})
after(() => platform.stop())

const root = join(import.meta.dirname, '../..')

interface Victim {
  process: ChildProcess
  /** Names of the boundaries it went through. */
  reached: string[]
  died: Promise<boolean>
}

/** Runs a service as a program that kills itself at its n-th boundary; 0 only counts. */
async function startVictim(service: 'order' | 'inventory' | 'payment', at: number): Promise<Victim> {
  const child = fork(join(root, 'services', service, 'src/main.ts'), [], {
    env: { ...process.env, ...platform.env(service), CRASH_AT: String(at) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const reached: string[] = []
  const died = new Promise<boolean>(resolve => child.once('exit', (_code, signal) => resolve(signal === 'SIGKILL')))
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${service} did not start`)))
    child.on('message', (message: { ready?: string; name?: string }) => {
      if (message.ready) resolve()
      if (message.name) reached.push(message.name)
    })
  })
  return { process: child, reached, died }
}

async function stopVictim(victim: Victim): Promise<boolean> {
  if (victim.process.exitCode === null && victim.process.signalCode === null) victim.process.kill('SIGTERM')
  return victim.died
}

async function product(): Promise<string> {
  const body = { name: `Thing ${randomUUID()}`, price: 10, stock: 5 }
  return (await platform.client('product').call(api.createProduct, { body }, staff)).id
}

/** What a shopper sends, marked to be crashed; a lost answer is a lost answer. */
async function send(
  operation: api.Operation<any, any, any, any>,
  input: { params?: unknown; body?: unknown },
  headers = {},
) {
  const marked = { ...headers, 'x-correlation-id': `${crashCorrelation}${randomUUID()}` }
  return platform
    .client('order')
    .send(operation, input, marked)
    .catch(() => undefined)
}

/** Everything overdue now is due, again and again, until nothing is left to do. */
async function settleAll() {
  for (let i = 0; i < 10; i++) {
    await platform.sql('payment')`update payments set next_check_at = now() where next_check_at is not null`
    await platform.sql('payment')`update orders set next_check_at = now() where next_check_at is not null`
    const due = await platform.sql('order')`update orders set due_at = now() where goal <> 'none' returning id`
    await platform.drain()
    if (due.count === 0) return
  }
  assert.fail('orders stay unfinished')
}

async function assertFinishedOrUndone(product_id: string, at: string): Promise<string> {
  const orders = await platform.sql('order')`
    select distinct orders.id, status, payment_status from orders join order_items on order_id = orders.id
    where product_id = ${product_id}`
  const stock = await platform.client('inventory').call(api.getStock, { params: { product_id } }, staff)
  let net = 0
  for (const { id } of orders) {
    const { items } = await platform.client('payment').call(api.listPayments, { query: { order_id: id } }, staff)
    for (const payment of items) {
      net += payment.captured - payment.refunded
      assert.ok(
        !['authorising', 'in_doubt', 'authorised'].includes(payment.status),
        `${at}: payment left ${payment.status}`,
      )
    }
    const provider = (await (
      await fetch(`${platform.simulator.url}/v1/payments?reference=${id}`, {
        headers: { authorization: 'Bearer sim_key' },
      })
    ).json()) as { items: { status: string; captured: number; refunded: number }[] }
    const atProvider = provider.items.reduce((sum, p) => sum + p.captured - p.refunded, 0)
    const ours = items.reduce((sum, p) => sum + Math.round((p.captured - p.refunded) * 100), 0)
    assert.equal(atProvider, ours, `${at}: the provider's books and ours agree`)
    assert.ok(
      provider.items.every(p => p.status !== 'authorised'),
      `${at}: no money is held for ever`,
    )
  }
  const paid = orders.filter(o => o.status === 'processing').length
  assert.ok(
    orders.every(o => o.status === 'processing' || o.status === 'cancelled'),
    `${at}: ${JSON.stringify([...orders])}`,
  )
  assert.equal(net, paid * 10, `${at}: net captured is what paid orders come to`)
  assert.deepEqual([stock.on_hand, stock.reserved], [5 - paid, 0], `${at}: stock`)
  const [ledger] = await platform.sql('payment')`select coalesce(sum(amount_minor), 0)::int as sum from ledger_entries`
  assert.equal(ledger!.sum, 0)
  return paid ? 'finished' : 'undone'
}

/** Before and after: three calls to other services and the record and the settlement; two statements; and so on. */
const leastBoundaries = { order: 14, inventory: 4, payment: 10 }

for (const service of ['order', 'inventory', 'payment'] as const) {
  test(`${service} killed at every boundary of a purchase: finished or fully undone`, async t => {
    const body = (product_id: string) => ({ product_id, email: 'a@example.com', payment_method: 'tok_approve' })
    const outcomes: string[] = []
    for (let at = 1; ; at++) {
      const product_id = await product()
      const key = { 'idempotency-key': randomUUID() }
      await platform.halt(service)
      const victim = await startVictim(service, at)
      const answer = await send(api.placeOrder, { body: body(product_id) }, key)
      const died = await stopVictim(victim)
      await platform.resume(service)
      if (!died) {
        assert.equal(answer?.status, 201)
        break
      }
      // The word of the last boundary may have died with the process; the next run tells.
      const boundary = `boundary ${at} (after ${victim.reached.at(-1) ?? 'the start'})`
      await settleAll()
      outcomes.push(`${boundary}: ${await assertFinishedOrUndone(product_id, boundary)}`)
      // The shopper never got an answer, or an error: the same request again must not buy twice.
      const again = await platform.client('order').send(api.placeOrder, { body: body(product_id) }, key)
      assert.ok([201, 503].includes(again.status), `${boundary}: ${again.status} ${JSON.stringify(again.body)}`)
      await settleAll()
      const [count] = await platform.sql('order')`
        select count(*)::int as n from orders join order_items on order_id = orders.id
        where product_id = ${product_id} and status = 'processing'`
      assert.equal(count!.n, 1, `${boundary}: one purchase for one key`)
    }
    t.diagnostic(`${outcomes.length} boundaries\n${outcomes.join('\n')}`)
    assert.ok(outcomes.length >= leastBoundaries[service], 'the boundaries of the purchase were found')
  })
}

test('order killed at every boundary of a cancellation: the order is cancelled, the money is back', async t => {
  const boundaries: string[] = []
  for (let at = 1; ; at++) {
    const product_id = await product()
    const bought = await platform
      .client('order')
      .call(api.placeOrder, { body: { product_id, email: 'a@example.com', payment_method: 'tok_approve' } })
    await platform.halt('order')
    const victim = await startVictim('order', at)
    await send(api.cancelOrder, { params: { id: bought.id } }, { 'x-order-token': bought.order_token! })
    const died = await stopVictim(victim)
    await platform.resume('order')
    await settleAll()
    const outcome = await assertFinishedOrUndone(product_id, `boundary ${at}`)
    if (!died) break
    boundaries.push(`boundary ${at} (after ${victim.reached.at(-1) ?? 'the start'})`)
    // Killed before anything was written, the cancellation was never asked for.
    assert.equal(outcome, at === 1 ? 'finished' : 'undone')
  }
  t.diagnostic(`${boundaries.length} boundaries\n${boundaries.join('\n')}`)
  assert.ok(boundaries.length >= 6)
})
