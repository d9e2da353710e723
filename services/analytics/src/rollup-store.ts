import type { Queryable, Tx } from '@shopfleet/database'
import type { Sums } from './order-facts.ts'
import { type Grain, grains, type Piece } from './period.ts'

/** Each roll-up: what names a row beside its grain and its time, and what it counts. */
export const rollups = {
  sales: {
    keys: { currency: 'text' },
    counts: [
      'placed',
      'orders',
      'cancelled',
      'cancelled_paid',
      'shipped',
      'delivered',
      'units',
      'revenue_minor',
      'refunds',
      'refunded_minor',
      'new_customers',
      'returning_orders',
      'guest_orders',
    ],
  },
  product_sales: { keys: { product_id: 'uuid', currency: 'text' }, counts: ['orders', 'units', 'revenue_minor'] },
  accounts: { keys: {}, counts: ['registered', 'erased'] },
  attention: { keys: { product_id: 'uuid' }, counts: ['viewed', 'carted'] },
  attention_totals: { keys: {}, counts: ['viewed', 'carted'] },
  searches: { keys: { term: 'text' }, counts: ['searches', 'found_none'] },
} as const
export type Rollup = keyof typeof rollups

/** Advisory lock: one change of the roll-ups at a time, so that what was read before a change is what it changes. */
const rollupLock = 811_009

export async function lockRollups(tx: Tx): Promise<void> {
  await tx`select pg_advisory_xact_lock(${rollupLock})`
}

/** The statement that adds the rows of a relation (a time `at`, keys, counts) to a roll-up. */
function addingTo(name: Rollup, from: string, of: readonly Grain[] = grains): string {
  const { keys, counts } = rollups[name]
  const named = ['grain', 'at', ...Object.keys(keys)]
  return `
    insert into ${name} as r (${[...named, ...counts].join(', ')})
    select g.grain, grain_of(g.grain, f.at), ${Object.keys(keys)
      .map(key => `f.${key}, `)
      .join('')}
      ${counts.map(count => `sum(f.${count})`).join(', ')}
    from ${from} f cross join unnest(array['${of.join("', '")}']) as g(grain)
    group by ${named.map((_, i) => i + 1).join(', ')}
    order by ${named.map((_, i) => i + 1).join(', ')}
    on conflict (${named.join(', ')}) do update set ${counts.map(c => `${c} = r.${c} + excluded.${c}`).join(', ')}`
}

/** Adds to a roll-up. Each row has a time, the keys, and the counts; those it leaves out are zero. */
export async function addTo(tx: Tx, name: Rollup, rows: Sums[]): Promise<void> {
  if (rows.length === 0) return
  const { keys, counts } = rollups[name]
  const columns = ['at timestamptz', ...Object.entries(keys).map(([key, type]) => `${key} ${type}`)]
  const recordset = `jsonb_to_recordset($1::jsonb) as x(${[...columns, ...counts.map(c => `${c} bigint`)].join(', ')})`
  const whole = ['at', ...Object.keys(keys), ...counts.map(count => `coalesce(${count}, 0) as ${count}`)].join(', ')
  await tx.unsafe(addingTo(name, `(select ${whole} from ${recordset})`), [rows as never])
}

/** Makes the roll-ups that follow from facts anew. What storefronts told has no facts and stays. */
export async function remake(tx: Queryable): Promise<void> {
  // Not truncated: who looks meanwhile sees the old ones.
  await tx`with p as (delete from product_sales), a as (delete from accounts) delete from sales`
  // Many rows have just come: without knowing how many, the joins below would be done one row at a time.
  await tx`analyze people, orders, order_lines, refunds`
  const accounts = `(select registered_at as at, 1 as registered, 0 as erased from people where registered_at is not null
    union all select erased_at, 0, 1 from people where erased_at is not null and registered_at is not null)`
  const [finest, ...coarser] = grains
  for (const [name, parts] of [
    ['sales', 'order_parts'],
    ['product_sales', 'line_parts'],
    ['accounts', accounts],
  ] as const) {
    await tx.unsafe(addingTo(name, parts, [finest]))
    await tx.unsafe(addingTo(name, `(select * from ${name} where grain = '${finest}')`, coarser))
  }
}

/** What the orders add to the roll-ups as they stand now. */
export async function readParts(tx: Tx, order_ids: string[]): Promise<{ sales: Sums[]; product_sales: Sums[] }> {
  const sales = await tx.unsafe<Sums[]>(
    `select currency, grain_of('quarter_hour', at) as at, ${rollups.sales.counts.join(', ')}
     from order_parts where order_id = any($1::uuid[])`,
    [order_ids as never],
  )
  const product_sales = await tx<Sums[]>`
    select product_id, currency, grain_of('quarter_hour', at) as at, orders, units, revenue_minor
    from line_parts where order_id = any(${order_ids}::uuid[])`
  return { sales: [...sales], product_sales: [...product_sales] }
}

/**
 * Pieces of roll-ups as a relation `piece(n, grain, start, finish)`. To be joined laterally: then each is one range of
 * the primary key, however large the table is.
 */
export const piecesOf = (sql: Queryable, pieces: (Piece & { n?: number })[]) => sql`
  unnest(${pieces.map(p => p.n ?? 0)}::int[], ${pieces.map(p => p.grain)}::text[],
    ${pieces.map(p => new Date(p.start).toISOString())}::timestamptz[],
    ${pieces.map(p => new Date(p.end).toISOString())}::timestamptz[]) as piece(n, grain, start, finish)`
