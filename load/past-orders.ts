import { connect, type Sql, startEmbeddedPostgres } from '@shopfleet/database'

/**
 * The past of a shop, as much of it as is missing: orders of the last two years, delivered and paid, with all that a purchase
 * leaves behind in the order, inventory and payment databases. Made by the database itself, into the data of a shop that is
 * not running. They are consistent with each other, and older than what the reconciler looks at.
 */
export async function addPastOrders(dataDir: string, count: number, say: (line: string) => void): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir })
  const open = (database: string): Sql => {
    const url = new URL(postgres.adminUrl)
    url.pathname = `/shopfleet_${database}`
    // Loading takes longer than a statement of a shop may.
    return connect(url.href, { name: 'past-orders', max: 1, statement_ms: 600_000 })
  }
  const [product, order, inventory, payment] = ['product', 'order', 'inventory', 'payment'].map(open) as [
    Sql,
    Sql,
    Sql,
    Sql,
  ]
  try {
    const products = await product<{ id: string; sku: string; name: string; price_minor: number }[]>`
      select id, sku, name, price_minor from products order by id limit 1000`
    const batch = 20_000
    /** One for all databases: the ids of orders are made of it. */
    const [{ now }] = await order<[{ now: string }]>`select now()::text as now`
    const [{ known }] = await order<[{ known: number }]>`
      select count(*)::int as known from orders where number like 'SF-P%'`
    for (let from = known; from < count; from += batch) {
      const some = Math.min(batch, count - from)
      await addBatch({ order, inventory, payment }, products, { from, some, count, now })
      say(`${from + some} of ${count} past orders`)
    }
    for (const sql of [order, inventory, payment]) await sql`analyze`
  } finally {
    await Promise.all([product, order, inventory, payment].map(sql => sql.end()))
    await postgres.stop()
  }
}

interface Databases {
  order: Sql
  inventory: Sql
  payment: Sql
}

const day_s = 86_400

async function addBatch(
  { order, inventory, payment }: Databases,
  products: { id: string; sku: string; name: string; price_minor: number }[],
  { from, some, count, now }: { from: number; some: number; count: number; now: string },
): Promise<void> {
  /** One row for each order. Its id is of its time (UUIDv7), and the same in each database without being carried there. */
  const past = (sql: Sql) => sql`
    past as materialized (
      select n, at, p.*,
        (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid as id
      from (
        select n, at
        from (select n, ${now}::timestamptz - (${count} - n) * interval '1 second' * ${(2 * 365 * day_s) / count}::float8 - interval '2 days' as at
              from generate_series(${from}::int, ${from + some - 1}::int) as n) as times
      ) as orders
      join lateral (select ${products.map(p => p.id)}::uuid[] as ids, ${products.map(p => p.sku)}::text[] as skus,
        ${products.map(p => p.name)}::text[] as names, ${products.map(p => p.price_minor)}::bigint[] as prices) as lists on true
      join lateral (select ids[1 + n % ${products.length}] as product_id, skus[1 + n % ${products.length}] as sku,
        names[1 + n % ${products.length}] as product_name, prices[1 + n % ${products.length}] as price_minor) as p on true
    )`
  await order`
      with ${past(order)}, made as (
        insert into orders (id, number, user_id, email, status, payment_status, goal, paid_at_once, attempt, currency,
          subtotal_minor, total_minor, created_at, updated_at)
        select id, 'SF-P' || n, md5('customer ' || n % 50000)::uuid, 'past@example.com', 'delivered', 'paid', 'none', true, 1, 'USD',
          price_minor, price_minor, at, at from past
      ), items as (
        insert into order_items (order_id, product_id, sku, product_name, quantity, price_minor, subtotal_minor)
        select id, product_id, sku, product_name, 1, price_minor, price_minor from past
      ), history as (
        insert into order_history (order_id, status, payment_status, at)
        select id, status, 'paid', at from past, unnest(array['pending', 'processing', 'shipped', 'delivered']) as status
      )
      insert into payment_attempts (order_id, attempt, request_hash, outcome, created_at) select id, 1, '', 'paid', at from past`
  await inventory`
      with ${past(inventory)}, made as (
        insert into reservations (order_id, status, expires_at, created_at, updated_at)
        select id, 'committed', at + interval '15 minutes', at, at from past
      )
      insert into reservation_lines (order_id, product_id, quantity) select id, product_id, 1 from past`
  await payment`
      with ${past(payment)}, made as (insert into orders (order_id) select id from past), paid as (
        insert into payments (order_id, attempt, status, amount_minor, captured_minor, currency, provider, provider_reference,
          correlation_id, created_at, updated_at)
        select id, 1, 'captured', price_minor, price_minor, 'USD', 'simulator', 'past_' || n, 'past', at, at from past
        returning id, order_id, amount_minor, created_at
      )
      insert into ledger_entries (transaction_id, account, amount_minor, currency, payment_id, order_id, kind, created_at)
      select id, account, sign * amount_minor, 'USD', id, order_id, 'capture', created_at
      from paid, (values ('provider_clearing', 1), ('sales', -1)) as side(account, sign) where amount_minor > 0`
}
