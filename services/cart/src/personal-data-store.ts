import type { Ctx } from './service.ts'

/** What somebody put into their carts, and saved for later. */
export async function readPersonalData({ sql }: Pick<Ctx, 'sql'>, user_id: string) {
  const carts = await sql`
    select c.id, c.status, c.created_at, c.updated_at,
      coalesce((select jsonb_agg(jsonb_build_object('product_id', i.product_id, 'quantity', i.quantity) order by i.id)
                from cart_items i where i.cart_id = c.id), '[]') as items
    from carts c where c.user_id = ${user_id} order by c.id limit 10000`
  const saved = await sql`
    select product_id, quantity, created_at from saved_items where user_id = ${user_id} order by id limit 10000`
  return { carts: [...carts], saved: [...saved] }
}
