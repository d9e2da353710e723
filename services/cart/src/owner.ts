import { createHash, randomBytes } from 'node:crypto'
import { type Caller, userIdOf } from '@shopfleet/service-kit'
import type { Owner } from './cart.ts'

/** Who asks for a cart. A guest's token is what they sent; it may be none of ours. */
export interface Shopper {
  owner: Owner
  cart_token: string | null
}

/** 256 random bits cannot be guessed, so a fast hash keeps them as well as a slow one. */
export const hashOf = (token: string): Uint8Array => createHash('sha256').update(token).digest()

export const newToken = () => randomBytes(32).toString('base64url')

/** A signed-in user means their own cart, whatever token they still send. Undefined: a guest who has none. */
export function shopperOf(caller: Caller, token: string | undefined): Shopper | undefined {
  const user_id = userIdOf(caller)
  if (user_id) return { owner: { user_id }, cart_token: null }
  return token ? { owner: { token_hash: hashOf(token) }, cart_token: token } : undefined
}

export const userShopper = (user_id: string): Shopper => ({ owner: { user_id }, cart_token: null })
