import type { MessageContents, MessageTry } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { currentDictionary, unpackHtml } from './kept-html.ts'

/* Statements about the tries of messages: what came of each, and what was said. */

/** Rows kept of one message: a mail server that says something else each time must not fill the table. */
const most = 20

/**
 * The middle of a statement that begins with a CTE `done` of messages it has changed: id, outcome, reason, and what was said
 * (said_subject, said_html packed, said_text, with no secret in it) of their tries. Notes what came of each, in the newest
 * row if that was put off for the same reason. Only who holds a message's claim gets here.
 */
export const noteTries = (sql: Queryable) => sql`
  newest as (
    select done.id, max(t.n) as n from done left join message_tries t on t.message_id = done.id group by done.id
  ), again as (
    update message_tries t set times = times + 1, last_at = clock_timestamp() from done join newest using (id)
    where t.message_id = done.id and t.n = newest.n and t.outcome = 'postponed' and done.outcome = 'postponed'
      and t.reason is not distinct from done.reason
    returning t.message_id
  ), beyond as (
    delete from message_tries t using newest where t.message_id = newest.id and t.n <= newest.n + 1 - ${most}::int
  ), noted as (
    insert into message_tries (message_id, n, outcome, reason, subject, packed_html, dictionary, text)
    select id, coalesce(newest.n, 0) + 1, outcome, reason, said_subject, said_html,
      case when said_html is not null then ${currentDictionary}::smallint end, said_text
    from done join newest using (id) where not exists (select 1 from again where again.message_id = done.id)
  )`

/** Every try that is known, the first one first. */
export async function listTries(sql: Queryable, message_id: string): Promise<MessageTry[]> {
  return sql<MessageTry[]>`
    select outcome, reason, times, first_at, last_at from message_tries where message_id = ${message_id} order by n`
}

/** What a message said when it was handed over last. Its HTML is as it came if it was kept before it was packed. */
export async function findContents(sql: Queryable, message_id: string): Promise<MessageContents | undefined> {
  const [row] = await sql<(MessageContents & { packed_html: Buffer | null; dictionary: number | null })[]>`
    select subject, html, packed_html, dictionary, text from message_tries
    where message_id = ${message_id} and text is not null
    order by n desc limit 1`
  if (!row) return undefined
  const { subject, html, packed_html, dictionary, text } = row
  return { subject, html: html ?? (packed_html && unpackHtml(packed_html, dictionary!)), text }
}
