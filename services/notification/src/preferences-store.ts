import type { MessageCategory, NotificationPreferences } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'

const columns = (sql: Queryable) => sql`
  locale, email_order_updates, email_news, email_wishlist, cart_reminders, sms_order_updates, push_order_updates, phone`

/** What somebody wants; undefined: nothing was ever chosen. */
export async function findPreferences(sql: Queryable, user_id: string): Promise<NotificationPreferences | undefined> {
  const [row] = await sql<NotificationPreferences[]>`
    select ${columns(sql)} from preferences where user_id = ${user_id}`
  return row
}

/** Changes what is given; violates `preferences_sms_needs_phone`. */
export async function savePreferences(
  sql: Queryable,
  user_id: string,
  change: Partial<NotificationPreferences>,
): Promise<NotificationPreferences> {
  const {
    locale,
    email_order_updates,
    email_news,
    email_wishlist,
    cart_reminders,
    sms_order_updates,
    push_order_updates,
  } = change
  const phone = change.phone === undefined ? sql`preferences.phone` : sql`${change.phone}::text`
  const [row] = await sql<[NotificationPreferences]>`
    insert into preferences (user_id, ${columns(sql)})
    values (${user_id}, coalesce(${locale ?? null}, (select default_language from shop)), ${email_order_updates ?? true}, ${email_news ?? false},
      ${email_wishlist ?? true}, ${cart_reminders ?? false}, ${sms_order_updates ?? false}, ${push_order_updates ?? true}, ${change.phone ?? null})
    on conflict (user_id) do update set
      locale = coalesce(${locale ?? null}, preferences.locale),
      email_order_updates = coalesce(${email_order_updates ?? null}, preferences.email_order_updates),
      email_news = coalesce(${email_news ?? null}, preferences.email_news),
      email_wishlist = coalesce(${email_wishlist ?? null}, preferences.email_wishlist),
      cart_reminders = coalesce(${cart_reminders ?? null}, preferences.cart_reminders),
      sms_order_updates = coalesce(${sms_order_updates ?? null}, preferences.sms_order_updates),
      push_order_updates = coalesce(${push_order_updates ?? null}, preferences.push_order_updates),
      phone = ${phone}, updated_at = now()
    returning ${columns(sql)}`
  return row
}

export async function isUnsubscribed(
  sql: Queryable,
  address_digest: string,
  category: MessageCategory,
): Promise<boolean> {
  const rows = await sql`
    select 1 from unsubscribed where address_digest = ${address_digest} and category = ${category}`
  return rows.count > 0
}

export async function unsubscribeAddress(
  sql: Queryable,
  address_digest: string,
  category: MessageCategory,
): Promise<void> {
  await sql`
    insert into unsubscribed (address_digest, category) values (${address_digest}, ${category}) on conflict do nothing`
}

export interface PushSubscriptionRow {
  id: string
  endpoint: string
  p256dh: string
  auth: string
}

/** Keeps a browser. It may have been somebody else's before; now it is this one's. */
export async function savePushSubscription(
  sql: Queryable,
  user_id: string,
  { endpoint, p256dh, auth }: Omit<PushSubscriptionRow, 'id'>,
): Promise<{ id: string }> {
  const [row] = await sql<[{ id: string }]>`
    insert into push_subscriptions (user_id, endpoint, p256dh, auth) values (${user_id}, ${endpoint}, ${p256dh}, ${auth})
    on conflict (endpoint) do update set user_id = excluded.user_id, p256dh = excluded.p256dh, auth = excluded.auth
    returning id`
  return row
}

/** Forgets the oldest browsers of somebody who has more than that. */
export async function trimPushSubscriptions(sql: Queryable, user_id: string, most: number): Promise<void> {
  await sql`
    delete from push_subscriptions where id in (
      select id from push_subscriptions where user_id = ${user_id} order by id desc offset ${most})`
}

export async function findPushSubscription(
  sql: Queryable,
  id: string,
  user_id: string,
): Promise<PushSubscriptionRow | undefined> {
  const [row] = await sql<PushSubscriptionRow[]>`
    select id, endpoint, p256dh, auth from push_subscriptions where id = ${id} and user_id = ${user_id}`
  return row
}

/** Forgets a browser: one of this user, if one is given. */
export async function deletePushSubscription(sql: Queryable, id: string, user_id?: string): Promise<boolean> {
  const { count } = await sql`
    delete from push_subscriptions where id = ${id} ${user_id === undefined ? sql`` : sql`and user_id = ${user_id}`}`
  return count === 1
}

/** The value kept under a name; of several who make it at the same time, the first one's. */
export async function keepKey<Value extends object>(sql: Queryable, name: string, made: Value): Promise<Value> {
  await sql`insert into keys (name, value) values (${name}, ${made as never}::jsonb) on conflict (name) do nothing`
  const [row] = await sql<[{ value: Value }]>`select value from keys where name = ${name}`
  return row.value
}

export async function findKey<Value extends object>(sql: Queryable, name: string): Promise<Value | undefined> {
  const [row] = await sql<{ value: Value }[]>`select value from keys where name = ${name}`
  return row?.value
}
