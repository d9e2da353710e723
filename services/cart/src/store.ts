import { maxCartLines, maxQuantity } from '@shopfleet/contracts'
import type { Queryable, Tx } from '@shopfleet/database'
import type { CartRow, Owner } from './cart.ts'

/** The condition that a row of `carts` is the owner's open cart. */
const isOpenCartOf = (sql: Queryable, owner: Owner) =>
  'user_id' in owner
    ? sql`carts.user_id = ${owner.user_id}::uuid and carts.status = 'open'`
    : sql`carts.token_hash = ${owner.token_hash}::bytea and carts.status = 'open'`

/** The owner's open cart, oldest line first. */
export async function findOpenCart(sql: Queryable, owner: Owner): Promise<CartRow | undefined> {
  const [row] = await sql<CartRow[]>`
    select id, user_id, updated_at, coalesce((
      select jsonb_agg(jsonb_build_object('id', i.id, 'product_id', i.product_id, 'quantity', i.quantity) order by i.id)
      from cart_items i where i.cart_id = carts.id), '[]') as lines
    from carts where ${isOpenCartOf(sql, owner)}`
  return row
}

interface Line {
  product_id: string
  quantity: number
}

/** CTE that adds a line to the cart of the relation `cart`, or to its line of that product, up to the bound. */
const addLine = (sql: Queryable, { product_id, quantity }: Line) => sql`
    line as (
      insert into cart_items (cart_id, product_id, quantity) select id, ${product_id}, ${quantity} from cart
      on conflict (cart_id, product_id) do update set quantity = cart_items.quantity + excluded.quantity
      where cart_items.quantity + excluded.quantity <= ${maxQuantity}
      returning 1
    )`

/** Adds to the user's open cart, which is made if there is none. `added` false: more than one line may have. */
export async function addToUserCart(sql: Queryable, user_id: string, line: Line): Promise<{ added: boolean }> {
  const [row] = await sql<[{ added: boolean }]>`
    with cart as (
      insert into carts (user_id) values (${user_id})
      on conflict (user_id) where status = 'open' do update set updated_at = now()
      returning id
    ), ${addLine(sql, line)}
    select exists (select 1 from line) as added`
  return row
}

/**
 * Adds to a guest's open cart, which is made if there is none: under the token that was given if it is one of ours,
 * else under the fresh one.
 */
export async function addToGuestCart(
  sql: Queryable,
  { given, fresh }: { given: Uint8Array | null; fresh: Uint8Array },
  line: Line,
): Promise<{ added: boolean; kept_token: boolean }> {
  const [row] = await sql<[{ added: boolean; kept_token: boolean }]>`
    with token as materialized (
      select coalesce((select token_hash from carts where token_hash = ${given}::bytea limit 1), ${fresh}::bytea) as hash
    ), cart as (
      insert into carts (token_hash) select hash from token
      on conflict (token_hash) where status = 'open' do update set updated_at = now()
      returning id
    ), ${addLine(sql, line)}
    select exists (select 1 from line) as added, hash <> ${fresh}::bytea as kept_token from token`
  return row
}

/** Sets the quantity of a line of the owner's open cart. False: there is no such line in it. */
export async function setQuantity(sql: Queryable, owner: Owner, item_id: string, quantity: number): Promise<boolean> {
  const rows = await sql`
    with cart as (${touchCartWith(sql, owner, item_id)})
    update cart_items set quantity = ${quantity} where id = ${item_id} and cart_id = (select id from cart)`
  return rows.count === 1
}

export async function deleteItem(sql: Queryable, owner: Owner, item_id: string): Promise<boolean> {
  const rows = await sql`
    with cart as (${touchCartWith(sql, owner, item_id)})
    delete from cart_items where id = ${item_id} and cart_id = (select id from cart)`
  return rows.count === 1
}

/** Every change locks the cart before its lines, so that none slips into a cart that is being ordered or merged. */
const touchCartWith = (sql: Queryable, owner: Owner, item_id: string) => sql`
  update carts set updated_at = now()
  where ${isOpenCartOf(sql, owner)} and exists (select 1 from cart_items i where i.id = ${item_id} and i.cart_id = carts.id)
  returning id`

export async function deleteItems(sql: Queryable, owner: Owner): Promise<void> {
  await sql`
    with cart as (update carts set updated_at = now() where ${isOpenCartOf(sql, owner)} returning id)
    delete from cart_items where cart_id = (select id from cart)`
}

/** Closes a guest's open cart because its lines move. Answers its id. */
export async function closeGuestCart(tx: Tx, token_hash: Uint8Array): Promise<string | undefined> {
  const [row] = await tx<{ id: string }[]>`
    update carts set status = 'merged', updated_at = now() where ${isOpenCartOf(tx, { token_hash })} returning id`
  return row?.id
}

/** The user's open cart, made if there is none, locked to the end of the transaction. */
export async function openUserCart(tx: Tx, user_id: string): Promise<string> {
  const [row] = await tx<[{ id: string }]>`
    insert into carts (user_id) values (${user_id})
    on conflict (user_id) where status = 'open' do update set updated_at = now()
    returning id`
  return row.id
}

/** Moves lines from one cart to another, adding quantities up to the bound; the oldest that still fit. Both are locked. */
export async function moveLines(tx: Tx, from_id: string, to_id: string): Promise<void> {
  await tx`
    with moved as materialized (
      delete from cart_items where cart_id = ${from_id} returning id, product_id, quantity
    ), there as materialized (
      select product_id from cart_items where cart_id = ${to_id}
    ), fitting as (
      (select product_id, quantity from moved where product_id in (select product_id from there))
      union all
      (select product_id, quantity from moved where product_id not in (select product_id from there)
       order by id limit ${maxCartLines} - (select count(*) from there))
    )
    insert into cart_items (cart_id, product_id, quantity) select ${to_id}::uuid, product_id, quantity from fitting
    on conflict (cart_id, product_id) do update set quantity = least(cart_items.quantity + excluded.quantity, ${maxQuantity})`
}

/** A cart that belongs to either of the two, and what is in it. */
export async function findCartOf(
  sql: Queryable,
  id: string,
  { user_id, token_hash }: { user_id: string | null; token_hash: Uint8Array | null },
): Promise<{ status: 'open' | 'ordered' | 'merged'; items: Line[] } | undefined> {
  const [row] = await sql<{ status: 'open' | 'ordered' | 'merged'; items: Line[] }[]>`
    select status, coalesce((
      select jsonb_agg(jsonb_build_object('product_id', i.product_id, 'quantity', i.quantity) order by i.id)
      from cart_items i where i.cart_id = carts.id), '[]') as items
    from carts
    where id = ${id} and (user_id = ${user_id}::uuid or token_hash = ${token_hash}::bytea)`
  return row
}

/** Open → ordered. Whoever adds next starts a new cart. */
export async function markOrdered(tx: Tx, id: string): Promise<void> {
  await tx`update carts set status = 'ordered', updated_at = now() where id = ${id} and status = 'open'`
}

export async function deleteCartsOf(tx: Tx, user_id: string): Promise<void> {
  await tx`delete from carts where user_id = ${user_id}`
}

/** Carts nobody touched for so many days, but for the open ones of users. */
export async function deleteIdleCarts(sql: Queryable, days: number, limit: number): Promise<number> {
  const deleted = await sql`
    delete from carts where id in (
      select id from carts
      where updated_at < now() - make_interval(days => ${days}) and (token_hash is not null or status <> 'open')
      order by updated_at limit ${limit} for update skip locked)`
  return deleted.count
}
