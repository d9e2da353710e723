import { maxCartLines, maxQuantity } from '@shopfleet/contracts'
import type { Queryable, RunMany, Sql, Tx } from '@shopfleet/database'
import { type CartRow, type Left, leftAfter, type Owner } from './cart.ts'

/** The condition that a row of `carts` is the owner's open cart. */
const isOpenCartOf = (sql: Queryable, owner: Owner) =>
  'user_id' in owner
    ? sql`carts.user_id = ${owner.user_id}::uuid and carts.status = 'open'`
    : sql`carts.token_hash = ${owner.token_hash}::bytea and carts.status = 'open'`

/** A cart that was empty when it was looked at last is watched again: something is put into it. */
export const watchAgain = (sql: Queryable) => sql`watch_at = coalesce(carts.watch_at, now())`

/** The owner's open cart, oldest line first. */
export function findOpenCart(sql: Sql, owner: Owner): Promise<CartRow | undefined> {
  return sql.gatherRead('findOpenCart', owner, findOpenCarts)
}

const findOpenCarts: RunMany<Owner, CartRow | undefined> = async (sql, owners) => {
  const rows = await sql<(CartRow & { n: number })[]>`
    select n, carts.id, carts.user_id, updated_at, coupon_code, coalesce((
      select jsonb_agg(jsonb_build_object('id', i.id, 'product_id', i.product_id, 'quantity', i.quantity) order by i.id)
      from cart_items i where i.cart_id = carts.id), '[]') as lines
    from unnest(${owners.map(o => ('user_id' in o ? o.user_id : null))}::uuid[],
      ${owners.map(o => ('user_id' in o ? null : hexOf(o.token_hash)))}::text[]) with ordinality as w(user_id, token_hash, n),
    lateral (
      select * from carts where user_id = w.user_id and status = 'open'
      union all
      select * from carts where token_hash = decode(w.token_hash, 'hex') and status = 'open'
    ) carts`
  const found = new Map(rows.map(({ n, ...cart }) => [n, cart]))
  return owners.map((_, i) => found.get(i + 1))
}

interface Line {
  product_id: string
  quantity: number
}

interface Added {
  /** False: more than one line may have. */
  added: boolean
  /** The guest's cart is the one of the token that was given. */
  kept_token: boolean
  /** A cart that was made just now, with all there is in it. */
  made?: CartRow
}

/** Adds to the user's open cart, which is made if there is none. */
export function addToUserCart(sql: Sql, user_id: string, line: Line): Promise<Added> {
  return sql.gather('addToUserCart', { ...line, user_id }, addToUserCarts)
}

const addToUserCarts: RunMany<Line & { user_id: string }, Added> = async (sql, adding) => {
  const users = adding.map(one => one.user_id)
  const rows = await sql<{ user_id: string }[]>`
    with asked as materialized (
      select * from unnest(${users}::uuid[], ${adding.map(a => a.product_id)}::uuid[], ${adding.map(a => a.quantity)}::int[])
        as a(user_id, product_id, quantity)
    ), cart as (
      insert into carts (user_id) select user_id from asked order by user_id
      on conflict (user_id) where status = 'open' do update set updated_at = now(), ${watchAgain(sql)}
      returning id, user_id
    ), ${addLines(sql, sql`asked join cart using (user_id)`)}
    select user_id from cart where id in (select cart_id from line)`
  const added = new Set(rows.map(row => row.user_id))
  return users.map(id => ({ added: added.has(id.toLowerCase()), kept_token: false }))
}

/**
 * Adds to a guest's open cart, which is made if there is none: under the token that was given if it is one of ours,
 * else under the fresh one.
 */
export function addToGuestCart(
  sql: Sql,
  tokens: { given: Uint8Array | null; fresh: Uint8Array },
  line: Line,
): Promise<Added> {
  return sql.gather('addToGuestCart', { ...line, ...tokens }, addToGuestCarts)
}

type GuestAdding = Line & { given: Uint8Array | null; fresh: Uint8Array }
const hexOf = (hash: Uint8Array | null) => (hash === null ? null : Buffer.from(hash).toString('hex'))

const addToGuestCarts: RunMany<GuestAdding, Added> = async (sql, adding) => {
  const rows = await sql<{ added: boolean; kept_token: boolean; id: string; updated_at: string; line_id: string }[]>`
    with token as materialized (
      select n, product_id, quantity, fresh,
        coalesce((select c.token_hash from carts c where c.token_hash = given limit 1), fresh) as hash
      from (
        select n, product_id, quantity, decode(fresh, 'hex') as fresh, decode(given, 'hex') as given from unnest(
          ${adding.map(a => a.product_id)}::uuid[], ${adding.map(a => a.quantity)}::int[],
          ${adding.map(a => hexOf(a.fresh))}::text[], ${adding.map(a => hexOf(a.given))}::text[]
        ) with ordinality as a(product_id, quantity, fresh, given, n)
      ) as a
    ), cart as (
      insert into carts (token_hash) select hash from token order by hash
      on conflict (token_hash) where status = 'open' do update set updated_at = now()
      returning id, token_hash, updated_at
    ), ${addLines(sql, sql`token join cart on token_hash = hash`)}
    select line.id is not null as added, hash <> fresh as kept_token, cart.id, cart.updated_at, line.id as line_id
    from token join cart on token_hash = hash left join line on cart_id = cart.id order by n`
  return rows.map(({ added, kept_token, id, updated_at, line_id }, i) => {
    if (!added || kept_token) return { added, kept_token }
    const { product_id, quantity } = adding[i]!
    // Under a fresh token there was no cart before.
    return {
      added,
      kept_token,
      made: { id, user_id: null, updated_at, coupon_code: null, lines: [{ id: line_id, product_id, quantity }] },
    }
  })
}

/** CTE that adds each line of a relation (id of the cart, product, quantity), or adds to the line of its product, up to the bound. */
const addLines = (sql: Queryable, lines: ReturnType<Queryable>) => sql`
    line as (
      insert into cart_items (cart_id, product_id, quantity) select id, product_id, quantity from ${lines} order by id
      on conflict (cart_id, product_id) do update set quantity = cart_items.quantity + excluded.quantity
      where cart_items.quantity + excluded.quantity <= ${maxQuantity}
      returning id, cart_id
    )`

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

/** Keeps a code with the owner's open cart, or takes it off. False: there is no such cart. */
export async function setCoupon(sql: Queryable, owner: Owner, coupon_code: string | null): Promise<boolean> {
  const rows = await sql`
    update carts set coupon_code = ${coupon_code}, updated_at = now() where ${isOpenCartOf(sql, owner)}`
  return rows.count === 1
}

/** Gives one cart's coupon to another that has none. Both are locked. */
export async function moveCoupon(tx: Tx, from_id: string, to_id: string): Promise<void> {
  await tx`
    update carts set coupon_code = given.coupon_code from carts given
    where carts.id = ${to_id} and given.id = ${from_id} and carts.coupon_code is null and given.coupon_code is not null`
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
    on conflict (user_id) where status = 'open' do update set updated_at = now(), ${watchAgain(tx)}
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

interface OwnedCart {
  status: 'open' | 'ordered' | 'merged'
  items: Line[]
  coupon_code: string | null
}
interface CartWanted {
  id: string
  user_id: string | null
  token_hash: Uint8Array | null
}

/** A cart that belongs to either of the two, and what is in it. */
export function findCartOf(
  sql: Sql,
  id: string,
  owner: { user_id: string | null; token_hash: Uint8Array | null },
): Promise<OwnedCart | undefined> {
  return sql.gatherRead('findCartOf', { id, ...owner }, findCartsOf)
}

const findCartsOf: RunMany<CartWanted, OwnedCart | undefined> = async (sql, wanted) => {
  const rows = await sql<(OwnedCart & { n: number })[]>`
    select n, status, coupon_code, coalesce((
      select jsonb_agg(jsonb_build_object('product_id', i.product_id, 'quantity', i.quantity) order by i.id)
      from cart_items i where i.cart_id = carts.id), '[]') as items
    from unnest(${wanted.map(w => w.id)}::uuid[], ${wanted.map(w => w.user_id)}::uuid[],
      ${wanted.map(w => hexOf(w.token_hash))}::text[]) with ordinality as w(id, user_id, token_hash, n)
    join carts on carts.id = w.id and (carts.user_id = w.user_id or carts.token_hash = decode(w.token_hash, 'hex'))`
  const found = new Map(rows.map(({ n, ...cart }) => [n, cart]))
  return wanted.map((_, i) => found.get(i + 1))
}

interface CartOrder {
  cart_id: string
  /** What was ordered. Events of long ago do not say it. */
  items: Line[] | undefined
}

interface Closed {
  id: string
  user_id: string | null
  token_hash: Uint8Array | null
  lines: Line[]
}

/**
 * Open → ordered. Whoever adds next starts a new cart; and what they put in between the order and now was not ordered: it
 * goes into their next cart.
 */
export async function markOrdered(tx: Tx, orders: CartOrder[]): Promise<void> {
  if (orders.length === 0) return
  const ids = orders.map(order => order.cart_id)
  // In one order, as whoever adds to several carts locks them; and before the lines are read, so that none is overlooked.
  await tx`select 1 from carts where id = any(${ids}::uuid[]) and status = 'open' order by id for update`
  const closed = await tx<Closed[]>`
    update carts set status = 'ordered', updated_at = now()
    where id = any(${ids}::uuid[]) and status = 'open'
    returning id, user_id, token_hash, coalesce((
      select jsonb_agg(jsonb_build_object('product_id', i.product_id, 'quantity', i.quantity))
      from cart_items i where i.cart_id = carts.id), '[]') as lines`
  for (const cart of closed) {
    const left = leftAfter(cart.lines, orders.find(order => order.cart_id === cart.id)!.items)
    if (left.length > 0) await carryOver(tx, cart, left)
  }
}

/** A new cart of the same owner with what was not ordered; the old one keeps what was. */
async function carryOver(tx: Tx, { id, user_id, token_hash }: Closed, left: Left[]): Promise<void> {
  const [next] = user_id
    ? [{ id: await openUserCart(tx, user_id) }]
    : await tx<{ id: string }[]>`
        insert into carts (token_hash) values (${token_hash})
        on conflict (token_hash) where status = 'open' do update set updated_at = now() returning id`
  await tx`
    with remaining as materialized (
      select * from unnest(${left.map(l => l.product_id)}::uuid[], ${left.map(l => l.quantity)}::int[],
        ${left.map(l => l.ordered)}::int[]) as l(product_id, quantity, ordered)
    ), gone as (
      delete from cart_items i using remaining r where i.cart_id = ${id} and i.product_id = r.product_id and r.ordered = 0
    ), fewer as (
      update cart_items i set quantity = r.ordered from remaining r
      where i.cart_id = ${id} and i.product_id = r.product_id and r.ordered > 0
    )
    insert into cart_items (cart_id, product_id, quantity) select ${next!.id}::uuid, product_id, quantity from remaining
    on conflict (cart_id, product_id) do update set quantity = least(cart_items.quantity + excluded.quantity, ${maxQuantity})`
}

export async function deleteCartsOf(tx: Tx, user_id: string): Promise<void> {
  await tx`delete from carts where user_id = ${user_id}`
}

/** Carts nobody touched for so many days, but for the open ones of users. */
export async function deleteIdleCarts(sql: Queryable, days: number, limit: number): Promise<number> {
  const deleted = await sql`
    delete from carts where id = any(array(
      select id from carts
      where updated_at < now() - make_interval(days => ${days}) and (token_hash is not null or status <> 'open')
      order by updated_at limit ${limit} for update skip locked))`
  return deleted.count
}
