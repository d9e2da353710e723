import { maxQuantity, maxSavedItems } from '@shopfleet/contracts'
import type { Queryable, Tx } from '@shopfleet/database'
import type { CartRow, Owner } from './cart.ts'
import { watchAgain } from './store.ts'

/* Statements about what is saved for later. Each change locks the owner's open cart first, as those of the cart do. */

const isOwner = (sql: Queryable, owner: Owner) =>
  'user_id' in owner
    ? sql`user_id = ${owner.user_id}::uuid`
    : sql`user_id is null and token_hash = ${owner.token_hash}::bytea`

/** What an owner has saved, newest first. */
export async function listSaved(sql: Queryable, owner: Owner): Promise<CartRow['lines']> {
  return sql<CartRow['lines']>`
    select id, product_id, quantity from saved_items where ${isOwner(sql, owner)} order by id desc`
}

/** Moves a line of the owner's open cart to what is saved. False: there is no such line in it. */
export async function saveLine(sql: Queryable, owner: Owner, item_id: string): Promise<boolean> {
  const rows = await sql`
    with cart as (
      update carts set updated_at = now()
      where ${isOwner(sql, owner)} and status = 'open'
        and exists (select 1 from cart_items i where i.id = ${item_id} and i.cart_id = carts.id)
      returning id, user_id, token_hash
    ), line as (
      delete from cart_items where id = ${item_id} and cart_id = (select id from cart) returning product_id, quantity
    )
    insert into saved_items (user_id, token_hash, product_id, quantity)
    select user_id, token_hash, product_id, quantity from cart, line
    on conflict on constraint saved_items_product
    do update set quantity = least(saved_items.quantity + excluded.quantity, ${maxQuantity})`
  return rows.count === 1
}

/**
 * Moves a saved product into the owner's open cart, which is made if there is none, up to the bound of a line. False:
 * the owner has not saved it.
 */
export async function moveSavedToCart(sql: Queryable, owner: Owner, item_id: string): Promise<boolean> {
  const rows = await sql`
    with cart as (
      insert into carts (user_id, token_hash)
      select user_id, token_hash from saved_items where id = ${item_id} and ${isOwner(sql, owner)}
      on conflict ${'user_id' in owner ? sql`(user_id)` : sql`(token_hash)`} where status = 'open'
      do update set updated_at = now(), ${watchAgain(sql)}
      returning id
    ), saved as (
      delete from saved_items where id = ${item_id} and (select id from cart) is not null returning product_id, quantity
    )
    insert into cart_items (cart_id, product_id, quantity) select cart.id, product_id, quantity from cart, saved
    on conflict (cart_id, product_id)
    do update set quantity = least(cart_items.quantity + excluded.quantity, ${maxQuantity})`
  return rows.count === 1
}

export async function deleteSaved(sql: Queryable, owner: Owner, item_id: string): Promise<boolean> {
  const rows = await sql`delete from saved_items where id = ${item_id} and ${isOwner(sql, owner)}`
  return rows.count === 1
}

export async function hasSaved(tx: Tx, owner: Owner): Promise<boolean> {
  const [row] = await tx<[{ has: boolean }]>`
    select exists (select 1 from saved_items where ${isOwner(tx, owner)}) as has`
  return row.has
}

/** Moves what a guest has saved to a user, adding quantities up to the bound; the newest that still fit. */
export async function moveSavedToUser(tx: Tx, token_hash: Uint8Array, user_id: string): Promise<void> {
  await tx`
    with moved as materialized (
      delete from saved_items where ${isOwner(tx, { token_hash })} returning id, product_id, quantity
    ), there as materialized (
      select product_id from saved_items where user_id = ${user_id}
    ), fitting as (
      (select product_id, quantity from moved where product_id in (select product_id from there))
      union all
      (select product_id, quantity from moved where product_id not in (select product_id from there)
       order by id desc limit ${maxSavedItems} - (select count(*) from there))
    )
    insert into saved_items (user_id, product_id, quantity) select ${user_id}::uuid, product_id, quantity from fitting
    on conflict on constraint saved_items_product
    do update set quantity = least(saved_items.quantity + excluded.quantity, ${maxQuantity})`
}

export async function deleteSavedOf(tx: Tx, user_id: string): Promise<void> {
  await tx`delete from saved_items where user_id = ${user_id}`
}

/** What guests saved so many days ago whose last cart has been deleted: their token opens nothing any more. */
export async function deleteIdleSaved(sql: Queryable, days: number, limit: number): Promise<number> {
  const deleted = await sql`
    delete from saved_items where id = any(array(
      select id from saved_items s
      where token_hash is not null and created_at < now() - make_interval(days => ${days})
        and not exists (select 1 from carts where carts.token_hash = s.token_hash)
      order by created_at limit ${limit} for update skip locked))`
  return deleted.count
}
