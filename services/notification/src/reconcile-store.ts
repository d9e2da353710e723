import type { Queryable } from '@shopfleet/database'

/** Of these orders, those that have a confirmation, whatever became of it. */
export async function listConfirmed(sql: Queryable, order_ids: string[]): Promise<{ order_id: string }[]> {
  return sql<{ order_id: string }[]>`
    select distinct order_id from messages where order_id = any(${order_ids}::uuid[]) and template = 'order-confirmed'`
}
