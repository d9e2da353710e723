import type { FindingKind } from '@shopfleet/contracts'
import type { Queryable, Sql, Tx } from '@shopfleet/database'
import type { Difference } from './difference.ts'

export interface FindingRow {
  id: string
  kind: FindingKind
  subject: string
  evidence: Record<string, unknown>
  state: 'open' | 'repaired' | 'gone'
  advice: string | null
  first_seen: string
  last_seen: string
  attempts: number
  last_error: string | null
  repaired_at: string | null
  how: string | null
}

const columns = (sql: Queryable) => sql`
  id, kind, subject, evidence, state, advice, first_seen, last_seen, attempts, last_error, repaired_at, how`

/** What was looked at, and what differed there. */
export interface Seen {
  kinds: readonly FindingKind[]
  subjects: readonly string[]
  differences: readonly Difference[]
}

/**
 * Writes down what a look has shown: what has gone is forgotten, what differs is suspected, and what has differed for
 * the whole grace is found. Answers the findings that are new.
 */
export async function noteSeen(
  tx: Tx,
  { kinds, subjects, differences }: Seen,
  grace_s: number,
): Promise<{ kind: FindingKind; subject: string }[]> {
  const keys = differences.map(d => `${d.kind} ${d.subject}`)
  await tx`
    delete from suspicions
    where kind = any(${kinds as FindingKind[]}) and subject = any(${subjects as string[]}) and kind || ' ' || subject <> all(${keys})`
  await tx`
    with gone as (
      update findings set last_seen = now(),
        state = case when attempts > 0 and how is not null then 'repaired' else 'gone' end,
        repaired_at = case when attempts > 0 and how is not null then now() end, next_try_at = null
      where state = 'open' and kind = any(${kinds as FindingKind[]}) and subject = any(${subjects as string[]})
        and kind || ' ' || subject <> all(${keys})
      returning id, state, how
    )
    insert into finding_history (finding_id, what, detail) select id, state, how from gone`
  if (differences.length === 0) return []
  // Found by their keys: there may be as many suspicions as there are products.
  const those = tx`unnest(${differences.map(d => d.kind)}::text[], ${differences.map(d => d.subject)}::text[]) as d (kind, subject)`
  await tx`
    insert into suspicions as s (kind, subject, fingerprint, evidence)
    select kind, subject, fingerprint, evidence
    from jsonb_to_recordset(${differences as never}::jsonb) as d(kind text, subject text, fingerprint text, evidence jsonb)
    on conflict (kind, subject) do update set last_seen = now(), evidence = excluded.evidence,
      first_seen = case when s.fingerprint = excluded.fingerprint then s.first_seen else now() end,
      fingerprint = excluded.fingerprint`
  await tx`
    update findings f set last_seen = s.last_seen, evidence = s.evidence
    from suspicions s join ${those} using (kind, subject) where f.state = 'open' and f.kind = s.kind and f.subject = s.subject`
  // Seen twice at least: with no grace at all, one look is still no proof.
  return tx<{ kind: FindingKind; subject: string }[]>`
    with found as (
      insert into findings (kind, subject, evidence, first_seen, last_seen)
      select kind, subject, evidence, first_seen, last_seen from suspicions join ${those} using (kind, subject)
      where last_seen > first_seen and first_seen <= now() - make_interval(secs => ${grace_s})
      on conflict (kind, subject) where state = 'open' do nothing
      returning id, kind, subject, evidence
    ), noted as (
      insert into finding_history (finding_id, what, evidence) select id, 'found', evidence from found
    )
    select kind, subject from found`
}

/** What is suspected or found of these kinds: looked at again in every run, whether it changed or not. */
export async function listWatched(sql: Queryable, kinds: readonly FindingKind[], limit: number): Promise<string[]> {
  const rows = await sql<{ subject: string }[]>`
    select subject from (
      select subject, last_seen from suspicions where kind = any(${kinds as FindingKind[]})
      union all select subject, last_seen from findings where state = 'open' and kind = any(${kinds as FindingKind[]})
    ) as watched group by subject order by min(last_seen) limit ${limit}`
  return rows.map(row => row.subject)
}

export interface Walk {
  at: string
  id: string | null
}
/** Before anything was made. */
export const dawn: Walk = { at: '1970-01-01 00:00:00+00', id: null }

export async function readWalk(sql: Queryable, source: string): Promise<Walk> {
  const [row] = await sql<Walk[]>`select at, id from walks where source = ${source}`
  return row ?? dawn
}

export async function moveWalk(sql: Queryable, source: string, { at, id }: Walk): Promise<void> {
  await sql`
    insert into walks (source, at, id) values (${source}, ${at}, ${id}::uuid)
    on conflict (source) do update set at = excluded.at, id = excluded.id`
}

/** Has what changed in the last so many seconds looked at again. */
export async function rewindWalks(sql: Queryable, sources: string[], seconds: number): Promise<void> {
  await sql`
    update walks set at = (now() - make_interval(secs => ${seconds}))::text, id = null
    where source = any(${sources}) and at::timestamptz > now() - make_interval(secs => ${seconds})`
}

/** A time as the database writes it, so much earlier. */
export async function earlier(sql: Queryable, at: string, seconds: number): Promise<string> {
  const [row] = await sql<[{ at: string }]>`select (${at}::timestamptz - make_interval(secs => ${seconds}))::text as at`
  return row.at
}

/** Open findings whose repair is due, oldest first, not those somebody must look at. */
export async function listDue(sql: Queryable, limit: number): Promise<FindingRow[]> {
  return sql<FindingRow[]>`
    select ${columns(sql)} from findings where state = 'open' and next_try_at <= now() order by next_try_at, id limit ${limit}`
}

export async function countOpenByKind(sql: Queryable): Promise<{ kind: FindingKind; n: number }[]> {
  return sql<{ kind: FindingKind; n: number }[]>`
    select kind, count(*)::int as n from findings where state = 'open' group by kind`
}

export async function countOpen(sql: Queryable, kind?: FindingKind): Promise<number> {
  const [row] = await sql<[{ n: number }]>`
    select count(*)::int as n from findings where state = 'open' ${kind === undefined ? sql`` : sql`and kind = ${kind}`}`
  return row.n
}

/** Writes down that a repair begins, before it does: a process that ends in the midst has tried. */
export async function noteTry(sql: Queryable, id: string, by: string): Promise<void> {
  await sql`
    with tried as (
      update findings set attempts = attempts + 1,
        next_try_at = now() + least(power(2, attempts) * interval '10 seconds', interval '1 hour')
      where id = ${id} and state = 'open' returning id, evidence
    )
    insert into finding_history (finding_id, what, by, evidence) select id, 'tried', ${by}, evidence from tried`
}

/** What the repair did; whether it helped is seen at the next look. */
export async function noteHow(sql: Queryable, id: string, how: string): Promise<void> {
  await sql`update findings set how = ${how}, last_error = null where id = ${id} and state = 'open'`
}

export async function noteFailure(sql: Queryable, id: string, error: string): Promise<void> {
  await sql`
    with failed as (update findings set last_error = ${error} where id = ${id} and state = 'open' returning id)
    insert into finding_history (finding_id, what, detail) select id, 'failed', ${error} from failed`
}

/** Leaves a finding to people, with words on what to do. */
export async function leaveToStaff(sql: Queryable, id: string, advice: string): Promise<void> {
  await sql`
    with left_open as (
      update findings set advice = ${advice}, next_try_at = null where id = ${id} and state = 'open' returning id
    )
    insert into finding_history (finding_id, what, detail) select id, 'left', ${advice} from left_open`
}

export async function findFinding(sql: Queryable, id: string): Promise<FindingRow | undefined> {
  const [row] = await sql<FindingRow[]>`select ${columns(sql)} from findings where id = ${id}`
  return row
}

export async function listFindings(
  sql: Queryable,
  f: { state?: string; kind?: string; subject?: string; before?: string; limit: number },
): Promise<FindingRow[]> {
  return sql<FindingRow[]>`
    select ${columns(sql)} from findings
    where true ${f.state === undefined ? sql`` : sql`and state = ${f.state}`}
      ${f.kind === undefined ? sql`` : sql`and kind = ${f.kind}`}
      ${f.subject === undefined ? sql`` : sql`and subject = ${f.subject}`}
      ${f.before === undefined ? sql`` : sql`and id < ${f.before}::uuid`}
    order by id desc limit ${f.limit}`
}

export async function listHistory(
  sql: Queryable,
  finding_id: string,
): Promise<{ at: string; what: string; detail: string | null; by: string }[]> {
  return sql<{ at: string; what: string; detail: string | null; by: string }[]>`
    select at, what, detail, by from finding_history where finding_id = ${finding_id} order by id limit 200`
}

export interface RunRow {
  started_at: string
  finished_at: string | null
  checked: number
  found: number
  repaired: number
  failed: string | null
}

export async function beginRun(sql: Queryable): Promise<number> {
  const [row] = await sql<[{ id: number }]>`insert into reconciler_runs default values returning id`
  return row.id
}

export async function endRun(
  sql: Queryable,
  id: number,
  run: Omit<RunRow, 'started_at' | 'finished_at'>,
): Promise<void> {
  await sql`
    update reconciler_runs set finished_at = clock_timestamp(), checked = ${run.checked}, found = ${run.found},
      repaired = ${run.repaired}, failed = ${run.failed} where id = ${id}`
  // A week of runs is enough to look back on.
  await sql`delete from reconciler_runs where started_at < now() - interval '7 days'`
}

export async function lastRun(sql: Queryable): Promise<RunRow | undefined> {
  const [row] = await sql<RunRow[]>`
    select started_at, finished_at, checked, found, repaired, failed from reconciler_runs order by id desc limit 1`
  return row
}

/** Advisory lock: one reconciler at a time, whatever runs twice. */
const reconcilerLock = 811_010

/** Does the work while nobody else does. Undefined: somebody does. The lock goes with the connection, whatever happens. */
export async function withReconcilerLock<T>(sql: Sql, work: () => Promise<T>): Promise<T | undefined> {
  const connection = await sql.reserve()
  try {
    const [row] = await connection<[{ granted: boolean }]>`select pg_try_advisory_lock(${reconcilerLock}) as granted`
    if (!row.granted) return undefined
    try {
      return await work()
    } finally {
      await connection`select pg_advisory_unlock(${reconcilerLock})`.catch(() => {})
    }
  } finally {
    connection.release()
  }
}

/** What services found out about themselves: repaired where they could, open where they could not. */
export async function insertOwnFindings(
  sql: Queryable,
  rows: { id: string; kind: FindingKind; subject: string; evidence: object; how: string | null; at: string }[],
): Promise<number> {
  const added = await sql`
    with added as (
      insert into findings (id, kind, subject, evidence, state, first_seen, last_seen, attempts, repaired_at, how, next_try_at)
      select id, kind, subject, evidence, case when how is null then 'open' else 'repaired' end, at, at,
        (how is not null)::int, case when how is not null then at end, how, case when how is null then now() end
      from jsonb_to_recordset(${rows as never}::jsonb)
        as r(id uuid, kind text, subject text, evidence jsonb, how text, at timestamptz)
      on conflict do nothing returning id, state, how, evidence
    )
    insert into finding_history (finding_id, what, detail, evidence)
    select id, case state when 'open' then 'found' else 'repaired' end, how, evidence from added`
  return added.count
}

/** Somebody says that a finding is dealt with. False: it was not open. */
export async function closeFinding(sql: Queryable, id: string, reason: string, by: string): Promise<boolean> {
  const rows = await sql`
    with closed as (
      update findings set state = 'gone', how = ${reason}, next_try_at = null where id = ${id} and state = 'open' returning id
    )
    insert into finding_history (finding_id, what, detail, by) select id, 'closed', ${reason}, ${by} from closed`
  return rows.count === 1
}
