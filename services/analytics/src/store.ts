import type { Queryable, Tx } from '@shopfleet/database'
import type { OrderNews } from './order-facts.ts'

/* Facts. Each statement may be repeated: what is known already stays as it is. */

/** What stands for the id of an account that is gone. */
const digest = (sql: Queryable, user_id: ReturnType<Queryable>) => sql`sha256(convert_to(${user_id}::text, 'UTF8'))`

/** The orders that made a customer of somebody whom these orders are of. */
export async function listFirstOrders(tx: Tx, news: OrderNews[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select p.first_order_id as id from people p where p.first_order_id is not null and (
      p.user_id = any(${usersOf(news)}::uuid[])
      or p.id in (select person_id from orders where order_id = any(${news.map(n => n.order_id)}::uuid[]))
      or p.id in (select e.person_id from unnest(${usersOf(news)}::uuid[]) as u(id)
        join erasures e on e.digest = ${digest(tx, tx`u.id`)}))`
  return rows.map(row => row.id)
}

const usersOf = (news: OrderNews[]) => [...new Set(news.flatMap(n => n.user_id ?? []))]

/** Whose account is gone is nobody new. */
async function insertPeople(tx: Tx, user_ids: string[]): Promise<void> {
  if (user_ids.length === 0) return
  await tx`
    insert into people (user_id) select id from unnest(${user_ids}::uuid[]) as u(id)
    where not exists (select 1 from erasures e where e.digest = ${digest(tx, tx`u.id`)})
    on conflict do nothing`
}

export async function writeOrders(tx: Tx, news: OrderNews[]): Promise<void> {
  await insertPeople(tx, usersOf(news))
  await tx`
    insert into orders as o (order_id, person_id, currency, total_minor, placed_at, paid_at, shipped_at, delivered_at, cancelled_at,
      refused)
    select n.order_id, coalesce(p.id, e.person_id), n.currency, n.total_minor, n.placed_at, n.paid_at, n.shipped_at, n.delivered_at, n.cancelled_at,
      n.refused
    from jsonb_to_recordset(${news as never}::jsonb) as n(order_id uuid, user_id uuid, currency text, total_minor bigint,
      placed_at timestamptz, paid_at timestamptz, shipped_at timestamptz, delivered_at timestamptz, cancelled_at timestamptz,
      refused boolean)
    left join people p on p.user_id = n.user_id
    left join erasures e on p.id is null and e.digest = ${digest(tx, tx`n.user_id`)}
    on conflict (order_id) do update set person_id = coalesce(o.person_id, excluded.person_id),
      placed_at = least(o.placed_at, excluded.placed_at), paid_at = least(o.paid_at, excluded.paid_at),
      shipped_at = least(o.shipped_at, excluded.shipped_at), delivered_at = least(o.delivered_at, excluded.delivered_at),
      cancelled_at = least(o.cancelled_at, excluded.cancelled_at), refused = o.refused or excluded.refused`
  const lines = news.flatMap(({ order_id, lines }) => lines.map(line => ({ order_id, ...line })))
  await tx`
    insert into order_lines (order_id, product_id, quantity, amount_minor)
    select order_id, product_id, quantity, amount_minor from jsonb_to_recordset(${lines as never}::jsonb)
      as l(order_id uuid, product_id uuid, quantity int, amount_minor bigint)
    on conflict do nothing`
}

/** Looks again which order made a customer of each person these orders are of. */
export async function chooseFirstOrders(tx: Tx, order_ids: string[]): Promise<void> {
  await tx`
    update people p set first_order_id = f.order_id
    from (
      select person_id, (
        select order_id from orders o where o.person_id = c.person_id and paid_at is not null
        order by paid_at, order_id limit 1) as order_id
      from (select distinct person_id from orders where order_id = any(${order_ids}::uuid[])) c
    ) f
    where p.id = f.person_id and p.first_order_id is distinct from f.order_id`
}

export interface Refund {
  refund_id: string
  order_id: string
  currency: string
  amount_minor: number
  made_at: string
}

export async function writeRefunds(tx: Tx, refunds: Refund[]): Promise<void> {
  await tx`
    insert into refunds (refund_id, order_id, currency, amount_minor, made_at)
    select * from jsonb_to_recordset(${refunds as never}::jsonb)
      as r(refund_id uuid, order_id uuid, currency text, amount_minor bigint, made_at timestamptz)
    on conflict do nothing`
}

/** Those that were news: the times they were opened at. */
export async function writeAccounts(tx: Tx, accounts: { user_id: string; at: string }[]): Promise<string[]> {
  const rows = await tx<{ at: string }[]>`
    insert into people as p (user_id, registered_at)
    select distinct on (user_id) user_id, at
    from unnest(${accounts.map(a => a.user_id)}::uuid[], ${accounts.map(a => a.at)}::timestamptz[]) as a(user_id, at)
    where not exists (select 1 from erasures e where e.digest = ${digest(tx, tx`a.user_id`)})
    order by user_id, at
    on conflict (user_id) do update set registered_at = excluded.registered_at where p.registered_at is null
    returning registered_at as at`
  return rows.map(row => row.at)
}

/** Takes away who somebody was. True: it was an account that was counted. */
export async function forgetUser(tx: Tx, user_id: string, at: string): Promise<boolean> {
  const rows = await tx<{ was_counted: boolean }[]>`
    with asked as (
      select ${digest(tx, tx`${user_id}::uuid`)} as digest
      where not exists (select 1 from erasures where digest = ${digest(tx, tx`${user_id}::uuid`)})
    ), known as (
      update people set user_id = null, erased_at = ${at} where user_id = ${user_id} returning id, registered_at
    ), unknown as (
      -- Whoever is heard of only now may still have bought something.
      insert into people (erased_at) select ${at}::timestamptz from asked where not exists (select 1 from known) returning id
    ), noted as (
      insert into erasures (digest, person_id, erased_at)
      select digest, coalesce((select id from known), (select id from unknown)), ${at} from asked on conflict do nothing
    )
    select registered_at is not null as was_counted from known`
  return rows[0]?.was_counted ?? false
}

/** How long an order from before an erasure, that is heard after it, still counts as of the same customer. */
const lateFor = '1 hour'

export async function unlinkErased(sql: Queryable): Promise<number> {
  const rows = await sql`
    update erasures set person_id = null where person_id is not null and applied_at < now() - ${lateFor}::interval`
  return rows.count
}

/** Events of somebody whose account is gone come no later than the log keeps them. */
export async function deleteOldErasures(sql: Queryable, days: number): Promise<number> {
  const rows = await sql`delete from erasures where applied_at < now() - make_interval(days => ${days})`
  return rows.count
}

export interface ProductNews {
  product_id: string
  sku?: string
  name?: string
  category_id?: string | null
  is_active?: boolean
  deleted_at?: string
  told_at: string
}

/** One row a product. What an older event says is passed over; what one does not say stays. */
export async function writeProducts(tx: Tx, products: ProductNews[]): Promise<void> {
  await tx`
    insert into products as p (product_id, sku, name, category_id, is_active, deleted_at, told_at)
    select product_id, sku, name, category_id, coalesce(is_active, false), deleted_at, told_at
    from jsonb_to_recordset(${products as never}::jsonb) as n(product_id uuid, sku text, name text, category_id uuid,
      is_active boolean, deleted_at timestamptz, told_at timestamptz)
    on conflict (product_id) do update set sku = coalesce(excluded.sku, p.sku), name = coalesce(excluded.name, p.name),
      category_id = case when excluded.sku is null then p.category_id else excluded.category_id end,
      is_active = excluded.is_active,
      -- Told of later, it is back.
      deleted_at = excluded.deleted_at, told_at = excluded.told_at
    where p.told_at <= excluded.told_at`
}

export async function writeStock(
  tx: Tx,
  stock: { product_id: string; available: number; revision: number }[],
): Promise<void> {
  await tx`
    insert into stock as s (product_id, available, revision)
    select distinct on (product_id) product_id, available, revision
    from jsonb_to_recordset(${stock as never}::jsonb) as n(product_id uuid, available int, revision bigint)
    order by product_id, revision desc
    on conflict (product_id) do update set available = excluded.available, revision = excluded.revision
    where s.revision < excluded.revision`
}

/** How many different searches a day of UTC has so far. */
export async function listTerms(tx: Tx, day: string, terms: string[]): Promise<{ known: Set<string>; count: number }> {
  const [row] = await tx<[{ known: string[]; count: number }]>`
    select coalesce(array_agg(term) filter (where term = any(${terms}::text[])), '{}') as known, count(*)::int as count
    from searches where grain = 'day' and at = grain_of('day', ${day}::timestamptz)`
  return { known: new Set(row.known), count: row.count }
}
