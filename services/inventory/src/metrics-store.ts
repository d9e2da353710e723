import type { Queryable } from '@shopfleet/database'

export interface StockState {
  sold_out: number
  held: number
  overdue_s: number
}

/** More sold-out variants are not counted. */
const countedAtMost = 10_000

/** What there is none of, what is held, and how long a hold is past its deadline. Each part reads an index alone. */
export async function readStockState(sql: Queryable): Promise<StockState> {
  const [row] = await sql<[StockState]>`
    select (select count(*) from (select from stock where on_hand - reserved <= 0 limit ${countedAtMost}) as none)::int
        as sold_out,
      (select count(*) from reservations where status = 'held')::int as held,
      (select greatest(0, coalesce(extract(epoch from now() - min(expires_at)), 0)) from reservations
        where status = 'held')::float8 as overdue_s`
  return row
}
