import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { createRandom } from '@shopfleet/testing'
import { type Analytics, type Bought, eventsOf, openAnalytics, product, told } from './setup.ts'

let analytics: Analytics
before(async () => {
  analytics = await openAnalytics()
})
after(() => analytics?.platform.stop())
beforeEach(() => analytics.clear())

const march = { from: '2026-03-01', to: '2026-03-31' }
const [ada, bob] = [randomUUID(), randomUUID()]

/** A month of a shop: people who come again, a guest, what was cancelled and given back. */
const month: Bought[] = [
  {
    user_id: ada,
    placed: '2026-03-02T10:00:00.000Z',
    paid: '2026-03-02T10:01:00.000Z',
    shipped: '2026-03-03T09:00:00.000Z',
  },
  {
    user_id: ada,
    placed: '2026-03-10T23:30:00.000Z',
    paid: '2026-03-10T23:31:00.000Z',
    shipped: '2026-03-11T09:00:00.000Z',
    delivered: '2026-03-13T09:00:00.000Z',
    lines: [
      { product_id: product(1), quantity: 1, price_minor: 1250 },
      { product_id: product(2), quantity: 3, price_minor: 999 },
    ],
    refunds: [{ at: '2026-03-20T12:00:00.000Z', amount_minor: 999 }],
  },
  {
    user_id: bob,
    placed: '2026-03-15T12:00:00.000Z',
    paid: '2026-03-15T12:00:01.000Z',
    cancelled: '2026-03-16T08:00:00.000Z',
    refunds: [{ at: '2026-03-16T08:00:02.000Z', amount_minor: 2500 }],
  },
  { placed: '2026-03-18T12:00:00.000Z', paid: '2026-03-18T12:00:05.000Z', currency: 'USD' },
  { placed: '2026-03-19T12:00:00.000Z' },
  // Refused when it was placed: neither placed nor cancelled.
  { placed: '2026-03-19T13:00:00.000Z', refused: '2026-03-19T13:00:01.000Z' },
  // Taken and given back without ever being paid: no revenue, so no refund of it either.
  {
    placed: '2026-03-21T12:00:00.000Z',
    cancelled: '2026-03-21T12:10:00.000Z',
    refunds: [{ at: '2026-03-21T12:10:01.000Z', amount_minor: 2500 }],
  },
]

const euros = {
  currency: 'EUR',
  placed: 5,
  orders: 3,
  cancelled: 2,
  shipped: 2,
  delivered: 1,
  units: 8,
  revenue: 92.47,
  refunds: 2,
  refunded: 34.99,
  net_revenue: 57.48,
  average_order: 30.82,
  new_customers: 2,
  returning_orders: 1,
  guest_orders: 0,
}
const dollars = {
  currency: 'USD',
  placed: 1,
  orders: 1,
  cancelled: 0,
  shipped: 0,
  delivered: 0,
  units: 2,
  revenue: 25,
  refunds: 0,
  refunded: 0,
  net_revenue: 25,
  average_order: 25,
  new_customers: 0,
  returning_orders: 0,
  guest_orders: 1,
}

async function everyRollup() {
  const { sql } = analytics
  const tables = ['sales', 'product_sales', 'accounts', 'attention', 'searches']
  const rows: unknown[] = []
  for (const table of tables) rows.push(await sql.unsafe(`select * from ${table}`))
  return JSON.parse(JSON.stringify(rows)).map((table: Record<string, unknown>[]) =>
    table
      // A row of zeros says nothing: whether it is there depends on what happened in between.
      .filter(row => Object.values(row).some(value => typeof value === 'number' && value !== 0))
      .map(row => JSON.stringify(row))
      .sort(),
  )
}

describe('figures from events', () => {
  test('a month adds up, by currency, each thing when it happened', async () => {
    await analytics.deliver(month.flatMap(eventsOf))
    const summary = await analytics.ask(api.getAnalyticsSummary, march)
    assert.deepEqual(summary.sales, [euros, dollars])
    assert.deepEqual(summary.previous, [])
    assert.deepEqual(summary.orders, { total: 4, unpaid: 1, to_ship: 1, in_transit: 1 })
    const sales = await analytics.ask(api.getSales, { ...march, by: 'day' })
    assert.deepEqual([sales.currency, sales.currencies], ['EUR', ['EUR', 'USD']])
    assert.deepEqual(sales.total, euros)
    assert.equal(sales.items.length, 31)
    const of = (label: string) => sales.items.find(item => item.label === label)!
    assert.deepEqual([of('2026-03-02').revenue, of('2026-03-02').new_customers], [25, 1])
    assert.deepEqual([of('2026-03-10').revenue, of('2026-03-10').returning_orders], [42.47, 1])
    assert.deepEqual([of('2026-03-20').refunded, of('2026-03-20').net_revenue], [9.99, -9.99])
    assert.deepEqual([of('2026-03-05').orders, of('2026-03-05').average_order], [0, null])
  })

  test('delivered twice, under other ids too, backwards and one by one: the same figures', async () => {
    const events = month.flatMap(eventsOf)
    await analytics.deliver(events)
    const expected = await everyRollup()
    await analytics.deliver(events)
    await analytics.deliver(events.map(event => ({ ...event, id: randomUUID() })))
    assert.deepEqual(await everyRollup(), expected)

    await analytics.clear()
    await analytics.deliver([...events].reverse())
    assert.deepEqual(await everyRollup(), expected)

    const random = createRandom(7)
    for (let round = 0; round < 5; round++) {
      await analytics.clear()
      const shuffled = [...events, ...events.map(event => ({ ...event, id: randomUUID() }))]
        .map(event => ({ event, place: random.next() }))
        .sort((a, b) => a.place - b.place)
      for (const { event } of shuffled) await analytics.deliver([event])
      assert.deepEqual(await everyRollup(), expected, `round ${round}`)
    }
  })

  test('an order that was paid first, and is heard of last, is the one that made the customer', async () => {
    const first = eventsOf({ user_id: ada, placed: '2026-03-01T08:00:00.000Z', paid: '2026-03-01T08:00:00.000Z' })
    const second = eventsOf({ user_id: ada, placed: '2026-03-05T08:00:00.000Z', paid: '2026-03-05T08:00:00.000Z' })
    await analytics.deliver(second)
    await analytics.deliver(first)
    const { items } = await analytics.ask(api.getSales, { ...march, by: 'day' })
    assert.deepEqual(
      items.filter(item => item.orders > 0).map(item => [item.label, item.new_customers, item.returning_orders]),
      [
        ['2026-03-01', 1, 0],
        ['2026-03-05', 0, 1],
      ],
    )
  })

  test('the days of every zone add up to what happened in them, also when the clocks are changed', async () => {
    // One order each quarter of an hour, over the night in which Europe's clocks go forward and those in which others do.
    const start = Date.parse('2026-03-27T00:00:00Z')
    const instants = Array.from({ length: 96 * 12 }, (_, i) => start + i * 900_000)
    const quick = instants.map(at => {
      const time = new Date(at).toISOString()
      return eventsOf({ placed: time, paid: time, lines: [{ product_id: product(1), quantity: 1, price_minor: 100 }] })
    })
    await analytics.deliver(quick.flat())
    for (const time_zone of [
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'Pacific/Chatham',
      'Pacific/Kiritimati',
    ]) {
      const days = { from: '2026-03-28', to: '2026-04-06', time_zone }
      const dayOf = new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone })
      const expected = Object.groupBy(instants, at => dayOf.format(at))
      const { items, total } = await analytics.ask(api.getSales, { ...days, by: 'day' })
      assert.deepEqual(
        items.map(item => [item.label, item.orders, item.revenue]),
        items.map(({ label }) => [label, expected[label]!.length, expected[label]!.length]),
        time_zone,
      )
      const hours = await analytics.ask(api.getSales, { ...days, by: 'hour' })
      // Where the clocks change by half an hour, the last hour of the time is half of one.
      assert.ok(hours.items.every(item => item.orders === (Date.parse(item.end) - Date.parse(item.start)) / 900_000))
      assert.ok(hours.items.every(item => item.orders === 4 || time_zone === 'Australia/Lord_Howe'))
      assert.equal(
        hours.items.reduce((sum, item) => sum + item.orders, 0),
        total!.orders,
      )
    }
    const { by_hour, by_weekday } = await analytics.ask(api.getOrderAnalytics, {
      from: '2026-03-28',
      to: '2026-04-03',
      time_zone: 'Europe/Berlin',
    })
    assert.deepEqual([by_hour[1], by_hour[2], by_hour[3]], [28, 24, 28], 'an hour of one night was not there')
    assert.deepEqual(by_weekday, [96, 96, 96, 96, 96, 96, 92])
  })

  test('what sold best, less what was cancelled, with what was looked at', async () => {
    const created = (n: number, category_id: string | null) =>
      told(api.productCreated, product(n), '2026-01-01T00:00:00.000Z', {
        product_id: product(n),
        sku: `S${n}`,
        slug: `p-${n}`,
        name: `Thing ${n}`,
        price_minor: 100,
        currency: 'EUR',
        is_active: true,
        category_id,
        opening_stock: 5,
      })
    const shelf = randomUUID()
    const seen = told(api.storefrontObserved, randomUUID(), '2026-03-09T10:00:00.000Z', {
      events: [
        { what: 'viewed', product_id: product(2) },
        { what: 'viewed', product_id: product(2) },
        { what: 'carted', product_id: product(2) },
      ],
    })
    const stock = told(api.stockChanged, product(2), '2026-03-09T10:00:00.000Z', {
      product_id: product(2),
      available: 0,
      on_hand: 0,
      reserved: 0,
      revision: 3,
    })
    const older = { ...stock, id: randomUUID(), payload: { ...stock.payload, available: 9, revision: 2 } }
    const events = [created(1, null), created(2, shelf), seen, stock, older, ...month.flatMap(eventsOf)]
    await analytics.deliver(events)
    await analytics.deliver(events)
    const report = await analytics.ask(api.getProductAnalytics, march)
    assert.deepEqual([report.total, report.active, report.sold_out], [2, 2, 1])
    assert.deepEqual(report.top, [
      {
        product_id: product(1),
        sku: 'S1',
        name: 'Thing 1',
        category_id: null,
        orders: 2,
        units: 3,
        revenue: 37.5,
        viewed: 0,
        carted: 0,
      },
      {
        product_id: product(2),
        sku: 'S2',
        name: 'Thing 2',
        category_id: shelf,
        orders: 1,
        units: 3,
        revenue: 29.97,
        viewed: 2,
        carted: 1,
      },
    ])
    assert.deepEqual(
      report.categories.map(({ category_id, revenue }) => [category_id, revenue]),
      [
        [null, 37.5],
        [shelf, 29.97],
      ],
    )
    const deleted = told(api.productDeleted, product(2), '2026-03-30T00:00:00.000Z', { product_id: product(2) })
    await analytics.deliver([deleted, deleted, { ...created(2, shelf), id: randomUUID() }])
    const later = await analytics.ask(api.getProductAnalytics, { ...march, sort: 'units', limit: 1 })
    assert.deepEqual([later.total, later.top.length], [1, 1])
  })

  test('accounts are counted once; an erasure takes away who it was and leaves what was counted', async () => {
    const registered = told(api.userRegistered, ada, '2026-03-01T00:00:00.000Z', {
      user_id: ada,
      email: 'ada@example.com',
      name: 'Ada',
    })
    const events = [registered, { ...registered, id: randomUUID() }, ...month.flatMap(eventsOf)]
    await analytics.deliver(events)
    await analytics.deliver(events)
    const before = await analytics.ask(api.getSales, march)
    const erased = told(api.userErased, ada, '2026-03-25T00:00:00.000Z', { user_id: ada })
    await analytics.deliver([erased, { ...erased, id: randomUUID() }])
    // What was on its way still counts as theirs, and makes no new link; an hour later nobody can say whose it is.
    const late = (at: string) => eventsOf({ user_id: ada, placed: at, paid: at })
    await analytics.deliver(late('2026-03-24T00:00:00.000Z'))
    await analytics.sql`update erasures set applied_at = now() - interval '61 minutes'`
    await analytics.platform.drain()
    await analytics.deliver(late('2026-03-26T00:00:00.000Z'))
    const users = await analytics.ask(api.getUserAnalytics, { ...march, by: 'week' })
    assert.deepEqual([users.total, users.registered, users.erased], [0, 1, 1])
    assert.deepEqual([users.new_customers, users.returning_orders, users.guest_orders], [2, 2, 2])
    assert.equal(
      users.items.reduce((sum, item) => sum + item.registered, 0),
      1,
    )
    const after = await analytics.ask(api.getSales, march)
    assert.deepEqual(after.items.slice(0, 23), before.items.slice(0, 23))
    for (const table of ['people', 'orders', 'erasures', 'refunds', 'order_lines']) {
      const rows = await analytics.sql.unsafe(`select * from ${table}`)
      assert.ok(!JSON.stringify(rows).includes(ada), table)
    }
  })

  test('what runs out, at the pace of the last days', async () => {
    const now = Date.now()
    const ago = (days: number) => new Date(now - days * 86_400_000).toISOString()
    const sell = (n: number, quantity: number, days: number) =>
      eventsOf({ placed: ago(days), paid: ago(days), lines: [{ product_id: product(n), quantity, price_minor: 100 }] })
    const known = (n: number, available: number) => [
      told(api.productCreated, product(n), ago(60), {
        product_id: product(n),
        sku: `S${n}`,
        slug: `p-${n}`,
        name: `Thing ${n}`,
        price_minor: 100,
        currency: 'EUR',
        is_active: true,
        opening_stock: 0,
      }),
      told(api.stockChanged, product(n), ago(0), {
        product_id: product(n),
        available,
        on_hand: available,
        reserved: 0,
        revision: 1,
      }),
    ]
    await analytics.deliver([
      ...known(1, 7),
      ...known(2, 500),
      ...known(3, 0),
      ...sell(1, 28, 3),
      ...sell(2, 28, 3),
      ...sell(3, 2, 3),
      ...sell(1, 999, 40),
    ])
    const { days, items } = await analytics.ask(api.getStockOutlook, {})
    assert.equal(days, 28)
    assert.deepEqual(
      items.map(({ name, available, sold, days_left }) => [name, available, sold, days_left]),
      [
        ['Thing 3', 0, 2, 0],
        ['Thing 1', 7, 28, 7],
      ],
    )
    assert.equal((await analytics.ask(api.getStockOutlook, { within: 365, limit: 3 })).items.length, 2)
    assert.equal((await analytics.ask(api.getStockOutlook, { within: 0 })).items.length, 1)
  })
})
