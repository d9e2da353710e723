import type {
  Channel,
  cartAbandoned,
  Locale,
  MessageCategory,
  MessageContents,
  MessageStatus,
  MessageTemplate,
  Notification,
  PayloadOf,
} from '@shopfleet/contracts'
import { type Queryable, type RunMany, type Sql, unhurried } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'
import { packHtml } from './kept-html.ts'
import { categoryOf, type NewMessage } from './message.ts'
import { noteTries } from './tries-store.ts'

/** A message as it goes onto the wire. */
const columns = (sql: Queryable) => sql`
  id, template, category, channel, status, reason, user_id, order_id, recipient, subject, attempts, created_at, sent_at`

/** Queues messages. One of its key that is there already stays as it is. In the order of their keys, as any two writers do. */
export async function insertMessages(
  sql: Queryable,
  messages: (NewMessage & { correlation_id?: string; traceparent?: string | null })[],
): Promise<void> {
  if (messages.length === 0) return
  const { correlation_id, traceparent } = currentContext()
  const cause = { correlation_id, traceparent }
  const asked = messages.map(message => ({ ...cause, ...message, category: categoryOf(message.template) }))
  await sql`
    insert into messages (key, request_hash, template, category, channel, user_id, order_id, recipient, locale, data, due_at,
      correlation_id, traceparent)
    select key, request_hash, template, category, coalesce(channel, 'email'), user_id, order_id, recipient, locale, data,
      now() + make_interval(secs => coalesce(wait_s, 0)), correlation_id, traceparent
    from jsonb_to_recordset(${asked as never}::jsonb) as m(key text, request_hash text, template text, category text,
      channel text, user_id uuid, order_id uuid, recipient text, locale text, data jsonb, wait_s float8, correlation_id text,
      traceparent text)
    where not exists (select 1 from forgotten_users f where f.user_id = m.user_id)
    order by key
    on conflict (key) do nothing`
}

/** The same to the telephone and the browsers of those who want to be told there. */
export async function insertShortMessages(
  sql: Queryable,
  messages: (NewMessage & { user_id: string; correlation_id?: string; traceparent?: string | null })[],
): Promise<void> {
  if (messages.length === 0) return
  const { correlation_id, traceparent } = currentContext()
  const cause = { correlation_id, traceparent }
  const asked = messages.map(message => ({ ...cause, ...message, category: categoryOf(message.template) }))
  await sql`
    with asked as materialized (
      select * from jsonb_to_recordset(${asked as never}::jsonb) as m(key text, template text, category text, user_id uuid,
        order_id uuid, correlation_id text, traceparent text)
    )
    insert into messages (key, template, category, channel, user_id, order_id, recipient, correlation_id, traceparent)
    select key || ':' || channel || coalesce(':' || subscription, '') as key, template, category, channel, asked.user_id,
      order_id, wanted.recipient, correlation_id, traceparent
    from asked join (
      select user_id, 'sms' as channel, null as subscription, phone as recipient from preferences
      where user_id = any(${messages.map(message => message.user_id)}::uuid[]) and sms_order_updates
      union all
      select user_id, 'push', id::text, id::text from push_subscriptions s
      where user_id = any(${messages.map(message => message.user_id)}::uuid[])
        and not exists (select 1 from preferences p where p.user_id = s.user_id and not p.push_order_updates)
    ) as wanted using (user_id)
    order by 1
    on conflict (key) do nothing`
}

/**
 * A reminder of a cart that was left behind, by e-mail and to the browsers of its owner, if they have asked for reminders.
 * One of a cart, for ever.
 */
export async function insertCartReminders(
  sql: Queryable,
  carts: (PayloadOf<typeof cartAbandoned> & { correlation_id: string })[],
): Promise<void> {
  if (carts.length === 0) return
  const template: MessageTemplate = 'cart-abandoned'
  await sql`
    with asked as materialized (
      select m.* from jsonb_to_recordset(${carts as never}::jsonb) as m(cart_id uuid, user_id uuid, left_at text, correlation_id text)
      join preferences p on p.user_id = m.user_id and p.cart_reminders
      where not exists (select 1 from forgotten_users f where f.user_id = m.user_id)
    )
    insert into messages (key, template, category, channel, user_id, recipient, data, correlation_id)
    select concat_ws(':', ${template}::text, cart_id, ways.subscription), ${template}, ${categoryOf(template)}, channel, user_id,
      ways.subscription, jsonb_build_object('cart_id', cart_id, 'left_at', left_at), correlation_id
    from asked cross join lateral (
      select 'email' as channel, null as subscription
      union all
      select 'push', s.id::text from push_subscriptions s where s.user_id = asked.user_id
    ) as ways
    order by 1
    on conflict (key) do nothing`
}

export async function findByKey(
  sql: Queryable,
  key: string,
): Promise<(Notification & { request_hash: string | null }) | undefined> {
  const [row] = await sql<(Notification & { request_hash: string | null })[]>`
    select ${columns(sql)}, request_hash from messages where key = ${key}`
  return row
}

export interface ListFilter {
  user_id?: string
  status?: MessageStatus
  template?: MessageTemplate
  channel?: Channel
  order_id?: string
  recipient?: string
  before?: string
  limit: number
}

/** Newest first. */
export async function listMessages(sql: Queryable, filter: ListFilter): Promise<Notification[]> {
  const { user_id, status, template, channel, order_id, recipient, before, limit } = filter
  return sql<Notification[]>`
    select ${columns(sql)} from messages
    where true ${user_id === undefined ? sql`` : sql`and user_id = ${user_id}`}
      ${status === undefined ? sql`` : sql`and status = ${status}`}
      ${template === undefined ? sql`` : sql`and template = ${template}`}
      ${channel === undefined ? sql`` : sql`and channel = ${channel}`}
      ${order_id === undefined ? sql`` : sql`and order_id = ${order_id}`}
      ${recipient === undefined ? sql`` : sql`and lower(recipient) = lower(${recipient})`}
      ${before === undefined ? sql`` : sql`and id < ${before}::uuid`}
    order by id desc limit ${limit}`
}

/** A message that somebody has to send now. */
export interface ClaimedMessage {
  id: string
  template: MessageTemplate
  category: MessageCategory
  channel: Channel
  user_id: string | null
  order_id: string | null
  recipient: string | null
  locale: Locale | null
  data: object | null
  attempts: number
  claim: string
  correlation_id: string
  traceparent: string | null
  created_at: string
}

/**
 * Takes what is due, for `lease_ms`: of several senders each gets others. What a sender that died had taken is due
 * again when its lease is over. Of one order the first comes first: a later one is taken when no earlier one is due or
 * being sent. One that waits for another try holds up nobody.
 */
export async function claimDue(sql: Queryable, limit: number, lease_ms: number): Promise<ClaimedMessage[]> {
  return sql<ClaimedMessage[]>`
    with due as materialized (
      select id from messages m
      where due_at <= now() and not exists (
        select 1 from messages earlier
        where earlier.order_id = m.order_id and earlier.channel = m.channel and earlier.id < m.id
          and (earlier.status = 'sending' or earlier.due_at <= now()))
      order by due_at limit ${limit} for update skip locked
    )
    update messages m set status = 'sending', claim = uuidv7(), attempts = attempts + 1,
      due_at = clock_timestamp() + make_interval(secs => ${lease_ms / 1000})
    -- As a list, of which the planner knows that it is short.
    where id = any(array(select id from due)) and ${unhurried(sql)}
    returning m.id, template, category, channel, user_id, order_id, recipient, locale, data, attempts, claim,
      correlation_id, traceparent, created_at`
}

/** What is remembered of a message that is done with. */
export interface End {
  status: 'sent' | 'failed' | 'dropped'
  reason?: string
  subject?: string
  recipient?: string
  user_id?: string | null
  /** Of what it was made and to whom it went. */
  forgets?: 'data' | 'all'
  contents?: MessageContents
}

/** Ends a message. False: somebody else has it by now, or the person was forgotten meanwhile. */
export function endMessage(sql: Sql, { id, claim }: ClaimedMessage, end: End): Promise<boolean> {
  return sql.gatherAside('endMessage', { id, claim, ...end }, endMessages)
}

const endMessages: RunMany<Pick<ClaimedMessage, 'id' | 'claim'> & End, boolean> = async (sql, ends) => {
  // As json, and the contents flat: as jsonb long texts are taken apart and put together twice.
  const asked = ends.map(({ contents, ...end }) => ({
    ...end,
    ...(contents && {
      said_subject: contents.subject,
      said_html: contents.html === null ? null : `\\x${packHtml(contents.html).toString('hex')}`,
      said_text: contents.text,
    }),
  }))
  const rows = await sql<{ id: string }[]>`
    with asked as materialized (
      select * from json_to_recordset(${asked as never}::json) as a(id uuid, claim uuid, status text, reason text, subject text,
        recipient text, user_id uuid, forgets text, said_subject text, said_html bytea, said_text text)
    ), done as (
      update messages m set status = a.status, reason = a.reason, subject = a.subject,
        recipient = case when a.forgets = 'all' then null else coalesce(a.recipient, m.recipient) end,
        user_id = coalesce(a.user_id, m.user_id), data = case when a.forgets is null then m.data end,
        sent_at = case when a.status = 'sent' then clock_timestamp() end, due_at = null, claim = null
      from asked a where m.id = a.id and m.id = any(${ends.map(end => end.id)}::uuid[]) and m.claim = a.claim
        -- Where this is lost the message goes out again, as the same one.
        and ${unhurried(sql)}
      returning m.id, a.status as outcome, a.reason, a.said_subject, a.said_html, a.said_text
    ), ${noteTries(sql)}
    select id from done`
  const ended = new Set(rows.map(row => row.id))
  return ends.map(end => ended.has(end.id))
}

/** Puts a message back, to be tried again in about so long: up to a quarter more, so that many do not come back at once. */
export async function postpone(
  sql: Queryable,
  { id, claim }: ClaimedMessage,
  delay_ms: number,
  reason: string,
): Promise<void> {
  await sql`
    with done as (
      update messages set status = 'queued', reason = ${reason}, claim = null,
        due_at = clock_timestamp() + make_interval(secs => ${delay_ms / 1000} * (1 + random() / 4))
      where id = ${id} and claim = ${claim}
      returning id, 'postponed' as outcome, reason, null as said_subject, null::bytea as said_html, null as said_text
    ), ${noteTries(sql)}
    select id from done`
}

export type Resend = 'resent' | 'not-found' | 'not-resendable'

/**
 * Puts a message back into the queue that is done with and whose contents are known: letters need theirs, messages about
 * orders are made anew, and one that was forgotten has neither.
 */
export async function requeue(
  sql: Queryable,
  id: string,
  needing_data: MessageTemplate[],
): Promise<Notification | undefined> {
  const [row] = await sql<Notification[]>`
    update messages set status = 'queued', reason = null, attempts = 0, due_at = now(), sent_at = null
    where id = ${id} and status in ('sent', 'failed', 'dropped')
      and (data is not null or not template = any(${needing_data}))
      and (recipient is not null or user_id is not null or order_id is not null)
    returning ${columns(sql)}`
  return row
}

export async function findMessage(sql: Queryable, id: string): Promise<Notification | undefined> {
  const [row] = await sql<Notification[]>`select ${columns(sql)} from messages where id = ${id}`
  return row
}

/** How many wait, and of those how many have been refused at least once. */
/** One that is meant to wait is no late one. */
export async function readQueue(sql: Queryable): Promise<{ n: number; oldest_s: number }> {
  const [row] = await sql<[{ n: number; oldest_s: number }]>`
    select count(*)::int as n,
      coalesce(extract(epoch from now() - min(case when attempts > 0 then created_at else due_at end)
        filter (where attempts > 0 or due_at <= now())), 0)::float8 as oldest_s
    from messages where due_at is not null`
  return row
}

export async function countFailed(sql: Queryable): Promise<number> {
  const [row] = await sql<[{ n: number }]>`select count(*)::int as n from messages where status = 'failed'`
  return row.n
}

/** Forgets whom old messages went to and what was in them. The rows stay: an occasion that comes again finds its message. */
export async function forgetOld(sql: Queryable, keep_days: number, limit: number): Promise<number> {
  const { count } = await sql`
    with old as materialized (
      select id from messages
      where (recipient is not null or data is not null) and created_at < now() - make_interval(days => ${keep_days})
        and due_at is null
      limit ${limit} for update skip locked
    ), said as (
      delete from message_tries where message_id = any(array(select id from old))
    )
    update messages set recipient = null, data = null, request_hash = null where id = any(array(select id from old))`
  return count
}

/**
 * Forgets a person: what is still to be sent to them is not, except the word that they are forgotten, and that forgets
 * them itself.
 */
export async function forgetUser(sql: Queryable, user_id: string): Promise<void> {
  await sql`insert into forgotten_users (user_id) values (${user_id}) on conflict do nothing`
  await sql`
    delete from message_tries using messages m where message_id = m.id and m.user_id = ${user_id}`
  await sql`
    update messages set user_id = null, recipient = null, data = null, request_hash = null, claim = null, due_at = null,
      status = case when due_at is null then status else 'dropped' end,
      reason = case when due_at is null then reason else 'the account was erased' end
    where user_id = ${user_id} and (template <> 'account-erased' or due_at is null)`
  await sql`delete from preferences where user_id = ${user_id}`
  await sql`delete from push_subscriptions where user_id = ${user_id}`
}
