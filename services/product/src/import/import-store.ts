import {
  catalogueChanged,
  type ImportRow,
  type ProductImport,
  productCreated,
  productDeleted,
  productUpdated,
} from '@shopfleet/contracts'
import type { Queryable, Tx } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import { learnWords, payload, subtree } from '../store.ts'
import type { Category, Fields, Known, PlannedRow, Target } from './plan-row.ts'
import type { Family } from './plan-variant.ts'

export async function listCategories(sql: Queryable): Promise<Category[]> {
  return sql<Category[]>`select id, slug, name from categories order by path`
}

const knownColumns = (sql: Queryable) => sql`
  p.id, p.sku, p.slug, p.name, p.description, p.price_minor, p.currency, p.category_id, c.slug as category, p.is_active,
  p.attributes, p.images, p.stock_available as stock, p.updated_at::text as version, p.parent_id, above.sku as parent_sku, p.options,
  p.variant_count`

/** The products of these skus and slugs with the options of their variants. */
export async function listFamilies(sql: Queryable, skus: string[], slugs: string[]): Promise<Family[]> {
  return sql<Family[]>`
    select p.id, p.sku, p.slug, p.currency, p.category_id, p.parent_id is not null as is_variant, coalesce(
      (select jsonb_agg(jsonb_build_object('id', v.id, 'options', v.options) order by v.id)
        from products v where v.parent_id = p.id and v.deleted_at is null), '[]') as variants
    from products p where p.deleted_at is null and (p.sku = any(${skus}) or p.slug = any(${slugs}))`
}

/** Products that one of these belongs to; who is deleted has given them up. */
export async function matchProducts(
  sql: Queryable,
  { ids, skus, slugs }: { ids: string[]; skus: string[]; slugs: string[] },
): Promise<Known[]> {
  return sql<Known[]>`
    select ${knownColumns(sql)}
    from products p left join categories c on c.id = p.category_id left join products above on above.id = p.parent_id
    where p.deleted_at is null and (p.id = any(${ids}::uuid[]) or p.sku = any(${skus}) or p.slug = any(${slugs}))`
}

export interface NewImport {
  format: string
  file_name: string | null
  created_by: string | null
}

export async function insertImport(tx: Tx, n: NewImport, rows: readonly PlannedRow[]): Promise<string> {
  const count = (action: ImportRow['action']) => rows.filter(row => row.action === action).length
  const [row] = await tx<[{ id: string }]>`
    insert into imports (status, format, file_name, created_by, create_rows, update_rows, unchanged_rows, bad_rows)
    values ('checked', ${n.format}, ${n.file_name}, ${n.created_by}, ${count('create')}, ${count('update')},
      ${count('unchanged')}, ${count('bad')})
    returning id`
  return row.id
}

export async function insertRows(tx: Tx, import_id: string, rows: readonly PlannedRow[]): Promise<void> {
  await tx`
    insert into import_rows (import_id, line, part, action, product_id, sku, name, changes, errors, before, version, target, stock_delta)
    select ${import_id}::uuid, line, part, action, product_id, sku, name, changes, errors, before, version, target, stock_delta
    from jsonb_to_recordset(${rows as never}::jsonb) as n (line int, part int, action text, product_id uuid, sku text, name text,
      changes jsonb, errors jsonb, before jsonb, version text, target jsonb, stock_delta int)`
}

const importColumns = (sql: Queryable) => sql`
  i.id, i.status, i.format, i.file_name,
  jsonb_build_object('total', i.create_rows + i.update_rows + i.unchanged_rows + i.bad_rows, 'create', i.create_rows,
    'update', i.update_rows, 'unchanged', i.unchanged_rows, 'bad', i.bad_rows) as rows,
  (select jsonb_build_object('total', count(*), 'moved', count(*) filter (where r.stock_state in ('moved', 'back')),
      'refused', count(*) filter (where r.stock_state = 'refused'))
    from import_rows r where r.import_id = i.id and r.stock_state is not null) as stock,
  i.kept, i.failure, i.created_by, i.created_at, i.applied_at, i.undone_at`

export async function findImport(sql: Queryable, id: string): Promise<ProductImport | undefined> {
  const [row] = await sql<ProductImport[]>`select ${importColumns(sql)} from imports i where i.id = ${id}`
  return row
}

/** Newest first. */
export async function listImports(sql: Queryable, after: string | undefined, limit: number): Promise<ProductImport[]> {
  return sql<ProductImport[]>`
    select ${importColumns(sql)} from imports i
    where true ${after === undefined ? sql`` : sql`and i.id < ${after}::uuid`}
    order by i.id desc limit ${limit}`
}

export async function listRows(
  sql: Queryable,
  import_id: string,
  { action, after, limit }: { action?: string; after?: readonly [line: number, part: number]; limit: number },
): Promise<ImportRow[]> {
  return sql<ImportRow[]>`
    select line, part, action, product_id, sku, name, changes, errors from import_rows
    where import_id = ${import_id} ${action === undefined ? sql`` : sql`and action = ${action}`}
      ${after === undefined ? sql`` : sql`and (line, part) > (${after[0]}::int, ${after[1]}::int)`}
    order by line, part limit ${limit}`
}

type Status = ProductImport['status']

/** True if it was in this status, and now is in that; an undo waits for the stock. */
export async function moveImport(sql: Queryable, id: string, from: Status, to: Status): Promise<boolean> {
  const rows = await sql`
    update imports set status = ${to}, failure = null
    where id = ${id} and status = ${from} and not exists (
      select 1 from import_rows where import_id = ${id} and stock_state in ('waiting', 'waiting-back'))`
  return rows.count === 1
}

/** Back where it was, with the reason. */
export async function failImport(sql: Queryable, id: string, to: Status, failure: string): Promise<void> {
  await sql`update imports set status = ${to}, failure = ${failure} where id = ${id} and status in ('applying', 'undoing')`
}

export async function listUnderWay(sql: Queryable): Promise<{ id: string; status: Status }[]> {
  return sql<{ id: string; status: Status }[]>`
    select id, status from imports where status in ('applying', 'undoing') order by id`
}

/** Locks an import to the end of the transaction; false if another has it, or it is in another status by now. */
export async function lockImport(tx: Tx, id: string, status: Status): Promise<boolean> {
  const rows = await tx`select 1 from imports where id = ${id} and status = ${status} for update skip locked`
  return rows.count === 1
}

export async function finishImport(
  tx: Tx,
  id: string,
  { status, kept }: { status: Status; kept: number },
): Promise<void> {
  await tx`
    update imports set status = ${status}, kept = ${kept},
      applied_at = case when ${status} = 'applied' then now() else applied_at end,
      undone_at = case when ${status} = 'undone' then now() end
    where id = ${id}`
}

export interface WorkRow {
  line: number
  part: number
  action: 'create' | 'update'
  product_id: string | null
  before: Fields | null
  version: string | null
  target: Target
  stock_delta: number
}

/** The rows that change something. */
export async function listWork(tx: Tx, import_id: string): Promise<WorkRow[]> {
  return tx<WorkRow[]>`
    select line, part, action, product_id, before, version, target, stock_delta from import_rows
    where import_id = ${import_id} and action in ('create', 'update') order by line, part`
}

/** Locks products, in the order everybody does; of those that are there what they are now. */
export async function lockProducts(tx: Tx, ids: readonly string[]): Promise<Locked[]> {
  return tx<Locked[]>`
    select id, sku, slug, name, description, price_minor, currency, category_id, is_active, attributes, images,
      updated_at::text as version, parent_id, variant_count
    from products where id = any(${ids as string[]}::uuid[]) and deleted_at is null order by id for update`
}
export type Locked = Fields & { id: string; version: string; parent_id: string | null; variant_count: number }

/** New products with their events, and their stock as what can be ordered until the inventory says otherwise. */
export async function insertProducts(
  tx: Tx,
  import_id: string,
  rows: readonly { line: number; part: number; fields: Target; stock: number }[],
): Promise<void> {
  const { correlation_id, traceparent } = currentContext()
  const products = rows.map(({ fields, ...row }) => ({ ...row, ...fields }))
  await tx`
    with n as materialized (
      select n.*
      from jsonb_to_recordset(${products as never}::jsonb) as n (id uuid, parent_id uuid, options jsonb, line int, part int, stock int, sku text, slug text, name text,
        description text, price_minor bigint, currency text, category_id uuid, is_active boolean, attributes jsonb, images jsonb)
    ), p as (
      insert into products (id, sku, slug, name, description, price_minor, currency, category_id, attributes, images,
        is_active, stock_available, parent_id, options)
      select id, sku, slug, name, description, price_minor, currency, category_id, attributes, images, is_active, stock,
        parent_id, coalesce(options, '{}') from n
      returning *
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${productCreated.name}, ${productCreated.version}::int, p.id,
        ${payload(tx)} || jsonb_build_object('opening_stock', p.stock_available), ${correlation_id}, ${traceparent}
      from p
    ), learnt as (
      ${learnWords(tx, tx`p`)}
    )
    update import_rows r set product_id = n.id from n where r.import_id = ${import_id} and r.line = n.line and r.part = n.part`
}

/** Products as they are to be, with the event each change calls for. */
export async function updateProducts(tx: Tx, rows: readonly { id: string; fields: Fields }[]): Promise<void> {
  const { correlation_id, traceparent } = currentContext()
  const products = rows.map(({ id, fields }) => ({ id, ...fields }))
  await tx`
    with n as materialized (
      select n.*
      from jsonb_to_recordset(${products as never}::jsonb) as n (id uuid, sku text, slug text, name text,
        description text, price_minor bigint, currency text, category_id uuid, is_active boolean, attributes jsonb, images jsonb)
    ), p as (
      update products p set sku = n.sku, slug = n.slug, name = n.name, description = n.description,
        -- Of a product with variants it is theirs, and may be another than when it was looked at.
        price_minor = case when p.variant_count > 0 then p.price_minor else n.price_minor end, currency = n.currency, category_id = n.category_id, is_active = n.is_active,
        attributes = n.attributes, images = n.images, updated_at = now()
      from n where p.id = n.id
      returning p.*, (old.sku, old.slug, old.name, old.price_minor, old.currency, old.is_active, old.category_id)
        is distinct from (new.sku, new.slug, new.name, new.price_minor, new.currency, new.is_active, new.category_id) as is_kept_elsewhere
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select case when is_kept_elsewhere then ${productUpdated.name} else ${catalogueChanged.name} end, 1, p.id,
        case when is_kept_elsewhere then ${payload(tx)} else jsonb_build_object('what', 'product', 'in_stock', p.stock_available > 0) end,
        ${correlation_id}, ${traceparent}
      from p
    )
    ${learnWords(tx, tx`p`)}`
}

export async function deleteProducts(tx: Tx, ids: readonly string[]): Promise<void> {
  const { correlation_id, traceparent } = currentContext()
  await tx`
    with deleted as (
      update products set deleted_at = now(), updated_at = now()
      where id = any(${ids as string[]}::uuid[]) and deleted_at is null returning id
    )
    insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
    select ${productDeleted.name}, ${productDeleted.version}::int, id, jsonb_build_object('product_id', id),
      ${correlation_id}, ${traceparent}
    from deleted`
}

/** What the stock of changed products has still to move by; of new ones it opens with their event. */
export async function awaitStock(tx: Tx, import_id: string): Promise<void> {
  await tx`
    update import_rows set stock_state = 'waiting'
    where import_id = ${import_id} and action = 'update' and stock_delta <> 0`
}

/** What was moved is to be moved back. */
export async function awaitStockBack(tx: Tx, import_id: string): Promise<void> {
  await tx`update import_rows set stock_state = 'waiting-back' where import_id = ${import_id} and stock_state = 'moved'`
}

export interface WaitingStock {
  import_id: string
  line: number
  product_id: string
  stock_delta: number
  /** Of what stands in one line at most one row has it: the stock of a product with variants is theirs. */
  stock_state: 'waiting' | 'waiting-back'
}

export async function listWaitingStock(
  sql: Queryable,
  { after, limit }: { after?: WaitingStock; limit: number },
): Promise<WaitingStock[]> {
  return sql<WaitingStock[]>`
    select import_id, line, product_id, stock_delta, stock_state from import_rows
    where stock_state in ('waiting', 'waiting-back')
      ${after === undefined ? sql`` : sql`and (import_id, line) > (${after.import_id}::uuid, ${after.line}::int)`}
    order by import_id, line limit ${limit}`
}

export async function settleStock(
  sql: Queryable,
  row: WaitingStock,
  state: 'moved' | 'back' | 'refused',
): Promise<boolean> {
  const rows = await sql`
    update import_rows set stock_state = ${state}
    where import_id = ${row.import_id} and line = ${row.line} and stock_state = ${row.stock_state}`
  return rows.count === 1
}

export async function deleteOldImports(sql: Queryable, days: number): Promise<number> {
  const rows = await sql`
    delete from imports where created_at < now() - make_interval(days => ${days}) and status not in ('applying', 'undoing')`
  return rows.count
}

/** The names of all options there are. */
export async function listOptionNames(sql: Queryable): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select distinct k.name from products p, jsonb_object_keys(p.options) as k (name)
    where p.parent_id is not null and p.deleted_at is null order by k.name`
  return rows.map(row => row.name)
}

/** The names of all attributes there are, those of most products first. */
export async function listAttributeNames(sql: Queryable, category: string | undefined): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select k.name from products p, jsonb_object_keys(p.attributes) as k (name)
    where p.deleted_at is null ${category === undefined ? sql`` : sql`and p.category_id in (${subtree(sql, category)})`}
    group by k.name order by count(*) desc, k.name`
  return rows.map(row => row.name)
}

/** The next products of an export, in the order they came into the catalogue. */
export async function listForExport(
  sql: Queryable,
  { category, after, limit }: { category?: string; after?: string; limit: number },
): Promise<Known[]> {
  return sql<Known[]>`
    select ${knownColumns(sql)}
    from products p left join categories c on c.id = p.category_id left join products above on above.id = p.parent_id
    where p.deleted_at is null ${after === undefined ? sql`` : sql`and p.id > ${after}::uuid`}
      ${category === undefined ? sql`` : sql`and p.category_id in (${subtree(sql, category)})`}
    order by p.id limit ${limit}`
}
