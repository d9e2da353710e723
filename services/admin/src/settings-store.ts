import type { PayloadOf, ShopProfile, ShopSettings, settingsChanged } from '@shopfleet/contracts'
import { isUniqueViolation, type Queryable } from '@shopfleet/database'
import type { OutboxRow } from '@shopfleet/messaging'

/** How the shop is set, newest first: the first one counts. */
export async function listSettings(sql: Queryable, limit: number): Promise<ShopSettings[]> {
  return sql<ShopSettings[]>`
    select version, shop_name, support_email, low_stock_threshold, default_language, updated_at, updated_by
    from settings order by version desc limit ${limit}`
}

export async function findProfile(sql: Queryable): Promise<ShopProfile> {
  const [row] = await sql<[ShopProfile]>`
    select shop_name, support_email, low_stock_threshold, default_language
    from settings order by version desc limit 1`
  return row
}

export type NewSettings = PayloadOf<typeof settingsChanged>

/** The next version, and its event, in one statement. Undefined: the one before it is not the one that counts. */
export async function insertSettings(
  sql: Queryable,
  s: NewSettings,
  said: OutboxRow,
): Promise<ShopSettings | undefined> {
  try {
    const [row] = await sql<ShopSettings[]>`
      with changed as (
        insert into settings (version, shop_name, support_email, low_stock_threshold, default_language, updated_by)
        select ${s.version}::int, ${s.shop_name}, ${s.support_email}, ${s.low_stock_threshold}, ${s.default_language}, ${s.updated_by}
        where (select max(version) from settings) = ${s.version} - 1
        returning version, shop_name, support_email, low_stock_threshold, default_language, updated_at, updated_by
      ), told as (
        insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
        select ${said.name}, ${said.version}, ${said.aggregate_id}, ${said.payload as never}::jsonb, ${said.correlation_id}, ${said.traceparent}
        from changed
      )
      select * from changed`
    return row
  } catch (error) {
    // Of two at once, one came first.
    if (isUniqueViolation(error)) return undefined
    throw error
  }
}

/** A version that was said and is not known here any more. False: it is known. */
export async function insertLearnt(sql: Queryable, s: NewSettings, at: string): Promise<boolean> {
  const { count } = await sql`
    insert into settings (version, shop_name, support_email, low_stock_threshold, default_language, updated_at, updated_by)
    values (${s.version}, ${s.shop_name}, ${s.support_email}, ${s.low_stock_threshold}, ${s.default_language}, ${at}, ${s.updated_by})
    on conflict (version) do nothing`
  return count === 1
}
