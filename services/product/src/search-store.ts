import type {
  Product,
  ReplyOf,
  searchProducts as searchProductsOperation,
  suggestProducts as suggestProductsOperation,
} from '@shopfleet/contracts'
import type { Queryable, Sql } from '@shopfleet/database'
import type { KnownProduct } from './known-products.ts'
import { type ProductRow, toProduct } from './product.ts'
import {
  type Filters,
  type Fragment,
  filterOf,
  isListed,
  isMeant,
  orderOf,
  productColumns,
  type Sort,
  type SortKey,
  subtree,
} from './store.ts'

/** How many matches are looked at: more than anyone pages through, and few enough to rank at each request. */
export const mostMatches = 2000
const mostSuggested = 100

export interface FacetRow extends Omit<ReplyOf<typeof searchProductsOperation>['facets'], 'price'> {
  min_minor: number | null
  max_minor: number | null
  /** Matches that were looked at */
  count: number
}
export const noFacets: FacetRow = { categories: [], attributes: {}, min_minor: null, max_minor: null, count: 0 }

export interface Found {
  rows: { product: Product; sort_key: SortKey }[]
  facets: FacetRow
}

/**
 * Words, of letters and digits only, as a search: all of them, of which the last may be half typed and stop words do
 * not count unless there are no others; or any of them.
 */
export function matching(sql: Queryable, words: readonly string[], any: boolean): Fragment {
  const asked = sql`(values (${words.join(any ? ' | ' : ' & ')}::text, ${words.at(-1)!}::text,
    ${words.slice(0, -1).join(' & ')}::text, ${any ? 1 : 0}::int)) as asked (together, last, others, is_any)`
  return sql`select ${readWords(sql)} as q, ${partsOf(sql)} as parts from ${asked}`
}

/** A search of a row that holds its words in the ways they are needed. */
const readWords = (sql: Queryable) => sql`case
  when is_any = 1 then to_tsquery('english', together) || to_tsquery('simple', together)
  when numnode(to_tsquery('english', together)) = 0 then to_tsquery('simple', together || ':*')
  when numnode(to_tsquery('english', last)) = 0 then to_tsquery('english', others)
  else to_tsquery('english', others) && (to_tsquery('english', last) || to_tsquery('simple', last || ':*'))
end`

/** Of the same row what a product's fit is made of: each word by itself, in the order they were typed. */
const partsOf = (sql: Queryable) => sql`case
  when is_any = 1 then array(
    select to_tsquery('english', word) || to_tsquery('simple', word)
    from string_to_table(together, ' | ') with ordinality as w (word, place) order by place
  )
  when numnode(to_tsquery('english', together)) = 0 then array[to_tsquery('simple', together || ':*')]
  else array(
    select to_tsquery('english', word) from string_to_table(others, ' & ') with ordinality as w (word, place) order by place
  ) || case when numnode(to_tsquery('english', last)) = 0 then '{}'
    else array[to_tsquery('english', last) || to_tsquery('simple', last || ':*')] end
end`

/** How well a product fits: each word by itself, added up in their order, so that it can be added up elsewhere as well. */
const fit = (sql: Queryable) =>
  sql`(select sum(ts_rank('{0.05, 0.1, 0.4, 1}', p.search, part)::float8) from unnest(parts) as part)`

export interface SearchOptions extends Filters {
  words: readonly string[]
  any: boolean
  /** Without one, what fits best comes first. */
  sort?: Sort
  after?: SortKey
  limit: number
}

/** What the public may see of what matches, best first, and over all matches what one could narrow the search by. */
export async function searchProducts(
  sql: Queryable,
  { words, any, sort, after, limit, ...filters }: SearchOptions,
): Promise<Found> {
  const { category } = filters
  const { order, key, beyond } = sort ? orderOf(sql, sort, after) : byRank(sql, after)
  const rows = await sql<(ProductRow & { sort_key: SortKey; facets: FacetRow | null })[]>`
    with query as materialized (
      ${matching(sql, words, any)}
    ), matches as materialized (
      select p.id, p.category_id, p.attributes, p.offers, p.price_minor, p.currency, ${fit(sql)} as rank
      from query, products p
      where p.search @@ q and ${isListed(sql)}
        ${category === undefined ? sql`` : sql`and p.category_id = any(array(${subtree(sql, category)}))`}
        ${filterOf(sql, filters)}
      limit ${mostMatches}
    ), page as (
      select p.id, ${key} as sort_key, row_number() over (order by ${order}) as n
      from matches m join products p on p.id = m.id
      where true ${beyond}
      order by ${order} limit ${limit}
    )
    select ${productColumns(sql)}, page.sort_key, case when page.n = 1 then (${facets(sql, filters)}) end as facets
    from page join products p using (id) left join categories c on c.id = p.category_id
    order by page.n`
  return {
    rows: rows.map(({ facets: _, sort_key, ...row }) => ({ product: toProduct(row), sort_key })),
    facets: rows[0]?.facets ?? noFacets,
  }
}

/** The versions of products by id, and of the tree of categories whose names they carry. */
export const readRowVersions = (sql: Sql, ids: readonly string[]): Promise<RowVersions> =>
  sql.gatherRead('readRowVersions', ids, async (sql, asked) => {
    const rows = await sql<{ tree: string; id: string; version: string }[]>`
      select tree, p.id, p.xmin::text as version
      from (select ${treeVersion(sql)} as tree) t
      left join products p on p.id = any(${[...new Set(asked.flat())]}::uuid[]) and ${isListed(sql)}`
    const versions = { tree: rows[0]!.tree, of: new Map(rows.map(row => [row.id, row.version])) }
    return asked.map(() => versions)
  })
export interface RowVersions {
  tree: string
  of: Map<string, string>
}

/** Changes with every row of it that comes, changes or goes. */
const treeVersion = (sql: Queryable) =>
  sql`(select count(*) || ' ' || coalesce(sum(xmin::text::bigint), 0) from categories)`

/** Products by id, with the version of their row; those that are not for sale (any more) are left out. */
export async function readVersions(
  sql: Queryable,
  ids: readonly string[],
): Promise<{ tree: string; known: KnownProduct }[]> {
  const rows = await sql<(ProductRow & { version: string; tree: string })[]>`
    select ${productColumns(sql)}, p.xmin::text as version, ${treeVersion(sql)} as tree
    from products p left join categories c on c.id = p.category_id
    where p.id = any(${ids as string[]}::uuid[]) and ${isListed(sql)}`
  return rows.map(({ version, tree, ...row }) => ({ tree, known: { version, product: toProduct(row) } }))
}

/** The order of what fits best, over `matches m` and their products; as `orderOf` has those of the lists. */
function byRank(sql: Queryable, after: SortKey | undefined) {
  const [rank, id] = (after ?? []) as unknown as [never, never]
  return {
    order: sql`m.rank desc, p.id desc`,
    key: sql`jsonb_build_array(m.rank, p.id)`,
    beyond: after ? sql`and (m.rank, p.id) < (${rank}::float8, ${id}::uuid)` : sql``,
  }
}

/** Over `matches`: the categories, the commonest values of the commonest attributes, and the prices in the currency. */
const facets = (sql: Queryable, filters: Filters) => sql`
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
          from (
            select key, value from matches, jsonb_each_text(attributes) where offers = '[]'
            union all
            select key, value from matches p, lateral (
              select key, value from jsonb_each_text(p.attributes)
              union
              select key, value from jsonb_array_elements(p.offers) as o (offer), jsonb_each_text(offer -> 'options')
              where ${isMeant(sql, filters)}
            ) each where offers <> '[]'
          ) found group by key, value
        ) v
        where place <= 10 group by key order by sum(n) desc, key limit 12
      ) a),
    'min_minor', (select min(price_minor) from matches where currency = ${filters.currency}),
    'max_minor', (select max(price_minor) from matches where currency = ${filters.currency}),
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
      select p.id, p.slug, p.name, p.images from products p
      where left(lower(p.name), 50) >= ${beginning} and left(lower(p.name), 50) < ${beginning} || chr(1114111)
        and ${isListed(sql)}
      order by left(lower(p.name), 50), p.id limit ${limit}
    ), named as materialized (
      -- Only where they are too few: a beginning of two letters is that of a word in very many names.
      select p.id, p.slug, p.name, p.images from products p
      where (select count(*) from begins) < ${limit}::int and p.search @@ to_tsquery('simple', ${named}) and ${isListed(sql)}
        and not exists (select 1 from begins b where b.id = p.id)
      limit ${mostSuggested}
    )
    select id, slug, name, images -> 0 ->> 'url' as image_url
    from (select *, 1 as place from begins union all select *, 2 from named) p
    order by place, length(name), name, id limit ${limit}` as never
}

/** The words of all products, or as many as one wants to hold. */
export async function listWords(sql: Queryable, limit: number): Promise<string[]> {
  return (await sql<{ word: string }[]>`select word from product_words limit ${limit}`).map(row => row.word)
}

/** Comes after everything a word could go on with: our databases compare by code point. */
const lastOfAll = '\u{10ffff}'

/** Which of these are words of products, and which are not even, the last one, the beginning of one. */
export async function lookUpWords(
  sql: Queryable,
  words: readonly string[],
  last: string,
): Promise<{ known: string[]; unknown: string[] }> {
  const rows = await sql<{ word: string; is_known: boolean }[]>`
    select word, is_known
    from (select word, exists (select 1 from product_words k where k.word = asked.word) as is_known
          from unnest(${words as string[]}::text[]) as asked (word)) as looked
    where is_known or word <> ${last}
      or not exists (select 1 from product_words k where k.word >= ${last} and k.word < ${last + lastOfAll})`
  const those = (is_known: boolean) => rows.filter(row => row.is_known === is_known).map(row => row.word)
  return { known: those(true), unknown: those(false) }
}

/**
 * For each word the one it was probably meant to be: one typing error away (seldom in the first letter) and
 * found most often, else the most similar. Words that no product for sale has any more do not count.
 */
export async function findNearWords(
  sql: Queryable,
  words: readonly { asked: string; edits: string[] }[],
): Promise<Map<string, string>> {
  // Joined, spellings are looked up by their hashes; `= any` compares each word with each of them.
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
          from unnest(w.edits) as edit join product_words on word = edit limit 20)
        union all
        (select word, false, similarity(word, w.asked) as nearness
          from product_words where length(w.asked) > 3 and word % w.asked and word <> all(w.edits)
          order by nearness desc limit 5)
      ) k
      -- Or the uses would be counted once to be compared, and again to be sorted by.
      offset 0
    ) near
    where near.uses > 0
    order by w.asked, near.is_edit, left(near.word, 1) = left(w.asked, 1), case when near.is_edit then near.uses else 0 end, near.nearness, near.word`
  // The last of each word's rows is the best.
  return new Map(rows.map(row => [row.asked, row.word]))
}
