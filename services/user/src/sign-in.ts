import { createHash, randomBytes } from 'node:crypto'
import { Problem, type Session, type User } from '@shopfleet/contracts'
import { SignJWT } from 'jose'
import { guardSignIn } from './attempts.ts'
import * as credentials from './credential-store.ts'
import { deviceOf } from './device.ts'
import { named } from './links.ts'
import { queueMail } from './mail.ts'
import { answerChallenge, challengeIfAny } from './second-factor.ts'
import type { Ctx } from './service.ts'
import * as sessions from './session-store.ts'
import * as store from './store.ts'

/** A session to be opened: the token goes to the person, only its hash is kept. */
export interface NewSession extends store.SessionRow {
  refresh_token: string
}

/** How long the answer to a refresh may be lost on its way and asked for again. */
const repeat_s = 10

// 256 random bits cannot be guessed, so a fast hash keeps them as well as a slow one.
const hashOf = (token: string) => createHash('sha256').update(token).digest()

/** From where a session is used. */
export interface From {
  user_agent: string | null
  ip: string | null
}

export function newSession(ctx: Ctx, from: From): NewSession {
  const refresh_token = randomBytes(32).toString('base64url')
  return {
    id: ctx.clock.newId(),
    refresh_token,
    hash: hashOf(refresh_token),
    lives_s: ctx.config.REFRESH_TOKEN_S,
    max_days: ctx.config.SESSION_MAX_DAYS,
    ...from,
  }
}

/** What a person is answered who signed in: an access token signed here, and the refresh token of the session. */
export async function tokensOf(ctx: Ctx, session: { id: string; refresh_token: string }): Promise<Session> {
  const { ACCESS_TOKEN_S, TOKEN_ISSUER, TOKEN_AUDIENCE } = ctx.config
  const subject = await sessions.findSubject(ctx.sql, session.id)
  // Ended since, by its owner or with the account.
  if (!subject) throw new Problem('invalid-token')
  const { token_version, has_second_factor, ...kept } = subject
  // They get enough to enrol one, and the rest with the next token.
  const mustEnrol = ctx.config.REQUIRE_STAFF_MFA && kept.permissions.length > 0 && !has_second_factor
  const user = mustEnrol ? { ...kept, permissions: [] } : kept
  const { kid, key } = await ctx.signingKeys.current(ctx)
  const now_s = Math.floor(ctx.clock.now() / 1000)
  const access_token = await new SignJWT({
    role: user.role,
    permissions: user.permissions,
    sid: session.id,
    ver: token_version,
  })
    .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'JWT' })
    .setSubject(user.id)
    .setIssuer(TOKEN_ISSUER)
    .setAudience(TOKEN_AUDIENCE)
    .setIssuedAt(now_s)
    .setExpirationTime(now_s + ACCESS_TOKEN_S)
    .setJti(ctx.clock.newId())
    .sign(key)
  return {
    access_token,
    refresh_token: session.refresh_token,
    token_type: 'Bearer',
    expires_in: ACCESS_TOKEN_S,
    user,
    ...(mustEnrol ? { mfa_enrolment_required: true } : {}),
  }
}

/** Opens a session. An unknown e-mail and a wrong password are answered alike, and take the same time. */
export async function login(ctx: Ctx, email: string, password: string, from: From): Promise<Session> {
  const account = await guardSignIn(ctx, { email, ip: from.ip }, async () => {
    const found = await store.findCredentials(ctx.sql, email.trim())
    return (await ctx.passwords.isRight(password, found?.password_hash)) ? found : undefined
  })
  if (!account) throw new Problem('invalid-credentials')
  // Told to those alone who know the password.
  if (!ctx.config.OPEN_REGISTRATION && !account.is_verified) throw new Problem('email-not-verified')
  await challengeIfAny(ctx, account.id)
  return open(ctx, account, from).catch(error => {
    throw error instanceof Problem ? new Problem('invalid-credentials') : error
  })
}

/** Goes on where `login` asked for the second factor. */
export async function loginMfa(ctx: Ctx, mfa_token: string, code: string, from: From): Promise<Session> {
  const id = await answerChallenge(ctx, mfa_token, code)
  const account = await credentials.findPassword(ctx.sql, id)
  if (!account) throw new Problem('invalid-token')
  return open(ctx, { id, password_hash: account.password_hash }, from)
}

/** Opens a session for somebody who has shown all that was asked for. */
export async function open(
  ctx: Ctx,
  { id, password_hash }: { id: string; password_hash: string | null },
  from: From,
): Promise<Session> {
  const session = newSession(ctx, from)
  // Not opened: erased, disabled, or given another password, while we were checking this one.
  if (!(await store.openSession(ctx.sql, id, password_hash, session))) throw new Problem('invalid-token')
  const tokens = await tokensOf(ctx, session)
  await tellNewDevice(ctx, tokens.user, from)
  return tokens
}

/** A sign-in from a device the account was not used from before is told to its owner. */
async function tellNewDevice(ctx: Ctx, user: User, from: From): Promise<void> {
  const device = deviceOf(from.user_agent)
  if (!(await credentials.noteDevice(ctx.sql, user.id, device))) return
  const at = new Date(ctx.clock.now()).toISOString()
  const data = { ...named(user), device, ip: from.ip ?? 'unknown', at }
  await queueMail(ctx, ctx.sql, 'new-device', { user_id: user.id, email: user.email }, data)
}

/**
 * A new pair of tokens for a refresh token that has not been used. The one used last may be repeated for a moment,
 * because its answer may have been lost. Any other that comes again is in two hands, and the session ends for both.
 */
export async function refresh(ctx: Ctx, refresh_token: string, from: From): Promise<Session> {
  const old = hashOf(refresh_token)
  const next = newSession(ctx, from)
  const turned =
    (await store.turnSession(ctx.sql, old, next)) ?? (await store.repeatTurn(ctx.sql, old, { ...next, repeat_s }))
  if (turned) return tokensOf(ctx, { id: turned.id, refresh_token: next.refresh_token })
  const ended = await store.endSession(ctx.sql, old)
  if (ended)
    ctx.log.warn({ userId: ended.user_id, sessionId: ended.id }, 'a used refresh token came again: session ended')
  throw new Problem('invalid-token', { detail: 'The refresh token is not good any more. Sign in again.' })
}

/** Ends the session of a refresh token, used or not. One that is not known is as good as ended. */
export async function logout(ctx: Ctx, refresh_token: string): Promise<void> {
  await store.endSession(ctx.sql, hashOf(refresh_token))
}

/** How long what was taken back is told: no access token lives longer, and clocks may differ a little. */
export const revocationsKeep_s = (ctx: Ctx) => ctx.config.ACCESS_TOKEN_S + 60

/** Forgets sessions that have run out, tokens too old to tell anything, and what was taken back long ago. Answers how many. */
export async function sweepSessions(ctx: Ctx): Promise<number> {
  const ended = await store.deleteExpiredSessions(ctx.sql, 1000)
  const old = await store.deleteOldTokens(ctx.sql, ctx.config.REFRESH_TOKEN_S, 1000)
  return ended + old + (await sessions.deleteOldRevocations(ctx.sql, revocationsKeep_s(ctx), 1000))
}
