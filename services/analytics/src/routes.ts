import * as api from '@shopfleet/contracts'
import { type Route, route } from '@shopfleet/service-kit'
import { nameCategories } from './name-categories.ts'
import { observe } from './observe.ts'
import { cover, offsetsOf, periodBefore, periodOf } from './period.ts'
import * as store from './report-store.ts'
import { bucketed, byCurrency, figuresOf, rangeOf, shareOf, showBucket, totalOf } from './reports.ts'
import type { Ctx } from './service.ts'
import { stockOutlook } from './stock-outlook.ts'

export const routes = (ctx: Ctx): Route[] => {
  const { sql } = ctx
  const period = (query: Parameters<typeof periodOf>[0]) => periodOf(query, ctx.clock.now())
  /** The currencies there are, and the one to show. */
  async function currenciesFor(wanted: string | undefined) {
    const currencies = await store.listCurrencies(sql)
    return { currencies, currency: wanted ?? currencies[0] ?? null }
  }

  return [
    route(api.getAnalyticsSummary, async ({ query }) => {
      const now = period(query)
      const currencies = await store.listCurrencies(sql)
      const [sales, previous, total, accounts, products, orders] = await Promise.all([
        store.sumSales(sql, cover(now), currencies),
        store.sumSales(sql, cover(periodBefore(now)), currencies),
        store.countAccounts(sql),
        store.sumAccounts(sql, cover(now)),
        store.countProducts(sql),
        store.countWaiting(sql),
      ])
      return {
        ...rangeOf(now),
        sales: byCurrency(sales, currencies),
        previous: byCurrency(previous, currencies),
        users: { total, registered: accounts[0]?.registered ?? 0 },
        products,
        orders,
      }
    }),

    route(api.getSales, async ({ query }) => {
      const asked = period(query)
      const by = query.by!
      const { buckets, pieces } = bucketed(asked, by)
      const { currencies, currency } = await currenciesFor(query.currency)
      const range = { ...rangeOf(asked), by, currency, currencies }
      if (currency === null) return { ...range, total: null, items: [] }
      const rows = await store.sumSales(sql, pieces, [currency])
      const of = new Map(rows.map(row => [row.n, row]))
      const items = buckets.map((bucket, n) => ({ ...showBucket(bucket), ...figuresOf(of.get(n), currency) }))
      return { ...range, total: { currency, ...figuresOf(totalOf(rows), currency) }, items }
    }),

    route(api.getOrderAnalytics, async ({ query }) => {
      const asked = period(query)
      const currencies = await store.listCurrencies(sql)
      const byClock = offsetsOf(asked).flatMap(({ offset_min, ...part }) => {
        // Full hours where the clocks show full hours when UTC does: a quarter of the rows.
        const grain = offset_min % 60 === 0 ? ('hour' as const) : ('quarter_hour' as const)
        return [{ ...part, grain, offset_min }]
      })
      const [sales, { total: _, ...waiting }, clock] = await Promise.all([
        store.sumSales(sql, cover(asked), currencies),
        store.countWaiting(sql),
        store.countByClock(sql, byClock),
      ])
      const by_hour = new Array<number>(24).fill(0)
      const by_weekday = new Array<number>(7).fill(0)
      for (const { hour, weekday, placed } of clock) {
        by_hour[hour]! += placed
        by_weekday[weekday - 1]! += placed
      }
      return { ...rangeOf(asked), sales: byCurrency(sales, currencies), ...waiting, by_hour, by_weekday }
    }),

    route(api.getUserAnalytics, async ({ query }) => {
      const asked = period(query)
      const by = query.by!
      const { buckets, pieces } = bucketed(asked, by)
      const currencies = await store.listCurrencies(sql)
      const [total, accounts, sales] = await Promise.all([
        store.countAccounts(sql),
        store.sumAccounts(sql, pieces),
        store.sumSales(sql, pieces, currencies),
      ])
      const of = new Map(accounts.map(row => [row.n, row]))
      const items = buckets.map((bucket, n) => {
        const { registered = 0, erased = 0 } = of.get(n) ?? {}
        const { new_customers, returning_orders, guest_orders } = totalOf(sales.filter(row => row.n === n))
        return { ...showBucket(bucket), registered, erased, new_customers, returning_orders, guest_orders }
      })
      const { new_customers, returning_orders, guest_orders } = totalOf(sales)
      const sum = (name: 'registered' | 'erased') => accounts.reduce((all, row) => all + row[name], 0)
      return {
        ...rangeOf(asked),
        by,
        total,
        registered: sum('registered'),
        erased: sum('erased'),
        ...{ new_customers, returning_orders, guest_orders },
        items,
      }
    }),

    route(api.getProductAnalytics, async ({ query }) => {
      const asked = period(query)
      const { currencies, currency } = await currenciesFor(query.currency)
      const products = await store.countProducts(sql)
      const range = { ...rangeOf(asked), currency, currencies, ...products }
      if (currency === null) return { ...range, top: [], categories: [] }
      const filter = { pieces: cover(asked), currency, sort: query.sort!, limit: query.limit! }
      const { top, categories } = await store.listBestSellers(sql, filter)
      const inMajor = <Row extends { revenue_minor: number }>({ revenue_minor, ...row }: Row) => {
        return { ...row, revenue: toMajor(revenue_minor) }
      }
      const toMajor = (minor: number) => api.toMajor(minor, currency)
      return { ...range, top: top.map(inMajor), categories: await nameCategories(ctx, categories.map(inMajor)) }
    }),

    route(api.getFunnel, async ({ query }) => {
      const asked = period(query)
      const pieces = cover(asked)
      const [{ viewed, carted }, sales] = await Promise.all([
        store.sumAttention(sql, pieces),
        store.sumSales(sql, pieces, await store.listCurrencies(sql)),
      ])
      const { placed, orders } = totalOf(sales)
      const counts = { viewed, carted, ordered: placed, bought: orders }
      const steps = (Object.keys(counts) as (keyof typeof counts)[]).map((step, i, all) => {
        const before = all[i - 1]
        return { step, count: counts[step], of_previous: before ? shareOf(counts[step], counts[before]) : null }
      })
      return { ...rangeOf(asked), steps }
    }),

    route(api.getSearchAnalytics, async ({ query }) => {
      const asked = period(query)
      return { ...rangeOf(asked), ...(await store.readSearches(sql, cover(asked), query.limit!)) }
    }),

    route(api.getStockOutlook, ({ query }) => stockOutlook(ctx, query)),

    route(api.getRefundAnalytics, async ({ query }) => {
      const asked = period(query)
      const by = query.by!
      const { buckets, pieces } = bucketed(asked, by)
      const { currencies, currency } = await currenciesFor(query.currency)
      const range = { ...rangeOf(asked), by, currency, currencies }
      if (currency === null) return { ...range, refunds: 0, refunded: 0, of_revenue: null, items: [] }
      const rows = await store.sumSales(sql, pieces, [currency])
      const of = new Map(rows.map(row => [row.n, row]))
      const show = ({ refunds, refunded_minor }: store.SalesSums) => {
        return { refunds, refunded: api.toMajor(refunded_minor, currency) }
      }
      const total = totalOf(rows)
      const items = buckets.map((bucket, n) => ({ ...showBucket(bucket), ...show(of.get(n) ?? totalOf([])) }))
      return { ...range, ...show(total), of_revenue: shareOf(total.refunded_minor, total.revenue_minor), items }
    }),

    route(api.readShopFigures, async ({ query }) => {
      const { to } = period(query)
      const today = periodOf({ ...query, from: to, to }, ctx.clock.now())
      const currencies = await store.listCurrencies(sql)
      const [of, before, { total: _, ...waiting }] = await Promise.all([
        store.sumSales(sql, cover(today), currencies),
        store.sumSales(sql, cover(periodBefore(today)), currencies),
        store.countWaiting(sql),
      ])
      return { today: byCurrency(of, currencies), yesterday: byCurrency(before, currencies), ...waiting }
    }),

    route(api.observeStorefront, async ({ body }) => {
      await observe(ctx, body.events)
      return null
    }),
  ]
}
