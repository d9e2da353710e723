import {
  type PayloadOf,
  type priceProducts as priceProductsOperation,
  productCreated,
  productDeleted,
  type productSorts,
  productUpdated,
  type ReplyOf,
  type searchProducts as searchProductsOperation,
  type stockChanged,
  type suggestProducts as suggestProductsOperation,
} from '@shopfleet/contracts'
import type { Queryable, Tx } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import type { CategoryRow } from './category.ts'
import type { ProductRow } from './product.ts'

type Fragment = ReturnType<Queryable>

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
export const isUuid = (value: unknown): value is string => typeof value === 'string' && uuidPattern.test(value)
const asUuid = (text: string) => (isUuid(text) ? text : null)

/** The wire shape, but for the price; `p` is the product, `c` its category. */
const productColumns = (sql: Queryable) => sql`
  p.id, p.sku, p.slug, p.name, p.description, p.price_minor, p.currency, p.stock_available as stock_quantity, p.category_id,
  case when c.id is not null then jsonb_build_object('id', c.id, 'name', c.name, 'slug', c.slug) end as category,
  p.attributes, p.images, p.images -> 0 ->> 'url' as image_url, p.rating_average, p.rating_count, p.is_active,
  p.created_at, p.updated_at`

/** What the public may see. The words of the partial indexes. */
const isListed = (sql: Queryable) => sql`p.is_active and p.deleted_at is null`

export type Sort = (typeof productSorts)[number]
export type SortKey = readonly (string | number | null)[]

/** The order of a sort, a row's key in it, and the condition for rows after a key: over the columns of its indexes. */
function orderOf(sql: Queryable, sort: Sort, after: SortKey | undefined) {
  const [first, second, third] = (after ?? []) as unknown as [never, never, never]
  const name = sql`left(lower(p.name), 50)`
  const rating = sql`coalesce(p.rating_average, 0)`
  const [order, key, beyond] = {
    newest: () => [sql`p.id desc`, sql`p.id`, sql`p.id < ${first}::uuid`],
    price: () => [
      sql`p.price_minor, p.id`,
      sql`p.price_minor, p.id`,
      sql`(p.price_minor, p.id) > (${first}::bigint, ${second}::uuid)`,
    ],
    '-price': () => [
      sql`p.price_minor desc, p.id desc`,
      sql`p.price_minor, p.id`,
      sql`(p.price_minor, p.id) < (${first}::bigint, ${second}::uuid)`,
    ],
    name: () => [sql`${name}, p.id`, sql`${name}, p.id`, sql`(${name}, p.id) > (${first}::text, ${second}::uuid)`],
    '-name': () => [
      sql`${name} desc, p.id desc`,
      sql`${name}, p.id`,
      sql`(${name}, p.id) < (${first}::text, ${second}::uuid)`,
    ],
    rating: () => [
      sql`${rating} desc, p.rating_count desc, p.id desc`,
      sql`${rating}, p.rating_count, p.id`,
      sql`(${rating}, p.rating_count, p.id) < (${first}::float8, ${second}::int, ${third}::uuid)`,
    ],
  }[sort]() as unknown as [Fragment, Fragment, Fragment]
  return { order, key: sql`jsonb_build_array(${key})`, beyond: after ? sql`and ${beyond}` : sql`` }
}

export interface Filters {
  /** Id or slug */
  category?: string
  min_minor?: number
  max_minor?: number
  /** Of the price limits: products in another currency have no price to compare. */
  currency: string
  in_stock?: boolean
  /** Of each list, the attributes must contain one. */
  attributes: readonly (readonly object[])[]
}

function filterOf(sql: Queryable, f: Filters): Fragment {
  return sql`
    ${f.min_minor === undefined ? sql`` : sql`and p.price_minor >= ${f.min_minor}`}
    ${f.max_minor === undefined ? sql`` : sql`and p.price_minor <= ${f.max_minor}`}
    ${f.min_minor === undefined && f.max_minor === undefined ? sql`` : sql`and p.currency = ${f.currency}`}
    ${f.in_stock === undefined ? sql`` : f.in_stock ? sql`and p.stock_available > 0` : sql`and p.stock_available <= 0`}
    ${
      f.attributes.length === 0
        ? sql``
        : f.attributes.map(
            ([one, ...others]) => sql`
      and (p.attributes @> ${one as never}::jsonb ${
        others.length === 0 ? sql`` : others.map(other => sql`or p.attributes @> ${other as never}::jsonb`)
      })`,
          )
    }`
}

/** Ids of a category (by id or slug) and of all below it. */
const subtree = (sql: Queryable, category: string) => sql`
  select id from categories
  where path && array(select id from categories where slug = ${category} or id = ${asUuid(category)}::uuid)`

/**
 * A page of what the public may see. Within a category each one below it gives its own first rows, by index, and the
 * few there are get merged: that costs the same however many products the category has.
 */
export async function listProducts(
  sql: Queryable,
  { sort, after, limit, ...filters }: Filters & { sort: Sort; after?: SortKey; limit: number },
): Promise<(ProductRow & { sort_key: SortKey })[]> {
  const { order, key, beyond } = orderOf(sql, sort, after)
  const { category } = filters
  return sql`
    select ${productColumns(sql)}, ${key} as sort_key
    from ${category === undefined ? sql`` : sql`(${subtree(sql, category)}) s cross join lateral`} (
      select p.* from products p
      where ${isListed(sql)} ${category === undefined ? sql`` : sql`and p.category_id = s.id`}
        ${filterOf(sql, filters)} ${beyond}
      order by ${order} limit ${limit}
    ) p left join categories c on c.id = p.category_id
    order by ${order} limit ${limit}` as never
}

/** A product the public may see, by id, slug or sku, in this order. */
export async function findListedProduct(sql: Queryable, key: string): Promise<ProductRow | undefined> {
  const [row] = await sql<ProductRow[]>`
    select ${productColumns(sql)}
    from products p left join categories c on c.id = p.category_id
    where p.id = coalesce(
      (select p.id from products p where p.id = ${asUuid(key)}::uuid and ${isListed(sql)}),
      (select p.id from products p where p.slug = ${key} and ${isListed(sql)}),
      (select p.id from products p where p.sku = ${key} and ${isListed(sql)}))`
  return row
}

export async function priceProducts(
  sql: Queryable,
  ids: string[],
): Promise<ReplyOf<typeof priceProductsOperation>['items']> {
  return sql`
    select id as product_id, sku, slug, name, price_minor, currency, stock_available as stock_quantity,
      images -> 0 ->> 'url' as image_url, is_active
    from products where id = any(${ids}::uuid[]) and deleted_at is null` as never
}

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

/** The payload product.created and product.updated share. */
const payload = (sql: Queryable) => sql`jsonb_build_object(
  'product_id', p.id, 'sku', p.sku, 'slug', p.slug, 'name', p.name, 'price_minor', p.price_minor,
  'currency', p.currency, 'is_active', p.is_active)`

/** Keeps the words of the products in `rows`. In order, so that two writers never wait for each other in a circle. */
const learnWords = (sql: Queryable, rows: Fragment) => sql`
  insert into product_words (word)
  select distinct word
  from ${rows} p, regexp_split_to_table(lower(search_text(p.name || ' ' || attribute_text(p.attributes))), ' ') as word
  where length(word) between 3 and 30 and word !~ '[0-9]'
  order by word on conflict do nothing`

export interface NewProduct {
  sku: string
  slug: string
  name: string
  description: string
  price_minor: number
  currency: string
  category_id: string | null
  attributes: object
  images: object[]
  is_active: boolean
  stock: number
}

/** A new product with its event, and the opening stock as what can be ordered until the inventory says otherwise. */
export async function insertProduct(sql: Queryable, n: NewProduct): Promise<ProductRow> {
  const { correlation_id, traceparent } = currentContext()
  const [row] = await sql<[ProductRow]>`
    with p as (
      insert into products (sku, slug, name, description, price_minor, currency, category_id, attributes, images,
        is_active, stock_available)
      values (${n.sku}, ${n.slug}, ${n.name}, ${n.description}, ${n.price_minor}, ${n.currency}, ${n.category_id},
        ${n.attributes as never}::jsonb, ${n.images as never}::jsonb, ${n.is_active}, ${n.stock})
      returning *
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${productCreated.name}, ${productCreated.version}::int, p.id,
        ${payload(sql)} || jsonb_build_object('opening_stock', p.stock_available), ${correlation_id}, ${traceparent}
      from p
    ), learnt as (
      ${learnWords(sql, sql`p`)}
    )
    select ${productColumns(sql)} from p left join categories c on c.id = p.category_id`
  return row
}

/** A product that is not deleted, for sale or not, with the revision of its stock. */
export async function findProduct(
  sql: Queryable,
  id: string,
): Promise<(ProductRow & { stock_revision: number }) | undefined> {
  const [row] = await sql<(ProductRow & { stock_revision: number })[]>`
    select ${productColumns(sql)}, p.stock_revision
    from products p left join categories c on c.id = p.category_id
    where p.id = ${id} and p.deleted_at is null`
  return row
}

/** Which of these another product has. */
export async function findTaken(
  sql: Queryable,
  { id, sku, slug }: { id: string; sku?: string; slug?: string },
): Promise<'sku' | 'slug' | undefined> {
  const [row] = await sql<{ field: 'sku' | 'slug' }[]>`
    select case when sku = ${sku ?? null} then 'sku' else 'slug' end as field from products
    where id <> ${id} and deleted_at is null and (sku = ${sku ?? null} or slug = ${slug ?? null}) limit 1`
  return row?.field
}

export type ProductPatch = Partial<Omit<NewProduct, 'stock'>>

/**
 * Changes a product, and says product.updated if anything changed that others keep. `stock` is what the inventory has
 * just confirmed: it is taken over unless news of the stock came in since `revision`. Undefined: no such product.
 */
export async function updateProduct(
  sql: Queryable,
  id: string,
  patch: ProductPatch,
  stock: { available: number; revision: number } | undefined,
): Promise<ProductRow | undefined> {
  const { correlation_id, traceparent } = currentContext()
  const { attributes, images, ...plain } = patch
  // The id stays what it is: it stands for "nothing" when only the stock is given.
  const update = sql`update products p set ${sql({ id, ...plain } as never)}`
  const [row] = await sql<ProductRow[]>`
    with before as materialized (
      select * from products where id = ${id} and deleted_at is null for update
    ), p as (
      ${update}, updated_at = now()
        ${attributes === undefined ? sql`` : sql`, attributes = ${attributes as never}::jsonb`}
        ${images === undefined ? sql`` : sql`, images = ${images as never}::jsonb`}
        ${
          stock === undefined
            ? sql``
            : sql`, stock_available = case when p.stock_revision = ${stock.revision}
                then ${stock.available}::int else p.stock_available end`
        }
      from before b where p.id = b.id
      returning p.*
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${productUpdated.name}, ${productUpdated.version}::int, p.id, ${payload(sql)}, ${correlation_id}, ${traceparent}
      from p join before b using (id)
      where (p.sku, p.slug, p.name, p.price_minor, p.currency, p.is_active)
        is distinct from (b.sku, b.slug, b.name, b.price_minor, b.currency, b.is_active)
    ), learnt as (
      ${learnWords(sql, sql`p`)}
    )
    select ${productColumns(sql)} from p left join categories c on c.id = p.category_id`
  return row
}

/** True if this call deleted it. Says product.deleted. */
export async function deleteProduct(sql: Queryable, id: string): Promise<boolean> {
  const { correlation_id, traceparent } = currentContext()
  const rows = await sql`
    with deleted as (
      update products set deleted_at = now(), updated_at = now() where id = ${id} and deleted_at is null returning id
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${productDeleted.name}, ${productDeleted.version}::int, id, jsonb_build_object('product_id', id),
        ${correlation_id}, ${traceparent}
      from deleted
    )
    select 1 from deleted`
  return rows.count === 1
}

/** Takes over what can be ordered, unless something newer is known. */
export async function projectStock(tx: Queryable, stock: PayloadOf<typeof stockChanged>): Promise<void> {
  await tx`
    update products set stock_available = ${stock.available}, stock_revision = ${stock.revision}
    where id = ${stock.product_id} and stock_revision < ${stock.revision}`
}

export interface BulkProduct extends Omit<NewProduct, 'category_id' | 'is_active'> {
  /** Slug */
  category: string | null
}

/** Many new products in one statement, without events. Answers their ids, in the order given. */
export async function insertProducts(sql: Queryable, products: readonly BulkProduct[]): Promise<string[]> {
  const rows = await sql<{ id: string; sku: string }[]>`
    with p as (
      insert into products (sku, slug, name, description, price_minor, currency, category_id, attributes, images,
        stock_available)
      select n.sku, n.slug, n.name, n.description, n.price_minor, n.currency,
        (select id from categories where slug = n.category), n.attributes, n.images, n.stock
      from jsonb_to_recordset(${products as never}::jsonb) as n (sku text, slug text, name text, description text,
        price_minor bigint, currency text, category text, attributes jsonb, images jsonb, stock int)
      returning *
    ), learnt as (
      ${learnWords(sql, sql`p`)}
    )
    select id, sku from p`
  const ids = new Map(rows.map(row => [row.sku, row.id]))
  return products.map(({ sku }) => ids.get(sku)!)
}

/** A category by id, slug or name, in this order. */
export async function findCategoryId(sql: Queryable, key: string): Promise<string | undefined> {
  const [row] = await sql<{ id: string }[]>`
    select id from categories where id = ${asUuid(key)}::uuid or slug = ${key} or lower(name) = lower(${key})
    order by id = ${asUuid(key)}::uuid desc nulls last, slug = ${key} desc, path limit 1`
  return row?.id
}

/** Every category, or one (by id or slug) and those below it, with how many products are for sale in and below each. */
export async function listCategories(sql: Queryable, key?: string): Promise<CategoryRow[]> {
  return sql<CategoryRow[]>`
    with wanted as materialized (
      select * from categories ${key === undefined ? sql`` : sql`where id in (${subtree(sql, key)})`}
    ), own as (
      select p.category_id, count(*)::int as n from products p
      where ${isListed(sql)} and ${
        key === undefined ? sql`p.category_id is not null` : sql`p.category_id = any(array(select id from wanted))`
      }
      group by p.category_id
    ), totals as (
      select above.id, sum(own.n)::int as n
      from own join wanted w on w.id = own.category_id, unnest(w.path) as above (id) group by above.id
    )
    select w.id, w.name, w.slug, w.description, w.parent_id, w.position, coalesce(t.n, 0) as product_count, w.path
    from wanted w left join totals t on t.id = w.id
    order by cardinality(w.path), w.position, w.name, w.id`
}

/** Lets nobody else change the tree until the end of the transaction. Readers go on. */
export async function lockCategories(tx: Tx): Promise<void> {
  await tx`lock table categories in share row exclusive mode`
}

export interface CategoryNode {
  id: string
  path: string[]
  /** Levels of it and what is below it */
  height: number
}

export async function findCategoryNode(tx: Queryable, id: string): Promise<CategoryNode | undefined> {
  const [row] = await tx<CategoryNode[]>`
    select c.id, c.path,
      (select max(cardinality(b.path)) from categories b where b.path && array[c.id]) - cardinality(c.path) + 1 as height
    from categories c where c.id = ${id}`
  return row
}

export interface NewCategory {
  name: string
  slug: string
  description: string | null
  parent_id: string | null
  position: number
}

/** Answers its id; undefined if the slug is taken. */
export async function insertCategory(tx: Tx, n: NewCategory, above: string[]): Promise<string | undefined> {
  const [row] = await tx<{ id: string }[]>`
    with new as (select uuidv7() as id)
    insert into categories (id, name, slug, description, parent_id, position, path)
    select id, ${n.name}, ${n.slug}, ${n.description}, ${n.parent_id}::uuid, ${n.position}, ${above}::uuid[] || id from new
    on conflict on constraint categories_slug do nothing
    returning id`
  return row?.id
}

export async function updateCategory(tx: Tx, id: string, patch: Partial<NewCategory>): Promise<void> {
  await tx`
    update categories set ${tx({ id, ...patch } as never)}, updated_at = now() where id = ${id}`
}

/** Hangs a category, and with it all below, under the path of another (none: the root). */
export async function moveCategory(tx: Tx, node: CategoryNode, above: string[]): Promise<void> {
  await tx`
    update categories
    set path = ${above}::uuid[] || path[${node.path.length}::int:],
        parent_id = case when id = ${node.id} then ${above.at(-1) ?? null}::uuid else parent_id end, updated_at = now()
    where path && array[${node.id}::uuid]`
}

/** True if there was one. What is for sale in it, or a category below it, refuses by foreign key. */
export async function deleteCategory(tx: Tx, id: string): Promise<boolean> {
  await tx`update products set category_id = null where category_id = ${id} and deleted_at is not null`
  return (await tx`delete from categories where id = ${id}`).count === 1
}
