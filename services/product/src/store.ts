import {
  catalogueChanged,
  type PayloadOf,
  type priceProducts as priceProductsOperation,
  productCreated,
  productDeleted,
  type productSorts,
  productUpdated,
  type ReplyOf,
  type reviewRatingChanged,
  type stockChanged,
} from '@shopfleet/contracts'
import { type Queryable, type RunMany, type Sql, seeded } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import type { KeyPart } from '@shopfleet/service-kit'
import type { ProductRow } from './product.ts'

export type Fragment = ReturnType<Queryable>

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
export const isUuid = (value: unknown): value is string => typeof value === 'string' && uuidPattern.test(value)
export const asUuid = (text: string) => (isUuid(text) ? text : null)

/** What it is shown by: a variant without a picture by that of its parent. */
export const firstPicture = (
  sql: Queryable,
) => sql`coalesce(p.images -> 0 ->> 'url', case when p.parent_id is not null then
  (select above.images -> 0 ->> 'url' from products above where above.id = p.parent_id) end)`

/** The wire shape, but for the price; `p` is the product, `c` its category. */
export const productColumns = (sql: Queryable) => sql`
  p.id, p.sku, p.slug, p.name, p.description, p.price_minor, p.currency, p.stock_available as stock_quantity, p.category_id,
  case when c.id is not null then jsonb_build_object('id', c.id, 'name', c.name, 'slug', c.slug) end as category,
  p.attributes, p.images, ${firstPicture(sql)} as image_url, p.rating_average, p.rating_count, p.is_active,
  p.parent_id, p.options, p.variant_count, p.created_at, p.updated_at`

/** What lists show the public: variants by their parent only. The first are the words of the partial indexes. */
export const isListed = (sql: Queryable) => sql`p.is_active and p.deleted_at is null and p.parent_id is null`

/** What the public may see by itself: a variant while its parent may be seen. */
const isShown = (sql: Queryable) => sql`p.is_active and p.deleted_at is null and (p.parent_id is null or exists (
  select 1 from products above where above.id = p.parent_id and above.is_active and above.deleted_at is null))`

export type Sort = (typeof productSorts)[number]
export type SortKey = readonly (string | number | null)[]

/** What the parts of a key are, for the cursors made of it. */
export const sortKeys: Record<Sort, KeyPart[]> = {
  newest: ['id'],
  price: ['integer', 'id'],
  '-price': ['integer', 'id'],
  name: ['text', 'id'],
  '-name': ['text', 'id'],
  rating: ['number', 'count', 'id'],
}

/** The order of a sort, a row's key in it, and the condition for rows after a key: over the columns of its indexes. */
export function orderOf(sql: Queryable, sort: Sort, after: SortKey | undefined) {
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
  /** Of each list, the attributes must contain one, or the options of a variant: of the same one for all lists. */
  attributes: readonly (readonly object[])[]
}

export function filterOf(sql: Queryable, f: Filters): Fragment {
  return sql`
    ${f.min_minor === undefined ? sql`` : sql`and p.price_minor >= ${f.min_minor}`}
    ${f.max_minor === undefined ? sql`` : sql`and p.price_minor <= ${f.max_minor}`}
    ${f.min_minor === undefined && f.max_minor === undefined ? sql`` : sql`and p.currency = ${f.currency}`}
    ${f.in_stock === undefined ? sql`` : f.in_stock ? sql`and p.stock_available > 0` : sql`and p.stock_available <= 0`}
    ${f.attributes.length === 0 ? sql`` : f.attributes.map(values => sql`and ${hasOne(sql, values)}`)}
    ${
      // Where one filter is all there is, the indexes have said it.
      f.attributes.length > 1 || (f.attributes.length === 1 && f.in_stock)
        ? sql`and (p.variant_count = 0 or exists (
            select 1 from jsonb_array_elements(p.offers) as o (offer) where ${isMeant(sql, f)}))`
        : sql``
    }`
}

/** Conditions of which one, or each, holds. */
const joined = (sql: Queryable, word: 'or' | 'and', [first, ...others]: readonly object[]): Fragment =>
  sql`(${first as never} ${others.length === 0 ? sql`` : others.map(other => sql`${word === 'or' ? sql`or` : sql`and`} ${other as never}`)})` as never

/** It has one of the values, or comes in one; by index. */
export const hasOne = (sql: Queryable, values: readonly object[]): Fragment =>
  joined(
    sql,
    'or',
    values.flatMap(value => [
      sql`p.attributes @> ${value as never}::jsonb`,
      sql`(p.variant_count > 0 and p.offers @> ${[{ options: value }] as never}::jsonb)`,
    ]),
  )

/** The same of one variant, `offer`, of the product. */
export const offersOne = (sql: Queryable, values: readonly object[]): Fragment =>
  joined(
    sql,
    'or',
    values.flatMap(value => [
      sql`p.attributes @> ${value as never}::jsonb`,
      sql`offer -> 'options' @> ${value as never}::jsonb`,
    ]),
  )

/** A variant, `offer`, is what the filters ask for. */
export const isMeant = (sql: Queryable, { attributes, in_stock }: Filters): Fragment =>
  joined(sql, 'and', [
    in_stock ? sql`(offer -> 'in_stock')::boolean` : sql`true`,
    ...attributes.map(values => offersOne(sql, values)),
  ])

/** Ids of a category (by id or slug) and of all below it. */
export const subtree = (sql: Queryable, category: string) => sql`
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
      (select p.id from products p where p.id = ${asUuid(key)}::uuid and ${isShown(sql)}),
      (select p.id from products p where p.slug = ${key} and ${isShown(sql)}),
      (select p.id from products p where p.sku = ${key} and ${isShown(sql)}))`
  return row
}

export type Priced = ReplyOf<typeof priceProductsOperation>['items'][number]

/** What these products cost now, those of them that there are. */
export function priceProducts(sql: Sql, ids: string[]): Promise<Priced[]> {
  return sql.gatherRead('priceProducts', ids, priceForAll)
}

const priceForAll: RunMany<string[], Priced[]> = async (sql, lists) => {
  // Each found by itself: the planner cannot guess how many there are, so that it plans once and not for each list.
  const rows: Priced[] = await sql`
    select p.* from jsonb_array_elements_text(${[...new Set(lists.flat())] as never}::jsonb) as wanted(id),
      lateral (
        select p.id as product_id, p.sku, p.slug, p.name, p.price_minor, p.currency, p.stock_available as stock_quantity,
          coalesce(p.images -> 0 ->> 'url', above.images -> 0 ->> 'url') as image_url,
          -- Of a product with variants one of them is bought, while it may be seen itself.
          p.is_active and p.variant_count = 0 and coalesce(above.is_active and above.deleted_at is null, true) as is_active,
          p.is_active and coalesce(above.is_active and above.deleted_at is null, true) as is_shown, p.parent_id
        from products p left join products above on above.id = p.parent_id
        where p.id = wanted.id::uuid and p.deleted_at is null limit 1
      ) p`
  if (lists.length === 1) return [rows]
  const found = new Map(rows.map(row => [row.product_id, row]))
  return lists.map(ids => [...new Set(ids.map(id => found.get(id.toLowerCase())).filter(row => row !== undefined))])
}

/** The payload product.created and product.updated share. */
export const payload = (sql: Queryable) => sql`jsonb_build_object(
  'product_id', p.id, 'sku', p.sku, 'slug', p.slug, 'name', p.name, 'price_minor', p.price_minor,
  'currency', p.currency, 'is_active', p.is_active, 'category_id', p.category_id,
  'in_stock', p.stock_available > 0, 'parent_id', p.parent_id)`

/** Keeps the words of the products in `rows`. In order, so that two writers never wait for each other in a circle. */
export const learnWords = (sql: Queryable, rows: Fragment) => sql`
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
  /** Of a variant */
  parent_id?: string
  options?: object
}

/** A new product with its event, and the opening stock as what can be ordered until the inventory says otherwise. */
export async function insertProduct(sql: Queryable, n: NewProduct): Promise<ProductRow> {
  const { correlation_id, traceparent } = currentContext()
  const [row] = await sql<[ProductRow]>`
    with p as (
      insert into products (sku, slug, name, description, price_minor, currency, category_id, attributes, images,
        is_active, stock_available, parent_id, options)
      values (${n.sku}, ${n.slug}, ${n.name}, ${n.description}, ${n.price_minor}, ${n.currency}, ${n.category_id},
        ${n.attributes as never}::jsonb, ${n.images as never}::jsonb, ${n.is_active}, ${n.stock},
        ${n.parent_id ?? null}, ${(n.options ?? {}) as never}::jsonb)
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

/** Lets nobody else change the product to the end of the transaction. Stock and ratings wait too: for one statement. */
export async function lockProduct(tx: Queryable, id: string): Promise<void> {
  await tx`select 1 from products where id = ${id} for update`
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

export type ProductPatch = Partial<Omit<NewProduct, 'stock' | 'parent_id' | 'options'>>

/**
 * Changes a product, and says product.updated if anything changed that others keep, or else catalogue.changed if anything
 * changed that is shown. `stock` is what the inventory has
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
      select case when kept then ${productUpdated.name} else ${catalogueChanged.name} end, 1, p.id,
        case when kept then ${payload(sql)} else jsonb_build_object('what', 'product', 'in_stock', p.stock_available > 0) end, ${correlation_id}, ${traceparent}
      from p join before b using (id), lateral (
        select (p.sku, p.slug, p.name, p.price_minor, p.currency, p.is_active, p.category_id)
          is distinct from (b.sku, b.slug, b.name, b.price_minor, b.currency, b.is_active, b.category_id) as kept
      ) differs
      where kept or (p.description, p.category_id, p.attributes, p.images, p.stock_available)
        is distinct from (b.description, b.category_id, b.attributes, b.images, b.stock_available)
    ), learnt as (
      ${learnWords(sql, sql`p`)}
    )
    select ${productColumns(sql)} from p left join categories c on c.id = p.category_id`
  return row
}

/** True if this call deleted it, and its variants with it. Says product.deleted of each. */
export async function deleteProduct(sql: Queryable, id: string): Promise<boolean> {
  const { correlation_id, traceparent } = currentContext()
  const rows = await sql`
    with deleted as (
      update products set deleted_at = now(), updated_at = now()
      where (id = ${id} or parent_id = ${id}) and deleted_at is null returning id
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${productDeleted.name}, ${productDeleted.version}::int, id, jsonb_build_object('product_id', id),
        ${correlation_id}, ${traceparent}
      from deleted
    )
    select 1 from deleted where id = ${id}`
  return rows.count === 1
}

/** True if this call brought it back, and the variants that were deleted with it. Says product.updated of each. */
export async function restoreProduct(sql: Queryable, id: string): Promise<boolean> {
  const { correlation_id, traceparent } = currentContext()
  const rows = await sql`
    with gone as materialized (
      select id, deleted_at from products g
      where id = ${id} and deleted_at is not null and not exists (
        select 1 from products above where above.id = g.parent_id and above.deleted_at is not null)
    ), p as (
      update products p set deleted_at = null, updated_at = now()
      from gone where (p.id = gone.id or p.parent_id = gone.id) and p.deleted_at = gone.deleted_at
      returning p.*
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${productUpdated.name}, ${productUpdated.version}::int, p.id, ${payload(sql)}, ${correlation_id}, ${traceparent}
      from p
    )
    select 1 from p where id = ${id}`
  return rows.count === 1
}

/**
 * Takes over what can be ordered, unless something newer is known: of each product the newest, in product order, so that two
 * writers never wait for each other in a circle. Says so only when it sold out or is back.
 */
export async function projectStock(tx: Queryable, stocks: PayloadOf<typeof stockChanged>[]): Promise<void> {
  const { correlation_id, traceparent } = currentContext()
  const newest = new Map<string, PayloadOf<typeof stockChanged>>()
  for (const stock of stocks) {
    const known = newest.get(stock.product_id)
    if (!known || known.revision < stock.revision) newest.set(stock.product_id, stock)
  }
  const ids = [...newest.keys()].sort()
  const rows = ids.map(id => newest.get(id)!)
  await tx`
    with said as materialized (
      select p.id, s.available, s.revision
      from unnest(${ids}::uuid[], ${rows.map(s => (seeded('reserved-shown-as-free') ? s.on_hand : s.available))}::int[],
        ${rows.map(s => s.revision)}::bigint[]) as s(product_id, available, revision)
      join products p on p.id = s.product_id
      where p.id = any(${ids}::uuid[]) and p.stock_revision < s.revision order by p.id for update of p
    ), changed as (
      update products p set stock_revision = said.revision,
        -- Of a product with variants it is the sum of theirs.
        stock_available = case when p.variant_count > 0 then p.stock_available else said.available end
      from said where p.id = said.id and p.id = any(${ids}::uuid[])
      returning p.id, p.stock_available, old.stock_available > 0 as was_there, new.stock_available > 0 as is_there
    ), told as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${catalogueChanged.name}, ${catalogueChanged.version}::int, id,
        jsonb_build_object('what', 'availability', 'in_stock', is_there), ${correlation_id}, ${traceparent}
      from changed where was_there <> is_there
    )
    -- To who remembers what products cost. A notification has at most 8,000 bytes.
    select pg_notify('catalogue', case when length(numbers) < 8000 then numbers else '' end)
    from (select string_agg(id || ' ' || stock_available, ',') as numbers from changed having count(*) > 0) c`
}

/** Takes over how products are rated: of each the last that was said. What is shown of them is another then. */
export async function projectRatings(tx: Queryable, ratings: PayloadOf<typeof reviewRatingChanged>[]): Promise<void> {
  const { correlation_id, traceparent } = currentContext()
  const rows = [...new Map(ratings.map(rating => [rating.product_id, rating])).values()]
  await tx`
    with rated as materialized (
      select p.id, r.average, r.count
      from unnest(${rows.map(r => r.product_id)}::uuid[], ${rows.map(r => r.rating_average)}::float8[],
        ${rows.map(r => r.rating_count)}::int[]) as r(product_id, average, count)
      join products p on p.id = r.product_id order by p.id for no key update of p
    ), changed as (
      update products p set rating_average = rated.average, rating_count = rated.count
      from rated where p.id = rated.id and (p.rating_average, p.rating_count) is distinct from (rated.average, rated.count)
      returning p.id
    )
    insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
    select ${catalogueChanged.name}, ${catalogueChanged.version}::int, id, jsonb_build_object('what', 'rating'),
      ${correlation_id}, ${traceparent}
    from changed`
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
