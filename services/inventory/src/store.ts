import { maxStock, type Reservation, type Stock, stockChanged } from '@shopfleet/contracts'
import { alone, type Queryable, type RunMany, type Sql, seeded, type Tx } from '@shopfleet/database'
import { type Cause, currentCause } from '@shopfleet/messaging'
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

export async function countLowStock(sql: Queryable, below: number): Promise<{ sold_out: number; low: number }> {
  const [row] = await sql<[{ sold_out: number; low: number }]>`
    select count(*) filter (where on_hand - reserved <= 0)::int as sold_out,
      count(*) filter (where on_hand - reserved > 0)::int as low
    from stock where on_hand - reserved < ${Math.max(below, 1)}`
  return row
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
  const rows = await sql`
    with opened as (
      insert into stock (product_id, on_hand) values (${product_id}, ${quantity}) on conflict do nothing
      returning product_id, on_hand, reserved, revision
    ), moved as (
      insert into movements (product_id, delta, reason, on_hand)
      select product_id, on_hand, 'opening', on_hand from opened where on_hand > 0
    ), said as (
      ${sayStockChanged(sql, sql`opened`, currentCause())}
    )
    select 1 from opened`
  return rows.count === 1
}

/**
 * The outbox rows of changed stock; `rows` is a relation of product_id, on_hand, reserved, revision. Where several orders
 * changed it at once, the event goes under the first one's name.
 */
export function sayStockChanged(sql: Queryable, rows: ReturnType<Queryable>, { correlation_id, traceparent }: Cause) {
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
  const [row] = await sql<MovementRow[]>`
    with changed as (
      update stock set on_hand = on_hand + ${delta}, revision = revision + 1, updated_at = now()
      where product_id = ${product_id} and on_hand::bigint + ${delta} between reserved and ${most}
      returning product_id, on_hand, reserved, revision
    ), said as (
      ${sayStockChanged(sql, sql`changed`, currentCause())}
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

interface Holding extends Cause {
  order_id: string
  lines: Line[]
  expires_in_s: number
}
export type Held =
  | { outcome: 'held'; expires_at: string }
  | { outcome: 'exists' }
  | { outcome: 'short'; short: Short[] }

/**
 * Holds the lines for an order, or sells them at once; all or none. Lines must be merged (one per product). Answers the
 * products that had too little, or `held`; `exists` when the order has a reservation already.
 */
export function insertReservation(
  sql: Sql,
  order_id: string,
  lines: Line[],
  { expires_in_s, sell }: { expires_in_s: number; sell: boolean },
): Promise<Held> {
  const holding = { order_id, lines, expires_in_s, ...currentCause() }
  return sql.gather(
    'insertReservation',
    holding,
    (on, all: Holding[]) => insertReservations(on, all, sell),
    sell ? 'sold' : 'held',
  )
}

/**
 * Many orders in one statement. Orders that want a product of which there is not enough for all of them get their
 * decision one after the other, each by itself.
 */
async function insertReservations(
  sql: Queryable,
  holdings: Holding[],
  sell: boolean,
): Promise<(Held | typeof alone)[]> {
  const ids = holdings.map(h => h.order_id)
  const lines = holdings.flatMap(h => h.lines.map(line => ({ ...line, order_id: h.order_id })))
  const rows = await sql<{ existed: boolean; short: Short[] | null; expires_at: string | null }[]>`
    with asked as materialized (
      select * from unnest(${ids}::uuid[], ${holdings.map(h => h.expires_in_s)}::float8[]) with ordinality
        as a(order_id, expires_in_s, n)
    ), existing as materialized (
      select order_id from reservations where order_id = any(${ids}::uuid[])
    ), wanted as materialized (
      select * from unnest(${lines.map(l => l.order_id)}::uuid[], ${lines.map(l => l.product_id)}::uuid[],
        ${lines.map(l => l.quantity)}::int[]) as w(order_id, product_id, quantity)
      where order_id not in (select order_id from existing)
    ), locked as materialized (
      -- Locks in product order, and sees the newest committed row: what is counted here stays true to the commit.
      select s.product_id, s.on_hand - s.reserved as available
      from stock s where s.product_id = any(array(select product_id from wanted))
      order by s.product_id for update
    ), short as materialized (
      select w.product_id, coalesce(l.available, 0) as available
      from (select product_id, sum(quantity) as quantity from wanted group by product_id) w left join locked l using (product_id)
      where coalesce(l.available, 0) < w.quantity ${seeded('drop-stock-condition') ? sql`and false` : sql``}
    ), reservation as (
      insert into reservations (order_id, status, expires_at)
      select order_id, ${sell ? 'committed' : 'held'}, clock_timestamp() + make_interval(secs => expires_in_s) from asked
      where order_id not in (select order_id from existing)
        and order_id not in (select order_id from wanted where product_id in (select product_id from short))
      returning order_id, expires_at
    ), kept as (
      insert into reservation_lines (order_id, product_id, quantity)
      select order_id, product_id, quantity from wanted join reservation using (order_id)
      returning order_id, product_id, quantity
    ), changed as (
      update stock s set revision = s.revision + 1, updated_at = now(),
        ${sell ? sql`on_hand = s.on_hand - w.quantity` : sql`reserved = s.reserved + w.quantity`}
      from (select product_id, sum(quantity)::int as quantity from wanted join reservation using (order_id) group by product_id) w
      where s.product_id = w.product_id and s.product_id = any(${lines.map(l => l.product_id)}::uuid[])
      returning s.product_id, s.on_hand, s.reserved, s.revision, w.quantity as sold
    ), said as (
      ${sayStockChanged(sql, sql`changed`, holdings[0]!)}
    ) ${sell ? sql`, moved as (${noteSale(sql, sql`kept`)})` : sql``}
    select e.order_id is not null as existed, r.expires_at,
      case when e.order_id is null and r.order_id is null then
        (select jsonb_agg(jsonb_build_object('product_id', product_id, 'available', available)) from short) end as short
    from asked a left join existing e using (order_id) left join reservation r using (order_id) order by a.n`
  return rows.map(({ existed, short, expires_at }) => {
    if (existed) return { outcome: 'exists' }
    if (expires_at !== null) return { outcome: 'held', expires_at }
    return holdings.length > 1 ? alone : { outcome: 'short', short: short! }
  })
}

/** Movements of the lines in `line`, one after the other: each says what was left after it. */
const noteSale = (sql: Queryable, line: ReturnType<Queryable>) => sql`
  insert into movements (product_id, delta, reason, order_id, on_hand)
  select product_id, -quantity, 'sold', order_id,
    on_hand + sold - sum(quantity) over (partition by product_id order by order_id)
  from changed join ${line} using (product_id)
  ${seeded('sale-without-movement') ? sql`where false` : sql``}
  order by product_id, order_id`

export async function findReservation(sql: Queryable, order_id: string): Promise<Reservation | undefined> {
  const [row] = await sql<
    Reservation[]
  >`select order_id, status, expires_at from reservations where order_id = ${order_id}`
  return row
}

export async function findWholeReservation(
  sql: Queryable,
  order_id: string,
): Promise<(Reservation & { created_at: string; updated_at: string }) | undefined> {
  const [row] = await sql<(Reservation & { created_at: string; updated_at: string })[]>`
    select order_id, status, expires_at, created_at, updated_at from reservations where order_id = ${order_id}`
  return row
}

export async function listReservationLines(sql: Queryable, order_id: string): Promise<Line[]> {
  return sql<
    Line[]
  >`select product_id, quantity from reservation_lines where order_id = ${order_id} order by product_id`
}

/** Held → committed before the deadline (database time): the units leave on_hand. Undefined: it was not so. */
export function commitHeld(sql: Sql, order_id: string): Promise<Reservation | undefined> {
  return sql.gather('commitHeld', { order_id, ...currentCause() }, commitAllHeld)
}

const commitAllHeld: RunMany<Cause & { order_id: string }, Reservation | undefined> = async (sql, orders) => {
  const ids = orders.map(order => order.order_id)
  const rows = await sql<Reservation[]>`
    with committed as (
      update reservations set status = 'committed', updated_at = now()
      where order_id = any(${ids}::uuid[]) and status = 'held' and expires_at > clock_timestamp()
      returning order_id, status, expires_at
    ), line as materialized (
      select l.order_id, l.product_id, l.quantity from committed join reservation_lines l using (order_id)
    ), locked as materialized (
      select s.product_id from stock s where s.product_id = any(array(select product_id from line))
      order by s.product_id for update
    ), changed as (
      update stock s set on_hand = s.on_hand - l.quantity, reserved = s.reserved - l.quantity,
                         revision = s.revision + 1, updated_at = now()
      from (select product_id, sum(quantity)::int as quantity from line join locked using (product_id) group by product_id) l
      where s.product_id = l.product_id and s.product_id = any(array(select product_id from locked))
      returning s.product_id, s.on_hand, s.reserved, s.revision, l.quantity as sold
    ), moved as (
      ${noteSale(sql, sql`line`)}
    ), said as (
      ${sayStockChanged(sql, sql`changed`, orders[0]!)}
    )
    select order_id, status, expires_at from committed`
  const found = new Map(rows.map(row => [row.order_id, row]))
  return ids.map(id => found.get(id))
}

/** Expired → committed, if there still is enough of every line. Undefined: there is not, or it was not expired. */
export async function commitExpired(sql: Queryable, order_id: string): Promise<Reservation | undefined> {
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
      ${sayStockChanged(sql, sql`changed`, currentCause())}
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
      -- What came back before, of a refund, is back already.
      select s.product_id, l.quantity - l.returned as quantity, was.status from was
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
      select product_id, quantity, 'returned', ${order_id}, on_hand from changed where status = 'committed' and quantity > 0
    ), said as (
      ${sayStockChanged(sql, sql`changed`, currentCause())}
    )
    select order_id, status, expires_at from closed`
  return row
}

/**
 * Units of a committed reservation come back, one movement a product under a key: those whose movement is known stay as
 * they are. Answers how many units moved. Violates `movements_once` when the same call is made at the same time.
 */
export async function returnLines(sql: Queryable, order_id: string, key: string, lines: Line[]): Promise<number> {
  const rows = await sql<{ quantity: number }[]>`
    with sold as materialized (
      select order_id from reservations where order_id = ${order_id} and status = 'committed' for update
    ), wanted as materialized (
      select product_id, quantity from jsonb_to_recordset(${lines as never}::jsonb) as w(product_id uuid, quantity int)
      where not exists (select 1 from movements m where m.product_id = w.product_id and m.idempotency_key = ${key})
    ), back as (
      update reservation_lines l set returned = least(l.quantity, l.returned + w.quantity)
      from wanted w, sold where l.order_id = sold.order_id and l.product_id = w.product_id
      returning l.product_id, new.returned - old.returned as quantity
    ), locked as materialized (
      select s.product_id, back.quantity from stock s join back using (product_id)
      where back.quantity > 0 order by s.product_id for update of s
    ), changed as (
      update stock s set on_hand = s.on_hand + k.quantity, revision = s.revision + 1, updated_at = now()
      from locked k where s.product_id = k.product_id
      returning s.product_id, s.on_hand, s.reserved, s.revision, k.quantity
    ), moved as (
      insert into movements (product_id, delta, reason, order_id, on_hand, idempotency_key)
      select product_id, quantity, 'refunded', ${order_id}, on_hand, ${key} from changed
    ), said as (
      ${sayStockChanged(sql, sql`changed`, currentCause())}
    )
    select quantity from changed`
  return rows.reduce((sum, row) => sum + row.quantity, 0)
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
