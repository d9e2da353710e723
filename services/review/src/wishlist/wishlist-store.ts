import { type PayloadOf, type productUpdated, wishlistBackInStock, wishlistPriceDropped } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import type { CatalogueProduct } from '../products.ts'

/* Statements about wishlists, and about what is known of the products on them. */

export interface ItemRow {
  product_id: string
  added_price_minor: number
  currency: string
  created_at: string
}

export async function listItems(sql: Queryable, user_id: string): Promise<ItemRow[]> {
  return sql<ItemRow[]>`
    select product_id, added_price_minor, currency, created_at from wishlist_items where user_id = ${user_id} order by id desc`
}

export async function listWishedIds(sql: Queryable, user_id: string): Promise<string[]> {
  const rows = await sql<{ product_id: string }[]>`
    select product_id from wishlist_items where user_id = ${user_id} order by id desc`
  return rows.map(row => row.product_id)
}

/**
 * Puts a product on a wishlist; one that is there stays as it is. What the catalogue has just said of it counts for all
 * who wish for it: events from before are old news then. Violates `wishlist_items_bound`.
 */
export async function insertItem(tx: Queryable, user_id: string, p: CatalogueProduct, known_at: string): Promise<void> {
  await tx`
    insert into wished_products (product_id, slug, name, price_minor, currency, is_active, in_stock, known_at)
    values (${p.product_id}, ${p.slug}, ${p.name}, ${p.price_minor}, ${p.currency}, ${p.is_active},
      ${p.stock_quantity > 0}, ${known_at})
    on conflict (product_id) do update set slug = excluded.slug, name = excluded.name, price_minor = excluded.price_minor,
      currency = excluded.currency, is_active = excluded.is_active, in_stock = excluded.in_stock, known_at = excluded.known_at
    where wished_products.known_at < excluded.known_at`
  await tx`
    insert into wishlist_items (user_id, product_id, price_minor, added_price_minor, currency, awaits_stock)
    values (${user_id}, ${p.product_id}, ${p.price_minor}, ${p.price_minor}, ${p.currency}, ${p.stock_quantity <= 0})
    on conflict on constraint wishlist_items_once do nothing`
  await tell(tx, p.product_id)
}

export async function deleteItem(sql: Queryable, user_id: string, product_id: string): Promise<boolean> {
  const rows = await sql`delete from wishlist_items where user_id = ${user_id} and product_id = ${product_id}`
  return rows.count === 1
}

export async function deleteWishlistOf(tx: Queryable, user_id: string): Promise<void> {
  await tx`delete from wishlist_items where user_id = ${user_id}`
}

/** The product left the catalogue, and every wishlist with it. */
export async function forgetProduct(tx: Queryable, product_id: string): Promise<void> {
  await tx`delete from wished_products where product_id = ${product_id}`
}

/** A product is another than before. */
export async function noteProduct(
  tx: Queryable,
  p: PayloadOf<typeof productUpdated>,
  occurred_at: string,
): Promise<void> {
  const noted = await tx`
    update wished_products set slug = ${p.slug}, name = ${p.name}, price_minor = ${p.price_minor},
      currency = ${p.currency}, is_active = ${p.is_active}, in_stock = coalesce(${p.in_stock ?? null}, in_stock)
    where product_id = ${p.product_id} and known_at < ${occurred_at}`
  if (noted.count === 1) await tell(tx, p.product_id)
}

/** A product sold out or is back. */
export async function noteStock(
  tx: Queryable,
  product_id: string,
  in_stock: boolean,
  occurred_at: string,
): Promise<void> {
  const noted = await tx`
    update wished_products set in_stock = ${in_stock} where product_id = ${product_id} and known_at < ${occurred_at}`
  if (noted.count === 1) await tell(tx, product_id)
}

/** Tells those who wish for a product what they do not know yet, and notes who has something to wait for. */
async function tell(tx: Queryable, product_id: string): Promise<void> {
  await tx`
    update wishlist_items i set awaits_stock = true
    from wished_products p
    where i.product_id = ${product_id} and p.product_id = i.product_id and not (p.is_active and p.in_stock)
      and not i.awaits_stock`
  await tellAll(tx, tx`i.product_id = ${product_id}`)
}

/**
 * Tells what was held back because its owner had been told something of the product within the day, if it still holds.
 * Answers how many.
 */
export const tellHeldBack = (sql: Queryable, limit: number): Promise<number> =>
  tellAll(sql, sql`i.told_at is not null`, sql`limit ${limit}`)

/**
 * Says once for each crossing that a product can be bought again, or costs less than its owner knows: what they know is
 * noted in the same statement. Of one product nobody is told more than once a day. What cannot be bought is no news.
 */
async function tellAll(
  sql: Queryable,
  which: ReturnType<Queryable>,
  bound: ReturnType<Queryable> = sql``,
): Promise<number> {
  const { correlation_id, traceparent } = currentContext()
  const told = await sql`
    with news as materialized (
      select i.id, i.awaits_stock as is_back, i.price_minor as known_price_minor
      from wishlist_items i join wished_products p using (product_id)
      where ${which} and p.is_active and p.in_stock
        and (i.awaits_stock or (i.currency = p.currency and p.price_minor < i.price_minor))
        and (i.told_at is null or i.told_at <= now() - interval '1 day')
      order by i.id ${bound} for no key update of i
    ), told as (
      update wishlist_items i set awaits_stock = false, price_minor = p.price_minor, currency = p.currency, told_at = now(),
        added_price_minor = case when i.currency = p.currency then i.added_price_minor else p.price_minor end
      from news, wished_products p where i.id = news.id and p.product_id = i.product_id
      returning i.id, i.user_id, news.is_back, news.known_price_minor, p.*
    )
    insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
    select case when is_back then ${wishlistBackInStock.name} else ${wishlistPriceDropped.name} end, 1, id,
      jsonb_build_object('item_id', id, 'user_id', user_id, 'product_id', product_id, 'product_name', name,
        'product_slug', slug, 'price_minor', price_minor, 'currency', currency)
        || case when is_back then '{}' else jsonb_build_object('known_price_minor', known_price_minor) end,
      ${correlation_id}, ${traceparent}
    from told`
  return told.count
}
