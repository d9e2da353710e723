import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { UserConfig } from './config.ts'

type Secrets = Pick<UserConfig, 'SEALING_SECRET' | 'SERVICE_SECRET' | 'SERVICE_KEY'>

function sealingKey({ SEALING_SECRET, SERVICE_SECRET, SERVICE_KEY }: Secrets): Buffer {
  const secret = SEALING_SECRET ?? SERVICE_SECRET ?? SERVICE_KEY
  if (!secret) throw new Error('there is no secret to seal with')
  return Buffer.from(hkdfSync('sha256', secret, '', 'shopfleet signing keys', 32))
}

/** For the database: AES-256-GCM: nonce, tag, text. `name` is bound to it: it opens nowhere else. */
export function seal(text: string, name: string, secrets: Secrets): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(secrets), nonce).setAAD(Buffer.from(name))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** Undefined: not sealed with this secret, or under another name; whether that matters the caller decides. */
export function unseal(sealed: Uint8Array, name: string, secrets: Secrets): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(secrets), sealed.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(12, 28))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
