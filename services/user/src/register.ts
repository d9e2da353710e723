import { Problem, type Session, type User } from '@shopfleet/contracts'
import { isUniqueViolation, transaction } from '@shopfleet/database'
import * as credentials from './credential-store.ts'
import { deviceOf } from './device.ts'
import { queueMail } from './mail.ts'
import type { Ctx } from './service.ts'
import { type From, newSession, tokensOf } from './sign-in.ts'
import * as store from './store.ts'
import { type NameInput, splitName } from './user.ts'

interface Registration extends NameInput {
  email: string
  password: string
}

/** A new customer, signed in at once. */
export async function register(ctx: Ctx, { email, password, ...names }: Registration, from: From): Promise<Session> {
  if (!ctx.config.OPEN_REGISTRATION)
    throw new Problem('forbidden', { detail: 'Register by e-mail: POST /api/auth/sign-up.' })
  const account = await newAccount(ctx, { email, password, ...names })
  const session = newSession(ctx, from)
  const { id } = await unlessTaken(store.insertUser(ctx.sql, account, session))
  ctx.registrations.inc({ by: 'themselves' })
  const tokens = await tokensOf(ctx, session)
  await credentials.noteDevice(ctx.sql, id, deviceOf(from.user_agent))
  return tokens
}

/** A new customer, by mail: the same answer after the same work whether the address has an account or not. */
export async function signUp(ctx: Ctx, registration: Registration): Promise<void> {
  const account = await newAccount(ctx, registration)
  try {
    await unlessTaken(store.insertUser(ctx.sql, account))
    ctx.registrations.inc({ by: 'themselves' })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    await queueMail(ctx, ctx.sql, 'email-in-use', { email: account.email })
  }
}

async function newAccount(ctx: Ctx, { email, password, ...names }: Registration) {
  ctx.passwordPolicy.check(password, email)
  const password_hash = await ctx.passwords.hash(password)
  const verify_key = `verify-email:${ctx.clock.newId()}`
  return { email, password_hash, ...splitName(names), role: 'customer', verify_key }
}

/** An account someone else makes; without a password nobody signs in to it. */
export async function createUser(
  ctx: Ctx,
  { email, password, ...names }: Partial<Registration> & { email: string },
): Promise<User> {
  if (password !== undefined) ctx.passwordPolicy.check(password, email)
  const password_hash = password === undefined ? null : await ctx.passwords.hash(password)
  const user = await unlessTaken(
    store.insertUser(ctx.sql, { email, password_hash, ...splitName(names), role: 'customer' }),
  )
  ctx.registrations.inc({ by: 'staff' })
  return user
}

/**
 * Makes the first administrator, if there is none. Answers whether it did; of several at once, one does. Throws
 * `email-taken` when the e-mail belongs to someone who is none.
 */
export async function ensureAdministrator(
  ctx: Ctx,
  { email, password }: { email: string; password: string },
): Promise<boolean> {
  if (await store.hasAdministrator(ctx.sql)) return false
  const password_hash = await ctx.passwords.hash(password)
  return transaction(ctx.sql, async tx => {
    await store.lockRole(tx, 'admin')
    if (await store.hasAdministrator(tx)) return false
    await unlessTaken(store.insertUser(tx, { email, password_hash, first_name: null, last_name: null, role: 'admin' }))
    return true
  })
}

/** The one thing that can be in the way of an account: another one of the same e-mail. */
export async function unlessTaken<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    if (isUniqueViolation(error, 'users_email')) throw new Problem('email-taken')
    throw error
  }
}
