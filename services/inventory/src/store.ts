import { maxStock, type Reservation, type Stock, stockChanged } from '@shopfleet/contracts'
import { type Queryable, seeded, type Tx } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import type { Line } from './reservation.ts'

const stockColumns = (sql: Queryable) => sql`product_id, on_hand, reserved, on_hand - reserved as available, updated_at`

export async function findStock(sql: Queryable, product_id: string): Promise<Stock | undefined> {
  const [row] = await sql<Stock[]>`select ${stockColumns(sql)} from stock where product_id = ${product_id}`
  return row
}

/** Least available first. `after` is the sort key of the last row seen. */
export async function listStock(
  sql: Queryable,
  { below, after, limit }: { below?: number; after?: [number, string]; limit: number },
): Promise<Stock[]> {
  return sql<Stock[]>`
    select ${stockColumns(sql)} from stock
    where true
    ${below === undefined ? sql`` : sql`and on_hand - reserved < ${below}`}
    ${after === undefined ? sql`` : sql`and (on_hand - reserved, product_id) > (${after[0]}, ${after[1]}::uuid)`}
    order by on_hand - reserved, product_id limit ${limit}`
}

export interface MovementRow {
  id: string
  product_id: string
  delta: number
  reason: string
  order_id: string | null
  on_hand: number
  created_at: string
}

export async function listMovements(
  sql: Queryable,
  product_id: string,
  after: string | undefined,
  limit: number,
): Promise<MovementRow[]> {
  return sql<MovementRow[]>`
    select id, product_id, delta, reason, order_id, on_hand, created_at from movements
    where product_id = ${product_id} ${after === undefined ? sql`` : sql`and id < ${after}::uuid`}
    order by id desc limit ${limit}`
}

/** Opening stock of a product, once: true if this call brought it. Says stock.changed. */
export async function insertOpeningStock(sql: Queryable, product_id: string, quantity: number): Promise<boolean> {
  const { correlation_id, traceparent } = currentContext()
  const rows = await sql`
    with opened as (
      insert into stock (product_id, on_hand) values (${product_id}, ${quantity}) on conflict do nothing
      returning product_id, on_hand, reserved, revision
    ), moved as (
      insert into movements (product_id, delta, reason, on_hand)
      select product_id, on_hand, 'opening', on_hand from opened where on_hand > 0
    ), said as (
      ${sayStockChanged(sql, sql`opened`, correlation_id, traceparent)}
    )
    select 1 from opened`
  return rows.count === 1
}

/** The outbox rows of changed stock; `rows` is a relation of product_id, on_hand, reserved, revision. */
export function sayStockChanged(
  sql: Queryable,
  rows: ReturnType<Queryable>,
  correlation_id: string,
  traceparent: string | null,
) {
  return sql`
    insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
    select ${stockChanged.name}, ${stockChanged.version}::int, product_id, jsonb_build_object(
      'product_id', product_id, 'available', on_hand - reserved, 'on_hand', on_hand, 'reserved', reserved,
      'revision', revision), ${correlation_id}, ${traceparent}
    from ${rows}`
}

/**
 * Moves on_hand by `delta`, if that leaves what is reserved and comes to no more than `most`, with its movement and
 * event. Undefined: not possible, or no such stock.
 */
export async function moveStock(
  sql: Queryable,
  {
    product_id,
    delta,
    reason,
    most = 2 * maxStock,
    idempotency_key,
    request,
  }: {
    product_id: string
    delta: number
    reason: string
    most?: number
    idempotency_key?: string
    request?: object
  },
): Promise<MovementRow | undefined> {
  const { correlation_id, traceparent } = currentContext()
  const [row] = await sql<MovementRow[]>`
    with changed as (
      update stock set on_hand = on_hand + ${delta}, revision = revision + 1, updated_at = now()
      where product_id = ${product_id} and on_hand::bigint + ${delta} between reserved and ${most}
      returning product_id, on_hand, reserved, revision
    ), said as (
      ${sayStockChanged(sql, sql`changed`, correlation_id, traceparent)}
    )
    insert into movements (product_id, delta, reason, on_hand, idempotency_key, request)
    select product_id, ${delta}::int, ${reason}, on_hand, ${idempotency_key ?? null}, ${(request ?? null) as never}::jsonb from changed
    returning id, product_id, delta, reason, order_id, on_hand, created_at`
  return row
}

export async function findMovementByKey(
  sql: Queryable,
  product_id: string,
  key: string,
): Promise<(MovementRow & { request: unknown }) | undefined> {
  const [row] = await sql<(MovementRow & { request: unknown })[]>`
    select id, product_id, delta, reason, order_id, on_hand, created_at, request from movements
    where product_id = ${product_id} and idempotency_key = ${key}`
  return row
}

/** Locks a product's stock to the end of the transaction. */
export async function lockStock(tx: Tx, product_id: string): Promise<Stock | undefined> {
  const [row] = await tx<Stock[]>`select ${stockColumns(tx)} from stock where product_id = ${product_id} for update`
  return row
}

/** A product of which less was available than wanted. */
export interface Short {
  product_id: string
  available: number
}

/**
 * Holds the lines for an order, all or none, in one statement. Lines must be merged (one per product). Answers the
 * products that had too little, or `held`; `exists` when the order has a reservation already.
 */
export async function insertReservation(
  sql: Queryable,
  order_id: string,
  lines: Line[],
  expires_in_s: number,
): Promise<{ outcome: 'held'; expires_at: string } | { outcome: 'exists' } | { outcome: 'short'; short: Short[] }> {
  const { correlation_id, traceparent } = currentContext()
  const [row] = await sql<[{ existed: boolean; short: Short[] | null; expires_at: string | null }]>`
    with wanted as (
      select product_id, quantity
      from unnest(${lines.map(l => l.product_id)}::uuid[], ${lines.map(l => l.quantity)}::int[]) as w(product_id, quantity)
    ), existing as materialized (
      select 1 from reservations where order_id = ${order_id}
    ), locked as materialized (
      -- Locks in product order, and sees the newest committed row: what is counted here stays true to the commit.
      select s.product_id, s.on_hand - s.reserved as available
      from stock s
      where s.product_id in (select product_id from wanted) and not exists (select 1 from existing)
      order by s.product_id for update
    ), short as materialized (
      select w.product_id, coalesce(l.available, 0) as available
      from wanted w left join locked l using (product_id)
      where coalesce(l.available, 0) < w.quantity and not exists (select 1 from existing)
        ${seeded('drop-stock-condition') ? sql`and false` : sql``}
    ), reservation as (
      insert into reservations (order_id, status, expires_at)
      select ${order_id}, 'held', clock_timestamp() + make_interval(secs => ${expires_in_s})
      where not exists (select 1 from short) and not exists (select 1 from existing)
      returning order_id, expires_at
    ), changed as (
      update stock s set reserved = s.reserved + w.quantity, revision = s.revision + 1, updated_at = now()
      from wanted w, reservation
      where s.product_id = w.product_id
      returning s.product_id, s.on_hand, s.reserved, s.revision
    ), kept as (
      insert into reservation_lines (order_id, product_id, quantity)
      select r.order_id, w.product_id, w.quantity from reservation r, wanted w
    ), said as (
      ${sayStockChanged(sql, sql`changed`, correlation_id, traceparent)}
    )
    select exists (select 1 from existing) as existed,
           (select jsonb_agg(jsonb_build_object('product_id', product_id, 'available', available)) from short) as short,
           (select expires_at from reservation) as expires_at`
  if (row.existed) return { outcome: 'exists' }
  if (row.short) return { outcome: 'short', short: row.short }
  return { outcome: 'held', expires_at: row.expires_at! }
}

export async function findReservation(sql: Queryable, order_id: string): Promise<Reservation | undefined> {
  const [row] = await sql<
    Reservation[]
  >`select order_id, status, expires_at from reservations where order_id = ${order_id}`
  return row
}

export async function listReservationLines(sql: Queryable, order_id: string): Promise<Line[]> {
  return sql<
    Line[]
  >`select product_id, quantity from reservation_lines where order_id = ${order_id} order by product_id`
}

/** Held → committed before the deadline (database time): the units leave on_hand. Undefined: it was not so. */
export async function commitHeld(sql: Queryable, order_id: string): Promise<Reservation | undefined> {
  const { correlation_id, traceparent } = currentContext()
  const [row] = await sql<Reservation[]>`
    with committed as (
      update reservations set status = 'committed', updated_at = now()
      where order_id = ${order_id} and status = 'held' and expires_at > clock_timestamp()
      returning order_id, status, expires_at
    ), locked as materialized (
      select s.product_id, l.quantity from stock s join reservation_lines l using (product_id)
      where l.order_id = (select order_id from committed) order by s.product_id for update of s
    ), changed as (
      update stock s set on_hand = s.on_hand - k.quantity, reserved = s.reserved - k.quantity,
                         revision = s.revision + 1, updated_at = now()
      from locked k where s.product_id = k.product_id
      returning s.product_id, s.on_hand, s.reserved, s.revision, k.quantity
    ), moved as (
      insert into movements (product_id, delta, reason, order_id, on_hand)
      select product_id, -quantity, 'sold', ${order_id}, on_hand from changed
      ${seeded('sale-without-movement') ? sql`where false` : sql``}
    ), said as (
      ${sayStockChanged(sql, sql`changed`, correlation_id, traceparent)}
    )
    select order_id, status, expires_at from committed`
  return row
}

/** Expired → committed, if there still is enough of every line. Undefined: there is not, or it was not expired. */
export async function commitExpired(sql: Queryable, order_id: string): Promise<Reservation | undefined> {
  const { correlation_id, traceparent } = currentContext()
  const [row] = await sql<Reservation[]>`
    with reservation as materialized (
      select order_id from reservations where order_id = ${order_id} and status = 'expired' for update
    ), locked as materialized (
      select s.product_id, s.on_hand - s.reserved as available, l.quantity
      from stock s join reservation_lines l using (product_id)
      where l.order_id = (select order_id from reservation) order by s.product_id for update of s
    ), committed as (
      update reservations set status = 'committed', updated_at = now()
      where order_id = (select order_id from reservation)
        ${seeded('commit-assumes-stock') ? sql`` : sql`and (select bool_and(available >= quantity) from locked)`}
        and (select count(*) from locked) = (select count(*) from reservation_lines where order_id = ${order_id})
      returning order_id, status, expires_at
    ), changed as (
      update stock s set on_hand = s.on_hand - k.quantity, revision = s.revision + 1, updated_at = now()
      from locked k, committed where s.product_id = k.product_id
      returning s.product_id, s.on_hand, s.reserved, s.revision, k.quantity
    ), moved as (
      insert into movements (product_id, delta, reason, order_id, on_hand)
      select product_id, -quantity, 'sold', ${order_id}, on_hand from changed
    ), said as (
      ${sayStockChanged(sql, sql`changed`, correlation_id, traceparent)}
    )
    select order_id, status, expires_at from committed`
  return row
}

/**
 * Gives back what the order holds (`to` released or expired) or, for a release, what it bought; a repeated call finds
 * nothing to give. An expiry only takes a held reservation past its deadline.
 */
export async function closeReservation(
  sql: Queryable,
  order_id: string,
  to: 'released' | 'expired',
): Promise<Reservation | undefined> {
  const { correlation_id, traceparent } = currentContext()
  const [row] = await sql<Reservation[]>`
    with was as materialized (
      select order_id, status from reservations
      where order_id = ${order_id}
        and ${to === 'released' ? sql`status in ('held', 'committed', 'expired')` : sql`status = 'held' and expires_at <= clock_timestamp()`}
      for update
    ), closed as (
      update reservations set status = ${seeded('release-unmarked') ? sql`status` : to}, updated_at = now()
      where order_id = (select order_id from was)
      returning order_id, status, expires_at
    ), locked as materialized (
      select s.product_id, l.quantity, was.status from was
      join reservation_lines l using (order_id) join stock s using (product_id)
      where was.status in ('held', 'committed') order by s.product_id for update of s
    ), changed as (
      update stock s
      set on_hand = s.on_hand + case k.status when 'committed' then k.quantity else 0 end,
          reserved = s.reserved - case k.status when 'held' then k.quantity else 0 end,
          revision = s.revision + 1, updated_at = now()
      from locked k where s.product_id = k.product_id
      returning s.product_id, s.on_hand, s.reserved, s.revision, k.quantity, k.status
    ), moved as (
      insert into movements (product_id, delta, reason, order_id, on_hand)
      select product_id, quantity, 'returned', ${order_id}, on_hand from changed where status = 'committed'
    ), said as (
      ${sayStockChanged(sql, sql`changed`, correlation_id, traceparent)}
    )
    select order_id, status, expires_at from closed`
  return row
}

/** Marks an order that never reserved as released, so that a reservation that arrives late is refused. */
export async function insertTombstone(sql: Queryable, order_id: string): Promise<void> {
  await sql`
    insert into reservations (order_id, status, expires_at) values (${order_id}, 'released', now()) on conflict do nothing`
}

export interface OverdueKey {
  deadline: string
  order_id: string
}

/**
 * Orders whose held stock is past its deadline, longest first; `after` is the last one seen. By now(), because the
 * volatile clock_timestamp() would be no bound of the index; each is looked at again when it is let go.
 */
export async function listOverdue(sql: Queryable, limit: number, after?: OverdueKey): Promise<OverdueKey[]> {
  return sql<OverdueKey[]>`
    select order_id, expires_at::text as deadline from reservations
    where status = 'held' and expires_at <= now()
      ${after === undefined ? sql`` : sql`and (expires_at, order_id) > (${after.deadline}::timestamptz, ${after.order_id}::uuid)`}
    order by expires_at, order_id limit ${limit}`
}
