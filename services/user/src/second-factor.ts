import { createHash, randomBytes } from 'node:crypto'
import { Problem } from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import { Secret, TOTP } from 'otpauth'
import { guardAccount } from './attempts.ts'
import { findPassword } from './credential-store.ts'
import { confirmPassword, named } from './links.ts'
import { queueMail } from './mail.ts'
import { seal, unseal } from './seal.ts'
import * as store from './second-factor-store.ts'
import type { Ctx } from './service.ts'
import { findUser } from './store.ts'

/*
 * Codes of an authenticator app (TOTP: SHA-1, 6 digits, 30 s, as all apps know it) with one step of tolerance to either
 * side. A code is good once, guesses are counted per account, and a recovery code stands in for a lost telephone.
 */

const recoveryCodes = 10
const challenge_s = 300

const digest = (text: string) => createHash('sha256').update(text).digest()
const totpOf = (secret: string, shown: { issuer?: string; label?: string } = {}) =>
  new TOTP({ ...shown, secret: Secret.fromBase32(secret) })
const sealName = (user_id: string) => `second factor of ${user_id}`
const base32 = (bytes: number) => new Secret({ buffer: new Uint8Array(randomBytes(bytes)).buffer }).base32

/** Whether a code of the app, or a recovery code, is right and was not used before. It is used by this. */
async function isRight(ctx: Ctx, user_id: string, code: string, withRecovery: boolean): Promise<boolean> {
  const plain = code.replace(/[\s-]/g, '').toUpperCase()
  if (!/^\d{6}$/.test(plain)) return withRecovery && store.takeRecoveryCode(ctx.sql, user_id, digest(plain))
  const kept = await store.findSecret(ctx.sql, user_id)
  const secret = kept && unseal(kept.sealed, sealName(user_id), ctx.config)
  if (secret === undefined) return false
  const timestamp = ctx.clock.now()
  const totp = totpOf(secret)
  const delta = totp.validate({ token: plain, timestamp, window: 1 })
  return delta !== null && store.takeStep(ctx.sql, user_id, totp.counter({ timestamp }) + delta)
}

async function checkCode(ctx: Ctx, user_id: string, code: string, withRecovery = true): Promise<void> {
  const check = async () => (await isRight(ctx, user_id, code, withRecovery)) || undefined
  if (!(await guardAccount(ctx, 'second-factor', user_id, check))) throw new Problem('invalid-code')
}

/** Who has a password shows it before the second factor is touched; who signs in elsewhere only has that. */
async function confirmOwner(ctx: Ctx, user_id: string, password: string | undefined): Promise<{ email: string }> {
  const account = await findPassword(ctx.sql, user_id)
  if (!account) throw new Problem('invalid-token')
  return account.password_hash === null ? account : confirmPassword(ctx, user_id, password)
}

/** A secret for the app, to be confirmed with a code of it. Asked for again, it is another one. */
export async function enrol(ctx: Ctx, user_id: string, password: string | undefined) {
  const { email } = await confirmOwner(ctx, user_id, password)
  const secret = base32(20)
  if (!(await store.insertSecret(ctx.sql, user_id, seal(secret, sealName(user_id), ctx.config))))
    throw new Problem('already-exists', { detail: 'Disable the second factor first.' })
  // A colon would end the issuer in the address.
  const issuer = (await store.findShopName(ctx.sql)).replaceAll(':', ' ')
  return { secret, otpauth_url: totpOf(secret, { issuer, label: email }).toString() }
}

/** From now on signing in asks for a code. Answers the recovery codes, this once. */
export async function confirm(ctx: Ctx, user_id: string, code: string): Promise<{ recovery_codes: string[] }> {
  const kept = await store.findSecret(ctx.sql, user_id)
  if (!kept || kept.is_confirmed) throw new Problem('invalid-code')
  await checkCode(ctx, user_id, code, false)
  const codes = Array.from({ length: recoveryCodes }, () => base32(15))
  await transaction(ctx.sql, async tx => {
    if (!(await store.confirmSecret(tx, user_id, codes.map(digest)))) throw new Problem('invalid-code')
    await changed(ctx, tx, user_id, true)
  })
  return { recovery_codes: codes.map(one => one.match(/.{6}/g)!.join('-')) }
}

/** Signing in asks for the password alone again. Needs both factors once more. */
export async function disable(
  ctx: Ctx,
  user_id: string,
  { code, current_password }: { code: string; current_password?: string },
): Promise<void> {
  await confirmOwner(ctx, user_id, current_password)
  await checkCode(ctx, user_id, code)
  await transaction(ctx.sql, async tx => {
    if (await store.deleteSecret(tx, user_id)) await changed(ctx, tx, user_id, false)
  })
}

async function changed(ctx: Ctx, tx: Parameters<typeof store.outdateTokens>[0], user_id: string, enabled: boolean) {
  // Where staff need a second factor, what they may do changes with it.
  await store.outdateTokens(tx, user_id)
  const user = await findUser(tx, user_id)
  if (user) await queueMail(ctx, tx, 'mfa-changed', { user_id, email: user.email }, { ...named(user), enabled })
}

export async function stateOf(ctx: Ctx, user_id: string) {
  const kept = await store.findSecret(ctx.sql, user_id)
  const enabled = kept?.is_confirmed === true
  return { enabled, recovery_codes_left: enabled ? await store.countRecoveryCodes(ctx.sql, user_id) : 0 }
}

/** Refuses with a challenge if the account has a second factor: signing in goes on with the token in it and a code. */
export async function challengeIfAny(ctx: Ctx, user_id: string): Promise<void> {
  const kept = await store.findSecret(ctx.sql, user_id)
  if (!kept?.is_confirmed) return
  const mfa_token = randomBytes(32).toString('base64url')
  await store.insertChallenge(ctx.sql, digest(mfa_token), user_id, challenge_s)
  throw new Problem('mfa-required', { mfa_required: true, mfa_token, expires_in: challenge_s })
}

/** Who answered a challenge with a right code. It is ended by that; a wrong code leaves it for the next try. */
export async function answerChallenge(ctx: Ctx, mfa_token: string, code: string): Promise<string> {
  const hash = digest(mfa_token)
  const user_id = await store.findChallenge(ctx.sql, hash)
  if (!user_id) throw new Problem('invalid-token', { detail: 'Sign in again: there is no such sign-in under way.' })
  await checkCode(ctx, user_id, code)
  if (!(await store.deleteChallenge(ctx.sql, hash))) throw new Problem('invalid-token')
  return user_id
}
