import type { Queryable } from '@shopfleet/database'
import type { Piece } from './period.ts'
import { piecesOf, rollups } from './rollup-store.ts'

/*
 * What reports read: roll-ups only, piece by piece. `n` is the number of the bucket a piece belongs to. Each piece is summed by
 * itself, inside of the lateral join: then it is one range of the primary key. A plain join would be flattened, and every row
 * of a grain be compared with every piece.
 */

export type Pieces = (Piece & { n?: number })[]

export interface SalesSums {
  placed: number
  orders: number
  cancelled: number
  cancelled_paid: number
  shipped: number
  delivered: number
  units: number
  revenue_minor: number
  refunds: number
  refunded_minor: number
  new_customers: number
  returning_orders: number
  guest_orders: number
}
export interface SalesRow extends SalesSums {
  n: number
  currency: string
}

const sumsOf = (counts: readonly string[]) => counts.map(name => `sum(${name})::bigint as ${name}`).join(', ')

/** Currencies anything was ordered in, the one most orders were paid in first. */
export async function listCurrencies(sql: Queryable): Promise<string[]> {
  const rows = await sql<{ currency: string }[]>`
    select currency from sales where grain = 'month' group by currency order by sum(orders) desc, currency`
  return rows.map(row => row.currency)
}

/** By bucket and currency; a bucket in which nothing happened has no row. */
export async function sumSales(sql: Queryable, pieces: Pieces, currencies: string[]): Promise<SalesRow[]> {
  return sql<SalesRow[]>`
    select piece.n, c.currency, ${sql.unsafe(sumsOf(rollups.sales.counts))}
    from unnest(${currencies}::text[]) as c(currency) cross join ${piecesOf(sql, pieces)}
    cross join lateral (
      select count(*) as rows, ${sql.unsafe(sumsOf(rollups.sales.counts))} from sales s
      where s.currency = c.currency and s.grain = piece.grain and s.at >= piece.start and s.at < piece.finish
    ) s
    where s.rows > 0
    group by piece.n, c.currency`
}

/** What waits, over all time. */
export async function countWaiting(
  sql: Queryable,
): Promise<{ total: number; unpaid: number; to_ship: number; in_transit: number }> {
  const [row] = await sql<[{ total: number; unpaid: number; to_ship: number; in_transit: number }]>`
    select coalesce(sum(orders), 0)::bigint as total,
      coalesce(sum(placed - orders - cancelled + cancelled_paid), 0)::bigint as unpaid,
      coalesce(sum(orders - cancelled_paid - shipped), 0)::bigint as to_ship,
      coalesce(sum(shipped - delivered), 0)::bigint as in_transit
    from sales where grain = 'month'`
  return row
}

/** Orders placed by the hour and the day of the week a clock showed that far from UTC. */
export async function countByClock(
  sql: Queryable,
  pieces: (Piece & { offset_min: number })[],
): Promise<{ weekday: number; hour: number; placed: number }[]> {
  return sql<{ weekday: number; hour: number; placed: number }[]>`
    select s.weekday, s.hour, sum(s.placed)::bigint as placed
    from ${piecesOf(
      sql,
      pieces.map((piece, n) => ({ ...piece, n })),
    )}
    join unnest(${pieces.map(piece => piece.offset_min)}::int[]) with ordinality as o(offset_min, number) on o.number = piece.n + 1
    cross join (select distinct currency from sales where grain = 'month') c
    cross join lateral (
      select extract(isodow from local)::int as weekday, extract(hour from local)::int as hour, sum(placed) as placed
      from (
        select (s.at + o.offset_min * interval '1 minute') at time zone 'UTC' as local, s.placed from sales s
        where s.currency = c.currency and s.grain = piece.grain and s.at >= piece.start and s.at < piece.finish
      ) placings group by 1, 2
    ) s
    group by s.weekday, s.hour`
}

export async function sumAccounts(
  sql: Queryable,
  pieces: Pieces,
): Promise<{ n: number; registered: number; erased: number }[]> {
  return sql<{ n: number; registered: number; erased: number }[]>`
    select piece.n, sum(a.registered)::bigint as registered, sum(a.erased)::bigint as erased
    from ${piecesOf(sql, pieces)} cross join lateral (
      select count(*) as rows, sum(registered) as registered, sum(erased) as erased from accounts a
      where a.grain = piece.grain and a.at >= piece.start and a.at < piece.finish
    ) a where a.rows > 0 group by piece.n`
}

export async function countAccounts(sql: Queryable): Promise<number> {
  const [row] = await sql<[{ n: number }]>`
    select coalesce(sum(registered - erased), 0)::bigint as n from accounts where grain = 'month'`
  return row.n
}

export async function countProducts(sql: Queryable): Promise<{ total: number; active: number; sold_out: number }> {
  const [row] = await sql<[{ total: number; active: number; sold_out: number }]>`
    select count(*)::int as total, count(*) filter (where is_active)::int as active,
      count(*) filter (where is_active and s.available <= 0)::int as sold_out
    from products p left join stock s on s.product_id = p.product_id and s.available <= 0 where p.deleted_at is null`
  return row
}

export interface ProductSums {
  product_id: string
  sku: string | null
  name: string | null
  category_id: string | null
  orders: number
  units: number
  revenue_minor: number
  viewed: number
  carted: number
}

const soldIn = (sql: Queryable, pieces: Pieces, currency: string) => sql`
  select s.product_id, sum(s.orders)::bigint as orders, sum(s.units)::bigint as units, sum(s.revenue_minor)::bigint as revenue_minor
  from ${piecesOf(sql, pieces)} cross join lateral (
    select product_id, sum(orders) as orders, sum(units) as units, sum(revenue_minor) as revenue_minor from product_sales s
    where s.grain = piece.grain and s.at >= piece.start and s.at < piece.finish and s.currency = ${currency}
    group by product_id
  ) s group by s.product_id`

export interface CategorySums {
  category_id: string | null
  units: number
  revenue_minor: number
}

/** What sold best, by product and by category, out of one look at what was sold. */
export async function listBestSellers(
  sql: Queryable,
  f: { pieces: Pieces; currency: string; sort: 'revenue' | 'units'; limit: number },
): Promise<{ top: ProductSums[]; categories: CategorySums[] }> {
  const by = f.sort === 'units' ? sql`units` : sql`revenue_minor`
  const [row] = await sql<[{ top: ProductSums[]; categories: CategorySums[] }]>`
    with sold as materialized (${soldIn(sql, f.pieces, f.currency)}), top as materialized (
      select * from sold where orders <> 0 or units <> 0 order by ${by} desc, product_id limit ${f.limit}
    ), seen as (
      select a.product_id, sum(a.viewed)::bigint as viewed, sum(a.carted)::bigint as carted
      from ${piecesOf(sql, f.pieces)} cross join top cross join lateral (
        select product_id, sum(viewed) as viewed, sum(carted) as carted from attention a
        where a.grain = piece.grain and a.at >= piece.start and a.at < piece.finish and a.product_id = top.product_id
        group by product_id
      ) a group by a.product_id
    ), best as (
      select top.product_id, p.sku, p.name, p.category_id, top.orders, top.units, top.revenue_minor,
        coalesce(seen.viewed, 0) as viewed, coalesce(seen.carted, 0) as carted
      from top left join products p using (product_id) left join seen using (product_id)
    ), shelves as (
      select p.category_id, sum(units)::bigint as units, sum(revenue_minor)::bigint as revenue_minor
      from sold left join products p using (product_id) group by p.category_id having sum(units) <> 0
      order by ${by} desc, p.category_id limit ${f.limit}
    )
    select coalesce((select jsonb_agg(to_jsonb(best) order by ${by} desc, product_id) from best), '[]') as top,
      coalesce((select jsonb_agg(to_jsonb(shelves) order by ${by} desc, category_id) from shelves), '[]') as categories`
  return row
}

export async function sumAttention(sql: Queryable, pieces: Pieces): Promise<{ viewed: number; carted: number }> {
  const [row] = await sql<[{ viewed: number; carted: number }]>`
    select coalesce(sum(a.viewed), 0)::bigint as viewed, coalesce(sum(a.carted), 0)::bigint as carted
    from ${piecesOf(sql, pieces)} cross join lateral (
      select sum(viewed) as viewed, sum(carted) as carted from attention_totals a
      where a.grain = piece.grain and a.at >= piece.start and a.at < piece.finish
    ) a`
  return row
}

export interface TermSums {
  term: string
  searches: number
  found_none: number
}

const searchedIn = (sql: Queryable, pieces: Pieces) => sql`
  select s.term, sum(s.searches)::bigint as searches, sum(s.found_none)::bigint as found_none
  from ${piecesOf(sql, pieces)} cross join lateral (
    select term, sum(searches) as searches, sum(found_none) as found_none from searches s
    where s.grain = piece.grain and s.at >= piece.start and s.at < piece.finish
    group by term
  ) s group by s.term`

export async function readSearches(
  sql: Queryable,
  pieces: Pieces,
  limit: number,
): Promise<{ searches: number; found_none: number; top: TermSums[]; without_results: TermSums[] }> {
  const [row] = await sql<[{ searches: number; found_none: number; top: TermSums[]; without_results: TermSums[] }]>`
    with searched as materialized (${searchedIn(sql, pieces)})
    select coalesce(sum(searches), 0)::bigint as searches, coalesce(sum(found_none), 0)::bigint as found_none,
      coalesce((select jsonb_agg(to_jsonb(t)) from (
        select * from searched order by searches desc, term limit ${limit}) t), '[]') as top,
      coalesce((select jsonb_agg(to_jsonb(t)) from (
        select * from searched where found_none > 0 order by found_none desc, term limit ${limit}) t), '[]') as without_results
    from searched`
  return row
}

/** What is sold in those pieces, with what is left of it: first what lasts shortest at that pace. */
export async function listRunningOut(
  sql: Queryable,
  f: { pieces: Pieces; days: number; within: number; limit: number },
): Promise<{ product_id: string; sku: string | null; name: string | null; available: number; sold: number }[]> {
  return sql<{ product_id: string; sku: string | null; name: string | null; available: number; sold: number }[]>`
    with sold as materialized (
      select s.product_id, sum(s.units)::bigint as units
      from ${piecesOf(sql, f.pieces)} cross join lateral (
        select product_id, sum(units) as units from product_sales s
        where s.grain = piece.grain and s.at >= piece.start and s.at < piece.finish
        group by product_id
      ) s group by s.product_id having sum(s.units) > 0
    )
    select sold.product_id, p.sku, p.name, greatest(s.available, 0) as available, sold.units as sold
    from sold join stock s using (product_id) join products p using (product_id)
    where p.deleted_at is null and p.is_active and s.available * ${f.days}::bigint <= sold.units * ${f.within}::bigint
    order by s.available::numeric / sold.units, sold.units desc, product_id limit ${f.limit}`
}
