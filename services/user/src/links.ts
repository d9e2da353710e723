import { Problem, userUpdated } from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import { publish } from '@shopfleet/messaging'
import { guardAccount } from './attempts.ts'
import * as credentials from './credential-store.ts'
import { hashOfLink, queueMail } from './mail.ts'
import * as mails from './mail-store.ts'
import { unlessTaken } from './register.ts'
import type { Ctx } from './service.ts'
import * as sessions from './session-store.ts'

/** Confirms the address a link was sent to: that of a new account, or the one an account is to have from now on. */
export async function verifyEmail(ctx: Ctx, token: string): Promise<void> {
  await unlessTaken(
    transaction(ctx.sql, async tx => {
      const link = await mails.useLink(tx, hashOfLink(token), ['verify-email', 'change-email'])
      if (!link) throw new Problem('invalid-link')
      if (link.purpose === 'verify-email') {
        // Not any more the address of the account: the link proves nothing of use.
        if (!(await credentials.markVerified(tx, link.user_id, link.email))) throw new Problem('invalid-link')
        return
      }
      const old = await credentials.replaceEmail(tx, link.user_id, link.email)
      if (!old) throw new Problem('invalid-link')
      // Whoever reads the mail of the old address must not get in by it.
      await mails.deleteLinksOf(tx, link.user_id)
      await queueMail(ctx, tx, 'email-changed', { user_id: link.user_id, email: old.email }, named(old))
      await publish(tx, userUpdated, link.user_id, { user_id: link.user_id })
    }),
  )
}

/** Sets the password with the link of a mail. Every session ends: whoever is signed in may be why it is set. */
export async function resetPassword(ctx: Ctx, token: string, password: string): Promise<void> {
  const hash = hashOfLink(token)
  // Before the work of a password hash: made-up links must be cheap.
  const found = await mails.findLink(ctx.sql, hash, ['reset-password'])
  if (!found) throw new Problem('invalid-link')
  ctx.passwordPolicy.check(password, found.email)
  const password_hash = await ctx.passwords.hash(password)
  await transaction(ctx.sql, async tx => {
    const link = await mails.useLink(tx, hash, ['reset-password'])
    const account = link && (await credentials.replacePassword(tx, link.user_id, password_hash))
    if (!account) throw new Problem('invalid-link')
    // The link came by mail to this address.
    await credentials.markVerified(tx, link.user_id, link.email)
    await mails.deleteLinksOf(tx, link.user_id)
    await sessions.endSessions(tx, link.user_id)
    await queueMail(ctx, tx, 'password-changed', { user_id: link.user_id, email: account.email }, named(account))
  })
}

/** Changes the password of somebody who knows it. Their other sessions end. */
export async function changePassword(
  ctx: Ctx,
  { user_id, session_id }: { user_id: string; session_id: string | null },
  { current_password, password }: { current_password: string; password: string },
): Promise<void> {
  const account = await confirmPassword(ctx, user_id, current_password)
  ctx.passwordPolicy.check(password, account.email)
  const password_hash = await ctx.passwords.hash(password)
  await transaction(ctx.sql, async tx => {
    const changed = await credentials.replacePassword(tx, user_id, password_hash, account.password_hash)
    // Changed by somebody else while we were hashing.
    if (!changed) throw new Problem('wrong-password')
    await mails.deleteLinksOf(tx, user_id)
    await sessions.endSessions(tx, user_id, session_id)
    await queueMail(ctx, tx, 'password-changed', { user_id, email: changed.email }, named(changed))
  })
}

/** Whether it is the person: what only they should change asks for their password once more. */
export async function confirmPassword(
  ctx: Ctx,
  user_id: string,
  password: string | undefined,
): Promise<{ email: string; password_hash: string }> {
  const account = await credentials.findPassword(ctx.sql, user_id)
  if (!account) throw new Problem('invalid-token')
  const { email, password_hash } = account
  if (password === undefined) throw new Problem('wrong-password', { detail: 'This needs your password.' })
  const isRight = await guardAccount(
    ctx,
    'password',
    user_id,
    async () => (await ctx.passwords.isRight(password, password_hash)) || undefined,
  )
  if (!isRight || password_hash === null) throw new Problem('wrong-password')
  return { email, password_hash }
}

/**
 * Begins to change the address of an account: it is the new one once the link sent there was opened. One that has an
 * account is told so by mail, and the answer is the same.
 */
export async function requestEmail(ctx: Ctx, user_id: string, email: string): Promise<void> {
  const holder = await mails.findRecipient(ctx.sql, { user_id: null, email })
  if (holder && holder.id !== user_id) await queueMail(ctx, ctx.sql, 'email-in-use', { email })
  else await queueMail(ctx, ctx.sql, 'change-email', { user_id, email })
}

export const named = ({ name }: { name: string | null }) => (name === null ? {} : { name: name.slice(0, 200) })
