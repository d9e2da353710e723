import type { listFacets as listFacetsOperation, ReplyOf } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { matching, mostMatches } from './search-store.ts'
import { type Filters, type Fragment, hasOne, isListed, offersOne, subtree } from './store.ts'

export interface FacetCounts extends Omit<ReplyOf<typeof listFacetsOperation>, 'price' | 'currency'> {
  min_minor: number | null
  max_minor: number | null
}
export const noCounts: FacetCounts = {
  total: 0,
  in_stock: 0,
  categories: [],
  attributes: {},
  min_minor: null,
  max_minor: null,
}

export interface FacetOptions extends Filters {
  /** What is searched for; undefined for a list. */
  words: readonly string[] | undefined
  any: boolean
}

/**
 * The names of the filters that are not passed: by a product, and by `each` of its variants. Whoever fails one of them only
 * still counts among its alternatives.
 */
function failures(sql: Queryable, { words, category, ...f }: FacetOptions) {
  const unless = (condition: object, name: string) =>
    sql`case when not (${condition as never}) then ${name}::text end` as unknown as Fragment
  const own: Fragment[] = []
  if (words && category !== undefined)
    own.push(unless(sql`coalesce(p.category_id = any(array(${subtree(sql, category)})), false)`, 'category'))
  if (f.min_minor !== undefined || f.max_minor !== undefined) {
    const bounds = sql`p.currency = ${f.currency} and p.price_minor between ${f.min_minor ?? 0} and ${f.max_minor ?? Number.MAX_SAFE_INTEGER}`
    own.push(unless(bounds, 'price'))
  }
  if (f.in_stock === false) own.push(unless(sql`p.stock_available <= 0`, 'stock'))
  const each = (has: typeof hasOne, in_stock: Fragment) => [
    ...(f.in_stock ? [unless(in_stock, 'stock')] : []),
    ...f.attributes.map(values => unless(has(sql, values), `attribute.${Object.keys(values[0]!)[0]}`)),
  ]
  return {
    isNone: own.length === 0 && f.attributes.length === 0 && !f.in_stock,
    // Of a product with variants what all of them fail: none of them need pass the rest.
    any: listed(sql, [...own, ...each(hasOne, sql`p.stock_available > 0`)]),
    each: listed(sql, [...own, ...each(offersOne, sql`(offer -> 'in_stock')::boolean`)]),
  }
}

const listed = (sql: Queryable, [first, ...others]: Fragment[]): Fragment =>
  first
    ? sql`array_remove(array[${first} ${others.length === 0 ? sql`` : others.map(other => sql`, ${other}`)}]::text[], null)`
    : sql`'{}'::text[]`

/** How many products: of one with variants its variants are in `matches`. */
const times = (sql: Queryable) =>
  sql`count(*) filter (where options is null) + count(distinct id) filter (where options is not null)`

/** Counts what the products of a list or search have in common, each filter aside for its own alternatives. */
export async function countFacets(sql: Queryable, options: FacetOptions): Promise<FacetCounts> {
  const { words, any, category, currency } = options
  const fails = failures(sql, options)
  // Whatever passes all filters comes before what fails one, should there be too many of both.
  const narrowed = fails.isNone ? sql`` : sql`where cardinality(fails) <= 1 order by cardinality(fails)`
  const [row] = await sql<[{ counts: FacetCounts }]>`
    with ${words ? sql`query as materialized (${matching(sql, words, any)}),` : sql``}
    looked_at as materialized (
      select * from (
        select p.id, p.category_id, p.attributes, p.offers, p.variant_count, p.price_minor, p.currency, p.stock_available,
          ${fails.any} as fails
        from products p ${words ? sql`, query` : sql``}
        where ${isListed(sql)} ${words ? sql`and p.search @@ q` : sql``}
          ${!words && category !== undefined ? sql`and p.category_id = any(array(${subtree(sql, category)}))` : sql``}
      ) p ${narrowed} limit ${mostMatches}
    ),
    -- A product, or each variant of one.
    matches as materialized (
      select id, category_id, attributes, null::jsonb as options, price_minor, currency, stock_available > 0 as in_stock, fails
      from looked_at where offers = '[]'
      union all
      select id, category_id, attributes, offer -> 'options', price_minor, currency, (offer -> 'in_stock')::boolean,
        ${fails.each}
      from looked_at p, jsonb_array_elements(offers) as o (offer)
    )
    select jsonb_build_object(
      'total', (select ${times(sql)} from matches where fails = '{}'),
      'in_stock', (select ${times(sql)} from matches where fails <@ '{stock}' and in_stock),
      'categories', (
        select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'slug', c.slug, 'name', c.name, 'count', f.n)
          order by f.n desc, c.name), '[]')
        from (
          select category_id, ${times(sql)} as n from matches where fails <@ '{category}'
          group by category_id order by n desc limit 30
        ) f join categories c on c.id = f.category_id),
      'attributes', (
        select coalesce(jsonb_object_agg(key, counts), '{}')
        from (
          select key, jsonb_agg(jsonb_build_object('value', value, 'count', n) order by n desc, value) as counts
          from (
            select key, value, count(*) as n, row_number() over (partition by key order by count(*) desc, value) as place
            from (
              select key, value from matches, jsonb_each_text(attributes)
              where options is null and fails <@ array['attribute.' || key]
              union all
              select key, value from (
                -- However many variants have it.
                select distinct id, key, value
                from matches, lateral (
                  select key, value from jsonb_each_text(attributes) union select key, value from jsonb_each_text(options)
                ) has
                where options is not null and fails <@ array['attribute.' || key]
              ) once
            ) found group by key, value
          ) v
          where place <= 20 group by key order by sum(n) desc, key limit 12
        ) a),
      'min_minor', (select min(price_minor) from matches where fails <@ '{price}' and currency = ${currency}),
      'max_minor', (select max(price_minor) from matches where fails <@ '{price}' and currency = ${currency})
    ) as counts`
  return row.counts
}
