import type { Ctx } from './service.ts'

/** What somebody was sent, and what they want to be sent. Not what is in it: links that sign in are no part of this. */
export async function readPersonalData({ sql }: Pick<Ctx, 'sql'>, user_id: string) {
  const messages = await sql`
    select id, template, channel, recipient, subject, status, created_at, sent_at
    from messages where user_id = ${user_id} order by id limit 10000`
  const preferences = await sql`select to_jsonb(p) - 'user_id' as row from preferences p where user_id = ${user_id}`
  return { messages: [...messages], preferences: preferences.map(({ row }) => row) }
}
