import type { OrderStatus, PaymentStatus } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { columns, type OrderRow } from './store.ts'

export interface ListFilter {
  user_id?: string
  status?: OrderStatus
  payment_status?: PaymentStatus
  number?: string
  email?: string
  refused?: boolean
  from?: string
  to?: string
  before?: string
  limit: number
}

/** Newest first. */
export async function listOrders(sql: Queryable, filter: ListFilter): Promise<OrderRow[]> {
  const { user_id, status, payment_status, number, email, refused = false, from, to, before, limit } = filter
  return sql<OrderRow[]>`
    select ${columns(sql)} from orders o
    where o.refused = ${refused} ${user_id === undefined ? sql`` : sql`and o.user_id = ${user_id}`}
      ${status === undefined ? sql`` : sql`and o.status = ${status}`}
      ${payment_status === undefined ? sql`` : sql`and o.payment_status = ${payment_status}`}
      ${number === undefined ? sql`` : sql`and o.number = upper(${number})`}
      ${email === undefined ? sql`` : sql`and lower(o.email) = lower(${email})`}
      ${from === undefined ? sql`` : sql`and o.created_at >= ${from}::timestamptz`}
      ${to === undefined ? sql`` : sql`and o.created_at < ${to}::timestamptz`}
      ${before === undefined ? sql`` : sql`and o.id < ${before}::uuid`}
    order by o.id desc limit ${limit}`
}
