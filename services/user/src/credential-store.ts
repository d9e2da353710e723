import type { Queryable, Tx } from '@shopfleet/database'

interface Named {
  email: string
  name: string | null
}

const name = (sql: Queryable) => sql`nullif(concat_ws(' ', first_name, last_name), '') as name`

/** The address of the account is its owner's. False: it has another one by now, or is not active. */
export async function markVerified(tx: Tx, user_id: string, email: string): Promise<boolean> {
  const rows = await tx`
    update users set email_verified_at = coalesce(email_verified_at, now())
    where id = ${user_id} and is_active and lower(email) = lower(${email})`
  return rows.count === 1
}

/** Gives an active account another address, verified; answers the one it had. Violates `users_email` if it is taken. */
export async function replaceEmail(tx: Tx, user_id: string, email: string): Promise<Named | undefined> {
  const [row] = await tx<Named[]>`
    update users set email = ${email}, email_verified_at = now(), updated_at = now()
    where id = ${user_id} and is_active
    returning old.email as email, ${name(tx)}`
  return row
}

/** Gives an active account another password; with `known`, only if it still has that one. */
export async function replacePassword(
  tx: Tx,
  user_id: string,
  password_hash: string,
  known?: string,
): Promise<Named | undefined> {
  const [row] = await tx<Named[]>`
    update users set password_hash = ${password_hash}, updated_at = now()
    where id = ${user_id} and is_active ${known === undefined ? tx`` : tx`and password_hash = ${known}`}
    returning email, ${name(tx)}`
  return row
}

export async function findPassword(
  sql: Queryable,
  user_id: string,
): Promise<{ email: string; password_hash: string | null } | undefined> {
  const [row] = await sql<{ email: string; password_hash: string | null }[]>`
    select email, password_hash from users where id = ${user_id} and is_active`
  return row
}

/** Notes the device of a sign-in. `isNew`: the account has been used from others, and not from this one. */
export async function noteDevice(sql: Queryable, user_id: string, device: string): Promise<boolean> {
  const [row] = await sql<[{ is_new: boolean }]>`
    with noted as (
      insert into known_devices (user_id, device) values (${user_id}, ${device}) on conflict do nothing returning 1
    )
    select exists (select 1 from noted) and exists (select 1 from known_devices where user_id = ${user_id}) as is_new`
  return row.is_new
}
