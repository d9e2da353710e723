import { parseArgs } from 'node:util'
import * as api from '@shopfleet/contracts'
import { connect, type Sql } from '@shopfleet/database'
import { startTestPlatform } from '@shopfleet/testing'
import { remake } from '../services/analytics/src/rollup-store.ts'

/*
 * `node scripts/run.mjs load/analytics.ts [--orders 1000000]`: fills the analytics service with two years of a shop and measures
 * every report, asked as the panel asks it, over HTTP. The database, the service and the one who asks share the machine.
 */

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000000' },
    products: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '30' },
  },
})
const orders = Number(values.orders)
const products = Number(values.products)
const rounds = Number(values.rounds)
const say = (text: string) => console.error(text)

/** Facts as events would have left them: two and a half lines an order, a tenth of it cancelled, two currencies, 50,000 people. */
async function fill(sql: Sql): Promise<void> {
  const on = await sql.reserve()
  try {
    await on.unsafe(
      'set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set synchronous_commit = off',
    )
    await on`
      insert into people (id, user_id, registered_at)
      select md5('person ' || n)::uuid, md5('user ' || n)::uuid, now() - (n % 730) * interval '1 day' from generate_series(1, 50000) n`
    await on`
      insert into products (product_id, sku, name, category_id, is_active, told_at)
      select md5('product ' || n)::uuid, 'S' || n, 'Thing ' || n, md5('category ' || n % 20)::uuid, true, now()
      from generate_series(0, ${products - 1}::int) n`
    await on`
      insert into stock (product_id, available, revision)
      select md5('product ' || n)::uuid, n % 700, 1 from generate_series(0, ${products - 1}::int) n`
    for (let from = 0; from < orders; from += 100_000) {
      const to = Math.min(from + 100_000, orders) - 1
      await on`
        insert into orders (order_id, person_id, currency, total_minor, placed_at, paid_at, shipped_at, delivered_at, cancelled_at)
        select md5('order ' || n)::uuid, case when n % 3 > 0 then md5('person ' || 1 + n * 7 % 50000)::uuid end,
          case n % 5 when 0 then 'USD' else 'EUR' end, 2500 + n % 9000, at, case when n % 20 > 0 then at + interval '1 minute' end,
          case when n % 10 > 1 then at + interval '1 day' end, case when n % 10 > 1 then at + interval '3 days' end,
          case when n % 10 <= 1 then at + interval '5 hours' end
        from (select n, now() - n * interval '1 second' * ${(730 * 86_400) / orders}::float8 as at
              from generate_series(${from}::int, ${to}::int) n) as placed`
      await on`
        insert into order_lines (order_id, product_id, quantity, amount_minor)
        select md5('order ' || n)::uuid, md5('product ' || (n * 31 + k * k * 17 + n / 7) % ${products})::uuid, 1 + n % 3, 1000 + n % 4000
        from generate_series(${from}::int, ${to}::int) n, generate_series(1, 2 + n % 2) k on conflict do nothing`
      await on`
        insert into refunds (refund_id, order_id, currency, amount_minor, made_at)
        select md5('refund ' || n)::uuid, order_id, currency, total_minor, cancelled_at + interval '1 second'
        from (select n, md5('order ' || n)::uuid as order_id from generate_series(${from}::int, ${to}::int) n where n % 10 <= 1) r
        join orders using (order_id) where paid_at is not null`
      say(`${to + 1} of ${orders} orders`)
    }
    say('first orders, roll-ups …')
    await on`
      update people p set first_order_id = f.order_id from (
        select distinct on (person_id) person_id, order_id from orders where person_id is not null and paid_at is not null
        order by person_id, paid_at, order_id) f where f.person_id = p.id`
    const began = performance.now()
    await remake(on)
    say(`roll-ups of ${orders} orders made in ${((performance.now() - began) / 1000).toFixed(1)} s`)
    await on.unsafe(attention)
    await on.unsafe('vacuum analyze')
  } finally {
    await on.unsafe('reset all')
    on.release()
  }
}

/** Two years of views of each product and of 300 searches a day. */
const attention = `
  insert into attention (grain, at, product_id, viewed, carted)
  select grain, grain_of(grain, at), product_id, sum(40), sum(4) from (
    select product_id, now() - d * interval '1 day' as at from products, generate_series(0, 729) d) seen,
    unnest(array['day', 'month']) grain group by 1, 2, 3
  on conflict (grain, at, product_id) do update set viewed = attention.viewed + excluded.viewed;
  insert into attention_totals (grain, at, viewed, carted) select grain, at, sum(viewed), sum(carted) from attention group by 1, 2;
  insert into searches (grain, at, term, searches, found_none)
  select grain, grain_of(grain, now() - d * interval '1 day'), 'term ' || (n * 7 + d) % 3000, sum(10), sum(n % 2)
  from generate_series(1, 300) n, generate_series(0, 729) d, unnest(array['day', 'month']) grain group by 1, 2, 3
  on conflict (grain, at, term) do update set searches = searches.searches + excluded.searches`

const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)
const year = { from: day(364), to: day(0) }
const time_zone = 'America/New_York'
const questions: [string, api.Operation, Record<string, unknown>][] = [
  ['summary, 30 days', api.getAnalyticsSummary, { time_zone }],
  ['summary, a year', api.getAnalyticsSummary, { ...year, time_zone }],
  ['sales by day, 30 days', api.getSales, { time_zone }],
  ['sales by hour, a week', api.getSales, { from: day(6), to: day(0), by: 'hour', time_zone }],
  ['sales by day, a year', api.getSales, { ...year, time_zone }],
  ['sales by day, a year in Kolkata', api.getSales, { ...year, time_zone: 'Asia/Kolkata' }],
  ['sales by month, two years', api.getSales, { from: day(729), to: day(0), by: 'month', time_zone }],
  ['orders, 30 days', api.getOrderAnalytics, { time_zone }],
  ['orders, a year', api.getOrderAnalytics, { ...year, time_zone }],
  ['users by week, a year', api.getUserAnalytics, { ...year, by: 'week', time_zone }],
  ['products, 30 days', api.getProductAnalytics, { time_zone }],
  ['products, a year', api.getProductAnalytics, { ...year, time_zone }],
  ['funnel, a year', api.getFunnel, { ...year, time_zone }],
  ['searches, 30 days', api.getSearchAnalytics, { time_zone }],
  ['stock running out', api.getStockOutlook, {}],
  ['refunds by week, a year', api.getRefundAnalytics, { ...year, by: 'week', time_zone }],
]

const at = (sorted: number[], share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!

async function main(): Promise<void> {
  const platform = await startTestPlatform({ services: ['product', 'analytics'], env: { CHECK_REPLIES: 'false' } })
  try {
    const sql = connect(platform.env('analytics').DATABASE_URL!, { name: 'fill', max: 1 })
    await fill(sql)
    await sql.end()
    const staff = await platform.asStaff('analytics')
    const client = platform.client('analytics')
    console.log(`${orders} orders, ${products} products, ${rounds} times each, milliseconds\n`)
    console.log('| report | least | median | p95 |\n|---|---|---|---|')
    for (const [name, operation, query] of questions) {
      const took: number[] = []
      for (let round = -2; round < rounds; round++) {
        const began = performance.now()
        await client.call(operation, { query } as never, staff)
        if (round >= 0) took.push(performance.now() - began)
      }
      took.sort((a, b) => a - b)
      console.log(`| ${name} | ${[0, 0.5, 0.95].map(share => at(took, share).toFixed(1)).join(' | ')} |`)
    }
  } finally {
    await platform.stop()
  }
}
await main()
