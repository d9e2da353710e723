import type { Permission, Role } from '@shopfleet/contracts'
import type { Queryable, Tx } from '@shopfleet/database'

/** Customers may do nothing of staff, and administrators everything, whatever is edited. */
const fixedRoles = ['customer', 'admin']

const columns = (sql: Queryable) => sql`
  name, to_jsonb(permissions) as permissions, name = any(${fixedRoles as never}::text[]) as is_fixed,
  (select count(*)::int from users u where u.role = roles.name and erased_at is null) as users`

const asArray = (sql: Queryable, permissions: readonly string[]) =>
  sql`array(select jsonb_array_elements_text(${permissions as never}::jsonb))`

export async function listAllRoles(sql: Queryable): Promise<Role[]> {
  return sql<Role[]>`select ${columns(sql)} from roles order by name`
}

export async function findRole(sql: Queryable, name: string): Promise<Role | undefined> {
  const [row] = await sql<Role[]>`select ${columns(sql)} from roles where name = ${name}`
  return row
}

/** Undefined: there is one of that name, or there are `limit` already. */
export async function insertRole(
  sql: Queryable,
  name: string,
  permissions: readonly Permission[],
  limit: number,
): Promise<Role | undefined> {
  const [row] = await sql<Role[]>`
    insert into roles (name, permissions)
    select ${name}, ${asArray(sql, permissions)} where (select count(*) from roles) < ${limit}::int
    on conflict do nothing returning ${columns(sql)}`
  return row
}

/**
 * Says what a role may do, if neither that nor what it might before is more than `by` may. Tokens of everybody who has
 * it are out of date from here on.
 */
export async function updatePermissions(
  tx: Tx,
  name: string,
  permissions: readonly Permission[],
  by: readonly string[],
): Promise<boolean> {
  const changed = await tx`
    update roles set permissions = ${asArray(tx, permissions)}
    where name = ${name} and permissions <@ ${asArray(tx, by)} and ${asArray(tx, permissions)} <@ ${asArray(tx, by)}`
  if (changed.count === 0) return false
  await tx`update users set token_version = token_version + 1 where role = ${name}`
  return true
}

/** False: somebody has it, it may do more than `by`, or it does not exist. */
export async function deleteRole(sql: Queryable, name: string, by: readonly string[]): Promise<boolean> {
  const deleted = await sql`
    delete from roles where name = ${name} and permissions <@ ${asArray(sql, by)}
    and not exists (select 1 from users where role = ${name})`
  return deleted.count === 1
}
