import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { addCartItem, placeOrder, quoteOrder } from '@shopfleet/contracts'
import { connect } from '@shopfleet/database'
import { freePortBase } from '@shopfleet/testing'
import { Pool } from 'undici'
import { cpuByRole, less } from './processor-time.ts'
import { processTree, type Shop, startShop } from './shop.ts'

/*
 * Where the processor time of a purchase goes: a shop of its own in one process, N whole purchases of a guest (into the
 * cart, quote, order with payment), and what each process used meanwhile, read from Linux's scheduler. Processor time is
 * a figure also on a machine that does other things; purchases a second are not.
 *
 *   node scripts/run.mjs load/profile-purchase.ts --data-dir /tmp/profile --statements --cpu-prof
 */

const { values } = parseArgs({
  options: {
    purchases: { type: 'string', default: '2000' },
    shoppers: { type: 'string', default: '16' },
    'warm-up': { type: 'string', default: '600' },
    'data-dir': { type: 'string' },
    token: { type: 'string', default: 'tok_webhook_never' },
    /** All buy the same product. */
    hot: { type: 'boolean', default: false },
    /** Statements by their cost, from pg_stat_statements. */
    statements: { type: 'boolean', default: false },
    /** Writes a .cpuprofile of each Node process into <data-dir>/profile. */
    'cpu-prof': { type: 'boolean', default: false },
  },
})
if (!values['data-dir']) throw new Error('--data-dir names a folder that is kept, so that the next run starts at once')
const dataDir = resolve(values['data-dir'])
const shoppers = Number(values.shoppers)

const sleep = (ms: number) => new Promise(done => setTimeout(done, ms))
const total = (roles: Record<string, number>) =>
  Object.entries(roles).reduce((sum, [role, ms]) => sum + (role.startsWith(' ') ? 0 : ms), 0)

/** Whole purchases, `shoppers` at a time. Answers how long each took, in ms. */
async function buy(gateway: string, products: string[], count: number): Promise<number[]> {
  const pool = new Pool(gateway, { connections: shoppers, pipelining: 1 })
  const times: number[] = []
  let begun = 0
  async function ask(path: string, body: object, expected: number, headers: object = {}): Promise<any> {
    const answer = await pool.request({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const text = await answer.body.text()
    if (answer.statusCode !== expected) throw new Error(`${path} answered ${answer.statusCode}: ${text}`)
    return JSON.parse(text)
  }
  async function shop() {
    while (begun < count) {
      const product_id = products[begun++ % products.length]
      const from = performance.now()
      const cart = await ask(addCartItem.path, { product_id, quantity: 1 }, 201)
      const token = { 'x-cart-token': cart.cart_token }
      const quote = await ask(quoteOrder.path, { cart_id: cart.id }, 200, token)
      const paid = {
        cart_id: cart.id,
        email: 'ada@example.com',
        expected_total: quote.total,
        payment_method: values.token,
      }
      const order = await ask(placeOrder.path, paid, 201, token)
      if (order.payment_status !== 'paid') throw new Error(`an order that is ${order.payment_status}`)
      times.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: shoppers }, shop))
  await pool.close()
  return times
}

async function productsOf(shop: Shop): Promise<string[]> {
  const { email, password } = JSON.parse(readFileSync(join(dataDir, 'admin.json'), 'utf8'))
  const json = { 'content-type': 'application/json' }
  const body = JSON.stringify({ email, password })
  const signedIn = await fetch(`${shop.gateway}/api/auth/login`, { method: 'POST', headers: json, body })
  const { access_token } = (await signedIn.json()) as { access_token: string }
  const list = await fetch(`${shop.gateway}/api/products?limit=100`)
  const listed = (await list.json()) as { items: { id: string; variant_count: number }[] }
  // One of its variants is bought of a product that has some.
  const items = listed.items.filter(item => item.variant_count === 0)
  for (const { id } of items) {
    const answer = await fetch(`${shop.gateway}/api/inventory/${id}`, {
      method: 'PUT',
      headers: { ...json, authorization: `Bearer ${access_token}` },
      body: JSON.stringify({ on_hand: 10_000_000 }),
    })
    if (answer.status !== 200) throw new Error(`stock of ${id} could not be set: ${await answer.text()}`)
  }
  const ids = items.map(item => item.id)
  return values.hot ? ids.slice(0, 1) : ids
}

async function main() {
  mkdirSync(join(dataDir, 'profile'), { recursive: true })
  if (values['cpu-prof']) {
    process.env.NODE_OPTIONS = `--import ${join(import.meta.dirname, 'profile-hook.mjs')}`
    process.env.PROFILE_TO = join(dataDir, 'profile/purchase')
  }
  let shop = await startShop({ dataDir, layout: 'one', portBase: await freePortBase() })
  try {
    const port = readFileSync(join(dataDir, 'postgres-port'), 'utf8').trim()
    const password = readFileSync(join(dataDir, 'postgres-password'), 'utf8').trim()
    const admin = connect(`postgres://shopfleet_admin:${password}@127.0.0.1:${port}/postgres`, {
      name: 'profile',
      max: 1,
    })
    if (values.statements) {
      const [row] = await admin<[{ shared_preload_libraries: string }]>`show shared_preload_libraries`
      if (!row.shared_preload_libraries.includes('pg_stat_statements')) {
        await admin`alter system set shared_preload_libraries = 'pg_stat_statements'`
        await admin`alter system set pg_stat_statements.track_planning = on`.catch(() => {})
        await admin.end()
        await shop.stop()
        shop = await startShop({ dataDir, layout: 'one', portBase: await freePortBase() })
        console.error('pg_stat_statements is loaded now: run it again')
        return
      }
      await admin`create extension if not exists pg_stat_statements`
    }
    const products = await productsOf(shop)
    await buy(shop.gateway, products, Number(values['warm-up']))
    await sleep(3000)
    const calm = cpuByRole(shop)
    await sleep(3000)
    const idle = less(cpuByRole(shop), calm)
    if (values.statements) await admin`select pg_stat_statements_reset()`
    const syncs = async () => {
      const [row] = await admin<[{ n: number }]>`select sum(fsyncs)::int as n from pg_stat_io where object = 'wal'`
      return row.n
    }
    const syncsBefore = await syncs()

    const count = Number(values.purchases)
    const profiled = processTree(shop.pid).filter(
      ({ command }) => /scripts\/start/.test(command) && !/run\.mjs/.test(command),
    )
    const toggle = () => {
      if (values['cpu-prof']) for (const { pid } of profiled) process.kill(pid, 'SIGUSR2')
    }
    toggle()
    const before = cpuByRole(shop)
    const began_ms = performance.now()
    const times = await buy(shop.gateway, products, count)
    const took_ms = performance.now() - began_ms
    const loaded = less(cpuByRole(shop), before)
    toggle()
    // What follows a purchase: events, messages.
    for (let last = total(cpuByRole(shop)); ; ) {
      await sleep(1000)
      const now = total(cpuByRole(shop))
      if (now - last < total(idle) / 3 + 60) break
      last = now
    }
    const all = less(cpuByRole(shop), before)
    const all_s = (performance.now() - began_ms) / 1000
    const rows = Object.fromEntries(
      Object.keys(all)
        .sort((a, b) => (a < b ? 1 : -1))
        .map(role => {
          const each = (ms: number) => Math.round((ms / count) * 1000) / 1000
          const background = ((idle[role] ?? 0) / 3) * all_s
          return [
            role,
            { 'during the load': each(loaded[role] ?? 0), 'and what follows': each((all[role] ?? 0) - background) },
          ]
        }),
    )
    console.log(`${count} purchases by ${shoppers} shoppers, ms of processor time each (idle taken off the second)`)
    console.table(rows)
    console.log(
      `in all ${(total(loaded) / count).toFixed(2)} during the load, ${(total(all) / count).toFixed(2)} with what follows`,
    )
    times.sort((a, b) => a - b)
    const at = (q: number) => times[Math.floor(times.length * q)]!.toFixed(1)
    console.log(
      `${Math.round((count / took_ms) * 1000)} a second, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms (what the machine let it)`,
    )
    if (values.statements) {
      const synced = (await syncs()) - syncsBefore
      const rows = await admin<{ db: string; calls: number; ms: number; plan: number; wal: number; query: string }[]>`
        select d.datname as db, (calls / ${count}::float8)::float8 as calls, (total_exec_time / ${count}::float8)::float8 as ms,
          (total_plan_time / ${count}::float8)::float8 as plan, (wal_bytes / ${count}::float8)::float8 as wal,
          regexp_replace(query, '\\s+', ' ', 'g') as query
        from pg_stat_statements s join pg_database d on d.oid = s.dbid
        order by total_exec_time + total_plan_time desc limit 60`
      const all = await admin<[{ calls: number; ms: number; wal: number }]>`
        select sum(calls)::float8 / ${count}::float8 as calls, (sum(total_exec_time + total_plan_time) / ${count}::float8)::float8 as ms,
          sum(wal_bytes)::float8 / ${count}::float8 as wal from pg_stat_statements`
      console.log(
        `statements: ${all[0].calls.toFixed(1)} a purchase, ${all[0].ms.toFixed(3)} ms, ${Math.round(all[0].wal)} bytes of WAL brought to the disk ${(synced / count).toFixed(2)} times`,
      )
      for (const { db, calls, ms, plan, wal, query } of rows) {
        const name = db.replace('shopfleet_', '').slice(0, 12).padEnd(12)
        console.log(
          `${name} ${calls.toFixed(2).padStart(6)} × ${((ms / calls) * 1000).toFixed(0).padStart(5)} µs = ${ms.toFixed(3)} ms (plan ${plan.toFixed(3)}) ${String(Math.round(wal)).padStart(6)} B  ${query.slice(0, 130)}`,
        )
      }
    }
    await admin.end()
  } finally {
    await shop.stop()
  }
}

await main()
