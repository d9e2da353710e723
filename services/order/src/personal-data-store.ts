import type { Ctx } from './service.ts'

/** What somebody ordered. Amounts in minor units, as they are kept. */
export async function readPersonalData({ sql }: Pick<Ctx, 'sql'>, user_id: string) {
  const orders = await sql`
    select o.id, o.number, o.email, o.status, o.payment_status, o.currency, o.subtotal_minor, o.discount_minor,
      o.shipping_minor, o.tax_minor, o.total_minor, o.coupon_code, o.shipping_address, o.created_at, o.updated_at,
      coalesce((select jsonb_agg(to_jsonb(l) - 'order_id') from order_items l where l.order_id = o.id), '[]') as items
    from orders o where o.user_id = ${user_id} order by o.id limit 10000`
  return { orders: [...orders] }
}
