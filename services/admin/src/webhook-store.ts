import type { DeliveryAbout, EventMessage, Webhook, WebhookDelivery, WholeDelivery } from '@shopfleet/contracts'
import { type Queryable, type Sql, type Tx, transaction } from '@shopfleet/database'

export interface WebhookRow extends Webhook {
  secret_salt: string
}

const columns = (sql: Queryable) => sql`
  w.id, w.url, w.events, w.description, w.is_active, w.disabled_reason, w.failing_since, w.delivered_at, w.secret_salt,
  (select count(*)::int from webhook_deliveries d where d.webhook_id = w.id and d.status = 'waiting') as waiting,
  w.created_at, w.updated_at`

export interface NewWebhook {
  url: string
  events: string[]
  description: string
  is_active: boolean
}

/** Undefined: there are as many as there may be. */
export async function insertWebhook(tx: Tx, webhook: NewWebhook, most: number): Promise<WebhookRow | undefined> {
  // In a statement of its own: the count must see what whoever had the turn before has made.
  await tx`select pg_advisory_xact_lock(811011)`
  const [row] = await tx<WebhookRow[]>`
    with w as (
      insert into webhooks (url, events, description, is_active)
      select ${webhook.url}, ${webhook.events}::text[], ${webhook.description}, ${webhook.is_active}
      where (select count(*) from webhooks) < ${most} returning *
    )
    select ${columns(tx)} from w`
  return row
}

export async function listWebhooks(sql: Queryable): Promise<WebhookRow[]> {
  return sql<WebhookRow[]>`select ${columns(sql)} from webhooks w order by id desc`
}

export async function findWebhook(sql: Queryable, id: string): Promise<WebhookRow | undefined> {
  const [row] = await sql<WebhookRow[]>`select ${columns(sql)} from webhooks w where id = ${id}`
  return row
}

/** One that is switched on again begins anew: it is not failing, and is told what happens from now on. */
export async function updateWebhook(
  sql: Queryable,
  id: string,
  patch: Partial<NewWebhook>,
): Promise<WebhookRow | undefined> {
  const { url = null, events = null, description = null, is_active = null } = patch
  const [row] = await sql<WebhookRow[]>`
    with w as (
      update webhooks set url = coalesce(${url}, url), events = coalesce(${events}::text[], events),
        description = coalesce(${description}, description), is_active = coalesce(${is_active}::boolean, is_active),
        active_since = case when ${is_active}::boolean and not is_active then now() else active_since end,
        disabled_reason = case when ${is_active}::boolean then null else disabled_reason end,
        failing_since = case when ${is_active}::boolean then null else failing_since end,
        held_until = case when ${is_active}::boolean or ${url}::text is not null then null else held_until end,
        updated_at = now()
      where id = ${id} returning *
    )
    select ${columns(sql)} from w`
  return row
}

export async function deleteWebhook(sql: Queryable, id: string): Promise<boolean> {
  const rows = await sql`delete from webhooks where id = ${id}`
  return rows.count === 1
}

export async function renewSalt(sql: Queryable, id: string): Promise<WebhookRow | undefined> {
  const [row] = await sql<WebhookRow[]>`
    with w as (update webhooks set secret_salt = gen_random_uuid(), updated_at = now() where id = ${id} returning *)
    select ${columns(sql)} from w`
  return row
}

/* From the event log into rows. */

export async function readPlaces(sql: Queryable): Promise<Map<string, number>> {
  const rows = await sql<{ topic: string; position: number }[]>`select topic, position from webhook_places`
  return new Map(rows.map(row => [row.topic, row.position]))
}

export async function hasActiveWebhooks(sql: Queryable): Promise<boolean> {
  const rows = await sql`select 1 from webhooks where is_active limit 1`
  return rows.count > 0
}

/** Moves a place, but only from where it was: of two who read, one goes on. */
async function movePlace(tx: Tx, topic: string, from: number | undefined, to: number): Promise<boolean> {
  const moved =
    from === undefined
      ? await tx`insert into webhook_places (topic, position) values (${topic}, ${to}) on conflict do nothing`
      : await tx`update webhook_places set position = ${to} where topic = ${topic} and position = ${from}`
  return moved.count === 1
}

/** False: somebody else has moved it meanwhile. */
export const moveTo = (sql: Sql, topic: string, from: number | undefined, to: number): Promise<boolean> =>
  transaction(sql, tx => movePlace(tx, topic, from, to))

/** Writes down which webhooks are to be told of these, and that they were read. Answers how many deliveries that made. */
export async function insertDeliveries(
  sql: Sql,
  read: { topic: string; from: number | undefined; to: number },
  messages: (Pick<EventMessage, 'id' | 'name' | 'aggregate_id' | 'occurred_at'> & { body: string })[],
): Promise<number> {
  return transaction(sql, async tx => {
    if (!(await movePlace(tx, read.topic, read.from, read.to))) return 0
    if (messages.length === 0) return 0
    const made = await tx`
      insert into webhook_deliveries (webhook_id, event_id, event, subject, body)
      select w.id, m.id, m.name, case when pg_input_is_valid(m.subject, 'uuid') then m.subject::uuid end, m.body
      from unnest(${messages.map(m => m.id)}::uuid[], ${messages.map(m => m.name)}::text[],
        ${messages.map(m => m.aggregate_id)}::text[], ${messages.map(m => m.occurred_at)}::timestamptz[],
        ${messages.map(m => m.body)}::text[]) with ordinality as m(id, name, subject, occurred_at, body, n)
      join webhooks w on w.is_active and m.occurred_at >= w.active_since and (m.name = any(w.events) or '*' = any(w.events))
      order by m.n
      on conflict do nothing`
    return made.count
  })
}

/* Sending. */

export interface ClaimedWebhook {
  id: string
  url: string
  secret_salt: string
}

/** Takes webhooks that have something due, each for one sender alone. */
export async function claimWebhooks(sql: Queryable, lease_ms: number, limit: number): Promise<ClaimedWebhook[]> {
  return sql<ClaimedWebhook[]>`
    update webhooks set leased_until = clock_timestamp() + ${lease_ms} * interval '1 millisecond' where id = any(array(
      select w.id from webhooks w
      where w.is_active and coalesce(w.held_until, '-infinity') <= now() and coalesce(w.leased_until, '-infinity') <= now()
        and exists (select 1 from webhook_deliveries d where d.webhook_id = w.id and d.status = 'waiting' and d.due_at <= now())
      order by w.id limit ${limit} for update skip locked))
    returning id, url, secret_salt`
}

export async function releaseWebhook(sql: Queryable, id: string): Promise<void> {
  await sql`update webhooks set leased_until = null where id = ${id}`
}

export interface DueDelivery {
  id: string
  event_id: string
  event: string
  body: string
  attempts: number
}

/** The oldest that is due; the lease is made longer. Undefined: none is, or the webhook was changed, held or switched off. */
export async function nextDue(
  sql: Queryable,
  webhook: ClaimedWebhook,
  lease_ms: number,
): Promise<DueDelivery | undefined> {
  const [row] = await sql<DueDelivery[]>`
    with mine as (
      update webhooks set leased_until = clock_timestamp() + ${lease_ms} * interval '1 millisecond'
      where id = ${webhook.id} and is_active and url = ${webhook.url} and secret_salt = ${webhook.secret_salt}
        and coalesce(held_until, '-infinity') <= clock_timestamp()
      returning id
    )
    select d.id, d.event_id, d.event, d.body, d.attempts from mine join webhook_deliveries d on d.webhook_id = mine.id
    where d.status = 'waiting' and d.due_at <= clock_timestamp() order by d.id limit 1`
  return row
}

export interface Try {
  took_ms: number
  response_status: number | null
  response: string | null
  error: string | null
}

const insertTry = (sql: Queryable, delivery_id: string, { took_ms, response_status, response, error }: Try) => sql`
  insert into webhook_tries (delivery_id, took_ms, response_status, response, error)
  values (${delivery_id}, ${took_ms}, ${response_status}, ${response}, ${error})`

/** One who was away and is back gets at once what waits for its next try. */
export async function noteDelivered(sql: Queryable, id: string, made: Try): Promise<void> {
  await sql`
    with tried as (${insertTry(sql, id, made)}), done as (
      update webhook_deliveries set status = 'delivered', due_at = null, delivered_at = now(), attempts = attempts + 1,
        response_status = ${made.response_status}, error = null
      where id = ${id} returning webhook_id
    ), webhook as (
      update webhooks w set failing_since = null, delivered_at = now(), held_until = null from done
      where w.id = done.webhook_id returning w.id, old.held_until is not null as was_away
    )
    update webhook_deliveries d set due_at = now() from webhook
    where d.webhook_id = webhook.id and webhook.was_away and d.status = 'waiting' and d.due_at > now() and d.id <> ${id}`
}

/** `retry_ms` undefined: it is given up. `hold` keeps what is behind it waiting as long. */
export async function noteFailed(
  sql: Queryable,
  id: string,
  made: Try,
  { retry_ms, hold_ms }: { retry_ms: number | undefined; hold_ms: number | undefined },
): Promise<void> {
  const wait = (ms: number | undefined) => sql`
    now() + ${ms ?? null}::float8 * (0.8 + random() * 0.4) * interval '1 millisecond'`
  await sql`
    with tried as (${insertTry(sql, id, made)}), failed as (
      update webhook_deliveries set attempts = attempts + 1, response_status = ${made.response_status}, error = ${made.error},
        status = case when ${retry_ms === undefined} then 'failed' else 'waiting' end, due_at = ${wait(retry_ms)}
      where id = ${id} returning webhook_id
    )
    update webhooks set failing_since = coalesce(failing_since, now()), held_until = ${wait(hold_ms)}
    from failed where webhooks.id = failed.webhook_id`
}

/** Switches off what took nothing for so long, with what waited. Answers which. */
export async function disableFailing(
  tx: Tx,
  days: number,
): Promise<{ id: string; url: string; failing_since: string }[]> {
  return tx<{ id: string; url: string; failing_since: string }[]>`
    with off as (
      update webhooks set is_active = false, updated_at = now(),
        disabled_reason = ${`nothing was taken for ${days} days`}
      where is_active and failing_since < now() - make_interval(days => ${days})
      returning id, url, failing_since
    ), given_up as (
      update webhook_deliveries d set status = 'failed', due_at = null, error = coalesce(error, 'the webhook was switched off')
      from off where d.webhook_id = off.id and d.status = 'waiting'
    )
    select id, url, failing_since from off`
}

export async function deleteOldDeliveries(sql: Queryable, days: number, limit: number): Promise<number> {
  const rows = await sql`
    delete from webhook_deliveries where id = any(array(
      select id from webhook_deliveries where status <> 'waiting' and created_at < now() - make_interval(days => ${days})
      limit ${limit} for update skip locked))`
  return rows.count
}

/* The log. */

const deliveryColumns = (sql: Queryable) => sql`
  d.id, d.webhook_id, d.event_id, d.event, d.status, d.attempts, d.response_status, d.error, d.due_at, d.delivered_at, d.created_at`

export async function listDeliveries(
  sql: Queryable,
  f: { webhook_id: string; status?: string; before?: string; limit: number },
): Promise<WebhookDelivery[]> {
  return sql<WebhookDelivery[]>`
    select ${deliveryColumns(sql)} from webhook_deliveries d
    where d.webhook_id = ${f.webhook_id} ${f.status === undefined ? sql`` : sql`and d.status = ${f.status}`}
      ${f.before === undefined ? sql`` : sql`and d.id < ${f.before}::uuid`}
    order by d.id desc limit ${f.limit}`
}

/** What webhooks were told of a thing, newest first, each with its tries. */
export async function listDeliveriesAbout(sql: Queryable, subject: string, limit: number): Promise<DeliveryAbout[]> {
  return sql<DeliveryAbout[]>`
    select ${deliveryColumns(sql)}, w.url, coalesce((
        select jsonb_agg(jsonb_build_object('at', t.at, 'took_ms', t.took_ms, 'response_status', t.response_status,
          'response', t.response, 'error', t.error) order by t.id desc)
        from (select * from webhook_tries where delivery_id = d.id order by id desc limit 20) t), '[]') as tries
    from webhook_deliveries d join webhooks w on w.id = d.webhook_id
    where d.subject = ${subject} order by d.id desc limit ${limit}`
}

export async function findDelivery(sql: Queryable, webhook_id: string, id: string): Promise<WholeDelivery | undefined> {
  const [row] = await sql<WholeDelivery[]>`
    select ${deliveryColumns(sql)}, d.body from webhook_deliveries d where d.webhook_id = ${webhook_id} and d.id = ${id}`
  if (!row) return undefined
  const tries = await sql<WholeDelivery['tries']>`
    select at, took_ms, response_status, response, error from webhook_tries where delivery_id = ${id} order by id desc limit 100`
  return { ...row, tries: [...tries] }
}

export async function replayDelivery(
  sql: Queryable,
  webhook_id: string,
  id: string,
): Promise<WebhookDelivery | undefined> {
  const [row] = await sql<WebhookDelivery[]>`
    update webhook_deliveries d set status = 'waiting', due_at = now(), attempts = 0, delivered_at = null
    where d.webhook_id = ${webhook_id} and d.id = ${id} returning ${deliveryColumns(sql)}`
  return row
}

/** A delivery that nobody sends but its maker: given up before it is tried. */
export async function insertTest(
  sql: Queryable,
  webhook_id: string,
  event_id: string,
  body: string,
): Promise<DueDelivery> {
  const [row] = await sql<[DueDelivery]>`
    insert into webhook_deliveries (webhook_id, event_id, event, body, status, due_at)
    values (${webhook_id}, ${event_id}, 'webhook.test', ${body}, 'failed', null) returning id, event_id, event, body, attempts`
  return row
}

/** A test says nothing of whether the webhook fails. */
export async function noteTestFailed(sql: Queryable, id: string, made: Try): Promise<void> {
  await sql`
    with tried as (${insertTry(sql, id, made)})
    update webhook_deliveries set attempts = attempts + 1, response_status = ${made.response_status}, error = ${made.error}
    where id = ${id}`
}

export async function countFailing(sql: Queryable): Promise<number> {
  const [row] = await sql<[{ n: number }]>`
    select count(*)::int as n from webhooks where failing_since is not null or disabled_reason is not null`
  return row.n
}
