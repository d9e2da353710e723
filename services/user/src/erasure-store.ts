import type { Erasure } from '@shopfleet/contracts'
import type { Queryable, Tx } from '@shopfleet/database'

/** Opens the receipt of an erasure whose event was said in this transaction. */
export async function insertErasure(tx: Tx, user_id: string, services: readonly string[]): Promise<string> {
  const [row] = await tx<[{ id: string }]>`
    with opened as (
      insert into erasures (user_id, event_id)
      select ${user_id}, event_id from outbox where aggregate_id = ${user_id} and name = 'user.erased'
      order by seq desc limit 1
      returning id
    ), parts as (
      insert into erasure_parts (erasure_id, service)
      select id, unnest(${services as never}::text[]) from opened
    ), own as (
      insert into erasure_parts (erasure_id, service, erased_at) select id, 'user', now() from opened
    )
    select id from opened`
  return row.id
}

export async function findErasureOf(sql: Queryable, user_id: string): Promise<string | undefined> {
  const [row] = await sql<{ id: string }[]>`select id from erasures where user_id = ${user_id}`
  return row?.id
}

/** Nothing in it names the person. */
export async function findErasure(sql: Queryable, id: string): Promise<Erasure | undefined> {
  const [row] = await sql<Erasure[]>`
    select e.id, e.requested_at, e.completed_at, (
      select jsonb_agg(jsonb_build_object('service', p.service, 'erased_at', p.erased_at) order by p.service)
      from erasure_parts p where p.erasure_id = e.id) as services
    from erasures e where e.id = ${id}`
  return row
}

/** What is still to be confirmed, oldest first. */
export async function listOpenParts(
  sql: Queryable,
  limit: number,
): Promise<{ erasure_id: string; service: string; event_id: string }[]> {
  return sql<{ erasure_id: string; service: string; event_id: string }[]>`
    select p.erasure_id, p.service, e.event_id from erasures e join erasure_parts p on p.erasure_id = e.id
    where e.completed_at is null and p.erased_at is null order by e.requested_at limit ${limit}`
}

/** Notes a part as done, and the whole when it was the last. */
export async function completePart(sql: Queryable, erasure_id: string, service: string): Promise<void> {
  await sql`update erasure_parts set erased_at = now() where erasure_id = ${erasure_id} and service = ${service}`
  await sql`
    update erasures set completed_at = now() where id = ${erasure_id} and completed_at is null
    and not exists (select 1 from erasure_parts where erasure_id = ${erasure_id} and erased_at is null)`
}

/** Everything kept here of a person. No hashes, no secrets. */
export async function readOwnData(sql: Queryable, user_id: string): Promise<Record<string, unknown[]>> {
  const [row] = await sql<[Record<string, unknown[]>]>`
    select
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'email', email, 'first_name', first_name, 'last_name', last_name,
        'role', role, 'is_active', is_active, 'email_verified_at', email_verified_at, 'created_at', created_at,
        'updated_at', updated_at)), '[]') from users where id = ${user_id}) as account,
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'user_agent', user_agent, 'ip', ip, 'created_at', created_at,
        'last_used_at', used_at, 'expires_at', expires_at)), '[]') from sessions where user_id = ${user_id}) as sessions,
      (select coalesce(jsonb_agg(to_jsonb(d) - 'user_id'), '[]') from known_devices d where user_id = ${user_id}) as devices,
      (select coalesce(jsonb_agg(to_jsonb(e) - 'user_id'), '[]') from external_identities e where user_id = ${user_id}) as identities,
      (select coalesce(jsonb_agg(to_jsonb(a) - 'user_id'), '[]') from addresses a where user_id = ${user_id}) as addresses,
      (select coalesce(jsonb_agg(jsonb_build_object('confirmed_at', confirmed_at)), '[]')
       from second_factors where user_id = ${user_id}) as second_factors`
  return row
}
