import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { Amount, Currency, Id, nullable, Timestamp } from './fields.ts'
import { type CurrencyCode, currencies } from './money.ts'
import { operation } from './operation.ts'

/** Analytics: how the shop does, from what its services said happened. */

const Day = Type.String({ format: 'date', description: 'A day of the time zone, such as 2026-11-29' })
const Count = Type.Integer()

const rangeQuery = {
  from: Type.Optional(
    Type.String({ format: 'date', maxLength: 10, description: 'First day; 29 days before the last if left out' }),
  ),
  to: Type.Optional(
    Type.String({ format: 'date', maxLength: 10, description: 'Last day, counted too; today if left out' }),
  ),
  time_zone: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      default: 'UTC',
      description: 'IANA name, such as Europe/Berlin: says where days begin and end',
    }),
  ),
}
const by = Type.Optional(
  Type.Enum(['hour', 'day', 'week', 'month'], { default: 'day', description: 'Weeks begin on Monday' }),
)
const currency = Type.Optional(
  Type.Enum(Object.keys(currencies) as CurrencyCode[], { description: 'The one most was sold in if left out' }),
)
const top = Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 10 }))

const range = { from: Day, to: Day, time_zone: Type.String() }
const bucket = {
  start: Timestamp,
  end: Timestamp,
  label: Type.String({ description: 'When it begins, on the clocks of the time zone' }),
}

const figures = {
  placed: Type.Integer({ description: 'Orders recorded, paid or not' }),
  orders: Type.Integer({ description: 'Orders paid' }),
  cancelled: Count,
  shipped: Count,
  delivered: Count,
  units: Type.Integer({ description: 'Units of the orders paid' }),
  revenue: Type.Unsafe<number>({ ...Amount, description: 'Totals of the orders paid' }),
  refunds: Count,
  refunded: Amount,
  net_revenue: Amount,
  average_order: Type.Union([Amount, Type.Null()]),
  new_customers: Type.Integer({ description: 'Customers whose first paid order it was' }),
  returning_orders: Type.Integer({ description: 'Orders of customers who had bought before' }),
  guest_orders: Type.Integer({ description: 'Orders without an account' }),
}
/** What happened in a time, in one currency. Each thing counts when it happened: a refund on the day of the refund. */
export const SalesFigures = Type.Object({ currency: Currency, ...figures })
export type SalesFigures = Static<typeof SalesFigures>

const staff = { staff: 'analytics' } as const

export const getAnalyticsSummary = operation({
  service: 'analytics',
  name: 'getAnalyticsSummary',
  load: 'bulk',
  method: 'GET',
  path: '/api/analytics/summary',
  auth: staff,
  demo_open: true,
  summary: 'How the shop does, on one page',
  description: 'The last 30 days and the 30 before them, unless `from` and `to` say otherwise.',
  query: Type.Object({ ...rangeQuery }, { additionalProperties: false }),
  replies: {
    200: Type.Object({
      ...range,
      sales: Type.Array(SalesFigures, { description: 'By currency, the one most was sold in first' }),
      previous: Type.Array(SalesFigures, { description: 'The same number of days before' }),
      users: Type.Object({ total: Count, registered: Count }),
      products: Type.Object({ total: Count, active: Count, sold_out: Count }),
      orders: Type.Object({
        total: Type.Integer({ description: 'Orders paid since the beginning' }),
        unpaid: Type.Integer({ description: 'Wait for their payment now' }),
        to_ship: Type.Integer({ description: 'Paid and not yet shipped' }),
        in_transit: Type.Integer({ description: 'Shipped and not yet delivered' }),
      }),
    }),
  },
  problems: ['validation-failed'],
})

export const getSales = operation({
  service: 'analytics',
  name: 'getSales',
  load: 'bulk',
  method: 'GET',
  path: '/api/analytics/sales',
  auth: staff,
  summary: 'Sales by hour, day, week or month',
  query: Type.Object({ ...rangeQuery, by, currency }, { additionalProperties: false }),
  replies: {
    200: Type.Object({
      ...range,
      by: Type.String(),
      currency: nullable(Currency),
      currencies: Type.Array(Currency),
      total: nullable(SalesFigures),
      items: Type.Array(Type.Object({ ...bucket, ...figures })),
    }),
  },
  problems: ['validation-failed'],
  example: { query: { by: 'day', time_zone: 'Europe/Berlin' } },
})

export const getOrderAnalytics = operation({
  service: 'analytics',
  name: 'getOrderAnalytics',
  load: 'bulk',
  method: 'GET',
  path: '/api/analytics/orders',
  auth: staff,
  summary: 'Orders: how many, what became of them, when they are placed',
  query: Type.Object({ ...rangeQuery }, { additionalProperties: false }),
  replies: {
    200: Type.Object({
      ...range,
      sales: Type.Array(SalesFigures),
      unpaid: Count,
      to_ship: Count,
      in_transit: Count,
      by_hour: Type.Array(Count, { description: 'Orders placed in each of the 24 hours of the day' }),
      by_weekday: Type.Array(Count, { description: 'Orders placed on each day of the week, Monday first' }),
    }),
  },
  problems: ['validation-failed'],
})

export const getUserAnalytics = operation({
  service: 'analytics',
  name: 'getUserAnalytics',
  load: 'bulk',
  method: 'GET',
  path: '/api/analytics/users',
  auth: staff,
  summary: 'Accounts opened and closed, customers new and returning',
  query: Type.Object({ ...rangeQuery, by }, { additionalProperties: false }),
  replies: {
    200: Type.Object({
      ...range,
      by: Type.String(),
      total: Type.Integer({ description: 'Accounts there are now' }),
      registered: Count,
      erased: Count,
      new_customers: Count,
      returning_orders: Count,
      guest_orders: Count,
      items: Type.Array(
        Type.Object({
          ...bucket,
          registered: Count,
          erased: Count,
          new_customers: Count,
          returning_orders: Count,
          guest_orders: Count,
        }),
      ),
    }),
  },
  problems: ['validation-failed'],
})

export const getProductAnalytics = operation({
  service: 'analytics',
  name: 'getProductAnalytics',
  load: 'bulk',
  method: 'GET',
  path: '/api/analytics/products',
  auth: staff,
  summary: 'What sells best: products and categories',
  description:
    'Units and revenue of paid orders, less those that were cancelled later. A line counts at its price, before discounts, shipping and tax.',
  query: Type.Object(
    {
      ...rangeQuery,
      currency,
      sort: Type.Optional(Type.Enum(['revenue', 'units'], { default: 'revenue' })),
      limit: top,
    },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      ...range,
      currency: nullable(Currency),
      currencies: Type.Array(Currency),
      total: Count,
      active: Count,
      sold_out: Count,
      top: Type.Array(
        Type.Object({
          product_id: Id,
          sku: nullable(Type.String()),
          name: nullable(Type.String()),
          category_id: nullable(Id),
          orders: Count,
          units: Count,
          revenue: Amount,
          viewed: Count,
          carted: Count,
        }),
      ),
      categories: Type.Array(
        Type.Object({
          category_id: nullable(Id),
          name: nullable(Type.String({ description: 'Null: without a category, or the catalogue does not answer' })),
          units: Count,
          revenue: Amount,
        }),
      ),
    }),
  },
  problems: ['validation-failed'],
})

export const getFunnel = operation({
  service: 'analytics',
  name: 'getFunnel',
  load: 'bulk',
  method: 'GET',
  path: '/api/analytics/funnel',
  auth: staff,
  summary: 'From looking to buying: how many of each step',
  description: 'Views and carts are what storefronts told; orders are what the shop itself recorded.',
  query: Type.Object({ ...rangeQuery }, { additionalProperties: false }),
  replies: {
    200: Type.Object({
      ...range,
      steps: Type.Array(
        Type.Object({
          step: Type.Enum(['viewed', 'carted', 'ordered', 'bought']),
          count: Count,
          of_previous: nullable(Type.Number({ description: 'Share of the step before, 0.25 for a quarter' })),
        }),
      ),
    }),
  },
  problems: ['validation-failed'],
})

const SearchTerm = Type.Object({ term: Type.String(), searches: Count, found_none: Count })
export const getSearchAnalytics = operation({
  service: 'analytics',
  name: 'getSearchAnalytics',
  load: 'bulk',
  method: 'GET',
  path: '/api/analytics/searches',
  auth: staff,
  summary: 'What shoppers searched for, and what was not found',
  query: Type.Object({ ...rangeQuery, limit: top }, { additionalProperties: false }),
  replies: {
    200: Type.Object({
      ...range,
      searches: Count,
      found_none: Count,
      top: Type.Array(SearchTerm),
      without_results: Type.Array(SearchTerm, { description: 'Those that most often found nothing' }),
    }),
  },
  problems: ['validation-failed'],
})

export const getStockOutlook = operation({
  service: 'analytics',
  name: 'getStockOutlook',
  load: 'bulk',
  method: 'GET',
  path: '/api/analytics/stock',
  auth: staff,
  summary: 'What runs out, and when at the pace of the last days',
  query: Type.Object(
    {
      days: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 90, default: 28, description: 'Days the pace is taken from' }),
      ),
      within: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 365, default: 14, description: 'Only what runs out in so many days' }),
      ),
      limit: top,
    },
    { additionalProperties: false },
  ),
  replies: {
    200: Type.Object({
      days: Count,
      items: Type.Array(
        Type.Object({
          product_id: Id,
          sku: nullable(Type.String()),
          name: nullable(Type.String()),
          available: Count,
          sold: Type.Integer({ description: 'Units in those days' }),
          days_left: Type.Integer({ description: 'Whole days the stock lasts' }),
          runs_out_at: Timestamp,
        }),
      ),
    }),
  },
})

export const getRefundAnalytics = operation({
  service: 'analytics',
  name: 'getRefundAnalytics',
  load: 'bulk',
  method: 'GET',
  path: '/api/analytics/refunds',
  auth: staff,
  summary: 'Money that went back',
  query: Type.Object({ ...rangeQuery, by, currency }, { additionalProperties: false }),
  replies: {
    200: Type.Object({
      ...range,
      by: Type.String(),
      currency: nullable(Currency),
      currencies: Type.Array(Currency),
      refunds: Count,
      refunded: Amount,
      of_revenue: nullable(Type.Number({ description: 'Share of the revenue of the same time' })),
      items: Type.Array(Type.Object({ ...bucket, refunds: Count, refunded: Amount })),
    }),
  },
  problems: ['validation-failed'],
})

/** What a storefront tells: nothing of it says who. */
export const Observation = Type.Union([
  Type.Object({ what: Type.Literal('viewed'), product_id: Id }, { additionalProperties: false }),
  Type.Object({ what: Type.Literal('carted'), product_id: Id }, { additionalProperties: false }),
  Type.Object(
    {
      what: Type.Literal('searched'),
      term: Type.String({ minLength: 1, maxLength: 200 }),
      results: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    },
    { additionalProperties: false },
  ),
])
export type Observation = Static<typeof Observation>

export const observeStorefront = operation({
  service: 'analytics',
  name: 'observeStorefront',
  load: 'bulk',
  method: 'POST',
  path: '/api/analytics/events',
  auth: 'public',
  summary: 'What was looked at, put into a cart and searched for',
  description: `Sent by the storefront now and then, some at a time, with \`navigator.sendBeacon\`. It names nobody; a search
that looks like an address or a number of a person is not kept.`,
  body: Type.Object(
    { events: Type.Array(Observation, { minItems: 1, maxItems: 50 }) },
    { additionalProperties: false },
  ),
  body_limit: 16_384,
  replies: { 204: Type.Null() },
  example: { body: { events: [{ what: 'searched', term: 'lantern', results: 3 }] } },
})

export const storefrontObserved = event({
  service: 'analytics',
  name: 'storefront.observed',
  version: 1,
  schema: Type.Object({ events: Type.Array(Observation) }),
  summary: 'A storefront told what was looked at, put into carts and searched for',
})
