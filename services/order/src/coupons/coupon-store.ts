import type { Queryable, Tx } from '@shopfleet/database'
import type { CouponRow, CouponState } from './coupon.ts'

const columns = (sql: Queryable) => sql`
  c.id, c.code, c.description, c.rate, c.amount_minor, c.currency, c.min_subtotal_minor, c.starts_at, c.ends_at,
  c.max_uses, c.once_per_customer, c.is_active, c.created_at, c.updated_at`

/** Orders with the coupon `c` that are not undone: its uses. */
const usesOf = (sql: Queryable) => sql`
  (select count(*)::int from orders o where o.coupon_code = c.code and o.goal <> 'cancel' and o.status <> 'cancelled')`

/** Whether `c` was used by a customer. By both ways they may be known, each with its index. */
const isUsedBy = (sql: Queryable, { user_id, email }: Customer) => sql`
  exists (select 1 from orders o where o.coupon_code = c.code and o.user_id = ${user_id}::uuid
    and o.coupon_once and o.goal <> 'cancel' and o.status <> 'cancelled')
  or exists (select 1 from orders o where o.coupon_code = c.code and lower(o.email) = lower(${email})
    and o.coupon_once and o.email is not null and o.goal <> 'cancel' and o.status <> 'cancelled')`

export interface Customer {
  user_id: string | null
  email: string | null
}

export async function findCouponState(
  sql: Queryable,
  code: string,
  customer: Customer,
): Promise<CouponState | undefined> {
  const [row] = await sql<CouponState[]>`
    select ${columns(sql)}, coalesce(c.starts_at > now(), false) as is_early, coalesce(c.ends_at <= now(), false) as is_over,
      case when c.max_uses is not null then ${usesOf(sql)} end as uses,
      c.once_per_customer and (${isUsedBy(sql, customer)}) as is_used_by_customer
    from coupons c where c.code = ${code}`
  return row
}

/**
 * Locks a coupon to the end of the transaction, against others who take a use of it or change it. Its uses have to be
 * counted by a statement after this one: only that sees what those committed for whom this one waited.
 */
export async function lockCoupon(tx: Tx, code: string): Promise<CouponRow | undefined> {
  const [row] = await tx<CouponRow[]>`select ${columns(tx)} from coupons c where c.code = ${code} for no key update`
  return row
}

export async function countUses(sql: Queryable, code: string): Promise<number> {
  const [row] = await sql<[{ uses: number }]>`select ${usesOf(sql)} as uses from (select ${code}::text as code) as c`
  return row.uses
}

export type Counted = CouponRow & { uses: number }

/** Newest first. */
export async function listCoupons(
  sql: Queryable,
  { before, limit }: { before?: string; limit: number },
): Promise<Counted[]> {
  return sql<Counted[]>`
    select ${columns(sql)}, ${usesOf(sql)} as uses from coupons c
    ${before === undefined ? sql`` : sql`where c.id < ${before}::uuid`} order by c.id desc limit ${limit}`
}

export async function findCoupon(sql: Queryable, id: string): Promise<Counted | undefined> {
  const [row] = await sql<Counted[]>`select ${columns(sql)}, ${usesOf(sql)} as uses from coupons c where c.id = ${id}`
  return row
}

export type NewCoupon = Omit<CouponRow, 'created_at' | 'updated_at'>

/** Undefined: there is one of this code. */
export async function insertCoupon(sql: Queryable, coupon: NewCoupon): Promise<CouponRow | undefined> {
  const [row] = await sql<CouponRow[]>`
    insert into coupons as c (id, code, description, rate, amount_minor, currency, min_subtotal_minor, starts_at, ends_at,
      max_uses, once_per_customer, is_active)
    values (${coupon.id}, ${coupon.code}, ${coupon.description}, ${coupon.rate}, ${coupon.amount_minor}, ${coupon.currency},
      ${coupon.min_subtotal_minor}, ${coupon.starts_at}, ${coupon.ends_at}, ${coupon.max_uses}, ${coupon.once_per_customer},
      ${coupon.is_active})
    on conflict (code) do nothing returning ${columns(sql)}`
  return row
}

export type Changeable = Pick<CouponRow, 'description' | 'starts_at' | 'ends_at' | 'max_uses' | 'is_active'>

export async function updateCoupon(sql: Queryable, id: string, to: Changeable): Promise<CouponRow> {
  const [row] = await sql<[CouponRow]>`
    update coupons c set description = ${to.description}, starts_at = ${to.starts_at}, ends_at = ${to.ends_at},
      max_uses = ${to.max_uses}, is_active = ${to.is_active}, updated_at = now()
    where id = ${id} returning ${columns(sql)}`
  return row
}

/** Violates `orders_coupon` when an order was made with it. */
export async function deleteCoupon(sql: Queryable, id: string): Promise<boolean> {
  return (await sql`delete from coupons where id = ${id}`).count === 1
}
