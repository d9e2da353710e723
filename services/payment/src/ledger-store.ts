import type { Queryable } from '@shopfleet/database'

/* What is read of the ledger. */

export interface LedgerFilter {
  account?: string
  from?: string
  to?: string
}
export interface LedgerRow {
  id: string
  transaction_id: string
  account: string
  amount_minor: number
  currency: string
  payment_id: string
  order_id: string
  kind: string
  created_at: string
}

/** Refunds are few and have an index of their own, which is used for them by name only. */
const ledgerWhere = (sql: Queryable, { account, from, to }: LedgerFilter) => sql`
  where true
  ${account === undefined ? sql`` : account === 'refunds' ? sql`and account = 'refunds'` : sql`and account = ${account}`}
  ${from === undefined ? sql`` : sql`and created_at >= ${from}::timestamptz`}
  ${to === undefined ? sql`` : sql`and created_at < ${to}::timestamptz`}`

/** Newest first; `after` is the sort key of the last row seen. */
export async function listLedger(
  sql: Queryable,
  filter: LedgerFilter,
  { after, limit }: { after?: [string, string]; limit: number },
): Promise<LedgerRow[]> {
  return sql<LedgerRow[]>`
    select id, transaction_id, account, amount_minor, currency, payment_id, order_id, kind, created_at
    from ledger_entries ${ledgerWhere(sql, filter)}
    ${after === undefined ? sql`` : sql`and (created_at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`}
    order by created_at desc, id desc limit ${limit}`
}

export async function sumLedger(
  sql: Queryable,
  filter: LedgerFilter,
): Promise<{ account: string; currency: string; amount_minor: number }[]> {
  return sql<{ account: string; currency: string; amount_minor: number }[]>`
    select account, currency, sum(amount_minor)::bigint as amount_minor
    from ledger_entries ${ledgerWhere(sql, filter)} group by account, currency order by account, currency`
}
