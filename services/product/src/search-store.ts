import type {
  ReplyOf,
  searchProducts as searchProductsOperation,
  suggestProducts as suggestProductsOperation,
} from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import type { ProductRow } from './product.ts'
import { type Filters, type Fragment, filterOf, isListed, productColumns, subtree } from './store.ts'

/** How many matches are looked at: more than anyone pages through, and few enough to rank at each request. */
const mostMatches = 2000
const mostSuggested = 500

export interface FacetRow extends Omit<ReplyOf<typeof searchProductsOperation>['facets'], 'price'> {
  min_minor: number | null
  max_minor: number | null
  /** Matches that were looked at */
  count: number
}
export const noFacets: FacetRow = { categories: [], attributes: {}, min_minor: null, max_minor: null, count: 0 }

export interface Found {
  rows: (ProductRow & { rank: number })[]
  facets: FacetRow
}

/**
 * Words, of letters and digits only, as a search: all of them, of which the last may be half typed and stop words do
 * not count unless there are no others; or any of them.
 */
function matching(sql: Queryable, words: readonly string[], any: boolean): Fragment {
  if (any) return sql`to_tsquery('english', ${words.join(' | ')}) || to_tsquery('simple', ${words.join(' | ')})`
  const all = words.join(' & ')
  const last = words.at(-1)!
  const others = words.slice(0, -1).join(' & ')
  return sql`case
    when numnode(to_tsquery('english', ${all})) = 0 then to_tsquery('simple', ${`${all}:*`})
    when numnode(to_tsquery('english', ${last})) = 0 then to_tsquery('english', ${others})
    else to_tsquery('english', ${others}) && (to_tsquery('english', ${last}) || to_tsquery('simple', ${`${last}:*`}))
  end`
}

export interface SearchOptions extends Filters {
  words: readonly string[]
  any: boolean
  after?: readonly [number, string]
  limit: number
}

/** What the public may see of what matches, best first, and over all matches what one could narrow the search by. */
export async function searchProducts(
  sql: Queryable,
  { words, any, after, limit, ...filters }: SearchOptions,
): Promise<Found> {
  const { category } = filters
  const rows = await sql<(ProductRow & { rank: number; facets: FacetRow | null })[]>`
    with query as materialized (
      select ${matching(sql, words, any)} as q
    ), matches as materialized (
      select p.id, p.category_id, p.attributes, p.price_minor, p.currency,
        ts_rank('{0.05, 0.1, 0.4, 1}', p.search, q)::float8 as rank
      from query, products p
      where p.search @@ q and ${isListed(sql)}
        ${category === undefined ? sql`` : sql`and p.category_id = any(array(${subtree(sql, category)}))`}
        ${filterOf(sql, filters)}
      limit ${mostMatches}
    ), page as (
      select id, rank, row_number() over (order by rank desc, id desc) as n from matches
      ${after === undefined ? sql`` : sql`where (rank, id) < (${after[0]}::float8, ${after[1]}::uuid)`}
      order by rank desc, id desc limit ${limit}
    )
    select ${productColumns(sql)}, page.rank, case when page.n = 1 then (${facets(sql, filters.currency)}) end as facets
    from page join products p using (id) left join categories c on c.id = p.category_id
    order by page.n`
  return {
    rows: rows.map(({ facets: _, ...row }) => row),
    facets: rows[0]?.facets ?? noFacets,
  }
}

/** Over `matches`: the categories, the commonest values of the commonest attributes, and the prices in the currency. */
const facets = (sql: Queryable, currency: string) => sql`
  select jsonb_build_object(
    'categories', (
      select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'slug', c.slug, 'name', c.name, 'count', f.n)
        order by f.n desc, c.name), '[]')
      from (select category_id, count(*) as n from matches group by category_id order by n desc limit 30) f
      join categories c on c.id = f.category_id),
    'attributes', (
      select coalesce(jsonb_object_agg(key, counts), '{}')
      from (
        select key, jsonb_agg(jsonb_build_object('value', value, 'count', n) order by n desc, value) as counts
        from (
          select key, value, count(*) as n, row_number() over (partition by key order by count(*) desc, value) as place
          from matches, jsonb_each_text(attributes) group by key, value
        ) v
        where place <= 10 group by key order by sum(n) desc, key limit 12
      ) a),
    'min_minor', (select min(price_minor) from matches where currency = ${currency}),
    'max_minor', (select max(price_minor) from matches where currency = ${currency}),
    'count', (select count(*) from matches))`

/** Products whose name begins with the words, then those whose name has them all; the last word may be half typed. */
export async function suggestProducts(
  sql: Queryable,
  words: readonly string[],
  limit: number,
): Promise<ReplyOf<typeof suggestProductsOperation>['items']> {
  const beginning = words.join(' ').slice(0, 50)
  const named = [...words.slice(0, -1).map(word => `${word}:A`), `${words.at(-1)}:*A`].join(' & ')
  return sql`
    with begins as materialized (
      select p.* from products p
      where left(lower(p.name), 50) >= ${beginning} and left(lower(p.name), 50) < ${beginning} || chr(1114111)
        and ${isListed(sql)}
      order by left(lower(p.name), 50), p.id limit ${limit}
    ), named as materialized (
      select p.* from products p
      where p.search @@ to_tsquery('simple', ${named}) and ${isListed(sql)} and not exists (select 1 from begins b where b.id = p.id)
      limit ${mostSuggested}
    )
    select id, slug, name, images -> 0 ->> 'url' as image_url
    from (select *, 1 as place from begins union all select *, 2 from named) p
    order by place, length(name), name, id limit ${limit}` as never
}

/** Which of the words no product has; the last one may be the beginning of one that they have. */
export async function listUnknownWords(sql: Queryable, words: readonly string[], last: string): Promise<string[]> {
  const rows = await sql<{ word: string }[]>`
    select asked.word from unnest(${words as string[]}::text[]) as asked (word)
    where not exists (select 1 from product_words k where k.word = asked.word)
      and (asked.word <> ${last} or not exists (select 1 from product_words k where k.word like ${`${last}%`}))`
  return rows.map(row => row.word)
}

/**
 * For each word the one it was probably meant to be: one typing error away (seldom in the first letter) and
 * found most often, else the most similar. Words that no product for sale has any more do not count.
 */
export async function findNearWords(
  sql: Queryable,
  words: readonly { asked: string; edits: string[] }[],
): Promise<Map<string, string>> {
  const rows = await sql<{ asked: string; word: string }[]>`
    select w.asked, near.word
    from jsonb_to_recordset(${words as never}::jsonb) as w (asked text, edits text[])
    cross join lateral (
      select k.word, is_edit, nearness, (
        select count(*) from (
          select 1 from products p where p.search @@ to_tsquery('simple', k.word) and ${isListed(sql)} limit 100
        ) u
      ) as uses
      from (
        (select word, true as is_edit, similarity(word, w.asked) as nearness
          from product_words where word = any(w.edits) limit 20)
        union all
        (select word, false, similarity(word, w.asked) as nearness
          from product_words where length(w.asked) > 3 and word % w.asked and word <> all(w.edits)
          order by nearness desc limit 5)
      ) k
    ) near
    where near.uses > 0
    order by w.asked, near.is_edit, left(near.word, 1) = left(w.asked, 1), case when near.is_edit then near.uses else 0 end, near.nearness, near.word`
  // The last of each word's rows is the best.
  return new Map(rows.map(row => [row.asked, row.word]))
}
