import type { ShopProfile } from '@shopfleet/contracts'
import type { Queryable, Sql } from '@shopfleet/database'

/** What messages need of how the shop is set. */
export type Shop = Pick<ShopProfile, 'shop_name' | 'support_email' | 'default_language'>

/** Every message asks for it: those that are made at the same time together. */
export function findShop(sql: Sql): Promise<Shop> {
  return sql.gatherRead('findShop', undefined, async (on, all) => {
    const [row] = await on<[Shop]>`select shop_name, support_email, default_language from shop`
    return all.map(() => row)
  })
}

export async function saveShop(sql: Queryable, { shop_name, support_email, default_language }: Shop): Promise<void> {
  await sql`
    update shop set shop_name = ${shop_name}, support_email = ${support_email}, default_language = ${default_language}`
}
