import { createHash, randomBytes } from 'node:crypto'
import { type BodyOf, Problem, queueMessage, Unavailable } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import type { LinkPurpose, MailRow } from './mail-store.ts'
import * as mails from './mail-store.ts'
import type { Ctx } from './service.ts'

/*
 * Mails wait in a table, written in the transaction of what they tell, and are handed to the notification service from
 * there. The token of a link is made at that moment: it is in no table, event or log, only its hash is kept. A crash in
 * between hands the mail over again under the same key, which is no second mail.
 */

type Template = BodyOf<typeof queueMessage>['template']

/** The links by mail: where they lead, and how long they are good. */
const links: Record<LinkPurpose, { template: Template; path: string; lives_s: number }> = {
  'verify-email': { template: 'verify-email', path: '/verify-email', lives_s: 86_400 },
  'change-email': { template: 'verify-email', path: '/verify-email', lives_s: 86_400 },
  'reset-password': { template: 'reset-password', path: '/reset-password', lives_s: 3600 },
}
const isLink = (template: string): template is LinkPurpose => Object.hasOwn(links, template)

/** Links of one kind an account is sent within an hour at most. */
const linksPerHour = 5
const atOnce = 20

export const hashOfLink = (token: string) => createHash('sha256').update(token).digest()

/** Has a mail sent, once what it tells is committed. */
export async function queueMail(
  ctx: Ctx,
  sql: Queryable,
  template: LinkPurpose | Template,
  to: { user_id?: string | null; email: string },
  data: Record<string, unknown> = {},
): Promise<void> {
  const key = `${template}:${ctx.clock.newId()}`
  await mails.insertMail(sql, { key, template, user_id: to.user_id ?? null, email: to.email, data })
}

/** Hands over the mails that are due. Answers how many were taken. */
export async function sendMails(ctx: Ctx): Promise<number> {
  const due = await mails.claimMails(ctx.sql, atOnce)
  let taken = 0
  for (const mail of due) {
    try {
      const message = await compose(ctx, mail)
      if (message) await ctx.call(queueMessage, { body: message })
      await mails.deleteMail(ctx.sql, mail.key)
      taken++
    } catch (error) {
      // Not there just now: this one is due again later, and so would the others be.
      if (error instanceof Unavailable) break
      if (!(error instanceof Problem)) throw error
      ctx.log.error({ template: mail.template, problem: error.problem, error }, 'a mail was refused, and is given up')
      await mails.deleteMail(ctx.sql, mail.key)
    }
  }
  return taken
}

type Message = BodyOf<typeof queueMessage>

/** The mail as the notification service takes it; undefined for one that is not to be sent. */
async function compose(ctx: Ctx, mail: MailRow): Promise<Message | undefined> {
  const { key, template, data } = mail
  if (!isLink(template)) {
    const to = mail.user_id === null ? {} : { user_id: mail.user_id }
    return { key, template: template as Template, email: mail.email, data, ...to }
  }
  const { path, lives_s, template: named } = links[template]
  const account = await mails.findRecipient(ctx.sql, mail)
  if (!account) return undefined
  // Who was only named by an address is written to as they spell it themselves.
  const email = mail.user_id === null ? account.email : mail.email
  if (template === 'verify-email' && (account.is_verified || account.email !== email)) return undefined
  const token = randomBytes(32).toString('base64url')
  const link = { hash: hashOfLink(token), user_id: account.id, purpose: template, email, lives_s, limit: linksPerHour }
  if (!(await mails.insertLink(ctx.sql, link))) return undefined
  const url = `${ctx.config.SHOP_URL.replace(/\/+$/, '')}${path}?token=${token}`
  const name = account.name === null ? {} : { name: account.name.slice(0, 200) }
  const to = template === 'reset-password' ? account.email : email
  return {
    key,
    template: named,
    email: to,
    user_id: account.id,
    data: { ...name, url, expires_in_minutes: lives_s / 60 },
  }
}

/** Forgets links that have run out, and mails that are too old. Answers how many. */
export async function sweepMails(ctx: Ctx): Promise<number> {
  return (await mails.deleteOldLinks(ctx.sql, 1000)) + (await mails.deleteOldMails(ctx.sql))
}
