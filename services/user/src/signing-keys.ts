import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
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
  const sealed = seal(JSON.stringify(await exportJWK(privateKey)), kid, ctx.config.SERVICE_SECRET)
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
    const jwk = unseal(sealed, kid, ctx.config.SERVICE_SECRET)
    if (jwk) return { kid, key: (await importJWK(JSON.parse(jwk) as JWK, 'EdDSA')) as CryptoKey }
    // The secret was changed since: what it signed still verifies, and another key takes over.
    ctx.log.warn({ kid }, 'a signing key was sealed with another SERVICE_SECRET')
  }
  return undefined
}

const sealingKey = (secret: string) => Buffer.from(hkdfSync('sha256', secret, '', 'shopfleet signing keys', 32))

/** AES-256-GCM: nonce, tag, text. The kid is bound to it. */
function seal(text: string, kid: string, secret: string): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(secret), nonce).setAAD(Buffer.from(kid))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

function unseal(sealed: Uint8Array, kid: string, secret: string): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(secret), sealed.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(kid)).setAuthTag(sealed.subarray(12, 28))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
  } catch {
    // Not sealed with this secret; whether that matters the caller decides.
    return undefined
  }
}
