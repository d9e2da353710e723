import { createHash } from 'node:crypto'
import { Problem } from '@shopfleet/contracts'
import * as store from './attempts-store.ts'
import type { Ctx } from './service.ts'

/*
 * Guessing is slowed down here, whatever stands in front: per account and address, per account from everywhere, and
 * second factors per account. Nobody is locked out for ever: waits end, the wait of a whole account is a minute at most,
 * and it does not hold where somebody is signed in to the account already.
 */

const digest = (kind: string, ...parts: string[]) =>
  createHash('sha256')
    .update([kind, ...parts.map(part => part.trim().toLowerCase())].join('\0'))
    .digest()

async function begin(ctx: Ctx, counted: store.Counted[]): Promise<void> {
  for (const [i, one] of counted.entries()) {
    const wait_s = await store.countAttempt(ctx.sql, one)
    if (wait_s === 0) continue
    const before = counted.slice(0, i).map(({ key }) => key)
    if (before.length > 0) await store.uncountAttempts(ctx.sql, before)
    throw new Problem('too-many-requests', {
      detail: `Too many wrong attempts. Try again in ${wait_s} s.`,
      retry_after_s: wait_s,
    })
  }
}

/**
 * Runs a check that may be guessed at. `undefined` is a wrong guess and counts; what throws was not looked at and does
 * not; a right one is forgotten with all that was counted for it.
 */
async function guarded<T>(ctx: Ctx, counted: store.Counted[], check: () => Promise<T | undefined>) {
  const keys = counted.map(({ key }) => key)
  await begin(ctx, counted)
  let result: T | undefined
  try {
    result = await check()
  } catch (error) {
    await store.uncountAttempts(ctx.sql, keys)
    throw error
  }
  if (result !== undefined) await store.forgetAttempts(ctx.sql, keys)
  return result
}

/** A password guess at the account of an e-mail, known or not, from an address. */
export async function guardSignIn<T>(
  ctx: Ctx,
  { email, ip }: { email: string; ip: string | null },
  check: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const pair = { key: digest('pair', email, ip ?? ''), free: 5, longest_s: 900 }
  const account = { key: digest('account', email), free: 50, longest_s: 60 }
  const isKnown = ip !== null && (await store.isSignedInFrom(ctx.sql, email, ip))
  return guarded(ctx, isKnown ? [pair] : [pair, account], check)
}

/** A guess of somebody who is signed in, or half of it: the current password, or the second factor. */
export async function guardAccount<T>(
  ctx: Ctx,
  kind: 'password' | 'second-factor',
  user_id: string,
  check: () => Promise<T | undefined>,
): Promise<T | undefined> {
  return guarded(ctx, [{ key: digest(kind, user_id), free: 5, longest_s: 900 }], check)
}
