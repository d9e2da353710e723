import type { Ctx } from './service.ts'

/** What is kept of somebody: when the account was opened, and which orders count as theirs. */
export async function readPersonalData({ sql }: Pick<Ctx, 'sql'>, user_id: string) {
  const people = await sql`select registered_at, first_order_id from people where user_id = ${user_id}`
  const orders = await sql`
    select o.order_id, o.currency, o.total_minor, o.placed_at, o.paid_at, o.shipped_at, o.delivered_at, o.cancelled_at
    from people p join orders o on o.person_id = p.id where p.user_id = ${user_id} order by o.order_id limit 10000`
  return { customers: [...people], orders: [...orders] }
}
