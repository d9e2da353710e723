import type { ReservationFacts, StockFacts } from '@shopfleet/contracts'
import type { Queryable, Tx } from '@shopfleet/database'
import { currentCause } from '@shopfleet/messaging'
import { sayStockChanged } from './store.ts'

/* Statements of the reconciler's questions about stock, and of its repairs. */

export interface ChangedRow {
  id: string
  at: string
}
export interface Walk {
  at: string
  id?: string
  limit: number
}

/** Reservations, oldest change first, after a place in the walk; the id is the order's. */
export async function listChangedReservations(sql: Queryable, { at, id, limit }: Walk): Promise<ChangedRow[]> {
  return sql<ChangedRow[]>`
    select order_id as id, updated_at::text as at from reservations
    where updated_at >= ${at}::timestamptz
      ${id === undefined ? sql`` : sql`and (updated_at, order_id) > (${at}::timestamptz, ${id}::uuid)`}
    order by updated_at, order_id limit ${limit}`
}

/** Products whose stock changed, oldest change first, after a place in the walk. */
export async function listChangedStock(sql: Queryable, { at, id, limit }: Walk): Promise<ChangedRow[]> {
  return sql<ChangedRow[]>`
    select product_id as id, updated_at::text as at from stock
    where updated_at >= ${at}::timestamptz
      ${id === undefined ? sql`` : sql`and (updated_at, product_id) > (${at}::timestamptz, ${id}::uuid)`}
    order by updated_at, product_id limit ${limit}`
}

export async function listReservationFacts(sql: Queryable, order_ids: string[]): Promise<ReservationFacts[]> {
  return sql<ReservationFacts[]>`
    select order_id, status, coalesce((
      select jsonb_agg(jsonb_build_object('product_id', product_id, 'quantity', quantity) order by product_id)
      from reservation_lines l where l.order_id = r.order_id), '[]') as items, coalesce((
      select jsonb_agg(jsonb_build_object('product_id', product_id, 'quantity', returned) order by product_id)
      from reservation_lines l where l.order_id = r.order_id and returned > 0), '[]') as returned
    from reservations r where order_id = any(${order_ids}::uuid[])`
}

const allMoved = (sql: Queryable) => sql`
  coalesce((select sum(delta) from movements m where m.product_id = stock.product_id), 0)::int`

/** Movements that are worth keeping their sum. */
const manyMovements = 200

/**
 * Movements are added up from where they agreed last. Where they do not agree all of them are, so that what was kept can
 * hide nothing of a product that differs.
 */
export async function listStockFacts(sql: Queryable, ids: string[]): Promise<StockFacts[]> {
  return sql<StockFacts[]>`
    with stock as materialized (
      select product_id, on_hand, reserved, revision from stock where product_id = any(${ids}::uuid[])
    ), since as materialized (
      select product_id, coalesce(a.moved, 0) + m.delta = on_hand as agrees, m.n
      from stock left join added_up a using (product_id), lateral (
        select coalesce(sum(delta), 0) as delta, count(*) as n from movements
        where movements.product_id = stock.product_id and id > coalesce(a.movement_id, '00000000-0000-0000-0000-000000000000')
      ) m
    ), kept as (
      insert into added_up (product_id, movement_id, moved)
      select product_id, last.id, on_hand from since join stock using (product_id), lateral (
        select id from movements where movements.product_id = stock.product_id order by id desc limit 1
      ) last
      where agrees and n > ${manyMovements}
      on conflict (product_id) do update set movement_id = excluded.movement_id, moved = excluded.moved
      where added_up.movement_id < excluded.movement_id
    ), held as materialized (
      select product_id, sum(quantity)::int as quantity from reservation_lines
      where product_id = any(${ids}::uuid[]) and order_id = any(array(select order_id from reservations where status = 'held'))
      group by product_id
    )
    select product_id, on_hand, reserved, revision, case when agrees then on_hand else ${allMoved(sql)} end as moved,
      coalesce(held.quantity, 0) as held
    from stock join since using (product_id) left join held using (product_id)`
}

/**
 * The sums of a product whose stock is locked before: whoever changes a movement or a reservation changes the stock too,
 * so the statement after the lock sees all of them.
 */
export async function sumStock(tx: Tx, product_id: string): Promise<StockFacts> {
  const [row] = await tx<[StockFacts]>`
    select product_id, on_hand, reserved, revision, ${allMoved(tx)} as moved,
      coalesce((select sum(quantity) from reservation_lines l join reservations using (order_id)
                where l.product_id = stock.product_id and status = 'held'), 0)::int as held
    from stock where product_id = ${product_id}`
  return row
}

/** A movement that nobody made: what on hand differs by from the movements that are known. */
export async function insertDifference(tx: Tx, product_id: string, delta: number, on_hand: number): Promise<void> {
  await tx`
    insert into movements (product_id, delta, reason, on_hand)
    values (${product_id}, ${delta}, 'difference found by reconciliation', ${on_hand})`
}

/** Sets what is counted as reserved, if that is no more than there is. */
export async function setReserved(tx: Tx, product_id: string, reserved: number): Promise<boolean> {
  const rows = await tx`
    with changed as (
      update stock set reserved = ${reserved}, revision = revision + 1, updated_at = now()
      where product_id = ${product_id} and on_hand >= ${reserved}
      returning product_id, on_hand, reserved, revision
    ), said as (
      ${sayStockChanged(tx, tx`changed`, currentCause())}
    )
    select 1 from changed`
  return rows.count === 1
}

/** Says the stock as it is, with a revision above one that a listener has. */
export async function sayAbove(sql: Queryable, product_id: string, above_revision: number): Promise<boolean> {
  const rows = await sql`
    with changed as (
      update stock set revision = greatest(revision, ${above_revision}::bigint) + 1, updated_at = now()
      where product_id = ${product_id}
      returning product_id, on_hand, reserved, revision
    ), said as (
      ${sayStockChanged(sql, sql`changed`, currentCause())}
    )
    select 1 from changed`
  return rows.count === 1
}
