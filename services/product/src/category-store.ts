import type { Queryable, Tx } from '@shopfleet/database'
import type { CategoryRow } from './category.ts'
import { asUuid, isListed, subtree } from './store.ts'

/** A category by id, slug or name, in this order. */
export async function findCategoryId(sql: Queryable, key: string): Promise<string | undefined> {
  const [row] = await sql<{ id: string }[]>`
    select id from categories where id = ${asUuid(key)}::uuid or slug = ${key} or lower(name) = lower(${key})
    order by id = ${asUuid(key)}::uuid desc nulls last, slug = ${key} desc, path limit 1`
  return row?.id
}

/** Every category, or one (by id or slug) and those below it, with how many products are for sale in and below each. */
export async function listCategories(sql: Queryable, key?: string): Promise<CategoryRow[]> {
  return sql<CategoryRow[]>`
    with wanted as materialized (
      select * from categories ${key === undefined ? sql`` : sql`where id in (${subtree(sql, key)})`}
    ), own as (
      select p.category_id, count(*)::int as n from products p
      where ${isListed(sql)} and ${
        key === undefined ? sql`p.category_id is not null` : sql`p.category_id = any(array(select id from wanted))`
      }
      group by p.category_id
    ), totals as (
      select above.id, sum(own.n)::int as n
      from own join wanted w on w.id = own.category_id, unnest(w.path) as above (id) group by above.id
    )
    select w.id, w.name, w.slug, w.description, w.parent_id, w.position, coalesce(t.n, 0) as product_count, w.path
    from wanted w left join totals t on t.id = w.id
    order by cardinality(w.path), w.position, w.name, w.id`
}

/** Lets nobody else change the tree until the end of the transaction. Readers go on. */
export async function lockCategories(tx: Tx): Promise<void> {
  await tx`lock table categories in share row exclusive mode`
}

export interface CategoryNode {
  id: string
  path: string[]
  /** Levels of it and what is below it */
  height: number
}

export async function findCategoryNode(tx: Queryable, id: string): Promise<CategoryNode | undefined> {
  const [row] = await tx<CategoryNode[]>`
    select c.id, c.path,
      (select max(cardinality(b.path)) from categories b where b.path && array[c.id]) - cardinality(c.path) + 1 as height
    from categories c where c.id = ${id}`
  return row
}

export interface NewCategory {
  name: string
  slug: string
  description: string | null
  parent_id: string | null
  position: number
}

/** Answers its id; undefined if the slug is taken. */
export async function insertCategory(tx: Tx, n: NewCategory, above: string[]): Promise<string | undefined> {
  const [row] = await tx<{ id: string }[]>`
    with new as (select uuidv7() as id)
    insert into categories (id, name, slug, description, parent_id, position, path)
    select id, ${n.name}, ${n.slug}, ${n.description}, ${n.parent_id}::uuid, ${n.position}, ${above}::uuid[] || id from new
    on conflict on constraint categories_slug do nothing
    returning id`
  return row?.id
}

export async function updateCategory(tx: Tx, id: string, patch: Partial<NewCategory>): Promise<void> {
  await tx`
    update categories set ${tx({ id, ...patch } as never)}, updated_at = now() where id = ${id}`
}

/** Hangs a category, and with it all below, under the path of another (none: the root). */
export async function moveCategory(tx: Tx, node: CategoryNode, above: string[]): Promise<void> {
  await tx`
    update categories
    set path = ${above}::uuid[] || path[${node.path.length}::int:],
        parent_id = case when id = ${node.id} then ${above.at(-1) ?? null}::uuid else parent_id end, updated_at = now()
    where path && array[${node.id}::uuid]`
}

/** True if there was one. What is for sale in it, or a category below it, refuses by foreign key. */
export async function deleteCategory(tx: Tx, id: string): Promise<boolean> {
  await tx`update products set category_id = null where category_id = ${id} and deleted_at is not null`
  return (await tx`delete from categories where id = ${id}`).count === 1
}
