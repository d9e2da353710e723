import { type User, userRegistered, userUpdated } from '@shopfleet/contracts'
import type { Queryable, Tx } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import type { Changer } from './account.ts'
import type { Names } from './user.ts'

/** A session and its first or next refresh token, as they are kept. */
export interface SessionRow {
  id: string
  hash: Uint8Array
  lives_s: number
  max_days: number
  user_agent: string | null
  ip: string | null
}

const fullName = (sql: Queryable) => sql`nullif(concat_ws(' ', first_name, last_name), '')`

/** The wire shape of an account, from `users u join roles r`. */
export const userColumns = (sql: Queryable) => sql`
  u.id, u.email, u.first_name, u.last_name, ${fullName(sql)} as name, u.role, to_jsonb(r.permissions) as permissions,
  u.is_active, u.email_verified_at, u.created_at, u.updated_at`

/**
 * Creates an account and, with `session`, opens its first session; with `verify_key`, has its address verified by mail.
 * Says user.registered.
 */
export async function insertUser(
  sql: Queryable,
  account: Names & { email: string; password_hash: string | null; role: string; verify_key?: string },
  session?: SessionRow,
): Promise<User> {
  const { email, password_hash, first_name = null, last_name = null, role, verify_key = null } = account
  const { correlation_id, traceparent } = currentContext()
  const [row] = await sql<[User]>`
    with made as (
      insert into users (email, password_hash, first_name, last_name, role)
      values (${email}, ${password_hash}, ${first_name}, ${last_name}, ${role})
      returning *
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${userRegistered.name}, ${userRegistered.version}::int, id,
             jsonb_build_object('user_id', id, 'email', email, 'name', ${fullName(sql)}), ${correlation_id}, ${traceparent}
      from made
    ), asked as (
      insert into mails (key, template, user_id, email)
      select ${verify_key}::text, 'verify-email', id, email from made where ${verify_key}::text is not null
    )
    ${session ? sql`, ${insertSession(sql, session, sql`made`)}` : sql``}
    select ${userColumns(sql)} from made u join roles r on r.name = u.role`
  return row
}

/** CTEs that open a session of the user whose `id` the relation holds. */
const insertSession = (
  sql: Queryable,
  { id, hash, lives_s, user_agent, ip }: SessionRow,
  user: ReturnType<Queryable>,
) => sql`
    opened as (
      insert into sessions (id, user_id, expires_at, user_agent, ip)
      select ${id}::uuid, id, now() + make_interval(secs => ${lives_s}), ${user_agent}, ${ip} from ${user}
      returning id, generation
    ), given as (
      insert into refresh_tokens (hash, session_id, generation) select ${hash}::bytea, id, generation from opened
    )`

export async function findCredentials(
  sql: Queryable,
  email: string,
): Promise<{ id: string; password_hash: string | null; is_verified: boolean } | undefined> {
  const [row] = await sql<{ id: string; password_hash: string | null; is_verified: boolean }[]>`
    select id, password_hash, email_verified_at is not null as is_verified from users where lower(email) = lower(${email}) and is_active`
  return row
}

/**
 * Opens a session of an account that still has the password hash. The lock makes an erasure that runs just now wait,
 * or makes this one see it.
 */
export async function openSession(
  sql: Queryable,
  user_id: string,
  password_hash: string | null,
  session: SessionRow,
): Promise<boolean> {
  const rows = await sql`
    with account as materialized (
      select * from users where id = ${user_id} and is_active and password_hash is not distinct from ${password_hash} for share
    ), ${insertSession(sql, session, sql`account`)}
    select 1 from account`
  return rows.count === 1
}

/** CTEs and answer of a session that goes on: the next token. `turned` holds the session. */
const insertNextToken = (sql: Queryable, hash: Uint8Array) => sql`
    given as (
      insert into refresh_tokens (hash, session_id, generation) select ${hash}::bytea, id, generation from turned
    )
    select id from turned`

/** Exchanges an unused refresh token for the next one. Undefined: it is used, too old or unknown. */
export async function turnSession(
  sql: Queryable,
  old: Uint8Array,
  next: SessionRow,
): Promise<{ id: string } | undefined> {
  const [row] = await sql<{ id: string }[]>`
    with turned as (
      update sessions s
      set generation = s.generation + 1, turned_by = t.hash, turned_at = clock_timestamp(),
          expires_at = least(now() + make_interval(secs => ${next.lives_s}), s.created_at + make_interval(days => ${next.max_days})),
          used_at = now(),
          user_agent = ${next.user_agent}, ip = ${next.ip}
      from refresh_tokens t
      where t.hash = ${old}::bytea and s.id = t.session_id and s.generation = t.generation and s.expires_at > now()
      returning s.id, s.generation
    ), ${insertNextToken(sql, next.hash)}`
  return row
}

/**
 * One more token of the newest generation, for the token that brought it a moment ago. Whichever of the two is used
 * first goes on, and the other one counts as used.
 */
export async function repeatTurn(
  sql: Queryable,
  old: Uint8Array,
  next: SessionRow & { repeat_s: number },
): Promise<{ id: string } | undefined> {
  const [row] = await sql<{ id: string }[]>`
    with turned as materialized (
      select s.id, s.generation from sessions s join refresh_tokens t on t.session_id = s.id
      where t.hash = ${old}::bytea and s.turned_by = t.hash
        and s.turned_at > clock_timestamp() - make_interval(secs => ${next.repeat_s}) and s.expires_at > now()
      for update of s
    ), ${insertNextToken(sql, next.hash)}`
  return row
}

/** Ends the session a refresh token belongs to. */
export async function endSession(
  sql: Queryable,
  hash: Uint8Array,
): Promise<{ id: string; user_id: string } | undefined> {
  const [row] = await sql<{ id: string; user_id: string }[]>`
    delete from sessions where id = (select session_id from refresh_tokens where hash = ${hash}::bytea)
    returning id, user_id`
  return row
}

export async function deleteExpiredSessions(sql: Queryable, limit: number): Promise<number> {
  const deleted = await sql`
    delete from sessions where id = any(array(
      select id from sessions where expires_at <= now() order by expires_at limit ${limit}))`
  return deleted.count
}

/** Used tokens so old that a thief would have no use for them. */
export async function deleteOldTokens(sql: Queryable, lives_s: number, limit: number): Promise<number> {
  const deleted = await sql`
    delete from refresh_tokens where hash = any(array(
      select hash from refresh_tokens where created_at <= now() - make_interval(secs => ${lives_s})
      order by created_at limit ${limit}))`
  return deleted.count
}

/** An account that has not been erased. */
export async function findUser(sql: Queryable, id: string): Promise<User | undefined> {
  const [row] = await sql<User[]>`
    select ${userColumns(sql)} from users u join roles r on r.name = u.role where u.id = ${id} and u.erased_at is null`
  return row
}

export async function findActiveUser(sql: Queryable, id: string): Promise<{ id: string; email: string } | undefined> {
  const [row] = await sql<{ id: string; email: string }[]>`select id, email from users where id = ${id} and is_active`
  return row
}

export async function findActiveName(
  sql: Queryable,
  id: string,
): Promise<{ first_name: string | null; last_name: string | null } | undefined> {
  const [row] = await sql<{ first_name: string | null; last_name: string | null }[]>`
    select first_name, last_name from users where id = ${id} and is_active`
  return row
}

/** Newest first. `after` is the id of the last row seen. */
export async function listUsers(
  sql: Queryable,
  filter: { email?: string; email_begins?: string; staff?: boolean; after?: string; limit: number },
): Promise<User[]> {
  const { email, staff, after, limit } = filter
  const begins = filter.email_begins === undefined ? undefined : `${filter.email_begins.replace(/[\\%_]/g, '\\$&')}%`
  return sql<User[]>`
    select ${userColumns(sql)} from users u join roles r on r.name = u.role
    where u.erased_at is null
    ${email === undefined ? sql`` : sql`and lower(u.email) = lower(${email})`}
    ${begins === undefined ? sql`` : sql`and lower(u.email) like lower(${begins})`}
    ${staff === undefined ? sql`` : staff ? sql`and u.role <> 'customer'` : sql`and u.role = 'customer'`}
    ${after === undefined ? sql`` : sql`and u.id < ${after}::uuid`}
    order by u.id desc limit ${limit}`
}

/** The condition that the row of `roles` allows nothing `by` may not do. */
const isWithin = (sql: Queryable, by: Changer) =>
  by.own ? sql`true` : sql`permissions <@ array(select jsonb_array_elements_text(${by.permissions as never}::jsonb))`

/** The condition that `by` may change the row of `users`. */
const mayChange = (sql: Queryable, by: Changer) => sql`(select ${isWithin(sql, by)} from roles where name = users.role)`

/** The outbox rows of accounts in the relation `changed`. */
const sayUpdated = (sql: Queryable, correlation_id: string, traceparent: string | null) => sql`
  insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
  select ${userUpdated.name}, ${userUpdated.version}::int, id, jsonb_build_object('user_id', id), ${correlation_id}, ${traceparent}
  from changed`

/** Changes an account, if that changes anything. Says user.updated. Undefined: absent, not allowed, or so already. */
export async function updateUser(
  sql: Queryable,
  id: string,
  { email, first_name, last_name }: Names & { email?: string },
  by: Changer,
): Promise<User | undefined> {
  const { correlation_id, traceparent } = currentContext()
  const wanted = sql`
    ${email === undefined ? sql`email` : sql`${email}::text`},
    ${first_name === undefined ? sql`first_name` : sql`${first_name}::text`},
    ${last_name === undefined ? sql`last_name` : sql`${last_name}::text`}`
  const [row] = await sql<User[]>`
    with changed as (
      update users set (email, first_name, last_name, updated_at) = row (${wanted}, now())
        ${email === undefined ? sql`` : sql`, email_verified_at = case when lower(email) = lower(${email}) then email_verified_at end`}
      where id = ${id} and erased_at is null and ${mayChange(sql, by)}
        and (email, first_name, last_name) is distinct from (${wanted})
      returning *
    ), said as (
      ${sayUpdated(sql, correlation_id, traceparent)}
    )
    select ${userColumns(sql)} from changed u join roles r on r.name = u.role`
  return row
}

/** Changes the role of an account to one `by` could hold. Says user.updated. Undefined: as `updateUser`, or no such role. */
export async function updateRole(
  tx: Tx,
  id: string,
  role: string,
  by: Changer,
): Promise<{ user: User; was_role: string } | undefined> {
  const { correlation_id, traceparent } = currentContext()
  const [row] = await tx<(User & { was_role: string })[]>`
    with changed as (
      update users set role = ${role}, updated_at = now()
      where id = ${id} and erased_at is null and role <> ${role} and ${mayChange(tx, by)}
        and exists (select 1 from roles where name = ${role} and ${isWithin(tx, by)})
      returning *, old.role as was_role
    ), said as (
      ${sayUpdated(tx, correlation_id, traceparent)}
    )
    select ${userColumns(tx)}, u.was_role from changed u join roles r on r.name = u.role`
  if (!row) return undefined
  const { was_role, ...user } = row
  return { user, was_role }
}

/** Lets an account sign in, or not. Says user.updated. Undefined: as `updateUser`. */
export async function updateActive(tx: Tx, id: string, is_active: boolean, by: Changer): Promise<User | undefined> {
  const { correlation_id, traceparent } = currentContext()
  const [row] = await tx<User[]>`
    with changed as (
      update users set is_active = ${is_active}, updated_at = now()
      where id = ${id} and erased_at is null and is_active <> ${is_active} and ${mayChange(tx, by)}
      returning *
    ), said as (
      ${sayUpdated(tx, correlation_id, traceparent)}
    )
    select ${userColumns(tx)} from changed u join roles r on r.name = u.role`
  return row
}

export async function listRoles(sql: Queryable): Promise<{ name: string; permissions: string[] }[]> {
  return sql<{ name: string; permissions: string[] }[]>`
    select name, to_jsonb(permissions) as permissions from roles order by name`
}

/** Takes everything that names the person out of the row; answers the role and address it had. Undefined: absent, erased already, or not allowed. */
export async function anonymiseUser(
  tx: Tx,
  id: string,
  by: Changer,
): Promise<{ was_role: string; email: string } | undefined> {
  const [row] = await tx<{ was_role: string; email: string }[]>`
    update users
    set email = gen_random_uuid() || '@erased.invalid', first_name = null, last_name = null, password_hash = null,
        role = 'customer', is_active = false, email_verified_at = null, erased_at = now(), updated_at = now()
    where id = ${id} and erased_at is null and ${mayChange(tx, by)}
    returning old.role as was_role, old.email as email`
  return row
}

export async function hasAdministrator(sql: Queryable): Promise<boolean> {
  const rows = await sql`select 1 from users where role = 'admin' and is_active limit 1`
  return rows.count === 1
}

/** Keeps others from giving out the role in this way to the end of the transaction. */
export async function lockRole(tx: Tx, name: string): Promise<void> {
  await tx`select 1 from roles where name = ${name} for no key update`
}

/** Adds the signing key of a number. When two come at once, the first stays. */
export async function insertKey(
  sql: Queryable,
  { number, kid, public_jwk, sealed }: SealedKey & { public_jwk: object },
): Promise<void> {
  await sql`
    insert into signing_keys (number, kid, public_jwk, sealed_private_key)
    values (${number}, ${kid}, ${public_jwk as never}::jsonb, ${sealed}::bytea)
    on conflict (number) do nothing`
}

export interface SealedKey {
  number: number
  kid: string
  sealed: Uint8Array
}

/** Keys that may sign, best first: the newest of those that have been published long enough, else the newest. */
export async function listSigningKeys(sql: Queryable, publish_s: number): Promise<SealedKey[]> {
  return sql<SealedKey[]>`
    select number, kid, sealed_private_key as sealed from signing_keys where retired_at is null
    order by created_at <= now() - make_interval(secs => ${publish_s}) desc, number desc`
}

export async function listPublicKeys(sql: Queryable): Promise<Record<string, string>[]> {
  const rows = await sql<{ public_jwk: Record<string, string> }[]>`
    select public_jwk from signing_keys where retired_at is null order by number desc`
  return rows.map(row => row.public_jwk)
}

/** The newest key, and whether it has served its days. */
export async function findNewestKey(
  sql: Queryable,
  days: number,
): Promise<{ number: number; is_old: boolean } | undefined> {
  const [row] = await sql<{ number: number; is_old: boolean }[]>`
    select number, created_at < now() - make_interval(days => ${days}) as is_old from signing_keys
    order by number desc limit 1`
  return row
}

/** Retires keys whose successor has been signing for longer than any token lives (twice, for clocks and delays). */
export async function retireKeys(
  sql: Queryable,
  { publish_s, token_s }: { publish_s: number; token_s: number },
): Promise<void> {
  await sql`
    update signing_keys k set retired_at = now()
    where retired_at is null and exists (
      select 1 from signing_keys n
      where n.number > k.number and n.created_at < now() - make_interval(secs => ${2 * (publish_s + token_s)}))`
}
