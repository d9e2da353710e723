import type { Queryable, Tx } from '@shopfleet/database'

/** Keeps a secret that has to be confirmed. False: the account has a confirmed one. */
export async function insertSecret(sql: Queryable, user_id: string, sealed: Uint8Array): Promise<boolean> {
  const rows = await sql`
    insert into second_factors as f (user_id, sealed_secret) values (${user_id}, ${sealed}::bytea)
    on conflict (user_id) do update set sealed_secret = excluded.sealed_secret, last_step = 0, created_at = now()
    where f.confirmed_at is null`
  return rows.count === 1
}

export async function findSecret(
  sql: Queryable,
  user_id: string,
): Promise<{ sealed: Uint8Array; is_confirmed: boolean } | undefined> {
  const [row] = await sql<{ sealed: Uint8Array; is_confirmed: boolean }[]>`
    select sealed_secret as sealed, confirmed_at is not null as is_confirmed from second_factors where user_id = ${user_id}`
  return row
}

/** Takes a code of a time step. False: one of that step or a later one was taken before. */
export async function takeStep(sql: Queryable, user_id: string, step: number): Promise<boolean> {
  const rows = await sql`
    update second_factors set last_step = ${step}::bigint where user_id = ${user_id} and last_step < ${step}::bigint`
  return rows.count === 1
}

/** Takes a recovery code. False: there is no such one, or it was taken before. */
export async function takeRecoveryCode(sql: Queryable, user_id: string, hash: Uint8Array): Promise<boolean> {
  const rows = await sql`delete from recovery_codes where user_id = ${user_id} and hash = ${hash}::bytea`
  return rows.count === 1
}

/** The factor counts from now on, with new recovery codes. False: it did before. */
export async function confirmSecret(tx: Tx, user_id: string, recovery: Uint8Array[]): Promise<boolean> {
  const rows = await tx`
    update second_factors set confirmed_at = now() where user_id = ${user_id} and confirmed_at is null`
  if (rows.count === 0) return false
  await tx`delete from recovery_codes where user_id = ${user_id}`
  for (const hash of recovery) await tx`insert into recovery_codes (user_id, hash) values (${user_id}, ${hash}::bytea)`
  return true
}

/** Tokens given out before no longer say what the account may do. */
export async function outdateTokens(tx: Tx, user_id: string): Promise<void> {
  await tx`update users set token_version = token_version + 1 where id = ${user_id}`
}

export async function deleteSecret(tx: Tx, user_id: string): Promise<boolean> {
  await tx`delete from recovery_codes where user_id = ${user_id}`
  return (await tx`delete from second_factors where user_id = ${user_id}`).count === 1
}

export async function countRecoveryCodes(sql: Queryable, user_id: string): Promise<number> {
  const [row] = await sql<[{ n: number }]>`select count(*)::int as n from recovery_codes where user_id = ${user_id}`
  return row.n
}

export async function insertChallenge(
  sql: Queryable,
  hash: Uint8Array,
  user_id: string,
  lives_s: number,
): Promise<void> {
  await sql`
    insert into sign_in_challenges (hash, user_id, expires_at)
    values (${hash}::bytea, ${user_id}, now() + make_interval(secs => ${lives_s}))`
}

export async function findChallenge(sql: Queryable, hash: Uint8Array): Promise<string | undefined> {
  const [row] = await sql<{ user_id: string }[]>`
    select user_id from sign_in_challenges where hash = ${hash}::bytea and expires_at > now()`
  return row?.user_id
}

/** Ends a challenge: of several who answer it at once, one does. */
export async function deleteChallenge(sql: Queryable, hash: Uint8Array): Promise<boolean> {
  return (await sql`delete from sign_in_challenges where hash = ${hash}::bytea`).count === 1
}

export async function deleteOldChallenges(sql: Queryable): Promise<number> {
  return (await sql`delete from sign_in_challenges where expires_at <= now()`).count
}

/** What an authenticator app calls this shop. */
export async function findShopName(sql: Queryable): Promise<string> {
  const [row] = await sql<[{ shop_name: string }]>`select shop_name from shop`
  return row.shop_name
}

export async function saveShopName(sql: Queryable, shop_name: string): Promise<void> {
  await sql`update shop set shop_name = ${shop_name}`
}
