import {
  type PayloadOf,
  type priceProducts as priceProductsOperation,
  productCreated,
  productDeleted,
  type productSorts,
  productUpdated,
  type ReplyOf,
  type stockChanged,
} from '@shopfleet/contracts'
import { type Queryable, seeded } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import type { ProductRow } from './product.ts'

export type Fragment = ReturnType<Queryable>

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
export const isUuid = (value: unknown): value is string => typeof value === 'string' && uuidPattern.test(value)
export const asUuid = (text: string) => (isUuid(text) ? text : null)

/** The wire shape, but for the price; `p` is the product, `c` its category. */
export const productColumns = (sql: Queryable) => sql`
  p.id, p.sku, p.slug, p.name, p.description, p.price_minor, p.currency, p.stock_available as stock_quantity, p.category_id,
  case when c.id is not null then jsonb_build_object('id', c.id, 'name', c.name, 'slug', c.slug) end as category,
  p.attributes, p.images, p.images -> 0 ->> 'url' as image_url, p.rating_average, p.rating_count, p.is_active,
  p.created_at, p.updated_at`

/** What the public may see. The words of the partial indexes. */
export const isListed = (sql: Queryable) => sql`p.is_active and p.deleted_at is null`

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

export function filterOf(sql: Queryable, f: Filters): Fragment {
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
    update products set stock_available = ${seeded('reserved-shown-as-free') ? stock.on_hand : stock.available}, stock_revision = ${stock.revision}
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
