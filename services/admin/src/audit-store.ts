import type { StaffAction } from '@shopfleet/contracts'
import type { Queryable, Tx } from '@shopfleet/database'

export interface AuditRow {
  id: string
  service: string
  actor_id: string | null
  role: string
  operation: string
  method: string
  path: string
  target: string | null
  input: unknown
  before: unknown
  after: unknown
  status: number | null
  problem: string | null
  ip: string
  forwarded_for: string | null
  user_agent: string | null
  correlation_id: string
  at: string
}

export async function insertBegun(tx: Tx, service: string, action: StaffAction, correlation_id: string): Promise<void> {
  await tx`
    insert into actions_begun (action_id, service, action, correlation_id)
    select ${action.action_id}, ${service}, ${action as never}::jsonb, ${correlation_id}
    where not exists (select 1 from audit_log where action_id = ${action.action_id} and status is not null)
    on conflict do nothing`
}

const insertLine = (sql: Queryable, from: ReturnType<Queryable>) => sql`
  insert into audit_log (action_id, service, actor_id, role, operation, method, path, target, input, before, after, status,
    problem, ip, forwarded_for, user_agent, correlation_id, at)
  select (a ->> 'action_id')::uuid, service, (a ->> 'actor_id')::uuid, a ->> 'role', a ->> 'operation', a ->> 'method',
    a ->> 'path', a ->> 'target', a -> 'input', a -> 'before', a -> 'after', (a ->> 'status')::int, a ->> 'problem',
    a ->> 'ip', a ->> 'forwarded_for', a ->> 'user_agent', correlation_id, (a ->> 'at')::timestamptz
  from ${from}
  on conflict do nothing`

/** Writes the line of an action that came to its end. */
export async function insertEnded(tx: Tx, service: string, action: StaffAction, correlation_id: string): Promise<void> {
  await tx`delete from actions_begun where action_id = ${action.action_id}`
  await insertLine(
    tx,
    tx`(select ${service}::text as service, ${action as never}::jsonb as a, ${correlation_id}::text as correlation_id) as ended`,
  )
}

/** Writes the lines of actions whose end was not heard for so long. Answers how many. */
export async function insertUnended(sql: Queryable, after_s: number): Promise<number> {
  const rows = await sql`
    with lost as (
      delete from actions_begun where action_id = any(array(
        select action_id from actions_begun where heard_at < now() - make_interval(secs => ${after_s})
        order by heard_at limit 500 for update skip locked))
      returning service, action as a, correlation_id
    ), written as (
      ${insertLine(sql, sql`lost`)} returning 1
    )
    select 1 from written`
  return rows.count
}

export interface AuditFilter {
  actor_id?: string
  operation?: string
  service?: string
  target?: string
  from?: string
  to?: string
}

const auditColumns = (sql: Queryable) => sql`
  id, service, actor_id, role, operation, method, path, target, input, before, after, status, problem, ip, forwarded_for,
  user_agent, correlation_id, at`

/** What was done to somebody's account, and what they did themselves; newest first. */
export async function listAuditOf(sql: Queryable, user_id: string, limit: number): Promise<AuditRow[]> {
  return sql<AuditRow[]>`
    select * from (
      (select ${auditColumns(sql)} from audit_log where target = ${user_id} order by at desc, id desc limit ${limit})
      union
      (select ${auditColumns(sql)} from audit_log where actor_id = ${user_id} order by at desc, id desc limit ${limit})
    ) lines order by at desc, id desc limit ${limit}`
}

/** Newest first; `after` is the sort key of the last row seen. */
export async function listAudit(
  sql: Queryable,
  f: AuditFilter,
  { after, limit }: { after?: [string, string]; limit: number },
): Promise<AuditRow[]> {
  return sql<AuditRow[]>`
    select ${auditColumns(sql)} from audit_log
    where true ${f.actor_id === undefined ? sql`` : sql`and actor_id = ${f.actor_id}`}
      ${f.operation === undefined ? sql`` : sql`and operation = ${f.operation}`}
      ${f.service === undefined ? sql`` : sql`and service = ${f.service}`}
      ${f.target === undefined ? sql`` : sql`and target = ${f.target}`}
      ${f.from === undefined ? sql`` : sql`and at >= ${f.from}::timestamptz`}
      ${f.to === undefined ? sql`` : sql`and at < ${f.to}::timestamptz`}
      ${after === undefined ? sql`` : sql`and (at, id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`}
    order by at desc, id desc limit ${limit}`
}
