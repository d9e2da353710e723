import type { Queryable } from '@shopfleet/database'

/** What is counted, and how: `free` wrong ones, then a wait that doubles up to `longest_s`. */
export interface Counted {
  key: Uint8Array
  free: number
  longest_s: number
}

/**
 * Counts one more, unless it has to wait. It counts before the password is looked at, so that a hundred at once are a
 * hundred. Answers the seconds to wait, 0 for none.
 */
export async function countAttempt(sql: Queryable, { key, free, longest_s }: Counted): Promise<number> {
  const [row] = await sql<[{ wait_s: number }]>`
    with counted as (
      insert into sign_in_attempts as a (key, attempts, last_at) values (${key}::bytea, 1, now())
      on conflict (key) do update set
        attempts = case when a.last_at < now() - interval '1 hour' then 1 else a.attempts + 1 end,
        last_at = now(),
        blocked_until = case when a.last_at >= now() - interval '1 hour' and a.attempts + 1 >= ${free}::int
          then now() + make_interval(secs => least(${longest_s}::int, 2 ^ least(20, a.attempts + 1 - ${free}::int))) end
      where a.blocked_until is null or a.blocked_until <= now()
      returning 0 as wait_s
    )
    select coalesce((select wait_s from counted), (
      select greatest(1, ceil(extract(epoch from blocked_until - now())))::int
      from sign_in_attempts where key = ${key}::bytea), 1) as wait_s`
  return row.wait_s
}

/** It was right, or was not looked at: as if it had not been. */
export async function forgetAttempts(sql: Queryable, keys: Uint8Array[]): Promise<void> {
  await sql`delete from sign_in_attempts where key in ${sql(keys as never)}`
}

export async function uncountAttempts(sql: Queryable, keys: Uint8Array[]): Promise<void> {
  await sql`
    update sign_in_attempts set attempts = greatest(0, attempts - 1), blocked_until = null
    where key in ${sql(keys as never)}`
}

export async function deleteOldAttempts(sql: Queryable, limit: number): Promise<number> {
  const deleted = await sql`
    delete from sign_in_attempts where key = any(array(
      select key from sign_in_attempts where last_at < now() - interval '1 hour' order by last_at limit ${limit}))`
  return deleted.count
}

/** Whether somebody is signed in to the account of an e-mail from the address. */
export async function isSignedInFrom(sql: Queryable, email: string, ip: string): Promise<boolean> {
  const rows = await sql`
    select 1 from users u join sessions s on s.user_id = u.id
    where lower(u.email) = lower(${email}) and s.ip = ${ip} and s.expires_at > now() limit 1`
  return rows.count === 1
}
