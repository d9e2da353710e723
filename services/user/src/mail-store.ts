import type { Queryable, Tx } from '@shopfleet/database'

export const linkPurposes = ['verify-email', 'change-email', 'reset-password'] as const
export type LinkPurpose = (typeof linkPurposes)[number]

/** A mail to be handed over. `change-email` is the mail `verify-email` to an address that is to become the account's. */
export interface MailRow {
  key: string
  template: string
  user_id: string | null
  email: string
  data: Record<string, unknown>
}

/** Puts a mail into the queue, in the transaction of what it tells. The same key is the same mail. */
export async function insertMail(sql: Queryable, { key, template, user_id, email, data }: MailRow): Promise<void> {
  await sql`
    insert into mails (key, template, user_id, email, data)
    values (${key}, ${template}, ${user_id}, ${email}, ${data as never}::jsonb) on conflict (key) do nothing`
}

/** Takes mails that are due: until they are tried again they are the caller's. */
export async function claimMails(sql: Queryable, limit: number): Promise<(MailRow & { attempts: number })[]> {
  return sql<(MailRow & { attempts: number })[]>`
    update mails m
    set attempts = attempts + 1, due_at = now() + least(interval '10 minutes', interval '5 seconds' * 2 ^ least(attempts, 10))
    where key = any(array(select key from mails where due_at <= now() order by due_at limit ${limit} for update skip locked))
    returning m.key, m.template, m.user_id, m.email, m.data, m.attempts`
}

export async function deleteMail(sql: Queryable, key: string): Promise<void> {
  await sql`delete from mails where key = ${key}`
}

export async function deleteMailsOf(tx: Tx, user_id: string): Promise<void> {
  await tx`delete from mails where user_id = ${user_id}`
}

/** Mails nobody took for days would come as a surprise now. */
export async function deleteOldMails(sql: Queryable): Promise<number> {
  return (await sql`delete from mails where created_at < now() - interval '3 days'`).count
}

/** Whom a mail is for: the account of the mail, or the active one of its address. */
export async function findRecipient(
  sql: Queryable,
  { user_id, email }: Pick<MailRow, 'user_id' | 'email'>,
): Promise<{ id: string; name: string | null; email: string; is_verified: boolean } | undefined> {
  const [row] = await sql<{ id: string; name: string | null; email: string; is_verified: boolean }[]>`
    select id, nullif(concat_ws(' ', first_name, last_name), '') as name, email, email_verified_at is not null as is_verified
    from users where is_active and ${user_id === null ? sql`lower(email) = lower(${email})` : sql`id = ${user_id}`}`
  return row
}

/** Keeps the token of a link, unless the account was sent `limit` of them within the hour. Answers whether it did. */
export async function insertLink(
  sql: Queryable,
  link: { hash: Uint8Array; user_id: string; purpose: LinkPurpose; email: string; lives_s: number; limit: number },
): Promise<boolean> {
  const made = await sql`
    insert into account_tokens (hash, user_id, purpose, email, expires_at)
    select ${link.hash}::bytea, ${link.user_id}, ${link.purpose}, ${link.email}, now() + make_interval(secs => ${link.lives_s})
    where (select count(*) from account_tokens where user_id = ${link.user_id} and purpose = ${link.purpose}
           and created_at > now() - interval '1 hour') < ${link.limit}::int`
  return made.count === 1
}

export interface LinkRow {
  user_id: string
  purpose: LinkPurpose
  email: string
}

/** What a link that has not been used or run out is for. */
export async function findLink(
  sql: Queryable,
  hash: Uint8Array,
  purposes: readonly LinkPurpose[],
): Promise<LinkRow | undefined> {
  const [row] = await sql<LinkRow[]>`
    select user_id, purpose, email from account_tokens
    where hash = ${hash}::bytea and purpose = any(${purposes as never}::text[]) and expires_at > now()`
  return row
}

/** Uses a link: of several at once, one gets it. The account's other links of the purpose go with it. */
export async function useLink(
  tx: Tx,
  hash: Uint8Array,
  purposes: readonly LinkPurpose[],
): Promise<LinkRow | undefined> {
  const [row] = await tx<LinkRow[]>`
    delete from account_tokens
    where hash = ${hash}::bytea and purpose = any(${purposes as never}::text[]) and expires_at > now()
    returning user_id, purpose, email`
  if (row) await tx`delete from account_tokens where user_id = ${row.user_id} and purpose = ${row.purpose}`
  return row
}

/** Takes back what could still be used to get into an account: its links, and sign-ins that wait for a second factor. */
export async function deleteLinksOf(tx: Tx, user_id: string): Promise<void> {
  await tx`delete from sign_in_challenges where user_id = ${user_id}`
  await tx`delete from account_tokens where user_id = ${user_id}`
}

export async function deleteOldLinks(sql: Queryable, limit: number): Promise<number> {
  const deleted = await sql`
    delete from account_tokens where hash = any(array(
      select hash from account_tokens where expires_at <= now() order by expires_at limit ${limit}))`
  return deleted.count
}
