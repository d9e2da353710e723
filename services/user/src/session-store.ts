import type { Revocations, User } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { userColumns } from './store.ts'

/** What an access token says of an account. */
export type Subject = User & { token_version: number; has_second_factor: boolean }

/**
 * Whose session it is, and what they may do now: role, permissions and version of one moment, so that a token never
 * has the version of one role with the permissions of another.
 */
export async function findSubject(sql: Queryable, session_id: string): Promise<Subject | undefined> {
  const [row] = await sql<Subject[]>`
    select ${userColumns(sql)}, u.token_version,
      exists (select 1 from second_factors f where f.user_id = u.id and confirmed_at is not null) as has_second_factor
    from sessions s join users u on u.id = s.user_id join roles r on r.name = u.role
    where s.id = ${session_id} and u.is_active`
  return row
}

export interface SessionInfo {
  id: string
  user_agent: string | null
  ip: string | null
  created_at: string
  last_used_at: string
  expires_at: string
}

/** Sessions a person may have at once in the list; the oldest beyond it are not shown. */
const maxListed = 100

/** Those that have not run out, last used first. */
export async function listSessions(sql: Queryable, user_id: string): Promise<SessionInfo[]> {
  return sql<SessionInfo[]>`
    select id, user_agent, ip, created_at, used_at as last_used_at, expires_at from sessions
    where user_id = ${user_id} and expires_at > now() order by used_at desc, id desc limit ${maxListed}`
}

/** Ends one session of a person. False: they have none of that id. */
export async function endSessionOf(sql: Queryable, user_id: string, id: string): Promise<boolean> {
  const ended = await sql`delete from sessions where id = ${id} and user_id = ${user_id}`
  return ended.count === 1
}

/** Ends all sessions of a person, but one if it is named. Answers how many. */
export async function endSessions(sql: Queryable, user_id: string, except: string | null = null): Promise<number> {
  const ended = await sql`
    delete from sessions where user_id = ${user_id} and id is distinct from ${except}::uuid`
  return ended.count
}

/**
 * What was taken back since a cursor; all of it without one, or with one of another database (a cursor ahead of
 * its time). Some of it twice, none of it never.
 */
export async function listRevocations(sql: Queryable, since: string | undefined, keep_s: number): Promise<Revocations> {
  const [row] = await sql<[Revocations]>`
    with present as materialized (
      select pg_snapshot_xmin(pg_current_snapshot()) as xmin, ${since ?? null}::text::xid8 as since
    ), recent as (
      select r.* from revocations r, present p
      where r.created_at > now() - make_interval(secs => ${keep_s})
        and (p.since is null or p.since > p.xmin or r.xid >= p.since)
    )
    select p.xmin::text as cursor, ${keep_s}::int as keep_s,
      (select coalesce(jsonb_agg(distinct session_id) filter (where session_id is not null), '[]') from recent) as sessions,
      (select coalesce(jsonb_agg(jsonb_build_object('user_id', user_id, 'version', version)), '[]')
       from (select user_id, max(version) as version from recent where user_id is not null group by user_id) u) as users
    from present p`
  return row
}

export async function deleteOldRevocations(sql: Queryable, keep_s: number, limit: number): Promise<number> {
  const deleted = await sql`
    delete from revocations where ctid = any(array(
      select ctid from revocations where created_at <= now() - make_interval(secs => ${keep_s})
      order by created_at limit ${limit}))`
  return deleted.count
}
