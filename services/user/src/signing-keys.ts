import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { seal, unseal } from './seal.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/**
 * The keys of access tokens. The first is made when the service first starts, the next ones as time goes by; all
 * instances share them through the database. A key is published before it signs, and for as long as a token it signed
 * may live.
 */
export interface SigningKey {
  kid: string
  key: CryptoKey
}

/** How long others may go on with a list of keys they fetched before: a newer key waits that long. */
const publish_s = 120

export function createSigningKeys() {
  let current: Promise<SigningKey> | undefined
  return {
    /** The key that signs now. Loaded at start, and again by each `refresh`. */
    current(ctx: Ctx): Promise<SigningKey> {
      current ??= loadKey(ctx).catch(error => {
        current = undefined
        throw error
      })
      return current
    },
    /** Makes the next key when the newest is old, retires those no token needs, and loads what then signs. */
    async refresh(ctx: Ctx): Promise<void> {
      const { KEY_ROTATION_DAYS, ACCESS_TOKEN_S } = ctx.config
      const newest = await store.findNewestKey(ctx.sql, KEY_ROTATION_DAYS)
      if (newest?.is_old) await addKey(ctx, newest.number + 1)
      await store.retireKeys(ctx.sql, { publish_s, token_s: ACCESS_TOKEN_S })
      const loaded = await loadKey(ctx)
      current = Promise.resolve(loaded)
    },
  }
}

/** Makes the key of this number. When two instances do so at once, one of the two is kept. */
async function addKey(ctx: Ctx, number: number): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const sealed = seal(JSON.stringify(await exportJWK(privateKey)), kid, ctx.config)
  await store.insertKey(ctx.sql, { number, kid, public_jwk: { ...jwk, kid, alg: 'EdDSA', use: 'sig' }, sealed })
}

async function loadKey(ctx: Ctx): Promise<SigningKey> {
  const keys = await store.listSigningKeys(ctx.sql, publish_s)
  const known = await firstReadable(ctx, keys)
  if (known) return known
  await addKey(ctx, Math.max(0, ...keys.map(key => key.number)) + 1)
  const made = await firstReadable(ctx, await store.listSigningKeys(ctx.sql, publish_s))
  if (!made) throw new Error('there is no signing key that can be read')
  return made
}

async function firstReadable(ctx: Ctx, keys: store.SealedKey[]): Promise<SigningKey | undefined> {
  for (const { kid, sealed } of keys) {
    const jwk = unseal(sealed, kid, ctx.config)
    if (jwk) return { kid, key: (await importJWK(JSON.parse(jwk) as JWK, 'EdDSA')) as CryptoKey }
    // The secret was changed since: what it signed still verifies, and another key takes over.
    ctx.log.warn({ kid }, 'a signing key was sealed with another secret')
  }
  return undefined
}
