import type { Queryable, Tx } from '@shopfleet/database'

export async function insertSignIn(
  sql: Queryable,
  row: { hash: Uint8Array; state: string; sealed: Uint8Array; lives_s: number },
): Promise<void> {
  await sql`
    insert into external_sign_ins (hash, state, sealed, expires_at)
    values (${row.hash}::bytea, ${row.state}, ${row.sealed}::bytea, now() + make_interval(secs => ${row.lives_s}))`
}

/** Uses a sign-in that is under way: of several at once, one gets it. */
export async function takeSignIn(
  sql: Queryable,
  hash: Uint8Array,
): Promise<{ state: string; sealed: Uint8Array } | undefined> {
  const [row] = await sql<{ state: string; sealed: Uint8Array }[]>`
    delete from external_sign_ins where hash = ${hash}::bytea and expires_at > now() returning state, sealed`
  return row
}

export async function deleteOldSignIns(sql: Queryable): Promise<number> {
  return (await sql`delete from external_sign_ins where expires_at <= now()`).count
}

/** The active account of an identity. */
export async function findByIdentity(
  sql: Queryable,
  issuer: string,
  subject: string,
): Promise<{ id: string; is_active: boolean } | undefined> {
  const [row] = await sql<{ id: string; is_active: boolean }[]>`
    select u.id, u.is_active from external_identities e join users u on u.id = e.user_id
    where e.issuer = ${issuer} and e.subject = ${subject}`
  return row
}

/** Links an identity to the account of an e-mail, if that account's own address is confirmed. Undefined: it is not, or there is none. */
export async function linkByEmail(
  tx: Tx,
  { issuer, subject, email }: { issuer: string; subject: string; email: string },
): Promise<string | undefined> {
  const [row] = await tx<{ user_id: string }[]>`
    insert into external_identities (issuer, subject, user_id)
    select ${issuer}, ${subject}, id from users
    where lower(email) = lower(${email}) and is_active and email_verified_at is not null
    returning user_id`
  return row?.user_id
}

export async function insertIdentity(tx: Tx, issuer: string, subject: string, user_id: string): Promise<void> {
  await tx`insert into external_identities (issuer, subject, user_id) values (${issuer}, ${subject}, ${user_id})`
}

export async function deleteIdentitiesOf(tx: Tx, user_id: string): Promise<void> {
  await tx`delete from external_identities where user_id = ${user_id}`
}
