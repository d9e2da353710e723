import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { otherTerms, termOf } from '../src/observe.ts'
import { type Analytics, eventsOf, openAnalytics, product } from './setup.ts'

let analytics: Analytics
before(async () => {
  analytics = await openAnalytics()
})
after(() => analytics?.platform.stop())

const reports = [
  api.getAnalyticsSummary,
  api.getSales,
  api.getOrderAnalytics,
  api.getUserAnalytics,
  api.getProductAnalytics,
  api.getFunnel,
  api.getSearchAnalytics,
  api.getRefundAnalytics,
] as api.Operation[]

test('an empty shop has reports too', async () => {
  for (const report of [...reports, api.getStockOutlook] as api.Operation[]) {
    const answer = await analytics.client.send(report, {}, analytics.staff)
    assert.equal(answer.status, 200, `${report.name}: ${JSON.stringify(answer.body)}`)
  }
  const sales = await analytics.ask(api.getSales, {})
  assert.deepEqual([sales.currency, sales.total, sales.items], [null, null, []])
})

test('reports are for staff who may see them, and say what is wrong with a question', async () => {
  const { client, platform } = analytics
  const other = await platform.asStaff('orders')
  for (const report of [...reports, api.getStockOutlook] as api.Operation[]) {
    assert.equal((await client.send(report)).status, 401, report.name)
    assert.equal((await client.send(report, {}, other)).status, 403, report.name)
    const bad = await client.send(report, { query: { surprise: 1 } }, analytics.staff)
    assert.equal(bad.status, 400, report.name)
  }
  for (const report of reports) {
    for (const [query, pointer] of [
      [{ time_zone: 'Mars/Olympus' }, 'query/time_zone'],
      [{ from: '2026-02-30' }, 'query/from'],
      [{ from: '2026-02-02', to: '2026-02-01' }, 'query/from'],
      [{ from: '1970-01-01' }, 'query/from'],
    ] as const) {
      const { status, body } = await client.send(report, { query }, analytics.staff)
      assert.deepEqual([status, body.errors?.[0]?.pointer], [400, pointer], `${report.name} ${JSON.stringify(body)}`)
    }
  }
})

test('a currency nobody knows is refused; one nothing was sold in has zeros', async () => {
  await analytics.deliver(eventsOf({ placed: '2026-03-02T10:00:00.000Z', paid: '2026-03-02T10:00:00.000Z' }))
  for (const report of [api.getSales, api.getProductAnalytics, api.getRefundAnalytics] as api.Operation[]) {
    const { status, body } = await analytics.client.send(report, { query: { currency: 'XXX' } }, analytics.staff)
    assert.deepEqual([status, body.errors?.[0]?.pointer], [400, 'query/currency'], report.name)
  }
  const yen = await analytics.ask(api.getSales, { currency: 'JPY', from: '2026-03-01', to: '2026-03-02' })
  assert.deepEqual([yen.total!.orders, yen.items.length], [0, 2])
})

test('what storefronts tell is counted, and names nobody', async () => {
  const { client, platform } = analytics
  const events: api.Observation[] = [
    { what: 'viewed', product_id: product(1) },
    { what: 'viewed', product_id: product(1) },
    { what: 'carted', product_id: product(1) },
    { what: 'searched', term: '  Green \t TEA ', results: 4 },
    { what: 'searched', term: 'green tea', results: 0 },
    { what: 'searched', term: 'unicorn', results: 0 },
    { what: 'searched', term: 'ada@example.com', results: 0 },
    { what: 'searched', term: '+44 (0)20 7946-0018', results: 0 },
  ]
  const answer = await client.send(api.observeStorefront, { body: { events } })
  assert.deepEqual([answer.status, answer.body], [204, null])
  await platform.drain()
  const said = (await platform.said('analytics')).filter(one => one.name === api.storefrontObserved.name)
  assert.equal(said.length, 1)
  assert.doesNotMatch(JSON.stringify(said), /ada@|7946/)
  // Heard again, it counts no more.
  await analytics.deliver(said)

  const today = {}
  const searches = await analytics.ask(api.getSearchAnalytics, today)
  assert.deepEqual(searches.top, [
    { term: 'green tea', searches: 2, found_none: 1 },
    { term: 'unicorn', searches: 1, found_none: 1 },
  ])
  assert.deepEqual([searches.searches, searches.found_none], [3, 2])
  assert.equal(searches.without_results.length, 2)
  const at = new Date().toISOString()
  await analytics.deliver(eventsOf({ placed: at, paid: at }))
  const { steps } = await analytics.ask(api.getFunnel, today)
  assert.deepEqual(
    steps.map(step => [step.step, step.count, step.of_previous]),
    [
      ['viewed', 2, null],
      ['carted', 1, 0.5],
      ['ordered', 1, 1],
      ['bought', 1, 1],
    ],
  )
})

test('what a storefront may tell has its bounds', async () => {
  const { client } = analytics
  const viewed = { what: 'viewed', product_id: product(1) }
  for (const [body, status] of [
    [{ events: [] }, 400],
    [{ events: new Array(51).fill(viewed) }, 400],
    [{ events: [{ ...viewed, user_id: randomUUID() }] }, 400],
    [{ events: [{ what: 'bought', product_id: product(1) }] }, 400],
    [{ events: [{ what: 'searched', term: 'x', results: -1 }] }, 400],
    [{ events: [{ what: 'searched', term: 'x'.repeat(20_000), results: 1 }] }, 413],
  ] as const) {
    assert.equal((await client.send(api.observeStorefront, { body })).status, status, JSON.stringify(body).slice(0, 80))
  }
  const text = await fetch(`${analytics.platform.url('analytics')}/api/analytics/events`, {
    method: 'POST',
    body: JSON.stringify({ events: [viewed] }),
    headers: { 'content-type': 'text/plain' },
  })
  assert.equal(text.status, 415)
  const broken = await fetch(`${analytics.platform.url('analytics')}/api/analytics/events`, {
    method: 'POST',
    body: '{',
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(broken.status, 400)
})

test('a search that may name a person is none', () => {
  for (const text of ['ada@example.com', 'call 020 7946 0018', '4111-1111-1111-1111', '   ', '\u200b']) {
    assert.equal(termOf(text), undefined, text)
  }
  assert.equal(termOf('  iPhone 15  '), 'iphone 15')
  assert.equal(termOf('ＴＥＡ'), 'tea')
  assert.equal(termOf('x'.repeat(200))!.length, 80)
})

test('a day keeps so many searches apart; whoever invents more fills no disk', async () => {
  const at = '2026-05-05T12:00:00.000Z'
  await analytics.sql`
    insert into searches (grain, at, term, searches)
    select 'day', '2026-05-05T00:00:00Z', 'made up ' || n, 1 from generate_series(1, 4999) n`
  const event = (terms: string[]) => ({
    id: randomUUID(),
    name: api.storefrontObserved.name,
    version: 1,
    service: 'analytics' as const,
    aggregate_id: randomUUID(),
    payload: { events: terms.map(term => ({ what: 'searched', term, results: 1 })) },
    correlation_id: 'test',
    traceparent: null,
    occurred_at: at,
  })
  await analytics.deliver([event(['one more', 'too many', 'made up 7'])])
  await analytics.deliver([event(['yet another', 'one more'])])
  const { top } = await analytics.ask(api.getSearchAnalytics, { from: '2026-05-05', to: '2026-05-05' })
  assert.deepEqual(
    top.slice(0, 3).map(one => [one.term, one.searches]),
    [
      ['made up 7', 2],
      ['one more', 2],
      [otherTerms, 2],
    ],
  )
})
