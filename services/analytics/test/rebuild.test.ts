import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { connect } from '@shopfleet/database'
import { createRandom } from '@shopfleet/testing'
import { rebuild } from '../src/rebuild.ts'
import { type Analytics, eventsOf, openAnalytics, product, told } from './setup.ts'

let analytics: Analytics
before(async () => {
  analytics = await openAnalytics()
})
after(() => analytics?.platform.stop())

const ctx = () => analytics.platform.service('analytics').ctx
const url = () => analytics.platform.env('analytics').DATABASE_URL!
const anew = () => rebuild({ url: url(), bus: ctx().bus })

/** Says events as their services would, and lets them be heard. */
async function say(events: api.EventMessage[]): Promise<void> {
  for (const event of events) await ctx().bus.append(event.service, [event])
  await analytics.platform.drain()
}

async function everyFigure() {
  const figures: Record<string, string[]> = {}
  for (const table of [
    'sales',
    'product_sales',
    'accounts',
    'attention',
    'attention_totals',
    'searches',
    'orders',
    'refunds',
    'products',
    'stock',
  ]) {
    const rows = await analytics.sql.unsafe(`select * from ${table}`)
    // Ids of people are made by chance, and sums of nothing are no sums.
    const said = rows
      .map(({ person_id, ...row }) => ({ ...row, is_somebody: person_id !== undefined && person_id !== null }))
      .filter(row => table.length > 8 || Object.values(row).some(value => typeof value === 'number' && value !== 0))
    figures[table] = said.map(row => JSON.stringify(row)).sort()
  }
  return figures
}

const random = createRandom(11)
const start = Date.parse('2026-01-01T00:00:00Z')
const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString()
const people = Array.from({ length: 8 }, () => randomUUID())

function aShop(count: number): api.EventMessage[] {
  const registered = people.map((user_id, i) =>
    told(api.userRegistered, user_id, at(i), { user_id, email: `${i}@example.com`, name: null }),
  )
  const products = [1, 2, 3].map(n =>
    told(api.productCreated, product(n), at(0), {
      product_id: product(n),
      sku: `S${n}`,
      slug: `p-${n}`,
      name: `Thing ${n}`,
      price_minor: 100 * n,
      currency: 'EUR',
      is_active: true,
      opening_stock: 5,
    }),
  )
  const orders = Array.from({ length: count }, (_, i) => {
    const minute = 10 + random.below(60 * 24 * 90)
    const paid = random.next() < 0.8 ? at(minute + 1) : undefined
    const cancelled = random.next() < 0.2 ? at(minute + 500) : undefined
    return eventsOf({
      user_id: random.next() < 0.7 ? random.pick(people) : null,
      currency: random.pick(['EUR', 'USD']),
      lines: [{ product_id: product(1 + random.below(3)), quantity: 1 + random.below(4), price_minor: 999 + i }],
      placed: at(minute),
      paid,
      cancelled,
      refused: !paid && !cancelled && i % 2 === 0 ? at(minute + 1) : undefined,
      ...(paid && !cancelled && random.next() < 0.5 ? { shipped: at(minute + 700), delivered: at(minute + 3000) } : {}),
      refunds: paid && cancelled ? [{ at: at(minute + 501), amount_minor: 999 }] : [],
    })
  })
  const seen = Array.from({ length: 20 }, (_, i) =>
    told(api.storefrontObserved, randomUUID(), at(100 * i), {
      events: [
        { what: 'viewed', product_id: product(1) },
        { what: 'searched', term: `term ${i % 4}`, results: i % 3 },
      ],
    }),
  )
  const erased = told(api.userErased, people[0]!, at(60 * 24 * 95), { user_id: people[0]! })
  const all = [...registered, ...products, ...orders.flat(), ...seen, erased]
  return all.sort((a, b) => a.occurred_at.localeCompare(b.occurred_at))
}

test('made anew from the event log, all figures are the same; what is said later is counted once', async () => {
  await say(aShop(150))
  const before = await everyFigure()
  assert.ok(before.orders!.length === 150 && before.refunds!.length > 0 && before.searches!.length > 0)
  // Sums that went wrong by hand are right again.
  await analytics.sql`update sales set revenue_minor = revenue_minor + 1`
  await analytics.sql`delete from order_lines where quantity = 2`
  const { events, whole } = await anew()
  assert.ok(whole)
  assert.ok(events > 400)
  assert.deepEqual(await everyFigure(), before)
  const [{ n } = { n: -1 }] = await analytics.sql<[{ n: number }]>`
    select count(*)::int as n from pg_namespace where nspname = 'rebuild'`
  assert.equal(n, 0)

  // The service that ran all the while hears on.
  const seen = told(api.storefrontObserved, randomUUID(), at(7), {
    events: [{ what: 'viewed', product_id: product(2) }],
  })
  await say([seen, ...eventsOf({ user_id: people[1]!, placed: at(60 * 24 * 96), paid: at(60 * 24 * 96 + 1) })])
  const later = await everyFigure()
  assert.notDeepEqual(later, before)
  assert.ok((await anew()).whole)
  assert.deepEqual(await everyFigure(), later)
  await analytics.platform.drain()
  assert.deepEqual(await everyFigure(), later)
})

test('what the event log has forgotten is kept, and the rest is made anew', async () => {
  const before = await everyFigure()
  const bus = analytics.platform.env('analytics').BUS_DATABASE_URL!
  const log = connect(bus, { name: 'tests', max: 1 })
  await log`delete from events where position < (select percentile_disc(0.5) within group (order by position) from events)`
  await log.end()
  await analytics.sql`update sales set revenue_minor = revenue_minor + 1`
  const { whole } = await anew()
  assert.equal(whole, false)
  assert.deepEqual(await everyFigure(), before)
  await analytics.platform.drain()
  assert.deepEqual(await everyFigure(), before)
})

test('an event that cannot be applied changes nothing', async () => {
  const before = await everyFigure()
  const [bad] = eventsOf({ placed: at(5) })
  await ctx().bus.append('order', [{ ...bad!, payload: { ...(bad!.payload as object), total_minor: 'much' } }])
  await assert.rejects(anew(), /cannot be applied/)
  assert.deepEqual(await everyFigure(), before)
})
