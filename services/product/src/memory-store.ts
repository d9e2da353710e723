import type { Queryable, Sql } from '@shopfleet/database'
import type { Offer } from './product.ts'
import { isListed } from './store.ts'

/* What the memory of searches is made of, and how it is told what became of it. */

/** Where the catalogue stands: what products are found by, and what is shown of them; another whenever something changes. */
export interface CatalogueState {
  listed: string
  shown: string
}

/** The same, so that of two one can be told to be the later. */
export interface Seen extends CatalogueState {
  /** The start of the server: it may have been set back, and counts anew. */
  since: string
  /** Changes of what products are found by */
  count: number
}

const since = (sql: Queryable) => sql`extract(epoch from pg_postmaster_start_time())::text`
const countNow = (sql: Queryable) => sql`(select coalesce(sum(listed), 0)::bigint from catalogue_changes)`

/** All who ask at the same time share the question. */
export const readState = (sql: Sql): Promise<Seen> =>
  sql.gatherRead('readState', undefined, async (sql, asked) => {
    const [seen] = await sql<[Omit<Seen, 'listed'>]>`
      select ${since(sql)} as since, coalesce(sum(listed), 0)::bigint as count, coalesce(sum(shown), 0)::text as shown
      from catalogue_changes`
    const state = { ...seen, listed: listedOf(seen) }
    return asked.map(() => state)
  })

export const listedOf = ({ since, count }: { since: string; count: number }) => `${count} since ${since}`

/** Where each counter stands, by its slot. */
export type Counters = ReadonlyMap<number, number>

export interface Changes {
  since: string
  counters: Counters
  /** Ids of the products that changed since the counters that were known; those that are more than were asked for, not. */
  changed: string[]
}

/** Where the counters stand now, and which products, `most` at most, changed since they stood as `known`. */
export async function readChanges(sql: Queryable, known: Counters | undefined, most: number): Promise<Changes> {
  const [row] = await sql<[{ since: string; counters: string | null; changed: string | null }]>`
    with known as (
      select * from unnest(${[...(known?.keys() ?? [])]}::int[], ${[...(known?.values() ?? [])]}::bigint[]) as k (slot, listed)
    ), changed as (
      select c.product_id
      from catalogue_changes now left join known using (slot)
        join changed_products c on c.slot = now.slot and c.listed > coalesce(known.listed, 0)
      where ${known !== undefined} and now.listed > coalesce(known.listed, 0)
      limit ${most}
    )
    select ${since(sql)} as since, (select string_agg(slot || ' ' || listed, ',') from catalogue_changes) as counters,
      (select string_agg(product_id::text, ',') from changed) as changed`
  const parts = (text: string | null) => text?.split(',') ?? []
  return {
    since: row.since,
    counters: new Map(parts(row.counters).map(pair => pair.split(' ').map(Number) as [number, number])),
    changed: parts(row.changed),
  }
}

/** How a word is meant in a search: as one that all must have, as the last of those, which may go on, or as any of some. */
export type Meaning = 'whole' | 'begun' | 'any'
export interface Word {
  word: string
  meaning: Meaning
}

/** What PostgreSQL looks for where it is asked for a word; empty for a stop word, which does not count beside others. */
export const readQuery = (sql: Sql, word: Word): Promise<string> => sql.gatherRead('readQuery', word, readQueries)

/** Where words are looked for by the same, they have the same text: forms of one word, or a word that is whole or any. */
export async function readQueries(sql: Queryable, words: readonly Word[]): Promise<string[]> {
  const rows = await sql<{ query: string }[]>`
    select (case
        when meaning = 'any' and plain::text <> simple::text then plain || simple
        when meaning = 'begun' and numnode(plain) > 0 then plain || to_tsquery('simple', word || ':*')
        else plain end)::text as query
    from (
      select n, word, meaning, to_tsquery('english', word) as plain, to_tsquery('simple', word) as simple
      from unnest(${words.map(w => w.word)}::text[], ${words.map(w => w.meaning)}::text[]) with ordinality as w (word, meaning, n)
    ) as read order by n`
  return rows.map(row => row.query)
}

export interface Matching {
  query: string
  /** Products to look at alone. */
  among?: readonly string[]
}

/** What one query matches. */
export interface QueryMatches {
  since: string
  count: number
  /** One after the other, twenty bytes each: its id, and how well it fits as a float. Undefined where they are too many. */
  matches: Buffer | undefined
}
export const matchBytes = 20

/** Matches of a query that are read at most. */
export const mostOfQuery = 500_000

export const matchQuery = (sql: Sql, asked: Matching): Promise<QueryMatches> =>
  sql.gatherRead(asked.among ? 'matchQueryAmong' : 'matchQuery', asked, asked.among ? matchEachAmong : matchEach)

/** By a statement of its own: nobody who waits for another query waits for this one. */
export const matchQueryAhead = async (sql: Queryable, asked: Matching): Promise<QueryMatches> =>
  (await (asked.among ? matchEachAmong : matchEach)(sql, [asked]))[0]!

const matchEach = (sql: Queryable, asked: Matching[]) =>
  matchEachIn(sql, asked, sql`p.search @@ q and ${isListed(sql)} limit ${mostOfQuery + 1}`)

/** By their ids: there are few. */
const matchEachAmong = (sql: Queryable, asked: Matching[]) =>
  matchEachIn(sql, asked, sql`p.id = any(among::uuid[]) and p.search @@ q and ${isListed(sql)}`)

async function matchEachIn(sql: Queryable, asked: Matching[], which: ReturnType<Queryable>): Promise<QueryMatches[]> {
  const rows = await sql<(Omit<QueryMatches, 'matches'> & { matched: number; matches: Buffer | null })[]>`
    with asked as materialized (
      select n, among, query::tsquery as q
      from unnest(${asked.map(a => a.query)}::text[],
        ${asked.map(a => `{${a.among?.join(',') ?? ''}}`)}::text[]) with ordinality as a (query, among, n)
    )
    select count(m.id)::int as matched, ${since(sql)} as since, ${countNow(sql)} as count,
      string_agg(uuid_send(m.id) || float4send(m.rank), '') as matches
    from asked left join lateral (
      select p.id, ts_rank('{0.05, 0.1, 0.4, 1}', p.search, q) as rank from products p where ${which}
    ) m on true
    group by n order by n`
  return rows.map(({ matched, matches, ...row }) => ({
    ...row,
    matches: matched > mostOfQuery ? undefined : (matches ?? Buffer.alloc(0)),
  }))
}

/** What products are counted by. */
export interface Facts {
  id: string
  category_id: string | null
  attributes: Record<string, string | number | boolean>
  offers: Offer[]
  price_minor: number
  currency: string
  stock_available: number
}

export interface ReadFacts {
  since: string
  count: number
  facts: Facts[]
}

/** Of those that are listed, with where the catalogue stood. */
export const readFacts = (sql: Queryable, ids: readonly string[]): Promise<ReadFacts> =>
  readFactsOf(sql, sql`p.id = any(${ids as string[]}::uuid[]) and ${isListed(sql)}`)

/** Of the first that are listed, from this id on. */
export const readNextFacts = (sql: Queryable, after: string, limit: number): Promise<ReadFacts> =>
  readFactsOf(sql, sql`p.id > ${after}::uuid and ${isListed(sql)} order by p.id limit ${limit}`)

async function readFactsOf(sql: Queryable, which: ReturnType<Queryable>): Promise<ReadFacts> {
  const rows = await sql<(Facts & { since: string; count: number })[]>`
    select s.since, s.count, p.*
    from (select ${since(sql)} as since, ${countNow(sql)} as count) s
    left join lateral (
      select p.id, p.category_id, p.attributes, p.offers, p.price_minor, p.currency, p.stock_available
      from products p where ${which}
    ) p on true`
  const { since: start, count } = rows[0]!
  return { since: start, count, facts: rows.filter(row => row.id !== null) }
}

/** Products of which words are counted, roughly */
const sampled = 1000

/** Words that `most` of so many products have, or more: of a few of them, found by chance. The commonest is the last. */
export async function readCommonWords(sql: Queryable, products: number, most: number): Promise<string[]> {
  const rows = await sql<{ word: string }[]>`
    with sample as materialized (
      select search_text(name || ' ' || description || ' ' || attribute_text(attributes)) as words
      from products p tablesample system (${Math.min(100, (100 * sampled) / products)}) where ${isListed(sql)} limit ${sampled}
    )
    select word from sample, lateral (select distinct unnest(string_to_array(lower(words), ' ')) as word) as has
    group by word having count(*) * ${products / most}::float8 >= (select count(*) from sample)
    order by count(*), word`
  return rows.map(row => row.word)
}

export interface CategoryName {
  id: string
  slug: string
  name: string
  /** From the root down to itself */
  path: string[]
}
export const readCategories = (sql: Queryable): Promise<CategoryName[]> =>
  sql<CategoryName[]>`select id, slug, name, path from categories` as never
